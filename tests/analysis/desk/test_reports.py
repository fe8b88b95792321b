"""报表, 核验材料包 and 热点: preview and files say the same; an issued report stays as it was."""

from __future__ import annotations

import io
import re
import sys
import time

import msgspec
import pytest
from docx import Document

from analysis.desk.office import Office
from analysis.desk.rights import Role
from analysis.hot import HotIssue, Member
from analysis.plan import load_facts
from analysis.reports.excel_records import proof_link
from analysis.reports.issued import load_issues
from analysis.reports.rules import load_report_rules
from tests.analysis.desk.people import NOW, UNIT, browser, small_office, token
from tests.analysis.desk.test_acts import send


def _end(page: str, task: str) -> str:
    """What stands as the end of a line of the plan."""
    (row,) = re.findall(rf"<tr><th scope=\"row\">{task} .*?</tr>", page)
    return re.findall(r'data-label="止"[^>]*>(.*?)</td>', row)[0]


def test_only_todays_report_is_issued_here_and_the_page_says_so(office: Office) -> None:
    with browser(office, Role.EVALUATION) as client:
        assert "这里只印发今天的" in client.get("/reports").text
        assert "印发这份报表" in client.get("/reports/preview?kind=weekly").text
        assert "印发这份报表" not in client.get("/reports/preview?kind=weekly&as_of=2017-12-03").text


def test_preview_and_files(office: Office) -> None:
    with browser(office, Role.INSPECTOR) as client:
        for kind in ("weekly", "monthly", "bulletin"):
            page = client.get("/reports/preview", params={"kind": kind}).text
            assert "总体情况" in page and "印发这份报表" not in page
            assert f"/reports/make/{kind}.docx" in page
        assert _end(client.get("/reports/preview?kind=bulletin").text, "a3") == "2017-10-26"
        assert "2017-10-11 至 2017-10-26" in client.get("/ledger").text
        cell = client.get("/ledger/cell", params={"unit": UNIT, "task": "a3"}).text
        assert "2017-10-11 至 2017-10-24，本项最迟 2017-10-26" in cell
        sheet = client.get("/reports/make/unit.docx", params={"unit": UNIT})
        text = "\n".join(p.text for p in Document(io.BytesIO(sheet.content)).paragraphs)
        assert UNIT in text and "filename*=UTF-8''" in sheet.headers["content-disposition"]
        assert client.get("/reports/make/bulletin.xlsx").content[:2] == b"PK"
        assert client.get("/reports/make/bulletin.exe").status_code == 404
        assert client.get("/reports/preview?kind=nonsense").status_code == 400
        assert client.get("/reports/preview?kind=unit&unit=没有的局").status_code == 400


def test_a_draft_of_today_carries_the_date_under_which_it_would_be_issued(office: Office) -> None:
    with browser(office, Role.EVALUATION) as client:
        page = client.get("/reports/preview?kind=bulletin").text
        assert 'id="signed" name="signed" type="date" value="2017-12-04"' in page
        for as_of, signed in (("2017-12-04", "2017年12月4日"), ("2017-12-01", "2017年12月2日")):
            draft = client.get("/reports/make/bulletin.docx", params={"as_of": as_of}).content
            assert signed in [p.text.strip() for p in Document(io.BytesIO(draft)).paragraphs], as_of


def test_the_links_to_proof_in_a_report_lead_to_the_desks_captures(office: Office) -> None:
    rules = msgspec.structs.replace(load_report_rules(office.city), desk_url="http://desk.test/")
    con, _ = office.warehouse.open()
    facts = load_facts(con, office.plan, NOW.date())
    con.close()
    way, said = proof_link(rules, facts[0].sha256)
    assert said == "查看存证"
    with browser(office, Role.INSPECTOR) as client:
        answer = client.get(way.removeprefix("http://desk.test")).text
    assert "没有这份存证" in answer  # of the page that shows captures: this city kept no bytes


def test_an_issued_report_is_kept_and_told_apart_from_now(office: Office) -> None:
    with browser(office, Role.EVALUATION) as client:
        form = token(client.get("/reports/preview?kind=bulletin").text)
        data = {"_csrf_token": form, "kind": "bulletin"}
        page = client.post("/reports/issue", data=data).text
        assert "已印发报表" in page and "bulletin-2017-001" in page
        one = client.get("/reports/issued/bulletin-2017-001").text
        assert "没有出入" in one and "与印发时逐字节相同" in one
        assert re.findall(r"<li>(Word|Excel|图) <a", one) == ["Word", "Excel", "图", "图", "图"]
        kept = load_issues(office.store.bulletins, office.store.decisions)
        assert kept[0].issue.signed == NOW.date()  # the day that was shown
        again = client.post("/reports/issue", data=data).text
        assert "没有办成" in again and "--" not in again.split('class="flash')[1].split("</p>")[0]
        assert "请在本页的“印发这份报表”里选定" in again and 'name="replaces"' in again
        assert f'name="signed" type="date" value="{NOW.date()}"' in again
        name = "通报-2017-12-04.docx"
        assert client.get(f"/reports/issued/bulletin-2017-001/{name}").content[:2] == b"PK"
        for bad in ("decision.json", "..%2f..%2fsalt", "rules%2fcity.yaml"):
            assert client.get(f"/reports/issued/bulletin-2017-001/{bad}").status_code == 404
        assert client.get("/reports/issued/bulletin-2017-009").status_code == 404
        assert "还没有印发过" in client.get("/reports?as_of=2017-12-03").text
    with browser(office, Role.INSPECTOR) as client:
        assert client.get(f"/reports/issued/bulletin-2017-001/{name}").status_code == 200


def test_a_package_is_a_job_and_then_a_download(office: Office) -> None:
    out = "[a for a in sys.argv if a.startswith('--out=')][0][6:]"
    script = f"import sys, pathlib; pathlib.Path({out}).write_bytes(b'PK')"
    office.jobs._program = [sys.executable, "-c", script]
    with browser(office, Role.INSPECTOR) as inspector:
        assert "请宣传部或绩效办打包" in inspector.get("/packages").text
    with browser(office, Role.PUBLICITY) as client:
        form = token(client.get("/packages").text)
        data = {"_csrf_token": form, "unit": UNIT, "task": "m02", "why": "--with-forum"}
        answer = client.post("/packages/make", data=data, follow_redirects=False)
        assert answer.headers["location"].startswith("/jobs/")
        job = office.jobs.all()[0]
        assert "--why=--with-forum" in job.steps[0] and f"--unit={UNIT}" in job.steps[0]
        deadline = time.monotonic() + 60
        while office.jobs.get(job.id).is_running:
            assert time.monotonic() < deadline, "the job does not end"
            time.sleep(0.05)
        name = f"{NOW:%Y%m%d%H%M%S}-{UNIT}-m02.zip"
        assert name in client.get("/packages").text
        assert client.get(f"/packages/{name}").content == b"PK"
        for bad in ("..%2fsecret", "secret", "20171204093000x.zip"):
            assert client.get(f"/packages/{bad}").status_code == 404


def test_hot_issues_show_their_sum_and_rise(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    members = [
        Member("t1", "<b>电梯</b>困人", None, NOW, None, kind="求助"),
        Member("t2", "又困人", None, NOW, None),
    ]
    issue = HotIssue(
        "t1", "<b>电梯</b>困人", ["电梯"], 30, "2 帖 ×10 + 2 人 ×5", 2, 2, 0, 0, NOW, NOW, 2,
        True, "七天内 2 帖", members,
    )  # fmt: skip
    monkeypatch.setattr("analysis.desk.pages.hotspots.hot_issues", lambda *args: [issue])
    with browser(office, Role.EVALUATION) as client:
        page = client.get("/hotspots?as_of=2017-12-03").text
        assert (
            "突然升温 1 件" in page
            and "2 帖 ×10" in page
            and "&lt;b&gt;电梯" in page
            and "<b>电梯" not in page
        )
        one = client.get("/hotspots/t1?as_of=2017-12-03").text
        assert "又困人" in one and "七天内 2 帖" in one
        assert client.get("/hotspots/t9?as_of=2017-12-03").status_code == 404
    with browser(office, Role.LIAISON) as client:
        assert client.get("/hotspots").status_code == 403


def test_a_preview_says_what_the_files_say(office: Office) -> None:
    with browser(office, Role.INSPECTOR) as client:
        page = client.get("/reports/preview?kind=bulletin").text
        counted = re.search(r"未达标(\d+)项次", page)
        assert counted and f">未达标 {counted[1]} 项次<" in page
        gaps = page.split('id="gaps"')[1].split("</section>")[0]
        assert "水费怎么交" in gaps  # the post by its title
        assert not re.search(r"t[0-9a-f]{12}-\d", gaps)


def test_what_is_only_planned_about_a_unit_does_not_reach_it(tmp_path) -> None:
    office = small_office(tmp_path)
    with browser(office, Role.EVALUATION) as client:
        send(client, "/exposures/register", title="曝光：渠道淤堵三个月", unit=UNIT, outlet="防城港日报")
        assert "渠道淤堵三个月" in client.get("/reports/preview?kind=bulletin").text
        for suffix in ("docx", "json"):
            file = client.get(f"/reports/make/unit.{suffix}", params={"unit": UNIT}).content
            if suffix == "docx":
                tables = Document(io.BytesIO(file)).tables
                told = "".join(cell.text for table in tables for row in table.rows for cell in row.cells)
            else:
                told = file.decode()
            assert "渠道淤堵三个月" not in told
        assert "渠道淤堵三个月" not in client.get(f"/reports/preview?kind=unit&unit={UNIT}").text
