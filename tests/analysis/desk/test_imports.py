"""导入报送表 at the desk: looked at before it counts, bounded, whatever is uploaded; 预扣分 decided once."""

from __future__ import annotations

import datetime as dt
import html
import io
import re
import zipfile
from pathlib import Path
from typing import Any

import msgspec
import openpyxl
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from analysis.desk import acting, uploads
from analysis.desk.app import create_app
from analysis.desk.office import Office
from analysis.desk.pages import imports
from analysis.desk.rights import Role
from analysis.desk.tables import csv_bytes
from analysis.desk.uploads import Uploads
from pipeline.decisions import Decision, append_decisions, load_decisions
from tests.analysis.desk.people import NAMES, UNIT, browser, sign_in, small_office, token
from tests.analysis.imports.test_import import FILES, GOOD, workbook

BOARD = {
    "类别": "微信", "责任单位": UNIT, "日期": "2017-11-22", "媒体或地点": "防城港水利", "标题": "宣传栏上新",
    "附件": "截图.png",
}  # fmt: skip


def send(client: TestClient[Litestar], path: str, files: Any = None, **fields: Any) -> str:
    data = fields | {"_csrf_token": token(client.get("/password").text)}
    answer = client.post(path, data=data, files=files, follow_redirects=True)
    found = re.search(r'class="flash.*?>(.*?)</p>', answer.text, re.DOTALL)
    return html.unescape(found[1]) if found else f"{answer.status_code}"


def upload(
    client: TestClient[Litestar], name: str, content: bytes, photos: dict[str, bytes] | None = None
) -> str:
    parts = [("table", (name, content))]
    parts += [("files", (each, photo)) for each, photo in (photos or {}).items()]
    return send(client, "/imports/check", files=parts)


def kinds(office: Office) -> list[str]:
    return [decision.kind for decision in load_decisions(office.store.decisions)]


def test_a_table_is_looked_at_confirmed_and_counts_once(office: Office) -> None:
    table = workbook([GOOD, BOARD])
    with browser(office, Role.PUBLICITY) as clerk, browser(office, Role.EVALUATION) as officer:
        assert "还没有入库" in upload(clerk, "报送.xlsx", table, FILES)
        page = clerk.get("/imports").text
        assert "新增稿件 2 条、证明 0 条" in page
        assert "这36口水质监测井" in page
        assert "报送.xlsx" not in officer.get("/imports").text  # a draft is its uploader's
        assert kinds(office) == []
        sha256 = re.search(r'name="sha256" value="(\w+)"', page)
        assert sha256
        assert "已换成另一个" in send(clerk, "/imports/confirm", sha256="0" * 64)
        said = send(clerk, "/imports/confirm", sha256=sha256[1])
        assert "稿件 2 条" in said
        assert kinds(office).count("import_batch") == 1
        assert "报送.xlsx" in officer.get("/imports").text
        assert "正在核对" not in clerk.get("/imports").text
        upload(officer, "再报.xlsx", table, FILES)
        assert "不重复计入" in officer.get("/imports").text


def test_faults_are_told_line_by_line_and_nothing_is_recorded(tmp_path: Path) -> None:
    office = small_office(tmp_path)
    bad = workbook([GOOD, GOOD | {"责任单位": "没有的局"}, BOARD | {"日期": "2017-13-45", "附件": "缺.jpg"}])
    with browser(office, Role.PUBLICITY) as clerk:
        assert "处要改，没有入库" in upload(clerk, "报送.xlsx", bad)
        page = clerk.get("/imports").text
        assert "第 3 行" in page
        assert "没有的局" in page
        assert 'action="/imports/confirm"' not in page
        csv = clerk.get("/imports/faults")
        told = csv.content.decode("utf-8-sig")
        assert "没有找到附件“缺.jpg”，请与本表一起上传" in told
        assert "没有单位“没有的局”，请用空白报送表“单位简称”页里的简称" in told
        assert "放弃" in send(clerk, "/imports/discard")
        assert clerk.get("/imports/faults").status_code == 404
    assert kinds(office) == []


def _bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/workbook.xml", "<x/>")
        package.writestr("xl/worksheets/sheet1.xml", b"0" * 80_000_000)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("炸弹.xlsx", _bomb(), "解压后过大"),
        ("../../../../etc/passwd", b"root:x:0:0", "没有找到表头"),
        ("空.xlsx", b"", "请选择填好的报送表"),
        ("旧.xls", b"\xd0\xcf\x11\xe0" + b"0" * 100, "旧版或加密"),
        ("网页.xlsx", b"<html><script>alert(1)</script>", "不是 Excel 或 CSV"),
        ("坏.xlsx", b"PK\x03\x04" + b"x" * 100, "打不开"),
        ("太大.csv", b"a," * (6 * 1024 * 1024), "超过 10 MB"),
    ],
)  # fmt: skip
def test_a_hostile_table_is_refused_in_words(office: Office, name: str, content: bytes, said: str) -> None:
    with browser(office, Role.EVALUATION) as officer:
        told = upload(officer, name, content)
        page = html.unescape(officer.get("/imports").text)
        assert said in told and "已上传" not in told
        assert "gangqing import" not in page
        assert 'action="/imports/confirm"' not in page
        assert not list((office.store.desk / "uploads").rglob("*.bin"))  # it is not looked at again
        send(officer, "/imports/discard")
    assert not list(office.home.rglob("passwd"))


def test_what_cannot_be_read_takes_the_place_of_what_was_uploaded_before(office: Office) -> None:
    with browser(office, Role.EVALUATION) as officer:
        upload(officer, "一.xlsx", workbook([BOARD | {"标题": "先传的"}]), FILES)
        assert "正在核对：一.xlsx" in officer.get("/imports").text
        assert "解压后过大" in upload(officer, "二.xlsx", _bomb())
        assert "正在核对" not in officer.get("/imports").text  # nobody confirms the wrong one


def test_a_table_is_read_before_the_desk_acts(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    check = imports.check_import

    def looked(*args: Any, **more: Any) -> Any:
        assert not acting._ACTING.locked()
        return check(*args, **more)

    monkeypatch.setattr(imports, "check_import", looked)
    with browser(office, Role.EVALUATION) as officer:
        upload(officer, "三.xlsx", workbook([BOARD | {"标题": "无人等它"}]), FILES)
        sha256 = re.search(r'name="sha256" value="(\w+)"', officer.get("/imports").text)
        assert sha256
        assert "稿件 1 条" in send(officer, "/imports/confirm", sha256=sha256[1])


def test_attachments_never_leave_their_folder(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = office.store.desk / "uploads"
    with browser(office, Role.EVALUATION) as officer:
        upload(
            officer,
            "表.xlsx",
            workbook([BOARD | {"标题": "又上新"}]),
            {"../../../截图.png": FILES["截图.png"], "a/../b.jpg": b"x"},
        )
        kept = sorted(path.name for path in folder.rglob("*") if path.is_file())
        assert kept == ["0.bin", "1.bin", "draft.json", "table.bin"]
        # By its plain name it is the one that the line names.
        assert "新增稿件 1 条" in officer.get("/imports").text
        same = [
            ("table", ("表.xlsx", workbook([BOARD]))),
            ("files", ("a.jpg", b"1")),
            ("files", ("b/a.jpg", b"2")),
        ]
        assert "同名" in send(officer, "/imports/check", files=same)
        monkeypatch.setattr(uploads, "MOST_BYTES", 1000)
        assert "请分几次报送" in upload(officer, "表.xlsx", workbook([BOARD]), {"大.jpg": b"x" * 2000})
        send(officer, "/imports/discard")
    assert not [path for path in folder.rglob("*") if path.is_file()]


def test_the_template_can_be_filled_in(office: Office) -> None:
    with browser(office, Role.PUBLICITY) as clerk:
        book = openpyxl.load_workbook(io.BytesIO(clerk.get("/imports/template").content))
        assert book.sheetnames == ["报送表", "填表说明", "单位简称"]
        assert clerk.get("/imports/template?kind=csv").content.startswith(b"\xef\xbb\xbf")
        assert clerk.get("/imports/template?kind=exe").status_code == 404


def test_deductions_are_decided_several_at_once_and_not_over_somebody_elses(tmp_path: Path) -> None:
    office = small_office(tmp_path)
    office.clock = lambda: dt.datetime(2018, 2, 28, 10)  # the terms are over
    with browser(office, Role.EVALUATION) as officer, browser(office, Role.LIAISON) as liaison:
        page = officer.get(f"/deductions?unit={UNIT}").text
        marks = [html.unescape(mark) for mark in re.findall(r'name="row" value="([^"]+)"', page)]
        assert len(marks) > 1
        assert "请写明" in send(officer, "/deductions/decide", row=marks[:2], how="suggested", why="")
        assert "应为 0 至 100" in send(
            officer, "/deductions/decide", row=marks[:1], how="other", points="-3", why="x"
        )
        assert "已裁定预扣分 2 件" in send(
            officer, "/deductions/decide", row=marks[:2], how="suggested", why="核实"
        )
        again = send(officer, "/deductions/decide", row=marks[:1], how="none", why="改")
        assert "刚有人决定过" in again
        page = officer.get(f"/deductions?unit={UNIT}&state=已扣分").text
        assert "核实" in page
        assert (
            "分值：0." in officer.get("/log?act=裁定预扣分").text
        )  # how many, also where it is as suggested
        mine = liaison.get("/deductions").text
        assert "市教育局" not in mine
        assert 'action="/deductions/decide"' not in mine
        assert send(liaison, "/deductions/decide", row=marks[:1], how="none", why="x") == "403"
        table = liaison.get("/export/deductions/csv").content.decode("utf-8-sig")
        assert "市教育局" not in table
        assert UNIT in table
    found = [d for d in load_decisions(office.store.decisions) if d.kind == "deduction"]
    assert [d.after["points"] for d in found] == [d.before["points"] for d in found]


def test_a_deduction_whose_ground_is_gone_is_found_and_revoked(tmp_path: Path) -> None:
    office = small_office(tmp_path)
    office.clock = lambda: dt.datetime(2018, 2, 28, 10)  # the terms are over

    def mark(page: str) -> str:
        found = [html.unescape(each) for each in re.findall(r'name="row" value="([^"]+)"', page)]
        return next(each for each in found if each.startswith(f"{UNIT}|r1|"))

    with browser(office, Role.EVALUATION) as officer:
        row = mark(officer.get(f"/deductions?unit={UNIT}").text)
        send(officer, "/deductions/decide", row=row, how="other", points="0.5", why="未报")
        row = mark(officer.get(f"/deductions?unit={UNIT}").text)
        send(officer, "/deductions/decide", row=row, how="other", points="1.25", why="再催未报")
        # how much it was before, not how much is suggested
        assert "分值：0.5 → 1.25；建议扣分：0.2" in officer.get("/log?act=裁定预扣分").text
        assert "待复核" not in officer.get("/").text
        registered = Decision(
            id="r1",
            at="2017-09-28T09:00:00",
            who="市绩效办 李某",
            kind="contact_register",
            target=UNIT,
            after={"leader": "甲", "contact": "乙"},
        )
        append_decisions(office.store.decisions, [registered])
        assert "项扣分待复核" in officer.get("/").text
        page = officer.get("/deductions?state=待复核").text
        assert "结论已变，现不再建议扣分，请复核" in page
        row = mark(page)
        refused = send(officer, "/deductions/decide", row=row, how="suggested", why="照扣")
        assert "没有列为预扣分建议" in refused
        assert "已裁定预扣分" in send(officer, "/deductions/decide", row=row, how="none", why="原已登记")
        after = officer.get("/").text
        assert "待复核" not in after
        rows = officer.get(f"/export/deductions/json?unit={UNIT}&state=不扣分").json()["rows"]
    assert [(each["task"], each["suggested_points"], each["decided_points"]) for each in rows] == [
        ("r1", 0.2, 0)
    ]


def test_a_cell_of_faults_is_no_formula() -> None:
    assert b"'=1" in csv_bytes(("a",), [["=1+1"]])


def test_what_nobody_may_decide_says_so_and_hinders_no_other(tmp_path: Path) -> None:
    office = small_office(tmp_path)
    office.clock = lambda: dt.datetime(2018, 2, 28, 10)  # the terms are over
    own = "市绩效办"  # whose officer signs as 绩效办张三
    with browser(office, Role.EVALUATION) as officer, browser(office, Role.INSPECTOR) as inspector:
        page = officer.get(f"/deductions?unit={own}").text
        assert 'name="row"' not in page  # no box, so that 全选 passes it over
        for reader in (page, inspector.get(f"/deductions?unit={own}").text):
            assert "市绩效办不能裁定自己的扣分，现在也没有别的人能裁定" in reader
            assert "请报市绩效考评领导小组" in reader
        whole = officer.get("/deductions").text
        marks = [html.unescape(mark) for mark in re.findall(r'name="row" value="([^"]+)"', whole)]
        assert len(marks) > 10 and not [mark for mark in marks if mark.startswith(own)]
        said = send(officer, "/deductions/decide", row=marks, how="none", why="核实")
        assert f"已裁定预扣分 {len(marks)} 件" in said
        account = office.accounts.all()["jixiao"]
        other = msgspec.structs.replace(account, name="ducha", person="市委督查室李四", unit="市委办")
        office.accounts.write(other)
        assert "请由市委督查室李四裁定" in officer.get(f"/deductions?unit={own}").text
    with TestClient(create_app(office)) as inspecting:
        sign_in(inspecting, "ducha")
        page = inspecting.get(f"/deductions?unit={own}").text
        (mark, *_) = [html.unescape(each) for each in re.findall(r'name="row" value="([^"]+)"', page)]
        assert "已裁定预扣分" in send(inspecting, "/deductions/decide", row=[mark], how="none", why="核实")


def test_a_draft_is_kept_a_day_and_then_gone_with_its_files(tmp_path: Path) -> None:
    drafts, at = uploads.Uploads(tmp_path), dt.datetime(2017, 12, 4, 9)
    drafts.keep("xuanchuan", "报送.xlsx", b"table", [("版面.jpg", b"photo")], at)
    assert drafts.find("jixiao", at) is None
    assert drafts.find("xuanchuan", at + dt.timedelta(days=1)) is not None
    assert drafts.find("xuanchuan", at + dt.timedelta(days=1, seconds=1)) is None
    assert not [each for each in tmp_path.rglob("*") if each.is_file()]


def test_of_two_clicks_on_confirm_the_second_is_told_that_it_was_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = small_office(tmp_path)
    with browser(office, Role.PUBLICITY) as clerk:
        assert "还没有入库" in upload(clerk, "报送.xlsx", workbook([GOOD, BOARD]), FILES)
        sha256 = re.search(r'name="sha256" value="(\w+)"', clerk.get("/imports").text)
        draft = Uploads(office.store.desk / "uploads").find(NAMES[Role.PUBLICITY], office.clock())
        assert sha256
        assert "稿件 2 条" in send(clerk, "/imports/confirm", sha256=sha256[1])
        assert "导入过，不重复计入" in send(clerk, "/imports/confirm", sha256=sha256[1])
        # The first was done between the second one's look and its reading.
        monkeypatch.setattr(Uploads, "find", lambda *_: draft)
        assert "导入过，不重复计入" in send(clerk, "/imports/confirm", sha256=sha256[1])
    assert kinds(office).count("import_batch") == 1
