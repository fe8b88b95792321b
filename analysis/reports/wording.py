"""Owns the sentences of a report: what its figures say, in the words of an official document. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from analysis.exposure import UNCLEAR
from analysis.ground import unsure_count
from analysis.overview import DERIVED_KINDS
from analysis.quotes import quoted
from analysis.reports.day_words import dated_words, days, short_day, span
from analysis.reports.model import (
    ExposureLine,
    Figures,
    PieceFigure,
    SilenceLine,
    TaskFigure,
    VerdictLine,
    Verdicts,
)
from analysis.reports.official_text import chinese_day

NO_SOURCE = "没有接入的来源"
_MEASURES = {"announcement_presence": "天"}  # by kind of task, what is counted where it is not pieces
RATE_BASIS = "达标率＝达标÷（达标＋未达标），无法判定、未开始和不适用的不计入"
PIECE_BASIS = "同一稿件在多处刊发计一篇，以首次刊发为准，转载不重复计"
FORUM_BASIS = (
    "按时率＝两个时限均未超的÷（已答复的＋超时未办结的），时限未到的不计入；"
    "时限按国务院公布的工作日计，答复后超时记录不消除"
)


def percent(part: int, whole: int, min_cases: int) -> str:
    """A rate with one decimal; under a minimum of cases there is none."""
    if whole < max(min_cases, 1):
        return f"不足{min_cases}件，不计率"
    return f"{part / whole:.1%}"


def rate_cell(verdicts: Verdicts, min_cases: int) -> str:
    """The share of the decided verdicts that is met; under a minimum of cases a dash."""
    if verdicts.decided_count < max(min_cases, 1):
        return "—"
    return f"{verdicts.met_count / verdicts.decided_count:.1%}"


def listed(names: Sequence[str], most: int, where: str = "") -> str:
    """甲、乙、丙等12个（名单见附件2）: names up to `most`, then how many."""
    if len(names) <= most:
        return "、".join(names)
    return f"{'、'.join(names[:most])}等{len(names)}个单位" + (f"（名单见{where}）" if where else "")


def plan_name(plan: str) -> str:
    """《…宣传方案》（2017年9月27日印发）."""
    name, bracket, rest = plan.partition("（")
    return f"《{name}》{bracket}{rest}"


def data_until(figures: Figures) -> str:
    """As `day_until`, of a report."""
    return day_until(figures.as_of, figures.until)


def day_until(day: dt.date, until: dt.datetime | None) -> str:
    """2017年12月1日24时; of a day that was not over, the moment up to which there is data."""
    if until is None:
        return f"{chinese_day(day)}24时"
    return chinese_day(until) + f"{until.hour}时{until.minute}分"


def season(figures: Figures) -> str:
    """自2017年9月1日以来; once the season is over, from its first day to its last."""
    if figures.as_of <= figures.season_end:
        return f"自{chinese_day(figures.season_start)}以来"
    return days(figures.season_start, figures.season_end)


def pieces(figures: Figures) -> str:
    """How many stories there were, in how many copies, beside the period before."""
    count: PieceFigure = figures.pieces
    before = ""
    if count.previous_count is not None and figures.kind != "unit":
        name = "上月" if figures.kind in ("monthly", "bulletin") else "上一期"
        before = f"{name}{count.previous_count}篇；"
    return (
        f"{days(figures.start, figures.end)}，采集到各媒体首发稿件{count.period_count}篇"
        f"（{before}另有转载{count.reprint_count}篇次），其中{quoted(figures.column)}专栏{count.column_count}篇；"
        f"经逐篇认定，有{count.credited_count}篇记入{count.credited_unit_count}个责任单位名下。"
        f"{season(figures)}累计首发{count.season_count}篇，专栏{count.season_column_count}篇。"
    )


def outlet_line(figures: Figures) -> str:
    """Of which outlets the pieces of the period are, the six with most named."""
    shown = [each for each in figures.outlets if each.period_count]
    if not shown:
        return "本期没有采集到稿件。"
    named = "，".join(f"{each.name}{each.period_count}篇" for each in shown[:6])
    rest = sum(each.period_count for each in shown[6:])
    return f"按媒体分：{named}" + (f"，其他{rest}篇" if rest else "") + "。"


def topic_line(figures: Figures) -> str:
    """Of which topics the pieces of the period are; "" where none has one."""
    shown = [each for each in figures.topics if each.period_count]
    return (
        "按专题分：" + "，".join(f"{each.name}{each.period_count}篇" for each in shown) + "。"
        if shown
        else ""
    )


def total(lines: Iterable[VerdictLine]) -> Verdicts:
    """Verdicts of all lines; those that only draw on others are not counted again."""
    counts = {"达标": 0, "未达标": 0, "无法判定": 0, "未开始": 0}
    for line in lines:
        if line.kind not in DERIVED_KINDS and line.verdict in counts:
            counts[line.verdict] += 1
    return Verdicts(
        met_count=counts["达标"],
        unmet_count=counts["未达标"],
        unknown_count=counts["无法判定"],
        not_yet_count=counts["未开始"],
    )


def verdicts(figures: Figures, min_cases: int) -> str:
    """How many verdicts stand how, over all lines of the plan."""
    found = total(figures.lines)
    tasks = sum(task.kind not in DERIVED_KINDS for task in figures.tasks)
    return (
        f"对照方案的{tasks}个事项逐单位对账，共{found.asked_count}项次：截至{chinese_day(figures.as_of)}，"
        f"达标{found.met_count}项次，未达标{found.unmet_count}项次，"
        f"达标率{percent(found.met_count, found.decided_count, min_cases)}；"
        f"因来源未能采集而无法判定{found.unknown_count}项次，"
        f"未到开始时间{found.not_yet_count}项次。（口径：{RATE_BASIS}。）"
    )


def is_over(line: VerdictLine, day: dt.date) -> bool:
    """Whether the term of a line ended on the day or before."""
    return line.window_end <= day or line.days_left == 0


def task_gap(lines: Sequence[VerdictLine], figures: Figures, where: str) -> str:
    """Who is short of one task, by how many, with how many days left."""
    unmet = [line for line in lines if line.verdict == "未达标"]
    own = [line for line in unmet if line.unit != "全市"]
    parts = []
    for line in unmet:
        if line.unit == "全市":
            what = "、".join(span(item, figures.as_of) for item in line.missing[:8])
            more = f"等{len(line.missing)}项" if len(line.missing) > 8 else ""
            open_count = unsure_count(line)
            parts.append(
                f"全市缺{line.missing_count}项"
                + (f"，另{open_count}项无法判定" if open_count else "")
                + (f"（{what}{more}）" if what else "")
            )
    if own:
        asked = sum(line.verdict in ("达标", "未达标", "无法判定") for line in lines if line.unit != "全市")
        names = [
            line.unit + (f"（缺{lack_words(line)}）" if line.missing_count > 1 or unsure_count(line) else "")
            for line in own
        ]
        parts.append(f"应完成的{asked}个单位中，{listed(names, 12, where)}未达标")
    return "；".join(parts) + "。"


def lack_words(line: VerdictLine) -> str:
    """2，另1无法判定: how many are missing, and how many beside them cannot be decided; 14天."""
    open_count = unsure_count(line)
    return f"{line.missing_count}{_MEASURES.get(line.kind, '')}" + (
        f"，另{open_count}无法判定" if open_count else ""
    )


def due(task: TaskFigure, lines: Sequence[VerdictLine], day: dt.date) -> str:
    """三（二），10月31日到期 / 还剩59天; of units with days of their own the last one: 最迟10月31日到期."""
    ends = {line.window_end for line in lines} or {task.window_end}
    left = max((line.days_left for line in lines), default=task.days_left)
    last = "最迟" if len(ends) > 1 else ""
    return f"{task.paragraph}，{last}{short_day(max(ends), day)}" + (
        f"到期，还剩{left}天" if left else "已到期"
    )


def standing_by_day(lines: Sequence[VerdictLine], beside: dt.date) -> str:
    """10月31日前，2项次未达标；11月15日前，1项次未达标: units may have days of their own."""
    days = sorted({line.window_end for line in lines})
    return "；".join(
        f"{short_day(day, beside)}前，{_standing([line for line in lines if line.window_end == day])}"
        for day in days
    )


def _standing(lines: Sequence[VerdictLine]) -> str:
    """2项次未达标、1项次无法判定: what cannot be decided is not told as missed."""
    counts = {said: sum(line.verdict == said for line in lines) for said in ("未达标", "无法判定")}
    return "、".join(f"{count}项次{said}" for said, count in counts.items() if count)


def silence(line: SilenceLine) -> str:
    """What was silent, or how many units have a site that nobody crawls."""
    if line.what == NO_SOURCE:
        return f"本单位网站或账号尚未接入采集的{len(line.units)}个单位"
    return dated_words(line.what)


def forum(figures: Figures, min_cases: int) -> str:
    """How many posts ask for an answer, how many were answered in time, what waits."""
    found = figures.forum
    if not found.total_count:
        return f"自{chinese_day(figures.season_start)}以来，没有需要答复的帖文。"
    text = (
        f"自{chinese_day(figures.season_start)}以来，需要答复的帖文{found.total_count}件"
        f"（本期新增{found.period_count}件）。"
        f"截至{chinese_day(figures.as_of)}，按时答复{found.in_time_count}件，超时后答复{found.late_answered_count}件，"
        f"超时尚未办结{found.open_overdue_count}件，时限未到{found.waiting_count}件；"
        f"按时率{percent(found.in_time_count, found.due_count, min_cases)}（口径：{FORUM_BASIS}）。"
    )
    if found.urgent_open_count:
        text += f"其中未办结的紧急帖文{found.urgent_open_count}件，须立即办理。"
    if found.unassigned_count:
        text += f"尚未明确责任单位{found.unassigned_count}件。"
    return text


def exposure_verdict(line: ExposureLine) -> str:
    """Whether it was approved before it appeared."""
    return "未达标" if line.is_alarm else "无法判定" if line.state == UNCLEAR else "达标"


def exposures(figures: Figures) -> str:
    """How many exposures appeared, which without an approval, what is planned."""
    since = chinese_day(figures.season_start)
    found = [line for line in figures.exposures if line.published_day is not None]
    now = [line for line in found if line.published_day and line.published_day >= figures.start]
    alarms = [line for line in figures.exposures if line.is_alarm]
    unclear = [line for line in figures.exposures if line.state == UNCLEAR]
    planned = [line for line in figures.exposures if line.published_day is None]
    text = (
        f"自{since}以来刊发曝光性报道{len(found)}篇，本期{len(now)}篇。"
        if found
        else f"自{since}以来，未见曝光性报道。"
    )
    if alarms:
        text += f"其中{len(alarms)}篇刊发前审批不全，须立即核查说明。"
    if unclear:
        text += f"其中{len(unclear)}篇在刊发当日审批或撤回，刊发时刻不详，先后无法判定，须核实。"
    if found and not alarms and not unclear:
        text += "刊发前均已按规定审批。"
    if planned:
        states: dict[str, int] = {}
        for line in planned:
            states[line.state] = states.get(line.state, 0) + 1
        text += (
            "另有登记而未刊发：" + "，".join(f"{state}{count}篇" for state, count in states.items()) + "。"
        )
    return text
