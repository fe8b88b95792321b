"""Owns the page 曝光审批: what is planned, who approved it, what appeared, and what appeared unapproved."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

from litestar.response import Redirect, Response

from analysis.acts.exposure import (
    approve_exposure,
    link_exposure,
    refuse_exposure,
    register_exposure,
    withdraw_exposure,
)
from analysis.desk.acting import perform, seen_of, signature
from analysis.desk.forms import LONG, Form
from analysis.desk.page import Page
from analysis.desk.routing import act, see
from analysis.desk.standing import standing
from analysis.desk.visit import Visit
from analysis.desk.warehouse import ON_ARTICLES
from analysis.exposure import KINDS as EXPOSURE_KINDS
from analysis.exposure import ExposureRow, exposures, gate_of, steps_of
from analysis.exposure_late import LateStep, late_steps

HERE = "/exposures"


@dataclasses.dataclass(kw_only=True)
class ExposuresPage(Page):
    """The exposure ledger.

    Attributes:
        alarms: pieces that appeared without approval, or before it.
        waiting: planned exposures that wait for a step.
        rest: all others, newest first.
        steps: names of the approvals, in their order.
        paragraph: of the plan's line that asks for them; None: it has none.
        next_step: by title, the step that a planned exposure waits for; "" for none.
        seen: by title, the newest decision on it.
        late: by article of an alarm, the approval that can still be recorded as late, or that it must be
            registered again before, for it was refused or withdrawn.
        unregistered: articles of alarms that have to be registered before.
        units: units that can be named.
    """

    template: ClassVar[str] = "exposures.html"
    heading: ClassVar[str] = "曝光审批"
    section: ClassVar[str] = HERE
    alarms: list[ExposureRow]
    waiting: list[ExposureRow]
    rest: list[ExposureRow]
    steps: list[str]
    paragraph: str | None
    next_step: dict[str, str]
    seen: dict[str, str]
    late: dict[str, LateStep]
    unregistered: set[str]
    units: list[str]


def ledger_of(visit: Visit) -> list[ExposureRow]:
    """All exposures of the day."""
    return visit.once(
        "exposures",
        lambda: exposures(visit.con, visit.office.plan, visit.as_of, visit.known_by, visit.facts()),
        ON_ARTICLES | frozenset(EXPOSURE_KINDS),
    )


def waiting_exposures(visit: Visit) -> list[ExposureRow]:
    """Planned exposures that wait for a step of the approval."""
    return [row for row in ledger_of(visit) if row.state.startswith("待") and not row.is_alarm]


@standing
def build_exposures(visit: Visit) -> ExposuresPage:
    rows, steps, gate = ledger_of(visit), steps_of(visit.office.plan), gate_of(visit.office.plan)
    waiting = waiting_exposures(visit)
    alarms = [row for row in rows if row.is_alarm]
    late = late_steps(visit.con, visit.office.plan, alarms, visit.facts(), visit.as_of, visit.known_by)
    others = [row for row in rows if not row.is_alarm and row not in waiting]
    return ExposuresPage(
        alarms=alarms,
        waiting=waiting,
        rest=others[::-1],
        steps=steps,
        paragraph=gate.paragraph if gate is not None else None,
        next_step={row.title: row.state.removeprefix("待") for row in waiting},
        seen=seen_of(visit, [*(row.title for row in rows), *(each.title for each in late.values())]),
        late=late,
        unregistered={row.article_id for row in alarms if row.article_id and row.registered_at is None},
        units=[unit.short for unit in visit.office.city.units],
    )


@see(HERE, "city.read")
def page(visit: Visit) -> Response[Any]:
    """曝光审批."""
    return visit.show(build_exposures(visit))


@act(f"{HERE}/register", "exposure.propose")
def register(visit: Visit, form: Form) -> Redirect:
    """Register a planned exposure."""
    office, title, why = visit.office, form.text("title", "标题", limit=200), form.text("why", limit=LONG)
    return perform(
        visit,
        "登记拟曝光",
        title,
        lambda: register_exposure(
            office.store.decisions,
            office.city,
            office.plan,
            title,
            units=form.all("unit"),
            outlet=form.text("outlet", "媒体") or None,
            day=form.day("day", "拟刊发日期"),
            who=signature(visit),
            at=office.clock(),
            why=why,
        ),
        HERE,
        seen={title: form.text("seen", limit=LONG)} if form.text("seen", limit=LONG) else None,
        why=why,
    )


@act(f"{HERE}/approve", "exposure.decide")
def approve(visit: Visit, form: Form) -> Redirect:
    """Take a step of the approval, as the file says."""
    office, title, step = visit.office, form.text("title", "标题", limit=200), form.text("step", "步骤")
    return perform(
        visit,
        f"审批（{step}）",
        title,
        lambda: approve_exposure(
            office.store.decisions,
            office.plan,
            title,
            step=step,
            number=form.text("number", "审批文号"),
            who=form.text("who", "审批人", required=True),
            at=office.clock(),
            con=visit.con,
            is_late=form.flag("is_late"),
            why=form.text("why", limit=LONG),
        ),
        HERE,
        seen={title: form.text("seen")},
    )


@act(f"{HERE}/refuse", "exposure.decide")
def refuse(visit: Visit, form: Form) -> Redirect:
    """Refuse a planned exposure with a reason."""
    office, title, why = visit.office, form.text("title", "标题", limit=200), form.text("why", limit=LONG)
    return perform(
        visit,
        "记下不同意",
        title,
        lambda: refuse_exposure(
            office.store.decisions,
            office.plan,
            title,
            step=form.text("step", "步骤"),
            who=form.text("who", "审批人") or signature(visit),
            at=office.clock(),
            why=why,
        ),
        HERE,
        seen={title: form.text("seen")},
        why=why,
    )


@act(f"{HERE}/withdraw", "exposure.propose")
def withdraw(visit: Visit, form: Form) -> Redirect:
    """Withdraw a planned exposure with a reason."""
    office, title, why = visit.office, form.text("title", "标题", limit=200), form.text("why", limit=LONG)
    return perform(
        visit,
        "撤回拟曝光",
        title,
        lambda: withdraw_exposure(
            office.store.decisions, office.plan, title, who=signature(visit), at=office.clock(), why=why
        ),
        HERE,
        seen={title: form.text("seen")},
        why=why,
    )


@act(f"{HERE}/link", "exposure.propose")
def link(visit: Visit, form: Form) -> Redirect:
    """Say that a published piece is the planned one."""
    office, title = visit.office, form.text("title", "标题", limit=200)
    return perform(
        visit,
        "对应曝光稿",
        title,
        lambda: link_exposure(
            office.store.decisions,
            visit.con,
            office.plan,
            title,
            form.text("article", "稿件号", required=True, limit=LONG),
            who=signature(visit),
            at=office.clock(),
        ),
        HERE,
        seen={title: form.text("seen")},
    )


ROUTES = [page, register, approve, refuse, withdraw, link]
