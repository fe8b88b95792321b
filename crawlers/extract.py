"""Owns reading one saved page from anywhere: bytes and an address in, one flat JSON object out."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlsplit

from crawlers.byline import names_of
from crawlers.page import Page
from crawlers.platforms import PLATFORMS, detect
from pipeline.records import Article, Link, Post, ThreadPage

# Stands in where the caller knows no address: no date is read from it.
NO_ADDRESS = "http://localhost/page.html"


def extract(body: bytes, url: str, platform: str | None, fetched_at: dt.datetime) -> dict[str, Any]:
    """What `gangqing extract` prints of a page.

    Args:
        body: the page as saved, in any charset.
        url: its address; resolves relative links and helps to tell lists from articles. May be empty.
        platform: a name in `PLATFORMS`; None detects it.
        fetched_at: naive wall-clock time of China, the base of relative dates.

    Returns:
        title, author (names only), source, published_at (`YYYY-MM-DD[ HH:MM[:SS]]`), body, platform, outcome,
        kind, url, images; where an article goes on, further (addresses of the pages that follow); for a
        thread also forum, board, tid, page, pages, posts; for a list links. What the page does not say is
        None.

    Raises:
        KeyError: no platform of that name; the message lists them.
    """
    if platform is not None and platform not in PLATFORMS:
        raise KeyError(f"没有平台“{platform}”，可用的有：{'、'.join(PLATFORMS)}")
    page = Page(
        url=url if urlsplit(url).scheme in ("http", "https") else NO_ADDRESS, body=body, fetched_at=fetched_at
    )
    module = PLATFORMS[platform] if platform is not None else detect(page)
    parsed = module.parse(page)
    result: dict[str, Any] = {
        "title": None,
        "author": None,
        "source": None,
        "published_at": None,
        "body": None,
        "platform": module.NAME,
        "outcome": parsed.outcome,
        "kind": parsed.kind,
        "url": module.canonical_url(url) if url else None,
    }
    if parsed.article is not None:
        result |= _of_article(parsed.article)
    if parsed.thread is not None:
        result |= _of_thread(parsed.thread)
    if parsed.links and parsed.article is None and parsed.thread is None:
        result["links"] = [_of_link(link) for link in parsed.links]
    result["detail"] = parsed.detail
    if parsed.further:
        result["further"] = parsed.further
    return result


def _of_article(article: Article) -> dict[str, Any]:
    return {
        "title": article.title or None,
        "author": names_of(article.byline),
        "source": article.source,
        "published_at": _spaced(article.published),
        "body": article.body,
        "byline": article.byline,
        "kicker": article.kicker,
        "subtitle": article.subtitle,
        "page": article.page,
        "page_name": article.page_name,
        "column": article.column,
        "images": article.images,
    }


def _of_thread(thread: ThreadPage) -> dict[str, Any]:
    first = next((post for post in thread.posts if post.floor == 1), None) if thread.posts else None
    return {
        "title": thread.title or None,
        "author": first.author if first else None,
        "published_at": _spaced(first.time) if first else None,
        "body": first.text if first else None,
        "forum": thread.forum or None,
        "board": thread.board,
        "tid": thread.tid,
        "type": thread.type,
        "page": thread.page,
        "pages": thread.pages,
        "views": thread.views,
        "replies": thread.replies,
        "closed": thread.closed,
        "posts": [_of_post(post) for post in thread.posts],
    }


def _of_post(post: Post) -> dict[str, Any]:
    return {
        "floor": post.floor,
        "author": post.author,
        "time": _spaced(post.time),
        "text": post.text,
        "pid": post.pid,
        "quote": None if post.quote is None else {"author": post.quote.author, "text": post.quote.text},
        "edited": _spaced(post.edited),
        "images": post.images,
    }


def _of_link(link: Link) -> dict[str, Any]:
    found = {"url": link.url, "kind": link.kind, "title": link.title, "published_at": _spaced(link.published)}
    return found | ({"context": link.context} if link.context else {})


def _spaced(time: str | None) -> str | None:
    return time.replace("T", " ") if time else None
