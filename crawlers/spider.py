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
import time
from collections.abc import AsyncIterator, Coroutine, Iterable
from typing import Any
from urllib.parse import urljoin

import msgspec
from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DontCloseSpider
from scrapy.http import Response
from twisted.python.failure import Failure

from crawlers.frontier import Visit
from crawlers.outcome import CUT_SHORT, is_text, last_line, outcome_cut_short, outcome_of, outcome_of_status
from crawlers.page import Page
from crawlers.piece_crawl import read_piece
from crawlers.platforms.proof import TO_PROOF, is_proof_address
from crawlers.sharing import QueueLost
from crawlers.site_crawl import SiteCrawl, pairs_of
from crawlers.state import READ, REDIRECT_MARK
from crawlers.whole_body import is_cut_short
from pipeline.landing import CaptureError, read_capture
from pipeline.records import Link, Outcome, Parsed

MAX_HOPS = 8  # redirects in a row
MAX_LINKS = 20_000  # of one page
MAX_WALLS = 20  # pages in a row that want proof of a human: to go on asking makes it worse
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_log = logging.getLogger(__name__)


class SiteSpider(Spider):
    """Crawls one site; `crawl` holds its parts."""

    crawl: SiteCrawl

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> SiteSpider:
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.idle, signal=signals.spider_idle)
        crawler.signals.connect(spider.dropped, signal=signals.request_dropped)
        spider._retried_failures = False
        spider._idle_since = None
        spider.fault = None
        spider.letting_go = False
        spider.is_turned_away = False
        spider._walls = 0
        return spider

    _retried_failures: bool
    _idle_since: float | None  # with a shared queue: when it was first found empty
    _closing: asyncio.Task[None]
    _walls: int  # pages in a row that wanted proof of a human
    is_turned_away: bool  # there were too many: nothing more is asked for
    letting_go: bool  # connections are being closed under pages that are on their way
    fault: OSError | None  # the landing failed (a full disk) or the queue is lost: the crawl has ended

    async def start(self) -> AsyncIterator[Request]:
        for link in self.crawl.frontier.start_links():
            for request in self._follow([link], None):
                yield request

    def idle(self) -> None:
        """When the lists are done: what failed the last time, unless a list has led there already."""
        if self.fault is not None or self.is_turned_away:
            return
        if self._retried_failures:
            self._await_others()
            return
        self._retried_failures = True
        requests = self._follow(self.crawl.frontier.failed_before(), None)
        for request in requests:
            self.crawler.engine.crawl(request)
        if requests:
            raise DontCloseSpider

    def _await_others(self) -> None:
        """With a shared queue: pages that another worker reads now may bring more."""
        if not self.crawl.is_shared or self.letting_go or self.fault is not None:
            return
        from crawlers.shared_queue import IDLE_SECONDS

        now = time.monotonic()
        self._idle_since = self._idle_since if self._idle_since is not None else now
        if now - self._idle_since < IDLE_SECONDS:
            raise DontCloseSpider

    def dropped(self, request: Request) -> None:
        """With a shared queue: another worker was first to ask for the page."""
        self.crawl.report.requested -= 1

    # ------------------------------------------------------------ requests

    def _follow(self, links: Iterable[Link], source: Visit | None) -> list[Request]:
        if self.fault is not None or self.is_turned_away:
            return []
        requests = []
        for number, link in enumerate(links):
            if number >= MAX_LINKS:
                break
            try:
                visit = self.crawl.frontier.visit(link, source=source.kind if source else None)
                request = self.request_for(visit) if visit is not None else None
            except ValueError as error:  # an address that no library reads: the other links go on
                _log.debug("%s: %s", link.url[:200], error)
                self.crawl.report.off_site += 1
                continue
            if request is not None:
                self.crawl.report.requested += 1
                requests.append(request)
        return requests

    def request_for(self, visit: Visit) -> Request:
        """What is asked of the site for a visit."""
        headers = {}
        known = visit.known
        if known is not None and known.is_read and visit.conditional and not known.is_cut:
            if known.etag:
                headers["If-None-Match"] = known.etag
            if known.last_modified:
                headers["If-Modified-Since"] = known.last_modified
        return Request(
            visit.address,
            callback=self.page,
            errback=self.failed,
            dont_filter=not self.crawl.is_shared,  # alone, the frontier knows what was seen
            headers=headers,
            priority=10 if visit.kind in ("list", "feed") else 0,
            meta={"visit": visit},
        )

    # ------------------------------------------------------------ answers

    def page(self, response: Response) -> list[Request] | Coroutine[Any, Any, list[Request]]:
        """Callback of every response, whatever its status."""
        visit: Visit = response.meta["visit"]
        self._idle_since = None
        now = self.crawl.now()
        self.crawl.report.bytes_fetched += len(response.body)
        try:
            if response.status == 304:
                return self._not_modified(visit, now)
            location = response.headers.get("Location")
            if response.status in _REDIRECTS and location:
                return self._redirected(visit, response, location, now)
            if is_cut_short(response):
                return self._land(visit, now, outcome_cut_short(response), response, detail=CUT_SHORT)
            return self._read(visit, response, now)
        except QueueLost as error:
            return self.give_up(error)
        except Exception as error:
            _log.exception("page failed: %s", visit.address)
            return self._land(visit, now, "parse_failed", response, detail=last_line(error))

    def failed(self, failure: Failure) -> list[Request]:
        """Errback: a request that brought no response."""
        visit: Visit = failure.request.meta["visit"]  # type: ignore[attr-defined]
        outcome, detail = outcome_of(failure.value)
        if outcome is None or self.letting_go:
            return []  # the crawl is being stopped: no outcome, the next one asks again
        return self._land(visit, self.crawl.now(), outcome, detail=detail)

    def _not_modified(self, visit: Visit, now: dt.datetime) -> list[Request]:
        """304: the links are those of the capture, so that what an earlier crawl left open is still found.

        Where there is no capture to which it could refer, the page is asked for once without conditions.
        """
        known = visit.known
        links: list[Link] = []
        try:
            if known is None or not known.is_read:
                raise CaptureError("no capture")
            if visit.kind != "article":
                if known.warc is None or known.warc_offset is None:
                    raise CaptureError("no capture")
                headers, body = read_capture(self.crawl.folder, known.warc, known.warc_offset)
                page = Page(visit.address, body, now, 200, headers, self.crawl.site)
                links = self.crawl.platform.parse(page).links
        except CaptureError as error:
            _log.warning("%s: %s", visit.url, error)
            if visit.conditional and known is not None and known.is_read:
                return [self.request_for(dataclasses.replace(visit, conditional=False))]
            return self._land(
                visit, now, "server_error", status=304, detail="答复 304（未改动），但没有存过这一页"
            )
        self._land(visit, now, "unchanged", status=304)
        return self._follow(links, visit)

    def _redirected(
        self, visit: Visit, response: Response, location: bytes, now: dt.datetime
    ) -> list[Request]:
        target = urljoin(response.url, _address(location).strip()).partition("#")[0]
        visit = dataclasses.replace(visit, cookie_set=visit.cookie_set or b"Set-Cookie" in response.headers)
        if is_proof_address(target):
            return self._land(visit, now, "captcha", response, detail=f"{TO_PROOF}{target}")
        hops = len(visit.chain) + 1
        back = target == visit.address or target in visit.chain
        detail = f"{REDIRECT_MARK}{target}"
        if hops > MAX_HOPS or (back and not visit.cookie_set):
            return self._land(visit, now, "redirect_loop", response, detail=detail)
        if target == visit.address:
            # A first guest view is sent back to itself with a cookie: still the same page.
            return [self.request_for(dataclasses.replace(visit, chain=(*visit.chain, visit.address)))]
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
        return [self.request_for(followed)]

    def _read(
        self, visit: Visit, response: Response, now: dt.datetime
    ) -> list[Request] | Coroutine[Any, Any, list[Request]]:
        crawl, known = self.crawl, visit.known
        digest = hashlib.sha256(response.body).hexdigest()
        if response.status < 400 and not is_text(response):
            kind = (response.headers.get("Content-Type") or b"?").decode("latin-1")[:80]
            return self._land(visit, now, "not_html", response, digest=digest, detail=kind)
        if (
            response.status == 200
            and visit.kind == "article"
            and known is not None
            and known.is_read
            and known.sha256 == digest
            and not known.is_cut
        ):
            return self._land(visit, now, "unchanged", status=200, digest=digest)
        headers = {name.lower(): value for name, value in pairs_of(response.headers)}
        page = Page(response.url, response.body, now, response.status, headers, crawl.site)
        parsed = crawl.platform.parse(page)
        if response.status >= 400:
            outcome = outcome_of_status(response.status, parsed.outcome)
            return self._land(visit, now, outcome, response, digest=digest, detail=parsed.detail)
        if parsed.further and parsed.article is not None:
            return read_piece(self, visit, response, parsed, now)
        outcome, detail, record = crawl.judge(visit, parsed)
        self._land(
            visit, now, outcome, response, digest=digest, detail=detail, kind=parsed.kind, record=record
        )
        return self._follow(parsed.links, dataclasses.replace(visit, link=_as(visit.link, parsed)))

    def _land(
        self, visit: Visit, now: dt.datetime, outcome: Outcome, response: Response | None = None, **more: Any
    ) -> list[Request]:
        """Land a page; an empty list, because nothing is to be followed."""
        if self.fault is None:
            try:
                self.crawl.land(visit, now, outcome, response, **more)
            except OSError as error:
                return self.give_up(error)
            self._count_walls(outcome)
        return []

    def _count_walls(self, outcome: Outcome) -> None:
        """End the crawl of a site behind a guard; what was not asked for is left for the next one."""
        if outcome in READ:
            self._walls = 0
        self._walls += outcome == "captcha"
        if self._walls >= MAX_WALLS and not self.is_turned_away and not self.crawl.is_shared:
            self.is_turned_away = True
            self.crawl.report.error = (
                f"网站要求验证（验证码或防火墙），连续 {MAX_WALLS} 页，已停下，其余留待下次"
            )
            self._close("turned away")

    def give_up(self, error: OSError) -> list[Request]:
        """The landing or the shared queue is out of reach: end the crawl of the site."""
        if self.fault is None:
            self.fault = error
            _log.error("crawl of %s given up: %s", self.crawl.site.slug, error)
            self._close("given up")
        return []

    def _close(self, reason: str) -> None:
        closing = self.crawler.engine.close_spider_async(reason=reason)
        self._closing = asyncio.get_running_loop().create_task(closing)


def _address(location: bytes) -> str:
    """Where an answer leads; bytes that are no UTF-8 (GBK on old sites) are meant as they stand."""
    try:
        return location.decode("utf-8")
    except UnicodeDecodeError:
        return "".join(chr(byte) if byte < 0x80 else f"%{byte:02X}" for byte in location)


def _as(link: Link, parsed: Parsed) -> Link:
    return link if link.kind == parsed.kind else msgspec.structs.replace(link, kind=parsed.kind)
