"""Owns what the command line prints: one table for people, JSON or CSV for machines, from the same rows."""

from __future__ import annotations

import contextlib
import csv
import enum
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from analysis.formula import defuse
from pipeline.progress import tell

Row = Mapping[str, Any]


class Output(enum.StrEnum):
    TABLE = "table"
    JSON = "json"
    CSV = "csv"


def chosen(as_json: bool, as_csv: bool) -> Output:
    return Output.JSON if as_json else Output.CSV if as_csv else Output.TABLE


def emit(
    rows: Sequence[Row],
    columns: Mapping[str, str],
    output: Output,
    *,
    title: str | None = None,
    caption: str | None = None,
    styles: Mapping[str, str] | None = None,
) -> None:
    """Print rows to standard output.

    Args:
        rows: one mapping a row; machines get all of its keys.
        columns: key → Chinese heading; people get these, in this order.
        styles: cell text → rich style, e.g. {"达标": "green"}.
    """
    if output is Output.JSON:
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(list(rows)), indent=1).decode() + "\n")
    elif output is Output.CSV:
        write_csv(rows)
    else:
        _print_table(rows, columns, title, caption, styles or {})


def write_csv(rows: Sequence[Row]) -> None:
    """All keys as columns, UTF-8; cells that a spreadsheet would run are defused."""
    keys = list(dict.fromkeys(key for row in rows for key in row))
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(keys)
    for row in rows:
        writer.writerow([defuse(exact_text(row.get(key))) for key in keys])


def cell_text(value: Any) -> str:
    """A value as people read it: at most two decimals, or four digits of what is small."""
    return _text(value, lambda number: f"{number:.4g}" if abs(number) < 100 else f"{round(number, 2):.15g}")


def exact_text(value: Any) -> str:
    """A value for a machine: a number comes back from it as it was."""
    return _text(value, lambda number: repr(number).removesuffix(".0"))


def _text(value: Any, number_text: Callable[[float], str]) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, list | tuple):
        return "、".join(_text(part, number_text) for part in value)
    return str(value)


def _print_table(
    rows: Sequence[Row],
    columns: Mapping[str, str],
    title: str | None,
    caption: str | None,
    styles: Mapping[str, str],
) -> None:
    table = Table(title=title, caption=caption, caption_justify="left", title_justify="left")
    for key, heading in columns.items():
        numeric = bool(rows) and all(isinstance(row.get(key), int | float | None) for row in rows)
        table.add_column(heading, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        cells = []
        for key in columns:
            text = cell_text(row.get(key))
            # Text, not markup: a title from the web may hold [brackets] that rich would interpret.
            cells.append(Text(text, style=styles.get(text, "")))
        table.add_row(*cells)
    console().print(table)


@contextlib.contextmanager
def stage_progress() -> Iterator[Callable[[str, int, int | None], None]]:
    """A progress bar on stderr for work in stages: call it with stage, done, total (None: unknown)."""
    shown = console(stderr=True)
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=shown,
        transient=True,
        disable=not shown.is_terminal,  # in a log it would leave blank lines
    ) as bar:
        rows: dict[str, TaskID] = {}

        def say(stage: str, done: int, total: int | None) -> None:
            if stage not in rows:
                rows[stage] = bar.add_task(stage, total=total)
            bar.update(rows[stage], completed=done, total=total)
            tell(stage, done, total)

        yield say


def console(stderr: bool = False) -> Console:
    """A console that keeps tables readable when the output is no terminal (a file, a log, CI)."""
    made = Console(stderr=stderr, highlight=False, markup=False)
    if not made.is_terminal and not stderr:
        made = Console(width=150, highlight=False, markup=False)
    return made
