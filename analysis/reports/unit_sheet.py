"""Owns the 单位情况表: one unit's tasks, credits line by line, posts, and what it must do next."""

from __future__ import annotations

import datetime as dt

from analysis.columns import ROLES
from analysis.overview import DERIVED_KINDS
from analysis.quotes import nested, quoted
from analysis.reports import day_words, wording
from analysis.reports.annexes import cut, lateness
from analysis.reports.gb9704 import OfficialDocument
from analysis.reports.model import Figures, PieceLine, PostLine
from analysis.reports.official_text import chinese_day


def write_unit_sheet(document: OfficialDocument, figures: Figures) -> None:
    """All sections of the sheet."""
    unit = next((each for each in figures.units if each.unit == figures.unit), None)
    verdicts = wording.total(figures.lines)
    points = "" if unit is None or unit.points is None else f"，累计{unit.points:g}分"
    count = sum(figures.season_start <= each.published_day <= figures.season_end for each in figures.credits)
    document.text(
        f"按照{wording.plan_name(figures.plan)}，截至{chinese_day(figures.as_of)}，{figures.unit}应完成{verdicts.asked_count}项，"
        f"达标{verdicts.met_count}项，未达标{verdicts.unmet_count}项，无法判定{verdicts.unknown_count}项，"
        f"未开始{verdicts.not_yet_count}项；{wording.season(figures)}记入稿件{count}篇{points}；"
        f"需答复帖文{figures.forum.total_count}件，其中超时未办结{figures.forum.open_overdue_count}件。"
        "（口径：转载不重复计；无法判定的不按未达标处理。）"
    )
    _tasks(document, figures)
    _pieces(document, figures)
    _exposures(document, figures)
    _measures(document, figures)
    _posts(document, figures)
    _next(document, figures)


def _tasks(document: OfficialDocument, figures: Figures) -> None:
    document.heading(1, "对账情况")
    lines = [line for line in figures.lines if line.kind not in DERIVED_KINDS and line.verdict != "不适用"]
    if not lines:
        document.text("方案没有对本单位提出事项。")
        return
    document.table(
        ["条款", "事项", "结论", "完成", "缺什么、说明", "期限"],
        [
            [
                line.paragraph,
                line.title,
                line.verdict,
                f"{line.done_count}/{line.needed_count}",
                cut(
                    "；".join(
                        [
                            *_missing(figures, line.missing),
                            *(
                                day_words.dated_words(said)
                                for said in [*line.silent, line.note or ""]
                                if said
                            ),
                        ]
                    ),
                    120,
                ),
                chinese_day(line.window_end) + (f"\n剩{line.days_left}天" if line.days_left else ""),
            ]
            for line in lines
        ],
        [1.6, 3, 1.3, 0.9, 3.2, 1.7],
        aligns=["center", "left", "center", "center", "left", "center"],
        size="小五",
        fills={(n, 2): line.verdict for n, line in enumerate(lines)},
    )


def _missing(figures: Figures, items: list[str]) -> list[str]:
    posts = {post.ticket_id: f"帖文{quoted(post.title)}" for post in figures.posts}
    return [posts.get(item, day_words.span(item, figures.as_of)) for item in items]


def _pieces(document: OfficialDocument, figures: Figures) -> None:
    document.heading(1, "记入稿件")
    if not figures.credits:
        document.text("尚无记入本单位的稿件。")
        return
    document.table(
        ["刊发日期", "媒体、版次", "标题", "角色、依据", "计入事项", "分值"],
        [
            [
                piece.published_day,
                piece.outlet + (f"\n{piece.page}" if piece.page else ""),
                piece.title,
                cut(f"{ROLES.get(piece.role, piece.role)}：{nested(piece.why)}", 60),
                "、".join(piece.tasks) or "只计分",
                points_cell(piece),
            ]
            for piece in figures.credits
        ],
        [1.5, 1.6, 3, 2.9, 1.4, 1.6],
        aligns=["center", "left", "left", "left", "left", "left"],
        size="小五",
    )
    document.note("注：事项代号见方案对照表；一篇稿件可同时计入几个事项，计分只计一次。")


def points_cell(piece: PieceLine) -> str:
    """3（市级报纸 3）."""
    return f"{piece.points:g}（{day_words.dated_words(piece.points_why)}）"


def _exposures(document: OfficialDocument, figures: Figures) -> None:
    if not figures.exposures:
        return
    document.heading(1, "涉及本单位的曝光性报道")
    document.table(
        ["刊发日期", "媒体", "标题"],
        [[line.published_day, line.outlet, line.title] for line in figures.exposures],
        [1.5, 2.5, 6],
        aligns=["center", "left", "left"],
        size="小五",
    )


def _measures(document: OfficialDocument, figures: Figures) -> None:
    if not figures.measures:
        return
    document.heading(1, "本单位的通报、约谈等措施")
    document.table(
        ["日期", "形式", "涉及单位", "文件名称"],
        [[line.day, line.form, "、".join(line.concerned), line.title or ""] for line in figures.measures],
        [1.5, 1, 3.5, 4],
        aligns=["center", "center", "left", "left"],
        size="小五",
    )


def _posts(document: OfficialDocument, figures: Figures) -> None:
    document.heading(1, "需要答复的帖文")
    if not figures.posts:
        document.text("没有需要本单位答复的帖文。")
        return
    document.table(
        ["帖文", "论坛", "发帖日期", "状态", "回应、答复", "时限情况"],
        [
            [
                post.title,
                post.forum,
                post.opened_at.date() if post.opened_at else "—",
                post.state,
                _answered(post, figures.as_of),
                lateness(post)
                if post.is_open
                else late_parts(post.is_first_response_overdue, post.is_answer_overdue),
            ]
            for post in figures.posts
        ],
        [3.2, 2, 1.7, 1.6, 2.3, 2.2],
        aligns=["left", "left", "center", "center", "left", "left"],
        size="小五",
        fills={
            (n, 5): "未达标" if post.is_first_response_overdue or post.is_answer_overdue else "达标"
            for n, post in enumerate(figures.posts)
        },
    )


def _answered(post: PostLine, beside: dt.date) -> str:
    """When it was responded to and answered, in one column; two of dates would leave the others no room."""
    said = [
        f"{what}{day_words.short_day(at.date(), beside)}"
        for what, at in (("初步回应", post.first_response_at), ("正式答复", post.answer_at))
        if at is not None
    ]
    return "，".join(said) or "—"


def late_parts(is_first_late: bool, is_answer_late: bool) -> str:
    """Which of the two deadlines of a post were missed."""
    if is_first_late and is_answer_late:
        return "两个时限均超时"
    return "初步回应超时" if is_first_late else "正式答复超时" if is_answer_late else "按时"


def _next(document: OfficialDocument, figures: Figures) -> None:
    document.heading(1, "下一步须办理")
    lines = [line for line in figures.lines if line.kind not in (*DERIVED_KINDS, "forum_response")]
    waiting = [post for post in figures.posts if post.is_open]
    todo = sorted(
        (line for line in lines if line.verdict in ("未达标", "未开始") and line.days_left),
        key=lambda line: (line.days_left, line.task),
    )
    over = [line.title for line in lines if line.verdict == "未达标" and not line.days_left]
    unknown = [line.title for line in lines if line.verdict == "无法判定"]
    for line in todo:
        by = day_words.short_day(line.window_end, figures.as_of)
        document.text(f"{line.title}：{by}前完成，还剩{line.days_left}天。")
    if waiting:
        document.text(f"未办结帖文{len(waiting)}件，按上表时限答复。")
    if over:
        document.text(f"已到期未达标{len(over)}项（{'；'.join(over)}），须书面说明并补正。")
    if unknown:
        document.text(
            f"无法判定{len(unknown)}项（{'；'.join(unknown)}），如已刊发请报送链接、截图或照片认定。"
        )
    if not (todo or waiting or over or unknown):
        document.text("没有待办事项。")
