"""Owns how a fault is told to the user: one line of Chinese that says what to mend, and no traceback."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from analysis.warehouse import DatabaseError
from pipeline.city import Unit
from pipeline.faults import ToldError, os_fault

_NEAR = 4  # how many units to suggest


def told(error: BaseException) -> str | None:
    """What to say of an error; None for one that is a fault of the program: its traceback is wanted."""
    if isinstance(error, ToldError):
        return " ".join(str(error).split("\n"))
    if isinstance(error, OSError) and error.errno is not None:
        return os_fault(error)
    if isinstance(error, DatabaseError | sqlite3.DatabaseError):
        return f"数据仓库读不出，请运行 gangqing build --rebuild（{_first_line(error)}）"
    return None


def unknown_unit(name: str, units: Iterable[Unit], where: str = " units.csv 里的简称") -> str:
    """There is no unit of that short name: which ones may be meant (by alias, by part, by likeness); else
    where the names stand."""
    units = list(units)
    by_name = {each: unit.short for unit in units for each in unit.names}
    found = [by_name[name]] if name in by_name else []
    found += [unit.short for unit in units if name and any(name in each for each in unit.names)]
    found += [by_name[near] for near in get_close_matches(name, by_name, n=3)]
    near = list(dict.fromkeys(found))[:_NEAR]
    return f"没有单位“{name}”" + (f"，是不是 {'、'.join(near)}？" if near else f"，请用{where}")


def usage(error: Any) -> str:
    """A mistake in the arguments, as the command-line library reports it, in Chinese.

    Args:
        error: a `UsageError` of the library; its classes have no public names, so they are told by theirs.
    """
    kind = type(error).__name__
    parameter = getattr(error, "param", None)
    name = parameter.get_error_hint().strip("'") if parameter is not None else ""
    if kind == "MissingParameter":
        said = f"缺少参数 {name}"
    elif kind == "NoSuchOption":
        near = "、".join(sorted(error.possibilities or []))
        said = f"没有选项 {error.option_name}" + (f"，是不是 {near}" if near else "")
    elif kind == "BadOptionUsage":
        said = f"选项 {error.option_name} 的写法不对：缺少取值，或不应有取值"
    elif kind == "BadParameter":
        said = f"{name or '参数'} 的取值不对：{_reason(error.message)}"
    elif error.message.startswith("No such command"):
        said = f"没有命令 {error.message.removeprefix('No such command').strip(' .')}"
    elif error.message.startswith("Got unexpected extra argument"):
        said = f"多余的参数 {error.message.partition('(')[2].removeprefix('s) (').rstrip(').')}"
    else:
        said = str(error.message)
    command = error.ctx.command_path if getattr(error, "ctx", None) is not None else "gangqing"
    return f"{said}；用法见 {command} -h"


_REASONS = {
    "valid integer": "应为整数",
    "valid number": "应为数字",
    "greater than or equal to": "应不小于",
    "less than or equal to": "应不大于",
}


def _reason(message: str) -> str:
    for phrase, words in _REASONS.items():
        if phrase in message:
            rest = message.partition(phrase)[2].strip(" .")
            return f"{words} {rest}" if rest and words.startswith("应不") else words
    return message


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
