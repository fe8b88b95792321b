"""Owns the list of the desk's pages. A page is a module with its context class, routes and template."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from analysis.desk.office import Office
from analysis.desk.pages import (
    announcement,
    appeals,
    article,
    articles,
    attachments,
    captures,
    charts,
    contacts,
    deductions,
    doubts,
    edits,
    entrance,
    exports,
    exposures,
    health,
    hotspots,
    imports,
    jobs,
    ledger,
    log,
    notices,
    packages,
    records,
    reports,
    settings,
    similar,
    sources,
    ticket,
    tickets,
    today,
    tokens,
    units,
)
from analysis.desk.visit import Visit, visit_ahead

PAGES: tuple[Any, ...] = (
    entrance,
    today,
    ledger,
    records,
    units,
    articles,
    article,
    tickets,
    ticket,
    similar,
    hotspots,
    exposures,
    announcement,
    appeals,
    imports,
    deductions,
    sources,
    charts,
    reports,
    packages,
    contacts,
    doubts,
    settings,
    edits,
    tokens,
    log,
    notices,
    jobs,
    health,
    captures,
    attachments,
    exports,
)
ROUTES: list[Any] = [route for page in PAGES for route in page.ROUTES]
# What must be ready when the first visitor of a day comes.
FIRST: tuple[Callable[[Visit], object], ...] = (
    today.build_today,
    ledger.build_ledger,
    units.build_units,
    units.ready_units,
    tickets.build_tickets,
    articles.held_articles,
    hotspots.all_issues,
    exposures.build_exposures,
    announcement.build_announcement,
    charts.all_tables,
)


def ask_first(office: Office) -> None:
    """Let these be ready at any time."""
    visit = visit_ahead(office)
    office.standing.always = [(each, visit) for each in FIRST]
