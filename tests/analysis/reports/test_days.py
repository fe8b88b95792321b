"""Days in tables: in Word as documents write them, in Excel real dates with a Chinese form, everywhere."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
from docx import Document

from analysis.desk.office import Office
from analysis.desk.rights import Role
from analysis.reports.build import build_report
from analysis.reports.collect import Context
from analysis.reports.day_words import dated_words
from analysis.reports.gb9704 import OfficialDocument
from analysis.reports.proof_pack import pack
from analysis.reports.proof_selection import Choice
from analysis.reports.rules import load_report_rules
from analysis.reports.sheet import Column, Workbook
from pipeline.store import open_store
from tests.analysis.desk.people import browser, small_office
from tests.analysis.reports.conftest import Season

DAY = dt.date(2017, 12, 1)
ISO = re.compile(r"(?<![0-9A-Za-z_/.-])\d{4}-\d\d-\d\d")  # not in an address or the name of a file
CHINESE = 'yyyy"年"m"月"d"日"'


def column(cells: list[object]) -> list[str]:
    """A column of a table in a document of 2017, as it is read."""
    document = OfficialDocument(title="t", organ="o", day=dt.date(2017, 12, 4))
    document.table(["日期"], [[cell] for cell in cells], [1])
    [table] = Document(io.BytesIO(document.to_bytes())).tables
    return [row.cells[0].text for row in table.rows][1:]


def test_a_table_of_one_year_leaves_it_out_others_say_it_in_every_row() -> None:
    assert column([DAY, "—", dt.date(2017, 9, 30)]) == ["12月1日", "—", "9月30日"]
    assert column([DAY, None, dt.date(2018, 1, 2)]) == ["2017年12月1日", "", "2018年1月2日"]
    assert column([dt.date(2016, 12, 1)]) == ["2016年12月1日"]
    assert column([dt.datetime(2017, 12, 1, 9, 5), dt.datetime(2017, 12, 2)]) == ["12月1日 09:05", "12月2日"]


def test_days_in_excel_are_real_ones_in_every_column() -> None:
    book = Workbook(title="t", organ="o", day=DAY)
    at = dt.datetime(2017, 12, 1, 9, 5)
    columns = [Column("日", 5, "day"), Column("时", 5, "time"), Column("字", 5), Column("长", 5, "long")]
    book.table("表", "表", "注", columns, [[DAY, at, DAY, at], [None, dt.datetime(2017, 12, 2), "x", DAY]])
    sheet = openpyxl.load_workbook(io.BytesIO(book.to_bytes()))["表"]
    first, second = (list(row) for row in sheet.iter_rows(min_row=4))
    assert [cell.value for cell in first] == [dt.datetime(2017, 12, 1), at, dt.datetime(2017, 12, 1), at]
    assert [cell.number_format for cell in first] == [CHINESE, f"{CHINESE} hh:mm"] * 2
    assert second[1].number_format == CHINESE  # midnight: no time is known
    assert second[2].value == "x" and second[3].is_date
    widths = [sheet.column_dimensions[letter].width for letter in "ABCD"]
    assert all(width > least for width, least in zip(widths, (14, 20, 14, 20), strict=True)), widths


@pytest.mark.parametrize("value", [DAY, dt.datetime(2017, 12, 1, 9, 5)], ids=str)
def test_a_day_far_down_a_column_has_room(value: dt.date) -> None:
    book = Workbook(title="t", organ="o", day=DAY)
    book.table("表", "表", "注", [Column("字", 5), Column("数", 5, "count")], [["x", 1]] * 600 + [[value, 2]])
    widths = openpyxl.load_workbook(io.BytesIO(book.to_bytes()))["表"].column_dimensions
    assert widths["A"].width > (20 if isinstance(value, dt.datetime) else 14)
    assert widths["B"].width < 7


@pytest.mark.parametrize(
    "typed",
    [
        "见 https://a.cn/2017-11-06/12.html",
        "见 https://a.cn/12-2017-11-06.html",
        "见https://a.cn/?d=2017-11-06",
        "文号2017-11-06-3 号",
        "附件 2017-11-06.jpg",
        "附件 2017-11-06_2",
    ],
)
def test_addresses_and_numbers_that_people_typed_stay(typed: str) -> None:
    assert dated_words(typed) == typed


def test_days_between_words_are_written_out() -> None:
    said = dated_words("防城港日报 2017-11-06—2017-11-10 采集失败；于2017-11-12（日）补")
    assert said == "防城港日报2017年11月6日至10日采集失败；于2017年11月12日（日）补"


def test_the_pattern_sees_a_day_behind_chinese_characters() -> None:
    assert iso_in(["于2017-11-06报送", "见 a.cn/2017-11-06"]) == ["于2017-11-06报送"]


def iso_in(texts: list[object]) -> list[str]:
    return [text for text in texts if isinstance(text, str) and ISO.search(text)]


def cells_of(xlsx: bytes) -> list[object]:
    book = openpyxl.load_workbook(io.BytesIO(xlsx))
    return [value for sheet in book.worksheets for row in sheet.values for value in row]


@pytest.mark.parametrize("day", [dt.date(2017, 12, 31), dt.date(2018, 2, 28)], ids=str)
@pytest.mark.parametrize("kind", ["weekly", "monthly", "bulletin", "unit"])
def test_no_report_writes_a_day_as_a_machine_does(kind: str, day: dt.date, context: Context) -> None:
    report = build_report(kind, context, day, "市水利局" if kind == "unit" else None)  # type: ignore[arg-type]
    document = Document(io.BytesIO(report.docx))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert iso_in([*(line.text for line in document.paragraphs), *cells]) == []
    assert iso_in(cells_of(report.xlsx)) == []


def test_no_export_of_the_desk_writes_a_day_as_a_machine_does(tmp_path: Path) -> None:
    from analysis.desk.tables import TABLES  # its pages import it in turn: the desk must be there before

    office: Office = small_office(tmp_path)
    with browser(office, Role.EVALUATION) as officer:
        for name in TABLES:
            sheet = cells_of(officer.get(f"/export/{name}/xlsx").content)
            assert iso_in(sheet) == [], name
        articles = cells_of(officer.get("/export/articles/xlsx").content)
        assert dt.datetime(2017, 12, 1) in articles
        assert "2017-12-01" in officer.get("/export/articles/csv").text  # for machines


def test_the_index_of_a_proof_package_holds_real_dates(
    season: Season, context: Context, tmp_path: Path
) -> None:
    out = tmp_path / "m05.zip"
    pack(
        open_store(season.home, season.city),
        context,
        Choice(DAY, task="m05"),
        load_report_rules(season.city),
        out,
    )
    with zipfile.ZipFile(out) as package:
        book = openpyxl.load_workbook(io.BytesIO(package.read("索引.xlsx")))
        page = package.read("索引.html").decode()
    captures = book["网页存证"]
    fetched = [
        cell for row in captures.iter_rows(min_row=4, min_col=2, max_col=2) for cell in row if cell.value
    ]
    assert fetched and all(cell.is_date for cell in fetched)
    assert iso_in([value for sheet in book.worksheets for row in sheet.values for value in row]) == []
    assert not ISO.search(re.sub(r"<[^>]*>", " ", page))
