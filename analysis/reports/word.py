"""Owns the Word reports: which sections each kind has, in which order. Figures in, bytes out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from analysis.reports import sections, wording
from analysis.reports.annexes import DEDUCTIONS, GAPS, POSTS, UNKNOWN, annex_titles, write_annexes
from analysis.reports.day_words import days
from analysis.reports.gb9704 import OfficialDocument
from analysis.reports.model import KIND_NAMES, Figures, ReportRules
from analysis.reports.official_text import chinese_day
from analysis.reports.rules import number_of
from analysis.reports.unit_sheet import write_unit_sheet


def write_word(
    figures: Figures,
    rules: ReportRules,
    pictures: Mapping[str, bytes],
    *,
    number: int | None = None,
    signed: dt.date | None = None,
    replaces: str | None = None,
) -> bytes:
    """The .docx of a report.

    Args:
        number: of its 发文字号; None: not issued, its place stays open.
        signed: 成文日期; None: the day after the one that the figures end with.
        replaces: title and number of the report that this one corrects.
    """
    day = signed or figures.as_of + dt.timedelta(days=1)
    title = title_of(figures).replace("\n", "")
    document = OfficialDocument(title=title, organ=rules.organ, day=day, beside=figures.as_of)
    head = rules.heads[figures.kind]
    document.head(head.mark, number_of(rules, figures.kind, figures.city, day.year, number))
    document.title(title_of(figures), None)
    if replaces:
        name = KIND_NAMES[figures.kind]
        document.text(f"本{name}更正并代替{replaces}，此前印发的以本{name}为准。")
    if figures.kind == "unit":
        write_unit_sheet(document, figures)
        document.sign(rules.organ)
        return document.to_bytes()
    if head.addressee:
        document.addressee(head.addressee)
    document.text(opening(figures))
    if figures.kind == "weekly":
        _weekly(document, figures, rules, dict(pictures))
    else:
        _monthly(document, figures, rules, dict(pictures))
    document.attachments(annex_titles(figures))
    document.sign(rules.organ)
    document.imprint(head.copies_to, rules.printer or rules.organ)
    write_annexes(document, figures, rules, pictures)
    return document.to_bytes()


def title_of(figures: Figures) -> str:
    """The title, its lines broken where the sense allows it."""
    month = f"{figures.as_of.year}年{figures.as_of.month}月"
    if figures.kind == "bulletin":
        return f"关于{month}全市绩效考评宣传工作\n情况的通报"
    if figures.kind == "monthly":
        return f"全市绩效考评宣传工作月报\n（{month}）"
    if figures.kind == "weekly":
        return f"全市绩效考评宣传工作周报\n（{days(figures.start, figures.end)}）"
    return f"{figures.unit_official or figures.unit}\n绩效考评宣传工作情况表"


def opening(figures: Figures) -> str:
    name = {"bulletin": "通报", "monthly": "汇总", "weekly": "汇总"}[figures.kind]
    known = (
        f"，所用资料为{chinese_day(figures.known_by.date())}前已采集、已认定的"
        if figures.known_by is not None
        else ""
    )
    return (
        f"按照{wording.plan_name(figures.plan)}要求，现将{days(figures.start, figures.end)}"
        f"全市绩效考评宣传工作情况{name}如下（数据截至{wording.data_until(figures)}{known}）。"
    )


def _annex(figures: Figures, title: str) -> str:
    """附件2, as the text refers to it; empty where there is none."""
    titles = annex_titles(figures)
    if title not in titles:
        return ""
    return f"附件{titles.index(title) + 1}" if len(titles) > 1 else "附件"


def _monthly(
    document: OfficialDocument, figures: Figures, rules: ReportRules, pictures: dict[str, bytes]
) -> None:
    sections.overview(document, figures, rules)
    if figures.kind == "monthly":
        document.text(wording.outlet_line(figures) + wording.topic_line(figures), lead="媒体与专题。")
    sections.gaps(document, figures, _annex(figures, GAPS))
    sections.unknown(document, figures, _annex(figures, UNKNOWN))
    sections.exposures(document, figures)
    sections.forum(document, figures, rules, pictures.get("forum"), _annex(figures, POSTS))
    sections.deductions(document, figures, rules, _annex(figures, DEDUCTIONS))
    sections.upcoming(document, figures, rules.demands if figures.kind == "bulletin" else [])


def _weekly(
    document: OfficialDocument, figures: Figures, rules: ReportRules, pictures: dict[str, bytes]
) -> None:
    sections.overview(document, figures, rules)
    document.text(wording.outlet_line(figures), lead="媒体。")
    sections.charts(document, figures, {name: png for name, png in pictures.items() if name == "weeks"})
    sections.week_pieces(document, figures)
    sections.gaps(document, figures, _annex(figures, GAPS), is_short=True)
    sections.unknown(document, figures, _annex(figures, UNKNOWN))
    sections.exposures(document, figures)
    sections.forum(document, figures, rules, pictures.get("forum"), _annex(figures, POSTS))
    sections.upcoming(document, figures, [])
