"""Owns the sample's government sites: a TRS site of the city and, below it, the sites of single units."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sample.content import Piece
from sample.pages import Website

OUTLET = "防城港市人民政府网站"
PAGE_SIZE = 8
# The bureaus stand under their own initials.
UNIT_FOLDERS = {
    "单位网站:市教育局": "jyj",
    "单位网站:市水利局": "slj",
    "单位网站:市环保局": "hbj",
    "单位网站:市卫计委": "wjw",
    "单位网站:上思县": "ssx",
}
_NAMES = {
    "/zxzx/jrfcg/fcgyw/": "防城港要闻",
    "/zxzx/bmdt/": "部门动态",
    "/zxzx/xqdt/": "县区动态",
    "/zwgk/tzgg/": "通知公告",
}


@dataclass(frozen=True)
class Row:
    """One line of a list: an article, or an entry of faults.yaml."""

    title: str
    href: str
    day: dt.date


class Government(Website):
    name = "gov"
    conditional = True

    def setup(self) -> None:
        self.channels: dict[str, list[Piece]] = {path: [] for path in _NAMES}
        self.titles: dict[str, str] = dict.fromkeys(_NAMES, "防城港市人民政府门户网站")
        for outlet, folder in UNIT_FOLDERS.items():
            self.channels[f"/{folder}/dtxx/"] = []
            self.titles[f"/{folder}/dtxx/"] = outlet.partition(":")[2] + "网站"
        for piece in sorted(self.content.articles, key=lambda p: p.published, reverse=True):
            path = channel_of(piece)
            if path is not None and piece.moment <= self.as_of:
                self.channels[path].append(piece)

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/", self.home),
            Route("/{channel:path}/t{number:int}.shtml", self.article),
            Route("/{channel:path}/index_{page:int}.shtml", self.listing),
            Route("/{channel:path}/index.shtml", self.listing),
            Route("/{channel:path}/", self.listing),
        ]

    def column(self, path: str) -> str:
        return _NAMES.get(path, "动态信息")

    async def home(self, request: Request) -> Response:
        return self.page(request, "gov/home.html", channels=self.channels)

    async def listing(self, request: Request) -> Response:
        path = f"/{request.path_params['channel']}/"
        if path not in self.channels:
            return self.not_found(request)
        rows = [Row(p.title, f"./t{p.number}.shtml", p.day) for p in self.channels[path]]
        rows += [Row(e.title, e.href, e.date) for e in self.faults.list_entries(self.name, path)]
        rows.sort(key=lambda row: row.day, reverse=True)
        pages = max(1, -(-len(rows) // PAGE_SIZE))
        page = request.path_params.get("page", 0)
        if page >= pages:
            return self.not_found(request)
        shown = rows[page * PAGE_SIZE : (page + 1) * PAGE_SIZE]
        return self.page(request, "gov/list.html", path=path, rows=shown, page=page, pages=pages)

    async def article(self, request: Request) -> Response:
        path = f"/{request.path_params['channel']}/"
        found = self.channels.get(path, [])
        piece = next((p for p in found if p.number == request.path_params["number"]), None)
        if piece is None:
            return self.not_found(request)
        others = [p for p in found if p is not piece][:5]
        return self.page(
            request, "gov/article.html", modified=piece.moment, path=path, piece=piece, others=others
        )


def channel_of(piece: Piece) -> str | None:
    """The channel in which a piece of a government site stands, None for pieces of other outlets."""
    if piece.outlet in UNIT_FOLDERS:
        return f"/{UNIT_FOLDERS[piece.outlet]}/dtxx/"
    if piece.outlet != OUTLET:
        return None
    if any(word in piece.title for word in ("公告", "公示", "通告", "通报")):
        return "/zwgk/tzgg/"
    if any(county in piece.title for county in ("上思", "东兴", "港口区", "防城区")):
        return "/zxzx/xqdt/"
    return "/zxzx/jrfcg/fcgyw/" if "日报" in piece.origin else "/zxzx/bmdt/"
