"""Owns the verdicts on the public announcement: where and how long it stood, and whether its proof is in."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable
from typing import Any

from analysis.ground import UNKNOWN, UNMET, CoverageRow, Ground
from analysis.plan import Fact, Task
from analysis.proofs import Record
from analysis.sources import Source

# Outlets in which each unit has an account of its own: whose a piece is, its byline says.
ACCOUNT_CLASSES = ("wechat", "weibo", "app")
PRINT_CLASSES = ("paper", "tv")  # what appeared there stands on its day only


def announcement_presence(ground: Ground, record: Record, task: Task) -> Iterable[CoverageRow]:
    """The announcement stands on the unit's own place for `min_days` without a gap, or its proof is in."""
    shown = [fact for fact in ground.facts if is_announcement(task, fact)]
    for unit in ground.plan.members[task.id]:
        own = [fact for fact in shown if is_own_place(task, fact, unit)]
        if task.proof is not None:
            yield _proven(ground, record, task, unit, own)
        else:
            yield _present(ground, record, task, unit, own)


def is_announcement(task: Task, fact: Fact) -> bool:
    """Whether a piece is the announcement, by form, title and day. A page put up before the window may stand
    in it; what was printed or broadcast before it (another year's, another round's) does not."""
    return (
        fact.form == "公告"
        and not fact.title_words.isdisjoint(task.title_words)
        and fact.published_day <= task.window.end
        and (fact.outlet_class not in PRINT_CLASSES or fact.published_day >= task.window.start)
    )


def is_own_place(task: Task, fact: Fact, unit: str) -> bool:
    """A unit's own site or account, or the outlet that the plan gives it; not another's account there."""
    if fact.site_unit is not None:
        return fact.site_unit == unit
    if fact.outlet_class in ACCOUNT_CLASSES:
        owners = [name for name, credit in fact.credits.items() if credit.role == "byline"]
        if owners:
            return unit in owners
    return unit in task.hosts and fact.outlet_class == task.hosts[unit]


def _proven(ground: Ground, record: Record, task: Task, unit: str, own: list[Fact]) -> CoverageRow:
    assert task.proof is not None and task.proof.by is not None
    proofs = record.of(task, unit, ground)
    in_time = [proof["id"] for proof in proofs if proof["day"] <= task.proof.by]
    seen = f"本单位平台已见公告（{own[0].published_day}）" if own else _unseen(ground, task, unit)
    note = f"逾期报送（{proofs[0]['day']}）；{seen}" if proofs and not in_time else seen
    missing = [] if in_time else [task.proof.what]
    return ground.row(task, unit, in_time, 1, missing, end=task.proof.by, note=note)


def _places(ground: Ground, task: Task, unit: str) -> list[Source]:
    """Sources in which a unit's announcement would be seen. Accounts are captured link by link: no list of
    theirs can show that a notice is absent."""
    return [
        source
        for source in ground.sources
        if (source.unit == unit or source.outlet_class == task.hosts.get(unit))
        and source.outlet_class not in ACCOUNT_CLASSES
    ]


def _unseen(ground: Ground, task: Task, unit: str) -> str:
    """Why no announcement of a unit was seen: none stood where it was looked, or nobody looked."""
    return "本单位平台未见公告" if _places(ground, task, unit) else "本单位网站未接入采集"


def _present(ground: Ground, record: Record, task: Task, unit: str, own: list[Fact]) -> CoverageRow:
    needed = task.min_days or 1
    publish_by = task.publish_by or task.window.end
    print_only = [fact for fact in own if fact.outlet_class in PRINT_CLASSES]
    if print_only and print_only[0].published_day <= publish_by:
        return ground.row(task, unit, [print_only[0].article_id], 1, end=publish_by, note="以刊播日期计")
    runs = [longest_run(fact, record.fetches.get(fact.url, []), task, ground.day) for fact in own]
    runs += _proven_runs(ground, record, task, unit)
    best = max(runs, key=lambda run: run[1] - run[0], default=None)
    days = (best[1] - best[0]).days + 1 if best else 0
    # When it was first seen, not when its longest run began: it may have been gone and come back.
    seen = [max(fact.published_day, task.window.start) for fact in own]
    first = min([*seen, *(run[0] for run in runs[len(own) :])], default=None)
    if first is not None and first > publish_by:
        return ground.row(
            task, unit, [], needed, [f"{publish_by} 前发布"],
            short=needed, end=publish_by, verdict=UNMET, note=f"逾期发布（{first}）",
        )  # fmt: skip
    # Two weeks from the day of publication: before they are over nothing is missed.
    end = publish_by if first is None else max(publish_by, first + dt.timedelta(days=needed - 1))
    places = _places(ground, task, unit)
    # What was not looked at may have stood: only pages found gone in time prove that it did not.
    most = max(
        [_most_days(fact, record.fetches.get(fact.url, []), task, ground.day) for fact in own], default=0
    )
    row = ground.row(
        task,
        unit,
        [fact.article_id for fact in own],
        needed,
        [] if days >= needed else [f"在线 {days} 天" if best else "未见公告"],
        short=max(0, needed - days),
        sources=places,
        span=(best[1] if best else task.window.start, min(end, ground.day)),
        end=end,
        is_unknown=most >= needed if own else None,
        note=f"{best[0]}—{best[1]} 在线 {days} 天" if best else _unseen(ground, task, unit),
    )
    gone = _gone_since(own, record, ground.day)
    if gone is not None and best is not None:
        row = dataclasses.replace(row, note=f"{row.note}；{gone} 起发现已撤下")
    silent = row.silent
    if row.verdict == UNKNOWN and own and best:
        unseen = best[1] + dt.timedelta(days=1)
        silent = [f"{own[0].outlet} {unseen}—{ground.day} 公告页未再采集", *silent]
    return dataclasses.replace(row, done_count=days, silent=silent)


def _gone_since(own: list[Fact], record: Record, day: dt.date) -> dt.date | None:
    """On which day the pages were first found gone for good, so far as was looked; None: one is there."""
    found: list[dt.date] = []
    for fact in own:
        since: dt.date | None = None
        for fetch in record.fetches.get(fact.url, []):
            if fetch["day"] <= day and fetch["is_gone"]:
                since = since or fetch["day"]
            elif fetch["day"] <= day and fetch["is_present"]:
                since = None
        if since is None:
            return None
        found.append(since)
    return max(found, default=None)


def _proven_runs(ground: Ground, record: Record, task: Task, unit: str) -> list[tuple[dt.date, dt.date]]:
    """Spans in which the announcement stood, as a unit proved by a screenshot for one of the plan's lines."""
    announcements = {each.id for each in ground.plan.tasks if each.kind == "announcement_presence"}
    spans = [
        (max(proof["day"], task.window.start), min(proof["until_day"], ground.day))
        for proof in record.proofs
        if proof["kind"] == "proof_received"
        and proof["task"] in announcements
        and proof["target"] == unit
        and proof["until_day"] is not None
    ]
    return [(first, last) for first, last in spans if first <= last]


def longest_run(
    fact: Fact, fetches: list[dict[str, Any]], task: Task, day: dt.date
) -> tuple[dt.date, dt.date]:
    """First and last day of the longest span in which the page was seen and never found gone.

    A page that is there now has been there since it was published; a fetch that failed says nothing.
    """
    start = max(fact.published_day, task.window.start)
    best = (start, start)
    since: dt.date | None = start
    for fetch in fetches:
        if fetch["is_gone"]:
            since = None
        elif fetch["is_present"]:
            last = min(fetch["day"], day)
            since = since if since is not None else fetch["day"]
            if last >= since and last - since > best[1] - best[0]:
                best = (since, last)
    return best


def _most_days(fact: Fact, fetches: list[dict[str, Any]], task: Task, day: dt.date) -> int:
    """Days for which a page can have stood at most: up to the day on which it was found gone, from the day on
    which it was seen again."""
    since: dt.date | None = max(fact.published_day, task.window.start)
    most = 0
    for fetch in fetches:
        if fetch["day"] > day:
            break
        if fetch["is_gone"] and since is not None:
            most, since = max(most, (fetch["day"] - since).days), None
        elif fetch["is_present"] and since is None:
            since = fetch["day"]
    return most if since is None else max(most, (day - since).days + 1)
