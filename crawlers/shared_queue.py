"""Owns the crawl shared by several processes or machines: one queue of requests a site, in Redis.

The queue and the set of what was asked are scrapy-redis's; here stands only what ties them to a crawl. They
vanish some minutes after the last worker asked for anything, so the next crawl begins anew, and a worker
that was killed leaves nothing behind: what it had under way was not landed, and the next crawl asks for it.

Requests travel as pickles, as scrapy-redis sends them: whoever may write to that Redis may run code here. It
must be reachable by the workers only.
"""

from __future__ import annotations

import os
import socket
import time
import zlib
from typing import Any

from redis import Redis
from redis.exceptions import RedisError
from scrapy import Request
from scrapy_redis.dupefilter import RFPDupeFilter
from scrapy_redis.scheduler import Scheduler

from pipeline.city import City, CityError

KEPT_SECONDS = 600  # after the last request; shorter than the time between two crawls
IDLE_SECONDS = 5.0  # a worker waits so long for what others may find before it ends


class QueueError(CityError):
    """The queue cannot be reached; the message says what to do, in Chinese."""


def shared_settings(city: City, address: str) -> dict[str, Any]:
    """Scrapy settings of a crawl whose queue is in the Redis at `address` (redis://host:port/number).

    Raises:
        QueueError: nobody answers there.
    """
    try:
        Redis.from_url(address, socket_timeout=10).ping()
    except (RedisError, ValueError, OSError) as error:
        raise QueueError(
            f"city.yaml 的 crawl_queue：连不上 {address}（{error}）；去掉这一项即在本机抓取"
        ) from error
    name = f"gangqing:{city.settings.get('slug') or city.name}:%(spider)s"
    return {
        "SCHEDULER": "crawlers.shared_queue.SharedScheduler",
        "DUPEFILTER_CLASS": "crawlers.shared_queue.SeenPages",
        "REDIS_URL": address,
        "SCHEDULER_PERSIST": True,  # the first worker to end leaves the others their queue
        "SCHEDULER_QUEUE_KEY": f"{name}:requests",
        "SCHEDULER_DUPEFILTER_KEY": f"{name}:seen",
    }


def run_number() -> int:
    """A number for this process's landing files: no other worker on any machine writes one of that name."""
    return zlib.crc32(f"{socket.gethostname()}/{os.getpid()}/{time.time_ns()}".encode()) % 10**6


class SeenPages(RFPDupeFilter):
    """A page is asked for once, whoever found a link to it or was redirected to it; again only when the way
    through its redirects comes back to it (with a cookie then)."""

    def request_fingerprint(self, request: Request) -> str:
        visit = request.meta["visit"]
        returns = len(visit.chain) if visit.address in visit.chain else 0
        return f"{visit.url}\n{returns}\n{visit.conditional}"


class SharedScheduler(Scheduler):
    """scrapy-redis's, with a queue that ends when nobody asks any more."""

    def enqueue_request(self, request: Request) -> bool:
        is_new: bool = super().enqueue_request(request)
        self._keep()
        return is_new

    def next_request(self) -> Request | None:
        request: Request | None = super().next_request()
        if request is not None:
            self._keep()
        return request

    def _keep(self) -> None:
        self.server.expire(self.queue.key, KEPT_SECONDS)
        self.server.expire(self.df.key, KEPT_SECONDS)


class SharedRecords:
    """Which address told a record first, among all workers of a crawl: as a dictionary's `setdefault`."""

    def __init__(self, address: str, city: City, site: str) -> None:
        self._server = Redis.from_url(address, decode_responses=True)
        self._key = f"gangqing:{city.settings.get('slug') or city.name}:{site}:records"

    def setdefault(self, identity: str, url: str) -> str:
        if self._server.hsetnx(self._key, identity, url):
            self._server.expire(self._key, KEPT_SECONDS)
            return url
        return str(self._server.hget(self._key, identity) or url)
