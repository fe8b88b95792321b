"""Owns the verdicts that follow from published pieces: quota, weeks, topics, indicators, notes, honours."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable
from typing import Protocol

from analysis.plan import CITY_ROW, Fact, Plan, Task, weeks
from analysis.plan_facts import Counted, Tally, ids_of
from analysis.sources import Source, depends_on, silences
from pipeline.china import monday_of
from pipeline.plan_count import carrier

MET, UNMET, UNKNOWN, NOT_YET, NOT_ASKED = "达标", "未达标", "无法判定", "未开始", "不适用"


@dataclasses.dataclass(frozen=True)
class CoverageRow:
    """One unit's verdict on one task, as it stood on a day."""

    unit: str  # short name, or 全市
    task: str
    paragraph: str
    title: str
    kind: str
    verdict: str  # 达标, 未达标, 无法判定, 未开始, 不适用
    done_count: int
    needed_count: int
    missing_count: int
    missing: list[str]  # which weeks, topics, indicators, honours
    days_left: int  # to the end of the window or of the proof's term; 0: over
    window_start: dt.date
    window_end: dt.date
    silent: list[str]  # which source was silent when, where it matters
    note: str | None
    evidence: list[str]  # ids of articles or decisions that count, where they were asked


class Due(Protocol):
    """A verdict as far as its term goes: of coverage, or as a report keeps it."""

    @property
    def task(self) -> str: ...

    @property
    def window_end(self) -> dt.date: ...


def terms(rows: Iterable[Due]) -> dict[str, tuple[dt.date, dt.date]]:
    """By task, the first and the last day by which its units must have done it.

    They differ where a term runs from a unit's own publication (三（五）: two weeks). Where proof is due
    (附件3) its day is the term, not the end of the window in which the thing itself happens.
    """
    found: dict[str, tuple[dt.date, dt.date]] = {}
    for row in rows:
        first, last = found.get(row.task, (row.window_end, row.window_end))
        found[row.task] = min(first, row.window_end), max(last, row.window_end)
    return found


@dataclasses.dataclass(frozen=True)
class Ground:
    """What verdicts stand on: the plan, the day, the articles, the sources."""

    plan: Plan
    day: dt.date
    counted: Counted
    sources: list[Source]

    @property
    def facts(self) -> list[Fact]:
        """The articles of which verdicts say more than how many (`Counted`)."""
        return self.counted.facts

    def matched(self, task: Task) -> list[Fact]:
        """Of these, those that count for a task."""
        return self.counted.by_task[task.id]

    def tally(self, task: Task, owner: str) -> Tally:
        """The stories that count for a task: of a unit those that credit it, of CITY_ROW all, of a carrier
        those in its outlets. A reprint adds none."""
        return self.counted.tallies.get((task.id, owner), Tally())

    def row(
        self,
        task: Task,
        unit: str,
        done: list[str],
        needed: int,
        missing: list[str] | None = None,
        *,
        done_count: int | None = None,
        short: int | None = None,
        sources: list[Source] | None = None,
        span: tuple[dt.date, dt.date] | None = None,
        is_unknown: bool | None = None,
        end: dt.date | None = None,
        verdict: str | None = None,
        note: str | None = None,
    ) -> CoverageRow:
        """A row whose verdict follows from what is missing and whether a source was silent meanwhile.

        Args:
            done: ids of what counts.
            done_count: how much counts; default: as many as there are ids.
            short: how many are missing; default: needed less done.
            sources: those on which the task depends; none at all: absence proves nothing.
            span: days in which what is missing could have appeared; default: the window up to the day.
            is_unknown: whether the silence matters, where the caller knows better.
            end: last day of the term; default: of the window.
        """
        end = end or task.window.end
        done_count = len(done) if done_count is None else done_count
        short = max(0, needed - done_count) if short is None else short
        silent: list[str] = []
        if short and sources is not None and verdict is None:
            first, last = span or (task.window.start, min(task.window.end, self.day))
            silent = silences(sources, first, last) if sources else ["没有接入的来源"]
            if is_unknown is False:
                silent = []
        if verdict is None:
            verdict = MET if not short else UNKNOWN if silent or is_unknown else UNMET
        if self.day < task.window.start:
            verdict, silent = NOT_YET, []
        return CoverageRow(
            unit=unit,
            task=task.id,
            paragraph=task.paragraph,
            title=task.title,
            kind=task.kind,
            verdict=verdict,
            done_count=done_count,
            needed_count=needed,
            missing_count=short,
            missing=missing or [],
            days_left=max(0, (end - self.day).days),
            window_start=task.window.start,
            window_end=end,
            silent=silent,
            note=note or task.note,
            evidence=done,
        )

    def sources_of(self, task: Task, unit: str | None) -> list[Source]:
        return depends_on(task, unit, self.sources)


def quota(ground: Ground, task: Task) -> Iterable[CoverageRow]:
    """`quota` stories: of a unit those that credit it, of the city all, of a carrier its outlet's.

    A task of several parts asks for so many of each.
    """
    if task.scope != "unit":
        yield _count(ground, task, CITY_ROW)
    else:
        for unit in ground.plan.members[task.id]:
            yield _count(ground, task, unit)
    yield from carriers(ground, task)


def carriers(ground: Ground, task: Task) -> Iterable[CoverageRow]:
    """Units that must carry a task in their own outlet, whoever is credited there."""
    for unit, outlet_class in task.carriers.items():
        own = ground.tally(task, carrier(outlet_class))
        sources = [source for source in ground.sources if source.outlet_class == outlet_class]
        yield ground.row(task, unit, own.ids, task.quota, done_count=own.count, sources=sources)


def _count(ground: Ground, task: Task, unit: str) -> CoverageRow:
    found = ground.tally(task, unit)
    if task.parts:
        done = {part.id: _of_item(found, part.id) for part in task.parts}
        return _item_row(ground, task, unit, done)
    sources = ground.sources_of(task, None if unit == CITY_ROW else unit)
    return ground.row(task, unit, found.ids, task.quota, done_count=found.count, sources=sources)


def _of_item(found: Tally, name: str) -> Tally:
    """The stories that are this among other things."""
    return found.where(lambda item: name in item.split("\n"))


def weekly(ground: Ground, task: Task) -> Iterable[CoverageRow]:
    """At least `quota` stories in each calendar week that is over; the running week is not missing yet."""
    found = ground.tally(task, CITY_ROW)
    counts = {group.item: group.count for group in found.groups}
    sources = ground.sources_of(task, None)
    missing: list[str] = []
    silent: list[str] = []
    silent_weeks: list[bool] = []  # of each missing week: it may have had its piece (marked ？)
    over = 0
    for first, last in weeks(task.window.start, task.window.end):
        count = counts.get(monday_of(first).isoformat(), 0)
        if last > ground.day:
            break
        over += 1
        if count < task.quota:
            silence = silences(sources, first, last)
            silent += silence
            silent_weeks.append(bool(silence) or not sources)
            missing.append(f"{first}—{last}" + ("？" if silent_weeks[-1] else ""))
    row = ground.row(
        task,
        CITY_ROW,
        found.ids,
        over,
        missing,
        done_count=over - len(missing),
        short=len(missing),
        sources=sources,
        is_unknown=all(silent_weeks),
        note=f"已过 {over} 周，缺 {len(missing)} 周"
        + (f"（其中 {sum(silent_weeks)} 周来源静默）" if any(silent_weeks) else "")
        + f"；共刊发 {found.count} 篇",
    )
    yield dataclasses.replace(row, silent=silent or row.silent)


def series_topics(ground: Ground, task: Task) -> Iterable[CoverageRow]:
    """Round-ups by topic: the city needs every topic, a unit a piece of its topic that credits it."""
    members = ground.plan.members[task.id]
    owners = {t: [u for u in units if u in members] for t, units in ground.plan.series.items()}
    yield from _items(ground, task, owners)


def indicators(ground: Ground, task: Task) -> Iterable[CoverageRow]:
    """Reports by indicator: the city needs each indicator, a unit a piece of its own that credits it."""
    members = ground.plan.members[task.id]
    owners = {i: [e.unit] if e.unit in members else [] for i, e in ground.plan.indicators.items()}
    yield from _items(ground, task, owners)
    yield from carriers(ground, task)


def _items(ground: Ground, task: Task, owners: dict[str, list[str]]) -> Iterable[CoverageRow]:
    if task.scope != "unit":
        yield _item_row(ground, task, CITY_ROW, _by_item(ground.tally(task, CITY_ROW), owners))
    if task.scope == "city":
        return
    for unit in ground.plan.members[task.id]:
        items = [item for item, units in owners.items() if unit in units]
        yield _item_row(ground, task, unit, _by_item(ground.tally(task, unit), items))


def _by_item(found: Tally, items: Iterable[str]) -> dict[str, Tally]:
    groups = {group.item: Tally([group]) for group in found.groups}
    return {item: groups.get(item, Tally()) for item in items}


def _item_row(ground: Ground, task: Task, unit: str, done: dict[str, Tally]) -> CoverageRow:
    if not done:
        return ground.row(task, unit, [], 0, verdict=NOT_ASKED, note="没有分给本单位的内容")
    missing = [item for item, found in done.items() if found.count < task.quota]
    return ground.row(
        task,
        unit,
        ids_of(done.values()),
        len(done),
        missing,
        done_count=len(done) - len(missing),
        short=len(missing),
        sources=ground.sources_of(task, None if unit == CITY_ROW else unit),
    )


def editor_note(ground: Ground, task: Task) -> Iterable[CoverageRow]:
    """Every piece begins with 编者按. A piece without it is a fact that no silence excuses."""
    found = ground.tally(task, CITY_ROW)
    noted = found.where(lambda item: item == "")
    bare = [group.item for group in found.groups if group.item for _ in range(group.count)]
    sources = ground.sources_of(task, None)
    yield ground.row(
        task,
        CITY_ROW,
        noted.ids,
        found.count or 1,
        bare,
        done_count=noted.count,
        short=len(bare) if found.count else 1,
        sources=sources,
        is_unknown=False if bare else None,
        note=f"{task.note or ''}；刊发 {found.count} 篇，{len(bare)} 篇没有“编者按”".lstrip("；"),
    )


def emphasis_month(ground: Ground, task: Task) -> Iterable[CoverageRow]:
    """A quota over the window and one within the month of emphasis."""
    assert task.emphasis is not None
    month = task.emphasis.month
    begin = dt.date.fromisoformat(f"{month}-01")
    for unit in ground.plan.members[task.id]:
        found = ground.tally(task, unit)
        in_month = found.where(lambda item: item == month).count
        short = max(0, task.quota - found.count)
        short_month = max(0, task.emphasis.quota - in_month) if ground.day >= begin else 0
        last = min(month_end(begin), ground.day)
        sources = ground.sources_of(task, unit)
        # A month of emphasis that is over and was read without a gap is missed for good.
        is_sure = bool(short_month and sources) and ground.day > last and not silences(sources, begin, last)
        yield ground.row(
            task,
            unit,
            found.ids,
            task.quota,
            [f"{month} 重点宣传"] if short_month else [],
            done_count=found.count,
            short=max(short, short_month),
            sources=sources,
            span=(begin, last) if short_month and not short else None,
            is_unknown=False if is_sure else None,
            note=f"{month} 刊发 {in_month} 篇",
        )


def month_end(begin: dt.date) -> dt.date:
    """The last day of the month that begins so."""
    return (begin.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)


def honours(ground: Ground, task: Task) -> Iterable[CoverageRow]:
    """Each honour is told at least once, by whomever: the notice wants it told as the city's."""
    found = ground.tally(task, CITY_ROW)
    told = {honour.id: _of_item(found, honour.id) for honour in task.honours}
    yield _item_row(ground, task, CITY_ROW, told)
    for unit in ground.plan.members[task.id]:
        yield _item_row(ground, task, unit, {h.id: told[h.id] for h in task.honours if h.unit == unit})
