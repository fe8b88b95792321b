"""Owns the sample's 红豆社区: board lists and threads in the structure read from other crawlers' code."""

from __future__ import annotations

import datetime as dt

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sample.clock import plain_time
from sample.content import Floor, Thread
from sample.pages import Website, text_response

FORUM = "红豆社区防城港论坛"
THREADS_PER_PAGE = 15
POSTS_PER_PAGE = 10
_BOARDS = {"防城港论坛": 1401, "红豆问政": 1402, "跳蚤市场": 1403}


class Hongdou(Website):
    name = "hongdou"
    charset = "gb2312"
    bytes_charset = "gb18030"

    def setup(self) -> None:
        mine = [t for t in self.content.threads if t.forum == FORUM]
        extra = sorted({t.board for t in mine} - set(_BOARDS))
        self.boards = {**_BOARDS, **{name: 1410 + number for number, name in enumerate(extra)}}
        self.names = {number: name for name, number in self.boards.items()}
        self.threads = {t.number: t for t in mine if t.shown(self.as_of)}

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/", self.index),
            Route("/robots.txt", self.robots),
            Route("/viewforum-{board:int}-{page:int}.html", self.board),
            Route("/viewthread-{tid:int}.html", self.thread),
            Route("/viewthread-{tid:int}-{page:int}.html", self.thread),
        ]

    async def robots(self, request: Request) -> Response:
        return text_response("User-agent: *\nDisallow: /admin/\nDisallow: /search\n")

    async def index(self, request: Request) -> Response:
        return self.page(request, "hongdou/index.html")

    async def board(self, request: Request) -> Response:
        number, page = request.path_params["board"], request.path_params["page"]
        if number not in self.names:
            return self.not_found(request)
        threads = [t for t in self.threads.values() if t.board == self.names[number]]
        threads.sort(key=lambda t: t.shown(self.as_of)[-1].time, reverse=True)
        pages = max(1, -(-len(threads) // THREADS_PER_PAGE))
        if not 1 <= page <= pages:
            return self.not_found(request)
        shown = threads[(page - 1) * THREADS_PER_PAGE : page * THREADS_PER_PAGE]
        return self.page(
            request,
            "hongdou/board.html",
            number=number,
            rows=[(t, t.shown(self.as_of)) for t in shown],
            page=page,
            pages=pages,
        )

    async def thread(self, request: Request) -> Response:
        thread = self.threads.get(request.path_params["tid"])
        if thread is None:
            return self.page(request, "hongdou/dead.html")
        posts = thread.shown(self.as_of)
        pages = max(1, -(-len(posts) // POSTS_PER_PAGE))
        page = request.path_params.get("page", 1)
        if not 1 <= page <= pages:
            return self.not_found(request)
        return self.page(
            request,
            "hongdou/thread.html",
            thread=thread,
            posts=posts[(page - 1) * POSTS_PER_PAGE : page * POSTS_PER_PAGE],
            page=page,
            pages=pages,
        )

    # ------------------------------------------------------------------------ asked by the templates

    def plain(self, moment: dt.datetime) -> str:
        return plain_time(moment)

    def name_of(self, post: Floor) -> str:
        return "匿名" if post.anonymous else post.author or "匿名"

    def text(self, thread: Thread, post: Floor) -> str:
        return self.faults.hostile(thread.id, post.floor) + (post.text or "")

    def visits(self, thread: Thread) -> int:
        return 100 + thread.number % 100 * 11 + len(thread.shown(self.as_of)) * 29
