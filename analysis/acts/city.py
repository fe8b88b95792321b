"""Owns the edits of the city's data: what a person changes is checked as the files are, then recorded."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from analysis.acts.record import ActError, alone, decision_of, known_units, line, reason
from analysis.city_settings import Setting, SettingRow, setting_rows
from analysis.credits import load_points
from analysis.hot import load_hot_rules
from analysis.plan import load_plan
from analysis.reply_rules import load_rules
from analysis.worktime import WorktimeError
from pipeline.city import City, CityError, load_city
from pipeline.city_edits import (
    ACCOUNT_EDIT,
    ALIAS_EDIT,
    PROPOSED,
    REGISTERED,
    REVIEWED,
    RULE_EDIT,
    UNIT_EDIT,
    UNIT_FIELDS,
    WITHDRAWN,
    city_edits,
    edited_files,
    fitting,
    lay_edits,
)
from pipeline.decisions import Decision, append_decision

ALIAS_STATES = (REVIEWED, PROPOSED, WITHDRAWN)
ACCOUNT_STATES = (REGISTERED, WITHDRAWN)
SHORTEST, LONGEST = 2, 40  # characters of a name: one character names nothing


def unit_target(short: str) -> str:
    return f"单位：{short}"


def alias_target(alias: str) -> str:
    return f"别称：{alias}"


def account_target(account: str, forum: str) -> str:
    return f"账号：{account}（{'不限' if forum == '*' else forum}）"


def rule_target(setting: Setting) -> str:
    return f"规则：{setting.label}"


@alone
def edit_unit(
    decisions: Path, base: City, short: str, said: Mapping[str, Any], *, who: str, at: dt.datetime, why: str
) -> Decision:
    """Change what is known of a unit.

    Args:
        base: the city as its files say it, without edits.
        said: some of UNIT_FIELDS; None or "" takes a value away.

    Raises:
        ActError: no such unit, nothing changes, or the city's data would be wrong.
    """
    city = _now(decisions, base)
    known_units(city, [short])
    before = unit_fields(city, short)
    wanted = {key: _unit_value(key, said[key]) for key in UNIT_FIELDS if key in said}
    after = {key: value for key, value in wanted.items() if value != before[key]}
    if not after:
        raise ActError(f"{short}没有改动")
    if not (after.get("official") or before["official"]):
        raise ActError("请填写全称")
    _check_dates(before | after)
    if after.get("successor"):
        known_units(city, [after["successor"]])
    if after.get("successor") == short:
        raise ActError("继任单位不能是它自己")
    edit = decision_of(
        UNIT_EDIT,
        unit_target(short),
        who=who,
        at=at,
        before={key: before[key] for key in after},
        after={"short": short} | after,
        why=reason(why, "依据"),
    )
    return _record(decisions, base, edit)


@alone
def add_unit(
    decisions: Path, base: City, short: str, said: Mapping[str, Any], *, who: str, at: dt.datetime, why: str
) -> Decision:
    """A unit that came with a 机构改革: it stands beside the season's units from its first day on.

    Raises:
        ActError: it is there already, lacks its first day, or the city's data would be wrong.
    """
    short = _name(short, "简称")
    city = _now(decisions, base)
    if short in city.unit_by_short:
        raise ActError(f"已有单位“{short}”")
    _check_free(city, short, short)
    fields = {key: _unit_value(key, said.get(key)) for key in UNIT_FIELDS}
    for key, label in (("official", "全称"), ("kind", "类别"), ("valid_from", "开始日期")):
        if not fields[key]:
            raise ActError(f"请填写{label}")
    _check_dates(fields)
    edit = decision_of(
        UNIT_EDIT,
        unit_target(short),
        who=who,
        at=at,
        after={"short": short, "is_new": True} | fields,
        why=reason(why, "依据"),
    )
    return _record(decisions, base, edit)


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
    alias, city = _name(alias, "别称"), _now(decisions, base)
    known_units(city, [unit])
    if alias in (city.unit_by_short[unit].short, city.unit_by_short[unit].official):
        raise ActError(f"“{alias}”是{unit}的简称或全称，不是别称；要改全称请修改单位")
    before = alias_states(decisions, city).get((alias, unit))
    if state == WITHDRAWN and before in (None, WITHDRAWN):
        raise ActError(f"{unit}没有别称“{alias}”")
    if before == state:
        raise ActError(f"“{alias}”已是{unit}的别称（{state}）")
    if state != WITHDRAWN:
        _check_free(city, alias, unit)
    edit = decision_of(
        ALIAS_EDIT,
        alias_target(alias),
        who=who,
        at=at,
        before={"state": before},
        after={"alias": alias, "unit": unit, "state": state},
        why=why,
    )
    return _record(decisions, base, edit)


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
    city = _now(decisions, base)
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
    return _record(decisions, base, edit)


@alone
def set_rule(
    decisions: Path, base: City, name: str, value: str, *, who: str, at: dt.datetime, why: str
) -> Decision:
    """Change one number or choice of the city's rules.

    Args:
        name: of one of the city's settings (analysis/city_settings.py).
        value: as typed.

    Raises:
        ActError: no such setting, the value does not fit, or nothing changes.
    """
    found: SettingRow | None = next(
        (row for row in setting_rows(_now(decisions, base)) if row.setting.name == name), None
    )
    if found is None:
        raise ActError(f"没有“{name[:60]}”这一项规则")
    try:
        wanted = found.setting.read(value)
    except ValueError as error:
        raise ActError(str(error)) from error
    if wanted == found.value:
        raise ActError(f"“{found.setting.label}”没有改动")
    edit = decision_of(
        RULE_EDIT,
        rule_target(found.setting),
        who=who,
        at=at,
        before={"value": found.value},
        after={"setting_file": found.setting.file, "key": list(found.setting.key), "value": wanted},
        why=reason(why, "依据"),
    )
    return _record(decisions, base, edit)


def unit_fields(city: City, short: str) -> dict[str, Any]:
    """What can be changed of a unit, as decisions write it."""
    unit = city.unit_by_short[short]
    found = {key: getattr(unit, key) for key in UNIT_FIELDS}
    return found | {
        "duties": "、".join(unit.duties),
        "valid_from": str(unit.valid_from) if unit.valid_from else None,
        "valid_to": str(unit.valid_to) if unit.valid_to else None,
    }


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


def _now(decisions: Path, base: City) -> City:
    return lay_edits(base, city_edits(decisions))


def _record(decisions: Path, base: City, edit: Decision) -> Decision:
    """Record an edit with which the city's data can still be read, every file of it."""
    edits = city_edits(decisions)
    try:
        try:
            city = load_city(base.folder, edited_files(base, [*edits, edit]))
        except CityError:  # an older one that no longer fits its files does not bar this one
            city = load_city(base.folder, edited_files(base, [*fitting(base, edits), edit]))
        load_rules(city), load_points(city), load_hot_rules(city), load_plan(city)
    except (CityError, WorktimeError) as error:
        raise ActError(f"改成这样，城市数据就不对了：{error}") from error
    append_decision(decisions, edit)
    return edit


def _check_free(city: City, name: str, unit: str) -> None:
    """Raises ActError where a name means another unit already."""
    further = (city.data("aliases.yaml", {}) or {}).get("units") or {}
    for other in city.all_units:
        if other.short != unit and name in (*other.names, *(further.get(other.short) or ())):
            raise ActError(f"“{name}”已是{other.short}的名称，不能再指{unit}")


def _check_dates(fields: Mapping[str, Any]) -> None:
    first, last = fields["valid_from"], fields["valid_to"]
    if first and last and last < first:
        raise ActError("有效期的结束早于开始")
    if fields["successor"] and not last:
        raise ActError("有继任单位的，请写明有效期到哪一天")


def _unit_value(key: str, value: Any) -> Any:
    if key in ("valid_from", "valid_to"):
        return str(value) if value else None
    text = str(value or "").strip()
    if not text:
        return None if key == "successor" else ""
    if key == "duties":
        return "、".join(part for part in re.split(r"[、，,\s]+", line(text, "职责", 500)) if part)
    return line(text, "单位资料", 60)


def _name(text: str, label: str) -> str:
    name = line(text, label, LONGEST)
    if (
        len(name) < SHORTEST
        or re.search(r"[|,;、\s<>=@+\"']", name)
        or not re.search(r"[\u4e00-\u9fff]", name)
    ):
        raise ActError(f"{label}应为 {SHORTEST} 至 {LONGEST} 个字，含汉字，不含空格和标点")
    return name
