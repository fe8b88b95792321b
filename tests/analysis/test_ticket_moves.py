"""The table of states and moves: written down, whole, and the same in the docs as in the code."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import get_args

import pytest

from analysis.reply_rules import load_rules
from analysis.ticket_moves import (
    EARLIER,
    MOVE,
    MOVES,
    OPEN,
    SAME,
    STATES,
    UNDONE,
    legal_moves,
    table_markdown,
)
from pipeline.decisions import KINDS
from pipeline.records import TicketState
from tests.analysis.case import REPOSITORY, Case

# Written by hand from domain.md, "Forum posts"; the table must say the same.
JUDGED = "response_confirmed answer_confirmed answer_rejected solved_confirmed no_reply_needed decide_units"
LEGAL = {
    "待研判": f"hand_over start transfer pause {JUDGED}",
    "待签收": f"take_back sign start send_back transfer extend pause {JUDGED}",
    "办理中": f"send_back transfer extend pause {JUDGED}",
    "已初步回应": f"transfer extend pause {JUDGED}",
    "延期": f"transfer extend pause {JUDGED}",
    "暂停": f"resume {JUDGED}",
    "退回改派": f"hand_over start transfer pause {JUDGED}",
    "已答复": "decide_units answer_rejected solved_confirmed dispute_confirmed close reopen",
    "已办结": "answer_rejected dispute_confirmed reopen",
    "无需回复": "reopen",
}


def test_the_states_are_those_of_the_contract() -> None:
    assert set(STATES) == set(get_args(TicketState)) == set(LEGAL)


@pytest.mark.parametrize("state", STATES)
def test_legal_moves_of_each_state(state: str) -> None:
    assert {move.key for move in legal_moves(state)} == set(LEGAL[state].split())


def test_every_move_leads_to_a_state_and_is_recorded_as_a_decision() -> None:
    assert len(MOVE) == len(MOVES)
    for move in MOVES:
        assert move.to in (*STATES, SAME, EARLIER, UNDONE) and move.clocks and move.roles
        assert set(move.before) <= {*STATES, "（无）"}
        assert (move.kind in KINDS) is (move.roles != ("论坛",))


def test_people_read_the_values_of_rules_and_no_names_of_settings(tmp_path: Path) -> None:
    case = Case(tmp_path)
    rules = dataclasses.replace(load_rules(case.city), send_back_days=2, extension_max_days=17)
    words = {move.key: move.clocks_under(rules) for move in MOVES}
    assert not [said for said in words.values() if re.search("[A-Za-z_]", said)]
    assert words["send_back"] == "照走；须在退回时限（自转办起 2 个工作日）之内"
    assert "至多 17 个工作日；" in words["extend"]
    assert words["transfer"] == "照走；退回时限从此起算"
    restarting = dataclasses.replace(rules, transfer_restarts=True)
    assert MOVE["transfer"].clocks_under(restarting) == "两个时限从改派起重算；退回时限从此起算"


def test_a_rule_stands_in_what_a_move_does_and_is_not_looked_for_in_its_words(tmp_path: Path) -> None:
    case = Case(tmp_path)
    reworded = dataclasses.replace(MOVE["send_back"], effect="退回须赶早：{send_back}")
    rules = dataclasses.replace(load_rules(case.city), send_back_days=4)
    assert reworded.clocks_under(rules) == "退回须赶早：自转办起 4 个工作日"
    assert reworded.clocks == "退回须赶早：city 的 send_back_days，自转办起算"


def test_every_state_can_be_reached_and_every_open_one_left() -> None:
    reached = {move.to for move in MOVES}
    assert set(STATES) <= reached
    for state in OPEN:
        assert {"已答复", "无需回复", "已办结"} <= {m.to for m in MOVES if state in m.before}


def test_units_do_only_what_is_theirs() -> None:
    assert {move.key for state in STATES for move in legal_moves(state, "责任单位")} == {
        "sign",
        "start",
        "send_back",
        "pause",
        "resume",
    }


def test_the_docs_show_this_table() -> None:
    text = (REPOSITORY / "docs" / "ticket-states.md").read_text("utf-8")
    assert table_markdown() in text
