"""Owns the figures of a report on published pieces: how many, by outlet and topic, and what each is worth."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable

from analysis.credits import Points, copies_of, ledger_rows
from analysis.plan import Fact, Plan, stories, stories_by_unit
from analysis.reports.model import Counted, Kind, PieceFigure, PieceLine
from analysis.scoring import score_lines


def _before(kind: Kind, start: dt.date, end: dt.date) -> tuple[dt.date, dt.date]:
    """The period before: as many days for a weekly report, the whole month before for the others."""
    last = start - dt.timedelta(days=1)
    return (last - (end - start) if kind == "weekly" else last.replace(day=1)), last


def piece_figure(plan: Plan, kind: Kind, facts: list[Fact], start: dt.date, end: dt.date) -> PieceFigure:
    """How many pieces appeared in a period, beside the one before and the season. A story is of the period of
    its first copy (of those that credit a unit, of those in the column): a later reprint is none."""
    told = stories(facts)
    own = within(told, start, end)
    first, last = _before(kind, start, end)
    credited = {unit: within(each, start, end) for unit, each in stories_by_unit(facts).items()}
    column = stories(fact for fact in facts if fact.is_plan_column)
    return PieceFigure(
        period_count=len(own),
        previous_count=len(within(told, first, last)) if first >= plan.season.start else None,
        season_count=len(of_season(plan, told)),
        reprint_count=len(within(facts, start, end)) - len(own),
        credited_count=len({fact.story_id for each in credited.values() for fact in each}),
        credited_unit_count=sum(bool(each) for each in credited.values()),
        column_count=len(within(column, start, end)),
        season_column_count=len(of_season(plan, column)),
    )


def of_season(plan: Plan, told: Iterable[Fact]) -> list[Fact]:
    """Those of the plan's season, which ends whatever is published later."""
    return within(told, plan.season.start, plan.season.end)


def within(facts: Iterable[Fact], start: dt.date, end: dt.date) -> list[Fact]:
    """Those published on these days."""
    return [fact for fact in facts if start <= fact.published_day <= end]


def counted_by(
    plan: Plan, facts: list[Fact], start: dt.date, end: dt.date, name: Callable[[Fact], str]
) -> list[Counted]:
    """How many stories there are of each name, in the period and in the season, the most first."""
    told = stories(facts)
    season = Counter(name(fact) for fact in of_season(plan, told))
    now = Counter(name(fact) for fact in within(told, start, end))
    return [
        Counted(name=each, period_count=now[each], season_count=season[each])
        for each in sorted({*season, *now}, key=lambda each: (-season[each], each))
    ]


def credit_lines(plan: Plan, facts: list[Fact], points: Points) -> list[PieceLine]:
    """Each story that credits a unit, once, with the tasks that it counts for there."""
    tasks: dict[tuple[str, str], list[str]] = {}
    for row in ledger_rows(plan, facts, points):
        tasks.setdefault((row.unit, row.story_id), []).append(row.task)
    copies = copies_of(facts)
    # As the score counts them, with its cap; units that have no score get what the story is worth.
    score = plan.score
    members = plan.members[score.id] if score else []
    scored = {
        (line.unit, line.story_id): (line.points, line.points_why)
        for lines in (score_lines(plan, score, facts, points).values() if score else [])
        for line in lines
    }
    found = []
    for unit, credited in sorted(stories_by_unit(facts).items()):
        for fact in credited:
            credit = fact.credits[unit]
            if unit in members:
                worth, how = scored.get((unit, fact.story_id), (0.0, "不在计分期内"))
            else:
                worth, how = points.of_story(copies[fact.story_id], unit)
            found.append(
                PieceLine(
                    unit=unit,
                    tasks=tasks.get((unit, fact.story_id), []),
                    article_id=fact.article_id,
                    published_day=fact.published_day,
                    outlet=fact.outlet,
                    page=fact.page,
                    title=fact.title,
                    url=fact.url,
                    role=credit.role,
                    why=credit.why,
                    decided_by=credit.decided_by,
                    copy_count=fact.copy_count,
                    points=worth,
                    points_why=how,
                    sha256=fact.sha256,
                )
            )
    return sorted(found, key=lambda line: (line.published_day, line.article_id, line.unit))
