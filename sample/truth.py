"""Owns the known truth of the sample city, from the gold labels: what a right run must find."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec

from pipeline.records import Outcome
from sample.content import Content, Floor, Piece, Thread, end_of
from sample.discuz import FORUM as DISCUZ
from sample.discuz import pid_of
from sample.faults import Faults, load_faults
from sample.gov import channel_of as gov_channel
from sample.hongdou import FORUM as HONGDOU
from sample.paper import OUTLET as PAPER
from sample.portal import channel_of as portal_channel
from sample.server import BASE_PORT, WEBSITES


class ArticleTruth(msgspec.Struct, kw_only=True):
    """One article as it must come out of a crawl, and whom it credits."""

    id: str
    outlet: str
    url: str
    title: str
    published: str
    credits: list[tuple[str, str]]  # unit, role
    reprint_of: str | None
    gold: dict[str, Any]
    piece: Piece


class ThreadTruth(msgspec.Struct, kw_only=True):
    """One thread as of a time. `state` and `needs_reply` are None where the labels do not tell them for that
    time: they were given for the whole thread."""

    id: str
    forum: str
    tid: str
    board: str
    title: str
    posts: list[Floor]
    units: list[str]
    state: str | None
    needs_reply: bool | None
    first_response_floor: int | None
    answer_floor: int | None
    gold: dict[str, Any]

    def pid(self, post: Floor) -> str:
        """The forum's id of a post."""
        return str(int(self.tid) * 100 + post.floor)


class FaultTruth(msgspec.Struct, kw_only=True):
    """An address that leads to trouble, and the one outcome that it deserves; None: it is never fetched."""

    name: str
    url: str
    outcome: Outcome | None


def article_truth(content: Content, as_of: dt.date, base_port: int = BASE_PORT) -> list[ArticleTruth]:
    """All articles that can be crawled on a day, oldest first."""
    faults = load_faults(as_of)
    found = []
    for piece in sorted([*content.articles, *content.wechat], key=lambda p: (p.published, p.id)):
        site, path = path_of(piece)
        if piece.moment > end_of(as_of) or faults.answer(site, path) is not None:
            continue
        found.append(
            ArticleTruth(
                id=piece.id,
                outlet=piece.outlet,
                url=_address(site, path, base_port),
                title=piece.title,
                published=piece.published,
                credits=[(credit["unit"], credit["role"]) for credit in piece.gold.get("credits", [])],
                reprint_of=piece.gold.get("reprint_of"),
                gold=piece.gold,
                piece=piece,
            )
        )
    return found


def thread_truth(content: Content, as_of: dt.date) -> list[ThreadTruth]:
    """All threads that stand in the forums on a day, each with the posts and the state of that day."""
    return [_thread(thread, posts) for thread in content.threads if (posts := thread.shown(end_of(as_of)))]


def fault_truth(as_of: dt.date, base_port: int = BASE_PORT) -> list[FaultTruth]:
    """The list entries that lead to trouble and are shown on a day."""
    faults: Faults = load_faults(as_of)
    return [
        FaultTruth(
            name=entry.name,
            url=entry.href
            if "://" in entry.href
            else _address(entry.site, entry.list + entry.href[2:], base_port)
            if entry.href.startswith("./")
            else _address(entry.site, entry.href, base_port),
            outcome=entry.outcome,
        )
        for entry in faults.entries
        if entry.date <= as_of
    ]


def path_of(piece: Piece) -> tuple[str, str]:
    """The site and the path on which a piece is served.

    Raises:
        KeyError: no site of the sample city serves the piece's outlet.
    """
    if piece.outlet == PAPER:
        return "paper", f"/html/{piece.day:%Y-%m/%d}/content_{piece.number}.htm"
    if (channel := gov_channel(piece)) is not None:
        return "gov", f"{channel}t{piece.number}.shtml"
    if (channel := portal_channel(piece)) is not None:
        return "portal", f"{channel}{piece.day.year}/{piece.day:%m%d}/{piece.number}.html"
    if piece.id.startswith("wx"):
        return "wechat", f"/s/{piece.id}"
    raise KeyError(f"样例城市没有媒体“{piece.outlet}”的网站（{piece.id}）")


def _address(site: str, path: str, base_port: int) -> str:
    slot = next(number for number, kind in enumerate(WEBSITES) if kind.name == site)
    return f"http://127.0.0.1:{base_port + slot}{path}"


def _thread(thread: Thread, posts: list[Floor]) -> ThreadTruth:
    gold = thread.gold
    response = _shown(gold.get("first_response_floor"), posts)
    answer = _shown(gold.get("answer_floor"), posts)
    state, needs_reply = _state(thread, posts, response, answer)
    return ThreadTruth(
        id=thread.id,
        forum=thread.forum,
        tid=str(thread.number),
        board=thread.board,
        title=thread.title,
        posts=posts,
        units=gold.get("units", []),
        state=state,
        needs_reply=needs_reply,
        first_response_floor=response,
        answer_floor=answer,
        gold=gold,
    )


def _shown(floor: int | None, posts: list[Floor]) -> int | None:
    return floor if floor is not None and floor <= len(posts) else None


def _state(
    thread: Thread, posts: list[Floor], response: int | None, answer: int | None
) -> tuple[str | None, bool | None]:
    """The state on a day when not all posts had been written, from the floors that answered (domain.md)."""
    gold = thread.gold
    if len(posts) == len(thread.posts) or gold["state"] == "无需回复":
        return gold["state"], gold["needs_reply"]
    if answer is not None:
        return "已答复", False
    if gold["kind"] == "公告":
        return None, None  # nothing is asked until some reply asks; the labels do not say which
    official = [p.floor for p in thread.posts if p.is_registered_official]
    if gold["state"] == "退回改派" and official and official[-1] <= len(posts):
        return "退回改派", True
    return ("已初步回应" if response is not None else "待研判"), True


__all__ = [
    "DISCUZ",
    "HONGDOU",
    "ArticleTruth",
    "FaultTruth",
    "ThreadTruth",
    "article_truth",
    "fault_truth",
    "path_of",
    "pid_of",
    "thread_truth",
]
