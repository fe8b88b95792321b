"""Files and cells that are handed in: what cannot be read is refused in words, all else is a value."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.imports import kinds
from analysis.imports.fields import FieldError, day_of, text_of
from analysis.imports.package import SheetError
from analysis.imports.sheet import MAX_ROWS, read_sheet
from tests.analysis.case import Case
from tests.analysis.imports.test_import import (
    GOOD,
    nothing_was_recorded,
    run,
    table,
    workbook,
)


def bomb(name: str = "xl/worksheets/sheet1.xml", size: int = 80_000_000) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/workbook.xml", "<workbook/>")
        package.writestr(name, b"0" * size)
    return buffer.getvalue()


def with_part(content: bytes, name: str, body: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w") as new:
        for part in old.infolist():
            if part.filename != name:
                new.writestr(part, old.read(part))
        new.writestr(name, body)
    return buffer.getvalue()


def with_directory(at: int, said: bytes, flags: bytes | None = None) -> bytes:
    """A workbook whose archive says something else at this place of the first entry of its directory."""
    content = bytearray(workbook([GOOD]))
    entry = content.index(b"PK\x01\x02")
    content[entry + at : entry + at + len(said)] = said
    if flags is not None:
        content[entry + 8 : entry + 10] = flags
    return bytes(content)


ENTITIES = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">
<c r="A1" t="inlineStr"><is><t>&b;</t></is></c></row></sheetData></worksheet>"""


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "空文件"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 99, "旧版或加密"),
        (b"PK\x03\x04broken", "没有传完"),
        (with_directory(6, b"\xa9\x00"), "没有传完"),  # needs version 16.9 of the format
        (with_directory(46, b"\xff\xfe", flags=b"\x00\x08"), "没有传完"),  # a name that is no UTF-8
        (bomb(), "解压后过大"),
        (with_part(workbook([GOOD]), "xl/vbaProject.bin", b"x"), "含宏"),
        (with_part(workbook([GOOD]), "xl/worksheets/sheet1.xml", ENTITIES), "不"),
        (with_part(workbook([GOOD]), "xl/worksheets/sheet1.xml", b"<worksheet"), "已损坏|不合"),
        (workbook([GOOD], ["姓名", "电话"]), "没有找到表头"),
        (workbook([GOOD], ["类别", "责任单位"]), "缺少列：日期"),
        (workbook([GOOD], ["类别", "责任单位", "日期", "身份证"]), "不认识的列：身份证"),
        (workbook([GOOD], ["类别", "责任单位", "日期", "日期"]), "列重复：日期"),
        (workbook([]), "只有表头"),
        (table([GOOD]) + b'"a,b\n', "引号不成对"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "不是文本"),
        (b"<html><table><tr><td>x", "不是 Excel 或 CSV"),
        (table([GOOD] * (MAX_ROWS + 1)), f"超过 {MAX_ROWS} 行"),
        (b"a" * (10 * 1024 * 1024 + 1), "超过 10 MB"),
    ],
)  # fmt: skip
def test_files_that_are_refused_as_a_whole(case: Case, content: bytes, says: str) -> None:
    with pytest.raises(SheetError, match=says):
        run(case, content)
    assert nothing_was_recorded(case)


def test_a_sheet_that_lies_about_its_size_is_read_as_far_as_it_goes() -> None:
    content = workbook([GOOD])
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        sheet = package.read("xl/worksheets/sheet1.xml")
    far = sheet.replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')
    rows = read_sheet(with_part(content, "xl/worksheets/sheet1.xml", far), "x", kinds.HEADINGS, kinds.NEEDED)
    assert len(rows) == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_in_the_encodings_that_people_save(case: Case, encoding: str) -> None:
    report = run(case, table([GOOD], encoding), "报送.csv")
    assert (report.faults, report.article_count) == ([], 1)


def test_csv_with_too_many_fields_says_so(case: Case) -> None:
    content = (
        table([GOOD]).replace("\r\n微信".encode(), "\r\n微信".encode()).rstrip() + b",,,,,,,,,,,,extra\r\n"
    )
    report = run(case, content, "报送.csv")
    assert any("表头之外还有内容" in fault.fault for fault in report.faults)


@pytest.mark.parametrize(
    "value",
    ["2017-10-12", "2017/10/12", "2017.10.12", "2017年10月12日", "２０１７－１０－１２", "20171012", 43020,
     43020.0, "43020", dt.datetime(2017, 10, 12, 8), dt.date(2017, 10, 12), "2017-10-12 08:30"],
)  # fmt: skip
def test_days_as_excel_and_people_write_them(value: Any) -> None:
    assert day_of(value, dt.date(2017, 12, 1)) == dt.date(2017, 10, 12)


@given(st.one_of(st.text(), st.integers(), st.floats(), st.booleans(), st.none()))
@settings(max_examples=300, deadline=None)
def test_whatever_stands_in_a_cell_is_a_value_or_a_fault(value: Any) -> None:
    for read in (lambda v: day_of(v, dt.date(2018, 1, 1)), text_of):
        try:
            found = read(value)
        except FieldError:
            continue
        assert isinstance(found, dt.date) or not found.startswith(("=", "@"))
