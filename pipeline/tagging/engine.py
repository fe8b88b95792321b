"""Owns tagging on a Dask cluster (city.yaml: tag_engine): the same tags in the same order as in this
process.

Chunks of items travel as in `pipeline.tagging.parallel`; each worker makes its tagger once. A worker
whose rules are others than the builder's is refused, since half of the tags would be another version's.
What a lost worker had under way Dask sends to another one. Where that does not help, an error says why and
what to do, and the warehouse stays as it was.
"""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError
from functools import cached_property
from itertools import chain
from typing import Any

import msgspec

from pipeline.city import City, CityError
from pipeline.records import ArticleTags, PostTags, ThreadTags
from pipeline.tagging.items import ArticleItem, PostItem, ThreadItem, batched
from pipeline.tagging.parallel import AHEAD, CHUNK, ITEMS, TAGS, encode, in_order
from pipeline.tagging.tagger import Tagger

START_SECONDS = 60.0  # for a worker to be there
ANSWER_SECONDS = 600.0  # for the tags of a chunk; Dask itself gives up a silent worker after 300
_ADVICE = "原有数据仓库没有改动；修好后再运行 gangqing build，或去掉这一项在本机标注"
_taggers: dict[str, Tagger] = {}  # of a worker, by the fingerprint of its rules


def _fault(what: str) -> CityError:
    return CityError(f"city.yaml 的 tag_engine：{what}。{_ADVICE}")


class EngineTagger(Tagger):
    """A tagger whose articles, threads and posts are tagged by the workers of a cluster; close it after use.
    Each raises CityError where the cluster does not do it.

    Args:
        address: of the scheduler, tcp://host:port.
        fingerprint: of everything that tags depend on, computed on the worker as here; see
            `pipeline.rules.rules_fingerprint`.
        wait_seconds: for the scheduler.
        start_seconds: for the first worker.
        answer_seconds: for the tags of one chunk.
    """

    def __init__(
        self,
        city: City,
        address: str,
        fingerprint: Callable[[City, Tagger], str],
        wait_seconds: float = 15,
        start_seconds: float = START_SECONDS,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        super().__init__(city)
        self._address, self._fingerprint = address, fingerprint
        self._wait_seconds, self._start_seconds = wait_seconds, start_seconds
        self._answer_seconds = answer_seconds
        self.workers_seen: set[str] = set()  # who tagged

    @cached_property
    def _client(self) -> Any:
        try:
            from distributed import Client
        except ImportError as error:
            raise CityError(
                f"city.yaml 写了 tag_engine，但缺少包（{error}）：pip install 'gangqing[scale]'"
            ) from error
        logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # what it would say is told here
        try:
            return Client(self._address, timeout=self._wait_seconds, set_as_default=False)
        except (OSError, ValueError) as error:
            raise CityError(
                f"city.yaml 的 tag_engine：连不上 {self._address}（{error}）；去掉这一项即在本机标注"
            ) from error

    @cached_property
    def _rules(self) -> str:
        return self._fingerprint(self.city, Tagger(self.city))

    def articles(self, items: Iterable[ArticleItem]) -> list[ArticleTags]:
        return list(self._tag("articles", items))

    def threads(self, items: Iterable[ThreadItem]) -> list[ThreadTags]:
        return list(self._tag("threads", items))

    def posts(self, items: Iterable[PostItem]) -> list[PostTags]:
        return list(self._tag("posts", items))

    def close(self) -> None:
        """Leaves the cluster; may be called again."""
        if "_client" in self.__dict__:
            with contextlib.suppress(CancelledError, OSError):  # it has left already
                self._client.close()
            del self.__dict__["_client"]

    def _tag(self, kind: str, items: Iterable[Any]) -> Iterator[Any]:
        asked: deque[str] = deque()  # ids

        def noted() -> Iterator[Any]:
            for item in items:
                asked.append(item.id)
                yield item

        for said in self._answers(kind, noted()):
            try:
                worker, packed = said
                for tags in TAGS[kind].decode(packed):
                    if not asked or tags.id != asked.popleft():
                        raise ValueError("不是所送文本的标签")
                    yield tags
            except (TypeError, ValueError, msgspec.MsgspecError) as error:
                raise _not_tags(error) from error
            self.workers_seen.add(worker)
        if asked:
            raise _not_tags("少了几篇的标签")

    def _answers(self, kind: str, items: Iterable[Any]) -> Iterator[Any]:
        """What came back for each chunk: what worker, and its tags."""
        chunks = map(encode, batched(items, CHUNK))
        first = next(chunks, None)
        if first is None:  # the cluster is not asked where nothing is to be tagged
            return

        def submit(chunk: bytes) -> Any:
            # The city goes with each chunk: what is scattered once is lost with the worker that holds it.
            with _told("与调度器的连接断了"):
                sent = self._client.submit(
                    tag_chunk, kind, chunk, self.city, self._rules, self._fingerprint, pure=False
                )
            return Waiting(sent, self._answer_seconds)

        yield from (said for _, said in in_order(submit, chain([first], chunks), AHEAD * self._threads()))

    def _threads(self) -> int:
        """Of all workers, once there is one. A scheduler that hangs holds `wait_for_workers` for ever."""
        until = time.monotonic() + self._start_seconds
        with _told(f"调度器 {self._start_seconds:.0f} 秒没有回应"):
            while not (threads := sum(self._client.nthreads(callback_timeout=self._start_seconds).values())):
                if time.monotonic() > until:
                    raise _fault(f"调度器上没有 worker（等了 {self._start_seconds:.0f} 秒）")
                time.sleep(0.5)
        return int(threads)


class Waiting:
    """What a worker will have said, in some seconds at most."""

    def __init__(self, future: Any, seconds: float) -> None:
        self._future, self._seconds = future, seconds

    def result(self) -> Any:
        """Raises CityError."""
        from distributed.scheduler import KilledWorker

        try:
            return self._future.result(timeout=self._seconds)
        except TimeoutError:
            raise _fault(f"等了 {self._seconds:.0f} 秒没有标注结果，worker 可能卡住了") from None
        except (CancelledError, OSError) as error:
            raise _fault("与调度器的连接断了") from error
        except KilledWorker as error:
            raise _fault("同一批文本接连使几个 worker 退出（多为内存不足）") from error
        except Exception as error:  # whatever a worker raised
            name = "" if type(error) is RuntimeError else f"{type(error).__name__}: "
            raise _fault(f"worker 上出错（{name}{str(error)[:300]}）") from error


def _not_tags(reason: object) -> CityError:
    return _fault(f"集群送回的不是标签（{reason}），请核对各机器是否同一版本的程序")


@contextlib.contextmanager
def _told(what: str) -> Iterator[None]:
    """Raises CityError where the cluster does not answer."""
    try:
        yield
    except (CancelledError, OSError, RuntimeError) as error:  # a timeout is among them
        raise _fault(what) from error


def tag_chunk(
    kind: str, packed: bytes, city: City, rules: str, fingerprint: Callable[[City, Tagger], str]
) -> tuple[str, bytes]:
    """Runs on a worker: which one, and the tags. Raises RuntimeError where the rules here are others."""
    tagger = _taggers.get(rules)
    if tagger is None:
        tagger = Tagger(city)
        if fingerprint(city, tagger) != rules:
            host = socket.gethostname()
            raise RuntimeError(f"{host} 上的程序或城市数据与建库的机器不是同一版本，请先升级")
        _taggers.clear()
        _taggers[rules] = tagger
    return f"{socket.gethostname()}/{os.getpid()}", encode(getattr(tagger, kind)(ITEMS[kind].decode(packed)))
