"""Owns the list of the desk's pages. A page is a module with its context class, routes and template."""

from __future__ import annotations

from typing import Any

from analysis.desk.pages import (
    announcement,
    appeals,
    article,
    articles,
    captures,
    charts,
    contacts,
    doubts,
    edits,
    entrance,
    exports,
    exposures,
    hotspots,
    jobs,
    ledger,
    log,
    packages,
    reports,
    settings,
    sources,
    ticket,
    tickets,
    today,
    tokens,
    units,
)

PAGES: tuple[Any, ...] = (
    entrance,
    today,
    ledger,
    units,
    articles,
    article,
    tickets,
    ticket,
    hotspots,
    exposures,
    announcement,
    appeals,
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
    jobs,
    captures,
    exports,
)
ROUTES: list[Any] = [route for page in PAGES for route in page.ROUTES]
