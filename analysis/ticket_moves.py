"""Owns the written table of a ticket's states and moves: who may do what, from where to where, what it needs.

Everything that moves a ticket is one line of MOVES (domain.md, "Forum posts"); docs/ticket-states.md is
printed from it. Moves of the forum happen by themselves when a crawl brings a floor; all others are a
person's act (analysis/acts/ticket.py) and one line in the record of decisions.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from analysis.reply_rules import Rules

Role = Literal["宣传部", "责任单位", "论坛"]
Need = Literal["why", "unit", "days", "floor"]
OFFICE: Role = "宣传部"
UNIT: Role = "责任单位"
FORUM: Role = "论坛"

STATES = (
    "待研判", "待签收", "办理中", "已初步回应", "延期", "暂停", "退回改派", "已答复", "已办结", "无需回复",
)  # fmt: skip
OPEN = ("待研判", "待签收", "办理中", "已初步回应", "退回改派", "延期", "暂停")
WORKED_ON = ("待签收", "办理中", "已初步回应", "延期")  # with a unit, not answered yet
ENDED = ("已办结", "无需回复")  # a person's word: no floor moves the ticket any more
SAME = "（不变）"
EARLIER = "（暂停前的状态）"
UNDONE = "（转办前的状态）"

NEED_WORDS = {
    "why": "理由（--why）",
    "unit": "责任单位（--unit）",
    "days": "工作日数（--days）",
    "floor": "楼层（--floor）",
}


@dataclasses.dataclass(frozen=True)
class Move:
    """One line of the table.

    Attributes:
        key: name of the act, of its command (with - for _), and `after.move` of its decision.
        label: what a clerk calls it.
        roles: who may do it; 论坛: a floor does it by itself.
        before: states from which it is legal.
        to: the state after it; SAME, EARLIER, UNDONE.
        needs: what must be said with it.
        kind: kind of the decision (pipeline/decisions.py); empty for moves of the forum.
        effect: what it does to the two clocks, in Chinese, with a place for each rule that a city sets.
    """

    key: str
    label: str
    roles: tuple[Role, ...]
    before: tuple[str, ...]
    to: str
    needs: tuple[Need, ...]
    kind: str
    effect: str

    @property
    def command(self) -> str:
        return self.key.replace("_", "-")

    @property
    def clocks(self) -> str:
        """What it does to the clocks, with the names of the settings on which that hangs."""
        return self.effect.format(
            restart="照走；city 的 transfer_restarts 为真时两个时限从改派起重算",
            send_back="city 的 send_back_days，自转办起算",
            extension="extension_max_days",
        )

    def clocks_under(self, rules: Rules) -> str:
        """What it does to the clocks under a city's rules: their values, not the names of their settings."""
        return self.effect.format(
            restart="两个时限从改派起重算" if rules.transfer_restarts else "照走",
            send_back=f"自转办起 {rules.send_back_days} 个工作日",
            extension=f"{rules.extension_max_days} 个工作日",
        )


_UNPAUSED = tuple(state for state in OPEN if state != "暂停")
_RUNS_ON = "照走"

MOVES: tuple[Move, ...] = (
    Move(
        "open", "立单", ("论坛",), ("（无）",), "待研判", (), "",
        "两个时限从发帖起算；公告下的提问从提问起算",
    ),
    Move(
        "decide_units", "研判定单位", ("宣传部",), (*OPEN, "已答复"), "待签收", ("unit",), "tag_correction",
        "照走；几家都要答的一家一单，各有时限；退回时限从此起算；换了单位的，暂停随之结束",
    ),
    Move(
        "hand_over", "转办", ("宣传部",), ("待研判", "退回改派"), "待签收", (), "transfer",
        "照走；退回时限从此起算",
    ),
    Move(
        "take_back", "撤回转办", ("宣传部",), ("待签收",), UNDONE, ("why",), "state_change",
        "照走；用于刚转错、单位还没有签收的，责任单位也回到转办前",
    ),
    Move("sign", "签收", ("责任单位", "宣传部"), ("待签收",), "办理中", (), "state_change", _RUNS_ON),
    Move(
        "start", "开始办理", ("责任单位", "宣传部"), ("待研判", "待签收", "退回改派"), "办理中", ("why",),
        "state_change", "照走；用于电话等方式已开始办理、未走签收的",
    ),
    Move(
        "send_back", "退回", ("责任单位", "宣传部"), ("待签收", "办理中"), "退回改派", ("why",),
        "state_change", "照走；须在退回时限（{send_back}）之内",
    ),
    Move(
        "transfer", "改派", ("宣传部",), _UNPAUSED, "待签收", ("unit", "why"), "transfer",
        "{restart}；退回时限从此起算",
    ),
    Move(
        "extend", "延期", ("宣传部",), WORKED_ON, "延期", ("days", "why"), "extension",
        "正式答复时限改为自发帖起这么多个工作日，至多 {extension}；改后仍已过的不能办；"
        "时限已过再批的不改时限",
    ),
    Move(
        "pause", "暂停", ("宣传部", "责任单位"), _UNPAUSED, "暂停", ("why",), "pause",
        "从当日起停走（等发帖人补充信息）；已过的时限不受影响",
    ),
    Move("resume", "恢复", ("宣传部", "责任单位"), ("暂停",), EARLIER, (), "resume", "从当日起续走"),
    Move(
        "response_confirmed", "确认为初步回应", ("宣传部",), OPEN, "已初步回应", ("floor",), "state_change",
        "初步回应时限停在该楼发表之时；暂停中的仍为暂停",
    ),
    Move(
        "answer_confirmed", "确认为正式答复", ("宣传部",), OPEN, "已答复", ("floor",), "state_change",
        "两个时限停在该楼发表之时（此前没有初步回应的，一并停）",
    ),
    Move(
        "answer_rejected", "不采信该楼", ("宣传部",), (*OPEN, "已答复", "已办结"), SAME, ("floor", "why"),
        "state_change", "该楼不算答复、不算解决、不算异议；时限已停在该楼的，如同没有该楼，续走",
    ),
    Move(
        "solved_confirmed", "确认已解决", ("宣传部",), (*OPEN, "已答复"), "已办结", ("floor",),
        "state_change", "两个时限停在发帖人说“解决了”的那一楼（须在本轮之内）",
    ),
    Move(
        "dispute_confirmed", "确认二次反映", ("宣传部",), ("已答复", "已办结"), "办理中", ("floor",),
        "state_change", "新一轮：两个时限从该楼（须在答复之后）起重算；上一轮的暂停不再作数，超时的仍记超时",
    ),
    Move("close", "办结", ("宣传部",), ("已答复",), "已办结", (), "state_change", "已停"),
    Move(
        "reopen", "重新办理", ("宣传部",), ("已答复", *ENDED), "办理中", ("why",), "state_change",
        "已答复过的开始新一轮，从重开起算；未答复过的照原时限续走；以前的暂停不再作数，超时的仍记超时",
    ),
    Move(
        "no_reply_needed", "无需回复", ("宣传部",), OPEN, "无需回复", ("why",), "state_change",
        "不再计时，不列入统计；暂停随之结束",
    ),
    Move(
        "responded", "官方初步回应", ("论坛",), OPEN, "已初步回应", ("floor",), "",
        "初步回应时限停在该楼；暂停中的仍为暂停",
    ),
    Move(
        "answered", "官方答复", ("论坛",), OPEN, "已答复", ("floor",), "",
        "两个时限停在该楼（此前没有初步回应的，一并停）；暂停随之结束",
    ),
    Move(
        "sent_back", "官方推转", ("论坛",), OPEN, "退回改派", ("floor",), "",
        "照走；“不属我局职责”“请拨打…”不算回应，也不算答复；暂停中的仍为暂停",
    ),
    Move(
        "disputed", "发帖人不认可", ("论坛",), ("已答复", "已办结"), SAME, ("floor",), "",
        "不变；列入“待确认”，由人确认二次反映",
    ),
    Move(
        "solved", "发帖人称已解决", ("论坛",), (*OPEN, "已答复"), SAME, ("floor",), "",
        "不变；列入“待确认”，由人确认",
    ),
    Move(
        "claimed", "未登记账号的答复", ("论坛",), OPEN, SAME, ("floor",), "",
        "不变；列入“待确认”，由人确认是否算答复",
    ),
)  # fmt: skip

MOVE = {move.key: move for move in MOVES}
BY_OPENER = ("solved_confirmed", "dispute_confirmed")  # moves that name a floor of the poster's own
BY_OTHERS = ("response_confirmed", "answer_confirmed")  # and those that name none of hers


def legal_moves(state: str, role: Role | None = None) -> list[Move]:
    """What a person may do with a ticket in a state; `role` None: anybody."""
    return [
        move for move in MOVES if move.kind and state in move.before and (role is None or role in move.roles)
    ]


def named(moves: Iterable[Move]) -> str:
    """Moves in words, with their commands: 签收（sign）、退回（send-back）."""
    return "、".join(f"{move.label}（{move.command}）" for move in moves) or "没有"


def table_markdown() -> str:
    """The table as docs/ticket-states.md holds it."""
    head = "| 动作 | 命令 | 谁 | 从 | 到 | 须写明 | 对时限 |\n|---|---|---|---|---|---|---|"
    lines = [
        f"| {m.label} | {f'`{m.command}`' if m.kind else '自动'} | {'、'.join(m.roles)} "
        f"| {_states(m.before)} "
        f"| {m.to} | {'、'.join(NEED_WORDS[n].partition('（')[0] for n in m.needs) or '—'} | {m.clocks} |"
        for m in MOVES
    ]
    return "\n".join([head, *lines]) + "\n"


def _states(states: tuple[str, ...]) -> str:
    if states == OPEN:
        return "一切未答复的"
    if states == _UNPAUSED:
        return "一切未答复、未暂停的"
    if states[: len(OPEN)] == OPEN:
        return "一切未答复的、" + "、".join(states[len(OPEN) :])
    return "、".join(states)
