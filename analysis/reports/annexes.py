"""Owns the annexes of the Word reports: wide tables on A4 on its side, heads repeated on every page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import cast

from analysis.overview import DERIVED_KINDS
from analysis.reports import day_words, wording
from analysis.reports.gb9704 import Align, OfficialDocument
from analysis.reports.model import Figures, PostLine, ReportRules, VerdictLine
from analysis.reports.official_text import chinese_day
from analysis.reports.sections import charts

UNITS, GAPS, UNKNOWN, DEDUCTIONS, POSTS, CHARTS = (
    "各单位对账情况表",
    "未达标事项明细表",
    "无法判定事项明细表",
    "预扣分建议表",
    "超时未办结和待办帖文表",
    "对账情况图",
)
_UNIT_ALIGNS: list[Align] = ["center", "left", "center", *cast("list[Align]", ["right"] * 11)]
MOST_ROWS = 600  # a Word table of more is not read; all rows are in the Excel file


def annex_titles(figures: Figures) -> list[str]:
    """The annexes that this report has, in order: none without rows."""
    has = {
        UNITS: bool(figures.units),
        GAPS: any(_is_gap(line.kind, line.verdict, "未达标") for line in figures.lines),
        UNKNOWN: bool(figures.silences),
        DEDUCTIONS: bool(figures.deductions),
        POSTS: any(post.is_open for post in figures.posts),
        CHARTS: figures.kind != "weekly" and bool(figures.tasks),
    }
    return [title for title, is_there in has.items() if is_there]


def _is_gap(kind: str, verdict: str, wanted: str) -> bool:
    return verdict == wanted and kind not in DERIVED_KINDS


def write_annexes(
    document: OfficialDocument, figures: Figures, rules: ReportRules, pictures: Mapping[str, bytes]
) -> None:
    """All annexes that the report has, each on a page of its own."""
    titles = annex_titles(figures)
    writers = {UNITS: _units, GAPS: _gaps, UNKNOWN: _unknown, DEDUCTIONS: _deductions, POSTS: _posts}
    for number, title in enumerate(titles, 1):
        document.annex(number if len(titles) > 1 else None, title, is_landscape=title != CHARTS)
        if title == CHARTS:
            charts(document, figures, pictures)
        else:
            writers[title](document, figures, rules)


def _units(document: OfficialDocument, figures: Figures, rules: ReportRules) -> None:
    rows = [
        [
            number,
            unit.unit,
            unit.group,
            unit.verdicts.met_count,
            unit.verdicts.unmet_count,
            unit.verdicts.unknown_count,
            unit.verdicts.not_yet_count,
            wording.rate_cell(unit.verdicts, rules.min_cases),
            unit.period_count,
            unit.season_count,
            "—" if unit.points is None else f"{unit.points:g}",
            unit.post_count or "—",
            unit.late_post_count or "—",
            unit.deduction_count or "—",
        ]
        for number, unit in enumerate(figures.units, 1)
    ]
    document.table(
        [
            "序号", "责任单位", "类别", "达标", "未达标", "无法\n判定", "未开始", "达标率",
            "本期\n稿件", "累计\n稿件", "累计\n分值", "应复帖", "其中\n超时", "建议\n扣分项",
        ],
        rows,
        [0.85, 2.4, 1.95, 0.9, 1.15, 1, 1.15, 1.2, 1, 1, 1.1, 1.15, 1, 1.2],
        aligns=_UNIT_ALIGNS,
        size="小五",
        fills={(n, 4): "未达标" for n, unit in enumerate(figures.units) if unit.verdicts.unmet_count}
        | {(n, 5): "无法判定" for n, unit in enumerate(figures.units) if unit.verdicts.unknown_count},
    )  # fmt: skip
    document.note(
        f"注：截至{chinese_day(figures.as_of)}。{wording.RATE_BASIS}，不足{rules.min_cases}项次不计率；{wording.PIECE_BASIS}；"
        "分值按城市的计分办法，逐条依据见台账；应复帖含已答复的，超时含答复后仍计超时的。"
    )


def _gaps(document: OfficialDocument, figures: Figures, rules: ReportRules) -> None:
    order = {unit.unit: number for number, unit in enumerate(figures.units)}
    lines = [line for line in figures.lines if _is_gap(line.kind, line.verdict, "未达标")]
    lines.sort(key=lambda line: order.get(line.unit, -1))
    posts = {post.ticket_id: post.title for post in figures.posts}
    rows = [
        [
            line.unit,
            f"{line.title}（{line.paragraph}）",
            f"{line.done_count}/{line.needed_count}",
            line.missing_count,
            cut("；".join(_lacking(line, posts, figures)), 110),
            line.window_end,
            line.days_left or "已到期",
        ]
        for line in lines
    ]
    document.table(
        ["责任单位", "事项", "完成", "缺", "缺什么、说明", "期限", "剩余\n天数"],
        rows[:MOST_ROWS],
        [2.2, 7, 0.9, 0.6, 5, 1.7, 1.2],
        aligns=["left", "left", "center", "right", "left", "center", "center"],
        size="小五",
    )
    _more(document, len(rows))


def _lacking(line: VerdictLine, posts: Mapping[str, str], figures: Figures) -> list[str]:
    """What is missing and what is to be said of it; a note beside every unit is no news."""
    said = [posts.get(item, day_words.span(item, figures.as_of)) for item in line.missing]
    common = Counter(each.note for each in figures.lines if each.task == line.task)
    if line.note and common[line.note] == 1:
        said.append(day_words.dated_words(line.note))
    return said


def _unknown(document: OfficialDocument, figures: Figures, rules: ReportRules) -> None:
    titles = {task.task: f"{task.paragraph} {task.title}" for task in figures.tasks}
    rows = [
        [
            wording.silence(line) if line.what != wording.NO_SOURCE else "本单位网站或账号尚未接入采集",
            line.verdict_count,
            "；".join(titles[task] for task in line.tasks),
            "、".join(line.units),
        ]
        for line in figures.silences
    ]
    document.table(
        ["来源何时静默", "项次", "涉及事项", "涉及单位"],
        rows[:MOST_ROWS],
        [3, 0.7, 5, 6],
        aligns=["left", "right", "left", "left"],
        size="小五",
    )
    document.note("注：一个项次可能因几段静默而无法判定，故各行项次之和可能大于总数。")
    _more(document, len(rows))


def _deductions(document: OfficialDocument, figures: Figures, rules: ReportRules) -> None:
    titles = {task.task: task.title for task in figures.tasks}
    document.table(
        ["序号", "责任单位", "项数", "事由", "处理意见"],
        [
            [
                number,
                line.unit,
                len(line.reasons),
                "；".join(titles[task] for task in line.tasks),
                day_words.dated_words("；".join(filter(None, line.decisions))),
            ]
            for number, line in enumerate(figures.deductions, 1)
        ],
        [0.7, 2.2, 0.7, 9, 2.4],
        aligns=["center", "left", "right", "left", "left"],
        size="小五",
    )
    document.note("注：仅列期限已过、确属未达标的事项；无法判定的不列。“处理意见”由决定人填写。")


def _posts(document: OfficialDocument, figures: Figures, rules: ReportRules) -> None:
    posts = [post for post in figures.posts if post.is_open]
    rows = [
        [
            post.unit or "未明确",
            post.title,
            post.kind,
            post.forum,
            post.opened_at.date() if post.opened_at else "—",
            post.state,
            due.date()
            if (due := post.answer_due if post.first_response_at else post.first_response_due)
            else "—",
            lateness(post),
        ]
        for post in posts
    ]
    document.table(
        ["责任单位", "帖文", "类别", "论坛", "发帖日期", "状态", "当前时限", "时限情况"],
        rows[:MOST_ROWS],
        [2, 4.4, 0.95, 2.2, 2.6, 2.05, 2.6, 2.4],
        aligns=["left", "left", "center", "left", "center", "center", "center", "left"],
        size="小五",
        fills={
            (n, 7): "未达标"
            for n, post in enumerate(posts[:MOST_ROWS])
            if post.is_first_response_overdue or post.is_answer_overdue
        },
    )
    _more(document, len(rows))


def lateness(post: PostLine) -> str:
    """已超时3个工作日 / 还剩2个工作日 / 今天到期 / 初步回应曾超时."""
    left = post.workdays_left
    if left is not None and left < 0:
        return f"已超时{-left}个工作日"
    if post.is_first_response_overdue or post.is_answer_overdue:
        # With no day left and no response yet, the deadline of this day is over.
        is_over = left is None or post.is_answer_overdue or (not left and post.first_response_at is None)
        return "已超时" if is_over else f"初步回应曾超时，{_left(left)}"
    return "时限无法计算" if left is None else _left(left)


def _left(days: int | None) -> str:
    return f"还剩{days}个工作日" if days else "今天到期"


def cut(text: str, length: int) -> str:
    """A text, with … where it is longer."""
    return text if len(text) <= length else text[: length - 1] + "…"


def _more(document: OfficialDocument, count: int) -> None:
    if count > MOST_ROWS:
        document.note(f"共{count}行，此处列出前{MOST_ROWS}行，全部见 Excel 台账。")
