"""Owns the commands by which people move tickets: queue hand-over, queue sign, queue transfer …"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands.common import (
    HOME,
    AtOption,
    CityOption,
    HomeOption,
    JsonOption,
    UserError,
    WhoOption,
    WhyOption,
    asked,
    emit_rows,
    parse_moment,
)
from commands.queue import queue_app

if TYPE_CHECKING:
    from analysis.acts.ticket import TicketRegister

TicketArgument = Annotated[str, typer.Argument(help="帖号（可只写开头），或帖子的地址。")]
TicketsArgument = Annotated[list[str], typer.Argument(help="帖号，可写多个，一次转办。")]
RoleOption = Annotated[str, typer.Option("--role", help="以谁的身份：宣传部，或责任单位。")]
UnitOption = Annotated[str | None, typer.Option("--unit", help="责任单位（units.csv 的简称）。")]
DaysOption = Annotated[int, typer.Option("--days", help="自发帖起的工作日数。")]
FloorOption = Annotated[int, typer.Option("--floor", help="楼层。")]


@queue_app.command("hand-over")
def hand_over(
    tickets: TicketsArgument, who: WhoOption, unit: UnitOption = None, why: WhyOption = "",
    at: AtOption = None, city: CityOption = None, home: HomeOption = HOME, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """转办：把一件或几件交给责任单位（不写 --unit 则交给各自的建议单位）。全部成功或全部不动。"""
    _move("hand_over", tickets, who, at, city, home, as_json, why=why, unit=unit)


@queue_app.command("take-back")
def take_back(
    tickets: TicketsArgument, who: WhoOption, why: WhyOption, at: AtOption = None, city: CityOption = None,
    home: HomeOption = HOME, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """撤回转办：刚转错、单位还没有签收的，回到转办前。全部成功或全部不动。"""
    _move("take_back", tickets, who, at, city, home, as_json, why=why)


@queue_app.command("sign")
def sign(
    ticket: TicketArgument, who: WhoOption, why: WhyOption = "", role: RoleOption = "宣传部",
    at: AtOption = None, city: CityOption = None, home: HomeOption = HOME, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """签收：责任单位接下这件帖。"""
    _move("sign", [ticket], who, at, city, home, as_json, role, why=why)


@queue_app.command("start")
def start(
    ticket: TicketArgument, who: WhoOption, why: WhyOption, role: RoleOption = "宣传部", at: AtOption = None,
    city: CityOption = None, home: HomeOption = HOME, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """开始办理：未走签收（如电话告知）而已在办的。"""
    _move("start", [ticket], who, at, city, home, as_json, role, why=why)


@queue_app.command("send-back")
def send_back(
    ticket: TicketArgument, who: WhoOption, why: WhyOption, role: RoleOption = "宣传部", at: AtOption = None,
    city: CityOption = None, home: HomeOption = HOME, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """退回：不属本单位职责，在退回时限之内。"""
    _move("send_back", [ticket], who, at, city, home, as_json, role, why=why)


@queue_app.command("transfer")
def transfer(
    ticket: TicketArgument, who: WhoOption, unit: Annotated[str, typer.Option("--unit", help="改派给谁。")],
    why: WhyOption, at: AtOption = None, city: CityOption = None, home: HomeOption = HOME,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """改派：转给另一个责任单位。"""
    _move("transfer", [ticket], who, at, city, home, as_json, why=why, unit=unit)


@queue_app.command("extend")
def extend(
    ticket: TicketArgument, who: WhoOption, days: DaysOption, why: WhyOption, at: AtOption = None,
    city: CityOption = None, home: HomeOption = HOME, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """延期：正式答复改为发帖后第几个工作日到期，有上限；时限过后才批的不改时限。"""
    _move("extend", [ticket], who, at, city, home, as_json, why=why, days=days)


@queue_app.command("pause")
def pause(
    ticket: TicketArgument, who: WhoOption, why: WhyOption, role: RoleOption = "宣传部", at: AtOption = None,
    city: CityOption = None, home: HomeOption = HOME, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """暂停：等发帖人补充信息，时钟停走。"""
    _move("pause", [ticket], who, at, city, home, as_json, role, why=why)


@queue_app.command("resume")
def resume(
    ticket: TicketArgument, who: WhoOption, why: WhyOption = "", role: RoleOption = "宣传部",
    at: AtOption = None, city: CityOption = None, home: HomeOption = HOME, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """恢复：时钟续走。"""
    _move("resume", [ticket], who, at, city, home, as_json, role, why=why)


@queue_app.command("response-confirmed")
def response_confirmed(
    ticket: TicketArgument, who: WhoOption, floor: FloorOption, why: WhyOption = "", at: AtOption = None,
    city: CityOption = None, home: HomeOption = HOME, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """确认为初步回应：未登记账号的那一楼算初步回应。"""
    _move("response_confirmed", [ticket], who, at, city, home, as_json, why=why, floor=floor)


@queue_app.command("answer-confirmed")
def answer_confirmed(
    ticket: TicketArgument, who: WhoOption, floor: FloorOption, why: WhyOption = "", at: AtOption = None,
    city: CityOption = None, home: HomeOption = HOME, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """确认为正式答复：未登记账号或网友的那一楼算正式答复。"""
    _move("answer_confirmed", [ticket], who, at, city, home, as_json, why=why, floor=floor)


@queue_app.command("answer-rejected")
def answer_rejected(
    ticket: TicketArgument, who: WhoOption, floor: FloorOption, why: WhyOption, at: AtOption = None,
    city: CityOption = None, home: HomeOption = HOME, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """不采信该楼：不算答复、不算解决、不算异议。"""
    _move("answer_rejected", [ticket], who, at, city, home, as_json, why=why, floor=floor)


@queue_app.command("solved-confirmed")
def solved_confirmed(
    ticket: TicketArgument, who: WhoOption, floor: FloorOption, why: WhyOption = "", at: AtOption = None,
    city: CityOption = None, home: HomeOption = HOME, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """确认已解决：发帖人在那一楼说“解决了”，据此办结。"""
    _move("solved_confirmed", [ticket], who, at, city, home, as_json, why=why, floor=floor)


@queue_app.command("dispute-confirmed")
def dispute_confirmed(
    ticket: TicketArgument, who: WhoOption, floor: FloorOption, why: WhyOption = "", at: AtOption = None,
    city: CityOption = None, home: HomeOption = HOME, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """确认二次反映：发帖人在那一楼不认可答复，重新办理、重新计时。"""
    _move("dispute_confirmed", [ticket], who, at, city, home, as_json, why=why, floor=floor)


@queue_app.command("close")
def close(
    ticket: TicketArgument, who: WhoOption, why: WhyOption = "", at: AtOption = None,
    city: CityOption = None, home: HomeOption = HOME, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """办结：已答复的办完了。"""
    _move("close", [ticket], who, at, city, home, as_json, why=why)


@queue_app.command("reopen")
def reopen(
    ticket: TicketArgument, who: WhoOption, why: WhyOption, at: AtOption = None,
    city: CityOption = None, home: HomeOption = HOME, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """重新办理：已答复、已办结或无需回复的，再办。"""
    _move("reopen", [ticket], who, at, city, home, as_json, why=why)


@queue_app.command("no-reply-needed")
def no_reply_needed(
    ticket: TicketArgument, who: WhoOption, why: WhyOption, at: AtOption = None,
    city: CityOption = None, home: HomeOption = HOME, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """无需回复：人工认定不需要单位答复。"""
    _move("no_reply_needed", [ticket], who, at, city, home, as_json, why=why)


@queue_app.command("decide-units")
def decide_units(
    ticket: TicketArgument, who: WhoOption,
    unit: Annotated[list[str], typer.Option("--unit", help="责任单位，可多次；几家都要答的一家一单。")],
    why: WhyOption = "", at: AtOption = None, city: CityOption = None, home: HomeOption = HOME,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """研判定单位：认定由谁答；几家都要答的分成几张单。"""
    from analysis.acts import ticket as acts
    from analysis.acts.ticket_check import Actor

    moment = parse_moment(at, city, home)
    with _register(city, home) as register:
        done = acts.decide_units(register, ticket, Actor(who), moment, units=unit, why=why)
    _show(done, moment, city, home, as_json)


@queue_app.command("calendar")
def calendar(
    who: WhoOption, at: AtOption = None, city: CityOption = None, home: HomeOption = HOME,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """节假日安排未公布的年份：记下哪些帖的时限暂不能算；公布后记下重算的时限。没有新情况则不记。"""
    from analysis.acts.calendar import note_calendar

    with _register(city, home) as register:
        done = note_calendar(register, who, parse_moment(at, city, home))
    rows = [{"target": d.target, "state": d.after["state"], "why": d.why} for d in done]
    emit_rows(
        rows, {"target": "年份", "state": "节假日安排", "why": "说明"}, as_json, False,
        title=f"已记录 {len(done)} 条" if done else "没有新情况：在办各件的时限都能算，或已记过",
    )  # fmt: skip


def _move(
    key: str, tickets: list[str], who: str, at: str | None, city: Path | None, home: Path, as_json: bool,
    role: str = "宣传部", **said: Any,
) -> None:  # fmt: skip
    from analysis.acts import ticket as acts
    from analysis.acts.record import unit_of_person
    from analysis.acts.ticket_check import Actor
    from analysis.ticket_moves import OFFICE, UNIT

    if role not in (OFFICE, UNIT):
        raise UserError(f"--role 应为{OFFICE}或{UNIT}，而不是 {role!r}")
    with _register(city, home) as register:
        unit = unit_of_person(register.city, who) if role == UNIT else None
        if role == UNIT and unit is None:
            raise UserError("以责任单位的身份办理，--who 要以单位名称开头，如“市水利局 黄某”")
        actor = Actor(who, UNIT if role == UNIT else OFFICE, unit)
        moment = parse_moment(at, city, home)
        done = acts.move(register, key, tickets, actor, moment, **said)
    _show(done, moment, city, home, as_json)


@contextlib.contextmanager
def _register(city: Path | None, home: Path) -> Iterator[TicketRegister]:
    """The register of a city's tickets, opened and closed again."""
    from analysis.acts.ticket import TicketRegister
    from analysis.ticket import load_rules
    from pipeline.store import open_store

    with asked(city, home) as (chosen, con):
        yield TicketRegister(con, chosen, load_rules(chosen), open_store(home, chosen).decisions)


def _show(done: list[Any], at: dt.datetime, city: Path | None, home: Path, as_json: bool) -> None:
    """What was recorded, with the state and the unit of each ticket as it stands with it: what follows from
    the floors that are left, or from a pause, no decision names."""
    from analysis.queue import tickets_of_threads

    # Of a decision on the thread itself there is no ticket.
    threads = {d.target: thread for d in done if (thread := d.target.rpartition("-")[0])}
    with _register(city, home) as register:
        present = tickets_of_threads(register.con, register.rules, set(threads.values()), at)
    stands = {ticket.ticket_id: ticket for own in present.values() for ticket in own}
    rows = []
    for d in done:
        ticket = stands.get(d.target)
        state, unit = (ticket.state, ticket.unit) if ticket else (d.after.get("state"), d.after.get("unit"))
        rows.append({"ticket_id": d.target, "state": state, "unit": unit, "who": d.who, "why": d.why})
    columns = {"ticket_id": "帖号", "state": "状态", "unit": "责任单位", "who": "谁", "why": "理由"}
    emit_rows(rows, columns, as_json, False, title=f"已记录 {len(done)} 条")
