"""Owns the files of a proof package's index: HTML that opens offline without scripts, and Excel."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import jinja2

from analysis.reports.proof_table import Table
from analysis.reports.sheet import Column, Workbook

TEMPLATES = Path(__file__).resolve().parent / "templates"


def write_html(title: str, facts: list[tuple[str, str]], faults: list[str], shown: list[Table]) -> bytes:
    """The index as one HTML file without scripts; all texts are escaped."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined
    )
    parts = [("about", "说明"), *((table.id, table.name) for table in shown)]
    page = environment.get_template("proof.html").render(
        title=title, about=facts, faults=faults, tables=shown, parts=parts
    )
    return page.encode("utf-8", "replace")


def write_xlsx(
    title: str, facts: list[tuple[str, str]], faults: list[str], shown: list[Table], organ: str, day: dt.date
) -> bytes:
    """The same tables as a workbook."""
    book = Workbook(title=title, organ=organ, day=day)
    rows: list[list[Any]] = [list(pair) for pair in facts] + [["缺失", fault] for fault in faults]
    columns = [Column("项目", 14), Column("内容", 110, "long")]
    book.table("说明", title, "本索引与 索引.html 内容相同。", columns, rows)
    for table in shown:
        columns = [
            Column(
                head, width, "verdict" if head == "结论" else "link" if _has_links(table, place) else "long"
            )
            for place, (head, width) in enumerate(zip(table.heads, table.widths, strict=True))
        ]
        book.table(
            table.name,
            table.name,
            table.note,
            columns,
            [
                [
                    ((cell.link.href if cell.link and cell.link.out else ""), cell.text)
                    if column.kind == "link"
                    else cell.day or cell.text
                    for cell, column in zip(row, columns, strict=True)
                ]
                for row in table.rows
            ],
        )
    return book.to_bytes()


def _has_links(table: Table, place: int) -> bool:
    return any(part.out for row in table.rows[:50] for part in row[place].parts)
