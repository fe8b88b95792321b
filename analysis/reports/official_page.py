"""Owns the sheet of an official document by GB/T 9704-2012: size, margins, lines, page numbers."""

from __future__ import annotations

from typing import Any

from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Emu, Mm, Pt

from analysis.reports.typeface import BODY, SONG
from analysis.reports.word_xml import LINE, add_field, add_run

# 5.2.1: A4, margins of 37 (天头) and 28 (订口) mm around a type area of 156 mm × 225 mm.
PAGE, TOP, LEFT, AREA = (Mm(210), Mm(297)), Mm(37), Mm(28), (Mm(156), Mm(225))
SIZES = {"二号": Pt(22), "三号": Pt(16), "四号": Pt(14), "小四": Pt(12), "五号": Pt(10.5), "小五": Pt(9)}
CHARACTER = SIZES["三号"]  # 5.2.2: 28 of them in a line


def set_styles(document: Any) -> None:
    """仿宋 三号 for all that says nothing else."""
    style = document.styles["Normal"]
    style.font.name, style.font.size = "Times New Roman", CHARACTER
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), BODY)
    style.paragraph_format.space_after = style.paragraph_format.space_before = Pt(0)
    style.paragraph_format.widow_control = False


def set_section(section: Any, *, is_landscape: bool) -> None:
    """Size and margins; a page on its side (A4 横排, 7.3.7) has its 订口 at the top."""
    width, height = PAGE[::-1] if is_landscape else PAGE
    section.orientation = WD_ORIENT.LANDSCAPE if is_landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = width, height
    top, left = (LEFT, TOP) if is_landscape else (TOP, LEFT)
    across, down = AREA[::-1] if is_landscape else AREA
    section.top_margin, section.left_margin = top, left
    section.bottom_margin = Emu(height - down - top)
    section.right_margin = Emu(width - across - left)
    section.header_distance = Mm(15)
    # 7.5: the page number stands 7 mm below the type area.
    section.footer_distance = Emu(max(section.bottom_margin - Mm(7) - Mm(5), Mm(8)))
    for old in section._sectPr.findall(qn("w:docGrid")):
        section._sectPr.remove(old)
    grid = OxmlElement("w:docGrid")
    grid.set(qn("w:type"), "lines")
    grid.set(qn("w:linePitch"), str(int(LINE.pt * 20)))
    section._sectPr.append(grid)


def number_pages(document: Any) -> None:
    """— 1 —, odd pages right, even pages left, one character from the edge (7.5)."""
    document.settings.odd_and_even_pages_header_footer = True
    section = document.sections[0]
    sides = ((section.footer, WD_ALIGN_PARAGRAPH.RIGHT), (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT))
    for footer, side in sides:
        footer.is_linked_to_previous = False
        line = footer.paragraphs[0]
        line.alignment = side
        line.paragraph_format.left_indent = line.paragraph_format.right_indent = SIZES["四号"]
        add_run(line, "— ", SONG, SIZES["四号"])
        add_field(line, "PAGE", SONG, SIZES["四号"])
        add_run(line, " —", SONG, SIZES["四号"])


def width_of(section: Any) -> Emu:
    """Width of the type area."""
    return Emu(section.page_width - section.left_margin - section.right_margin)
