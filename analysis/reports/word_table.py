"""Owns tables of Word reports: a head that is repeated, rows that are not torn, cells coloured by verdict."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Literal

from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Emu, Pt
from docx.table import _Row

from analysis.reports.typeface import BODY, HEADING
from analysis.reports.word_xml import FILLS, add_run, clean, keep_row, set_space, shade

Align = Literal["left", "center", "right"]
# What must stay on one line: up to a date long, a task's number; addresses and numbers of pieces may be torn.
_FIGURE = re.compile(
    r"(?:\d{4}年)?\d{1,2}月\d{1,2}日|\d{1,3}版|(?<![0-9A-Za-z])[a-z]\d{1,2}(?![0-9A-Za-z])、?"
    r"|(?<![0-9A-Za-z./%-])[0-9./%-]{1,10}(?![0-9A-Za-z./%-])"
)
_SIGN = 0.62  # of the size: a digit of the widest face that stands in for 仿宋
_MARGINS = Pt(12)  # both margins of a cell
_ALIGNED = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
}


def fitted(widths: Sequence[float], rows: Sequence[Sequence[object]], size: Pt) -> list[Emu]:
    """Widths of the same sum in which no date, fraction or share (10月31日, 0/14, 100.0%) is torn in two:
    columns that are too narrow for theirs take what they need of those that have more."""
    spans = [0.0] * len(widths)
    for row in rows:
        for column, value in enumerate(row):
            for figure in _FIGURE.findall(str(value)):
                spans[column] = max(spans[column], _span(figure))
    needs = [size * span + _MARGINS if span else 0 for span in spans]
    lacking = sum(max(0, need - width) for width, need in zip(widths, needs, strict=True))
    spare = sum(max(0, width - need) for width, need in zip(widths, needs, strict=True))
    if lacking > spare / 2:  # too much for this page: the shares stay as they are
        return [Emu(int(width)) for width in widths]
    return [
        Emu(int(need if need > width else width - (width - need) * lacking / spare))
        for width, need in zip(widths, needs, strict=True)
    ]


def _span(figure: str) -> float:
    """Width of a figure in the size of its type; between digits and characters a quarter is left."""
    is_character = [sign in "年月日版、" for sign in figure]
    turns = sum(one != next_one for one, next_one in pairwise(is_character))
    return sum(1 if each else _SIGN for each in is_character) + turns / 4


def fill_table(
    table: Any,
    heads: Sequence[str],
    rows: Sequence[Sequence[object]],
    widths: Sequence[Emu],
    aligns: Sequence[Align],
    size: Pt,
    fills: Mapping[tuple[int, int], str],
) -> None:
    """Write head and rows into an empty table of as many columns.

    Args:
        fills: (row, column) → a verdict, for the colour of the cell.
    """
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    head = _row(table, widths, ["center"] * len(heads), HEADING, size, is_head=True)
    _set_texts(head, heads)
    if not rows:
        return
    # One row is made by python-docx, the others are copies of it: a table of a thousand rows is no wait.
    model = _row(table, widths, aligns, BODY, size)._tr
    for number, values in enumerate(rows):
        element = copy.deepcopy(model) if number else model
        if number:
            table._tbl.append(element)
        row = _Row(element, table)
        _set_texts(row, values)
        for column in range(len(values)):
            if (fill := fills.get((number, column))) in FILLS:
                shade(element.tc_lst[column], FILLS[str(fill)])
        if not number:
            # The copies are made of a row without text and colour.
            model = _bare(element)


def _bare(element: Any) -> Any:
    bare = copy.deepcopy(element)
    for cell in bare.tc_lst:
        for colour in cell.tcPr.findall(qn("w:shd")):
            cell.tcPr.remove(colour)
    return bare


def _row(
    table: Any, widths: Sequence[Emu], aligns: Sequence[Align], font: str, size: Pt, *, is_head: bool = False
) -> Any:
    row = table.add_row()
    keep_row(row, is_head=is_head)
    for cell, width, align in zip(row.cells, widths, aligns, strict=True):
        cell.width = width
        cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
        line = cell.paragraphs[0]
        line.alignment = _ALIGNED[align]
        set_space(line, Pt(size.pt * 1.35), Pt(1.5), Pt(1.5))
        add_run(line, "", font, size)
        if is_head:
            shade(cell._tc, FILLS["head"])
    return row


def _set_texts(row: Any, values: Sequence[object]) -> None:
    for cell, value in zip(row._tr.tc_lst, values, strict=True):
        cell.p_lst[0].r_lst[0].text = clean(value)
