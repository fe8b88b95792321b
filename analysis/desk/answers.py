"""Owns what one request to the desk reads: of which day, of which units; answers that requests share."""

from __future__ import annotations

import dataclasses
import datetime as dt
from bisect import insort
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from litestar import Request

from analysis.coverage import CoverageRow, Pieces, coverage, piece_rows
from analysis.credits import CreditRow, copies_of, ledger_rows
from analysis.desk.accounts import Account
from analysis.desk.office import Office
from analysis.desk.warehouse import ON_ARTICLES, ON_PIECES, ON_TICKETS, Edition
from analysis.plan import Fact, amend_facts, load_facts
from analysis.queue import Ticket, queue_of, rank, ticket_rows, touched_threads
from analysis.warehouse import Connection, moment

T = TypeVar("T")
Owned = TypeVar("Owned", CreditRow, Ticket)


@dataclasses.dataclass
class Answers:
    """What somebody who is signed in may read of a day.

    Attributes:
        office: what the desk works with: city, plan, rules, clock, records.
        user: whose request it is.
        as_of: the day as of which everything is shown.
        known_by: only what was known by then; None: all that is known now.
        con: a connection of this request's own.
        edition: what `con` reads; keeps answers that others ask for too.
    """

    request: Request[Any, Any, Any]
    office: Office
    user: Account
    as_of: dt.date
    known_by: dt.date | None
    con: Connection
    edition: Edition

    @property
    def is_today(self) -> bool:
        """Whether what is shown is the present, in which one may act."""
        return self.as_of == self.office.today and self.known_by is None

    @property
    def is_running(self) -> bool:
        """Whether the day that is looked at is still going on: today, and no day that is only played."""
        return self.as_of == self.office.today and not self.office.is_played

    @property
    def at(self) -> dt.date | dt.datetime:
        """The moment that is asked about: the day's end; of the day that is going on, until closing time, the
        moment before it: what is due today is not late yet. Answers that people share hang on it."""
        if self.is_running:
            return self.office.rules.calendar.moment_of(self.as_of, self.office.clock())
        return self.as_of

    @property
    def exactly(self) -> dt.datetime:
        """The moment that is asked about, to the minute, for what is told of one ticket."""
        at = moment(self.office.clock() if self.is_running else self.as_of)
        assert at is not None
        return at

    @property
    def basis(self) -> str:
        """In words, as of which moment deadlines are told."""
        if self.is_running:
            return f"时限按现在（{self.office.clock():%H:%M}）算"
        return f"时限按 {self.as_of} 这一天结束时算"

    @property
    def scope(self) -> str | None:
        """The only unit that she may see; None: all."""
        return self.user.scope

    def facts(self) -> list[Fact]:
        """All articles of the plan's windows up to the day."""
        asked = (self.office.plan, self.as_of, self.known_by)
        return self.edition.carried(
            ("facts", self.as_of, self.known_by),
            lambda: load_facts(self.con, *asked),
            lambda facts, targets: amend_facts(facts, self.con, *asked, targets),
            ON_ARTICLES,
        )

    def by_story(self) -> dict[str, list[Fact]]:
        """The same by the story that they tell."""
        return self.once("facts by story", lambda: copies_of(self.facts()), ON_ARTICLES)

    def coverage(self) -> list[CoverageRow]:
        """The verdicts of the day, without the articles by which they stand; a liaison's only."""
        return [row for row in self.all_coverage() if self.scope in (None, row.unit)]

    def proven_coverage(self) -> list[CoverageRow]:
        """The same with the articles."""
        return [row for row in self._coverage(True) if self.scope in (None, row.unit)]

    def all_coverage(self) -> list[CoverageRow]:
        """The verdicts of the day on all units: for what is computed once for all who ask."""
        return self._coverage(False)

    def _coverage(self, with_evidence: bool) -> list[CoverageRow]:
        office = self.office
        return self.once(
            f"coverage {with_evidence}",
            lambda: coverage(
                self.con,
                office.plan,
                self.at,
                self.known_by,
                rules=office.rules,
                points=office.points,
                tickets=self.all_tickets() if self.known_by is not None else None,
                pieces=self.pieces(with_evidence),
            ),
        )

    def pieces(self, with_evidence: bool = True) -> Pieces:
        """The verdicts of the day that follow from published pieces."""
        office = self.office

        def found() -> Pieces:
            return piece_rows(
                self.con,
                office.plan,
                self.as_of,
                self.known_by,
                rules=office.rules,
                points=office.points,
                facts=self.facts() if self.known_by is not None else None,
                with_evidence=with_evidence,
            )

        key = ("pieces", with_evidence, self.as_of, self.known_by)
        return self.edition.once(key, found, ON_PIECES)

    def tickets(self) -> list[Ticket]:
        """All tickets of the day, also closed ones, overdue first; a liaison's only."""
        return self.all_tickets() if self.scope is None else self.tickets_by_unit().get(self.scope, [])

    def all_tickets(self, as_of: dt.date | None = None) -> list[Ticket]:
        """The tickets of all units: for what is computed once for all who ask.

        Args:
            as_of: at the end of that day; None: at the moment that is asked about.
        """
        at = moment(as_of or self.at)
        assert at is not None
        rules, rows = self.office.rules, self.ticket_rows(at)

        def amend(known: list[Ticket], targets: list[str]) -> list[Ticket]:
            touched = touched_threads(self.con, targets)
            fresh = queue_of((row for row in rows.values() if row["thread_id"] in touched), rules, at)
            found = [ticket for ticket in known if ticket.thread_id not in touched]
            for ticket in fresh:
                insort(found, ticket, key=rank)
            return found

        return self.edition.carried(
            ("tickets", at, self.known_by), lambda: queue_of(rows.values(), rules, at), amend, ON_TICKETS
        )

    def by_thread(self) -> dict[str, list[Ticket]]:
        """The tickets of all units by their thread."""

        def found() -> dict[str, list[Ticket]]:
            threads: dict[str, list[Ticket]] = {}
            for ticket in self.all_tickets():
                threads.setdefault(ticket.thread_id, []).append(ticket)
            return threads

        return self.once("tickets by thread", found, ON_TICKETS)

    def tickets_by_unit(self) -> dict[str, list[Ticket]]:
        """The tickets of each unit, in the order of `tickets`; whose request it is does not matter."""
        return self.once("tickets by unit", lambda: _by_unit(self.all_tickets()), ON_TICKETS)

    def tickets_of(self, threads: Iterable[str]) -> list[Ticket]:
        """The tickets of some threads, in the order of `tickets`; a liaison's only."""
        by_thread = self.by_thread()
        found = [ticket for thread in dict.fromkeys(threads) for ticket in by_thread.get(thread, ())]
        return sorted((ticket for ticket in found if self.scope in (None, ticket.unit)), key=rank)

    def ticket_rows(self, at: dt.datetime | None = None) -> dict[str, dict[str, Any]]:
        """By ticket, what the warehouse says of it: what its clocks are explained from."""
        at = at or moment(self.at)
        assert at is not None

        def asked(threads: set[str] | None = None) -> dict[str, dict[str, Any]]:
            return {row["ticket_id"]: row for row in ticket_rows(self.con, at, self.known_by, threads)}

        def amend(known: dict[str, dict[str, Any]], targets: list[str]) -> dict[str, dict[str, Any]]:
            touched = touched_threads(self.con, targets)
            kept = {name: row for name, row in known.items() if row["thread_id"] not in touched}
            return kept | asked(touched) if touched else known

        return self.edition.carried(("ticket rows", at, self.known_by), asked, amend, ON_TICKETS)

    def credits(self, unit: str | None = None, task: str | None = None) -> list[CreditRow]:
        """Credited stories of a unit under a task (None: all); a liaison's only."""
        if self.scope is not None:
            unit = self.scope
        own = self.all_credits() if unit is None else self.credits_by_unit().get(unit, [])
        return [row for row in own if task in (None, row.task)]

    def all_credits(self) -> list[CreditRow]:
        """Credited stories of all units, task by task."""
        office = self.office
        return self.once(
            "credits", lambda: ledger_rows(office.plan, self.facts(), office.points), ON_ARTICLES
        )

    def credits_by_unit(self) -> dict[str, list[CreditRow]]:
        """The same by their unit; whose request it is does not matter."""
        return self.once("credits by unit", lambda: _by_unit(self.all_credits()), ON_ARTICLES)

    def once(self, what: str, compute: Callable[[], T], kinds: Iterable[str] | None = None) -> T:
        """An answer of this day that others ask for too: computed once per edition and decisions.

        Args:
            kinds: of the decisions that can change it (ON_ARTICLES, ON_TICKETS); None: any can.
        """
        return self.edition.once((what, self.at, self.known_by), compute, kinds)


def _by_unit(rows: Iterable[Owned]) -> dict[str, list[Owned]]:
    units: dict[str, list[Owned]] = {}
    for row in rows:
        if row.unit is not None:
            units.setdefault(row.unit, []).append(row)
    return units
