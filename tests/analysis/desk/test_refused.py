"""Forms that are refused come back as they were filled in, whichever page they stand on."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path
from urllib.parse import quote

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from selectolax.lexbor import LexborHTMLParser

from analysis.acts.exposure import refuse_exposure, register_exposure
from analysis.desk.flash import Typed, refilled
from analysis.desk.forms import as_kept
from analysis.desk.office import Office
from analysis.desk.rights import Role
from analysis.desk.sessions import IDLE_SECONDS
from pipeline.decisions import load_decisions
from tests.analysis.desk.people import NOW, UNIT, browser, small_office, token

OUTSIDE = frozenset({"/login", "/logout", "/setup", "/password"})  # passwords are typed anew


def send(client: TestClient[Litestar], page: str, path: str, **fields: object) -> str:
    """Send a form from the page on which it stands, as a browser does; the page to which one is led."""
    data = {"_csrf_token": token(client.get("/password").text), **fields}
    came = {"referer": f"{str(client.base_url).rstrip('/')}{quote(page, safe='/?=')}"}
    answer = client.post(path, data=data, headers=came)
    assert answer.status_code == 200, answer.text[:500]
    return answer.text


def form_of(page: str, action: str, place: int = 0) -> dict[str, list[str]]:
    """What a form of a page would send now, by field."""
    form = LexborHTMLParser(page).css(f'form[method=post][action="{action}"]')[place]
    found: dict[str, list[str]] = {}
    for each in form.css("input, textarea, option[selected]"):
        owner = each
        while each.tag == "option" and owner.tag != "select":
            owner = owner.parent
        value = each.text() if each.tag == "textarea" else each.attributes.get("value", each.text())
        if each.attributes.get("type") in ("checkbox", "radio") and "checked" not in each.attributes:
            continue
        found.setdefault(owner.attributes.get("name") or "", []).append(value or "")
    return found


def office_with_an_alarm(folder: Path, title: str) -> Office:
    """An exposure was refused and published all the same."""
    office, at = small_office(folder), NOW.replace(month=11, day=28)
    decisions, plan = office.store.decisions, office.plan
    register_exposure(decisions, office.city, plan, title, units=["市住建委"], who="宣传部", at=at)
    refuse_exposure(decisions, plan, title, step="市绩效办", who="覃某", at=at, why="先整改")
    return office


def test_a_refused_registration_of_an_exposure_keeps_all_that_was_typed(office: Office) -> None:
    with browser(office, Role.PUBLICITY) as clerk:
        fields = {
            "title": "曝光：“窗口”空岗", "unit": ["市水利局", "没有的局"], "outlet": "防城港日报",
            "day": "2017-12-20", "why": "第一行\n<b>第二行</b>",
        }  # fmt: skip
        said = send(clerk, "/exposures", "/exposures/register", **fields)
        assert "没有单位“没有的局”" in said
        found = form_of(said, "/exposures/register", -1)
        del found["_csrf_token"]
        assert found == {name: [value] for name, value in (fields | {"unit": "市水利局"}).items()}
        form = LexborHTMLParser(said).css('form[action="/exposures/register"]')[-1]
        assert form.parent is not None and "open" in form.parent.attributes
        assert "窗口" not in clerk.get("/exposures").text  # once


@pytest.mark.parametrize(
    ("fields", "told"),
    [({"day": "昨天"}, "拟刊发日期应写成"), ({"title": "曝" * 201}, "标题太长"), ({"title": ""}, "请填写")],
)
def test_what_is_refused_before_the_act_comes_back_too(
    office: Office, fields: dict[str, str], told: str
) -> None:
    with browser(office, Role.PUBLICITY) as clerk:
        sent = {"title": "曝光：渠道淤堵", "unit": UNIT, "why": "已核实"} | fields
        said = send(clerk, "/exposures", "/exposures/register", **sent)
        assert told in said
        found = form_of(said, "/exposures/register", -1)
        assert {name: [value] for name, value in sent.items()}.items() <= found.items()


def test_steps_of_one_of_several_exposures_come_back_in_their_own_form(tmp_path: Path) -> None:
    office = small_office(tmp_path)
    with browser(office, Role.EVALUATION) as officer:
        for title in ("曝光：甲", "曝光：乙"):
            send(officer, "/exposures", "/exposures/register", title=title, unit=UNIT)
        fields = {"title": "曝光：乙", "step": "市绩效办", "seen": "旧", "who": "覃某", "number": "3号"}
        said = send(officer, "/exposures", "/exposures/approve", **fields)
        assert (
            "刷新后再定" in said
            and "（登记拟曝光）" in said
            and "exposure_plan" not in said.split("<main")[1].split("</p>")[0]
        )
        forms = [form_of(said, "/exposures/approve", place) for place in (0, 1)]
        assert {form["title"][0]: form["who"] for form in forms} == {"曝光：甲": [""], "曝光：乙": ["覃某"]}
        unknown = send(officer, "/exposures", "/exposures/approve", **fields | {"title": "曝光：丙"})
        assert "请刷新后再定" in unknown  # a title that nobody ever decided on
        # Of one that no step waits for any more, no form is left: the reason stands where it is told.
        own = next(form for form in forms if form["title"] == ["曝光：甲"])
        fields = {"title": "曝光：甲", "step": "市绩效办", "seen": own["seen"]}
        assert "已记下不同意" in send(officer, "/exposures", "/exposures/refuse", why="证据不足", **fields)
        gone = send(officer, "/exposures", "/exposures/withdraw", why="另有安排", **fields)
        assert "您填写的内容：另有安排" in LexborHTMLParser(gone).css_first("p.flash").text()


def test_an_extension_and_units_of_a_ticket_come_back(office: Office) -> None:
    with browser(office, Role.PUBLICITY) as clerk:
        [ticket] = set(re.findall(r"/tickets/([\w-]+-1)", clerk.get("/tickets?q=电梯困人").text))
        page, path = f"/tickets/{ticket}", f"/tickets/{ticket}/move"
        send(clerk, page, path, move="decide_units", unit="市住建委", why="职责")
        chosen = ["市住建委", "", "市水利局"]
        said = send(clerk, page, path, move="decide_units", unit=chosen, why="两家", seen="旧/旧")
        assert "没有办成" in said
        assert form_of(said, path)["unit"] == chosen
        said = send(clerk, page, path, move="extend", days="200", why="须送检")
        assert "至多到发帖后第 15 个工作日" in said
        forms = [form_of(said, path, place) for place in range(said.count(f'action="{path}"'))]
        [extension] = [form for form in forms if form["move"] == ["extend"]]
        assert (extension["days"], extension["why"]) == (["200"], ["须送检"])
        assert all(form["why"] == [""] for form in forms if form["move"] != ["extend"])


def test_a_page_with_a_query_comes_back_with_it(office: Office) -> None:
    with browser(office, Role.EVALUATION) as officer:
        page = f"/contacts?unit={UNIT}"
        fields = {"unit": UNIT, "leader": "", "contact": "黄某", "phone": "0770-2822222", "seen": ""}
        found = form_of(send(officer, page, "/contacts/register", **fields), "/contacts/register")
        assert (found["contact"], found["phone"]) == (["黄某"], ["0770-2822222"])


def test_a_correction_that_is_refused_comes_back(office: Office) -> None:
    with browser(office, Role.EVALUATION) as officer:
        article = re.search(r"/articles/(a[0-9a-f]{12})\"", officer.get("/articles").text)
        assert article is not None
        page = f"/articles/{article[1]}"
        data = {"form": "诗歌", "unit0": "市教育局", "role0": "joint", "topic": "法治建设", "why": "文中写明"}
        said = send(officer, page, f"{page}/correct", **data)
        assert "没有体裁“诗歌”" in said
        found = form_of(said, f"{page}/correct")
        assert [found[name] for name in ("unit0", "role0", "topic", "why")] == [
            ["市教育局"], ["joint"], ["法治建设"], ["文中写明"],
        ]  # fmt: skip


def test_what_is_too_large_leads_back_to_its_form(office: Office) -> None:
    with browser(office, Role.PUBLICITY) as clerk:
        headers = {
            "content-type": "multipart/form-data; boundary=b", "content-length": str(30 * 1024 * 1024),
            "x-csrftoken": token(clerk.get("/appeals").text), "referer": f"{clerk.base_url}/appeals?screen=2",
        }  # fmt: skip
        answer = clerk.post("/appeals/open", content=b"x", headers=headers)
        assert answer.status_code == 413
        assert '<a class="button" href="/appeals?screen=2">返回刚才的页面</a>' in answer.text


def test_a_token_and_the_first_account_keep_what_was_chosen(tmp_path: Path) -> None:
    office = small_office(tmp_path)
    with browser(office, Role.ADMINISTRATOR) as admin:
        fields = {"name": "大屏", "role": "单位联络员", "unit": ""}
        data = {"_csrf_token": token(admin.get("/tokens").text), **fields}
        answer = admin.post("/tokens/make", data=data)
        assert answer.status_code == 400
        found = form_of(answer.text, "/tokens/make")
        assert (found["name"], found["role"]) == (["大屏"], ["单位联络员"])
    office.setup_key = "key"
    with browser(office) as nobody:
        fields = {"key": "key", "name": "admin", "person": "李明", "password": "short", "again": "short"}
        data = {"_csrf_token": token(nobody.get("/setup?key=key").text), **fields, "roles": "绩效办"}
        found = form_of(nobody.post("/setup", data=data).text, "/setup")
        assert (found["roles"], found["person"], found["password"]) == (["绩效办"], ["李明"], [""])


def test_passwords_do_not_come_back(office: Office) -> None:
    with browser(office, Role.EVALUATION) as officer:
        fields = {"present": "falsch-wort", "password": "geheim-wort", "again": "geheim-worte"}
        data = {"_csrf_token": token(officer.get("/password").text), **fields}
        officer.post("/password", data=data)
        kept = "".join(path.read_text("utf-8", "replace") for path in office.store.desk.rglob("sessions/*"))
        assert kept and "-wort" not in kept


def test_a_choice_that_was_undone_stays_undone() -> None:
    page = (
        '<form method="post" action="/a"><input type="hidden" name="_csrf_token" value="t">'
        '<input type="checkbox" name="c" value="1" checked><input type="checkbox" name="c" value="2">'
        '<select name="s" multiple><option selected>甲<option>乙</select>'
        '<select name="c"><option value="">无<option value="2">二</select></form>'
    )
    found = form_of(refilled(page, Typed(path="/a", names=["c", "s"], fields={"c": ["2", ""]})), "/a")
    assert found == {"_csrf_token": ["t"], "c": ["2", ""]}


def test_an_alarm_of_an_exposure_that_was_refused_has_a_form_to_deal_with_it(tmp_path: Path) -> None:
    title = "曝光：围挡占道"
    office = office_with_an_alarm(tmp_path, title)
    with browser(office, Role.PUBLICITY) as clerk, browser(office, Role.EVALUATION) as officer:
        alarms = clerk.get("/exposures").text.split('id="waiting"')[0]
        assert "覃某 已于 2017-11-28 不同意刊发" in alarms and "· 2017-12-01 刊发" in alarms
        assert "覃某 于 2017-11-28 09:30 不同意（先整改）" in alarms
        form = form_of(alarms, "/exposures/register")
        assert (form["title"], form["unit"]) == ([title], ["市住建委"])
        fields = {name: values for name, values in form.items() if name not in ("_csrf_token", "why")}
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
        del sent["_csrf_token"]
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


@pytest.mark.parametrize("path", ["//evil.test/x", "/\\evil.test", "", "/exposures/register", "/nowhere"])
def test_no_refusal_leads_away_from_the_pages_of_the_desk(office: Office, path: str) -> None:
    with browser(office, Role.PUBLICITY) as clerk:
        data = {"_csrf_token": token(clerk.get("/exposures").text), "title": "曝" * 201}
        came = {"referer": f"{clerk.base_url}{path}"}
        answer = clerk.post("/exposures/register", data=data, headers=came, follow_redirects=False)
        assert answer.status_code == 400 and "evil" not in answer.text


def test_no_refusal_leads_to_the_address_of_an_act_with_a_number_in_it(office: Office) -> None:
    with browser(office, Role.PUBLICITY) as clerk:
        [ticket] = set(re.findall(r"/tickets/([\w-]+-1)", clerk.get("/tickets?q=电梯困人").text))
        data = {"_csrf_token": token(clerk.get("/exposures").text), "title": "曝" * 201}
        for page, status in ((f"/tickets/{ticket}/move", 400), (f"/tickets/{ticket}", 303)):
            came = {"referer": f"{clerk.base_url}{page}"}
            answer = clerk.post("/exposures/register", data=data, headers=came, follow_redirects=False)
            assert answer.status_code == status


@pytest.mark.parametrize(("count", "is_kept"), [(20, True), (40, False)])
def test_of_what_is_too_long_nothing_is_kept(office: Office, count: int, is_kept: bool) -> None:
    with browser(office, Role.PUBLICITY) as clerk:
        fields = {"title": "曝" * 201, "unit": UNIT, "why": "已核实", "outlet": ["长" * 2000] * count}
        said = send(clerk, "/exposures", "/exposures/register", **fields)
        assert "标题太长" in said
        assert form_of(said, "/exposures/register", -1)["why"] == (["已核实"] if is_kept else [""])


def test_what_was_typed_goes_with_the_session_that_ended(tmp_path: Path) -> None:
    office = small_office(tmp_path)
    folder = office.store.desk / "sessions"
    with browser(office, Role.PUBLICITY):
        [ended] = folder.iterdir()
    (folder / f"{ended.name}.tmp").write_bytes(b"half")
    with browser(office, Role.PUBLICITY):
        assert ended.exists()  # a start ends no session that lasts
    for path in (ended, folder / f"{ended.name}.tmp"):
        os.utime(path, (0, time.time() - IDLE_SECONDS - 1))
    with browser(office):
        assert len(list(folder.iterdir())) == 1 and not ended.exists()
