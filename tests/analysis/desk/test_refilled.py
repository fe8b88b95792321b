"""Of several forms of a page the one that was sent is filled in again, choices as they were made."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from selectolax.lexbor import LexborHTMLParser

from analysis.acts.exposure import refuse_exposure, register_exposure
from analysis.desk.flash import Typed, refilled
from analysis.desk.forms import as_kept
from analysis.desk.office import Office
from analysis.desk.rights import Role
from pipeline.decisions import load_decisions
from tests.analysis.desk.filled import form_of, send
from tests.analysis.desk.people import NOW, UNIT, browser, small_office, token


def office_with_an_alarm(folder: Path, title: str) -> Office:
    """An exposure was refused and published all the same."""
    office, at = small_office(folder), NOW.replace(month=11, day=28)
    decisions, plan = office.store.decisions, office.plan
    register_exposure(decisions, office.city, plan, title, units=["市住建委"], who="宣传部", at=at)
    refuse_exposure(decisions, plan, title, step="市绩效办", who="覃某", at=at, why="先整改")
    return office


def test_steps_of_one_of_several_exposures_come_back_in_their_own_form(tmp_path: Path) -> None:
    office = small_office(tmp_path)
    with browser(office, Role.EVALUATION) as officer:
        for title in ("曝光：甲", "曝光：乙"):
            send(officer, "/exposures", "/exposures/register", title=title, unit=UNIT)
        fields = {"title": "曝光：乙", "step": "市绩效办", "seen": "旧", "who": "覃某", "number": "3号"}
        said = send(officer, "/exposures", "/exposures/approve", **fields)
        assert (
            "请看清后再定" in said
            and "（登记拟曝光）" in said
            and "exposure_plan" not in said.split("<main")[1].split("</p>")[0]
        )
        forms = [form_of(said, "/exposures/approve", place) for place in (0, 1)]
        assert {form["title"][0]: form["who"] for form in forms} == {"曝光：甲": [""], "曝光：乙": ["覃某"]}
        unknown = send(officer, "/exposures", "/exposures/approve", **fields | {"title": "曝光：丙"})
        assert "请看清后再定" in unknown  # a title that nobody ever decided on
        # Of one that no step waits for any more, no form is left: the reason stands where it is told.
        own = next(form for form in forms if form["title"] == ["曝光：甲"])
        fields = {"title": "曝光：甲", "step": "市绩效办", "seen": own["seen"]}
        assert "已记下不同意" in send(officer, "/exposures", "/exposures/refuse", why="证据不足", **fields)
        gone = send(officer, "/exposures", "/exposures/withdraw", why="另有安排", **fields)
        assert "您填写的内容：另有安排" in LexborHTMLParser(gone).css_first("p.flash").text()


def test_an_alarm_of_an_exposure_that_was_refused_has_a_form_to_deal_with_it(tmp_path: Path) -> None:
    title = "曝光：围挡占道"
    office = office_with_an_alarm(tmp_path, title)
    with browser(office, Role.PUBLICITY) as clerk, browser(office, Role.EVALUATION) as officer:
        alarms = clerk.get("/exposures").text.split('id="waiting"')[0]
        assert "覃某 已于 2017-11-28 不同意刊发" in alarms and "· 2017-12-01 刊发" in alarms
        assert "覃某 于 2017-11-28 09:30 不同意（先整改）" in alarms
        form = form_of(alarms, "/exposures/register")
        assert (form["title"], form["unit"]) == ([title], ["市住建委"])
        fields = {name: values for name, values in form.items() if name != "why"}
        said = send(clerk, "/exposures", "/exposures/register", **fields, why="编辑部误发，已约谈")
        assert "已登记拟曝光" in said
        for step, who in (("市绩效办", "覃某"), ("分管领导", "李某")):
            late = {"title": title, "step": step, "is_late": "1", "who": who, "number": "1号"}
            now = form_of(officer.get("/exposures").text, "/exposures/approve")
            assert f"已审批（{step}）" in send(
                officer, "/exposures", "/exposures/approve", seen=now["seen"], **late
            )
        alarms = officer.get("/exposures").text.split('id="waiting"')[0]
        assert "刊发后补批" in alarms and "不同意刊发" in alarms and "重新登记" not in alarms
    kinds = [decision.kind for decision in load_decisions(office.store.decisions)]
    assert kinds == ["exposure_plan", "exposure_refusal", "exposure_plan", *["exposure_approval"] * 2]


def test_of_two_forms_of_one_address_the_one_that_was_sent_is_filled(tmp_path: Path) -> None:
    office = office_with_an_alarm(tmp_path, "曝光：围挡占道")
    with browser(office, Role.PUBLICITY) as clerk:
        before = clerk.get("/exposures").text
        sent = form_of(before, "/exposures/register")
        sent |= {"seen": ["旧"], "why": ["编辑部误发"]}
        said = send(clerk, "/exposures", "/exposures/register", **sent)
        assert "没有办成" in said
        assert form_of(said, "/exposures/register")["why"] == ["编辑部误发"]
        assert form_of(said, "/exposures/register", -1) == form_of(before, "/exposures/register", -1)
        # Of an alarm that the page does not show, no form is filled: the main one would send no `seen`.
        told = before.replace("<main", '<p class="flash">没有办成</p><main', 1)
        fields = sent | {"title": ["曝光：另一篇"]}
        said = refilled(told, Typed(path="/exposures/register", names=list(sent), fields=fields))
        assert [form["why"] for form in (form_of(said, "/exposures/register", n) for n in (0, -1))] == [
            [""]
        ] * 2
        assert "您填写的内容：编辑部误发" in LexborHTMLParser(said).css_first("p.flash").text()


def test_an_alias_that_could_not_be_stopped_is_not_put_where_one_is_added(tmp_path: Path) -> None:
    office, path = small_office(tmp_path), "/settings/alias"
    with browser(office, Role.ADMINISTRATOR) as officer:
        page = f"/settings?tab=units&unit={quote(UNIT)}"
        send(officer, "/settings", path, unit=UNIT, alias="港城水利", state="已核对", why="来函")
        before = officer.get(page).text
        stop = {"alias": "港城水利", "unit": UNIT, "state": "停用", "seen": "旧"}
        data = {"_csrf_token": token(before), **stop}
        said = officer.post(path, data=data, headers={"referer": f"{officer.base_url}{page}"}).text
        assert "没有办成" in said and 'value="停用"' in said
        assert form_of(said, path, -1) == form_of(before, path, -1)


def test_a_choice_that_was_undone_stays_undone() -> None:
    page = (
        '<form method="post" action="/a"><input type="hidden" name="_csrf_token" value="t">'
        '<input type="checkbox" name="c" value="1" checked><input type="checkbox" name="c" value="2">'
        '<select name="s" multiple><option selected>甲<option>乙</select>'
        '<select name="c"><option value="">无<option value="2">二</select></form>'
    )
    found = form_of(refilled(page, Typed(path="/a", names=["c", "s"], fields={"c": ["2", ""]})), "/a")
    assert found == {"c": ["2", ""]}


def test_a_choice_that_is_not_offered_leaves_the_one_of_the_page() -> None:
    page = (
        '<form method="post" action="/a"><select name="s"><option>甲<option selected>乙</select>'
        '<select name="s"><option>甲<option selected>乙</select></form>'
    )
    typed = Typed(path="/a", names=["s"], fields={"s": ["丙", "甲"]})
    assert form_of(refilled(page, typed), "/a") == {"s": ["乙", "甲"]}


def test_what_a_form_sends_by_itself_is_compared_as_it_is_kept() -> None:
    hidden = "曝光：\u200b甲 " + "长" * 2000
    page = (
        f'<form method="post" action="/a"><input type="hidden" name="t" value="{hidden}">'
        '<textarea name="why"></textarea></form>'
    )
    typed = Typed(path="/a", names=["t", "why"], fields={"t": [as_kept(hidden)], "why": ["已核实"]})
    assert form_of(refilled(page, typed), "/a")["why"] == ["已核实"]
    typed["fields"]["t"].append("乙")  # sent for more than this form is for
    assert form_of(refilled(page, typed), "/a")["why"] == [""]
