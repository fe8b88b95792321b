"""Owns what all pages share: the base of their contexts, the menu, and lists cut into screens."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Generic, TypeVar

from analysis.sorting import ordered

T = TypeVar("T")
PER_SCREEN = 50


@dataclasses.dataclass(kw_only=True)
class Page:
    """What a template shows. Each page subclasses it and documents its fields under "Attributes:".

    Attributes:
        template: file below templates/.
        heading: title of the page, in Chinese.
        parts: further templates of which the page is made.
        section: path of the menu's entry to which it belongs.
    """

    template: ClassVar[str]
    heading: ClassVar[str]
    section: ClassVar[str]
    parts: ClassVar[tuple[str, ...]] = ()


# The menu: path, label, permission to see it.
MENU: tuple[tuple[str, str, str], ...] = (
    ("/", "今日", "own.read"),
    ("/ledger", "台账", "own.read"),
    ("/units", "单位", "own.read"),
    ("/articles", "稿件", "own.read"),
    ("/tickets", "回帖", "own.read"),
    ("/hotspots", "热点", "city.read"),
    ("/exposures", "曝光审批", "city.read"),
    ("/announcement", "公告在线", "own.read"),
    ("/appeals", "补报与申诉", "own.read"),
    ("/notices", "通知", "notice.read"),
    ("/sources", "来源", "city.read"),
    ("/charts", "图表", "city.read"),
    ("/reports", "报表", "city.read"),
    ("/settings", "设置", "settings.read"),
    ("/log", "日志", "log.read"),
)


@dataclasses.dataclass
class Listing(Generic[T]):
    """A list cut into screens, sorted by one of its columns; links do it, without JavaScript.

    Attributes:
        rows: of this screen.
        total: of all screens.
        screen: number of this one, from 1.
        screens: how many there are.
        sort: key of the column by which it is sorted, with a - before it where downwards; "" as it came.
    """

    rows: Sequence[T]
    total: int
    screen: int
    screens: int
    sort: str = ""

    @property
    def first(self) -> int:
        """Number of the first row shown, from 1; 0 where there is none."""
        return (self.screen - 1) * PER_SCREEN + 1 if self.total else 0

    @property
    def last(self) -> int:
        return min(self.screen * PER_SCREEN, self.total)

    def turned(self, key: str) -> str:
        """The sort that a click on a column's head asks for."""
        return f"-{key}" if self.sort == key else key

    def aria(self, key: str) -> str:
        return {key: "ascending", f"-{key}": "descending"}.get(self.sort, "none")


def screen_of(params: Any) -> int:
    """The number of the screen asked for, from 1; nonsense is 1."""
    text = params.get("screen") or ""
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def sort_of(params: Any, keys: Mapping[str, Any], sort: str = "") -> str:
    """The sort that the request asks for, "" where it is none of `keys`; `sort` where it asks for none."""
    asked: str = params.get("sort") or sort
    return asked if asked.removeprefix("-") in keys else ""


def cut(
    rows: Sequence[T],
    params: Any,
    keys: Mapping[str, Callable[[T], Any]] | None = None,
    sort: str = "",
    per_screen: int = PER_SCREEN,
) -> Listing[T]:
    """One screen of a list that is in memory.

    Args:
        params: of the request: `screen`, `sort`.
        keys: by what it can be sorted; rows without a value come last.
        sort: where the request asks for nothing known.
    """
    asked = sort_of(params, keys or {}, sort)
    rows = ordered(rows, keys or {}, asked)
    total = len(rows)
    screens = max(1, math.ceil(total / per_screen))
    screen = min(screen_of(params), screens)
    return Listing(rows[(screen - 1) * per_screen : screen * per_screen], total, screen, screens, asked)
