"""Owns one sheet of an Excel 台账: title, 口径, filters, frozen panes, colours by verdict, print set-up.

Texts come from the web and from people: none of them becomes a formula, a number or a link by itself.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Literal

import xlsxwriter

from analysis.formula import is_formula
from analysis.reports.word_xml import clean

Kind = Literal["text", "long", "count", "points", "day", "time", "verdict", "share", "link"]
COLOURS = {
    "达标": ("#E2F0D9", "#245B36"),
    "未达标": ("#F8D7DA", "#8A1F17"),
    "无法判定": ("#FFF2CC", "#7A5B00"),
    "未开始": ("#E6EDF3", "#44546A"),
    "不适用": ("#F5F5F5", "#8A8A8A"),
}
FONT = "宋体"
_DAY, _TIME = 'yyyy"年"m"月"d"日"', 'yyyy"年"m"月"d"日" hh:mm'  # real dates, as documents write them
_WIDTHS = {"day": 15.0, "time": 21.0}  # that they need: Excel shows ### for what does not fit
_DAYLESS = ("count", "points", "share", "link")  # kinds of columns that hold no days
_MOST_TEXT = 32_767  # characters of a cell
_MOST_URL = 2_079
_MOST_LINKS = 65_000  # of a sheet: Excel opens no more
_ROW_LIMIT = 1_048_000
_NARROW = re.compile("[\0-\u2000]")  # characters that take one digit's place
_WIDE = 190  # characters of all columns that A4 on its side still shows


@dataclasses.dataclass(frozen=True)
class Column:
    """A column; the value of a link is (address, text shown)."""

    head: str
    width: float
    kind: Kind = "text"


class Workbook:
    """An .xlsx file in memory: the same bytes for the same content and day."""

    def __init__(self, *, title: str, organ: str, day: dt.date) -> None:
        self._out = io.BytesIO()
        options = {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "default_date_format": _DAY,
        }
        self.book = xlsxwriter.Workbook(self._out, options)
        self.book.set_properties(
            {
                "title": title,
                "author": organ,
                "created": dt.datetime.combine(day, dt.time(12)),
                "comments": "",
            }
        )
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}
        self._asked: dict[tuple[tuple[str, Any], ...], Any] = {}  # the same, as it is asked for of each cell

    def format(self, **properties: Any) -> Any:
        asked = tuple(properties.items())
        if asked not in self._asked:
            self._asked[asked] = self._format(properties)
        return self._asked[asked]

    def _format(self, properties: dict[str, Any]) -> Any:
        properties = {"font_name": FONT, "font_size": 10, "valign": "vcenter"} | properties
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self.book.add_format(properties)
        return self._formats[key]

    def table(
        self,
        name: str,
        title: str,
        note: str,
        columns: Sequence[Column],
        rows: Sequence[Sequence[Any]],
        *,
        frozen: int = 1,
        is_landscape: bool = True,
        heights: Sequence[float] | None = None,
    ) -> Any:
        """A sheet with a title, its 口径 below, then heads and rows; `frozen` columns stay when scrolling.
        Days and times are real ones in every column.

        Args:
            heights: of the rows, in points; None: as high as their texts.
        """
        columns = [_roomy(column, (row[n] for row in rows[:_ROW_LIMIT])) for n, column in enumerate(columns)]
        sheet = self.book.add_worksheet(name)
        last = len(columns) - 1
        sheet.set_row(0, 28)
        sheet.merge_range(
            0, 0, 0, last, "", self.format(font_size=15, bold=True, align="center")
        ) if last else None
        sheet.write_string(0, 0, clean(title), self.format(font_size=15, bold=True, align="center"))
        small = self.format(font_size=9, font_color="#555555", text_wrap=True, valign="top")
        sheet.merge_range(1, 0, 1, last, "", small) if last else None
        sheet.write_string(1, 0, clean(note), small)
        width = sum(column.width for column in columns)
        sheet.set_row(1, 13 * max(1, -(-len(note) * 2 // int(width * 0.92))) + 3)
        head = self.format(bold=True, bg_color="#D9E2EC", border=1, align="center", text_wrap=True)
        for place, column in enumerate(columns):
            sheet.set_column(place, place, column.width)
            sheet.write_string(2, place, column.head, head)
        sheet.set_row(2, max(30, _points(max(_lines(column.head, column.width) for column in columns))))
        links = 0
        for number, row in enumerate(rows[:_ROW_LIMIT], 3):
            sheet.set_row(number, heights[number - 3] if heights else _height(columns, row))
            for place, (column, value) in enumerate(zip(columns, row, strict=True)):
                links += self._write(sheet, number, place, column.kind, value, links)
        end = max(2 + min(len(rows), _ROW_LIMIT), 3)
        sheet.autofilter(2, 0, end, last)
        sheet.freeze_panes(3, frozen)
        for place, column in enumerate(columns):
            if column.kind == "verdict":
                self.colour(sheet, 3, place, end, place)
        self.print_setup(sheet, title, is_landscape=is_landscape, is_wide=width > _WIDE)
        sheet.repeat_rows(2)
        sheet.print_area(0, 0, end, last)
        return sheet

    def colour(self, sheet: Any, top: int, left: int, bottom: int, right: int) -> None:
        """Cells that begin with a verdict take its colour, also after somebody edits them."""
        for verdict, (fill, ink) in COLOURS.items():
            sheet.conditional_format(
                top,
                left,
                bottom,
                right,
                {
                    "type": "text",
                    "criteria": "begins with",
                    "value": verdict,
                    "format": self.book.add_format({"bg_color": fill, "font_color": ink}),
                },
            )

    def print_setup(self, sheet: Any, title: str, *, is_landscape: bool, is_wide: bool = False) -> None:
        """A4 (A3 where A4 would be too small to read), one page wide, name and page number below."""
        sheet.set_paper(8 if is_wide else 9)
        if is_landscape:
            sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.5, right=0.5, top=0.7, bottom=0.7)
        sheet.set_footer(f"&L&9{clean(title).replace('&', '&&')[:120]}&R&9第 &P 页，共 &N 页")
        sheet.hide_gridlines(2)

    def _write(self, sheet: Any, row: int, column: int, kind: Kind, value: Any, links: int) -> int:
        """One cell; returns 1 for a link."""
        if value is None or value == "":
            sheet.write_blank(row, column, None, self.format(border=1))
            return 0
        if kind == "link":
            address, shown = value
            if links < _MOST_LINKS and _is_link(address):
                style = self.format(border=1, font_color="#0B5394", underline=1)
                sheet.write_url(row, column, address, style, clean(shown)[:250])
                return 1
            # An address that cannot be a link is not lost.
            text = shown if address in ("", None, shown) else f"{shown} {address}"
            self._text(sheet, row, column, text, border=1)
        elif kind in ("count", "points", "share"):
            shape = {"count": "0", "points": "0.##", "share": "0.0%"}[kind]
            if isinstance(value, str):
                self._text(sheet, row, column, value, border=1, align="right")
            else:
                sheet.write_number(row, column, value, self.format(border=1, align="right", num_format=shape))
        elif isinstance(value, dt.date):
            at = value if isinstance(value, dt.datetime) else dt.datetime.combine(value, dt.time())
            is_day = kind == "day" or at.time() == dt.time()  # midnight: no time is known
            style = self.format(border=1, align="center", num_format=_DAY if is_day else _TIME)
            sheet.write_datetime(row, column, at.replace(tzinfo=None), style)
        elif kind == "verdict":
            self._text(sheet, row, column, value, border=1, align="center")
        else:
            self._text(sheet, row, column, value, border=1, text_wrap=True)
        return 0

    def _text(self, sheet: Any, row: int, column: int, value: Any, **properties: Any) -> None:
        text, is_like_formula = _safe("" if value is None else str(value))
        if is_like_formula:  # stays a text even where the sheet is saved as CSV and opened again
            properties["quote_prefix"] = True
        sheet.write_string(row, column, text, self.format(**properties))

    def to_bytes(self) -> bytes:
        self.book.close()
        return self._out.getvalue()


@lru_cache(maxsize=4096)  # units, states and kinds come again in every row
def _safe(text: str) -> tuple[str, bool]:
    """What can stand in a cell, and whether a program would take it for a formula."""
    text = clean(text)[:_MOST_TEXT]
    return text, is_formula(text)


def _roomy(column: Column, values: Iterable[Any]) -> Column:
    """A column wide enough for the days or times in it; looks no further than what makes it widest."""
    width = max(column.width, _WIDTHS.get(column.kind, 0.0))
    if column.kind not in (*_WIDTHS, *_DAYLESS):
        for value in values:
            if width >= _WIDTHS["time"]:
                break
            if isinstance(value, dt.date):
                width = max(width, _WIDTHS["time" if isinstance(value, dt.datetime) else "day"])
    return dataclasses.replace(column, width=width)


def _height(columns: Sequence[Column], row: Sequence[Any]) -> float:
    """Height in points that shows a row's wrapped texts whole: not every program fits rows by itself."""
    lines = 1
    for column, value in zip(columns, row, strict=True):
        if isinstance(value, str) and column.kind in ("text", "long"):
            lines = max(lines, _lines(value, column.width))
    return _points(lines)


def _points(lines: int) -> float:
    """Height of a row of so many lines; 409 is the most that Excel takes."""
    return min(13.5 * lines + 3, 409)


def _lines(text: str, width: float) -> int:
    """How many lines a text takes in a column of a width."""
    room = max(int(width - 1.5), 1)
    return sum(-(-_width(part) // room) or 1 for part in text.split("\n"))


def _width(text: str) -> int:
    """In digits: a Chinese character takes two."""
    return len(text) + (0 if text.isascii() else len(_NARROW.sub("", text)))


def _is_link(address: str | None) -> bool:
    if not address or len(address) > _MOST_URL or any(ord(character) < 0x21 for character in address):
        return False
    return address.startswith(("http://", "https://", "internal:"))
