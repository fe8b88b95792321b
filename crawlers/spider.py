"""Owns the crawl of one site: each requested page gets exactly one outcome and is landed; links are weighed.

Redirects, refusals and faults are decided here and not in Scrapy's middlewares, so that nothing is dropped
without an outcome. Callbacks return lists and never raise.
"""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
import hashlib
import logging
import re
import traceback
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any
from urllib.parse import urljoin

import msgspec
from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    CannotResolveHostError,
    DontCloseSpider,
    DownloadCancelledError,
    DownloadTimeoutError,
    IgnoreRequest,
)
from scrapy.http import Response, TextResponse
from twisted.python.failure import Failure

from crawlers.anonymise import Anonymiser
from crawlers.frontier import Frontier, Visit
from crawlers.network import AddressRefused
from crawlers.page import Page
from crawlers.platforms import Platform
from crawlers.politeness import RobotsForbidden, RobotsUnreadable
from crawlers.report import FieldCount, SiteReport
from crawlers.state import REDIRECT_MARK, CrawlState, record_hash
from pipeline.city import Site
from pipeline.landing import CaptureError, Exchange, LandingWriter, read_capture
from pipeline.privacy import mask_personal
from pipeline.records import Article, Landed, Link, Outcome, Parsed, ThreadPage

MAX_HOPS = 8  # redirects in a row
MAX_LINKS = 20_000  # of one page
MAX_DETAIL = 300  # characters
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_DAY_IN_PATH = re.compile(r"/((?:19|20)\d\d)[-/]?(\d\d)[-/]?(\d\d)/")
_log = logging.getLogger(__name__)


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
    folder: Any  # Path of the city's data
    now: Callable[[], dt.datetime]


class SiteSpider(Spider):
    """Crawls one site; `crawl` holds its parts."""

    crawl: SiteCrawl

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> SiteSpider:
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.idle, signal=signals.spider_idle)
        spider._records_in_run = {}
        spider._retried_failures = False
        spider.fault = None
        spider.letting_go = False
        return spider

    _records_in_run: dict[str, str]
    _retried_failures: bool
    _closing: asyncio.Task[None]
    letting_go: bool  # connections are being closed under pages that are on their way
    fault: BaseException | None  # the landing failed (a full disk): the crawl of the site has ended

    async def start(self) -> AsyncIterator[Request]:
        for link in self.crawl.frontier.start_links():
            for request in self._follow([link], None):
                yield request

    def idle(self) -> None:
        """When the lists are done: what failed the last time, unless a list has led there already."""
        if self._retried_failures or self.fault is not None:
            return
        self._retried_failures = True
        requests = self._follow(self.crawl.frontier.failed_before(), None)
        for request in requests:
            self.crawler.engine.crawl(request)
        if requests:
            raise DontCloseSpider

    # ------------------------------------------------------------ requests

    def _follow(self, links: Iterable[Link], source: Visit | None) -> list[Request]:
        if self.fault is not None:
            return []
        requests = []
        for number, link in enumerate(links):
            if number >= MAX_LINKS:
                break
            visit = self.crawl.frontier.visit(link, source=source.kind if source else None)
            if visit is not None:
                self.crawl.report.requested += 1
                requests.append(self._request(visit))
        return requests

    def _request(self, visit: Visit) -> Request:
        headers = {}
        known = visit.known
        if known is not None and known.is_read and visit.conditional:
            if known.etag:
                headers["If-None-Match"] = known.etag
            if known.last_modified:
                headers["If-Modified-Since"] = known.last_modified
        return Request(
            visit.address,
            callback=self.page,
            errback=self.failed,
            dont_filter=True,
            headers=headers,
            priority=10 if visit.kind in ("list", "feed") else 0,
            meta={"visit": visit},
        )

    # ------------------------------------------------------------ answers

    def page(self, response: Response) -> list[Request]:
        """Callback of every response, whatever its status."""
        visit: Visit = response.meta["visit"]
        now = self.crawl.now()
        self.crawl.report.bytes_fetched += len(response.body)
        try:
            if response.status == 304:
                return self._not_modified(visit, now)
            location = response.headers.get("Location")
            if response.status in _REDIRECTS and location:
                return self._redirected(visit, response, location, now)
            return self._read(visit, response, now)
        except OSError as error:  # the landing cannot be written
            return self._give_up(error)
        except Exception as error:
            _log.exception("page failed: %s", visit.address)
            return self._land(visit, now, "parse_failed", response, detail=_last_line(error))

    def failed(self, failure: Failure) -> list[Request]:
        """Errback: a request that brought no response."""
        visit: Visit = failure.request.meta["visit"]  # type: ignore[attr-defined]
        error = failure.value
        outcome, detail = outcome_of(error)
        if (
            outcome is None or self.letting_go
        ):  # the crawl is being stopped: no outcome, the next one asks again
            return []
        return self._land(visit, self.crawl.now(), outcome, detail=detail)

    def _not_modified(self, visit: Visit, now: dt.datetime) -> list[Request]:
        """304: the links are those of the capture, so that what an earlier crawl left open is still found."""
        known = visit.known
        links: list[Link] = []
        if known is not None and visit.kind != "article":
            try:
                if known.warc is None or known.warc_offset is None:
                    raise CaptureError("no capture")
                headers, body = read_capture(self.crawl.folder, known.warc, known.warc_offset)
            except CaptureError as error:
                _log.warning("%s: %s", visit.url, error)
                return [self._request(dataclasses.replace(visit, conditional=False))]
            page = Page(visit.address, body, now, 200, headers, self.crawl.site)
            links = self.crawl.platform.parse(page).links
        self._land(visit, now, "unchanged", status=304)
        return self._follow(links, visit)

    def _redirected(
        self, visit: Visit, response: Response, location: bytes, now: dt.datetime
    ) -> list[Request]:
        target = urljoin(response.url, location.decode("utf-8", "replace").strip())
        target = target.partition("#")[0]
        visit = dataclasses.replace(visit, cookie_set=visit.cookie_set or b"Set-Cookie" in response.headers)
        hops = len(visit.chain) + 1
        back = target == visit.address or target in visit.chain
        detail = f"{REDIRECT_MARK}{target}"
        if hops > MAX_HOPS or (back and not visit.cookie_set):
            return self._land(visit, now, "redirect_loop", response, detail=detail)
        if target == visit.address:
            # A first guest view is sent back to itself with a cookie: still the same page.
            return [self._request(dataclasses.replace(visit, chain=(*visit.chain, visit.address)))]
        link = msgspec.structs.replace(visit.link, url=target)
        followed = self.crawl.frontier.visit(link, source=visit.kind, after=visit)
        if followed is None and back:  # with a cookie now: the address is asked for a second time
            url = self.crawl.platform.canonical_url(target, self.crawl.site)
            known = self.crawl.state.page(url)
            followed = Visit(url, target, link, known, (*visit.chain, visit.address), visit.cookie_set)
        self._land(visit, now, "redirected", response, detail=detail)
        if followed is None:
            return []
        self.crawl.report.requested += 1
        return [self._request(followed)]

    def _read(self, visit: Visit, response: Response, now: dt.datetime) -> list[Request]:
        crawl, known = self.crawl, visit.known
        digest = hashlib.sha256(response.body).hexdigest()
        if response.status < 400 and not _is_text(response):
            kind = (response.headers.get("Content-Type") or b"?").decode("latin-1")[:80]
            return self._land(visit, now, "not_html", response, digest=digest, detail=kind)
        if (
            response.status == 200
            and visit.kind == "article"
            and known is not None
            and known.is_read
            and known.sha256 == digest
        ):
            return self._land(visit, now, "unchanged", status=200, digest=digest)
        headers = {
            k.decode("latin-1").lower(): v[-1].decode("latin-1") for k, v in response.headers.items() if v
        }
        page = Page(response.url, response.body, now, response.status, headers, crawl.site)
        parsed = crawl.platform.parse(page)
        if response.status >= 400:
            outcome = outcome_of_status(response.status, parsed.outcome)
            return self._land(visit, now, outcome, response, digest=digest, detail=parsed.detail)
        outcome, detail, record = self._judge(visit, parsed)
        self._land(
            visit, now, outcome, response, digest=digest, detail=detail, kind=parsed.kind, record=record
        )
        return self._follow(parsed.links, dataclasses.replace(visit, link=_as(visit.link, parsed)))

    def _judge(self, visit: Visit, parsed: Parsed) -> tuple[Outcome, str | None, Article | ThreadPage | None]:
        """Outcome, detail and record of a page that was parsed: is it new, the same, or told already?"""
        crawl = self.crawl
        record: Article | ThreadPage | None = None
        outcome, detail = parsed.outcome, parsed.detail
        if parsed.article is not None:
            article = _with_context(parsed.article, visit.link)
            if outcome == "no_date" and article.published is None and visit.link.published:
                article = msgspec.structs.replace(article, published=visit.link.published)
                outcome, detail = "stored", "日期取自列表"
            record = crawl.anonymiser.article(article)
        elif parsed.thread is not None:
            thread = parsed.thread
            if thread.board is None and isinstance(visit.link.context.get("board"), str):
                thread = msgspec.structs.replace(thread, board=str(visit.link.context["board"]))
            record = crawl.anonymiser.thread(thread)
        if outcome not in ("stored", "no_date"):
            return outcome, detail, None
        if record is None:
            return "parse_failed", detail or "解析器没有给出记录", None
        crawl.report.fields.setdefault(parsed.kind, FieldCount()).add(record)
        identity = record_hash(record)
        if visit.known is not None and visit.known.record_hash == identity:
            return "unchanged", detail, None
        first = self._records_in_run.get(identity) or crawl.state.url_of_record(identity)
        if first is not None and first != visit.url:
            return "duplicate", f"同 {first}", None
        self._records_in_run[identity] = visit.url
        crawl.report.new_records += 1
        return outcome, detail, record

    # ------------------------------------------------------------ landing

    def _land(
        self,
        visit: Visit,
        now: dt.datetime,
        outcome: Outcome,
        response: Response | None = None,
        *,
        status: int | None = None,
        digest: str | None = None,
        detail: str | None = None,
        kind: Any = None,
        record: Article | ThreadPage | None = None,
    ) -> list[Request]:
        if self.fault is not None:
            return []
        exchange = None
        if response is not None:
            status = response.status
            digest = digest or hashlib.sha256(response.body).hexdigest()
            exchange = _exchange(visit, response, now)
        landed = Landed(
            run=self.crawl.run,
            site=self.crawl.site.slug,
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
            detail=_short(detail),
            article=record if isinstance(record, Article) else None,
            thread=record if isinstance(record, ThreadPage) else None,
        )
        try:
            self.crawl.writer.add(landed, exchange)
        except OSError as error:
            return self._give_up(error)
        self.crawl.report.count(outcome)
        return []

    def _give_up(self, error: OSError) -> list[Request]:
        """The landing cannot be written: end the crawl of the site, nothing more is asked for."""
        if self.fault is None:
            self.fault = error
            _log.error("landing of %s failed: %s", self.crawl.site.slug, error)
            closing = self.crawler.engine.close_spider_async(reason="landing failed")
            self._closing = asyncio.get_running_loop().create_task(closing)
        return []


def outcome_of(error: BaseException | None) -> tuple[Outcome | None, str | None]:
    """The outcome of a request that failed, and what to say of it. None: the crawl is being stopped."""
    if isinstance(error, AddressRefused):
        return "blocked_address", "地址不是公网地址"
    if isinstance(error, RobotsForbidden):
        return "blocked_by_robots", None
    if isinstance(error, RobotsUnreadable):
        return "server_error", "robots.txt 暂时读不到，按禁止处理"
    if isinstance(error, DownloadCancelledError):
        return "too_large", "超过大小上限"
    if isinstance(error, IgnoreRequest):
        if error.__cause__ is not None and "SizeExceeded" in type(error.__cause__).__name__:
            return "too_large", "解压后超过大小上限"
        return None, None
    if isinstance(error, DownloadTimeoutError):
        return "timeout", None
    if isinstance(error, CannotResolveHostError):
        return "server_error", "域名无法解析"
    return "server_error", _last_line(error) if error is not None else None


def outcome_of_status(status: int, parsed: Outcome) -> Outcome:
    """The outcome of an error status; what the page itself says is taken where it is more exact."""
    if status in (404, 410):
        return "not_found"
    if status >= 500 or status in (408, 425, 429):
        return "server_error"
    if parsed in ("login_wall", "captcha", "not_found"):
        return parsed
    return "login_wall" if status in (401, 403) else "error_page"


def _exchange(visit: Visit, response: Response, now: dt.datetime) -> Exchange:
    request = response.request
    return Exchange(
        url=response.url,
        fetched_at=now,
        status=response.status,
        headers=_pairs(response.headers),
        body=response.body,
        request_headers=_pairs(request.headers) if request is not None else (),
    )


def _pairs(headers: Any) -> list[tuple[str, str]]:
    return [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in headers.items()
        for value in values
    ]


def _header(response: Response | None, name: str) -> str | None:
    value = response.headers.get(name) if response is not None else None
    return value.decode("latin-1")[:500] if value else None


def _is_text(response: Response) -> bool:
    """HTML, XML or text, by what the server says or else by how the body begins."""
    return isinstance(response, TextResponse) or response.body[:200].lstrip(
        b"\xef\xbb\xbf \t\r\n"
    ).startswith(b"<")


def _as(link: Link, parsed: Parsed) -> Link:
    return link if link.kind == parsed.kind else msgspec.structs.replace(link, kind=parsed.kind)


def _with_context(article: Article, link: Link) -> Article:
    """Fill in what only the list or the edition knows of an article."""
    known = {
        name: value
        for name, value in link.context.items()
        if name in ("page", "page_name", "lead", "column") and value and not getattr(article, name)
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


def _short(detail: str | None) -> str | None:
    if not detail:
        return None
    return detail if detail.startswith(REDIRECT_MARK) else mask_personal(detail[:MAX_DETAIL])


def _last_line(error: BaseException) -> str:
    return traceback.format_exception_only(error)[-1].strip()[:MAX_DETAIL]
