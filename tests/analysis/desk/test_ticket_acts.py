"""Tickets are moved at the desk by the table of moves: by whom it says, many at once or none."""

from __future__ import annotations

import dataclasses
import html
import re

from litestar import Litestar
from litestar.testing import TestClient

from analysis.desk.office import open_office
from analysis.desk.rights import Role
from analysis.queue_lists import FloorToConfirm
from pipeline.city import load_city
from pipeline.decisions import load_decisions
from tests.analysis.case import REPOSITORY, Case
from tests.analysis.desk.people import NOW, UNIT, browser, open_accounts, small_office, token
from tests.analysis.desk.test_acts import send


def find(client: TestClient[Litestar], words: str) -> tuple[str, str]:
    """Address of the ticket with these words in its title, and its id."""
    page = client.get("/tickets", params={"q": words, "state": "全部"}).text
    found = re.search(r'href="(/tickets/(t[0-9a-f]+-\d+))', page)
    assert found, page[:1500]
    return found[1], found[2]


def seen(client: TestClient[Litestar], path: str) -> str:
    found = re.search(r'name="seen" value="([^"]*)"', client.get(path).text)
    assert found
    return found[1]


def test_a_ticket_goes_to_its_unit_which_signs_for_it(tmp_path) -> None:
    office = small_office(tmp_path)
    with browser(office, Role.PUBLICITY) as clerk, browser(office, Role.LIAISON) as liaison:
        path, ticket = find(clerk, "水费怎么交")
        said = send(clerk, "/tickets/hand-over", ticket=[ticket], unit="", why="请按时答复")
        assert "已转办" in said
        page = liaison.get(path).text
        assert "待签收" in page
        assert "请按时答复" in page
        assert "改派" not in re.findall(r"<summary>(\S+)", page)  # not a unit's to do
        said = send(liaison, f"{path}/move", move="sign", seen=seen(liaison, path))
        assert "已签收" in said
        assert "答复请用已登记的官方账号（防城港水利）在原帖下回" in said
        send_back = said[said.index('value="send_back"') :].split("</form>")[0]
        assert "自转办起 1 个工作日）之内，即 2017-12-05 18:00 以前" in send_back
        assert "办理中" in clerk.get(path).text
        refused = send(liaison, f"{path}/move", move="close")
        assert "没有办成" in refused
    decisions = list(load_decisions(office.store.decisions))
    assert [decision.kind for decision in decisions] == ["transfer", "state_change"]
    assert decisions[1].who.startswith(UNIT)
    entry = next(entry for entry in office.audit.entries() if entry.act == "签收")
    assert entry.before["state"] == "待签收"
    assert entry.after["state"] == "办理中"


def test_a_unit_without_an_official_account_is_told_so(tmp_path) -> None:
    office = small_office(tmp_path)
    with browser(office, Role.PUBLICITY) as clerk:
        path = find(clerk, "水费怎么交")[0]
        page = send(
            clerk, f"{path}/move", move="transfer", seen=seen(clerk, path), unit="市教育局", why="归它"
        )
        assert "市教育局在" in page and "没有登记的官方账号" in page
        done = find(clerk, "河道垃圾无人清")[0]
        assert "答复请用已登记的官方账号" not in clerk.get(done).text  # nothing is to be answered


def test_a_sheet_without_rules_says_what_to_do_and_no_path_of_the_machine(tmp_path) -> None:
    office = small_office(tmp_path)
    assert office.city.folder.is_absolute() and office.city.content("notify-rules.yaml") is None
    with browser(office, Role.PUBLICITY) as clerk:
        path, _ = find(clerk, "水费怎么交")
        answer = clerk.get(f"{path}/sheet")
        assert answer.status_code == 503
        assert "没有 notify-rules.yaml" in answer.text and "请管理员从默认城市复制一份" in answer.text
        assert str(tmp_path) not in answer.text
        office.warehouse.path.unlink()
        answer = clerk.get(path)
        assert "gangqing" not in answer.text.split("<main", 1)[1] and "管理员" in answer.text
        assert str(tmp_path) not in answer.text


def test_a_liaison_touches_no_other_units_ticket(tmp_path) -> None:
    office = small_office(tmp_path)
    with browser(office, Role.PUBLICITY) as clerk, browser(office, Role.LIAISON) as liaison:
        path, ticket = find(clerk, "电梯困人")
        form = token(liaison.get("/password").text)
        answer = liaison.post(f"{path}/move", data={"_csrf_token": form, "move": "sign"})
        assert answer.status_code == 404
        answer = liaison.post("/tickets/hand-over", data={"_csrf_token": form, "ticket": ticket})
        assert answer.status_code == 403
    assert not list(load_decisions(office.store.decisions))


def test_many_are_handed_over_at_once_or_none(tmp_path) -> None:
    office = small_office(tmp_path)
    with browser(office, Role.PUBLICITY) as clerk:
        two = [find(clerk, words)[1] for words in ("水费怎么交", "电梯困人")]
        said = send(clerk, "/tickets/hand-over", ticket=[*two, "t000000000000-1"], unit=UNIT)
        assert "没有办成" in said
        assert not list(load_decisions(office.store.decisions))
        said = send(clerk, "/tickets/hand-over", ticket=two, unit=UNIT)
        assert "已转办 2 件" in said
    assert len(list(load_decisions(office.store.decisions))) == 2


def test_the_second_of_two_who_move_a_ticket_is_told_and_nothing_is_lost(tmp_path) -> None:
    office = small_office(tmp_path)
    with browser(office, Role.PUBLICITY) as one, browser(office, Role.PUBLICITY) as two:
        path, _ = find(one, "电梯困人")
        looked = seen(one, path)
        said = send(two, f"{path}/move", move="hand_over", unit="市质监局", seen=looked)
        assert "已转办" in said
        said = send(one, f"{path}/move", move="no_reply_needed", why="这一段理由写了很久", seen=looked)
        assert "没有办成" in said
        assert "这一段理由写了很久" in said  # what was typed is told back
        assert "市质监局" in one.get(path).text


def test_several_units_must_answer_one_thread(tmp_path) -> None:
    office = small_office(tmp_path)
    with browser(office, Role.PUBLICITY) as clerk, browser(office, Role.LIAISON) as liaison:
        path, _ = find(clerk, "电梯困人")
        send(clerk, f"{path}/move", move="decide_units", unit=["市质监局", UNIT], why="两家都要答")
        assert "同帖各单" in clerk.get(path).text
        assert "电梯困人" in liaison.get("/tickets").text  # her share of it only
        assert "市质监局" not in liaison.get("/tickets").text


def test_a_correction_of_the_kind_holds_at_the_next_request(tmp_path) -> None:
    office = small_office(tmp_path)
    with browser(office, Role.PUBLICITY) as clerk:
        path, _ = find(clerk, "水费怎么交")
        fixed = send(clerk, f"{path}/correct", kind="投诉", urgency="紧急", why="语气是投诉")
        assert "已更正帖子标签" in fixed
        page = clerk.get(path).text
        assert "类别：咨询 → 投诉" in page
        assert "紧急" in page


def test_a_hand_over_can_be_taken_back_with_one_click(tmp_path) -> None:
    office = small_office(tmp_path)
    with browser(office, Role.PUBLICITY) as clerk, browser(office, Role.LIAISON) as liaison:
        two = [find(clerk, words)[1] for words in ("水费怎么交", "电梯困人")]
        said = send(clerk, "/tickets/hand-over", ticket=two, unit=UNIT)
        assert "撤回刚才的转办" in said
        assert sorted(re.findall(r'name="ticket" value="(t[0-9a-f]+-\d+)">', said)[:2]) == sorted(two)
        assert "撤回刚才的转办" not in clerk.get("/tickets").text  # told once
        assert "已撤回转办 2 件" in send(clerk, "/tickets/take-back", ticket=two)
        assert "待研判 2" in clerk.get("/tickets").text
        send(clerk, "/tickets/hand-over", ticket=two, unit=UNIT)
        path, _ = find(liaison, "水费怎么交")
        send(liaison, f"{path}/move", move="sign", seen=seen(liaison, path))
        assert "现在不能撤回转办" in send(clerk, "/tickets/take-back", ticket=two)  # all or none


def test_a_hand_over_of_many_comes_back_to_the_list_as_it_was_cut(tmp_path) -> None:
    office = small_office(tmp_path)
    with browser(office, Role.PUBLICITY) as clerk:
        _, ticket = find(clerk, "电梯困人")
        page = clerk.get("/tickets", params={"kind": "求助", "sort": "opened_at"}).text
        back = html.unescape(re.findall(r'name="back" value="([^"]+)"', page)[0])
        assert back.startswith("/tickets?") and "sort=opened_at" in back
        form = token(page)
        data = {"_csrf_token": form, "ticket": ticket, "unit": UNIT, "back": back}
        answer = clerk.post("/tickets/hand-over", data=data, follow_redirects=False)
        assert answer.headers["location"] == back
        undo = clerk.get(back).text.split('class="undo"')[1].split("</form>")[0]
        assert html.escape(back) in undo
        for elsewhere in ("https://evil.example/tickets?", "//evil.example", "/tickets?\r\nX: y", "/log"):
            data["back"] = elsewhere
            answer = clerk.post("/tickets/hand-over", data=data, follow_redirects=False)
            assert answer.headers["location"].startswith("/tickets"), elsewhere
            assert "evil" not in answer.headers["location"] and "x" not in answer.headers


def test_a_post_without_replies_offers_no_act_on_a_floor(tmp_path) -> None:
    office = small_office(tmp_path)
    with browser(office, Role.PUBLICITY) as clerk:
        labels = re.findall(r"<summary>([^<\s]+)", clerk.get(find(clerk, "水费怎么交")[0]).text)
        assert "转办" in labels
        assert not {"确认为初步回应", "确认为正式答复", "不采信该楼", "确认已解决"} & set(labels)
        labels = re.findall(r"<summary>([^<\s]+)", clerk.get(find(clerk, "河道垃圾")[0]).text)
        assert "不采信该楼" in labels


def test_a_ticket_that_was_not_there_yet_says_from_when_on_it_was(tmp_path) -> None:
    office = small_office(tmp_path)
    with browser(office, Role.PUBLICITY) as clerk, browser(office, Role.LIAISON) as liaison:
        path, _ = find(clerk, "电梯困人")
        answer = clerk.get(f"{path}?as_of=2017-11-01")
        assert answer.status_code == 404
        assert "它从 2017-12-01 10:00 起" in answer.text
        assert f'href="{path}?as_of=2017-12-01"' in answer.text
        assert clerk.get(f"{path}?as_of=2017-12-01").status_code == 200
        hidden = liaison.get(f"{path}?as_of=2017-11-01")  # not hers: she is told nothing of it
        assert hidden.status_code == 404
        assert "2017-12-01" not in hidden.text


def test_today_lists_what_stands_still_and_what_nobody_closed(tmp_path) -> None:
    office = small_office(tmp_path)
    with browser(office, Role.PUBLICITY) as clerk:
        assert "已答复、未办结（1）" in clerk.get("/").text
        assert "暂停中" not in clerk.get("/").text
        path, _ = find(clerk, "水费怎么交")
        send(clerk, f"{path}/move", move="pause", why="请补充户号", seen=seen(clerk, path))
        assert "暂停中（1）" in clerk.get("/").text


def test_the_log_speaks_of_what_it_names(tmp_path) -> None:
    office = small_office(tmp_path)
    with browser(office, Role.PUBLICITY) as clerk:
        path, ticket = find(clerk, "水费怎么交")
        send(clerk, "/tickets/hand-over", ticket=[ticket], unit="")
        log = clerk.get("/log").text
        assert f'<a href="{path}">[咨询:市水利局] 水费怎么交</a>' in log
        assert "宣传部张三（宣传部）" in log
        assert "状态：待研判 → 待签收" in log
        assert "state" not in re.sub(r"<[^>]+>", "", log)


def test_the_units_of_a_thread_are_told_in_words_and_counted_by_tickets(tmp_path) -> None:
    office = small_office(tmp_path)
    with browser(office, Role.PUBLICITY) as clerk:
        path, _ = find(clerk, "电梯困人")
        said = send(clerk, f"{path}/move", move="decide_units", unit=["市质监局"], why="电梯归它管")
        assert re.search(r"已研判定单位\s*<", said), "one ticket, though a tag was corrected too"
        page = html.unescape(clerk.get(path).text)
        assert "责任单位：市质监局：电梯归它管" in page
        assert "units=" not in page


def test_the_board_has_no_column_for_what_was_not_chosen(tmp_path) -> None:
    office = small_office(tmp_path)
    with browser(office, Role.PUBLICITY) as clerk:
        column = r'<h2 id="col-\d+">已答复 <span class="muted">(\d+)</span>'
        assert re.findall(column, clerk.get("/tickets?view=board").text) == []
        assert re.findall(column, clerk.get("/tickets?view=board&state=全部").text) == ["1"]


def test_today_leads_to_the_alarm_and_to_every_floor(tmp_path, monkeypatch) -> None:
    floor = FloorToConfirm(
        ticket_id="t1-1", thread_id="t1", title="一件", url="", unit=UNIT, state="已答复", floor=1,
        kind="solved", words="好了", said_at=NOW, text=None,
    )  # fmt: skip
    floors = [dataclasses.replace(floor, floor=number) for number in range(1, 21)]
    monkeypatch.setattr("analysis.desk.pages.today.floors_of", lambda visit: floors)
    office = small_office(tmp_path)
    with browser(office, Role.PUBLICITY) as clerk:
        page = clerk.get("/").text
        assert re.findall(r"/tickets/t1-1#floor-(\d+)", page) == [str(each.floor) for each in floors]
        alarm = page.split('id="alarms"')[1].split("</section>")[0]
        assert 'href="/exposures"' in alarm


def test_a_unit_of_a_later_reform_is_there_from_its_day_on(tmp_path) -> None:
    case = Case(tmp_path)
    later = (REPOSITORY / "city" / "units-later.csv").read_text("utf-8").replace("2018-07-05", "2017-12-04")
    (case.city.folder / "units-later.csv").write_text(later, "utf-8")
    case.city = load_city(case.city.folder)
    case.thread(
        "1", "[咨询:市国税局] 怎么报税", [("u1", "2017-11-20 10:00:00", "怎么报")], at="2017-12-03T08:00:00"
    )
    case.build()
    office = open_office(case.city, case.home, lambda: NOW, case.warehouse)
    open_accounts(office)
    with browser(office, Role.PUBLICITY) as clerk:
        path, ticket = find(clerk, "怎么报税")
        for page in (path, "/tickets"):
            offered = re.findall(r"<option[^>]*>([^<]+)", clerk.get(page).text)
            assert "市税务局" in offered and "市应急局" not in offered
        assert "已转办" in send(clerk, "/tickets/hand-over", ticket=[ticket], unit="市税务局", why="机构改革")
