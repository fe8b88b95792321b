"""Owns the sample's news portal: channels with list pages, an RSS feed, and the TV station's pieces."""

from __future__ import annotations

import datetime as dt
from email.utils import format_datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sample.content import Piece
from sample.gov import Row
from sample.pages import CHINA, Website

OUTLET = "防城港新闻网"
TV_OUTLET = "防城港新闻(电视)"
PAGE_SIZE = 12
FEED_SIZE = 20
CHANNELS = {
    "/news/bdyw/": "本地要闻",
    "/news/mssh/": "民生社会",
    "/tv/fcgxw/": "防城港新闻",
    # The plan's column has a channel of its own, its name spelt as on the air: without the comma.
    "/tv/jxkp/": "抓绩效提升 促经济社会发展",
}


class Portal(Website):
    name = "portal"

    def setup(self) -> None:
        self.channels: dict[str, list[Piece]] = {path: [] for path in CHANNELS}
        for piece in sorted(self.content.articles, key=lambda p: p.published, reverse=True):
            path = channel_of(piece)
            if path is not None and piece.moment <= self.as_of:
                self.channels[path].append(piece)

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/", self.home),
            Route("/rss.xml", self.feed),
            Route("/{channel:path}/{year:int}/{day}/{number:int}.html", self.article),
            Route("/{channel:path}/d/{month}/c{number:int}.html", self.article),
            Route("/{channel:path}/list_{page:int}.html", self.listing),
            Route("/{channel:path}/", self.listing),
        ]

    def column(self, path: str) -> str:
        return CHANNELS[path]

    def address(self, path: str, piece: Piece) -> str:
        if self.faults.is_rebuilt(self.name, path):
            return f"{path}d/{piece.day:%Y-%m}/c{piece.number}.html"
        return f"{path}{piece.day.year}/{piece.day:%m%d}/{piece.number}.html"

    def template(self, kind: str, path: str) -> str:
        return f"portal/{'rebuilt_' if self.faults.is_rebuilt(self.name, path) else ''}{kind}.html"

    async def home(self, request: Request) -> Response:
        return self.page(request, "portal/home.html", channels=self.channels)

    async def listing(self, request: Request) -> Response:
        path = f"/{request.path_params['channel']}/"
        if path not in self.channels:
            return self.not_found(request)
        rows = [Row(p.title, self.address(path, p), p.day) for p in self.channels[path]]
        rows += [Row(e.title, e.href, e.date) for e in self.faults.list_entries(self.name, path)]
        rows.sort(key=lambda row: row.day, reverse=True)
        pages = max(1, -(-len(rows) // PAGE_SIZE))
        page = request.path_params.get("page", 1)
        if not 1 <= page <= pages:
            return self.not_found(request)
        shown = rows[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
        return self.page(request, self.template("list", path), path=path, rows=shown, page=page, pages=pages)

    async def article(self, request: Request) -> Response:
        path = f"/{request.path_params['channel']}/"
        found = self.channels.get(path, [])
        piece = next((p for p in found if p.number == request.path_params["number"]), None)
        if piece is None or self.address(path, piece) != request.url.path:
            return self.not_found(request)
        others = [p for p in found if p is not piece][:6]
        template = "portal/tv.html" if path.startswith("/tv/") else self.template("article", path)
        return self.page(request, template, path=path, piece=piece, others=others)

    async def feed(self, request: Request) -> Response:
        rows = [
            (path, piece) for path in CHANNELS if not path.startswith("/tv/") for piece in self.channels[path]
        ]
        rows.sort(key=lambda row: row[1].published, reverse=True)
        items = [
            (str(request.base_url).rstrip("/") + self.address(path, piece), piece, rfc822(piece.moment))
            for path, piece in rows[:FEED_SIZE]
        ]
        return self.page(request, "portal/rss.xml", items=items, media="application/rss+xml")


def rfc822(moment: dt.datetime) -> str:
    return format_datetime(moment.replace(tzinfo=CHINA))


def channel_of(piece: Piece) -> str | None:
    """The channel in which a piece of the portal or of the TV station stands, None for other outlets."""
    if piece.outlet == TV_OUTLET:
        return "/tv/jxkp/" if piece.column and "绩效" in piece.column else "/tv/fcgxw/"
    if piece.outlet != OUTLET:
        return None
    return "/news/bdyw/" if piece.number % 3 else "/news/mssh/"
