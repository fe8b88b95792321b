"""Owns the Excel 台账 of a report: which sheets there are and what stands in them. Figures in, bytes out."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from analysis.overview import DERIVED_KINDS
from analysis.reports import wording
from analysis.reports.annexes import lateness
from analysis.reports.model import KIND_NAMES, Figures, ReportRules
from analysis.reports.sheet import Column, Workbook
from analysis.reports.unit_sheet import ROLES, late_parts
from analysis.reports.wording import span

DECIDED = {"rule": "规则", "person": "人工"}


def write_excel(figures: Figures, rules: ReportRules, pictures: Mapping[str, bytes]) -> bytes:
    """The .xlsx of a report."""
    title = (
        f"{figures.unit or figures.city}绩效考评宣传台账（{KIND_NAMES[figures.kind]}，截至{figures.as_of}）"
    )
    book = Workbook(title=title, organ=rules.organ, day=figures.as_of)
    cover = book.book.add_worksheet("说明")
    if figures.unit is None:
        _units(book, figures, rules)
        _matrix(book, figures)
    _lines(book, figures)
    _pieces(book, figures, rules)
    _exposures(book, figures, rules)
    _posts(book, figures, rules)
    _deductions(book, figures)
    _silences(book, figures)
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
        f"{figures.known_by:%Y-%m-%d %H:%M} 前已采集、已认定的"
        if figures.known_by
        else "出表时已采集、已认定的全部"
    )
    rows = [
        ("编制单位", rules.organ),
        ("依据", wording.plan_name(figures.plan)),
        ("统计时段", f"{wording.days(figures.start, figures.end)}；累计自{figures.season_start}起"),
        ("数据截至", f"{figures.as_of} 24时；所用资料：{known}"),
        ("稿件口径", wording.PIECE_BASIS + "；一篇记入几个单位的，各计一篇次"),
        ("达标率口径", f"{wording.RATE_BASIS}；不足{rules.min_cases}项次的不计率"),
        ("论坛口径", wording.FORUM_BASIS),
        (
            "对账结果",
            f"共{found.asked_count}项次：达标{found.met_count}，未达标{found.unmet_count}，"
            f"无法判定{found.unknown_count}，未开始{found.not_yet_count}",
        ),
        ("无法判定", "来源未能采集、没有刊发证据也没有未刊发证据的，不作未达标；来源何时静默见“来源静默”"),
        *[("提示", notice) for notice in figures.notices],
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


def _until(figures: Figures, text: str) -> str:
    return f"截至{figures.as_of}。{text}"


def _units(book: Workbook, figures: Figures, rules: ReportRules) -> None:
    book.table(
        "单位汇总",
        "各单位对账汇总",
        _until(figures, f"{wording.RATE_BASIS}，不足{rules.min_cases}项次不计率；{wording.PIECE_BASIS}。"),
        [
            Column("序号", 6, "count"),
            Column("责任单位", 18),
            Column("类别", 14),
            *[Column(head, 9, "count") for head in ("达标", "未达标", "无法判定", "未开始")],
            Column("达标率", 9, "share"),
            Column("本期稿件", 9, "count"),
            Column("累计稿件", 9, "count"),
            Column("累计分值", 9, "points"),
            Column("待复帖", 9, "count"),
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
        _until(figures, "空格为方案没有对该单位提出该事项；“缺2”为缺的篇数或项数。事项名称见“对账明细”。"),
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
        _until(figures, "“证据”为记入的稿件号或决定号，可在“稿件台账”中查到存证。"),
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
            Column("证据", 24, "long"),
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
                "；".join(line.silent),
                line.note,
                "；".join(line.evidence),
            ]
            for line in figures.lines
            if line.kind not in DERIVED_KINDS
        ],
    )


def _pieces(book: Workbook, figures: Figures, rules: ReportRules) -> None:
    book.table(
        "稿件台账",
        "记入责任单位的稿件",
        _until(figures, f"{wording.PIECE_BASIS}。“计入事项”为空的只计分；分值按计分办法，一篇只计一次。"),
        [
            Column("责任单位", 16),
            Column("刊发日期", 11, "day"),
            Column("媒体", 18),
            Column("版次", 7),
            Column("标题", 42, "long"),
            Column("角色", 10),
            Column("认定依据", 36, "long"),
            Column("认定", 7),
            Column("计入事项", 14),
            Column("分值", 7, "points"),
            Column("计分说明", 26, "long"),
            Column("同文数", 7, "count"),
            Column("原网页", 10, "link"),
            Column("存证", 12, "link"),
            Column("存证SHA-256", 34, "long"),
        ],
        [
            [
                piece.unit,
                piece.published_day,
                piece.outlet,
                piece.page,
                piece.title,
                ROLES.get(piece.role, piece.role),
                piece.why,
                DECIDED.get(piece.decided_by, piece.decided_by),
                "、".join(piece.tasks),
                piece.points,
                piece.points_why,
                piece.copy_count,
                (piece.url, "打开原网页"),
                proof_link(rules, piece.sha256),
                piece.sha256,
            ]
            for piece in figures.credits
        ],
    )


def proof_link(rules: ReportRules, sha256: str | None) -> tuple[str, str] | None:
    """Where the desk shows a capture; without a desk its short name, to be found in the proof package."""
    if sha256 is None:
        return None
    base = (rules.desk_url or "").rstrip("/")
    return (f"{base}/proof/{sha256}", "查看存证") if base else ("", sha256[:12])


def _exposures(book: Workbook, figures: Figures, rules: ReportRules) -> None:
    book.table(
        "曝光台账",
        "曝光性报道及刊前审批",
        _until(figures, "曝光不给被曝光单位记分；须经两级审批后刊发，缺一级即为警示。"),
        [
            Column("刊发日期", 11, "day"),
            Column("计划日期", 11, "day"),
            Column("媒体", 18),
            Column("标题", 44, "long"),
            Column("涉及单位", 22, "long"),
            Column("状态", 18, "verdict"),
            Column("审批", 44, "long"),
            Column("缺审批", 18),
            Column("原网页", 12, "link"),
            Column("存证", 12, "link"),
            Column("存证SHA-256", 34, "long"),
        ],
        [
            [
                line.published_day,
                line.planned_day,
                line.outlet,
                line.title,
                "、".join(line.exposed),
                f"未达标：{line.state}" if line.is_alarm else line.state,
                "；".join(line.approvals),
                "、".join(line.lacking_steps),
                (line.url, "打开原网页") if line.url else None,
                proof_link(rules, line.sha256),
                line.sha256,
            ]
            for line in figures.exposures
        ],
    )


def _posts(book: Workbook, figures: Figures, rules: ReportRules) -> None:
    book.table(
        "帖文台账",
        "需要答复的论坛帖文",
        _until(figures, f"{wording.FORUM_BASIS}。发帖人不具名。"),
        [
            Column("责任单位", 16),
            Column("标题", 40, "long"),
            Column("类别", 8),
            Column("紧急程度", 9),
            Column("论坛", 18),
            Column("状态", 11),
            Column("发帖时间", 17, "time"),
            Column("初步回应时限", 17, "time"),
            Column("初步回应时间", 17, "time"),
            Column("正式答复时限", 17, "time"),
            Column("正式答复时间", 17, "time"),
            Column("时限情况", 22, "verdict"),
            Column("原帖", 11, "link"),
            Column("存证", 12, "link"),
        ],
        [
            [
                post.unit or "未明确",
                post.title,
                post.kind,
                post.urgency,
                post.forum,
                post.state,
                post.opened_at,
                post.first_response_due,
                post.first_response_at,
                post.answer_due,
                post.answer_at,
                clock_cell(post),
                (post.url, "打开原帖"),
                proof_link(rules, post.sha256),
            ]
            for post in figures.posts
        ],
        frozen=2,
    )


def clock_cell(post: Any) -> str:
    """达标：按时, 未达标：正式答复超时, 未开始：还剩2个工作日 — so that the colour follows."""
    is_late = post.is_first_response_overdue or post.is_answer_overdue
    if post.is_open:
        return f"{'未达标' if is_late else '未开始'}：{lateness(post)}"
    return (
        f"未达标：{late_parts(post.is_first_response_overdue, post.is_answer_overdue)}"
        if is_late
        else "达标：按时"
    )


def _deductions(book: Workbook, figures: Figures) -> None:
    book.table(
        "预扣分建议",
        "预扣分建议",
        _until(
            figures, "期限已过、确属未达标的事项，每项一行；无法判定的不列。是否扣分由人决定，在后两栏填写。"
        ),
        [
            Column("责任单位", 18),
            Column("类别", 14),
            Column("事由", 70, "long"),
            Column("处理意见", 22),
            Column("决定人、日期", 20),
        ],
        [
            [line.unit, line.group, reason, None, None]
            for line in figures.deductions
            for reason in line.reasons
        ],
    )


def _silences(book: Workbook, figures: Figures) -> None:
    book.table(
        "来源静默",
        "来源静默与无法判定的事项",
        _until(figures, "一个项次可能因几段静默而无法判定，故各行项次之和可能大于总数。"),
        [
            Column("来源何时静默", 40, "long"),
            Column("项次", 8, "count"),
            Column("涉及事项", 30, "long"),
            Column("涉及单位", 70, "long"),
        ],
        [
            [
                "本单位网站或账号尚未接入采集" if line.what == wording.NO_SOURCE else line.what,
                line.verdict_count,
                "、".join(line.tasks),
                "、".join(line.units),
            ]
            for line in figures.silences
        ],
    )


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
