"""Owns the sample's Discuz! X3.4 forum: boards, lists, threads, errors; static and dynamic addresses, GBK."""

from __future__ import annotations

import datetime as dt
import re
from email.utils import format_datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sample.clock import plain_time, printed
from sample.content import Floor, Thread
from sample.discuz_board import Board, BoardRow, boards_of, rows_of
from sample.pages import CHINA, Website, redirect, text_response

FORUM = "防城港人论坛"
THREADS_PER_PAGE = 20
POSTS_PER_PAGE = 10
FLOOR_NAMES = {1: "楼主", 2: "沙发", 3: "板凳", 4: "地板"}
_ROBOT = re.compile(r"bot|crawl|spider|slurp", re.IGNORECASE)
ROBOTS = """# robots.txt for Discuz! X3

User-agent: *
Disallow: /api/
Disallow: /data/
Disallow: /source/
Disallow: /install/
Disallow: /template/
Disallow: /config/
Disallow: /uc_client/
Disallow: /uc_server/
Disallow: /static/
Disallow: /admin.php
Disallow: /search.php
Disallow: /member.php
Disallow: /misc.php
Disallow: /home.php?mod=misc*
Disallow: /forum.php?mod=redirect*
Disallow: /forum.php?mod=post*
Disallow: /*?mod=misc*
Disallow: /*mobile=yes*
"""


class Discuz(Website):
    name = "discuz"
    charset = "gbk"

    def setup(self) -> None:
        self.threads = [t for t in self.content.threads if t.forum == FORUM and t.shown(self.as_of)]
        self.by_tid = {thread.number: thread for thread in self.threads}
        self.boards = boards_of([t for t in self.content.threads if t.forum == FORUM])
        self.by_fid = {board.fid: board for board in self.boards}
        self.rows: dict[int, list[BoardRow]] = {
            board.fid: rows_of(board, self.boards, self.threads, self.as_of) for board in self.boards
        }
        self.greeted: set[str] = set()  # threads whose first guest was sent round once

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/", self.index),
            Route("/index.php", self.index),
            Route("/robots.txt", self.robots),
            Route("/forum.php", self.dynamic),
            Route("/forum-{fid:int}-{page:int}.html", self.static_board),
            Route("/thread-{tid:int}-{page:int}-{listpage:int}.html", self.static_thread),
            Route("/search.php", self.member_only),
            Route("/member.php", self.member_only),
            Route("/home.php", self.member_only),
            Route("/misc.php", self.member_only),
        ]

    async def robots(self, request: Request) -> Response:
        return text_response(ROBOTS)

    async def member_only(self, request: Request) -> Response:
        return self.message(request, "您需要先登录才能继续本操作", login=True)

    async def static_board(self, request: Request) -> Response:
        return self.board(request, request.path_params["fid"], request.path_params["page"])

    async def static_thread(self, request: Request) -> Response:
        return self.thread(request, request.path_params["tid"], request.path_params["page"])

    async def index(self, request: Request) -> Response:
        return self.page(request, "discuz/index.html", title="论坛", categories=_categories(self.boards))

    async def dynamic(self, request: Request) -> Response:
        """forum.php: what is shown is in `mod`."""
        query = request.query_params
        mod = query.get("mod", "")
        number = _number(query.get("tid" if mod in ("viewthread", "redirect") else "fid"))
        page = _number(query.get("page")) or 1
        if mod == "":
            return await self.index(request)
        if mod == "forumdisplay":
            return self.board(request, number, page)
        if mod == "viewthread":
            return self.thread(request, number, page, touch=query.get("mobile") in ("2", "yes"))
        if mod == "redirect":
            return self.jump(
                query.get("goto"), number or _number(query.get("ptid")), _number(query.get("pid"))
            )
        if mod == "rss":
            return self.rss(request, number)
        return self.message(request, "您需要先登录才能继续本操作", login=True)

    def message(self, request: Request, text: str, login: bool = False, status: int = 200) -> Response:
        """An error page: no permission is a 200 with alert_info, nothing there a 404 with alert_error."""
        return self.page(
            request, "discuz/message.html", status=status, title="提示信息", text=text, login=login
        )

    def board(self, request: Request, fid: int, page: int) -> Response:
        board = self.by_fid.get(fid)
        if board is None:
            return self.message(request, "抱歉，指定的版块不存在，请返回", status=404)
        if board.login_only:
            return self.message(request, "抱歉，您所在的用户组(游客)无法进行此操作", login=True)
        rows = self.rows[fid]
        stuck, normal = [r for r in rows if r.sticky], [r for r in rows if not r.sticky]
        pages = max(1, -(-len(normal) // THREADS_PER_PAGE))
        page = page if 1 <= page <= pages else 1  # out of range: page 1's rows
        shown = normal[(page - 1) * THREADS_PER_PAGE : page * THREADS_PER_PAGE]
        return self.page(
            request,
            "discuz/board.html",
            title=board.name,
            board=board,
            subs=[b for b in self.boards if b.parent == fid],
            rows=[*(stuck if page == 1 else []), *shown],
            page=page,
            pages=pages,
        )

    def thread(self, request: Request, tid: int, page: int, touch: bool = False) -> Response:
        thread = self.by_tid.get(tid)
        if thread is None:
            return self.message(request, "抱歉，指定的主题不存在或已被删除或正在被审核", status=404)
        if thread.id in self.faults.self_redirect and thread.id not in self.greeted:
            self.greeted.add(thread.id)
            answer = redirect(str(request.url))
            answer.set_cookie("fcgr_2132_lastvisit", str(int(self.as_of.timestamp())))
            return answer
        posts = thread.shown(self.as_of)
        pages = max(1, -(-len(posts) // POSTS_PER_PAGE))
        page = min(max(page, 1), pages)  # too high: the last page
        return self.page(
            request,
            "discuz/touch.html" if touch else "discuz/thread.html",
            title=thread.title,
            thread=thread,
            board=next(b for b in self.boards if b.name == thread.board),
            posts=posts[(page - 1) * POSTS_PER_PAGE : page * POSTS_PER_PAGE],
            count=len(posts),
            page=page,
            pages=pages,
            robot=_ROBOT.search(request.headers.get("user-agent", "")) is not None,
        )

    def jump(self, goto: str | None, tid: int, pid: int) -> Response:
        thread = self.by_tid.get(tid)
        if thread is None:
            return redirect("/forum.php")
        posts = thread.shown(self.as_of)
        if goto == "lastpost":
            return redirect(f"/thread-{tid}-{-(-len(posts) // POSTS_PER_PAGE)}-1.html#lastpost")
        floor = next((p.floor for p in posts if pid_of(thread, p) == pid), 1)
        return redirect(f"/thread-{tid}-{-(-floor // POSTS_PER_PAGE)}-1.html#pid{pid}", status=301)

    def rss(self, request: Request, fid: int) -> Response:
        board = self.by_fid.get(fid)
        threads = [t for t in self.threads if board is not None and t.board == board.name]
        threads.sort(key=lambda t: t.posts[0].time, reverse=True)
        return self.page(
            request,
            "discuz/rss.xml",
            media="application/xml",
            title=board.name if board else FORUM,
            threads=threads[:20],
        )

    # ------------------------------------------------------------------------ asked by the templates

    def when(self, moment: dt.datetime, seconds: bool = False, day_only: bool = False) -> Any:
        return printed(moment, self.as_of, seconds, day_only)

    def plain(self, moment: dt.datetime) -> str:
        return plain_time(moment)

    def universal(self, moment: dt.datetime) -> str:
        return format_datetime(moment.replace(tzinfo=CHINA).astimezone(dt.UTC))

    def pid(self, thread: Thread, post: Floor) -> int:
        return pid_of(thread, post)

    def floor_name(self, post: Floor) -> str | None:
        return FLOOR_NAMES.get(post.floor)

    def views(self, thread: Thread) -> int:
        return 37 + thread.number % 100 * 7 + len(thread.shown(self.as_of)) * 53

    def uid(self, author: str | None) -> int:
        return 1000 + sum(ord(c) * (i + 1) for i, c in enumerate(author or "")) % 90_000

    def is_edited(self, post: Floor) -> bool:
        return post.edited is not None and dt.datetime.fromisoformat(post.edited) <= self.as_of

    def edited(self, post: Floor) -> str:
        return plain_time(dt.datetime.fromisoformat(post.edited or post.time))

    def quoted(self, thread: Thread, post: Floor) -> Floor:
        """The earlier post that a post quotes; the opening post where it cannot be told."""
        author = post.quote.author if post.quote else None
        return next((p for p in thread.posts[: post.floor - 1] if p.author == author), thread.posts[0])

    def text(self, thread: Thread, post: Floor) -> str:
        return self.faults.hostile(thread.id, post.floor) + (post.text or "")


def pid_of(thread: Thread, post: Floor) -> int:
    return thread.number * 100 + post.floor


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 12 else 0


def _categories(boards: list[Board]) -> list[tuple[str, list[Board]]]:
    names = list(dict.fromkeys(board.category for board in boards))
    return [(n, [b for b in boards if b.category == n and b.parent is None]) for n in names]
