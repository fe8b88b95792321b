"""Owns what 设置 changes of the city's data: units, names, accounts and rules, each an act that is kept."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from litestar.response import Redirect

from analysis.acts.city import add_unit, edit_unit, rule_target, set_rule, unit_fields, unit_target
from analysis.acts.city_names import (
    ACCOUNT_STATES,
    ALIAS_STATES,
    account_target,
    alias_states,
    alias_target,
    set_account,
    set_alias,
)
from analysis.city_settings import CITY, SettingRow, setting_rows
from analysis.desk.acting import perform, seen_of, signature
from analysis.desk.forms import LONG, Form
from analysis.desk.routing import act
from analysis.desk.visit import Visit
from analysis.record_words import told
from analysis.warehouse import ask
from pipeline.city import Account, Unit
from pipeline.city_edits import (
    PROPOSED,
    REVIEWED,
    RULE_EDIT,
    UNIT_FIELDS,
    WITHDRAWN,
    city_edits,
)
from pipeline.decisions import Decision

HERE = "/settings"


@dataclasses.dataclass(kw_only=True)
class UnitRow:
    """A unit with its names, to be shown or changed.

    Attributes:
        unit: its data.
        aliases: its further names, each with how it stands.
        fields: what can be changed, as typed; empty where it is not being changed.
        seen: by target, the newest decision on the unit and on each of its names.
    """

    unit: Unit
    aliases: list[tuple[str, str]]
    fields: dict[str, Any]
    seen: dict[str, str]


@dataclasses.dataclass(kw_only=True)
class EditLine:
    """One edit, as people read it. `is_waiting`: it holds from the next build on."""

    at: str
    who: str
    act: str
    target: str
    changes: list[str]
    why: str
    is_waiting: bool


def unit_rows(visit: Visit, q: str) -> list[UnitRow]:
    """Units of which a name or duty fits, with their names."""
    states: dict[str, list[tuple[str, str]]] = {}
    for (alias, unit), state in alias_states(visit.office.store.decisions, visit.office.city).items():
        states.setdefault(unit, []).append((alias, state))
    return [
        UnitRow(unit=unit, aliases=states.get(unit.short, []), fields={}, seen={})
        for unit in visit.office.city.all_units
        if q in " ".join((*unit.names, *unit.duties, *(name for name, _ in states.get(unit.short, []))))
    ]


def chosen_unit(visit: Visit, short: str) -> UnitRow | None:
    """The unit that is being changed; None: there is none of that name."""
    row = next((row for row in unit_rows(visit, "") if row.unit.short == short), None)
    if row is None:
        return None
    targets = [unit_target(short), *(alias_target(name) for name, _ in row.aliases)]
    return dataclasses.replace(
        row, fields=unit_fields(visit.office.city, short), seen=seen_of(visit, targets)
    )


def chosen_rule(visit: Visit, name: str) -> tuple[SettingRow, str] | None:
    """The rule that is being changed, and the newest decision on it."""
    row = next((row for row in setting_rows(visit.office.city) if row.setting.name == name), None)
    return (
        None if row is None else (row, seen_of(visit, [rule_target(row.setting)])[rule_target(row.setting)])
    )


def account_rows(visit: Visit, q: str) -> list[tuple[Account, str]]:
    """Official accounts that fit, each with the newest decision on it."""
    found = [a for a in visit.office.city.accounts if q in f"{a.account} {a.unit} {a.forum}"]
    seen = seen_of(visit, [account_target(a.account, a.forum) for a in found])
    return [(a, seen[account_target(a.account, a.forum)]) for a in found]


def edit_lines(visit: Visit) -> list[EditLine]:
    """All edits, the newest first."""
    built = {row["id"] for row in ask(visit.con, "edits_built")}
    return [
        EditLine(
            **told(edit),
            is_waiting=edit.id not in built
            and (edit.kind != RULE_EDIT or edit.after.get("setting_file") == CITY),
        )
        for edit in reversed(city_edits(visit.office.store.decisions))
        if edit.at[:10] <= visit.as_of.isoformat()
    ]


def _seen(form: Form, target: str) -> dict[str, str] | None:
    """What the person saw of a name or account; nothing where she types it: the act looks."""
    seen = form.text("seen", limit=LONG)
    return {target: seen} if seen else None


def _here(tab: str, **more: str) -> str:
    return f"{HERE}?{urlencode({'tab': tab} | more)}"


def _edit(
    visit: Visit,
    label: str,
    target: str,
    do: Callable[..., Decision],
    to: str,
    why: str,
    seen: Mapping[str, str] | None = None,
) -> Redirect:
    """Edit the city's data in this person's name. `do` takes the record, the city as its files say it, and
    who, at, why; all else as in `perform`."""
    office = visit.office
    return perform(
        visit,
        label,
        target,
        lambda: do(office.store.decisions, office.base, who=signature(visit), at=office.clock(), why=why),
        to,
        seen=seen,
        why=why,
    )


@act(f"{HERE}/unit", "unit.edit")
def unit(visit: Visit, form: Form) -> Redirect:
    """Change a unit."""
    short, why = form.text("short", "单位", required=True), form.text("why", "依据", limit=LONG)
    return _edit(
        visit,
        "修改单位",
        unit_target(short),
        lambda record, base, **by: edit_unit(record, base, short, _unit_said(form), **by),
        _here("units", unit=short),
        why,
        seen={unit_target(short): form.text("seen", limit=LONG)},
    )


@act(f"{HERE}/unit/add", "unit.edit")
def new_unit(visit: Visit, form: Form) -> Redirect:
    """A unit that came with a reform."""
    short, why = form.text("short", "简称", required=True), form.text("why", "依据", limit=LONG)
    return _edit(
        visit,
        "新增单位",
        unit_target(short),
        lambda record, base, **by: add_unit(record, base, short, _unit_said(form), **by),
        _here("units"),
        why,
    )


def _unit_said(form: Form) -> dict[str, Any]:
    days = {"valid_from": "有效期开始", "valid_to": "有效期结束"}
    return {
        key: form.day(key, days[key]) if key in days else form.text(key, "单位资料", limit=500)
        for key in UNIT_FIELDS
    }


@act(f"{HERE}/alias", "name.edit")
def alias(visit: Visit, form: Form) -> Redirect:
    """Add, confirm or withdraw a name of a unit."""
    name, short = form.text("alias", "别称", required=True), form.text("unit", "单位", required=True)
    state, why = form.chosen("state", "状态", ALIAS_STATES), form.text("why", "说明", limit=LONG)
    return _edit(
        visit,
        {REVIEWED: "核对别称", PROPOSED: "登记待核对的别称", WITHDRAWN: "停用别称"}[state],
        alias_target(name),
        lambda record, base, **by: set_alias(record, base, name, short, state, **by),
        _here("units", unit=short),
        why,
        seen=_seen(form, alias_target(name)),
    )


@act(f"{HERE}/account", "name.edit")
def account(visit: Visit, form: Form) -> Redirect:
    """Register an official account, or take one out."""
    name = form.text("account", "账号", required=True)
    forum, short = form.text("forum", "论坛或平台", required=True), form.text("unit", "单位", required=True)
    state, why = form.chosen("state", "状态", ACCOUNT_STATES), form.text("why", "说明", limit=LONG)
    return _edit(
        visit,
        "停用官方账号" if state == WITHDRAWN else "登记官方账号",
        account_target(name, forum),
        lambda record, base, **by: set_account(record, base, name, forum, short, state, **by),
        _here("accounts"),
        why,
        seen=_seen(form, account_target(name, forum)),
    )


@act(f"{HERE}/rule", "rule.edit")
def rule(visit: Visit, form: Form) -> Redirect:
    """Change a number or choice of the rules."""
    name, why = form.text("name", "规则", required=True), form.text("why", "依据", limit=LONG)
    found = chosen_rule(visit, name)
    target = rule_target(found[0].setting) if found else name
    return _edit(
        visit,
        "修改规则",
        target,
        lambda record, base, **by: set_rule(record, base, name, form.text("value"), **by),
        _here("rules", rule=name),
        why,
        seen={target: form.text("seen", limit=LONG)},
    )


ROUTES = [unit, new_unit, alias, account, rule]
