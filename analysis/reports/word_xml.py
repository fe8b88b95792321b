"""Owns what python-docx has no words for: settings of paragraphs, cells, tables; a .docx without chance."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from typing import Any

from docx.enum.text import WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor

from analysis.reports.typeface import HEADING, KAI, TITLE, font_table

LINE = Pt(28.95)  # GB/T 9704-2012, 5.2.3: 22 lines in 225 mm
FILLS = {"达标": "E2F0D9", "未达标": "F8D7DA", "无法判定": "FFF2CC", "head": "EDEDED"}
# XML 1.0 has no place for these; a post or an import file may hold them.
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_EPOCH = (1980, 1, 1, 0, 0, 0)


def clean(text: object) -> str:
    """A text as Word can hold it: without control characters; None is empty."""
    return "" if text is None else _ILLEGAL.sub("", str(text))


def add_run(paragraph: Any, text: str, font: str, size: Any, color: RGBColor | None = None) -> Any:
    """A run of text in a Chinese typeface; digits and Latin letters of the body are Times New Roman."""
    run = paragraph.add_run(clean(text))
    run.font.size = size
    run.font.name = font if font in (TITLE, HEADING, KAI) else "Times New Roman"
    fonts = run._r.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), font)
    fonts.set(qn("w:hint"), "eastAsia")  # quotation marks and dashes are Chinese here
    if color is not None:
        run.font.color.rgb = color
    return run


def add_field(paragraph: Any, name: str, font: str, size: Any) -> None:
    """A field that the word processor fills in, such as PAGE."""
    for kind in ("begin", None, "separate", "shown", "end"):
        run = add_run(paragraph, "1" if kind == "shown" else "", font, size)
        if kind == "shown":
            continue
        element = OxmlElement("w:instrText" if kind is None else "w:fldChar")
        if kind is None:
            element.text = name
        else:
            element.set(qn("w:fldCharType"), kind)
        run._r.append(element)


def set_space(paragraph: Any, line: Pt | None, before: Pt, after: Pt) -> None:
    """Space around, and the exact height of a line; None: as high as what stands in it."""
    layout = paragraph.paragraph_format
    layout.space_before, layout.space_after = before, after
    if line is not None:
        layout.line_spacing_rule, layout.line_spacing = WD_LINE_SPACING.EXACTLY, line
    if line != LINE:  # small print and tables do not stand on the lines of the page
        grid = OxmlElement("w:snapToGrid")
        grid.set(qn("w:val"), "0")
        _insert(paragraph, grid, ("spacing", "ind", "contextualSpacing", "jc", "outlineLvl", "rPr"))


def set_border(paragraph: Any, side: str, *, size: int, color: str, space: int) -> None:
    """A line along one side of a paragraph; `size` in eighths of a point, `space` in points."""
    borders = OxmlElement("w:pBdr")
    borders.append(_line(side, size, space, color))
    _insert(paragraph, borders, ("shd", "tabs", "snapToGrid", "spacing", "ind", "jc", "rPr"))


def set_rules(table: Any) -> None:
    """Lines of the 版记 (7.4): thick above and below, thin between."""
    borders = OxmlElement("w:tblBorders")
    for side, size in (("top", 8), ("bottom", 8), ("insideH", 4)):
        borders.append(_line(side, size, 0, "000000"))
    table._tbl.tblPr.append(borders)


def shade(cell: Any, fill: str) -> None:
    """Colour a cell (its element), fill in RRGGBB."""
    element = OxmlElement("w:shd")
    element.set(qn("w:val"), "clear")
    element.set(qn("w:color"), "auto")
    element.set(qn("w:fill"), fill)
    cell.get_or_add_tcPr().append(element)


def keep_row(row: Any, *, is_head: bool = False) -> None:
    """A row that no page break tears; a head is repeated on every page."""
    settings = row._tr.get_or_add_trPr()
    settings.append(OxmlElement("w:cantSplit"))
    if is_head:
        settings.append(OxmlElement("w:tblHeader"))


def settled(content: bytes) -> bytes:
    """The .docx with fixed times in its zip, our fonts with their fallbacks, and without the template's
    thumbnail: the same bytes for the same document."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "docProps/thumbnail.jpeg":
                continue
            if name == "_rels/.rels":
                data = re.sub(rb"<Relationship [^>]*thumbnail[^>]*/>", b"", data)
            if name == "word/fontTable.xml":
                data = font_table()
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            target.writestr(info, data)
    return out.getvalue()


def _line(side: str, size: int, space: int, color: str) -> Any:
    line = OxmlElement(f"w:{side}")
    for name, value in (("val", "single"), ("sz", size), ("space", space), ("color", color)):
        line.set(qn(f"w:{name}"), str(value))
    return line


def _insert(paragraph: Any, element: Any, later: Sequence[str]) -> None:
    """Put a setting of a paragraph where the schema wants it: before those of `later`."""
    settings = paragraph._p.get_or_add_pPr()
    found = (settings.find(qn(f"w:{name}")) for name in later)
    place = next((each for each in found if each is not None), None)
    if place is None:
        settings.append(element)
    else:
        place.addprevious(element)
