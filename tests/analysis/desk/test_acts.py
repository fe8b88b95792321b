"""Acts at the desk: recorded once, seen at the next request, logged, not overwritten."""

from __future__ import annotations

import datetime as dt
import io
import re

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import TestClient
from openpyxl import load_workbook

from analysis.acts.record import decision_of
from analysis.desk.accounts import AccountError
from analysis.desk.office import Office
from analysis.desk.rights import Role
from pipeline.decisions import append_decision, load_decisions
from pipeline.load import build
from tests.analysis.case import MarkTagger
from tests.analysis.desk.people import NAMES, UNIT, browser, sign_in, small_office, token

TITLE = "曝光：河岸违建"


def send(client: TestClient[Litestar], path: str, **fields: object) -> str:
    """Send a form; returns the page to which one is led, with what it says."""
    form = token(client.get("/password").text)
    answer = client.post(path, data={"_csrf_token": form, **fields})
    assert answer.status_code in (200, 400), answer.text[:500]
    return answer.text


def test_an_exposure_is_registered_and_approved_in_order(tmp_path) -> None:
    office = small_office(tmp_path)
    with browser(office, Role.PUBLICITY) as clerk, browser(office, Role.EVALUATION) as officer:
        said = send(clerk, "/exposures/register", title=TITLE, unit="市国土局", outlet="防城港日报")
        assert "已登记拟曝光" in said
        assert TITLE in officer.get("/exposures").text  # at the next request of another
        early = send(
            officer,
            "/exposures/approve",
            title=TITLE,
            step="分管领导",
            number="1号",
            who="李某",
            seen=seen(officer),
        )
        assert "须先经市绩效办审核" in early
        for step, who in (("市绩效办", "覃某"), ("分管领导", "李某")):
            said = send(
                officer,
                "/exposures/approve",
                title=TITLE,
                step=step,
                number="1号",
                who=who,
                seen=seen(officer),
            )
            assert f"已审批（{step}）" in said
        assert "已批准待刊" in officer.get("/exposures").text
    kinds = [decision.kind for decision in load_decisions(office.store.decisions)]
    assert kinds == ["exposure_plan", "exposure_approval", "exposure_approval"]
    entries = [entry for entry in office.audit.entries() if entry.target == TITLE]
    assert [bool(entry.refused) for entry in entries] == [False, True, False, False]
    assert entries[0].after["unit"] == ["市国土局"]
    assert entries[0].decision


def hidden(page: str, action: str) -> dict[str, str]:
    """The hidden fields of the first form that sends to an address."""
    form = page.split(f'action="{action}"')[1].split("</form>")[0]
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))


def test_an_exposure_that_appeared_unapproved_is_approved_late_from_its_alarm(tmp_path) -> None:
    office = small_office(tmp_path)
    with browser(office, Role.PUBLICITY) as clerk, browser(office, Role.EVALUATION) as officer:
        assert "补记市绩效办的审批" not in officer.get("/exposures").text  # first it is registered
        form = hidden(clerk.get("/exposures").text, "/exposures/register")
        assert form["title"] == "曝光：围挡占道" and form["unit"] == "市住建委"
        assert "已登记拟曝光" in clerk.post("/exposures/register", data=form | {"why": "补记"}).text
        for step, who in (("市绩效办", "覃某"), ("分管领导", "李某")):
            page = officer.get("/exposures").text
            assert f"补记{step}的审批" in page
            form = hidden(page, "/exposures/approve")
            said = officer.post("/exposures/approve", data=form | {"who": who, "number": "1号"}).text
            assert "已审批" in said, said
        page = officer.get("/exposures").text
        assert "刊发后补批" in page and "警报：未经审批" in page
        assert "补记" not in page.split('id="waiting"')[0]
        assert 'action="/exposures/register"' not in clerk.get("/exposures").text.split('id="waiting"')[0]
    late = [d.after.get("late") for d in load_decisions(office.store.decisions)]
    assert late == [None, True, True]


def test_the_second_of_two_who_act_on_one_thing_is_told(tmp_path) -> None:
    office = small_office(tmp_path)
    with browser(office, Role.EVALUATION) as one, browser(office, Role.PUBLICITY) as two:
        send(two, "/exposures/register", title=TITLE, unit="市国土局")
        looked = seen(one)
        assert seen(two) == looked
        send(two, "/exposures/withdraw", title=TITLE, why="证据不足", seen=looked)
        said = send(
            one, "/exposures/approve", title=TITLE, step="市绩效办", number="2号", who="覃某", seen=looked
        )
        assert "没有办成" in said
        assert "本页已是最新的，请看清后再定" in said
        assert "宣传部张三" in said  # who was first
    assert len(list(load_decisions(office.store.decisions))) == 2


def test_nothing_is_done_on_a_day_in_the_past(office: Office) -> None:
    with browser(office, Role.PUBLICITY) as client:
        form = token(client.get("/password").text)
        data = {"_csrf_token": form, "title": "过去的", "unit": "市国土局"}
        answer = client.post("/exposures/register?as_of=2017-10-01", data=data)
        assert answer.status_code == 400
        assert "请回到今天再办理" in answer.text
    assert not [d for d in load_decisions(office.store.decisions) if d.target == "过去的"]


def test_a_unit_appeals_for_itself_and_another_decides(tmp_path) -> None:
    office = small_office(tmp_path)
    with browser(office, Role.LIAISON) as liaison, browser(office, Role.PUBLICITY) as clerk:
        form = token(liaison.get("/appeals").text)
        picture = b"\x89PNG\r\n\x1a\n" + bytes(64)
        data = {
            "_csrf_token": form, "unit": "市教育局", "title": "水利局送水进村", "outlet": "防城港日报",
            "day": "2017-11-30", "why": "见报",
        }  # fmt: skip
        files = {"file": ("报纸.png", picture, "image/png")}
        said = liaison.post("/appeals/open", data=data, files=files).text
        assert "已提出申诉" in said
        assert f"{UNIT}：水利局送水进村" in said  # hers, whatever the form says
        assert "市教育局：" not in said
        number = re.search(r"s\d{8}-[0-9a-f]{6}", said)
        assert number is not None
        refused = liaison.post("/appeals/grant", data={"_csrf_token": form, "number": number[0]})
        assert refused.status_code == 403
        said = send(clerk, "/appeals/grant", number=number[0], role="subject", why="核对无误")
        assert "已裁定计分" in said, said
        assert "下次建库后计入各表" in said
        found = re.search(r"稿件号 (a[0-9a-f]{12})", said)
        assert found is not None
        address = f"/articles/{found[1]}"
        assert address not in said  # it cannot be opened yet, and where it leads says so
        assert 'href="/jobs">去建库' in said
        early = liaison.get(address)
        assert (early.status_code, "下次建库后计入各表" in early.text) == (404, True)
        assert 'href="/appeals"' in early.text
        shown = liaison.get("/appeals").text
        assert "已计分" in shown
        assert 'href="/jobs"' not in shown
        build(office.city, home=office.home, warehouse=office.warehouse.path, tagger=MarkTagger())
        assert f'href="{address}"' in liaison.get("/appeals").text
        assert "水利局送水进村" in liaison.get(address).text


def test_a_file_that_is_no_picture_is_refused_with_what_to_do(office: Office) -> None:
    with browser(office, Role.LIAISON) as liaison:
        form = token(liaison.get("/appeals").text)
        files = {"file": ("a.png", b"<script>alert(1)</script>", "image/png")}
        data = {"_csrf_token": form, "title": "假图", "day": "2017-11-30"}
        said = liaison.post("/appeals/open", data=data, files=files).text
        assert "不是照片、PDF 或 MP4" in said


def test_a_refused_appeal_keeps_all_that_was_typed(office: Office) -> None:
    with browser(office, Role.PUBLICITY) as clerk:
        files = {"file": ("a.png", b"no picture", "image/png")}
        fields = {
            "unit": UNIT, "title": "水利局“送水”进村", "url": "", "outlet": "防城港日报", "day": "2017-11-30",
            "task": "m02", "why": "见报",
        }  # fmt: skip
        data = fields | {"_csrf_token": token(clerk.get("/appeals").text)}
        said = clerk.post("/appeals/open", data=data, files=files).text
        assert "不是照片、PDF 或 MP4" in said
        form = said[said.index('action="/appeals/open"') :].split("</form>")[0]
        assert f'<option selected="">{UNIT}</option>' in form
        assert 'value="水利局“送水”进村"' in form
        assert 'value="防城港日报"' in form
        assert 'value="2017-11-30"' in form
        assert '<option value="m02" selected="">' in form
        assert ">见报</textarea>" in form
        assert "文件须重新选择" in form
        wrong = clerk.post("/appeals/open", data=data | {"url": "ftp://x/1", "day": "昨天"}).text
        assert 'value="ftp://x/1"' in wrong
        assert "见报" not in clerk.get("/appeals").text  # once


@pytest.mark.parametrize(("path", "most"), [("/appeals/open", 20), ("/imports/check", 80)])
def test_too_large_an_upload_is_told_its_own_limit(office: Office, path: str, most: int) -> None:
    with browser(office, Role.PUBLICITY) as clerk:
        form = token(clerk.get("/appeals").text)
        answer = clerk.post(
            path,
            content=b"x",
            headers={
                "content-type": "multipart/form-data; boundary=b",
                "content-length": str(90 * 1024 * 1024),
                "x-csrftoken": form,
            },
        )
        assert answer.status_code == 413
        assert f"单次不超过 {most} MB" in answer.text


def test_the_administrator_sets_up_people_and_the_last_one_stays(tmp_path) -> None:
    office = small_office(tmp_path)
    with browser(office, Role.ADMINISTRATOR) as admin, browser(office) as fresh:
        said = send(admin, "/settings/people/add", name="new", person="新人", roles="核验组")
        password = re.search(r"一次性密码：([\w-]+)", said)
        assert password is not None
        assert password[1] not in admin.get("/settings").text  # shown once
        sign_in(fresh, "new", password[1])
        assert fresh.get("/", follow_redirects=False).headers["location"] == "/password"
        me = office.accounts.all()[NAMES[Role.ADMINISTRATOR]]
        said = send(
            admin, "/settings/people/change", name=me.name, person="管理", roles="管理员", seen=me.mark
        )
        assert "至少要留一个启用的管理员" in said
        said = send(admin, "/settings/people/change", name="new", person="新人", roles="核验组", seen="old")
        assert "刚刚改过" in said
        seen = office.accounts.all()["new"].mark
        change = {"name": "new", "roles": "核验组", "is_active": "1", "seen": seen}
        assert "已变更" in send(admin, "/settings/people/change", person="李四", **change)
        assert "刚刚改过" in send(admin, "/settings/people/change", person="王五", **change)
        assert office.accounts.all()["new"].person == "李四"
        said = send(
            admin, "/settings/people/add", name="both", person="兼", roles=["单位联络员", "宣传部"], unit=UNIT
        )
        assert "不能兼任" in said
    log = office.audit.folder.joinpath("2017.jsonl").read_text("utf-8")
    assert password[1] not in log
    assert "argon2" not in log


def test_a_name_has_no_signs_that_cannot_be_seen(tmp_path) -> None:
    office = small_office(tmp_path)
    with browser(office, Role.ADMINISTRATOR) as admin:
        for name, person in (("a\nb", "甲"), ("a\tb", "甲"), ("ab", "甲\n乙")):
            said = send(admin, "/settings/people/add", name=name, person=person, roles="核验组")
            assert "看不见的字符" in said, (name, person)
    me = office.accounts.all()[NAMES[Role.ADMINISTRATOR]]
    for change in ({"name": "a\u200bb"}, {"person": "甲\u202e乙"}):
        with pytest.raises(AccountError, match="看不见的字符"):
            office.accounts.write(msgspec.structs.replace(me, **change))
    assert set(office.accounts.all()) == set(NAMES.values())


def test_the_log_shows_what_was_done_and_refused(office: Office) -> None:
    with browser(office, Role.PUBLICITY) as clerk:
        send(clerk, "/exposures/register", title="<b>粗体</b>", unit="没有的局")
        page = clerk.get("/log").text
        assert "未办成" in page
        assert "&lt;b&gt;粗体&lt;/b&gt;" in page
        assert "<b>粗体</b>" not in page
        assert clerk.get("/log?view=decisions").status_code == 200


@pytest.mark.parametrize("field", ["title", "why"])
def test_a_field_that_is_too_long_is_refused(office: Office, field: str) -> None:
    with browser(office, Role.PUBLICITY) as clerk:
        form = token(clerk.get("/password").text)
        data = {"_csrf_token": form, "title": "长", "unit": "市国土局", field: "长" * 5000}
        answer = clerk.post("/exposures/register", data=data)
        assert answer.status_code == 400
        assert "太长" in answer.text


def seen(client: TestClient[Litestar]) -> str:
    found = re.search(r'name="seen" value="([^"]+)"', client.get("/exposures").text)
    assert found
    return found[1]


def test_who_registers_contacts_over_newer_ones_is_told(office: Office) -> None:
    with browser(office, Role.EVALUATION) as officer:
        form = officer.get(f"/contacts?unit={UNIT}").text
        seen = re.search(r'name="seen" value="([^"]*)"', form)
        assert seen is not None
        mine = {"unit": UNIT, "seen": seen[1]}
        assert "已登记联系人" in send(
            officer, "/contacts/register", leader="韦某", contact="黄某", phone="2821234", **mine
        )
        said = send(officer, "/contacts/register", leader="李某", contact="陈某", **mine)
        assert "没有办成" in said
        seen = re.search(r'name="seen" value="([^"]*)"', officer.get(f"/contacts?unit={UNIT}").text)
        assert seen is not None
        send(officer, "/contacts/register", leader="李某", contact="陈某", unit=UNIT, seen=seen[1])
    last = [each for each in load_decisions(office.store.decisions) if each.target == UNIT][-1]
    assert last.before == {"leader": "韦某", "contact": "黄某"}
    assert last.after == {"leader": "李某", "contact": "陈某", "phone": "2821234"}, "the telephone stays"


def test_telephones_are_shown_to_who_registers_them_and_each_look_is_logged(tmp_path) -> None:
    office = small_office(tmp_path)
    with browser(office, Role.EVALUATION) as officer, browser(office, Role.PUBLICITY) as clerk:
        fields = {"unit": UNIT, "leader": "韦某", "contact": "黄某", "phone": "2821234", "seen": ""}
        assert "已登记联系人" in send(officer, "/contacts/register", **fields)
        page = officer.get("/contacts").text
        assert "2821234" not in page
        assert 'href="/contacts/phones"' in page
        assert "2821234" in officer.get("/contacts/phones").text
        file = load_workbook(io.BytesIO(officer.get("/export/contacts/xlsx").content), read_only=True)
        cells = [str(cell) for row in file.worksheets[0].iter_rows(values_only=True) for cell in row]
        assert "2821234" in cells
        assert not any("已遮盖" in cell for cell in cells)
        assert "/contacts/phones" not in clerk.get("/contacts").text
        assert "只有绩效办可以查看" in clerk.get("/contacts").text
        for path in ("/contacts/phones", "/export/contacts/xlsx"):
            assert clerk.get(path).status_code == 403
        log = officer.get("/log").text
        assert "查看联系人电话" in log
        assert "contacts.xlsx" in log
        assert "2821234" not in log


def test_today_tells_an_officer_what_waits_for_her(office: Office) -> None:
    with browser(office, Role.PUBLICITY) as clerk, browser(office, Role.EVALUATION) as officer:
        before = officer.get("/").text
        assert "项预扣分待裁定" in before
        assert "篇拟曝光待审批" not in before
        said = send(clerk, "/exposures/register", title="工期过半路基还在纸上", unit="市交通局")
        assert "已登记拟曝光" in said, said
        assert "工期过半路基还在纸上" in officer.get("/").text
        assert "项预扣分待裁定" not in clerk.get("/").text


def test_an_act_that_a_role_may_not_do_stands_in_the_log(office: Office) -> None:
    before = len(list(office.audit.entries()))
    with browser(office, Role.INSPECTOR) as inspector:
        form = token(inspector.get("/password").text)
        path = "/exposures/register"
        assert inspector.post(path, data={"_csrf_token": form, "title": "曝光"}).status_code == 403
        assert inspector.get("/imports/none").status_code == 404  # to look is no act
    with browser(office, Role.ADMINISTRATOR) as admin:
        form = token(admin.get("/jobs").text)
        assert admin.post("/jobs/start", data={"_csrf_token": form, "kind": "rm"}).status_code == 400
        page = admin.get("/log").text
    refused = [entry for entry in list(office.audit.entries())[before:] if entry.refused]
    assert [(entry.who, entry.role, entry.target) for entry in refused] == [
        (NAMES[Role.INSPECTOR], "核验组", path),
        (NAMES[Role.ADMINISTRATOR], "管理员", "/jobs/start"),
    ]
    assert "您的角色不能做这件事" in refused[0].refused
    assert path in page and "您的角色不能做这件事" in page


def test_numbers_of_people_never_stand_in_the_audit_log(tmp_path) -> None:
    office = small_office(tmp_path)
    phone, identity = "13800138000", "450602199003074512"
    with browser(office, Role.EVALUATION) as officer:
        for unit, number in ((UNIT, phone), ("市教育局", "0770-2822222"), ("市住建委", "2822222")):
            said = send(
                officer, "/contacts/register", unit=unit, leader="甲", contact="乙", phone=number, seen=""
            )
            assert "已登记联系人" in said
        send(officer, "/exposures/register", title=f"找{phone}办证{identity}", unit=UNIT, why=f"电 {phone}")
    log = office.audit.folder.joinpath("2017.jsonl").read_text("utf-8")
    assert "登记联系人" in log and "〔电话〕" in log
    assert phone not in log and identity not in log and "2822222" not in log
    kept = [d for d in load_decisions(office.store.decisions) if d.kind == "contact_register"]
    assert [d.after["phone"] for d in kept] == [phone, "0770-2822222", "2822222"]  # who calls needs it


def test_a_value_that_no_form_offers_is_refused_and_is_no_fault_of_the_desk(office: Office) -> None:
    with browser(office, Role.EVALUATION) as officer:
        form = token(officer.get("/password").text)
        article = re.search(r'/articles/(a[0-9a-f]{12})"', officer.get("/articles").text)
        assert article is not None
        data = {"_csrf_token": form, "form": "诗歌", "why": "x"}
        answer = officer.post(f"/articles/{article[1]}/correct", data=data)
        assert answer.status_code == 400 and "没有体裁“诗歌”" in answer.text


def test_what_ends_today_and_lacks_something_is_told_on_its_last_day(office: Office) -> None:
    with browser(office, Role.EVALUATION) as officer:
        assert "当天截止" in officer.get("/?as_of=2017-09-29").text
        assert "当天截止" not in officer.get("/?as_of=2017-09-30").text


def test_of_several_deductions_none_is_decided_where_one_cannot_be(tmp_path) -> None:
    office = small_office(tmp_path)

    def marks(page: str) -> list[str]:
        return [m for m in re.findall(r'name="row" value="([^"]+)"', page) if "|r1|" in m]

    with browser(office, Role.EVALUATION) as officer:
        first, second, *_ = marks(officer.get("/deductions").text)
        assert "已裁定预扣分" in send(
            officer, "/deductions/decide", row=second, how="other", points=1, why="未报"
        )
        looked = [
            m for m in marks(officer.get("/deductions").text) if m.split("|")[0] == second.split("|")[0]
        ]
        append_decision(
            office.store.decisions,
            decision_of(
                "contact_register", second.split("|")[0], who="绩效办", at=dt.datetime(2017, 9, 28, 9),
                after={"leader": "甲", "contact": "乙"},
            ),
        )  # fmt: skip
        said = send(officer, "/deductions/decide", row=[first, *looked], how="other", points=2, why="未报")
        assert "没有办成" in said and "没有列为预扣分建议" in said
    decided = [d.target for d in load_decisions(office.store.decisions) if d.kind == "deduction"]
    assert decided == [second.split("|")[0]]
