"""Owns the page 待判断: tags that the rules would not sign; a person decides on the page of each piece."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

from litestar.response import Response

from analysis.desk.page import Listing, Page, cut
from analysis.desk.routing import see
from analysis.desk.standing import standing
from analysis.desk.visit import Visit
from analysis.desk.warehouse import ON_ARTICLES, ON_TICKETS
from analysis.judge import WHAT, Doubt, amend_doubts, article_doubts, thread_doubts
from analysis.warehouse import moment

WHATS = tuple(WHAT.values())


@dataclasses.dataclass(kw_only=True)
class DoubtsPage(Page):
    """What waits for a person.

    Attributes:
        listing: doubtful tags, credits first, the likeliest first.
        what: which tag is chosen; "" for all.
        whats: what can be chosen.
    """

    template: ClassVar[str] = "doubts.html"
    heading: ClassVar[str] = "待判断的标签"
    section: ClassVar[str] = "/articles"
    listing: Listing[Doubt]
    what: str
    whats: tuple[str, ...]


@standing
def all_doubts(visit: Visit) -> list[Doubt]:
    """All that waits as of the day; of a liaison's unit only."""
    asked = (visit.office.city, visit.as_of, moment(visit.known_by))
    articles = visit.edition.carried(
        ("doubts", visit.as_of, visit.known_by),
        lambda: article_doubts(visit.con, *asked),
        lambda found, targets: amend_doubts(found, visit.con, *asked, targets),
        ON_ARTICLES,
    )
    threads = visit.once("doubts of threads", lambda: thread_doubts(visit.con, *asked), ON_TICKETS)
    found = [*articles, *threads]
    return [d for d in found if visit.scope is None or (d.role is not None and d.said == visit.scope)]


@see("/doubts", "own.read")
def page(visit: Visit) -> Response[Any]:
    """待判断."""
    what = visit.request.query_params.get("what") or ""
    found = [doubt for doubt in all_doubts(visit) if what not in WHATS or doubt.what == what]
    return visit.show(DoubtsPage(listing=cut(found, visit.request.query_params), what=what, whats=WHATS))


ROUTES = [page]
