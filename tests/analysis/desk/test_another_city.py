"""Another city's words: what its plan and its units say stands on the pages and in the notices, not the first
city's."""

from __future__ import annotations

import html
from pathlib import Path

import msgspec

from analysis.desk.office import Office, open_office
from analysis.desk.rights import Role
from analysis.notify.alarms import alarm_events
from analysis.notify.rules import load_notify_rules
from analysis.ticket import load_rules
from analysis.warehouse import open_warehouse
from pipeline.city import load_city
from pipeline.load_plan import load_plan
from tests.analysis.case import REPOSITORY, Case
from tests.analysis.desk.people import NOW, browser, open_accounts


def elsewhere(folder: Path) -> Office:
    """A city in which 市考评办 approves by paragraph 五（一）, and whose central bodies are 驻潭."""
    case = Case(folder)
    town = case.city.folder
    plan = (town / "plan.yaml").read_text("utf-8").replace("市绩效办", "市考评办").replace("驻港", "驻潭")
    gate = "- id: r3\n    paragraph: 四（三）"
    assert gate in plan
    plan = plan.replace(gate, gate.replace("四（三）", "五（一）")).replace("分管领导]", "分管副市长]")
    (town / "plan.yaml").write_text(plan, "utf-8")
    units = (town / "units.csv").read_text("utf-8").replace("市绩效办", "市考评办").replace("驻港", "驻潭")
    (town / "units.csv").write_text(units, "utf-8")
    rules = (REPOSITORY / "city" / "notify-rules.yaml").read_text("utf-8")
    (town / "notify-rules.yaml").write_text(rules, "utf-8")
    case.city = load_city(town)
    case.edition("2017-10-09")
    case.article("2017-12-01", "[form=曝光][exposed=市住建委] 围挡长期占道。", title="曝光：围挡占道")
    case.build()
    office = open_office(case.city, case.home, lambda: NOW, case.warehouse)
    open_accounts(office)
    return office


def test_pages_speak_of_the_citys_own_plan_and_kinds(tmp_path: Path) -> None:
    office = elsewhere(tmp_path)
    with browser(office, Role.PUBLICITY) as clerk:
        page = html.unescape(clerk.get("/exposures").text)
        assert "先经市考评办、再经分管副市长同意再刊发（方案五（一））" in page
        assert "通知四（三）" not in page
        for path in ("/exposures", "/deductions", "/appeals", "/contacts"):
            assert "市绩效办" not in clerk.get(path).text, path
    with browser(office, Role.ADMINISTRATOR) as admin:
        page = admin.get("/settings?tab=units").text
        assert "<option>驻潭</option>" in page
        assert "驻港" not in page


def test_an_alarm_gives_the_citys_own_rule_as_its_reason(tmp_path: Path) -> None:
    office = elsewhere(tmp_path)
    rules = load_notify_rules(office.city)
    alarms = msgspec.structs.replace(rules.alarms, silence=None, confirm=None, rise=None)
    con = open_warehouse(office.home / "warehouse.duckdb")
    try:
        told = alarm_events(
            con,
            load_plan(office.city),
            msgspec.structs.replace(rules, alarms=alarms),
            load_rules(office.city).calendar,
            NOW,
        )
    finally:
        con.close()
    assert [event.why for event in told] == [
        "曝光性报道须先经市考评办、再经分管副市长同意再刊发（方案五（一））"
    ]
