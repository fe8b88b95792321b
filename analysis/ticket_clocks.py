"""Owns the two clocks of a ticket: when they start, stand still, are extended and run out.

Late stays late: a pause or an extension that came after a clock had run out moves nothing.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
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


def clock_start(row: dict[str, Any], rules: Rules, round_number: int | None = None) -> dt.datetime | None:
    """When the clocks of a round started: with the opening post, the reopening, or the transfer where the
    rules restart them. `round_number` counts from 0; None: the present round."""
    if round_number is not None and round_number < row["round_count"]:
        began: dt.datetime | None = row["past_rounds"][round_number]["started_at"]
        return began if began is not None else row["opened_at"]
    start: dt.datetime | None = row["round_at"] if row["round_at"] is not None else row["opened_at"]
    moved = row["transferred_at"]
    if rules.transfer_restarts and moved is not None and (start is None or moved > start):
        start = moved
    return start


def run_clocks(row: dict[str, Any], rules: Rules, at: dt.datetime, round_number: int | None = None) -> Clocks:
    """Both clocks of a ticket's round, seen at a moment.

    Args:
        row: of sql/ticket.sql.
        round_number: from 0; None: the present round.
    """
    start = clock_start(row, rules, round_number)
    if start is None:
        return NO_CLOCKS
    first, answer = rules.spans(row["kind"], row["urgency"])
    extended = too_late = None
    is_first_round = row["round_count"] == 0 or round_number == 0
    for extension in row["extensions"] or []:
        if extension["at"] > at or (extension["at"] < start and not is_first_round):
            continue
        _, due, _ = _end(row, rules, start, answer, at)
        if due is not None and extension["at"] > due:
            too_late = extension["why"]
            continue
        answer = max(answer, min(int(extension["days"]), rules.extension_max_days))
        extended = extension["why"]
    first_skipped, first_due, first_unknown = _end(row, rules, start, first, at)
    answer_skipped, answer_due, answer_unknown = _end(row, rules, start, answer, at)
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
    """Pauses with their ends, in order; one that goes on lasts to the end of the day asked about."""
    since: dt.datetime | None = None
    for entry in [*(entries or []), {"kind": "resume", "at": at + dt.timedelta(days=1)}]:
        if entry["at"] > at + dt.timedelta(days=1):
            continue
        if entry["kind"] == "pause":
            since = since or entry["at"]
        elif since is not None:
            yield since, entry["at"]
            since = None


def send_back(row: dict[str, Any], rules: Rules) -> tuple[dt.datetime | None, bool]:
    """Until when the unit may send the post back, counted from when it was handed to it, else from the post;
    and whether it did so later."""
    handed = row["handed_at"] or clock_start(row, rules)
    if handed is None:
        return None, False
    try:
        due = rules.calendar.due(handed, rules.send_back_days)
    except UnknownYear:  # the note on the clocks says it
        return None, False
    sent = row["sent_back_at"]
    return due, sent is not None and sent > due
