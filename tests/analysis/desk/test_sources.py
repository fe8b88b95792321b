"""来源 and 图表: health of each source, a check at once, charts with the table behind them."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import sys
from functools import partial
from types import SimpleNamespace

from analysis.desk.office import Office
from analysis.desk.pages import sources as pages_sources
from analysis.desk.rights import Role
from analysis.source_causes import Cause
from analysis.source_health import source_health
from tests.analysis.desk.people import browser, token


def test_sources_and_one_of_them(office: Office) -> None:
    with browser(office, Role.INSPECTOR) as client:
        page = client.get("/sources").text
        assert "防城港日报" in page and "还没有采集过" in page
        assert "现在检查" not in page  # an inspector starts nothing
        one = client.get("/sources/paper").text
        assert "每天的采集结果" in one
        svg = client.get("/sources/paper/outcomes.svg")
        assert (
            svg.headers["content-type"] == "image/svg+xml"
            and "sandbox" in svg.headers["content-security-policy"]
        )
        assert client.get("/sources/none").status_code == 404


def test_sources_are_named_in_words_and_apart(office: Office) -> None:
    with browser(office, Role.INSPECTOR) as client:
        page = client.get("/sources").text
        assert "数字报 · 代号 paper" in page
        assert "founder" not in page
        assert "founder" not in client.get("/sources/paper").text
        rows = client.get("/export/sources/json").json()["rows"]
        assert "数字报" in {row["platform"] for row in rows}
    with browser(office, Role.ADMINISTRATOR) as client:
        system = client.get("/settings?tab=system").text
        assert "../" not in system
        assert "<dt>定时任务</dt>" in system


def test_two_sources_of_one_outlet_are_told_apart_also_on_one_platform() -> None:
    named = partial(SimpleNamespace, outlet="某日报")
    found = [named(site="paper", platform="founder"), named(site="pad", platform="founder")]
    assert pages_sources.told_apart(found) == {"paper": "数字报 paper", "pad": "数字报 pad"}
    found[1].platform = "feed"
    assert pages_sources.told_apart(found) == {"paper": "数字报", "pad": "RSS 订阅"}
    assert pages_sources.told_apart(found[:1]) == {}


def test_why_a_source_cannot_be_read_is_shown_with_what_to_do(office: Office, monkeypatch) -> None:
    about = {"site": "gov", "outlet": "某市人民政府网站", "unit": None, "day": dt.date(2017, 11, 17)}
    causes = {
        "gov": [
            Cause(kind="guarded", text="网站要求验证（验证码或防火墙）：4 页", **about),
            Cause(kind="rebuilt", text="疑似改版：发布时间以前读得到，现在读不出", **about),
        ]
    }
    monkeypatch.setattr("analysis.source_health.source_causes", lambda *_: causes)
    monkeypatch.setattr(pages_sources, "all_sources", lambda visit: source_health(visit.con, visit.as_of))
    with browser(office, Role.EVALUATION) as client, browser(office, Role.ADMINISTRATOR) as admin:
        for address in ("/sources", "/sources/gov"):
            page = client.get(address).text
            assert "网站要求验证（验证码或防火墙）：4 页" in page and "现在读不出" in page
            assert "放行" in page and "请管理员照新的网页改这个站点的设置" in page
            assert "gangqing sites" not in page and "outlets.yaml" not in page
            assert "gangqing sites reread gov" in admin.get(address).text
        assert "怎么办" not in client.get("/sources/paper").text


def test_a_source_whose_pages_are_lacking_is_not_called_without_fault(office: Office, monkeypatch) -> None:
    def lacking(visit):
        found = source_health(visit.con, visit.as_of)
        return [dataclasses.replace(s, trouble=[], lacking_count=5 * (s.site == "paper")) for s in found]

    monkeypatch.setattr(pages_sources, "all_sources", lacking)
    with browser(office, Role.EVALUATION) as client:
        one = client.get("/sources/paper").text
        assert "5 页仍缺" in one and "没有发现问题" not in one
        assert "没有发现问题" in client.get("/sources/gov").text
        every = client.get("/sources").text
        assert "没有发现别的问题，1 个有网页仍缺" in every and "都正常" not in every
        rows = client.get("/export/sources/json").json()["rows"]
        assert sorted(row["lacking_count"] for row in rows)[-2:] == [0, 5]


def test_a_check_is_a_job(office: Office) -> None:
    office.jobs._program = [sys.executable, "-c", "print('checked')"]
    with browser(office, Role.ADMINISTRATOR) as client:
        form = token(client.get("/sources").text)
        answer = client.post(
            "/sources/check", data={"_csrf_token": form, "site": "gov"}, follow_redirects=False
        )
        assert answer.status_code == 303 and answer.headers["location"].startswith("/jobs/")
        unknown = client.post(
            "/sources/check", data={"_csrf_token": form, "site": "--help"}, follow_redirects=False
        )
        assert unknown.status_code == 404
    assert "sites" in office.jobs.all()[0].steps[0]


def test_a_day_before_the_first_crawl_is_no_alarm(office: Office) -> None:
    with browser(office, Role.EVALUATION) as client:
        page = client.get("/sources?as_of=2017-10-01").text
        assert "在这一天之后才第一次采集，当日情况看后来采到的刊发" in page and "补采" in page
        today = client.get("/?as_of=2017-10-01").text
        assert "这一天以前没有采集，所列采自后来" in today and "最近一次采集" not in today
        assert "最近一次采集" in client.get("/").text


def test_sites_of_the_sample_that_do_not_run_are_not_checked(office: Office, monkeypatch) -> None:
    monkeypatch.setattr(office, "is_sample", True)
    before = len(office.jobs.all())
    with browser(office, Role.ADMINISTRATOR) as client:
        form = token(client.get("/sources").text)
        for path, data in (("/sources/check", {"site": "gov"}), ("/jobs/start", {"kind": "check"})):
            said = client.post(path, data={"_csrf_token": form, **data}).text
            assert "样例城市的网站只在演示采集时开着" in said
    assert len(office.jobs.all()) == before


def test_charts_are_pictures_with_a_table_and_files(office: Office) -> None:
    with browser(office, Role.EVALUATION) as client:
        page = client.get("/charts").text
        for name in re.findall(r'src="/charts/([a-z-]+)\.svg"', page):
            svg = client.get(f"/charts/{name}.svg")
            assert svg.content.startswith(b"<?xml") and b"<script" not in svg.content
            file = client.get(f"/charts/{name}.csv")
            assert file.headers["content-type"] == "text/csv; charset=utf-8"
            table = file.content
            assert table.startswith("\ufeff".encode()) and table.count(b"\r\n") >= 1
        assert page.count("<img") == 6 == page.count("<caption")
        assert client.get("/charts/gaps.png").content[:4] == b"\x89PNG"
        assert client.get("/charts/gaps.exe").status_code == client.get("/charts/none.svg").status_code == 404
