"""Owns the tables behind the desk's charts: the plan over time, gaps, moods, the forums, reply times."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from analysis.ground import UNKNOWN, UNMET, CoverageRow
from analysis.overview import DERIVED_KINDS
from analysis.plan import CITY_ROW, Fact, Part, Plan, Task, is_part, matched, stories, weeks
from analysis.queue import Ticket
from analysis.warehouse import Connection, ask, moment
from pipeline.china import monday_of

Cell = str | int | float | None
FORUM_WEEKS = 26  # shown of moods and forums
DELAYS = ("当天", "1 天", "2—3 天", "4—7 天", "8—15 天", "16 天以上")
_DELAY_ENDS = (0, 1, 3, 7, 15)


@dataclasses.dataclass(frozen=True)
class TrendTable:
    """What a chart shows, as a table: the first column names the row, the others are numbers.

    Attributes:
        name: of the chart, in addresses.
        title, note: in Chinese; the note says how it is counted.
        columns: headings.
        rows: cells in the order of the columns.
    """

    name: str
    title: str
    note: str
    columns: list[str]
    rows: list[list[Cell]]

    @property
    def is_empty(self) -> bool:
        return not any(isinstance(cell, int | float) and cell for row in self.rows for cell in row[1:])


def coverage_weeks(plan: Plan, facts: Sequence[Fact], as_of: dt.date, unit: str | None = None) -> TrendTable:
    """How many of the units' quotas of pieces were reached by the end of each week; one unit's, or all.

    Only what can be counted on a day of its own: tasks of a number of pieces for each unit.
    """
    reached: list[dt.date | None] = []
    for task in plan.tasks:
        if task.kind != "quota" or task.scope != "unit":
            continue
        found = matched(task, facts)
        by_unit: dict[str, list[Fact]] = defaultdict(list)
        for fact in found:
            for name in fact.credits:
                by_unit[name].append(fact)
        asked = [name for name in plan.members[task.id] if unit in (None, name)]
        reached += [_reached(task, stories(by_unit.get(name, []))) for name in asked]
    rows: list[list[Cell]] = []
    for first, last in weeks(plan.season.start, min(plan.season.end, as_of)):
        day = min(last, as_of)
        done = sum(each is not None and each <= day for each in reached)
        rows.append([f"{first:%m-%d}", done, len(reached) - done])
    return TrendTable(
        "coverage",
        "篇数要求的完成进度",
        f"按单位计篇数的事项共 {len(reached)} 项次；到某周末刊发的计分稿件（转载不重复计）够数即算完成。",
        ["周（周一）", "已达到", "未达到"],
        rows,
    )


def story_weeks(plan: Plan, facts: Sequence[Fact], as_of: dt.date, unit: str) -> TrendTable:
    """A unit's credited stories week by week, by what it is in them."""
    own = stories(facts, unit)
    rows: list[list[Cell]] = []
    for first, last in weeks(plan.season.start, min(plan.season.end, as_of)):
        found = Counter(fact.credits[unit].role for fact in own if first <= fact.published_day <= last)
        rows.append([f"{first:%m-%d}", *(found[role] for role in ("byline", "subject", "joint"))])
    return TrendTable(
        "stories",
        "每周计分稿件",
        f"{unit}每周的计分稿件，按它在稿件里的角色分；转载不重复计。",
        ["周（周一）", "供稿", "主体", "联合"],
        rows,
    )


def _reached(task: Task, found: Sequence[Fact]) -> dt.date | None:
    """The day on which a unit had its pieces; None: not yet."""
    parts: Iterable[Part | None] = task.parts or [None]
    days = []
    for part in parts:
        own = sorted(fact.published_day for fact in found if part is None or is_part(part, fact))
        if len(own) < task.quota:
            return None
        days.append(own[task.quota - 1] if task.quota else own[0])
    return max(days)


def gaps(rows: Iterable[CoverageRow]) -> TrendTable:
    """Units by how many lines of the plan they have not met, those with most first."""
    unmet: Counter[str] = Counter()
    unknown: Counter[str] = Counter()
    for row in rows:
        if row.kind in DERIVED_KINDS or row.unit == CITY_ROW:
            continue
        unmet[row.unit] += row.verdict == UNMET
        unknown[row.unit] += row.verdict == UNKNOWN
    ranked = sorted(unmet, key=lambda unit: (-unmet[unit], -unknown[unit], unit))
    return TrendTable(
        "gaps",
        "各单位还缺的事项",
        "每个单位在方案中未达标的事项数；来源静默而无法判定的另列，不算缺。",
        ["单位", UNMET, UNKNOWN],
        [[unit, unmet[unit], unknown[unit]] for unit in ranked if unmet[unit] or unknown[unit]],
    )


def sentiment_weeks(con: Connection, as_of: dt.date, known_by: dt.date | None, what: str) -> TrendTable:
    """Articles ("article") or threads ("thread") of each sentiment, week by week."""
    start = monday_of(as_of) - dt.timedelta(weeks=FORUM_WEEKS - 1)
    counts: dict[dt.date, Counter[str]] = defaultdict(Counter)
    for row in ask(con, "sentiment_weeks", start=start, as_of=as_of, known_by=moment(known_by)):
        if row["what"] == what:
            counts[row["week"]][row["sentiment"]] += row["piece_count"]
    noun = "稿件" if what == "article" else "帖子"
    said = "按刊发日期，转载不重复计" if what == "article" else "按发帖日期，看主帖"
    return TrendTable(
        f"sentiment-{what}s",
        f"{noun}情感",
        f"最近 {FORUM_WEEKS} 周，每周{noun}按情感分；{said}。",
        ["周（周一）", "正面", "中性", "负面"],
        [
            [f"{week:%m-%d}", *(counts[week][key] for key in ("positive", "neutral", "negative"))]
            for week in _mondays(start, as_of)
        ],
    )


def forum_weeks(con: Connection, as_of: dt.date, known_by: dt.date | None) -> TrendTable:
    """Posts of each forum, week by week."""
    start = monday_of(as_of) - dt.timedelta(weeks=FORUM_WEEKS - 1)
    posts: dict[tuple[str, dt.date], int] = {}
    for row in ask(con, "forum_weeks", start=start, as_of=as_of, known_by=moment(known_by)):
        posts[row["forum"], row["week"]] = row["post_count"]
    forums = sorted({forum for forum, _ in posts})
    return TrendTable(
        "forum",
        "论坛热度",
        f"最近 {FORUM_WEEKS} 周，每周主帖和跟帖的数量。",
        ["周（周一）", *forums],
        [
            [f"{week:%m-%d}", *(posts.get((forum, week), 0) for forum in forums)]
            for week in _mondays(start, as_of)
        ],
    )


def reply_times(tickets: Iterable[Ticket]) -> TrendTable:
    """How long posts waited for their formal answer, in time or late; and those that still wait past it."""
    in_time: Counter[str] = Counter()
    late: Counter[str] = Counter()
    waiting = 0
    for ticket in tickets:
        if ticket.answer_at is None:
            waiting += ticket.is_open and ticket.is_answer_overdue
        elif ticket.opened_at is not None:
            delay = _delay((ticket.answer_at.date() - ticket.opened_at.date()).days)
            (late if ticket.is_answer_overdue else in_time)[delay] += 1
    return TrendTable(
        "replies",
        "正式答复用时",
        "从发帖到正式答复的自然天数；“超时”指过了正式答复的时限（工作日），答复了也仍算超时，初步回应是否超时"
        f"不在此列。另有 {waiting} 件正式答复超时仍未答复，不在图中。",
        ["用时", "按时", "超时"],
        [[delay, in_time[delay], late[delay]] for delay in DELAYS],
    )


def _delay(days: int) -> str:
    return DELAYS[next((n for n, end in enumerate(_DELAY_ENDS) if days <= end), len(DELAYS) - 1)]


def _mondays(start: dt.date, end: dt.date) -> list[dt.date]:
    return [start + dt.timedelta(weeks=n) for n in range((end - start).days // 7 + 1)]
