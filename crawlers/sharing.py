"""Owns whether a crawl is this process's alone or shared through a queue (city.yaml: crawl_queue)."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import msgspec
from filelock import FileLock, Timeout

from crawlers.site_crawl import FirstTold
from pipeline.city import City, CityError, Site
from pipeline.store import MAX_WORKERS, crawl_locks

# A worker that finds all pages asked for: what it cannot tell from a queue that is left of the last crawl.
NOTHING_LEFT = (
    "本次没有抓到一页：这几天的网页已由共用队列的别的进程抓走；"
    "没有别的进程时，是上一次抓取结束还不到十分钟，请稍后再抓"
)


class SharedQueue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The setting `crawl_queue`. `workers`: how many processes take from it in all; each waits so many times
    a site's delay, so that the site sees one visitor's pace."""

    redis: str  # redis://host:port/number
    workers: int = 2


class QueueLost(OSError):
    """The shared queue answers no more, or takes nothing more, in the middle of a crawl; `why` in Chinese."""

    def __init__(self, why: str = "连接断了") -> None:
        super().__init__(why)
        self.why = why

    def __str__(self) -> str:
        return (
            f"抓取队列用的 Redis {self.why}，已停止抓取本站；已采集的不受影响，"
            "请修好 Redis 后再运行 gangqing collect，没有抓的会接着抓"
        )


class Sharing:
    """How the sites of one crawl are taken. Without the setting each is one process's, under its lock."""

    def __init__(self, city: City, days: str = "", *, is_wanted: bool = True) -> None:
        """Raises CityError where the setting is wrong, the queue's packages are missing or nobody answers.

        Args:
            days: which are crawled; a queue that was left over from other days is another one.
        """
        self._city, self._days = city, days
        setting = city.settings.get("crawl_queue") if is_wanted else None
        try:
            self.queue = msgspec.convert(setting, SharedQueue) if setting else None
        except msgspec.ValidationError as error:
            raise CityError(
                f"{city.folder}: city.yaml 的 crawl_queue 应写成 redis 与 workers 两项（{error}）"
            ) from error
        self._workers: dict[str, int] = {}
        if self.queue is not None and not 1 <= self.queue.workers <= MAX_WORKERS:
            raise CityError(f"{city.folder}: city.yaml 的 crawl_queue.workers 应在 1 与 {MAX_WORKERS} 之间")

    @property
    def is_shared(self) -> bool:
        return self.queue is not None

    def settings(self) -> dict[str, Any]:
        """What Scrapy is told beside the settings of all sites."""
        if self.queue is None:
            return {}
        try:
            from crawlers.shared_queue import shared_settings
        except ImportError as error:
            raise CityError(
                f"city.yaml 写了 crawl_queue，但缺少包（{error}）：pip install 'gangqing[scale]'"
            ) from error
        return shared_settings(self._city, self.queue.redis, self._days)

    def check(self) -> None:
        """Raises QueueLost where the queue answers no more, or takes nothing more."""
        if self.queue is not None:
            from crawlers.shared_queue import QueueError, ping

            try:
                ping(self.queue.redis)
            except QueueError as error:
                raise QueueLost(error.why) from error

    def loss(self, error: BaseException) -> QueueLost | None:
        """What an error says of the queue, if that is behind it: Scrapy stumbles over its own end then."""
        if self.queue is None:
            return None
        from redis.exceptions import RedisError

        from crawlers.shared_queue import why_of

        each: BaseException | None = error
        while each is not None:
            if isinstance(each, QueueLost):
                return each
            if isinstance(each, RedisError):
                return QueueLost(why_of(each))
            each = each.__cause__ or each.__context__
        return None

    def site_settings(self, site: Site) -> dict[str, Any]:
        return {"DOWNLOAD_DELAY": site.delay * self.queue.workers} if self.queue is not None else {}

    def run_number(self) -> int:
        """The first number for a run: where several write at once, one that no other has."""
        if self.queue is None:
            return 0
        from crawlers.shared_queue import run_number

        return run_number()

    def take(self, slug: str, state: Path, locks: contextlib.ExitStack) -> bool:
        """Take a site for this process; False if another has it. A kill gives it back."""
        alone, *shared = crawl_locks(state, slug)
        for number, path in enumerate([alone] if self.queue is None else shared):
            with contextlib.suppress(Timeout):
                locks.enter_context(FileLock(path).acquire(timeout=0))
                self._workers[slug] = number
                return True
        return False

    def worker(self, slug: str) -> int | None:
        """This process's number among those that share the site; None: it is alone."""
        return self._workers[slug] if self.queue is not None else None

    def first_told(self, slug: str) -> FirstTold:
        """In which the crawl remembers the address under which each record was first read."""
        if self.queue is None:
            return FirstHere()
        from crawlers.shared_queue import SharedRecords

        return SharedRecords(self.queue.redis, self._city, slug, self._days)


class FirstHere(dict[str, str]):
    """Of this process's crawl."""

    def setdefault(self, identity: str, url: str, /) -> str:
        return super().setdefault(identity, url)
