"""Owns the proof that an announcement stood: its pages day by day, runs and gaps, and whose proof is in.

Gone, moved, answering with an error page, not checked, and a site that is down are five things: 通知三（五）
asks for two weeks on the unit's own site, 附件3 for a screenshot by 26 October.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from analysis.announcement import is_announcement, is_own_place, longest_run
from analysis.ground import UNMET, CoverageRow
from analysis.handed_in import WITHDRAWAL, not_withdrawn
from analysis.plan import Fact, Plan, Task, load_facts
from analysis.record import Said, said_in
from analysis.replaced import replaced_announcements, with_ends
from analysis.warehouse import Connection, ask, moment
from pipeline.china import as_day
from pipeline.city import City

STANDS, MOVED, GONE, ERROR, DOWN, UNCHECKED = "在线", "已迁移", "已撤下", "错误页", "网站故障", "未检查"
SENT, SENT_LATE, NOT_SENT = "已报", "逾期报送", "未报"
_NAMES = {
    "present": STANDS,
    "moved": MOVED,
    "moved_away": MOVED,
    "gone": GONE,
    "error_page": ERROR,
    "down": DOWN,
}
# Of several looks on one day the one that says most: it was there at all, else why not.
_RANK = (STANDS, MOVED, GONE, ERROR, DOWN)


@dataclasses.dataclass(frozen=True)
class PresenceDay:
    """What was found of a page on a day. `state`: 在线, 已迁移, 已撤下, 错误页, 网站故障, 未检查."""

    day: dt.date
    state: str
    detail: str | None
    sha256: str | None


@dataclasses.dataclass(frozen=True)
class PresencePage:
    """A page with the announcement, or a unit's own site where none was seen (`is_site`)."""

    unit: str
    url: str
    title: str
    is_site: bool
    first_day: dt.date  # first sight: its publication, within the window
    last_day: dt.date  # of the term, or the day asked about
    run_start: dt.date | None  # the longest unbroken run
    run_end: dt.date | None
    run_days: int
    state: str  # of the last day that was checked
    days: list[PresenceDay]
    gaps: list[str]  # 2017-10-21—2017-10-24 已撤下

    @property
    def checked_days(self) -> list[PresenceDay]:
        """Those on which somebody looked."""
        return [day for day in self.days if day.state != UNCHECKED]


@dataclasses.dataclass(frozen=True)
class AnnouncementRow:
    """One unit: where the announcement stood and for how long, and its screenshot or photo."""

    unit: str
    verdict: str  # on its standing
    run_days: int
    needed_count: int
    state: str | None  # of its page on the last day checked; None: no page was seen
    gaps: list[str]
    proof: str | None  # 已报, 逾期报送, 未报; None: not asked
    proof_day: dt.date | None
    proof_by: str | None  # who recorded it
    proof_verdict: str | None
    note: str | None
    pages: list[PresencePage]


def announcement(
    con: Connection,
    city: City,
    plan: Plan,
    rows: Iterable[CoverageRow],
    as_of: dt.date | dt.datetime,
    known_by: dt.date | dt.datetime | None = None,
    facts: list[Fact] | None = None,
) -> list[AnnouncementRow]:
    """All units that must show the announcement, in the order of the plan.

    Args:
        rows: of `coverage` as of the same day and knowledge.
        facts: of the same (`load_facts`), where one has them.
    """
    standing = next((t for t in plan.tasks if t.kind == "announcement_presence" and t.proof is None), None)
    proving = next((t for t in plan.tasks if t.kind == "announcement_presence" and t.proof is not None), None)
    cells = {(row.task, row.unit): row for row in rows}
    pages = presence_pages(con, city, plan, as_of, known_by, facts)
    last = as_day(as_of)
    proofs = not_withdrawn(said_in(con, ("proof_received", WITHDRAWAL), known_by))
    received = [said for said in proofs if (said.day() or said.at.date()) <= last]
    units = [
        unit
        for unit in city.unit_by_short
        if any(task is not None and unit in plan.members[task.id] for task in (standing, proving))
    ]
    found = []
    for unit in units:
        own = [page for page in pages if page.unit == unit]
        shown = [page for page in own if not page.is_site]
        best = max(shown, key=lambda page: page.run_days, default=None)
        stood = cells.get((standing.id, unit)) if standing is not None else None
        proved = cells.get((proving.id, unit)) if proving is not None else None
        state, day, by = (
            _proof(received, proving, unit) if proving is not None and proved else (None, None, None)
        )
        site = next((page for page in own if page.is_site), None)
        note = stood.note if stood is not None else None
        if best is None and site is not None:
            note = f"本单位网站{site.state}，未见公告"
            if site.state == UNCHECKED and stood is not None and stood.verdict == UNMET:
                # The verdict rests on the pieces that the site lists: nobody looked at its first page.
                note = "本单位网站采集到的稿件中未见公告"
        found.append(
            AnnouncementRow(
                unit=unit,
                verdict=stood.verdict if stood is not None else "不适用",
                run_days=stood.done_count if stood is not None else 0,
                needed_count=stood.needed_count if stood is not None else 0,
                state=best.state if best is not None else None,
                gaps=best.gaps if best is not None else [],
                proof=state,
                proof_day=day,
                proof_by=by,
                proof_verdict=proved.verdict if proved is not None else None,
                note=note,
                pages=own,
            )
        )
    return found


def presence_pages(
    con: Connection,
    city: City,
    plan: Plan,
    as_of: dt.date | dt.datetime,
    known_by: dt.date | dt.datetime | None = None,
    facts: list[Fact] | None = None,
) -> list[PresencePage]:
    """Every page with the announcement, and the sites of units on whose none was seen, day by day."""
    task = next((t for t in plan.tasks if t.kind == "announcement_presence" and t.proof is None), None)
    day = as_day(as_of)
    if task is None or day < task.window.start:
        return []
    shown: list[tuple[str, Fact]] = []
    facts = facts if facts is not None else load_facts(con, plan, as_of, known_by)
    replaced = replaced_announcements(con, plan, as_of, known_by, facts)
    for fact in sorted([*facts, *(each.fact for each in replaced)], key=lambda fact: fact.published_at):
        if is_announcement(task, fact):
            shown += [(unit, fact) for unit in plan.members[task.id] if is_own_place(task, fact, unit)]
    with_page = {unit for unit, _ in shown}
    sites = [
        (site.unit, site.start[0])
        for site in city.sites
        if site.unit in plan.members[task.id] and site.unit not in with_page and "{" not in site.start[0]
    ]
    fetches: dict[str, list[dict[str, Any]]] = {}
    urls = [fact.url for _, fact in shown] + [url for _, url in sites]
    for row in ask(con, "presence", urls=urls, known_by=moment(known_by)) if urls else []:
        fetches.setdefault(row["url"], []).append(row)
    fetches = with_ends(fetches, replaced)
    last = min(day, task.window.end)
    pages = [_page(task, unit, fact, fetches.get(fact.url, []), last) for unit, fact in shown]
    for unit, url in sites:
        assert unit is not None
        days = _days(fetches.get(url, []), task.window.start, last)
        pages.append(
            PresencePage(
                unit,
                url,
                "网站首页",
                True,
                task.window.start,
                last,
                None,
                None,
                0,
                _latest(days),
                days,
                _gaps(days),
            )
        )
    return pages


def pages_to_check(con: Connection, city: City, plan: Plan, day: dt.date) -> dict[str, list[str]]:
    """Addresses that a check of a day looks at, each with what it should show ([]: any page of the site)."""
    task = next((t for t in plan.tasks if t.kind == "announcement_presence" and t.proof is None), None)
    words = list(task.title_words) if task is not None else []
    return {
        page.url: [] if page.is_site else [page.title, *words]
        for page in presence_pages(con, city, plan, day)
        if page.url.startswith("http")
    }


def _page(task: Task, unit: str, fact: Fact, fetches: list[dict[str, Any]], last: dt.date) -> PresencePage:
    first = max(fact.published_day, task.window.start)
    start, end = longest_run(fact, fetches, task, last)
    days = _days(fetches, first, last)
    return PresencePage(
        unit=unit,
        url=fact.url,
        title=fact.title,
        is_site=False,
        first_day=first,
        last_day=last,
        run_start=start,
        run_end=end,
        run_days=(end - start).days + 1,
        # Seen later and never found gone: it stood on the last day, even if nobody looked on it.
        state=STANDS if end >= last and _latest(days) == UNCHECKED else _latest(days),
        days=days,
        gaps=_gaps([day for day in days if day.state != UNCHECKED or not start <= day.day <= end]),
    )


def _days(fetches: Sequence[dict[str, Any]], first: dt.date, last: dt.date) -> list[PresenceDay]:
    found = []
    for number in range((last - first).days + 1):
        day = first + dt.timedelta(days=number)
        looks = [row for row in fetches if row["day"] == day]
        best = min(looks, key=lambda row: _RANK.index(_NAMES[row["state"]]), default=None)
        found.append(
            PresenceDay(
                day,
                _NAMES[best["state"]] if best is not None else UNCHECKED,
                (best["moved_to"] or best["detail"]) if best is not None else None,
                best["sha256"] if best is not None else None,
            )
        )
    return found


def _latest(days: Sequence[PresenceDay]) -> str:
    return next((day.state for day in reversed(days) if day.state != UNCHECKED), UNCHECKED)


def _gaps(days: Sequence[PresenceDay]) -> list[str]:
    """Spans in which it was not seen standing, each with what was found instead. Days inside a run on which
    nobody looked are none: it was there before and after."""
    gaps = []
    for _, group in groupby(
        enumerate(days), key=lambda pair: (pair[1].state, pair[1].day.toordinal() - pair[0])
    ):
        span = [day for _, day in group]
        if span[0].state not in (STANDS, MOVED):
            first, last, state = span[0].day, span[-1].day, span[0].state
            gaps.append(f"{first} {state}" if first == last else f"{first}—{last} {state}")
    return gaps


def _proof(received: Sequence[Said], task: Task, unit: str) -> tuple[str, dt.date | None, str | None]:
    """Whether the screenshot came, when, and who recorded it: the first that came."""
    assert task.proof is not None
    own = sorted(
        (said.day() or said.at.date(), said.id, said)
        for said in received
        if said.target == unit and said.after.get("task") == task.id
    ) if received else []  # fmt: skip
    if not own:
        return NOT_SENT, None, None
    day, _, said = own[0]
    late = task.proof.by is not None and day > task.proof.by
    return (SENT_LATE if late else SENT), day, said.who
