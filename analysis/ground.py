"""Owns what verdicts stand on (plan, day, articles, sources), and the row in which each is told."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable
from functools import cached_property
from typing import Protocol

from analysis.plan import Fact, Plan, Task, in_order
from analysis.plan_facts import Counted, Tally
from analysis.sources import Source, depends_on, silences, units_read

UNSURE = "？"  # ends what may have been done while a source was silent
# What these lack lies in the past: weeks that are over, posts that came late, pieces as they were printed.
PAST_KINDS = ("weekly", "forum_response", "editor_note", "exposure_gate")
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
    # Without those of `missing` that only cannot be decided, where others are surely missing.
    missing_count: int
    missing: list[str]  # which weeks (UNSURE at the end: cannot be decided), topics, indicators, honours
    days_left: int  # to the end of the window or of the proof's term; 0: over
    window_start: dt.date
    window_end: dt.date
    silent: list[str]  # which source was silent when, where it matters
    note: str | None
    evidence: list[str]  # ids of articles or decisions that count, where they were asked

    @property
    def unsure_count(self) -> int:
        """How many that are beside the missing ones can only not be decided."""
        return unsure_count(self)

    @property
    def is_past(self) -> bool:
        """Whether nothing that is done now makes up for what is missing, though the term is not over."""
        return self.verdict == UNMET and self.kind in PAST_KINDS and bool(self.missing)


class Lacking(Protocol):
    """What a verdict lacks: of coverage, or as a report keeps it."""

    @property
    def verdict(self) -> str: ...

    @property
    def missing(self) -> list[str]: ...


def unsure_count(row: Lacking) -> int:
    """How many that are not counted as missing may be missing: a source was silent. Of what is open as a
    whole there are none beside it."""
    return sum(item.endswith(UNSURE) for item in row.missing) if row.verdict == UNMET else 0


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


def failed_rows(rows: Iterable[CoverageRow], day: dt.date, plan: Plan) -> dict[str, list[CoverageRow]]:
    """By unit, the verdicts whose term was over before a day and that were certainly not met: what 预扣分 is
    suggested for, itself left out. What two tasks ask alike (`Task.repeats`) is one lack, of the first."""
    found: dict[str, list[CoverageRow]] = {}
    for row in rows:
        if row.verdict == UNMET and row.window_end < day and row.kind != "deduction":
            found.setdefault(row.unit, []).append(row)
    for unit, failed in found.items():
        tasks = {row.task for row in failed}
        found[unit] = [row for row in failed if plan.repeats.get(row.task) not in tasks]
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

    def beside(self, facts: list[Fact]) -> Ground:
        """The same with some articles more, of which no task's count hangs on."""
        both = sorted([*self.facts, *facts], key=in_order)
        return dataclasses.replace(self, counted=dataclasses.replace(self.counted, facts=both))

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

    @cached_property
    def units_read(self) -> set[str | None]:
        """The units whose own sites are crawled."""
        return units_read((source.outlet_class, source.unit) for source in self.sources)

    def sources_of(self, task: Task, unit: str | None) -> list[Source]:
        """Those on which a task of a unit depends; None: of the city."""
        return depends_on(task, unit, self.sources)
