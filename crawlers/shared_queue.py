"""Owns the crawl shared by several processes or machines: one queue of requests a site, in Redis.

The queue and the set of what was asked are scrapy-redis's; here stands only what ties them to a crawl. They
vanish some minutes after the last worker asked for anything, so the next crawl begins anew, and a worker
that was killed leaves nothing behind: what it had under way was not landed, and the next crawl asks for it.

Requests travel as JSON that is checked when it arrives, not as pickles: whoever may write to that Redis can
name pages of the site's own hosts to fetch, and the address of the site under which each is kept.
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
import socket
import time
import zlib
from typing import Annotated, Any

import msgspec
from redis import Redis
from redis.exceptions import RedisError
from scrapy import Request
from scrapy_redis.dupefilter import RFPDupeFilter
from scrapy_redis.queue import PriorityQueue
from scrapy_redis.scheduler import Scheduler

from crawlers.frontier import MAX_URL_LENGTH, Visit
from crawlers.network import is_listed
from crawlers.sharing import QueueLost
from pipeline.city import City, CityError

KEPT_SECONDS = 600  # after the last request; shorter than the time between two crawls
TIMEOUT = 10.0  # seconds for an answer of Redis
IDLE_SECONDS = 5.0  # a worker waits so long for what others may find before it ends
_log = logging.getLogger(__name__)


class QueueError(CityError):
    """The queue cannot be used; the message says what to do, in Chinese, and `why` what is the matter."""

    why = "连接断了"


def shared_settings(city: City, address: str, days: str = "") -> dict[str, Any]:
    """Scrapy settings of a crawl whose queue is in the Redis at `address` (redis://host:port/number).

    Args:
        days: which are crawled.

    Raises:
        QueueError: nobody answers there, or nothing can be written.
    """
    ping(address)
    name = _key(city, "%(spider)s", days)
    return {
        "SCHEDULER": "crawlers.shared_queue.SharedScheduler",
        "DUPEFILTER_CLASS": "crawlers.shared_queue.SeenPages",
        "SCHEDULER_QUEUE_CLASS": "crawlers.shared_queue.PageQueue",
        "REDIS_URL": address,
        "REDIS_PARAMS": {"socket_timeout": TIMEOUT, "socket_connect_timeout": TIMEOUT},
        "SCHEDULER_PERSIST": True,  # the first worker to end leaves the others their queue
        "SCHEDULER_QUEUE_KEY": f"{name}:requests",
        "SCHEDULER_DUPEFILTER_KEY": f"{name}:seen",
    }


def _key(city: City, site: str, days: str) -> str:
    return f"gangqing:{city.settings.get('slug') or city.name}:{site}{days and ':' + days}"


def ping(address: str) -> None:
    """Raises QueueError where nobody answers, or nothing can be written."""
    try:
        with contextlib.closing(_server(address)) as server:
            server.set("gangqing:ping", b"", ex=KEPT_SECONDS)
    except ValueError:  # a / in a password ends the host's name: the address and the error would show it
        raise QueueError(
            "city.yaml 的 crawl_queue：redis 应写成 redis://:密码@主机:端口/库号；"
            "密码里的 /、?、#、@、% 要写成 %2F、%3F、%23、%40、%25"
        ) from None
    except (RedisError, OSError) as error:
        shown, reason = (without_password(text) for text in (address, str(error)))
        why = why_of(error)
        what = f"连不上 {shown}" if why == QueueError.why else f"{shown} {why}"
        told = QueueError(f"city.yaml 的 crawl_queue：{what}（{reason}）；去掉这一项即在本机抓取")
        told.why = why
        raise told from None  # what stands behind it may name the password


_WHY = (
    ("NOAUTH", "要密码，地址里没有写"),
    ("HELLO must be called with", "要密码，地址里没有写"),
    ("Authentication required", "要密码，地址里没有写"),
    ("invalid username-password", "不认这个密码"),
    ("invalid password", "不认这个密码"),
    ("maxmemory", "内存已满（maxmemory）"),
    ("read only replica", "是只读的副本"),
    ("no permissions", "不许这个用户写入"),
    ("loading", "还在启动"),
    ("MISCONF", "写不了盘，不再接受写入"),
    ("max number of clients", "连接数已满"),
    ("WRONGTYPE", "里有别的程序写的同名内容"),
)


def why_of(error: BaseException) -> str:
    """What is the matter with Redis, in Chinese."""
    return next((why for sign, why in _WHY if sign in str(error)), QueueError.why)


def _server(address: str) -> Redis:
    return Redis.from_url(address, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT)


def run_number() -> int:
    """A number for this process's landing files: no other worker on any machine writes one of that name."""
    return zlib.crc32(f"{socket.gethostname()}/{os.getpid()}/{time.time_ns()}".encode()) % 10**6


def without_password(text: str) -> str:
    """A text with addresses of servers in it, without who signs in there and by which password."""
    return re.sub(r"(?<=://)[^\s/?#]*@|(?<=[?&])(?:username|password)=[^\s&#]*", "***@", text)


class Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A request on its way from one worker to another; of `headers`, callbacks and the like each makes its
    own from the visit."""

    visit: Visit
    priority: Annotated[int, msgspec.Meta(ge=-(10**6), le=10**6)] = 0
    retry_times: Annotated[int, msgspec.Meta(ge=0, le=1000)] = 0
    not_before: float = 0.0
    is_again: bool = False  # tried again: it was asked for before


class PageQueue(PriorityQueue):
    """scrapy-redis's, whose entries are checked. One that is none of ours is logged and passed over."""

    def push(self, request: Request) -> None:
        with self.server.pipeline() as both:  # at once: a kill between them would leave it for ever
            both.zadd(self.key, {self._encode_request(request): -request.priority})
            both.expire(self.key, KEPT_SECONDS)
            both.execute()

    def pop(self, timeout: int = 0) -> Request | None:
        while True:
            try:
                request: Request | None = super().pop(timeout)
                return request
            except (ValueError, RecursionError) as error:  # msgspec's errors are among the former
                _log.warning("%s: an entry that is no request of ours: %s", self.key, str(error)[:200])

    def _encode_request(self, request: Request) -> bytes:
        meta = request.meta
        return msgspec.json.encode(
            Wanted(
                meta["visit"],
                request.priority,
                meta.get("retry_times", 0),
                meta.get("not_before", 0.0),
                request.dont_filter,
            )
        )

    def _decode_request(self, encoded_request: bytes) -> Request:
        wanted = msgspec.json.decode(encoded_request, type=Wanted)
        hosts = self.spider.crawl.frontier.hosts
        for address in (wanted.visit.address, wanted.visit.url):
            if len(address) > MAX_URL_LENGTH or not is_listed(address, hosts):
                raise ValueError(f"no page of this site: {address[:100]}")
        request: Request = self.spider.request_for(wanted.visit)
        if wanted.retry_times:
            request.meta.update(retry_times=wanted.retry_times, not_before=wanted.not_before)
        return request.replace(priority=wanted.priority, dont_filter=wanted.is_again)


class SeenPages(RFPDupeFilter):
    """A page is asked for once, whoever found a link to it or was redirected to it; again only when the way
    through its redirects comes back to it (with a cookie then)."""

    def request_seen(self, request: Request) -> bool:
        with self.server.pipeline() as both:
            both.sadd(self.key, self.request_fingerprint(request))
            both.expire(self.key, KEPT_SECONDS)
            added, _ = both.execute()
        return not added

    def forget(self, request: Request) -> None:
        """For one that is in no queue: it may be asked for again."""
        self.server.srem(self.key, self.request_fingerprint(request))

    def request_fingerprint(self, request: Request) -> str:
        visit = request.meta["visit"]
        returns = len(visit.chain) if visit.address in visit.chain else 0
        return f"{visit.url}\n{returns}\n{visit.conditional}"


class SharedScheduler(Scheduler):
    """scrapy-redis's, with a queue that ends when nobody asks any more. Without it the spider gives up."""

    def enqueue_request(self, request: Request) -> bool:
        try:
            is_new: bool = super().enqueue_request(request)
            self._keep()
        except RedisError as error:
            with contextlib.suppress(RedisError):
                self.df.forget(request)
            return self._lose(error)
        return is_new

    def next_request(self) -> Request | None:
        try:
            request: Request | None = super().next_request()
            if request is not None:
                self._keep()
        except RedisError as error:
            self._lose(error)
            return None
        return request

    def has_pending_requests(self) -> bool:
        try:
            return len(self) > 0
        except RedisError as error:
            return self._lose(error)

    def _lose(self, error: RedisError) -> bool:
        _log.warning("%s: %s", self.queue.key, without_password(str(error)))
        self.spider.give_up(QueueLost(why_of(error)))
        return False

    def _keep(self) -> None:
        self.server.expire(self.queue.key, KEPT_SECONDS)
        self.server.expire(self.df.key, KEPT_SECONDS)


class SharedRecords:
    """Which address told a record first, among all workers of a crawl: as a dictionary's `setdefault`."""

    def __init__(self, address: str, city: City, site: str, days: str = "") -> None:
        self._server = _server(address)
        self._key = f"{_key(city, site, days)}:records"

    def setdefault(self, identity: str, url: str) -> str:
        try:
            if self._server.hsetnx(self._key, identity, url):
                self._server.expire(self._key, KEPT_SECONDS)
                return url
            first = self._server.hget(self._key, identity) or url
        except RedisError as error:
            raise QueueLost(why_of(error)) from error
        return first.decode("utf-8", "replace") if isinstance(first, bytes) else str(first)
