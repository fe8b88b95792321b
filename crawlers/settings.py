"""Owns the Scrapy settings: few middlewares, bounded time and size, polite by default."""

from __future__ import annotations

import logging
from typing import Any

from scrapy import Request, Spider
from scrapy.http import Response
from scrapy.logformatter import LogFormatter, LogFormatterResult
from twisted.python.failure import Failure

from pipeline.city import City, Site

USER_AGENT = "gangqing/0.1 (+{contact})"
TIMEOUT_SECONDS = 30.0
MAX_BYTES = 8 * 1024 * 1024  # of a page, as sent and decompressed
_HANDLER = "crawlers.network.DownloadHandler"


def crawl_settings(city: City) -> dict[str, Any]:
    """Settings of all sites. From city.yaml: `contact` (address or mail of who asks, in the user agent),
    `allow_private`, `retry_times`, `backoff_seconds`, `backoff_max_seconds`."""
    contact = str(city.settings.get("contact") or "contact not set").replace("\n", " ")
    agent = USER_AGENT.format(contact=contact)
    return {
        "TWISTED_REACTOR_ENABLED": False,
        "USER_AGENT": agent,
        "SESSION_HEADERS": {
            "User-Agent": agent,
            "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.5",
            "Accept-Language": "zh-CN,zh;q=0.9",
        },
        "ALLOW_PRIVATE": [str(host).lower() for host in city.settings.get("allow_private") or []],
        "DOWNLOAD_HANDLERS": {"http": _HANDLER, "https": _HANDLER}
        | dict.fromkeys(("data", "file", "ftp", "s3")),
        "DOWNLOADER_MIDDLEWARES_BASE": {
            "crawlers.robots.Robots": 100,
            "crawlers.politeness.Backoff": 550,
            "crawlers.whole_body.WholeBodies": 590,
            "crawlers.politeness.SessionCookies": 700,
        },
        "SPIDER_MIDDLEWARES_BASE": {},
        "EXTENSIONS_BASE": {},
        "DUPEFILTER_CLASS": "scrapy.dupefilters.BaseDupeFilter",  # the frontier knows what was seen
        "CONCURRENT_ITEMS": 1,
        "WARN_ON_GENERATOR_RETURN_VALUE": False,
        "LOG_FORMATTER": "crawlers.settings.SilentFormatter",
        "RETRY_TIMES": int(city.settings.get("retry_times", 2)),
        "BACKOFF_FIRST_SECONDS": float(city.settings.get("backoff_seconds", 2.0)),
        "BACKOFF_MAX_SECONDS": float(city.settings.get("backoff_max_seconds", 120.0)),
        "DOWNLOAD_FAIL_ON_DATALOSS": True,
    }


def site_settings(site: Site) -> dict[str, Any]:
    """Settings of one site. Of its options: `timeout` (seconds), `max_bytes`, `concurrency` (only where the
    site's delay is 0: with a delay there is one request at a time)."""
    together = 1 if site.delay > 0 else int(site.options.get("concurrency", 16))
    return {
        "DOWNLOAD_DELAY": float(site.delay),
        "DOWNLOAD_DELAY_JITTER": 0.2,
        "CONCURRENT_REQUESTS": max(together, 2),  # robots.txt is fetched while a page waits for it
        "CONCURRENT_REQUESTS_PER_DOMAIN": together,
        "DOWNLOAD_TIMEOUT": float(site.options.get("timeout", TIMEOUT_SECONDS)),
        "DOWNLOAD_MAXSIZE": int(site.options.get("max_bytes", MAX_BYTES)),
        "DOWNLOAD_WARNSIZE": 0,
    }


class SilentFormatter(LogFormatter):
    """Scrapy writes a log line per page and per failure; the landing has one already."""

    def crawled(self, request: Request, response: Response, spider: Spider) -> None:  # type: ignore[override]
        return None

    def download_error(
        self, failure: Failure, request: Request, spider: Spider, errmsg: str | None = None
    ) -> LogFormatterResult:
        return super().download_error(failure, request, spider, errmsg) | {"level": logging.DEBUG}
