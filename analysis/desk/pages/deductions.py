"""Owns the page 预扣分: what is suggested of each unit and why; a person decides, one by one or several."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

from litestar.exceptions import ValidationException
from litestar.response import Redirect, Response

from analysis.acts.deduction import MAX_POINTS, check_deduction, decide_deduction
from analysis.acts.record import ActError
from analysis.deductions import DECIDED, DROPPED, SUGGESTED, DeductionRow, deductions
from analysis.desk.acting import own_units, perform, signature
from analysis.desk.forms import LONG, Form
from analysis.desk.page import Listing, Page, cut
from analysis.desk.rights import allowed
from analysis.desk.routing import act, see
from analysis.desk.standing import standing
from analysis.desk.visit import Visit
from pipeline.decisions import Decision

HERE = "/deductions"
REVIEW = "待复核"  # points are deducted, but their ground is gone
STATES = (SUGGESTED, DECIDED, DROPPED, REVIEW)
MANY = 200  # decided at once


@dataclasses.dataclass(kw_only=True)
class DeductionsPage(Page):
    """Deductions.

    Attributes:
        listing: suggestions and decisions, as a list cut into screens.
        chosen: what is chosen: unit, state; "" for all.
        units, states: what can be chosen.
        counts: by state, how many there are.
        total: points that were deducted in all.
        barred: units on which this person may not decide, or nobody may, with why and who else could.
        may_decide: whether this person may decide now.
        seen_of: what the form says of a row, so that a later decision is not overwritten unseen.
    """

    template: ClassVar[str] = "deductions.html"
    heading: ClassVar[str] = "预扣分"
    section: ClassVar[str] = "/ledger"
    listing: Listing[DeductionRow]
    chosen: dict[str, str]
    units: list[str]
    states: tuple[str, ...]
    counts: dict[str, int]
    total: float
    barred: dict[str, str]
    may_decide: bool
    seen_of: dict[tuple[str, str], str]


def all_deductions(visit: Visit) -> list[DeductionRow]:
    """Of the day; a liaison's only."""
    office = visit.office
    found = visit.once(
        "deductions",
        lambda: deductions(
            visit.con, office.plan, visit.all_coverage(), visit.at, visit.known_by, points=office.points
        ),
    )
    return [row for row in found if visit.scope in (None, row.unit)]


def choice_of(visit: Visit) -> dict[str, str]:
    """What the address asks for: unit, state; "" for all."""
    return {name: (visit.request.query_params.get(name) or "")[:100] for name in ("unit", "state")}


def chosen_deductions(visit: Visit) -> list[DeductionRow]:
    """Those that the address asks for."""
    chosen = choice_of(visit)
    return [
        row
        for row in all_deductions(visit)
        if chosen["unit"] in ("", row.unit) and (not chosen["state"] or is_in(row, chosen["state"]))
    ]


def is_in(row: DeductionRow, state: str) -> bool:
    """Whether a row is in one of STATES; one that is to be looked at again is in two."""
    return row.lost_ground if state == REVIEW else row.state == state


@standing
def build_deductions(visit: Visit) -> DeductionsPage:
    rows = all_deductions(visit)
    listing = cut(chosen_deductions(visit), visit.request.query_params)
    return DeductionsPage(
        listing=listing,
        chosen=choice_of(visit),
        units=list(dict.fromkeys(row.unit for row in rows)),
        states=STATES,
        counts={state: sum(is_in(row, state) for row in rows) for state in STATES},
        total=sum(row.decided_points or 0 for row in rows),
        barred=_barred(visit, {row.unit for row in listing.rows if row.reason or row.lost_ground}),
        may_decide=visit.is_today and visit.may("deduction.decide"),
        seen_of={(row.unit, row.task): _mark(row) for row in listing.rows},
    )


def _barred(visit: Visit, units: set[str]) -> dict[str, str]:
    """The notice, 四（四）, does not say who decides on the office that decides on all others."""
    if visit.scope is not None:
        return {}
    city, mine = visit.office.city, own_units(visit.office.city, visit.user)
    deciders = [
        account
        for account in visit.office.accounts.all().values()
        if account.is_active and allowed("deduction.decide", account.roles)
    ]
    found: dict[str, str] = {}
    for unit in units:
        free = [account.person for account in deciders if unit not in own_units(city, account)]
        if not free:
            found[unit] = (
                f"{unit}不能裁定自己的扣分，现在也没有别的人能裁定。通知没有写明由谁裁定："
                f"请报市绩效考评领导小组或市分管领导确定人选，再由管理员为此人开“绩效办”角色的账号，单位不选{unit}"
            )
        elif visit.may("deduction.decide") and unit in mine:
            found[unit] = f"{unit}不能裁定自己的扣分，请由{'、'.join(free[:3])}裁定"
    return found


def _mark(row: DeductionRow) -> str:
    """Changes with every decision on a row."""
    return f"{row.unit}|{row.task}|{row.decided_at or ''}|{row.decided_points if row.decided_at else ''}"


@see(HERE, "own.read")
def page(visit: Visit) -> Response[Any]:
    """预扣分."""
    return visit.show(build_deductions(visit))


@act(f"{HERE}/decide", "deduction.decide")
def decide(visit: Visit, form: Form) -> Redirect:
    """Decide on what was chosen: as suggested, other points, or none."""
    marks, why = form.all("row", MANY), form.text("why", "理由", limit=LONG)
    how = form.chosen("how", "怎样决定", ("suggested", "other", "none"))
    return perform(
        visit,
        "裁定预扣分",
        "、".join(mark.split("|")[0] for mark in marks),
        lambda: _decide(visit, marks, how, form.text("points"), why),
        HERE,
        why=why,
    )


def _decide(visit: Visit, marks: list[str], how: str, typed: str, why: str) -> list[Decision]:
    if not marks:
        raise ActError("请先勾选要决定的事项")
    rows = {_mark(row): row for row in all_deductions(visit)}
    missing = [mark for mark in marks if mark not in rows]
    if missing:
        unit, task, *_ = [*missing[0].split("|"), ""]
        raise ActError(f"{unit}的事项 {task} 刚有人决定过或结论已变，请刷新后再定")
    office, at, typed_points = visit.office, visit.office.clock(), _points(typed) if how == "other" else 0.0
    by: dict[str, Any] = {"who": signature(visit), "unit_of_decider": visit.user.unit}
    chosen = [
        (rows[mark], rows[mark].suggested_points if how == "suggested" else typed_points) for mark in marks
    ]
    for row, points in chosen:  # all or none: what one would be refused for is found before any is written
        check_deduction(office.city, rows.values(), row.unit, row.task, points, **by)
    return [
        decide_deduction(
            office.store.decisions,
            office.city,
            rows.values(),
            row.unit,
            row.task,
            points,
            at=at,
            why=why,
            **by,
        )
        for row, points in chosen
    ]


def _points(text: str) -> float:
    """Raises ValidationException."""
    try:
        points = float(text) if text.isascii() and len(text) < 8 else -1.0
    except ValueError:
        points = -1.0
    if not 0 <= points <= MAX_POINTS:
        raise ValidationException(f"扣分应为 0 至 {MAX_POINTS:g} 之间的数")
    return points


ROUTES = [page, decide]
