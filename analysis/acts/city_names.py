"""Owns the edits of names: under which a unit is known, and of the accounts that speak for it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from analysis.acts.city_edit import LONGEST, check_free, edited_city, name_of, record_edit
from analysis.acts.record import ActError, alone, decision_of, known_units, line
from pipeline.city import City
from pipeline.city_edits import (
    ACCOUNT_EDIT,
    ALIAS_EDIT,
    PROPOSED,
    REGISTERED,
    REVIEWED,
    WITHDRAWN,
    city_edits,
)
from pipeline.decisions import Decision

ALIAS_STATES = (REVIEWED, PROPOSED, WITHDRAWN)


ACCOUNT_STATES = (REGISTERED, WITHDRAWN)


def alias_target(alias: str) -> str:
    return f"别称：{alias}"


def account_target(account: str, forum: str) -> str:
    return f"账号：{account}（{'不限' if forum == '*' else forum}）"


@alone
def set_alias(
    decisions: Path,
    base: City,
    alias: str,
    unit: str,
    state: str,
    *,
    who: str,
    at: dt.datetime,
    why: str = "",
) -> Decision:
    """Add a name of a unit, confirm one that was proposed, or withdraw one. Only a confirmed name counts.

    Raises:
        ActError: the name is another unit's, or it stands so already.
    """
    if state not in ALIAS_STATES:
        raise ActError(f"状态应为{'、'.join(ALIAS_STATES)}之一")
    alias, city = name_of(alias, "别称"), edited_city(decisions, base)
    known_units(city, [unit])
    if alias in (city.unit_by_short[unit].short, city.unit_by_short[unit].official):
        raise ActError(f"“{alias}”是{unit}的简称或全称，不是别称；要改全称请修改单位")
    before = alias_states(decisions, city).get((alias, unit))
    if state == WITHDRAWN and before in (None, WITHDRAWN):
        raise ActError(f"{unit}没有别称“{alias}”")
    if before == state:
        raise ActError(f"“{alias}”已是{unit}的别称（{state}）")
    if state != WITHDRAWN:
        check_free(city, alias, unit)
    edit = decision_of(
        ALIAS_EDIT,
        alias_target(alias),
        who=who,
        at=at,
        before={"state": before},
        after={"alias": alias, "unit": unit, "state": state},
        why=why,
    )
    return record_edit(decisions, base, edit)


@alone
def set_account(
    decisions: Path,
    base: City,
    account: str,
    forum: str,
    unit: str,
    state: str,
    *,
    who: str,
    at: dt.datetime,
    why: str = "",
) -> Decision:
    """Register an official account of a unit on a forum or as a source (微信, 微博), or take it out.

    Raises:
        ActError: it is another unit's, or it stands so already.
    """
    if state not in ACCOUNT_STATES:
        raise ActError(f"状态应为{'、'.join(ACCOUNT_STATES)}之一")
    city = edited_city(decisions, base)
    account, forum = line(account, "账号", LONGEST), line(forum, "论坛或平台", LONGEST)
    known_units(city, [unit])
    before = next(
        (each for each in city.accounts if (each.account, each.forum) == (account, forum)),
        None,
    )
    if state == REGISTERED and before is not None:
        if before.unit == unit:
            raise ActError(f"账号“{account}”已登记在{unit}名下")
        raise ActError(f"账号“{account}”已登记在{before.unit}名下，请先停用再登记")
    if state == WITHDRAWN and (before is None or before.unit != unit):
        raise ActError(f"{unit}没有在用的账号“{account}”")
    edit = decision_of(
        ACCOUNT_EDIT,
        account_target(account, forum),
        who=who,
        at=at,
        before={"state": REGISTERED if before is not None else None},
        after={"account": account, "forum": forum, "unit": unit, "state": state},
        why=why,
    )
    return record_edit(decisions, base, edit)


def alias_states(decisions: Path, city: City) -> dict[tuple[str, str], str]:
    """By name and unit, how each name stands: those of the city's files are confirmed.

    Args:
        city: with its edits.
    """
    further = (city.data("aliases.yaml", {}) or {}).get("units") or {}
    found = {
        (alias, unit.short): REVIEWED
        for unit in city.all_units
        for alias in (*unit.aliases, *(further.get(unit.short) or ()))
    }
    for edit in city_edits(decisions):
        if edit.kind == ALIAS_EDIT and edit.after["state"] != REVIEWED:
            found[str(edit.after["alias"]), str(edit.after["unit"])] = str(edit.after["state"])
        elif edit.kind == ALIAS_EDIT:
            found.pop((str(edit.after["alias"]), str(edit.after["unit"])), None)
            found[str(edit.after["alias"]), str(edit.after["unit"])] = REVIEWED
    return found
