"""Owns the sample's digital paper: Founder's old layout, and its new one below /pad/ for one week."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import chinese_calendar
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sample.content import Piece
from sample.filler import Filler, picture, prices, tide, weather
from sample.pages import Website

OUTLET = "防城港日报"
FIRST_NODE = 2  # node_2.htm is page 01; the first number differs from paper to paper
SEASON = (dt.date(2017, 9, 18), dt.date(2018, 2, 28))  # from the first piece of the content on
PAD_WEEK = (dt.date(2017, 10, 9), dt.date(2017, 10, 15))
PAD_OFFSET = 500_000  # the same story has another id in the new layout
_PAGE_NAMES = {"01": "要闻", "02": "综合", "03": "民生", "04": "副刊"}


@dataclass(frozen=True)
class Story:
    """One article of an edition, or a filler (a picture, the weather), which every real edition has."""

    number: int
    day: dt.date
    title: str
    paragraphs: list[str]
    kicker: str = ""
    subtitle: str = ""
    author: str = ""
    column: str = ""
    images: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Edition:
    """One page (版) of one day's paper."""

    day: dt.date
    no: str  # 02
    stories: list[Story]

    @property
    def node(self) -> int:
        return int(self.no) - 1 + FIRST_NODE

    @property
    def name(self) -> str:
        return _PAGE_NAMES.get(self.no, "专版")


class Paper(Website):
    name = "paper"
    conditional = True

    def setup(self) -> None:
        pieces: dict[dt.date, list[Piece]] = {}
        for piece in self.content.articles:
            if piece.outlet == OUTLET and piece.moment <= self.as_of:
                pieces.setdefault(piece.day, []).append(piece)
        # Printed on every working day of the season, if only with its own small pieces (picture, weather,
        # tide or prices), and on rest days for which the content has a piece; else there is none (404).
        days = {day for day in _working_days(SEASON) if _printed(day) <= self.as_of} | set(pieces)
        self.days = {day: _editions(day, pieces.get(day, [])) for day in sorted(days)}

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/", self.front),
            Route("/paperindex.htm", self.front),
            Route("/html/{month}/{day}/node_{node:int}.htm", self.node),
            Route("/html/{month}/{day}/content_{number:int}.htm", self.story),
            Route("/pad/column/{month}/{day}/node_{no}.html", self.pad_node),
            Route("/{device}/content/{month}/{day}/content_{number:int}.html", self.pad_story),
        ]

    async def front(self, request: Request) -> Response:
        if not self.days:
            return self.not_found(request)
        return self.page(request, "paper/front.html", day=max(self.days))

    async def node(self, request: Request) -> Response:
        editions = self._edition_list(request, "%Y-%m")
        edition = next((e for e in editions if e.node == request.path_params["node"]), None)
        if edition is None:
            return self.not_found(request)
        return self.page(
            request, "paper/node.html", modified=_printed(edition.day), edition=edition, editions=editions
        )

    async def story(self, request: Request) -> Response:
        editions = self._edition_list(request, "%Y-%m")
        edition, story = _find(editions, request.path_params["number"])
        if edition is None or story is None:
            return self.not_found(request)
        return self.page(
            request,
            "paper/story.html",
            modified=_printed(edition.day),
            edition=edition,
            editions=editions,
            story=story,
        )

    # ------------------------------------------------------------------------ the new layout, one week

    async def pad_node(self, request: Request) -> Response:
        editions = self._pad_editions(request)
        edition = next((e for e in editions if e.no == request.path_params["no"]), None)
        if edition is None:
            return self.not_found(request)
        return self.page(request, "paper/pad_node.html", edition=edition, editions=editions)

    async def pad_story(self, request: Request) -> Response:
        edition, story = _find(self._pad_editions(request), request.path_params["number"])
        if edition is None or story is None or request.path_params["device"] not in ("pad", "pc"):
            return self.not_found(request)
        return self.page(request, "paper/pad_story.html", edition=edition, story=story)

    def _pad_editions(self, request: Request) -> list[Edition]:
        editions = self._edition_list(request, "%Y%m")
        if not editions or not PAD_WEEK[0] <= editions[0].day <= PAD_WEEK[1]:
            return []
        moved = [
            Edition(day=e.day, no=e.no, stories=[_renumber(s, PAD_OFFSET) for s in e.stories])
            for e in editions
        ]
        # The leading story of the front page stands inside once more, under an id of its own.
        if len(moved) > 1 and moved[0].no == "01":
            moved[1].stories.append(_renumber(moved[0].stories[0], PAD_OFFSET))
        return moved

    def _edition_list(self, request: Request, month_format: str) -> list[Edition]:
        try:
            text = f"{request.path_params['month']}/{request.path_params['day']}"
            day = dt.datetime.strptime(text, f"{month_format}/%d").date()  # noqa: DTZ007
        except ValueError:
            return []
        return self.days.get(day, [])


def _working_days(season: tuple[dt.date, dt.date]) -> list[dt.date]:
    found: list[dt.date] = chinese_calendar.get_workdays(*season)
    return found


def _editions(day: dt.date, pieces: list[Piece]) -> list[Edition]:
    by_page: dict[str, list[Piece]] = {}
    for piece in pieces:
        by_page.setdefault((piece.page or "02版").removesuffix("版"), []).append(piece)
    editions = []
    for no in sorted({*by_page, "01", "02", "04"}):
        found = sorted(by_page.get(no, []), key=lambda p: (not p.lead, p.number))
        stories = [_story(piece) for piece in found]
        # What stands first on page 01 is the 头条; where the content names none, a picture stands there.
        if no == "01" and not (found and found[0].lead):
            stories.insert(0, _filler(day, 1, picture(day)))
        if no == "02":
            stories.append(_filler(day, 2, weather(day)))
        if not stories:
            stories.append(_filler(day, 4, tide(day) if day.toordinal() % 2 else prices(day)))
        editions.append(Edition(day=day, no=no, stories=stories))
    return editions


def _story(piece: Piece) -> Story:
    return Story(
        number=piece.number,
        day=piece.day,
        title=piece.title,
        paragraphs=piece.paragraphs,
        kicker=piece.kicker or "",
        subtitle=piece.subtitle or "",
        author=piece.byline or "",
        column=piece.column or "",
        images=[f"{piece.number}_b.jpg"] if piece.number % 4 == 0 else [],
    )


def _filler(day: dt.date, slot: int, filler: Filler) -> Story:
    return Story(
        number=int(f"9{day:%y%m%d}{slot}"),
        day=day,
        title=filler.title,
        paragraphs=[filler.text],
        images=["tp.jpg"] if slot == 1 else [],
    )


def _renumber(story: Story, offset: int) -> Story:
    return Story(
        **{**{k: getattr(story, k) for k in Story.__dataclass_fields__}, "number": story.number + offset}
    )


def _find(editions: list[Edition], number: Any) -> tuple[Edition | None, Story | None]:
    return next(((e, s) for e in editions for s in e.stories if s.number == number), (None, None))


def _printed(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(5, 30))
