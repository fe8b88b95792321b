"""Owns the difference between two coverages: of two days, or of two states of knowledge, with its causes."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence

from analysis.coverage import coverage
from analysis.credits import Points
from analysis.ground import MET, CoverageRow
from analysis.plan import CITY_ROW, Plan
from analysis.record import Said, said_in
from analysis.record_words import kind_words
from analysis.ticket import Rules
from analysis.warehouse import Connection, ask, moment
from pipeline.decisions import KINDS

LAST = dt.date(9999, 12, 31)  # nothing is known later
NO_CAUSE = "没有对应的决定或采集：期限推移，或规则改动"


@dataclasses.dataclass(frozen=True)
class View:
    """A coverage to compare: as of a day, as known by a day (None: now)."""

    as_of: dt.date
    known_by: dt.date | None = None

    def __str__(self) -> str:
        return f"{self.as_of}" + (f"（当时所知 {self.known_by}）" if self.known_by else "")


@dataclasses.dataclass(frozen=True)
class ChangeRow:
    """One cell that the two coverages say differently."""

    unit: str
    task: str
    title: str
    verdict_then: str
    verdict_now: str
    done_then: int
    done_now: int
    missing_gone: list[str]  # missing then, no more
    missing_new: list[str]
    causes: list[str]  # decisions and captures that made the difference, in Chinese; never empty


def changes(
    con: Connection,
    plan: Plan,
    then: View,
    now: View,
    *,
    unit: str | None = None,
    rules: Rules | None = None,
    points: Points | None = None,
) -> list[ChangeRow]:
    """The cells that differ between two views, in the order of the plan."""
    old, new = (
        {
            (row.task, row.unit): row
            for row in coverage(con, plan, view.as_of, view.known_by, unit=unit, rules=rules, points=points)
        }
        for view in (then, now)
    )
    cells = [(old[key], row) for key, row in new.items() if key in old and _differs(old[key], row)]
    causes = _Causes(con, then, now, cells)
    return [
        ChangeRow(
            unit=after.unit,
            task=after.task,
            title=after.title,
            verdict_then=before.verdict,
            verdict_now=after.verdict,
            done_then=before.done_count,
            done_now=after.done_count,
            missing_gone=[each for each in before.missing if each not in after.missing],
            missing_new=[each for each in after.missing if each not in before.missing],
            causes=causes.of(before, after),
        )
        for before, after in cells
    ]


def _differs(before: CoverageRow, after: CoverageRow) -> bool:
    """Notes, days left, and how many days beyond what is asked something stood are no difference."""
    if (before.verdict, before.missing, before.evidence) != (after.verdict, after.missing, after.evidence):
        return True
    return after.verdict != MET and before.done_count != after.done_count


class _Causes:
    """What came to be known, or happened, between the two views."""

    def __init__(
        self,
        con: Connection,
        then: View,
        now: View,
        cells: Sequence[tuple[CoverageRow, CoverageRow]],
    ) -> None:
        self.then, self.now = then, now
        ids = sorted({each for pair in cells for row in pair for each in row.evidence})
        rows = ask(con, "article_seen", ids=ids) if ids else []
        self.articles = {row["article_id"]: row for row in rows}
        first, last = sorted(filter(None, [moment(view.known_by or LAST) for view in (then, now)]))
        self.span = (first, last)
        self.later = [said for said in said_in(con, KINDS) if first < said.at <= last]
        days = sorted((then.as_of, now.as_of))
        if days[0] != days[1]:  # what was decided between the days themselves
            begin, end = moment(days[0]), moment(days[1])
            assert begin is not None and end is not None
            self.later += [
                said for said in said_in(con, KINDS) if begin < said.at <= end and said not in self.later
            ]

    def of(self, before: CoverageRow, after: CoverageRow) -> list[str]:
        found: list[str] = []
        for added, word in ((True, "新增"), (False, "不再计入")):
            pool, other = (after, before) if added else (before, after)
            for each in pool.evidence:
                if each in other.evidence or each not in self.articles:
                    continue
                found += self._article(self.articles[each], word)
        named = {*before.evidence, *after.evidence}
        found += [_told(said) for said in self.later if self._concerns(said, named, after)]
        for silent in before.silent:
            if silent not in after.silent:
                found.append(f"来源静默解除：{silent}")
        for silent in after.silent:
            if silent not in before.silent:
                found.append(f"来源静默：{silent}")
        return list(dict.fromkeys(found)) or [NO_CAUSE]

    def _article(self, row: dict[str, object], word: str) -> list[str]:
        name = f"{row['published_day']} {row['outlet']}《{row['title']}》"
        seen = row["first_captured_at"]
        assert isinstance(seen, dt.datetime)
        if self.span[0] < seen <= self.span[1]:
            return [f"{word}稿件：{name}，{seen:%Y-%m-%d} 采集"]
        return [f"{word}稿件：{name}"]

    def _concerns(self, said: Said, named: set[str], row: CoverageRow) -> bool:
        """Whether a decision is one that this cell rests on."""
        urls = {str(self.articles[each]["url"]) for each in named if each in self.articles}
        if named & {said.id, said.target, said.after.get("proof")} or said.target in urls:
            credited = said.after.get("unit") or said.before.get("unit")
            return credited in (None, row.unit) or row.unit == CITY_ROW
        if said.kind in ("credit_refuse", "tag_correction"):
            return False
        return said.target == row.unit and said.after.get("task") in (None, row.task)


def _told(said: Said) -> str:
    why = f"：{said.why}" if said.why else ""
    return f"{said.who} {said.at:%Y-%m-%d} {kind_words(said.kind)}{why}"
