"""Owns Discuz! addresses: dynamic (`forum.php?mod=…`) and static (`thread-1-2-3.html`), made one identity."""

from __future__ import annotations

import dataclasses
import re
from typing import Literal
from urllib.parse import urlencode, urlunsplit

from crawlers.platforms.address import clean_url, query_of, split_url
from pipeline.records import PageKind

_THREAD = re.compile(r"(?:^|/)thread-(\d+)-(\d+)(?:-(\d+))?\.html?$")
_BOARD = re.compile(r"(?:^|/)forum-(\d+|[A-Za-z]\w*)-(\d+)\.html?$")
# X2 and 7.x scripts that some forums still answer to.
_OLD = {"viewthread.php": "viewthread", "forumdisplay.php": "forumdisplay", "rss.php": "rss"}
# Other views of the same posts: by one author, in reverse, for print. They are not followed.
_OTHER_VIEWS = ("authorid", "ordertype", "action", "stand", "checkrush", "viewpid")
# What makes a board's list another list.
_FILTERS = ("filter", "typeid", "sortid", "specialtype", "orderby", "dateline", "digest", "archiveid")
MAX_PAGE = 9_999_999  # a larger number is none of a page

What = Literal["index", "board", "thread", "feed", "other"]
_KINDS: dict[What, PageKind] = {
    "index": "list",
    "board": "list",
    "thread": "thread",
    "feed": "feed",
    "other": "other",
}


@dataclasses.dataclass(frozen=True)
class Address:
    """What an address points at. `number` is a thread's tid or a board's fid, `page` counts from 1."""

    what: What
    number: str | None = None
    page: int = 1

    @property
    def kind(self) -> PageKind:
        return _KINDS[self.what]


def parse_address(url: str) -> Address:
    parts = split_url(url)
    match = _THREAD.search(parts.path)
    if match:
        return Address("thread", match.group(1), _page(match.group(2)))
    match = _BOARD.search(parts.path)
    if match:
        return Address("board", match.group(1), _page(match.group(2)))
    query = query_of(url)
    script = parts.path.rsplit("/", 1)[-1]
    mod = query.get("mod") or _OLD.get(script)
    page = _page(query.get("page"))
    if mod == "viewthread" and query.get("tid", "").isdecimal():
        if any(query.get(name, "0") not in ("", "0") for name in _OTHER_VIEWS):
            return Address("other")
        return Address("thread", query["tid"], page)
    if mod == "forumdisplay" and query.get("fid"):
        return Address("board", query["fid"], page)
    if mod == "rss":
        return Address("feed", query.get("fid"))
    if not mod and script in ("", "forum.php", "index.php", "portal.php", "forum.html", "index.html"):
        return Address("index", query.get("gid"))
    return Address("other")


def canonical(url: str) -> str:
    """Thread and board addresses in the dynamic form, which every installation answers;
    the list page a link came from (`extra`, the last number of a static address) and `mobile` are dropped."""
    address = parse_address(url)
    cleaned = clean_url(url)
    parts = split_url(cleaned)
    if not parts.netloc:
        return cleaned
    folder = parts.path.rsplit("/", 1)[0]
    if address.what == "thread":
        query = {"mod": "viewthread", "tid": address.number}
    elif address.what == "board":
        given = query_of(url)
        query = {"mod": "forumdisplay", "fid": address.number}
        query |= {name: given[name] for name in _FILTERS if given.get(name)}
    else:
        if address.what == "index":
            return cleaned
        kept = {name: value for name, value in query_of(cleaned).items() if name not in ("mobile", "extra")}
        return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(kept), ""))
    if address.page > 1:
        query["page"] = str(address.page)
    return urlunsplit((parts.scheme, parts.netloc, f"{folder}/forum.php", urlencode(query), ""))


def with_page(url: str, page: int) -> str:
    """The address of another page of the same thread or board, in the form that `url` has."""
    parts = split_url(url)
    path, count = re.subn(
        r"((?:thread|forum)-\w+-)\d+((?:-\d+)?\.html?)$",
        lambda match: f"{match.group(1)}{page}{match.group(2)}",
        parts.path,
    )
    if count:
        return urlunsplit((parts.scheme, parts.netloc, path, parts.query, ""))
    query = query_of(url) | {"page": str(page)}
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(query), ""))


def _page(text: str | None) -> int:
    return max(1, int(text)) if text and text.isdecimal() and len(text) <= len(str(MAX_PAGE)) else 1
