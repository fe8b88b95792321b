"""Owns robots.txt: the rules of each scheme, host and port as RFC 9309 reads them, and its Crawl-delay."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from urllib.parse import urljoin, urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.robotstxt import ProtegoRobotParser, RobotParser
from scrapy.utils.httpobj import urlparse_cached

from crawlers.network import AddressRefused, is_listed
from crawlers.whole_body import is_cut_short

MAX_HOPS = 5  # redirects in a row that RFC 9309 (2.3.1.2) wants followed; past them there is no robots.txt
PRIORITY = 1000  # a page waits for it
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_log = logging.getLogger(__name__)


class RobotsForbidden(IgnoreRequest):
    """robots.txt forbids the page: nothing was fetched."""


class RobotsUnreadable(IgnoreRequest):
    """robots.txt answers with a server error or not at all: RFC 9309 (2.3.1.4) takes that as a full
    prohibition, for now. Its cause says why, where nothing at all answers on the host."""


@dataclasses.dataclass(frozen=True)
class _Rules:
    """What holds for the pages below a root: a parser, or a refusal of all."""

    parser: RobotParser | None = None
    delay: float | None = None
    refusal: type[IgnoreRequest] | None = None
    cause: Exception | None = None


class Robots:
    """Downloader middleware: a page waits for the robots.txt of its root, which is fetched once a run."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._agent: str = crawler.settings["USER_AGENT"]
        self._longest = crawler.settings.getfloat("BACKOFF_MAX_SECONDS")
        self._private = frozenset(crawler.settings.getlist("ALLOW_PRIVATE"))
        self._rules: dict[str, asyncio.Task[_Rules]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Robots:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        if request.meta.get("is_robots"):
            return
        parts = urlparse_cached(request)
        root = f"{parts.scheme}://{parts.netloc}"
        if root not in self._rules:
            self._rules[root] = asyncio.ensure_future(self._read(root))
        rules = await asyncio.shield(self._rules[root])
        if rules.refusal is not None:
            raise rules.refusal("robots.txt") from rules.cause
        if rules.parser is not None and not rules.parser.allowed(request.url, self._agent):
            raise RobotsForbidden("robots.txt")
        if rules.delay is not None:
            self._slow_down(parts.hostname or "", min(rules.delay, self._longest))

    async def _read(self, root: str) -> _Rules:
        """The rules of a root. Never raises, so that what it found can be told to any number of pages."""
        url = f"{root}/robots.txt"
        for hop in range(MAX_HOPS + 1):
            try:
                response = await self._fetch(url)
            except Exception as error:
                _log.debug("%s: %r", url, error)
                if type(error) is IgnoreRequest and error.__cause__ is None:
                    return _Rules(refusal=IgnoreRequest)  # the crawl is being stopped
                if hop > 0:
                    return _Rules(refusal=RobotsUnreadable)
                refused = isinstance(error, AddressRefused)
                return _Rules(refusal=AddressRefused if refused else RobotsUnreadable, cause=error)
            location = response.headers.get("Location")
            if response.status not in _REDIRECTS or not location:
                return self._rules_of(response)
            target = self._followed(url, location.decode("latin-1").strip())
            if target is None:
                return _Rules(refusal=RobotsUnreadable)
            url = target
        return _Rules()

    async def _fetch(self, url: str) -> Response:
        assert self._crawler.engine is not None
        asked = Request(url, priority=PRIORITY, meta={"is_robots": True}, callback=NO_CALLBACK)
        return await self._crawler.engine.download_async(asked)

    def _followed(self, url: str, location: str) -> str | None:
        """Where a redirect leads; None where it must not: to what is no web server's port, or to another host
        that is one of those whose address may be private."""
        try:
            target = urljoin(url, location).partition("#")[0]
            here, there = urlsplit(url).hostname, urlsplit(target).hostname
        except ValueError:
            return None
        if there is None or not is_listed(target, {there}):
            return None
        return target if here == there or not is_listed(target, self._private, any_port=True) else None

    def _rules_of(self, response: Response) -> _Rules:
        if response.status >= 500 or response.status == 429:
            return _Rules(refusal=RobotsUnreadable)
        if response.status != 200:
            return _Rules()
        if is_cut_short(response):
            return _Rules(refusal=RobotsUnreadable)
        parser = ProtegoRobotParser.from_crawler(self._crawler, response.body)
        return _Rules(parser, parser.crawl_delay(self._agent) or None)

    def _slow_down(self, host: str, seconds: float) -> None:
        assert self._crawler.engine is not None
        slot = self._crawler.engine.downloader.slots.get(host)
        if slot is not None and slot.delay < seconds:
            slot.delay, slot.concurrency = seconds, 1
