"""Workbooks that ask for hours and gigabytes: each is refused at its bound, before a library opens it."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from filelock import FileLock

from analysis.acts import importing
from analysis.imports import kinds, package
from analysis.imports.check import Checked
from analysis.imports.fields import FieldError, text_of
from analysis.imports.package import SheetError, open_package
from analysis.imports.sheet import MAX_BLANKS, MAX_TEXT, read_sheet
from tests.analysis.case import Case
from tests.analysis.imports.test_import import FILES, GOOD, run, workbook
from tests.analysis.imports.test_sheet import with_part

NS = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
SHEET, STYLES, STRINGS = "xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/sharedStrings.xml"


def sheet(rows: bytes, after: bytes = b"") -> bytes:
    return b"<worksheet " + NS + b"><sheetData>" + rows + b"</sheetData>" + after + b"</worksheet>"


def styles(inner: bytes) -> bytes:
    return b"<styleSheet " + NS + b">" + inner + b"</styleSheet>"


def strings(inner: bytes) -> bytes:
    return b"<sst " + NS + b">" + inner + b"</sst>"


MERGED = b'<mergeCell ref="A1:XFD1048576"/>' * 20
# What each holds too much of where a bound is ten, and how it is told.
TOO_MUCH: list[tuple[str, bytes, str]] = [
    (SHEET, sheet(b"<row/>" * 20), "行过多（超过 10 个）"),
    (SHEET, sheet(b"<row>" + b"<c/>" * 20 + b"</row>"), "单元格过多（超过 10 个）"),
    (SHEET, sheet(b"<row>" + b"<c><f>1</f></c>" * 9 + b"<c><f/><f/><f/></c></row>"), "公式过多"),
    (SHEET, sheet(b"", b"<mergeCells>" + MERGED + b"</mergeCells>"), "合并单元格过多"),
    (STYLES, styles(b"<cellXfs>" + b"<xf/>" * 20 + b"</cellXfs>"), "单元格样式过多"),
    (STYLES, styles(b"<cellStyles>" + b"<cellStyle/>" * 20 + b"</cellStyles>"), "命名样式过多"),
    (STRINGS, strings(b"<si><t>a</t></si>" * 20), "文字过多"),
    (STRINGS, strings(b"<si>" + b"<r><t>a</t></r>" * 20 + b"</si>"), "分段设格式的文字过多"),
    ("xl/theme/theme1.xml", b"<a>" + b"<gs/>" * 20 + b"</a>", "格式、批注、链接等设置过多"),
]


def of_parts(**parts: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("xl/workbook.xml", "<workbook/>")
        for name, body in parts.items():
            made.writestr(name, body)
    return buffer.getvalue()


@pytest.fixture
def met(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The elements that are met while a package is counted."""
    found: list[str] = []
    start: Callable[..., None] = package._Counted._start

    def noted(self: package._Counted, element: str, attributes: dict[str, str]) -> None:
        found.append(element)
        start(self, element, attributes)

    monkeypatch.setattr(package._Counted, "_start", noted)
    return found


@pytest.mark.parametrize(("part", "body", "says"), TOO_MUCH)
def test_too_much_of_anything_is_refused_at_its_bound_and_no_library_opens_it(
    met: list[str], monkeypatch: pytest.MonkeyPatch, part: str, body: bytes, says: str
) -> None:
    small = {key: (10, what) for key, (_, what) in package.MAX_ELEMENTS.items()}
    monkeypatch.setattr(package, "MAX_ELEMENTS", small)
    monkeypatch.setattr(package, "MAX_OTHER", (10, package.MAX_OTHER[1]))
    monkeypatch.setattr(openpyxl, "load_workbook", lambda *_, **__: pytest.fail("a library opened it"))
    with pytest.raises(SheetError) as told:
        read_sheet(of_parts(**{part: body}), "表.xlsx", kinds.HEADINGS, kinds.NEEDED)
    assert says in str(told.value) and "另存为 .xlsx 或 CSV" in str(told.value)
    assert len(met) <= 30  # what stands behind the bound is not read


def test_the_bounds_as_they_are_stop_a_row_of_millions_of_cells(met: list[str]) -> None:
    with pytest.raises(SheetError, match="单元格过多"):
        open_package(of_parts(**{SHEET: sheet(b"<row>" + b"<c/>" * 2_000_000 + b"</row>")}), "表.xlsx")
    assert len(met) < package.MAX_ELEMENTS["c"][0] + 10


RELATION = b'<Relationship Id="r%d" Target="worksheets/sheet1.xml"/>'


@pytest.mark.parametrize(
    ("part", "body", "says"),
    [
        (SHEET, sheet(b"<row><c " + b" ".join(b'a%d=""' % i for i in range(300_000)) + b"/></row>"), "不合"),
        (SHEET, sheet(b"<!--" + b"<mergeCell " * 200_000 + b"-->"), "不合"),
        (SHEET, sheet(b"<x>" * 100 + b"</x>" * 100), "不合"),
        (SHEET, b"<!DOCTYPE x [<!ENTITY a 'b'>]>" + sheet(b""), "不合"),
        (SHEET, sheet(b'<row><c r="' + b"A" * 40_000 + b'"/></row>'), "不合"),
        (SHEET, sheet(b"", b'<x sqref="' + b"A1 " * 10_000 + b'"/>'), ""),
        (SHEET, sheet(b"", (b'<x sqref="' + b"A1 " * 10_000 + b'"/>') * 9), "条件格式"),
        (
            SHEET,
            sheet(
                b'<row><c><f t="shared">' + b"A1+" * 9000 + b"1</f></c>" + b'<c><f t="shared"/></c>' * 99
                + b"</row>"
            ),
            "公式过多",
        ),
        (STRINGS, strings(b"<si><t>" + b" " * 40_000 + b"</t></si>"), "超过 33000 字"),
        (STRINGS, strings(b"<si>" + b"<r><t>" + b"a" * 9000 + b"</t></r>" + b"</si>"), ""),
        (STRINGS, strings(b"<si>" + (b"<r><t>" + b"a" * 9000 + b"</t></r>") * 4 + b"</si>"), "超过 33000 字"),
        (STYLES, styles(b'<numFmt formatCode="' + b"[" * 200 + b'"/>'), "数字格式过长"),
        ("xl/_rels/workbook.xml.rels", b"<a>" + RELATION % 1 + RELATION % 2 + b"</a>", "不合"),
        ("xl/worksheets/x.xml", b"<a><sheet x='1'/><sheet x='2'/></a>", "不合"),
        ("xl/worksheets/x.xml", b"<a>", "已损坏"),
    ],
)  # fmt: skip
def test_little_that_would_ask_for_much_is_refused(part: str, body: bytes, says: str) -> None:
    content = of_parts(**{part: body})
    if says:
        with pytest.raises(SheetError, match=says):
            open_package(content, "表.xlsx")
    else:
        open_package(content, "表.xlsx")


def test_parts_that_were_not_counted_are_not_there_for_the_library() -> None:
    content = of_parts(**{"xl/worksheets/sheet1.png": b"<x/>", "xl/charts/c.xml": b"<x/>", SHEET: b"<x/>"})
    with zipfile.ZipFile(open_package(content, "表.xlsx").content) as kept:
        assert kept.namelist() == ["xl/workbook.xml", SHEET]


def test_a_package_that_excel_does_not_write_is_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_LZMA) as made:
        made.writestr("xl/workbook.xml", "<x/>")
    with pytest.raises(SheetError, match="打包方式"):
        open_package(buffer.getvalue(), "表.xlsx")


def test_rows_apart_and_one_text_in_every_cell_are_bounded() -> None:
    whole = workbook([GOOD])
    with zipfile.ZipFile(io.BytesIO(whole)) as made:
        part = made.read(SHEET)
    far = b"".join(b'<row r="%d"><c><v>1</v></c></row>' % (3 + 400 * n) for n in range(MAX_BLANKS // 300))
    with pytest.raises(SheetError, match="空白行"):
        read_sheet(
            with_part(whole, SHEET, part.replace(b"</sheetData>", far + b"</sheetData>")),
            "表.xlsx", kinds.HEADINGS, kinds.NEEDED,
        )  # fmt: skip
    said = GOOD | dict.fromkeys(("正文", "说明", "栏目"), "字" * 20_000)
    with pytest.raises(SheetError, match="500 万字"):
        read_sheet(workbook([said] * (MAX_TEXT // 60_000 + 1)), "表.xlsx", kinds.HEADINGS, kinds.NEEDED)
    with pytest.raises(FieldError, match="过长"):
        text_of("e\u0301" * 20_000)


@pytest.mark.parametrize("only_check", [True, False])
def test_a_table_is_read_while_others_may_record(
    case: Case, monkeypatch: pytest.MonkeyPatch, only_check: bool
) -> None:
    case.store.decisions.mkdir(exist_ok=True)
    check = importing.check_import

    def looked(*args: Any, **more: Any) -> Checked:
        with FileLock(case.store.decisions / ".acts.lock", timeout=0):
            return check(*args, **more)

    monkeypatch.setattr(importing, "check_import", looked)
    report = run(case, workbook([GOOD]), only_check=only_check, files=FILES, at=dt.datetime(2017, 12, 20, 9))
    assert report.article_count == 1
