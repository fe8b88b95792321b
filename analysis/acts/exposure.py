"""Owns what is done to a planned exposure: register, approve in steps, refuse, withdraw, link to its piece.

通知四（三）: 市绩效办 reviews, then 市分管领导 agrees, then it may appear. The order is held here: nobody
agrees before the review, nobody approves twice, and what has appeared is approved only as late.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from analysis.acts.record import ActError, alone, decision_of, known_units, line, reason, recorded
from analysis.exposure import (
    KINDS,
    Planned,
    exposures,
    fold,
    is_known_by_day,
    planned_for,
    steps_of,
)
from analysis.plan import Fact, Plan, load_facts
from analysis.quotes import quoted
from analysis.record import said_on_disk
from analysis.warehouse import Connection, ask
from pipeline.city import City
from pipeline.decisions import Decision


@alone
def register_exposure(
    decisions: Path,
    city: City,
    plan: Plan,
    title: str,
    *,
    units: list[str],
    who: str,
    at: dt.datetime,
    outlet: str | None = None,
    day: dt.date | None = None,
    why: str = "",
) -> Decision:
    """Register a planned exposure under the title that it will have.

    Args:
        decisions: the folder of the record (`Store.decisions`).
        units: whose shortcoming it exposes, short names.
        outlet, day: where and when it is to appear, if that is known.

    Raises:
        ActError: something is missing, or the same title waits for approval or has it.
    """
    title = line(title, "拟曝光稿件的标题")
    old = _planned(decisions, plan, title, must_be=False)
    if old is not None and old.registered is not None and old.is_open:
        raise ActError(f"{quoted(title)}已于 {old.registered.at:%Y-%m-%d} 登记，现状：{_stands(old, plan)}")
    after: dict[str, object] = {"unit": known_units(city, units)}
    if outlet:
        after["outlet"] = line(outlet, "媒体")
    if day is not None:
        after["date"] = day.isoformat()
    return recorded(decisions, decision_of("exposure_plan", title, who=who, at=at, after=after, why=why))


@alone
def approve_exposure(
    decisions: Path,
    plan: Plan,
    title: str,
    *,
    step: str,
    number: str,
    who: str,
    at: dt.datetime,
    con: Connection | None = None,
    is_late: bool = False,
    why: str = "",
) -> Decision:
    """Take one step of the approval.

    Args:
        step: 市绩效办 or 分管领导, as the plan names them.
        number: the file number of the approval.
        con: the warehouse: a piece that has appeared already is approved only with `is_late`.
        is_late: record an approval after publication; the ledger shows it as 刊发后补批 and the alarm stays.

    Raises:
        ActError: not registered, not this step's turn, the same person twice, or it has appeared.
    """
    order = steps_of(plan)
    planned = _open(decisions, plan, title)
    if step not in order:
        raise ActError(f"没有“{step}”这一步，可用：{'、'.join(order)}")
    if step in planned.steps:
        done = planned.steps[step]
        raise ActError(f"{step}已由 {done.who} 于 {done.at:%Y-%m-%d %H:%M} 批准，不需再批")
    if step != planned.next_step(order):
        raise ActError(f"须先经{planned.next_step(order)}审核，再报{step}同意")
    who = line(who, "审批人")
    if who in {each.who for each in planned.steps.values()}:
        raise ActError(f"{who} 已批过前一步，两步须由不同的人审批")
    _check_after(planned, at)
    appeared = _appeared(con, plan, planned, at)
    if appeared is not None and not is_late:
        raise ActError(f"该稿已于 {appeared:%Y-%m-%d} 刊发，不能事后批准；确需补记请注明为补批，台账仍列警示")
    after: dict[str, object] = {"step": step, "number": line(number, "审批文号")}
    if appeared is not None:
        after["late"] = True
    return recorded(
        decisions, decision_of("exposure_approval", planned.target, who=who, at=at, after=after, why=why)
    )


@alone
def refuse_exposure(
    decisions: Path, plan: Plan, title: str, *, step: str, who: str, at: dt.datetime, why: str
) -> Decision:
    """Refuse a planned exposure with a reason; it may be registered anew. Raises ActError."""
    order = steps_of(plan)
    planned = _open(decisions, plan, title)
    if step not in order:
        raise ActError(f"没有“{step}”这一步，可用：{'、'.join(order)}")
    if step != planned.next_step(order):
        waiting = planned.next_step(order)
        raise ActError(f"现在轮到{waiting}" if waiting else f"{quoted(planned.target)}已批准，不同意请先撤回")
    _check_after(planned, at)
    return recorded(
        decisions,
        decision_of(
            "exposure_refusal",
            planned.target,
            who=who,
            at=at,
            after={"step": step},
            why=reason(why, "不同意的理由"),
        ),
    )


@alone
def withdraw_exposure(
    decisions: Path, plan: Plan, title: str, *, who: str, at: dt.datetime, why: str
) -> Decision:
    """Withdraw a planned exposure, approved or not, with a reason. Raises ActError."""
    planned = _open(decisions, plan, title)
    _check_after(planned, at)
    return recorded(
        decisions,
        decision_of("exposure_withdrawal", planned.target, who=who, at=at, why=reason(why, "撤回的理由")),
    )


@alone
def link_exposure(
    decisions: Path,
    con: Connection,
    plan: Plan,
    title: str,
    article: str,
    *,
    who: str,
    at: dt.datetime,
    why: str = "",
) -> Decision:
    """Say that a published piece is the planned one, where it appeared under another title.

    Args:
        article: id or address of the piece.

    Raises:
        ActError: no such plan or piece, or the piece is another plan's already.
    """
    planned = _planned(decisions, plan, title)
    assert planned is not None
    rows = [row for row in exposures(con, plan, at) if article in (row.article_id, row.url)]
    if not rows:
        raise ActError(f"没有这篇曝光稿：{article}（请用 gangqing exposure list 里的稿件号或网址）")
    fact = next(f for f in load_facts(con, plan, at) if f.article_id == rows[0].article_id)
    order = steps_of(plan)
    other = planned_for(fact, fold(said_on_disk(decisions, KINDS), order), order)
    if other is not None and other.target != planned.target and other.registered is not None:
        raise ActError(f"该稿已对应登记的{quoted(other.target)}")
    return recorded(
        decisions,
        decision_of(
            "exposure_link", planned.target, who=who, at=at, after={"article": fact.article_id}, why=why
        ),
    )


def _appeared(con: Connection | None, plan: Plan, planned: Planned, at: dt.datetime) -> dt.datetime | None:
    """When the planned piece appeared, up to a moment and as far as is known; None: not yet."""
    if con is None:
        return None
    times = [
        fact.published_at
        for fact in load_facts(con, plan, at)
        if fact.form == "曝光"
        and planned_for(fact, [planned], ()) is not None
        and (_was_captured(con, fact, at) if _may_be_later(fact, at) else fact.published_at <= at)
    ]
    return min(times, default=None)


def _may_be_later(fact: Fact, at: dt.datetime) -> bool:
    return is_known_by_day(fact) and fact.published_day == at.date()


def _was_captured(con: Connection, fact: Fact, at: dt.datetime) -> bool:
    """Whether a piece was fetched by then: whatever its time of publication, it had appeared."""
    rows = ask(con, "captures_of", articles=[fact.article_id])
    return any(row["captured_at"] is not None and row["captured_at"] <= at for row in rows)


def _planned(decisions: Path, plan: Plan, title: str, *, must_be: bool = True) -> Planned | None:
    title = line(title, "拟曝光稿件的标题")
    known = {each.target: each for each in fold(said_on_disk(decisions, KINDS), steps_of(plan))}
    if must_be and (title not in known or known[title].registered is None):
        near = [name for name in known if title in name]
        raise ActError(
            f"没有登记过{quoted(title)}"
            + (f"，是不是{quoted(near[0])}？" if near else "，请先登记（gangqing exposure add）")
        )
    return known.get(title)


def _open(decisions: Path, plan: Plan, title: str) -> Planned:
    planned = _planned(decisions, plan, title)
    assert planned is not None
    if not planned.is_open:
        said = planned.refused or planned.withdrawn
        assert said is not None
        word = "未获同意" if planned.refused is not None else "已撤回"
        raise ActError(
            f"{quoted(planned.target)}{word}（{said.who} {said.at:%Y-%m-%d}：{said.why}），可重新登记"
        )
    return planned


def _check_after(planned: Planned, at: dt.datetime) -> None:
    """What is decided comes after the registration and the approvals. Raises ActError."""
    assert planned.registered is not None
    if at < max([planned.registered.at, *(each.at for each in planned.steps.values())]):
        raise ActError("时间早于登记或前一步审批的时间，请核对")


def _stands(planned: Planned, plan: Plan) -> str:
    waiting = planned.next_step(steps_of(plan))
    return f"待{waiting}" if waiting else "已批准"
