"""Owns the Word form of an official document by GB/T 9704-2012: its parts from top to bottom, as bytes.

Nothing here knows what a report says. The same calls give the same bytes: the dates inside the file are the
document's own, the order and the times of the zip are fixed.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping, Sequence
from typing import Any

from docx import Document
from docx.enum.section import WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Emu, Pt, RGBColor

from analysis.reports import word_xml
from analysis.reports.official_page import (
    AREA,
    CHARACTER,
    SIZES,
    number_pages,
    set_section,
    set_styles,
    width_of,
)
from analysis.reports.official_text import chinese_day, chinese_number, table_days, width_in_characters
from analysis.reports.typeface import BODY, HEADING, KAI, TITLE
from analysis.reports.word_table import Align, fill_table, fitted
from analysis.reports.word_xml import LINE, add_run, clean, keep_row, set_space

CENTER, LEFT, RIGHT, JUSTIFY = (
    WD_ALIGN_PARAGRAPH.CENTER,
    WD_ALIGN_PARAGRAPH.LEFT,
    WD_ALIGN_PARAGRAPH.RIGHT,
    WD_ALIGN_PARAGRAPH.JUSTIFY,
)
RED = RGBColor(0xD6, 0x00, 0x00)
_LEVELS = {1: HEADING, 2: KAI, 3: BODY, 4: BODY}  # 7.3.3: 一、 （一） 1. （1）


class OfficialDocument:
    """One document, written from top to bottom; `to_bytes` ends it.

    Args:
        title: for the properties of the file.
        organ: who issues it, for the properties of the file.
        day: 成文日期; also the file's own dates.
        beside: the day of which the tables speak: days of its year can stand without it.
    """

    def __init__(self, *, title: str, organ: str, day: dt.date, beside: dt.date | None = None) -> None:
        self._document = Document()
        self._day, self._beside = day, beside or day
        self._numbers = [0, 0, 0, 0]
        set_styles(self._document)
        set_section(self._document.sections[0], is_landscape=False)
        number_pages(self._document)
        properties = self._document.core_properties
        properties.title, properties.author = clean(title)[:250], clean(organ)[:250]
        properties.last_modified_by, properties.comments = clean(organ)[:250], ""
        properties.language = "zh-CN"
        stamp = dt.datetime.combine(day, dt.time(12))
        properties.created = properties.modified = stamp
        properties.revision = 1

    # --- 眉首
    def head(self, organ_mark: str, number: str | None = None) -> None:
        """发文机关标志 in red, 发文字号 and the red line below (7.2.4, 7.2.5, 7.2.7)."""
        length = max(len(organ_mark), 1)
        mark = self._paragraph(CENTER, line=None, before=Pt(16), after=Pt(20))
        # One line of the type area, however long the name: 156 mm shared by its characters.
        size = min(Pt(44), Emu(int(AREA[0] / length)))
        run = add_run(mark, organ_mark, TITLE, Pt(int(size.pt)), color=RED)
        run.bold = False
        line = self._paragraph(CENTER, line=LINE, after=Pt(8))
        add_run(line, number or "", BODY, CHARACTER)
        word_xml.set_border(line, "bottom", size=18, color="D60000", space=11)
        self.blank()

    def title(self, text: str, subtitle: str | None = None) -> None:
        """二号小标宋, centred (7.3.1); a subtitle in 三号楷体 below."""
        for number, part in enumerate(text.split("\n")):
            line = self._paragraph(CENTER, line=Pt(34), before=Pt(6) if not number else Pt(0))
            add_run(line, part, TITLE, SIZES["二号"])
        if subtitle:
            add_run(self._paragraph(CENTER, line=LINE), subtitle, KAI, CHARACTER)
        self.blank()

    def addressee(self, text: str) -> None:
        """主送机关: flush left, with a full colon (7.3.2)."""
        add_run(self._paragraph(JUSTIFY, line=LINE), text.rstrip("：:") + "：", BODY, CHARACTER)

    # --- 主体
    def heading(self, level: int, text: str) -> None:
        """A numbered heading: 一、 黑体, （一） 楷体, 1. and （1） 仿宋 (7.3.3)."""
        if level not in _LEVELS:
            raise ValueError(f"no such level of heading: {level}")
        self._numbers[level - 1] += 1
        self._numbers[level:] = [0] * (4 - level)
        count = self._numbers[level - 1]
        mark = {
            1: f"{chinese_number(count)}、",
            2: f"（{chinese_number(count)}）",
            3: f"{count}.",
            4: f"（{count}）",
        }
        line = self._paragraph(JUSTIFY, line=LINE, indent=2)
        line.paragraph_format.keep_with_next = True
        add_run(line, mark[level] + text, _LEVELS[level], CHARACTER)

    def text(self, text: str, *, lead: str = "") -> None:
        """One paragraph of the body; `lead` begins it in 楷体, as a short heading in the line."""
        line = self._paragraph(JUSTIFY, line=LINE, indent=2)
        if lead:
            add_run(line, lead, KAI, CHARACTER)
        add_run(line, text, BODY, CHARACTER)

    def note(self, text: str) -> None:
        """Small print below a table or picture: 口径, source, cut-off."""
        line = self._paragraph(JUSTIFY, line=Pt(16), before=Pt(3), after=Pt(6))
        add_run(line, text, BODY, SIZES["五号"])

    def blank(self) -> None:
        """An empty line of the type area."""
        self._paragraph(JUSTIFY, line=LINE)

    def caption(self, text: str) -> None:
        """The line above a table or picture, kept with it."""
        line = self._paragraph(CENTER, line=Pt(22), before=Pt(6))
        line.paragraph_format.keep_with_next = True
        add_run(line, text, HEADING, SIZES["小四"])

    def picture(self, png: bytes, *, width: Emu | None = None, alt: str) -> None:
        """A picture of the width of the type area, or narrower; `alt` is its text for who cannot see it."""
        line = self._paragraph(CENTER, line=None)
        shape = line.add_run().add_picture(io.BytesIO(png), width=width or self._width())
        properties = shape._inline.docPr
        properties.set("name", "图")
        properties.set("descr", clean(alt))

    def table(
        self,
        heads: Sequence[str],
        rows: Sequence[Sequence[object]],
        widths: Sequence[float],
        *,
        aligns: Sequence[Align] = (),
        size: str = "五号",
        fills: Mapping[tuple[int, int], str] | None = None,
    ) -> None:
        """A table as wide as the type area; its head is repeated on every page, no row is torn. Days are
        written as documents write them (`table_days`).

        Args:
            widths: shares of the width.
            aligns: of the columns; default: left.
            fills: (row, column) → a verdict, for the colour of the cell.
        """
        if not (len(heads) == len(widths) and all(len(row) == len(heads) for row in rows)):
            raise ValueError("a table needs as many widths and cells as heads")
        days = table_days((cell for row in rows for cell in row), self._beside)
        rows = [[days[cell] if isinstance(cell, dt.date) else cell for cell in row] for row in rows]
        table = self._document.add_table(rows=0, cols=len(heads))
        table.style = self._document.styles["Table Grid"]
        width = self._width()
        shares = fitted([width * share / sum(widths) for share in widths], [heads, *rows], SIZES[size])
        fill_table(table, heads, rows, shares, aligns or ["left"] * len(heads), SIZES[size], fills or {})
        self._paragraph(JUSTIFY, line=Pt(8))

    def page_break(self, *, is_landscape: bool = False) -> None:
        """A new page, upright or, for wide tables, on its side (A4 横排)."""
        section = self._document.add_section(WD_SECTION.NEW_PAGE)
        set_section(section, is_landscape=is_landscape)

    def annex(self, number: int | None, title: str, *, is_landscape: bool = False) -> None:
        """The head of an annex on a page of its own: 附件 in 黑体 flush left, its title centred (7.3.7)."""
        self.page_break(is_landscape=is_landscape)
        line = self._paragraph(LEFT, line=LINE)
        add_run(line, f"附件{number if number is not None else ''}", HEADING, CHARACTER)
        head = self._paragraph(CENTER, line=Pt(34), before=Pt(4), after=Pt(8))
        add_run(head, title, TITLE, SIZES["二号"])

    # --- 落款, 版记
    def attachments(self, names: Sequence[str]) -> None:
        """附件说明: a line below the body, indented by two characters (7.3.4), on a page with it."""
        if not names:
            return
        self._keep_last()
        self.blank()
        for number, name in enumerate(names, 1):
            self._keep_last()
            line = self._paragraph(LEFT, line=LINE)
            mark = f"{number}." if len(names) > 1 else ""
            line.paragraph_format.left_indent = Emu(int(CHARACTER * (6 if mark else 5)))
            line.paragraph_format.first_line_indent = Emu(-int(CHARACTER * (4 if number == 1 else 1)))
            add_run(line, ("附件：" if number == 1 else "") + mark + name, BODY, CHARACTER)

    def sign(self, organ: str, day: dt.date | None = None) -> None:
        """发文机关署名 above 成文日期, room for the seal; the date four characters from the right (7.3.5).
        They stand on the page of the line before."""
        self._keep_last()
        for _ in range(2):
            self.blank()
            self._keep_last()
        date = chinese_day(day or self._day)
        # The organ stands centred over the date, at most as far right as two characters from the margin.
        half = (len(organ) - width_in_characters(date)) / 2
        date_indent, organ_indent = (4.0, 4.0 - half) if 4.0 - half >= 2 else (2.0 + half, 2.0)
        for text, indent in ((organ, organ_indent), (date, date_indent)):
            line = self._paragraph(RIGHT, line=LINE)
            line.paragraph_format.right_indent = Emu(int(CHARACTER * indent))
            line.paragraph_format.keep_with_next = text == organ
            add_run(line, text, BODY, CHARACTER)

    def imprint(self, copies_to: str | None, organ: str, day: dt.date | None = None) -> None:
        """版记: 抄送, then 印发机关 and 印发日期, in 四号仿宋 between lines (7.4), never alone on a page."""
        rows = [f"抄送：{copies_to.rstrip('。')}。"] if copies_to else []
        self._keep_last()
        self.blank()
        self._keep_last()
        table = self._document.add_table(rows=0, cols=2)
        table.autofit = False
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        date = f"{chinese_day(day or self._day)}印发"
        right = Emu(int(SIZES["四号"] * (width_in_characters(date) + 4.5)))
        widths = [Emu(self._width() - right), right]
        for column, width in zip(table.columns, widths, strict=True):
            column.width = width
        for text in rows:
            cells = table.add_row().cells
            merged = cells[0].merge(cells[1])
            self._imprint_cell(merged, text, LEFT, self._width())
            for line in merged.paragraphs:  # the lines of a 版记 stay on one page
                line.paragraph_format.keep_with_next = True
        row = table.add_row()
        keep_row(row)
        cells = row.cells
        self._imprint_cell(cells[0], organ, LEFT, widths[0])
        self._imprint_cell(cells[1], date, RIGHT, widths[1])
        word_xml.set_rules(table)

    def _imprint_cell(self, cell: Any, text: str, align: Any, width: Emu) -> None:
        cell.width = width
        line = cell.paragraphs[0]
        line.alignment = align
        set_space(line, Pt(22), Pt(2), Pt(2))
        # One character from both ends of the line (7.4.2); the date needs none on the side of the organ, and
        # where 仿宋 is not installed the digits of another typeface take that room.
        line.paragraph_format.left_indent = SIZES["四号"] if align == LEFT else Pt(0)
        line.paragraph_format.right_indent = SIZES["四号"]
        add_run(line, text, BODY, SIZES["四号"])

    def to_bytes(self) -> bytes:
        """The .docx file: the same bytes for the same calls."""
        buffer = io.BytesIO()
        self._document.save(buffer)
        return word_xml.settled(buffer.getvalue())

    # --- pieces
    def _keep_last(self) -> None:
        """Keep the last line on the page of what comes next."""
        for line in self._document.paragraphs[-1:]:
            line.paragraph_format.keep_with_next = True

    def _width(self) -> Emu:
        return width_of(self._document.sections[-1])

    def _paragraph(
        self,
        align: Any,
        *,
        line: Pt | None,
        indent: int = 0,
        before: Pt | None = None,
        after: Pt | None = None,
    ) -> Any:
        """A paragraph; `line` None: as high as what stands in it; `indent` in characters."""
        paragraph = self._document.add_paragraph()
        paragraph.alignment = align
        set_space(paragraph, line, before or Pt(0), after or Pt(0))
        if indent:
            settings = paragraph._p.get_or_add_pPr().get_or_add_ind()
            settings.set(qn("w:firstLineChars"), str(indent * 100))
            settings.set(qn("w:firstLine"), str(int(indent * CHARACTER.pt * 20)))
        return paragraph
