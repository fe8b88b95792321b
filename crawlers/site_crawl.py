"""Owns what a page of one site becomes: its record, whether that is new, and its line in the landing."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import msgspec
from scrapy.http import Headers, Response

from crawlers.anonymise import Anonymiser
from crawlers.frontier import Frontier, Visit
from crawlers.outcome import MAX_DETAIL
from crawlers.platforms import Platform
from crawlers.report import FieldCount, SiteReport
from crawlers.state import OF_LIST, REDIRECT_MARK, CrawlState, record_hash
from pipeline.city import Site
from pipeline.landing import Exchange, LandingWriter
from pipeline.privacy import mask_personal
from pipeline.records import Article, Landed, Link, Outcome, PageKind, Parsed, ThreadPage

_DAY_IN_PATH = re.compile(r"/((?:19|20)\d\d)[-/]?(\d\d)[-/]?(\d\d)/")


class FirstTold(Protocol):
    """Which address told a record first in this crawl."""

    def setdefault(self, identity: str, url: str, /) -> str: ...


@dataclasses.dataclass
class SiteCrawl:
    """Everything that the crawl of one site works with."""

    site: Site
    platform: Platform
    frontier: Frontier
    state: CrawlState
    writer: LandingWriter
    anonymiser: Anonymiser
    report: SiteReport
    run: str
    folder: Path  # the city's data
    now: Callable[[], dt.datetime]
    session_headers: list[tuple[str, str]]  # what the session says with every request
    records_in_run: FirstTold  # by identity
    is_shared: bool  # other processes take from the same queue

    def judge(self, visit: Visit, parsed: Parsed) -> tuple[Outcome, str | None, Article | ThreadPage | None]:
        """Outcome, detail and record of a page that was parsed: is it new, the same, or told already?"""
        record: Article | ThreadPage | None = None
        outcome, detail = parsed.outcome, parsed.detail
        if parsed.article is not None:
            article = _with_context(parsed.article, visit.link)
            if outcome == "no_date" and article.published is None and visit.link.published:
                article = msgspec.structs.replace(article, published=visit.link.published)
                outcome, detail = "stored", "日期取自列表"
            record = self.anonymiser.article(article)
        elif parsed.thread is not None:
            thread = parsed.thread
            if thread.board is None and isinstance(visit.link.context.get("board"), str):
                thread = msgspec.structs.replace(thread, board=str(visit.link.context["board"]))
            record = self.anonymiser.thread(thread)
        if outcome not in ("stored", "no_date"):
            return outcome, detail, None
        if record is None:
            return "parse_failed", detail or "解析器没有给出记录", None
        self.report.fields.setdefault(parsed.kind, FieldCount()).add(record)
        identity = record_hash(record)
        if visit.known is not None and visit.known.record_hash == identity:
            return "unchanged", detail, None
        first = self.state.url_of_record(identity) or self.records_in_run.setdefault(identity, visit.url)
        if first != visit.url:
            return "duplicate", f"同 {first}", None
        self.report.new_records += 1
        return outcome, detail, record

    def land(
        self,
        visit: Visit,
        now: dt.datetime,
        outcome: Outcome,
        response: Response | None = None,
        *,
        status: int | None = None,
        digest: str | None = None,
        detail: str | None = None,
        kind: PageKind | None = None,
        record: Article | ThreadPage | None = None,
    ) -> None:
        """Land one page with its one outcome; with a response, its capture too.

        Raises:
            OSError: the landing cannot be written.
        """
        exchange = None
        if response is not None:
            status = response.status
            digest = digest or hashlib.sha256(response.body).hexdigest()
            exchange = self._exchange(response, now)
        landed = Landed(
            run=self.run,
            site=self.site.slug,
            url=visit.url,
            fetched_at=now.isoformat(timespec="seconds"),
            kind=kind or visit.kind,
            outcome=outcome,
            status=status,
            requested_url=visit.address if visit.address != visit.url else None,
            sha256=digest,
            etag=_header(response, "ETag"),
            last_modified=_header(response, "Last-Modified"),
            signature=visit.link.signature,
            for_date=_day_of(visit),
            wanted_from=self.frontier.first_day.isoformat() if (kind or visit.kind) == "list" else None,
            detail=short_detail(detail),
            article=record if isinstance(record, Article) else None,
            thread=record if isinstance(record, ThreadPage) else None,
        )
        self.writer.add(landed, exchange)
        self.report.count(outcome)

    def _exchange(self, response: Response, now: dt.datetime) -> Exchange:
        asked = pairs_of(response.request.headers) if response.request is not None else []
        return Exchange(
            url=response.url,
            fetched_at=now,
            status=response.status,
            headers=pairs_of(response.headers),
            body=response.body,
            request_headers=[*self.session_headers, *asked],
        )


def short_detail(detail: str | None) -> str | None:
    """A detail as it is landed: cut, and without personal data; the target of a redirect as it stands."""
    if not detail:
        return None
    return detail if detail.startswith(REDIRECT_MARK) else mask_personal(detail[:MAX_DETAIL])


def pairs_of(headers: Headers) -> list[tuple[str, str]]:
    """All headers as text. The underlying dict is read, for Headers.items() looks every name up again."""
    return [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in dict.items(headers)
        for value in values
    ]


def _header(response: Response | None, name: str) -> str | None:
    value = response.headers.get(name) if response is not None else None
    return value.decode("latin-1")[:500] if value else None


def _with_context(article: Article, link: Link) -> Article:
    """Fill in what only the list or the edition knows of an article."""
    known = {
        name: value
        for name, value in link.context.items()
        if name in OF_LIST and value and not getattr(article, name)
    }
    if not known:
        return article
    return msgspec.convert(msgspec.to_builtins(article) | known, Article)


def _day_of(visit: Visit) -> str | None:
    day = visit.link.context.get("date")
    if isinstance(day, str):
        return day
    found = _DAY_IN_PATH.search(visit.address) if visit.kind in ("list", "article") else None
    return "-".join(found.groups()) if found else None
