"""Owns the record of an edit of the city's data: written only where all files of the city can be read."""

from __future__ import annotations

import re
from pathlib import Path

from analysis.acts.record import ActError, line, recorded
from analysis.credits import load_points
from analysis.hot import load_hot_rules
from analysis.plan import load_plan
from analysis.reply_rules import load_rules
from analysis.worktime import WorktimeError
from pipeline.city import City, CityError, load_city
from pipeline.city_edits import city_edits, edited_files, fitting, lay_edits
from pipeline.decisions import Decision

SHORTEST, LONGEST = 2, 40  # characters of a name: one character names nothing


def edited_city(decisions: Path, base: City) -> City:
    """The city as it stands, with all edits.

    Args:
        base: the city as its files say it.
    """
    return lay_edits(base, city_edits(decisions))


def record_edit(decisions: Path, base: City, edit: Decision) -> Decision:
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
    return recorded(decisions, edit)


def check_free(city: City, name: str, unit: str) -> None:
    """Raises ActError where a name means another unit already."""
    further = (city.data("aliases.yaml", {}) or {}).get("units") or {}
    for other in city.all_units:
        if other.short != unit and name in (*other.names, *(further.get(other.short) or ())):
            raise ActError(f"“{name}”已是{other.short}的名称，不能再指{unit}")


def name_of(text: str, label: str) -> str:
    """A name that can stand in a list of names and be found in a text. Raises ActError."""
    name = line(text, label, LONGEST)
    if (
        len(name) < SHORTEST
        or re.search(r"[|,;、\s<>=@+\"']", name)
        or not re.search(r"[\u4e00-\u9fff]", name)
    ):
        raise ActError(f"{label}应为 {SHORTEST} 至 {LONGEST} 个字，含汉字，不含空格和标点")
    return name
