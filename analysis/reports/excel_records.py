"""Owns the sheets of a 台账 that list one thing a row: pieces, exposures, posts, suggestions, silences."""

from __future__ import annotations

from typing import Any

from analysis.columns import ROLES
from analysis.quotes import nested
from analysis.reports import day_words, wording
from analysis.reports.annexes import lateness
from analysis.reports.model import Figures, ReportRules
from analysis.reports.official_text import chinese_day
from analysis.reports.sheet import Column, Workbook
from analysis.reports.unit_sheet import late_parts

DECIDED = {"rule": "规则", "person": "人工"}


def until(figures: Figures, text: str) -> str:
    """What stands below the title of a sheet."""
    return f"截至{chinese_day(figures.as_of)}。{text}"


def pieces(book: Workbook, figures: Figures, rules: ReportRules) -> None:
    """稿件台账: a row for each piece that credits a unit."""
    book.table(
        "稿件台账",
        "记入责任单位的稿件",
        until(figures, f"{wording.PIECE_BASIS}。“计入事项”为空的只计分；分值按计分办法，一篇只计一次。"),
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
                nested(piece.why),
                DECIDED.get(piece.decided_by, piece.decided_by),
                "、".join(piece.tasks),
                piece.points,
                day_words.dated_words(piece.points_why),
                piece.copy_count,
                (piece.url, "打开原网页"),
                proof_link(rules, piece.sha256),
                piece.sha256,
            ]
            for piece in figures.credits
        ],
    )


def proof_link(
    rules: ReportRules, sha256: str | None, place: str = "captures", shown: str = "查看存证"
) -> tuple[str, str] | None:
    """Where the desk shows a capture, or a file that was handed in; without a desk its short name, to be
    found in the proof package."""
    if sha256 is None:
        return None
    base = (rules.desk_url or "").rstrip("/")
    return (f"{base}/{place}/{sha256}", shown) if base else ("", sha256[:12])


def exposures(book: Workbook, figures: Figures, rules: ReportRules) -> None:
    """曝光台账: a row for each exposure, planned or published."""
    book.table(
        "曝光台账",
        "曝光性报道及刊前审批",
        until(figures, "曝光不给被曝光单位记分；须经两级审批后刊发，缺一级即为警示。"),
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
                day_words.dated_words("；".join(line.approvals)),
                "、".join(line.lacking_steps),
                (line.url, "打开原网页") if line.url else None,
                proof_link(rules, line.sha256),
                line.sha256,
            ]
            for line in figures.exposures
        ],
    )


def measures(book: Workbook, figures: Figures, rules: ReportRules) -> None:
    """通报约谈台账: a row for each measure of each unit."""
    book.table(
        "通报约谈台账",
        "不见于稿件的通报、约谈等措施",
        until(figures, "按单位报送的记录，撤回的不列；几个单位联合的各列一行，只计一次。"),
        [
            Column("责任单位", 16),
            Column("日期", 11, "day"),
            Column("形式", 9),
            Column("涉及单位", 30, "long"),
            Column("文件名称", 42, "long"),
            Column("事项", 7),
            Column("登记人", 20),
            Column("登记时间", 17, "time"),
            Column("附件", 24, "long"),
            Column("存证", 12, "link"),
            Column("决定号", 34, "long"),
        ],
        [
            [
                line.unit,
                line.day,
                line.form,
                "、".join(line.concerned),
                line.title,
                line.task,
                line.who,
                line.at,
                line.file,
                proof_link(rules, line.sha256, "attachments", "查看附件"),
                line.id,
            ]
            for line in figures.measures
        ],
    )


def posts(book: Workbook, figures: Figures, rules: ReportRules) -> None:
    """帖文台账: a row for each post that asks for an answer."""
    book.table(
        "帖文台账",
        "需要答复的论坛帖文",
        until(figures, f"{wording.FORUM_BASIS}。发帖人不具名。"),
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
                # The desk shows no page of a forum: posters' names stand on it.
                ("", post.sha256[:12]) if post.sha256 else None,
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


def deductions(book: Workbook, figures: Figures) -> None:
    """预扣分台账: a row for each suggestion."""
    book.table(
        "预扣分建议",
        "预扣分建议",
        until(
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
            [line.unit, line.group, day_words.dated_words(reason), day_words.dated_words(decision), None]
            for line in figures.deductions
            for reason, decision in zip(line.reasons, line.decisions, strict=True)
        ],
    )


def silences(book: Workbook, figures: Figures) -> None:
    """A row for each silence that leaves verdicts open."""
    book.table(
        "来源静默",
        "来源静默与无法判定的事项",
        until(figures, "一个项次可能因几段静默而无法判定，故各行项次之和可能大于总数。"),
        [
            Column("来源何时静默", 40, "long"),
            Column("项次", 8, "count"),
            Column("涉及事项", 30, "long"),
            Column("涉及单位", 70, "long"),
        ],
        [
            [
                "本单位网站或账号尚未接入采集"
                if line.what == wording.NO_SOURCE
                else day_words.dated_words(line.what),
                line.verdict_count,
                "、".join(line.tasks),
                "、".join(line.units),
            ]
            for line in figures.silences
        ],
    )
