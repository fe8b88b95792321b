"""Owns the Word form of 转办单 and 督办单: one page A4, a table of fields, the post quoted, a QR code."""

from __future__ import annotations

import io
from typing import Any

import segno
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Emu, Length, Mm, Pt

from analysis.reports.gb9704 import OfficialDocument
from analysis.reports.official_page import SIZES
from analysis.reports.official_text import chinese_day, chinese_time
from analysis.reports.typeface import BODY, HEADING
from analysis.reports.word_xml import FILLS, add_run, clean, keep_row, set_space, shade
from analysis.ticket_sheet import TicketSheet

_WIDTHS = (Mm(27), Mm(55), Mm(24), Mm(50))  # 156 mm, the type area
_QR = Mm(23)
_LINK_CHARS = 110  # printed; the code holds all of it
_TOP, _BOTTOM = Mm(26), Mm(20)  # less than 5.2.1 gives a document: a form stays on one page


def write_handover(sheet: TicketSheet) -> bytes:
    """The .docx of a sheet: the same bytes for the same sheet."""
    name = f"网民留言{sheet.kind}单"
    document = OfficialDocument(title=f"{name} {sheet.ticket_id}", organ=sheet.desk, day=sheet.day)
    document.title(name, sheet.desk)
    page = document._document.sections[0]
    page.top_margin, page.bottom_margin, page.footer_distance = _TOP, _BOTTOM, Mm(12)
    is_short = sheet.kind == "转办"
    form = _Form(document, size="小四" if is_short else "五号")
    form.pair(("编号", f"港情{sheet.kind} {sheet.ticket_id}"), (f"{sheet.kind}日期", chinese_day(sheet.day)))
    if sheet.kind == "督办":
        form.pair(("承办单位", sheet.unit), ("上级机关", sheet.parent or "—"))
    else:
        form.wide("建议承办单位" if sheet.is_suggested else "承办单位", sheet.unit)
    form.pair(("类别", sheet.subject), ("当前状态", sheet.state))
    opened = chinese_time(sheet.opened_at, "未能识别")
    form.pair(("来源", sheet.source), ("发帖时间", opened))
    form.wide("标题", sheet.title)
    form.wide("帖子内容", sheet.quote)
    form.link("原帖链接", sheet.link)
    for clock, words in sheet.deadlines:
        form.wide(f"{clock}时限", words)
    if sheet.kind == "督办":
        form.wide("超时情况", "\n".join(sheet.late) or "未超时")
        form.wide("此前经过", "\n".join(sheet.steps) or "—")
        form.wide("督办要求", "请立即办理并在原帖公开答复，办理情况同时报上级机关和交办单位。")
    else:
        form.wide(
            "办理要求",
            f"请在时限内在原帖公开答复；不属本单位职责的，请在{sheet.send_back_days}个工作日内退回并说明理由。",
        )
    form.wide("办理情况", "", height=Mm(22 if is_short else 13))
    form.pair(("签收人", ""), ("签收时间", ""))
    form.wide("交办联系人", f"{sheet.desk}  {sheet.contact or '（未登记）'}")
    _close_up(document)
    return document.to_bytes()


def _close_up(document: OfficialDocument) -> None:
    """Make the empty line between the heading and the form a low one: a form has no room to lose."""
    set_space(document._document.paragraphs[-1], Pt(8), Pt(0), Pt(0))


class _Form:
    """A bordered table of labelled fields, written row by row."""

    def __init__(self, document: OfficialDocument, size: str) -> None:
        self.size = SIZES[size]
        self.line = Pt(round(self.size.pt * 1.4))
        self.table: Any = document._document.add_table(rows=0, cols=4)
        self.table.style = document._document.styles["Table Grid"]
        self.table.alignment = WD_TABLE_ALIGNMENT.CENTER
        self.table.autofit = False
        for column, width in zip(self.table.columns, _WIDTHS, strict=True):
            column.width = width

    def pair(self, *fields: tuple[str, str]) -> None:
        """Two short fields side by side."""
        cells = self._row()
        for place, (label, text) in enumerate(fields):
            self._label(cells[place * 2], label, _WIDTHS[place * 2])
            self._text(cells[place * 2 + 1], text, _WIDTHS[place * 2 + 1])

    def wide(self, label: str, text: str, height: Length | None = None) -> None:
        """One field across the page; `height` at least."""
        cells = self._row(height)
        self._label(cells[0], label, _WIDTHS[0])
        self._text(cells[1].merge(cells[3]), text, Emu(sum(_WIDTHS[1:])))

    def link(self, label: str, link: str | None) -> None:
        """The address, and a QR code of it beside it."""
        if link is None:
            self.wide(label, "（原帖地址过长或不合规，请凭编号在港情中打开）")
            return
        cells = self._row()
        self._label(cells[0], label, _WIDTHS[0])
        shown = link if len(link) <= _LINK_CHARS else link[: _LINK_CHARS - 1] + "…"
        self._text(cells[1].merge(cells[2]), shown + "\n（扫码打开原帖）", Emu(_WIDTHS[1] + _WIDTHS[2]))
        cells[3].width = _WIDTHS[3]
        cells[3].vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
        line = cells[3].paragraphs[0]
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        set_space(line, None, Pt(2), Pt(2))
        shape = line.add_run().add_picture(io.BytesIO(qr_code(link)), width=_QR)
        shape._inline.docPr.set("name", "二维码")
        shape._inline.docPr.set("descr", clean(f"原帖链接 {link}"))

    def _row(self, height: Length | None = None) -> Any:
        row = self.table.add_row()
        keep_row(row)
        row.height = height or Mm(7)
        row.height_rule = WD_ROW_HEIGHT_RULE.AT_LEAST
        return row.cells

    def _label(self, cell: Any, text: str, width: Length) -> None:
        cell.width = width
        cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
        shade(cell._tc, FILLS["head"])
        line = cell.paragraphs[0]
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        set_space(line, self.line, Pt(1), Pt(1))
        add_run(line, text, HEADING, SIZES["五号" if len(text) < 6 else "小五"])

    def _text(self, cell: Any, text: str, width: Length) -> None:
        cell.width = width
        cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
        for number, part in enumerate(text.split("\n")):
            line = cell.add_paragraph() if number else cell.paragraphs[0]
            set_space(line, self.line, Pt(1), Pt(1))
            add_run(line, part, BODY, self.size)


def qr_code(link: str) -> bytes:
    """A QR code as PNG, with the quiet zone that readers want. Any address that may be printed fits."""
    out = io.BytesIO()
    segno.make(link, error="m", micro=False).save(out, kind="png", scale=6, border=3)
    return out.getvalue()
