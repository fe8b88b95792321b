"""What the page of a ticket offers: moves with the floors that they may name, and states said once."""

from __future__ import annotations

import contextlib
import re

from analysis.acts.ticket_check import MoveError, check_floor
from analysis.desk.office import open_office
from analysis.desk.pages.ticket import _floors
from analysis.desk.rights import Role
from analysis.queue import queue
from analysis.ticket import parse_rules
from analysis.ticket_moves import MOVE
from analysis.warehouse import ask, open_warehouse
from tests.analysis.case import Case
from tests.analysis.desk.people import NOW, UNIT, browser, open_accounts, small_office
from tests.analysis.desk.test_acts import send
from tests.analysis.desk.test_ticket_acts import find, seen


def test_a_move_offers_only_floors_that_it_may_name_and_chooses_none(tmp_path) -> None:
    case = Case(tmp_path)
    floors = [
        ("u1", "2017-12-01 10:00:00", "水费在哪交"),
        ("u2", "2017-12-01 11:00:00", "我也想问"),
        ("u1", "2017-12-01 12:00:00", "已经问到了"),
    ]
    case.thread("1", f"[咨询:{UNIT}] 水费怎么交", floors, at="2017-12-03T08:00:00")
    case.thread("2", f"[咨询:{UNIT}] 水表怎么装", floors[:1], at="2017-12-03T08:00:00")
    case.build()
    office = open_office(case.city, case.home, lambda: NOW, case.warehouse)
    open_accounts(office)
    with browser(office, Role.PUBLICITY) as clerk:
        page = clerk.get(find(clerk, "水费怎么交")[0]).text
        for move, offered in (("answer_confirmed", ["2"]), ("solved_confirmed", ["3"])):
            form = page[page.index(f'value="{move}"') :].split("</form>")[0]
            assert re.findall(r'<option value="(\d*)"', form) == ["", *offered]
        form = page[page.index('value="answer_rejected"') :].split("</form>")[0]
        assert re.findall(r'<option value="(\d*)"', form) == ["", "2", "3"]
        lone = clerk.get(find(clerk, "水表怎么装")[0]).text
        assert 'value="answer_confirmed"' not in lone and 'value="solved_confirmed"' not in lone


def test_the_page_offers_the_floors_that_the_act_takes(tmp_path) -> None:
    case = Case(tmp_path)
    others = [("u2", "我也想问"), ("", "谁答一下"), ("u1", "已经问到了"), ("u2", "好")]
    for name, opener in (
        ("1", "u1"),
        ("2", ""),
    ):  # of an anonymous thread whoever is anonymous may be the poster
        floors = [(opener, "2017-12-01 10:00:00", "水费在哪交")]
        floors += [(who, f"2017-12-01 1{n}:00:00", said) for n, (who, said) in enumerate(others, 1)]
        case.thread(name, f"[咨询:{UNIT}] 水费怎么交", floors, at="2017-12-03T08:00:00")
    case.build()
    con = open_warehouse(case.warehouse)
    tickets = queue(con, parse_rules({}), NOW)
    assert len(tickets) == 2
    for ticket in tickets:
        posts = ask(con, "thread_posts", thread_id=ticket.thread_id, as_of=NOW, known_by=None)
        for key in ("answer_confirmed", "solved_confirmed", "answer_rejected"):
            taken = []
            for post in posts:
                with contextlib.suppress(MoveError):
                    check_floor(con, ticket, MOVE[key], post["floor"], NOW)
                    taken.append(post["floor"])
            assert _floors(ticket, MOVE[key], posts) == taken, (ticket.title, key)
    con.close()


def test_no_floor_of_an_earlier_round_is_offered_as_thanks_of_this_one(tmp_path) -> None:
    case = Case(tmp_path)
    floors = [
        ("u1", "2017-12-01 10:00:00", "水费在哪交"),
        ("u1", "2017-12-01 12:00:00", "解决了"),
        ("u1", "2017-12-01 14:00:00", "不认"),
        ("u1", "2017-12-01 15:00:00", "解决了"),
    ]
    case.thread("1", f"[咨询:{UNIT}] 水费怎么交", floors, at="2017-12-03T08:00:00")
    case.build()
    office = open_office(case.city, case.home, lambda: NOW, case.warehouse)
    open_accounts(office)
    with browser(office, Role.PUBLICITY) as clerk:
        path, _ = find(clerk, "水费怎么交")
        send(clerk, f"{path}/move", move="solved_confirmed", seen=seen(clerk, path), floor="2")
        send(clerk, f"{path}/move", move="dispute_confirmed", seen=seen(clerk, path), floor="3")
        page = clerk.get(path).text
        form = page[page.index('value="solved_confirmed"') :].split("</form>")[0]
        assert re.findall(r'<option value="(\d*)"', form) == ["", "3", "4"]


def test_what_happened_is_told_with_the_states_that_followed_from_replies(tmp_path) -> None:
    case = Case(tmp_path)
    floors = [
        ("u1", "2017-12-01 10:00:00", "水费在哪交"),
        ("防城港水利", "2017-12-01 11:00:00", "已收到"),
        ("防城港水利", "2017-12-01 15:00:00", "答复：在营业厅交"),
    ]
    case.thread("1", f"[咨询:{UNIT}] 水费怎么交", floors, at="2017-12-03T08:00:00")
    case.build()
    office = open_office(case.city, case.home, lambda: NOW, case.warehouse)
    open_accounts(office)
    with browser(office, Role.PUBLICITY) as clerk:
        path, _ = find(clerk, "水费怎么交")
        page = clerk.get(path).text
        told = [
            re.sub(r"<[^>]+>", " ", entry)
            for entry in page[page.index('id="history"') :].split("</ol>")[0].split("<li>")[1:]
        ]
        assert [re.findall(r"(\S*) → +(\S+)", entry) for entry in told] == [
            [("", "待研判")],
            [("待研判", "已初步回应")],
            [("已初步回应", "已答复")],
        ]


def test_the_state_of_a_paused_ticket_stands_there_once(tmp_path) -> None:
    with browser(small_office(tmp_path), Role.PUBLICITY) as clerk:
        path, _ = find(clerk, "水费怎么交")
        page = send(clerk, f"{path}/move", move="pause", seen=seen(clerk, path), why="等补充")
        fact = re.sub(r"<[^>]+>", " ", page.split("<dt>状态</dt>")[1].split("</dd>")[0])
        assert fact.split() == ["暂停"]
        open_page = clerk.get(find(clerk, "电梯困人")[0]).text
        assert re.search(r"<summary>暂停</summary>", open_page)  # its move leads to what it is called
