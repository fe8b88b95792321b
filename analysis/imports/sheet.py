"""Owns reading an import file: Excel or CSV bytes to rows of cells, bounded, nothing in it executed.

A workbook is looked at as a zip before any library opens it (package.py): macros, bombs and old formats are
refused by what they are. Formulas are never computed: their cells say so, and are faults of their line.
"""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable, Iterator

import openpyxl
from bs4.dammit import UnicodeDammit
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.exceptions import InvalidFileException

from analysis.imports.package import SheetError, open_package

MAX_BYTES = 10 * 1024 * 1024  # of the file
MAX_ROWS = 2000  # of data; more is no list that a person wrote
MAX_COLUMNS = 40
MAX_CELL = 20_000  # characters
MAX_BLANK = 500  # blank lines in a row: the rest of the sheet is formatting
MAX_BLANKS = 20_000  # blank lines between those of a table
MAX_TEXT = 5_000_000  # characters of a table
HEAD_LINES = 5  # the heading stands in one of these

NO_HEADING = "“{name}”没有找到表头（{headings}…），请用 gangqing import --template 生成的模板"

Cell = str | int | float | bool | dt.datetime | dt.date | dt.time | None


@dataclasses.dataclass(frozen=True)
class Formula:
    """A cell whose content is computed: its value is not what a person wrote."""

    text: str


@dataclasses.dataclass(frozen=True)
class SheetRow:
    """One line of the table. `number` is the line in the file, from 1; `merged`: the merged cell it is in."""

    number: int
    cells: dict[str, Cell | Formula]  # by heading; blank cells are left out
    merged: str | None = None


def read_sheet(content: bytes, name: str, headings: Iterable[str], needed: Iterable[str]) -> list[SheetRow]:
    """The lines of an import file below its heading.

    Args:
        name: of the file, for messages.
        headings: that may occur; needed: that must.

    Raises:
        SheetError: no table of these headings, or too large, encrypted, with macros.
    """
    if not content:
        raise SheetError(f"“{name}”是空文件")
    if len(content) > MAX_BYTES:
        raise SheetError(f"“{name}”超过 {MAX_BYTES // 1024 // 1024} MB：请只留报送的行，照片另放")
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise SheetError(f"“{name}”是旧版或加密的 Excel：请取消密码，另存为 .xlsx 再报")
    if content.startswith(b"PK"):
        found = _read_workbook(content, name, list(headings))
    elif content[:5].lower() in (b"<html", b"<!doc", b"<?xml", b"{\\rtf", b"%pdf-"):
        raise SheetError(f"“{name}”不是 Excel 或 CSV，请用 gangqing import --template 生成的模板填报")
    else:
        found = _read_csv(content, name)
    return _table(found, name, list(headings), list(needed))


# ---------------------------------------------------------------- Excel


def _read_workbook(
    content: bytes, name: str, headings: list[str]
) -> Iterator[tuple[int, list[Cell | Formula], str | None]]:
    package = open_package(content, name)
    try:
        book = openpyxl.load_workbook(package.content, read_only=True, data_only=False, keep_links=False)
        sheet = next((s for s in book.worksheets if _has_heading(s, headings)), None)
        if sheet is None:
            raise SheetError(NO_HEADING.format(name=name, headings="、".join(headings[:5])))
        path = str(vars(sheet)["_worksheet_path"])  # there is no public way
        merged = _merged_ranges(package.merged.get(path.lstrip("/"), ()))
        sheet.reset_dimensions()  # what the file says of its size may be a lie
        for number, cells in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS), 1):
            found = [_value(cell) for cell in cells]
            is_blank = all(value is None for value in found)
            inside = None if is_blank else next((r for f, t, r in merged if f <= number <= t), None)
            yield number, found, inside
    except SheetError:
        raise
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError, SyntaxError) as error:
        raise SheetError(f"“{name}”打不开，可能已损坏：请用 Excel 打开另存后再报（{error}）"[:300]) from error
    except Exception as error:  # defusedxml and the XML parser have many names for hostile XML
        raise SheetError(f"“{name}”的内容不合 Excel 规范，不予读取（{type(error).__name__}）") from error


def _has_heading(sheet: object, headings: list[str]) -> bool:
    rows = sheet.iter_rows(max_row=HEAD_LINES, max_col=MAX_COLUMNS, values_only=True)  # type: ignore[attr-defined]
    return any(len({_heading(cell) for cell in row} & set(headings)) >= 2 for row in rows)


def _value(cell: object) -> Cell | Formula:
    kind, value = getattr(cell, "data_type", "n"), getattr(cell, "value", None)
    if kind == "f":
        return Formula(str(value)[:100])
    if kind == "e":
        return Formula(str(value)[:20])
    return value if isinstance(value, Cell) else str(value)


def _merged_ranges(references: Iterable[str]) -> list[tuple[int, int, str]]:
    """First and last line of each merged cell of several lines: all but one of them would be blank."""
    found = []
    for reference in references:
        _, first, _, last = range_boundaries(reference)
        if first is not None and last is not None and last > first:
            found.append((first, last, reference))
    return found


# ---------------------------------------------------------------- CSV


def _read_csv(content: bytes, name: str) -> Iterator[tuple[int, list[Cell | Formula], str | None]]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif b"\x00" in content:
        raise SheetError(f"“{name}”不是文本：请另存为 .xlsx 或 UTF-8 的 CSV")
    else:
        encodings = ["utf-8-sig", "gb18030"]
    dammit = UnicodeDammit(content, known_definite_encodings=encodings)
    text = dammit.unicode_markup
    if text is None or dammit.contains_replacement_characters or dammit.original_encoding not in {
        *encodings, "utf-8",
    }:  # fmt: skip
        raise SheetError(f"“{name}”的编码认不出：请另存为 UTF-8 的 CSV，或用 .xlsx")
    head = text[:2000].split("\n")[0]
    delimiter = max(",\t;", key=head.count)
    try:
        csv.field_size_limit(MAX_CELL * 4)
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        last = 0
        for cells in reader:
            yield last + 1, list(cells[:MAX_COLUMNS]), None
            last = reader.line_num
    except csv.Error as error:
        raise SheetError(
            f"“{name}”第 {reader.line_num} 行引号不成对或过长，请用 Excel 打开另存（{error}）"
        ) from error


# ---------------------------------------------------------------- both


def _table(
    lines: Iterable[tuple[int, list[Cell | Formula], str | None]],
    name: str,
    headings: list[str],
    needed: list[str],
) -> list[SheetRow]:
    columns: list[str] | None = None
    rows: list[SheetRow] = []
    blank = blanks = length = 0
    for number, cells, merged in lines:
        if columns is None:
            if len({_heading(cell) for cell in cells} & set(headings)) >= 2:
                columns = _columns(cells, name, headings, needed)
            elif number > HEAD_LINES:
                break
            continue
        found: dict[str, Cell | Formula] = {
            columns[index]: cell
            for index, cell in enumerate(cells)
            if index < len(columns) and not (cell is None or (isinstance(cell, str) and not cell.strip()))
        }
        stray = [c for i, c in enumerate(cells) if i >= len(columns) and c not in (None, "")]
        if stray:
            found[""] = str(stray[0])
        if not found:
            blank, blanks = blank + 1, blanks + 1
            if blank > MAX_BLANK:
                break
            if blanks > MAX_BLANKS:
                raise SheetError(f"“{name}”的空白行超过 {MAX_BLANKS} 行，请删去后再报")
            continue
        blank = 0
        length += sum(len(cell) for cell in found.values() if isinstance(cell, str))
        if length > MAX_TEXT:
            raise SheetError(f"“{name}”的文字超过 {MAX_TEXT // 10_000} 万字，请分成几个文件报送")
        if len(rows) >= MAX_ROWS:
            raise SheetError(f"“{name}”超过 {MAX_ROWS} 行，请分成几个文件报送")
        rows.append(SheetRow(number, found, merged))
    if columns is None:
        raise SheetError(NO_HEADING.format(name=name, headings="、".join(headings[:5])))
    if not rows:
        raise SheetError(f"“{name}”只有表头，没有报送的行")
    return rows


def _columns(cells: list[Cell | Formula], name: str, headings: list[str], needed: list[str]) -> list[str]:
    found = [_heading(cell) for cell in cells]
    while found and not found[-1]:
        found.pop()
    unknown = [each for each in found if each and each not in headings]
    if unknown:
        raise SheetError(f"“{name}”有不认识的列：{'、'.join(unknown[:5])}；可用的列：{'、'.join(headings)}")
    twice = sorted({each for each in found if each and found.count(each) > 1})
    if twice:
        raise SheetError(f"“{name}”的列重复：{'、'.join(twice)}")
    missing = [each for each in needed if each not in found]
    if missing:
        raise SheetError(f"“{name}”缺少列：{'、'.join(missing)}")
    return found


def _heading(cell: object) -> str:
    return re.sub(r"[\s*＊]+", "", cell).strip("\ufeff") if isinstance(cell, str) else ""
