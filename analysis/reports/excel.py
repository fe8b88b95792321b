"""Owns the Excel 台账 of a report: which sheets there are and what stands in them. Figures in, bytes out."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from analysis.overview import DERIVED_KINDS
from analysis.reports import excel_records, wording
from analysis.reports.day_words import dated_words, days, span
from analysis.reports.model import KIND_NAMES, Figures, ReportRules
from analysis.reports.official_text import chinese_day, chinese_time
from analysis.reports.sheet import Column, Workbook

_IDS_A_LINE = 2  # of 证据, which is as wide as that
_MOST_IDS = 56  # the highest row of Excel has room for


def write_excel(figures: Figures, rules: ReportRules, pictures: Mapping[str, bytes]) -> bytes:
    """The .xlsx of a report."""
    kind = f"{KIND_NAMES[figures.kind]}，截至{chinese_day(figures.as_of)}"
    title = f"{figures.unit or figures.city}绩效考评宣传台账（{kind}）"
    book = Workbook(title=title, organ=rules.organ, day=figures.as_of)
    cover = book.book.add_worksheet("说明")
    if figures.unit is None:
        _units(book, figures, rules)
        _matrix(book, figures)
    _lines(book, figures)
    excel_records.pieces(book, figures, rules)
    excel_records.exposures(book, figures, rules)
    if figures.measures:
        excel_records.measures(book, figures, rules)
    excel_records.posts(book, figures, rules)
    excel_records.deductions(book, figures)
    excel_records.silences(book, figures)
    if pictures:
        _pictures(book, pictures)
    _cover(book, cover, title, figures, rules)
    return book.to_bytes()


def _cover(book: Workbook, sheet: Any, title: str, figures: Figures, rules: ReportRules) -> None:
    sheet.set_column(0, 0, 16)
    sheet.set_column(1, 1, 92)
    sheet.set_row(0, 30)
    sheet.merge_range(0, 0, 0, 1, title, book.format(font_size=15, bold=True, align="center"))
    found = wording.total(figures.lines)
    known = (
        f"{chinese_time(figures.known_by)}前已采集、已认定的"
        if figures.known_by
        else "出表时已采集、已认定的全部"
    )
    rows = [
        ("编制单位", rules.organ),
        ("依据", wording.plan_name(figures.plan)),
        (
            "统计时段",
            f"{days(figures.start, figures.end)}；累计自{chinese_day(figures.season_start)}起"
            + (f"，至{chinese_day(figures.season_end)}止" if figures.as_of > figures.season_end else ""),
        ),
        ("数据截至", f"{wording.data_until(figures)}；所用资料：{known}"),
        ("稿件口径", wording.PIECE_BASIS + "；一篇记入几个单位的，各计一篇次"),
        ("达标率口径", f"{wording.RATE_BASIS}；不足{rules.min_cases}项次的不计率"),
        ("论坛口径", wording.FORUM_BASIS),
        (
            "对账结果",
            f"共{found.asked_count}项次：达标{found.met_count}，未达标{found.unmet_count}，"
            f"无法判定{found.unknown_count}，未开始{found.not_yet_count}",
        ),
        ("无法判定", "来源未能采集、没有刊发证据也没有未刊发证据的，不作未达标；来源何时静默见“来源静默”"),
        *[("提示", dated_words(notice)) for notice in figures.notices],
        ("个人信息", "发帖人不具名；电话、身份证号已遮盖"),
    ]
    for number, (name, text) in enumerate(rows, 2):
        sheet.write_string(
            number, 0, name, book.format(bold=True, border=1, bg_color="#EEF2F6", valign="top")
        )
        sheet.write_string(number, 1, text, book.format(border=1, text_wrap=True))
        sheet.set_row(number, 15 * max(1, -(-len(text) * 2 // 92)) + 3)
    row = len(rows) + 3
    sheet.write_string(row, 0, "工作表", book.format(bold=True))
    for number, other in enumerate(book.book.worksheets()[1:], row + 1):
        link = book.format(font_color="#0B5394", underline=1)
        sheet.write_url(number, 0, f"internal:'{other.name}'!A1", link, other.name)
    book.print_setup(sheet, title, is_landscape=True)


def _units(book: Workbook, figures: Figures, rules: ReportRules) -> None:
    book.table(
        "单位汇总",
        "各单位对账汇总",
        excel_records.until(
            figures,
            f"{wording.RATE_BASIS}，不足{rules.min_cases}项次不计率；{wording.PIECE_BASIS}；"
            "应复帖含已答复的，超时含答复后仍计超时的。",
        ),
        [
            Column("序号", 6, "count"),
            Column("责任单位", 18),
            Column("类别", 14),
            *[Column(head, 9, "count") for head in ("达标", "未达标", "无法判定", "未开始")],
            Column("达标率", 9, "share"),
            Column("本期稿件", 9, "count"),
            Column("累计稿件", 9, "count"),
            Column("累计分值", 9, "points"),
            Column("应复帖", 9, "count"),
            Column("其中超时", 9, "count"),
            Column("建议扣分项", 11, "count"),
        ],
        [
            [
                number,
                unit.unit,
                unit.group,
                unit.verdicts.met_count,
                unit.verdicts.unmet_count,
                unit.verdicts.unknown_count,
                unit.verdicts.not_yet_count,
                unit.verdicts.met_count / unit.verdicts.decided_count
                if unit.verdicts.decided_count >= max(rules.min_cases, 1)
                else "不计率",
                unit.period_count,
                unit.season_count,
                unit.points,
                unit.post_count,
                unit.late_post_count,
                unit.deduction_count,
            ]
            for number, unit in enumerate(figures.units, 1)
        ],
        frozen=2,
    )


def _matrix(book: Workbook, figures: Figures) -> None:
    """Units × tasks, each cell a verdict."""
    tasks = [task for task in figures.tasks if task.kind not in DERIVED_KINDS]
    cells = {(line.unit, line.task): line for line in figures.lines}
    units = ["全市", *(unit.unit for unit in figures.units)]
    book.table(
        "对账矩阵",
        "各单位 × 各事项",
        excel_records.until(
            figures, "空格为方案没有对该单位提出该事项；“缺2”为缺的篇数或项数。事项名称见“对账明细”。"
        ),
        [
            Column("责任单位", 16),
            *[Column(f"{task.task}\n{task.paragraph}", 10, "verdict") for task in tasks],
        ],
        [
            [unit, *[_cell(cells.get((unit, task.task))) for task in tasks]]
            for unit in units
            if any((unit, task.task) in cells for task in tasks)
        ],
    )


def _cell(line: Any) -> str | None:
    if line is None or line.verdict == "不适用":
        return None
    return f"未达标 缺{line.missing_count}" if line.verdict == "未达标" else line.verdict


def _lines(book: Workbook, figures: Figures) -> None:
    posts = {post.ticket_id: post.title for post in figures.posts}
    book.table(
        "对账明细",
        "各单位各事项对账明细",
        excel_records.until(
            figures, "“证据”为记入的稿件号或决定号，可在“稿件台账”中查到存证；不适用的不列。"
        ),
        [
            Column("责任单位", 16),
            Column("类别", 13),
            Column("事项", 7),
            Column("条款", 9),
            Column("事项名称", 36, "long"),
            Column("结论", 10, "verdict"),
            Column("完成", 7, "count"),
            Column("应完成", 7, "count"),
            Column("缺", 6, "count"),
            Column("缺什么", 34, "long"),
            Column("起", 11, "day"),
            Column("止", 11, "day"),
            Column("剩余天数", 8, "count"),
            Column("来源静默", 30, "long"),
            Column("说明", 30, "long"),
            Column("证据", 36, "long"),
        ],
        [
            [
                line.unit,
                line.group,
                line.task,
                line.paragraph,
                line.title,
                line.verdict,
                line.done_count,
                line.needed_count,
                line.missing_count,
                "；".join(posts.get(item, span(item, figures.as_of)) for item in line.missing),
                line.window_start,
                line.window_end,
                line.days_left,
                dated_words("；".join(line.silent)),
                dated_words(line.note or ""),
                _in_lines(line.evidence),
            ]
            for line in figures.lines
            if line.kind not in DERIVED_KINDS and line.verdict != "不适用"
        ],
    )


def _in_lines(ids: Sequence[str]) -> str:
    """Ids broken into lines here, since programs break a row of them at different places and cut off its end;
    of more than a row has room for the first ones, and how many there are (the figures as JSON hold all)."""
    shown = ids[:_MOST_IDS]
    lines = ["；".join(shown[n : n + _IDS_A_LINE]) for n in range(0, len(shown), _IDS_A_LINE)]
    return "\n".join([*lines, *([f"等 {len(ids)} 件"] if len(ids) > _MOST_IDS else [])])


def _pictures(book: Workbook, pictures: Mapping[str, bytes]) -> None:
    sheet = book.book.add_worksheet("图表")
    row = 0
    names = {
        "weeks": "专栏每周刊发篇数",
        "tasks": "各事项对账情况（项次）",
        "forum": "需要答复的帖文办理情况（件）",
    }
    for name in ("weeks", "tasks", "forum"):
        if name in pictures:
            sheet.write_string(row, 0, names[name], book.format(bold=True, font_size=12))
            scale = 0.78
            options = {"image_data": io.BytesIO(pictures[name]), "x_scale": scale, "y_scale": scale}
            sheet.insert_image(row + 1, 0, f"{name}.png", options | {"description": names[name]})
            # 15 points a row; the height in pixels stands in the head of the PNG, at 160 dots an inch.
            height = int.from_bytes(pictures[name][20:24], "big") * 72 / 160 * scale
            row += 3 + int(height / 15) + 1
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.hide_gridlines(2)
