"""Owns the columns of all tickets whose clocks run as the rules say: read once of an edition of the
warehouse, with the ends of their spans, so that any moment of any unit is told without asking again."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import numpy as np

from analysis.kept import as_built
from analysis.ticket import Rules
from analysis.ticket_lists import ClockColumns, classed_columns, clocks_by, columns_of, dues_of
from analysis.warehouse import Connection, ask_arrow
from analysis.workday_columns import Column, Workdays, years_of

_MOMENTS = ("opened_at", "first_response_at", "answer_at", "ended_at")
NAMES = ("kind", "urgency", "unit", "state")


@dataclasses.dataclass(frozen=True)
class _Spans:
    """Rows of sql/ticket_spans.sql by column. years: the first and the last in which one was opened; None: no
    ticket was. dues: the rules that were asked for last, with the ends of the spans by them."""

    columns: dict[str, Any]
    years: tuple[int, int] | None
    dues: list[tuple[Rules, tuple[Column, Column]]]


def plain_tickets(
    con: Connection, rules: Rules, at: dt.datetime, unit: str | None
) -> tuple[dict[str, Any], ClockColumns]:
    """The tickets at a moment that nothing but the rules moves the clocks of, by column, and their clocks.

    Args:
        unit: only this unit's (short name); None: all.
    """
    spans = as_built(con, "ticket spans", lambda: _read(con))
    all_of = spans.columns
    now = np.datetime64(at, "us")
    which: Column = (all_of["since_at"] <= now) & (all_of["until_at"] > now)
    if rules.transfer_restarts:
        which &= ~all_of["is_transferred"]
    if unit is not None:
        which &= all_of["unit"].isin((unit,))
    places = np.flatnonzero(which)
    columns = {name: all_of[name][places] for name in ("key", *_MOMENTS, *NAMES)}
    first_due, answer_due = _dues(spans, rules)
    workdays = _workdays(spans, rules, at)
    return columns, clocks_by(columns, (first_due[places], answer_due[places]), workdays, at)


def _read(con: Connection) -> _Spans:
    columns = classed_columns(con, columns_of(ask_arrow(con, "ticket_spans")))
    return _Spans(columns, years_of(columns["opened_at"]), [])


def _dues(spans: _Spans, rules: Rules) -> tuple[Column, Column]:
    """`dues_of` all spans, kept until other rules are asked for."""
    for known, dues in spans.dues:
        if known == rules:
            return dues
    first, last = spans.years or (1, 1)
    found = dues_of(spans.columns, rules, Workdays.of_years(first, last, rules))
    spans.dues[:] = [(rules, found)]
    return found


def _workdays(spans: _Spans, rules: Rules, at: dt.datetime) -> Workdays:
    first, last = spans.years or (at.year, at.year)
    return Workdays.of_years(min(first, at.year), max(last, at.year), rules)
