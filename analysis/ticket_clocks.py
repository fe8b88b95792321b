"""Owns the two clocks of a ticket: when they start, stand still, are extended and run out.

Late stays late: a pause or an extension that came after a clock had run out moves nothing. Nor does what
comes after a clock has stopped: its deadline stays the one by which it was judged.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
from collections.abc import Iterator
from typing import Any

from analysis.reply_rules import Rules
from analysis.worktime import UnknownYear


@dataclasses.dataclass(frozen=True)
class Clocks:
    """Both clocks of one round of a ticket, seen at a moment. Spans are working days; a deadline is None
    where the span reaches into a year whose holidays are not known, which `unknown` names."""

    start: dt.datetime | None
    first_days: int = 0
    answer_days: int = 0
    first_skipped: frozenset[dt.date] = frozenset()  # days on which the clock stood still
    answer_skipped: frozenset[dt.date] = frozenset()
    first_due: dt.datetime | None = None
    answer_due: dt.datetime | None = None
    extended_why: str | None = None  # reason of the extension that holds; None: none holds
    too_late_why: str | None = None  # reason of one that was granted when time had run out
    unknown: UnknownYear | None = None


NO_CLOCKS = Clocks(None)


@dataclasses.dataclass(frozen=True)
class Span:
    """What the clocks ran over from one start: a round of a ticket, or a part of one where a transfer starts
    them anew. until: when the next one began; None: it is the present one."""

    start: dt.datetime | None
    until: dt.datetime | None
    responded_at: dt.datetime | None
    answered_at: dt.datetime | None
    ended_at: dt.datetime | None  # when a person closed the ticket
    is_first: bool = False

    @property
    def stops(self) -> tuple[dt.datetime | None, dt.datetime | None]:
        """When its two clocks stopped: an answer with no earlier response stops both, so does the end."""
        answered = earliest(self.answered_at, self.ended_at)
        return earliest(self.responded_at, answered), answered


def earliest(*moments: dt.datetime | None) -> dt.datetime | None:
    """The first of those that are known."""
    return min((moment for moment in moments if moment is not None), default=None)


def is_in_time(done: dt.datetime | None, ended: dt.datetime | None, due: dt.datetime | None) -> bool:
    """Whether what stopped a clock, or the end where that came first, came before its deadline; what did not
    come yet, or has no deadline, did not."""
    stop = earliest(done, ended)
    return stop is not None and due is not None and stop <= due


def spans_of(row: dict[str, Any], rules: Rules) -> list[Span]:
    """The spans of a ticket's clocks in order, the present one last: they start with the opening post, with
    each reopening and, where the rules say so, with each transfer of what was not answered or ended yet."""
    spans: list[Span] = []
    rounds = [
        (
            past["started_at"],
            past["ended_at"],
            past["first_response_at"],
            past["answer_at"],
            past["closed_at"],
        )
        for past in row["past_rounds"] or []
    ]
    rounds.append(
        (row["round_at"], None, row["first_response_at"], row["answer_at"], row["ended_at"])
    )  # fmt: skip
    passed = (row["passed_at"] or []) if rules.transfer_restarts else []
    for number, (began, until, responded, answered, ended) in enumerate(rounds):
        start = began if began is not None else row["opened_at"]
        stop = earliest(answered, ended)
        own = [
            moment
            for moment in passed
            if (start is None or moment > start)
            and (until is None or moment < until)
            and (stop is None or moment < stop)
        ]
        for begin, end in itertools.pairwise([start, *own, until]):
            spans.append(Span(begin, end, responded, answered, ended, is_first=not number and begin == start))
    return spans


def run_clocks(row: dict[str, Any], rules: Rules, at: dt.datetime, span: Span | None = None) -> Clocks:
    """Both clocks of a ticket's span, seen at a moment.

    Args:
        row: of sql/ticket.sql.
        span: one of `spans_of`; None: the present one.
    """
    span = span or spans_of(row, rules)[-1]
    start = span.start
    if start is None:
        return NO_CLOCKS
    first, answer = rules.spans(row["kind"], row["urgency"])
    first_at, answer_at = (earliest(stop, at) or at for stop in span.stops)
    extended = too_late = None
    for extension in row["extensions"] or []:
        if extension["at"] > answer_at or (extension["at"] < start and not span.is_first):
            continue
        _, due, _ = _end(row, rules, start, answer, answer_at)
        if due is not None and extension["at"] > due:
            too_late = extension["why"]
            continue
        answer = max(answer, min(int(extension["days"]), rules.extension_max_days))
        extended = extension["why"]
    first_skipped, first_due, first_unknown = _end(row, rules, start, first, first_at)
    answer_skipped, answer_due, answer_unknown = _end(row, rules, start, answer, answer_at)
    return Clocks(
        start=start,
        first_days=first,
        answer_days=answer,
        first_skipped=first_skipped,
        answer_skipped=answer_skipped,
        first_due=first_due,
        answer_due=answer_due,
        extended_why=extended,
        too_late_why=too_late,
        unknown=first_unknown or answer_unknown,
    )


def _end(
    row: dict[str, Any], rules: Rules, start: dt.datetime, days: int, at: dt.datetime
) -> tuple[frozenset[dt.date], dt.datetime | None, UnknownYear | None]:
    """Of a clock of `days` working days from `start`, seen at a moment: the days on which it stood still,
    when it runs out, or the year for which that cannot be told."""
    try:
        skipped = skipped_days(row, rules, start, days, at)
        return skipped, rules.calendar.due(start, days, skipped), None
    except UnknownYear as error:
        return frozenset(), None, error


def skipped_days(
    row: dict[str, Any], rules: Rules, start: dt.datetime, days: int, at: dt.datetime
) -> frozenset[dt.date]:
    """Days on which a clock stood still: from the day of a pause up to the day before it went on.

    A pause that came when the clock had run out already moves nothing: late stays late. Raises UnknownYear.
    """
    skipped: frozenset[dt.date] = frozenset()
    if not row["pauses"]:
        return skipped
    for first, last in _pauses(row["pauses"], at):
        if first > rules.calendar.due(start, days, skipped):
            break
        span = (last.date() - first.date()).days
        skipped |= {first.date() + dt.timedelta(days=n) for n in range(span)}
    return skipped


def _pauses(
    entries: list[dict[str, Any]] | None, at: dt.datetime
) -> Iterator[tuple[dt.datetime, dt.datetime]]:
    """Pauses with their ends up to a moment, in order; one that goes on lasts to the end of that day."""
    since: dt.datetime | None = None
    known = [entry for entry in entries or [] if entry["at"] <= at]
    for entry in [*known, {"kind": "resume", "at": at + dt.timedelta(days=1)}]:
        if entry["kind"] == "pause":
            since = since or entry["at"]
        elif since is not None:
            yield since, entry["at"]
            since = None


def send_back(row: dict[str, Any], rules: Rules) -> tuple[dt.datetime | None, bool]:
    """Until when the unit may send the post back, counted from when it was handed to it, else from the post;
    and whether it did so later."""
    handed = row["handed_at"] or spans_of(row, rules)[-1].start
    if handed is None:
        return None, False
    try:
        due = rules.calendar.due(handed, rules.send_back_days)
    except UnknownYear:  # the note on the clocks says it
        return None, False
    sent = row["sent_back_at"]
    return due, sent is not None and sent > due
