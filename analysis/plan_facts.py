"""Owns the articles as verdicts need them: as the build left and counted them, later decisions laid over."""

from __future__ import annotations

import dataclasses
import datetime as dt
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import repeat
from typing import Any

from analysis.kept import as_built, as_decided
from analysis.plan import Fact, Plan, ask_facts, in_order, load_facts, matched, touched_stories
from analysis.record import decided_since
from analysis.warehouse import Connection, ask_columns, edition_meta
from pipeline.china import as_day
from pipeline.plan_count import Piece, PlanFact, facts_left, pieces
from pipeline.plan_match import plan_fingerprint

__all__ = ["Counted", "Group", "PlanFact", "Tally", "counted", "counted_facts"]

_DAY = len("2017-10-09")
_GROUP = ("task", "owner", "item")


@dataclasses.dataclass(slots=True)
class Group:
    """Stories that are the same of a task (`pipeline.plan_count.item_of`): how many; of each, where that was
    asked, the day and the id of the article by which it counts, in one."""

    item: str
    count: int = 0
    keys: list[str] = dataclasses.field(default_factory=list)


@dataclasses.dataclass(frozen=True)
class Tally:
    """The stories that count for one task and one owner, in groups."""

    groups: Sequence[Group] = ()

    @property
    def count(self) -> int:
        """How many stories."""
        return sum(group.count for group in self.groups)

    @property
    def ids(self) -> list[str]:
        """The articles by which they count, by day and id; none where they were not asked."""
        return ids_of([self])

    def where(self, fits: Callable[[str], bool]) -> Tally:
        """Those of some items."""
        return Tally([group for group in self.groups if fits(group.item)])


def ids_of(tallies: Iterable[Tally]) -> list[str]:
    """The articles of several, each once."""
    groups = {id(group): group for tally in tallies for group in tally.groups}
    return [key[_DAY:] for key in sorted(key for group in groups.values() for key in group.keys)]


@dataclasses.dataclass(frozen=True)
class Counted:
    """What articles up to a day count for the plan.

    Attributes:
        facts: by time of publication: all of them, or those of which verdicts say more than how many.
        by_task: of these, by task, those that count for it.
        tallies: by task and owner (`pipeline.plan_count.Piece`), the stories that count.
        whole: the same with all articles; asked for only where it is called.
    """

    facts: list[Fact]
    by_task: dict[str, list[Fact]]
    tallies: dict[tuple[str, str], Tally]
    whole: Callable[[], Counted]


def counted(plan: Plan, facts: list[Fact], with_ids: bool = True) -> Counted:
    """Of articles that one has, by time of publication. with_ids: as `counted_facts`."""
    by_task = {task.id: matched(task, facts) for task in plan.tasks}
    tallies = _tallies(pieces(plan, _with_tasks(facts, by_task)), with_ids)
    found: Counted = Counted(facts, by_task, tallies, lambda: found)
    return found


def counted_facts(
    con: Connection,
    plan: Plan,
    as_of: dt.date | dt.datetime,
    known_by: dt.date | dt.datetime | None,
    with_ids: bool = True,
) -> Counted:
    """Of the articles of `load_facts`.

    What the build left is of the plan that it knew and of what is known now; else all are asked in full.

    Args:
        with_ids: whether it is asked which articles count, not only how many.
    """
    if known_by is not None or edition_meta(con).get("plan") != plan_fingerprint(plan):
        return counted(plan, load_facts(con, plan, as_of, known_by), with_ids)
    stories = as_decided(con, "stories beside", lambda: _stories_beside(con))
    day = as_day(as_of)
    fresh = ask_facts(con, plan, as_of, None, stories) if stories else []
    fresh_by_task = {task.id: matched(task, fresh) for task in plan.tasks}

    def with_left(left: Iterable[tuple[Fact, list[str]]]) -> tuple[list[Fact], dict[str, list[Fact]]]:
        facts: list[Fact] = []
        by_task: dict[str, list[Fact]] = {task.id: [] for task in plan.tasks}
        for fact, tasks in left:
            facts.append(fact)
            for task in tasks:
                by_task[task].append(fact)
        if not fresh:
            return facts, by_task
        return sorted([*facts, *fresh], key=in_order), {
            name: sorted([*found, *fresh_by_task[name]], key=in_order) for name, found in by_task.items()
        }

    def whole() -> Counted:
        facts, by_task = with_left(_left(ask_columns(con, "plan_fact", end=day, without=stories)))
        return Counted(facts, by_task, tallies, whole)

    beside = pieces(plan, _with_tasks(fresh, fresh_by_task))
    if with_ids:
        tallies = _tallies(beside, with_ids)
        left = ask_columns(con, "plan_piece", end=day, without=stories)
        _add(tallies, zip(*(left[name].tolist() for name in (*_GROUP, "total", "keys")), strict=True))
    else:
        tallies = _counts(con, day, stories)
        _add(tallies, ((piece.task, piece.owner, piece.item, piece.number, ()) for piece in beside))
    facts, by_task = with_left(_told(con, plan, day, stories))
    return Counted(facts, by_task, tallies, whole)


def _stories_beside(con: Connection) -> list[str]:
    """Those that are not as the build left them: something was decided on them since."""
    since = decided_since(con)
    return sorted(touched_stories(con, since)) if since else []


def _left(columns: Mapping[str, Any]) -> list[tuple[Fact, list[str]]]:
    return facts_left({name: column.tolist() for name, column in columns.items()})


def _told(
    con: Connection, plan: Plan, day: dt.date, without: Collection[str]
) -> Iterator[tuple[Fact, list[str]]]:
    """The articles up to a day of which a verdict says more than how many; not those of some stories."""
    tasks = tuple(task.id for task in plan.tasks if task.kind in ("exposure_gate", "measures"))
    told = as_built(con, ("told", tasks), lambda: _left(ask_columns(con, "plan_told", tasks=[*tasks])))
    beside = frozenset(without)
    upto = bisect_right(told, day, key=lambda pair: pair[0].published_day)
    return (pair for pair in told[:upto] if pair[0].story_id not in beside)


def _counts(con: Connection, day: dt.date, without: Collection[str]) -> dict[tuple[str, str], Tally]:
    """How many stories count up to a day; not these. From the sums of all is taken back what came later."""
    whole = as_built(con, "totals", lambda: _with(ask_columns(con, "plan_total"), {}))
    return _with(ask_columns(con, "plan_count", end=day, without=without), whole.copy())


def _with(columns: Mapping[str, Any], tallies: dict[tuple[str, str], Tally]) -> dict[tuple[str, str], Tally]:
    """Tallies, with the numbers of a question added."""
    _add(tallies, zip(*(columns[name].tolist() for name in (*_GROUP, "total")), repeat(())))
    return tallies


def _with_tasks(facts: list[Fact], by_task: dict[str, list[Fact]]) -> list[tuple[Fact, list[str]]]:
    tasks: dict[str, list[str]] = {}
    for task, found in by_task.items():
        for fact in found:
            tasks.setdefault(fact.article_id, []).append(task)
    return [(fact, tasks.get(fact.article_id, [])) for fact in facts]


def _tallies(found: Iterable[Piece], with_ids: bool) -> dict[tuple[str, str], Tally]:
    tallies: dict[tuple[str, str], Tally] = {}
    _add(
        tallies,
        (
            (piece.task, piece.owner, piece.item, piece.number, [f"{piece.day}{piece.article_id}"])
            if piece.article_id and with_ids
            else (piece.task, piece.owner, piece.item, piece.number, [])
            for piece in found
        ),
    )
    return tallies


def _add(
    tallies: dict[tuple[str, str], Tally], rows: Iterable[tuple[str, str, str, int, Iterable[str]]]
) -> None:
    """Add rows of groups: task, owner, item, how many (less than none: taken back), keys. Groups that are
    there stay as they are, for others may have them too."""
    known: dict[tuple[str, str], dict[str, Group]] = {}
    for task, owner, item, count, keys in rows:
        key = task, owner
        groups = known.get(key)
        if groups is None:
            tally = tallies.get(key)
            groups = known[key] = {} if tally is None else {group.item: group for group in tally.groups}
        group = groups.get(item)
        groups[item] = (
            Group(item, count, [*keys])
            if group is None
            else Group(item, group.count + count, [*group.keys, *keys])
        )
    for key, groups in known.items():
        left = [each for _, each in sorted(groups.items()) if each.count or each.keys]
        if left:
            tallies[key] = Tally(left)
        else:
            tallies.pop(key, None)
