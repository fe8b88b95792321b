"""Owns patience with a site: back-off and Retry-After, and cookies, which last one run only."""

from __future__ import annotations

import asyncio
import datetime as dt
import email.utils
import random
from http.cookiejar import DefaultCookiePolicy

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.http import Response
from scrapy.http.cookies import CookieJar

from crawlers.whole_body import is_cut_short

RETRIED_STATUS = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524})
RETRIED_ERRORS = (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
    OSError,
)
MAX_COOKIES = 64  # a site that sets more is broken or hostile: begin anew


class Backoff:
    """Tries again what may be a passing fault, each time after twice as long; obeys Retry-After.

    A fault of one page delays that page; 429 and 503, and every Retry-After, hold back the whole site.
    A Retry-After longer than the setting BACKOFF_MAX_SECONDS ends the tries: the next crawl comes later.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._tries = crawler.settings.getint("RETRY_TIMES")
        self._first = crawler.settings.getfloat("BACKOFF_FIRST_SECONDS")
        self._longest = crawler.settings.getfloat("BACKOFF_MAX_SECONDS")
        self._site_free_at = 0.0
        self.stopping = asyncio.Event()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Backoff:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        now = asyncio.get_running_loop().time()
        # Bounded, since a shared queue may bring a request of another machine, whose clock began elsewhere.
        wait = min(max(request.meta.get("not_before", 0.0), self._site_free_at) - now, 2 * self._longest)
        if wait > 0 and not self.stopping.is_set():
            try:
                await asyncio.wait_for(self.stopping.wait(), wait)
            except TimeoutError:
                return
        if self.stopping.is_set() and request.meta.get("retry_times"):
            raise IgnoreRequest("stopping")

    def process_response(self, request: Request, response: Response) -> Request | Response:
        if response.status < 300 and is_cut_short(response):
            return self._again(request, "cut short", None) or response
        if response.status not in RETRIED_STATUS:
            return response
        asked = retry_after(response.headers.get("Retry-After"), response.headers.get("Date"))
        if asked is not None and asked > self._longest:
            return response
        again = self._again(request, f"status {response.status}", asked)
        if again is not None and (asked is not None or response.status in (429, 503)):
            self._site_free_at = max(self._site_free_at, again.meta["not_before"])
        return again or response

    def process_exception(self, request: Request, exception: Exception) -> Request | None:
        if not isinstance(exception, RETRIED_ERRORS):
            return None
        return self._again(request, type(exception).__name__, None)

    def _again(self, request: Request, reason: str, asked: float | None) -> Request | None:
        spider = self._crawler.spider
        if spider is None or self.stopping.is_set():
            return None
        again = get_retry_request(
            request, spider=spider, reason=reason, max_retry_times=self._tries, give_up_log_level="DEBUG"
        )
        if again is not None:
            wait = self._first * 2 ** (again.meta["retry_times"] - 1) * random.uniform(1.0, 1.25)
            wait = asked if asked is not None else min(wait, self._longest)
            again.meta["not_before"] = asyncio.get_running_loop().time() + wait
        return again


def retry_after(header: bytes | None, date: bytes | None) -> float | None:
    """Seconds that a server asks to wait: a number, or a date as against the server's own Date header."""
    text = (header or b"").decode("latin-1").strip()
    if text.isdecimal():
        return float(text[:9])
    try:
        until = email.utils.parsedate_to_datetime(text)
        now = email.utils.parsedate_to_datetime((date or b"").decode("latin-1"))
        return max(0.0, (until - now) / dt.timedelta(seconds=1))
    except (TypeError, ValueError):
        return None


class SessionCookies:
    """Cookies within one run of one site, never stored.

    Scrapy's own middleware asks the network for a list of public suffixes; here a cookie stays with the host
    that set it, so no such list is needed.
    """

    def __init__(self) -> None:
        self._jar = CookieJar(DefaultCookiePolicy(strict_domain=True))

    def process_request(self, request: Request) -> None:
        request.headers.pop("Cookie", None)
        self._jar.add_cookie_header(request)

    def process_response(self, request: Request, response: Response) -> Response:
        if b"Set-Cookie" in response.headers:
            self._jar.extract_cookies(response, request)
            if len(self._jar.jar) > MAX_COOKIES:
                self._jar.jar.clear()
        return response
