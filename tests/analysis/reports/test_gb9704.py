"""The page of an official document: layout, numbering, fonts, and the same bytes for the same calls."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Cm, Mm, Pt

from analysis.reports.gb9704 import OfficialDocument
from analysis.reports.official_page import SIZES
from analysis.reports.official_text import chinese_day, chinese_number
from analysis.reports.typeface import BODY, HEADING, KAI, TITLE
from analysis.reports.word_table import fitted
from analysis.reports.word_xml import clean

DAY = dt.date(2017, 11, 1)
ORGAN = "防城港市绩效考评领导小组办公室"


def written(day: dt.date = DAY) -> bytes:
    document = OfficialDocument(title="关于情况的通报", organ=ORGAN, day=day)
    document.head("防城港市绩效考评领导小组办公室文件", "防绩办通〔2017〕3号")
    document.title("关于情况的通报")
    document.addressee("各县（市、区）")
    document.heading(1, "总体情况")
    document.text("正文“引号”2017年")
    document.heading(2, "一级下")
    document.heading(3, "二级下")
    document.heading(4, "三级下")
    document.heading(1, "下一步")
    document.heading(2, "又一")
    document.table(
        ["单位", "结论"], [["市水利局", "达标"], ["=1+1", "未达标\x0b\x00"]], [2, 1], fills={(0, 1): "达标"}
    )
    document.attachments(["对账表", "明细表"])
    document.sign(ORGAN)
    document.imprint("市委办", ORGAN)
    document.annex(1, "对账表", is_landscape=True)
    document.table(["单位"], [["市水利局"]], [1])
    return document.to_bytes()


@pytest.fixture(scope="module")
def opened() -> object:
    return Document(io.BytesIO(written()))


def fonts(paragraph: object) -> set[str]:
    return {run._r.rPr.rFonts.get(qn("w:eastAsia")) for run in paragraph.runs}  # type: ignore[attr-defined]


def test_page_and_type_area(opened: object) -> None:
    upright, wide = opened.sections[0], opened.sections[-1]  # type: ignore[attr-defined]
    assert (round(upright.page_width.mm), round(upright.page_height.mm)) == (210, 297)
    margins = (upright.top_margin, upright.left_margin, upright.bottom_margin, upright.right_margin)
    assert [round(margin.mm) for margin in margins] == [37, 28, 35, 26]
    assert (round(wide.page_width.mm), round(wide.page_height.mm)) == (297, 210)
    # 22 lines of body fill the 225 mm of the type area, 28 characters its 156 mm, nearly.
    body = next(p for p in opened.paragraphs if p.text.startswith("正文"))  # type: ignore[attr-defined]
    assert abs(22 * body.paragraph_format.line_spacing - Mm(225)) < Pt(2)
    assert abs(28 * body.runs[0].font.size - Mm(156)) < Pt(8)


def test_headings_are_numbered_by_level_and_set_in_their_type(opened: object) -> None:
    found = {p.text: fonts(p) for p in opened.paragraphs if p.text}  # type: ignore[attr-defined]
    assert found["一、总体情况"] == found["二、下一步"] == {HEADING}
    assert found["（一）一级下"] == found["（一）又一"] == {KAI}
    assert found["1.二级下"] == found["（1）三级下"] == found["正文“引号”2017年"] == {BODY}
    assert found["关于情况的通报"] == {TITLE}


def test_table_heads_repeat_rows_are_not_torn_and_control_characters_are_gone(opened: object) -> None:
    table = next(t for t in opened.tables if t.cell(0, 0).text == "单位")  # type: ignore[attr-defined]
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)
    assert [cell.text for cell in table.rows[2].cells] == ["=1+1", "未达标"]
    assert sum(column.width for column in table.columns) == pytest.approx(Mm(156), rel=0.01)


def test_page_numbers_stand_outside_right_on_odd_left_on_even_pages(opened: object) -> None:
    section = opened.sections[0]  # type: ignore[attr-defined]
    assert opened.settings.odd_and_even_pages_header_footer  # type: ignore[attr-defined]
    for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        line = footer.paragraphs[0]
        assert line.text == "— 1 —"
        assert line.alignment is not None and line.alignment.name.lower() == side
        assert "PAGE" in line._p.xml


def test_same_calls_same_bytes_and_another_day_other_bytes() -> None:
    assert written() == written()
    assert written() != written(dt.date(2017, 12, 1))


def test_fonts_have_fallbacks_and_nothing_of_the_template_is_left() -> None:
    with zipfile.ZipFile(io.BytesIO(written())) as file:
        assert file.testzip() is None
        assert "docProps/thumbnail.jpeg" not in file.namelist()
        table = file.read("word/fontTable.xml").decode()
        core = file.read("docProps/core.xml").decode()
        assert {info.date_time for info in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    for name, fallback in ((BODY, "FangSong"), (TITLE, "华文中宋"), (HEADING, "SimHei"), (KAI, "KaiTi")):
        assert f'w:name="{name}"' in table and fallback in table
    assert "python-docx" not in core and "2013" not in core and ORGAN in core


def test_the_date_of_the_imprint_has_its_line_with_wider_digits_too() -> None:
    document = OfficialDocument(title="标题", organ=ORGAN, day=dt.date(2017, 12, 31))
    document.imprint(None, ORGAN)
    cell = Document(io.BytesIO(document.to_bytes())).tables[0].rows[-1].cells[1]
    shape, size = cell.paragraphs[0].paragraph_format, SIZES["四号"].pt
    room = cell.width.pt - 2 * Cm(0.19).pt - shape.left_indent.pt - shape.right_indent.pt
    assert cell.text == "2017年12月31日印发"
    # Digits of a stand-in for 仿宋 take two thirds of a character; a quarter stands where they meet Chinese.
    assert room >= size * (5 + 8 * 2 / 3 + 5 * 0.25)


def test_numbers_and_days_as_documents_write_them() -> None:
    assert [chinese_number(n) for n in (1, 9, 10, 11, 20, 35)] == ["一", "九", "十", "十一", "二十", "三十五"]
    assert chinese_day(dt.date(2017, 1, 5)) == "2017年1月5日"
    assert clean("a\x00b\x0bc\ud800") == "abc" and clean(None) == ""


def test_wrong_tables_and_levels_are_refused() -> None:
    document = OfficialDocument(title="t", organ="o", day=DAY)
    with pytest.raises(ValueError, match="widths"):
        document.table(["a", "b"], [["1"]], [1, 1])
    with pytest.raises(ValueError, match="level"):
        document.heading(5, "x")


def test_signature_and_imprint_stand_with_the_last_line_of_the_text() -> None:
    """Each line from the last one of the text to the 版记 is kept with the next."""
    document = OfficialDocument(title="t", organ=ORGAN, day=DAY)
    document.text("第一段")
    document.text("末一段")
    document.attachments(["甲表", "乙表"])
    document.sign(ORGAN)
    document.imprint("市委办", ORGAN)
    found = Document(io.BytesIO(document.to_bytes()))
    kept = [line.paragraph_format.keep_with_next or False for line in found.paragraphs]
    texts = ["第一段", "末一段", "", "附件：1.甲表", "2.乙表", "", "", ORGAN, chinese_day(DAY), ""]
    assert [line.text for line in found.paragraphs] == texts
    assert kept == [False, *[True] * 9]
    [imprint] = found.tables
    assert imprint.rows[0].cells[0].paragraphs[0].paragraph_format.keep_with_next


def test_no_date_or_fraction_is_torn() -> None:
    rows = [
        ["单位", "完成", "期限"],
        ["市水利局", "0/14", "2017-10-31"],
        ["m05 2017", "http://a.test/1/2", "—"],
    ]
    widths = [Pt(200), Pt(20), Pt(30)]
    found = fitted(widths, rows, Pt(9))
    assert sum(found) == pytest.approx(sum(widths), abs=3)
    assert found[1] >= Pt(9 * 0.5 * 4 + 10.8) and found[2] >= Pt(9 * 0.5 * 10 + 10.8)
    assert fitted(widths, [["单位", "完成", "期限"]], Pt(9)) == widths  # nothing to keep whole
    for day, signs in (("2017年10月31日", 8 * 0.5 + 3), ("10月31日", 4 * 0.5 + 2), ("m11、a5", 2.5)):
        assert fitted(widths, [["单位", "完成", day]], Pt(9))[2] >= Pt(9 * signs + 10.8)
    assert fitted([Pt(20), Pt(20)], [["2017-10-31"] * 2], Pt(9)) == [Pt(20), Pt(20)]  # no room for it
