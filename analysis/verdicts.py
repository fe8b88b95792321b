"""Owns the verdicts that follow from published pieces: quota, weeks, topics, indicators, notes, honours."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Collection, Iterable

from analysis.ground import NOT_ASKED, UNSURE, CoverageRow, Ground
from analysis.plan import CITY_ROW, Task, weeks
from analysis.plan_facts import Tally, ids_of
from analysis.sources import Source, lacks_site, silences
from pipeline.china import monday_of
from pipeline.plan_count import carrier

UNREAD_SITE = "本单位网站尚未接入采集，其上的稿件须由单位报送"


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


def carriers(ground: Ground, task: Task, items: Collection[str] | None = None) -> Iterable[CoverageRow]:
    """Units that must carry a task in their own outlet, whoever is credited there.

    Args:
        items: of which it must be one; None: whatever counts for the task.
    """
    for unit, outlet_class in task.carriers.items():
        own = ground.tally(task, carrier(outlet_class))
        own = own if items is None else own.where(items.__contains__)
        sources = [source for source in ground.sources if source.outlet_class == outlet_class]
        yield ground.row(task, unit, own.ids, task.quota, done_count=own.count, sources=sources)


def _count(ground: Ground, task: Task, unit: str) -> CoverageRow:
    found = ground.tally(task, unit)
    if task.parts:
        done = {part.id: _of_item(found, part.id) for part in task.parts}
        return _item_row(ground, task, unit, done)
    sources = ground.sources_of(task, None if unit == CITY_ROW else unit)
    is_short = unit != CITY_ROW and found.count < task.quota
    is_unread = is_short and lacks_site(task, unit, ground.units_read)
    note = f"{task.note or ''}；{UNREAD_SITE}".lstrip("；") if is_unread else None
    return ground.row(task, unit, found.ids, task.quota, done_count=found.count, sources=sources, note=note)


def _of_item(found: Tally, name: str) -> Tally:
    """The stories that are this among other things."""
    return found.where(lambda item: name in item.split("\n"))


def weekly(ground: Ground, task: Task) -> Iterable[CoverageRow]:
    """At least `quota` stories in each calendar week that is over; the running week is not missing yet. The
    unit that carries it in its own outlet answers for the same weeks."""
    yield _weeks(ground, task, CITY_ROW, ground.tally(task, CITY_ROW), ground.sources_of(task, None))
    for unit, outlet_class in task.carriers.items():
        sources = [source for source in ground.sources if source.outlet_class == outlet_class]
        yield _weeks(ground, task, unit, ground.tally(task, carrier(outlet_class)), sources)


def _weeks(ground: Ground, task: Task, unit: str, found: Tally, sources: list[Source]) -> CoverageRow:
    counts = {group.item: group.count for group in found.groups}
    missing: list[str] = []
    silent: list[str] = []
    silent_weeks: list[bool] = []  # of each missing week: it may have had its piece (UNSURE at its end)
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
            missing.append(f"{first}—{last}" + (UNSURE if silent_weeks[-1] else ""))
    open_count = sum(silent_weeks)
    sure_count = len(missing) - open_count
    row = ground.row(
        task,
        unit,
        found.ids,
        over,
        missing,
        done_count=over - len(missing),
        short=sure_count or len(missing),
        sources=sources,
        is_unknown=not sure_count,
        note=f"已过 {over} 周，缺 {sure_count} 周"
        + (f"，另 {open_count} 周来源静默、无法判定" if open_count else "")
        + f"；共刊发 {found.count} 篇",
    )
    return dataclasses.replace(row, silent=silent or row.silent)


def series_topics(ground: Ground, task: Task) -> Iterable[CoverageRow]:
    """Round-ups by topic: the city needs every topic, a unit a piece of its topic that credits it."""
    members = ground.plan.members[task.id]
    owners = {t: [u for u in units if u in members] for t, units in ground.plan.series.items()}
    yield from _items(ground, task, owners)


def indicators(ground: Ground, task: Task) -> Iterable[CoverageRow]:
    """Reports by indicator: the city needs each, a unit a piece of its own that credits it, a carrier one of
    any."""
    members = ground.plan.members[task.id]
    owners = {i: [e.unit] if e.unit in members else [] for i, e in ground.plan.indicators.items()}
    yield from _items(ground, task, owners)
    yield from carriers(ground, task, owners)


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
    """Every piece, each time that it is printed, begins with 编者按. A piece without it is a fact that no
    silence excuses."""
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
    """A quota over the window and one within the month of emphasis. What the month lacks is told by its own
    days alone, and due by its end: nothing before makes it uncertain, nothing later makes up for it."""
    assert task.emphasis is not None
    month = task.emphasis.month
    begin = dt.date.fromisoformat(f"{month}-01")
    is_over = ground.day > month_end(begin)
    for unit in ground.plan.members[task.id]:
        found = ground.tally(task, unit)
        in_month = found.where(lambda item: item == month).count
        short = max(0, task.quota - found.count)
        short_month = max(0, task.emphasis.quota - in_month) if ground.day >= begin else 0
        last = min(month_end(begin), ground.day)
        sources = ground.sources_of(task, unit)
        is_sure = bool(short_month and sources) and not silences(sources, begin, last)
        told = f"{month} 刊发 {in_month} 篇" if ground.day >= begin else f"{month} 重点宣传自 {begin} 起另计"
        until = f"，{task.window.end} 前可补" if ground.day <= task.window.end else ""
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
            end=month_end(begin) if short_month and (is_sure or not short) else None,
            note=told + (f"；全期另缺 {short} 篇{until}" if is_sure and is_over and short else ""),
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
