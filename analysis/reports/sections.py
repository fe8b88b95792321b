"""Owns the sections that the Word reports are put together from: each writes one matter of the figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from analysis.overview import DERIVED_KINDS
from analysis.quotes import quoted
from analysis.reports import day_words, wording
from analysis.reports.gb9704 import OfficialDocument
from analysis.reports.model import Figures, PieceLine, ReportRules, TaskFigure, VerdictLine, Verdicts
from analysis.reports.official_text import chinese_day
from analysis.reports.wording import NO_SOURCE

MOST_EXPOSURES = 30  # in the text; all are in the Excel file
SEPARATE = ("exposure_gate", "forum_response")  # told in sections of their own


def overview(document: OfficialDocument, figures: Figures, rules: ReportRules) -> None:
    """总体情况: pieces, verdicts, the table by group of units."""
    document.heading(1, "总体情况")
    document.text(
        f"{wording.pieces(figures)}（口径：{wording.PIECE_BASIS}。）{outage(figures)}", lead="稿件刊发。"
    )
    document.text(wording.verdicts(figures, rules.min_cases), lead="对账结果。")
    group_table(document, figures, rules)


def outage(figures: Figures) -> str:
    """That a source was silent in the period, so that more may have been published than was counted."""
    silent = sorted(
        line.what for line in figures.silences if day_words.touches(line.what, figures.start, figures.end)
    )
    silent = [day_words.dated_words(what) for what in silent]
    if not silent:
        return ""
    named = "；".join(silent[:3]) + ("等" if len(silent) > 3 else "")
    return f"采集有中断（{named}），实际刊发数可能多于采集数。"


def group_table(document: OfficialDocument, figures: Figures, rules: ReportRules) -> None:
    """The verdicts by group of units, with their sum."""
    groups = list(dict.fromkeys(unit.group for unit in figures.units))
    rows: list[list[object]] = []
    for group in groups:
        lines = [line for line in figures.lines if line.group == group]
        units = [unit for unit in figures.units if unit.group == group]
        rows.append(
            _group_row(group, len(units), sum(u.period_count for u in units), wording.total(lines), rules)
        )
    city = [line for line in figures.lines if line.group == "全市"]
    if city:
        rows.append(_group_row("全市事项", None, None, wording.total(city), rules))
    rows.append(_group_row("合计", len(figures.units), None, wording.total(figures.lines), rules))
    document.caption("各类单位对账情况")
    document.table(
        ["类别", "单位数", "本期记入", "达标", "未达标", "无法判定", "未开始", "达标率"],
        rows,
        [2.2, 1, 1.2, 1, 1.1, 1.2, 1.1, 1.1],
        aligns=["left", "right", "right", "right", "right", "right", "right", "right"],
    )
    document.note(
        f"注：截至{chinese_day(figures.as_of)}；达标至未开始为项次，本期记入为篇次（一篇记入几个单位的各计一次）；"
        f"{wording.RATE_BASIS}；不足{rules.min_cases}项次的不计率。"
    )


def _group_row(
    name: str, units: int | None, pieces: int | None, verdicts: Verdicts, rules: ReportRules
) -> list[object]:
    return [
        name,
        "" if units is None else units,
        "" if pieces is None else pieces,
        verdicts.met_count,
        verdicts.unmet_count,
        verdicts.unknown_count,
        verdicts.not_yet_count,
        wording.rate_cell(verdicts, rules.min_cases),
    ]


def gaps(document: OfficialDocument, figures: Figures, where: str, *, is_short: bool = False) -> None:
    """未达标事项: first what is over, then what can still be done: who, by how many, by when.

    Args:
        is_short: what is over is counted only.
    """
    document.heading(1, "未达标事项")
    asked = [task for task in figures.tasks if task.kind not in (*DERIVED_KINDS, *SEPARATE)]
    found = [
        (task, lines)
        for task, lines in ((task, lines_of(figures, task)) for task in asked)
        if any(line.verdict == "未达标" for line in lines)
    ]
    if not found:
        document.text("没有未达标的事项。")
        return
    # Units may have days of their own: what counts is the term of those that have not done it.
    late = {task.task: [line for line in lines if line.verdict == "未达标"] for task, lines in found}
    over = [(task, lines) for task, lines in found if not any(line.days_left for line in late[task.task])]
    running = [(task, lines) for task, lines in found if (task, lines) not in over]
    for title, part in (("已到期仍未达标的", over), ("期限未到、须抓紧完成的", running)):
        if not part:
            continue
        document.heading(2, title)
        if is_short and part is over and over:
            count = sum(task.verdicts.unmet_count for task, _ in over)
            document.text(f"{len(over)}个事项{count}项次，名单见{where}。")
            continue
        for task, lines in part:
            document.text(
                wording.task_gap(lines, figures, where),
                lead=f"{task.title}（{wording.due(task, late[task.task], figures.as_of)}）。",
            )


def lines_of(figures: Figures, task: TaskFigure) -> list[VerdictLine]:
    """The verdicts on one task."""
    return [line for line in figures.lines if line.task == task.task]


def unknown(document: OfficialDocument, figures: Figures, where: str) -> None:
    """无法判定: apart from 未达标, with the silence that leaves it open."""
    document.heading(1, "无法判定事项")
    count = wording.total(figures.lines).unknown_count
    if not count:
        document.text("没有无法判定的事项。")
        return
    document.text(
        f"下列{count}项次因来源未能采集，是否刊发尚无法判定，不按未达标处理，"
        f"待补采或由单位报送截图、照片等佐证后再行认定（明细见{where}）："
    )
    titles = {task.task: task.title for task in figures.tasks}
    for line in figures.silences[:8]:
        tasks = "；".join(titles[task] for task in line.tasks[:3]) + ("等" if len(line.tasks) > 3 else "")
        document.text(
            f"{wording.silence(line)}，涉及{line.verdict_count}项次（{tasks}）。"
            + ("" if line.what == NO_SOURCE else f"有关单位：{wording.listed(_named(line.units), 6)}。")
        )
    if len(figures.silences) > 8:
        document.text(f"另有{len(figures.silences) - 8}段来源静默，见{where}。")


def _named(units: Sequence[str]) -> list[str]:
    """Units by name; the city's own lines last, since it is no unit."""
    return [*(unit for unit in units if unit != "全市"), *(["全市事项"] if "全市" in units else [])]


def exposures(document: OfficialDocument, figures: Figures) -> None:
    """曝光性报道: those of the period, and every one without its approvals."""
    document.heading(1, "曝光性报道")
    document.text(wording.exposures(figures))
    shown = [
        line
        for line in figures.exposures
        if line.is_alarm or (line.published_day is not None and line.published_day >= figures.start)
    ][:MOST_EXPOSURES]
    if not shown:
        return
    document.caption("本期曝光稿件及审批不全的曝光稿件")
    document.table(
        ["刊发日期", "媒体", "标题", "涉及单位", "刊前审批"],
        [
            [
                line.published_day,
                line.outlet,
                line.title,
                "、".join(line.exposed) or "—",
                f"{line.state}：缺{'、'.join(line.lacking_steps)}" if line.is_alarm else line.state,
            ]
            for line in shown
        ],
        [1.5, 1.7, 3.4, 1.5, 2.1],
        aligns=["center", "left", "left", "left", "left"],
        fills={(n, 4): wording.exposure_verdict(line) for n, line in enumerate(shown)},
    )


def forum(
    document: OfficialDocument, figures: Figures, rules: ReportRules, picture: bytes | None, where: str
) -> None:
    """论坛帖文答复: how posts were answered, and whose are late and open."""
    document.heading(1, "论坛帖文答复")
    document.text(wording.forum(figures, rules.min_cases))
    late: dict[str, int] = {}
    for post in figures.posts:
        if post.is_open and (post.is_first_response_overdue or post.is_answer_overdue):
            late[post.unit or "未明确责任单位"] = late.get(post.unit or "未明确责任单位", 0) + 1
    if late:
        order = {unit.unit: place for place, unit in enumerate(figures.units)}
        names = sorted(late, key=lambda name: order.get(name, len(order)))
        document.text(
            f"超时尚未办结的：{'、'.join(f'{name}{late[name]}件' for name in names)}"
            + (f"（明细见{where}）。" if where else "。")
        )
    if picture is not None:
        document.caption("需要答复的帖文办理情况（件）")
        document.picture(picture, alt="按时答复、超时后答复、超时未办结、时限未到的件数")


def charts(document: OfficialDocument, figures: Figures, pictures: Mapping[str, bytes]) -> None:
    """The pictures of verdicts by task and of the weekly column."""
    if "weeks" in pictures:
        document.caption(f"{quoted(figures.column)}专栏每周刊发篇数（每周应不少于{figures.week_quota}篇）")
        document.picture(pictures["weeks"], alt="专栏每周刊发篇数")
    if "tasks" in pictures:
        document.caption("各事项对账情况（项次）")
        document.picture(pictures["tasks"], alt="各事项达标、未达标、无法判定、未开始的项次")


def upcoming(document: OfficialDocument, figures: Figures, demands: Sequence[str], level: int = 1) -> None:
    """What the plan asks next: what begins and what falls due up to the end of the next month, then the
    office's own sentences."""
    document.heading(level, "下一步工作")
    day = figures.as_of
    starting = [t for t in figures.tasks if day < t.window_start <= figures.next_month_end]
    ending = [
        (task, unmet)
        for task in figures.tasks
        if task.kind not in DERIVED_KINDS
        and task.window_start <= day
        and (unmet := [line for line in lines_of(figures, task) if _falls_due(line, figures)])
    ]
    if starting:
        document.text(
            "；".join(
                f"{t.title}（{t.paragraph}，{day_words.days(t.window_start, t.window_end)}）"
                for t in starting
            )
            + "。",
            lead="启动新事项。",
        )
    if ending:
        parts = [
            f"{task.title}（{task.paragraph}，{wording.standing_by_day(lines, day)}）"
            for task, lines in ending
        ]
        document.text("；".join(parts) + "。", lead="按期完成到期事项。")
    elif figures.season_end <= day:
        document.text(
            "方案各事项均已到期。未达标的逐项补正并书面说明，无法判定的报送佐证。", lead="做好收尾。"
        )
    for demand in demands:
        document.text(demand)


def _falls_due(line: VerdictLine, figures: Figures) -> bool:
    return (
        line.verdict in ("未达标", "无法判定")
        and line.days_left > 0
        and figures.as_of < line.window_end <= figures.next_month_end
    )


def deductions(document: OfficialDocument, figures: Figures, rules: ReportRules, where: str) -> None:
    """预扣分建议: how many, for whom, what was decided of them."""
    document.heading(1, "预扣分建议")
    found = figures.deductions
    count = sum(len(line.reasons) for line in found)
    done = sum(bool(decision) for line in found for decision in line.decisions)
    if not found:
        document.text("没有预扣分建议。")
        return
    document.text(
        f"对期限已过、确属未达标的事项，建议对{len(found)}个单位共{count}项"
        f"予以预扣分：{wording.listed([f'{line.unit}{len(line.reasons)}项' for line in found], 12, where)}。"
        f"以上为系统按方案提出的建议，是否扣分、扣多少，由{rules.organ}研究决定"
        f"{f'，已决定{done}项' if done else ''}；无法判定的事项不在其内。"
    )


def week_pieces(document: OfficialDocument, figures: Figures, most: int = 60) -> None:
    """The stories of the period that credit a unit, each once with all its units."""
    document.heading(1, "本期记入责任单位的稿件")
    found: dict[str, list[PieceLine]] = {}
    for piece in figures.credits:
        if figures.start <= piece.published_day <= figures.end:
            found.setdefault(piece.article_id, []).append(piece)
    if not found:
        document.text("本期没有记入责任单位的稿件。")
        return
    document.table(
        ["刊发日期", "媒体", "版次", "标题", "记入单位"],
        [
            [
                own[0].published_day,
                own[0].outlet,
                own[0].page or "—",
                own[0].title,
                "、".join(p.unit for p in own),
            ]
            for own in list(found.values())[:most]
        ],
        [1.5, 1.9, 0.9, 4.2, 2],
        aligns=["center", "left", "center", "left", "left"],
    )
    if len(found) > most:
        document.note(f"共{len(found)}篇，此处列出前{most}篇，全部见 Excel 台账。")
