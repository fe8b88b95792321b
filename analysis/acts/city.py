"""Owns the edits of units and rules of the city's data; those of names are in analysis/acts/city_names.py."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from analysis.acts.city_edit import check_free, edited_city, name_of, record_edit
from analysis.acts.record import ActError, alone, decision_of, known_units, line, reason
from analysis.city_settings import Setting, SettingRow, setting_rows
from pipeline.city import City
from pipeline.city_edits import RULE_EDIT, UNIT_EDIT, UNIT_FIELDS
from pipeline.decisions import Decision


def unit_target(short: str) -> str:
    return f"单位：{short}"


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
    city = edited_city(decisions, base)
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
    return record_edit(decisions, base, edit)


@alone
def add_unit(
    decisions: Path, base: City, short: str, said: Mapping[str, Any], *, who: str, at: dt.datetime, why: str
) -> Decision:
    """A unit that came with a 机构改革: it stands beside the season's units from its first day on.

    Raises:
        ActError: it is there already, lacks its first day, or the city's data would be wrong.
    """
    short = name_of(short, "简称")
    city = edited_city(decisions, base)
    if short in city.unit_by_short:
        raise ActError(f"已有单位“{short}”")
    check_free(city, short, short)
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
    return record_edit(decisions, base, edit)


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
        (row for row in setting_rows(edited_city(decisions, base)) if row.setting.name == name), None
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
    return record_edit(decisions, base, edit)


def unit_fields(city: City, short: str) -> dict[str, Any]:
    """What can be changed of a unit, as decisions write it."""
    unit = city.unit_by_short[short]
    found = {key: getattr(unit, key) for key in UNIT_FIELDS}
    return found | {
        "duties": "、".join(unit.duties),
        "valid_from": str(unit.valid_from) if unit.valid_from else None,
        "valid_to": str(unit.valid_to) if unit.valid_to else None,
    }


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
