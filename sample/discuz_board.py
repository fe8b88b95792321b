"""Owns the boards of the sample's Discuz forum and the rows of their lists: sticky, moved, closed, normal."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sample.content import Thread

_GLOBAL_BOARD = "公告区"  # its sticky threads stand on top of every board


@dataclass(frozen=True)
class Board:
    fid: int
    name: str
    category: str
    parent: int | None = None
    login_only: bool = False


@dataclass(frozen=True)
class BoardRow:
    """One row of a board's list as of a time."""

    thread: Thread
    replies: int
    last_author: str | None
    last_time: dt.datetime
    sticky: int = 0  # 1: of this board, 3: of all boards
    moved: bool = False

    @property
    def closed(self) -> bool:
        return "closed" in self.thread.flags


_BOARDS = [
    Board(2, "公告区", "政民互动"),
    Board(36, "百姓声音", "政民互动"),
    Board(40, "港城茶座", "港城生活"),
    Board(41, "房产家居", "港城生活", parent=40),
    Board(50, "版主办公室", "站务管理", login_only=True),
]


def boards_of(threads: list[Thread]) -> list[Board]:
    """The forum's boards; a board that only the content names gets a number of its own."""
    known = {board.name for board in _BOARDS}
    extra = sorted({thread.board for thread in threads} - known)
    return [*_BOARDS, *(Board(60 + number, name, "更多版块") for number, name in enumerate(extra))]


def rows_of(board: Board, boards: list[Board], threads: list[Thread], as_of: dt.datetime) -> list[BoardRow]:
    """The rows of a board: sticky ones first, then by last post. A moved thread leaves a stub elsewhere."""
    rows = []
    for thread in threads:
        posts = thread.shown(as_of)
        last = posts[-1]
        sticky, moved = 0, False
        if "sticky" in thread.flags:
            sticky = 3 if thread.board == _GLOBAL_BOARD else 1
        if thread.board != board.name and sticky != 3:
            if "moved" not in thread.flags or board.name != _origin(thread, boards):
                continue
            moved, sticky = True, 0
        rows.append(
            BoardRow(
                thread=thread,
                replies=len(posts) - 1,
                last_author=None if last.anonymous else last.author,
                last_time=last.moment,
                sticky=sticky,
                moved=moved,
            )
        )
    return sorted(rows, key=lambda row: (-row.sticky, -row.last_time.timestamp()))


def _origin(thread: Thread, boards: list[Board]) -> str:
    """The board in which a moved thread began."""
    return next(b.name for b in boards if b.name in ("港城茶座", "百姓声音") and b.name != thread.board)
