"""Owns turning landed lines into rows of the warehouse's raw tables. Pure: a record in, rows out."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import defaultdict
from typing import Any

from pipeline.floors import each_floor_once
from pipeline.masks import masked
from pipeline.privacy import PSEUDONYM_PREFIX, mask_personal, pseudonym
from pipeline.records import Article, Landed, Post, ThreadPage

Rows = defaultdict[str, list[dict[str, Any]]]
# What a version of an article is: a change in one of these is a new text, to be tagged again.
_CONTENT = ("title", "kicker", "subtitle", "byline", "source", "page", "lead", "column", "published", "body")


def article_id(outlet: str, url: str) -> str:
    """Identity of an article: its canonical address in an outlet."""
    return "a" + _short(f"{outlet}\n{url}")


def thread_id(forum: str, tid: str) -> str:
    """Identity of a thread: the forum's own id of it."""
    return "t" + _short(f"{forum}\n{tid}")


def load_landed(rows: Rows, file: str, end_offset: int, landed: Landed, salt: bytes) -> None:
    """Append the rows of one landed page to `rows`, by table."""
    place = {"file": file, "end_offset": end_offset, "run": landed.run, "site": landed.site}
    captured_at = parse_time(landed.fetched_at)
    rows["page_fetch"].append(
        place
        | {
            "url": landed.url,
            "fetched_at": captured_at,
            "kind": landed.kind,
            "outcome": landed.outcome,
            "status": landed.status,
            "requested_url": landed.requested_url,
            "sha256": landed.sha256,
            "warc": landed.warc,
            "warc_offset": landed.warc_offset,
            "for_date": _day(landed.for_date),
            "wanted_from": _day(landed.wanted_from),
            "detail": mask_personal(landed.detail) if landed.detail else None,
        }
    )
    landed = masked(landed)
    seen = place | {"captured_at": captured_at, "sha256": landed.sha256}
    if landed.article is not None:
        rows["article_version"].append(seen | _article(landed.article))
    if landed.thread is not None:
        rows["thread_page_version"].append(seen | _thread_page(landed.thread))
        key = {
            "thread_id": thread_id(landed.thread.forum, landed.thread.tid),
            "page": landed.thread.page,
            "captured_at": captured_at,
            "file": file,
            "end_offset": end_offset,
        }
        rows["thread_post_version"] += [
            key | _post(post, salt) for post in each_floor_once(landed.thread.posts)
        ]


def _article(article: Article) -> dict[str, Any]:
    content = "\n".join(f"{name}={getattr(article, name)}" for name in _CONTENT)
    return {
        "article_id": article_id(article.outlet, article.url),
        "content_hash": _short(content),
        "outlet": article.outlet,
        "url": article.url,
        "title": article.title,
        "kicker": article.kicker,
        "subtitle": article.subtitle,
        "byline": article.byline,
        "source": article.source,
        "page": article.page,
        "page_name": article.page_name,
        "is_lead": article.lead,
        "column_name": article.column,
        "published": article.published,
        "published_at": parse_time(article.published),
        "images": article.images,
        "body": article.body,
        "has_body": bool(article.body),
    }


def _thread_page(page: ThreadPage) -> dict[str, Any]:
    return {
        "thread_id": thread_id(page.forum, page.tid),
        "page": page.page,
        "forum": page.forum,
        "tid": page.tid,
        "board": page.board,
        "url": page.url,
        "title": page.title,
        "type": page.type,
        "pages": page.pages,
        "view_count": page.views,
        "reply_count": page.replies,
        "is_closed": page.closed,
    }


def _post(post: Post, salt: bytes) -> dict[str, Any]:
    quote = post.quote
    return {
        "floor": post.floor,
        "author": _author(post.author, salt),
        "posted": post.time,
        "posted_at": parse_time(post.time),
        "pid": post.pid,
        "is_registered_official": post.is_registered_official,
        "quote_author": _author(quote.author, salt) if quote else None,
        "quote_text": quote.text if quote else None,
        "edited": post.edited,
        "text": post.text,
    }


def _author(name: str | None, salt: bytes) -> str | None:
    """Authors are landed as pseudonyms; a plain name that got so far goes no further."""
    if name is None or name.startswith(PSEUDONYM_PREFIX):
        return name
    return pseudonym(name, salt)


def parse_time(text: str | None) -> dt.datetime | None:
    """A time of a record; None where there is none or it is no time at all."""
    if not text:
        return None
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is None else moment.replace(tzinfo=None)


def _day(text: str | None) -> dt.date | None:
    moment = parse_time(text)
    return moment.date() if moment else None


def _short(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]
