"""Owns what becomes of tagging on a Dask cluster (city.yaml: tag_engine) when a part of it fails.

What is lost with a worker or with the scheduler is sent again in its place, so that nothing is missing or
doubled; what comes back is taken only where it holds the tags of what was sent. Where it cannot go on, an
error says why and what to do, and the warehouse stays as it was.
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
from typing import Any

import msgspec

from pipeline.city import City, CityError
from pipeline.tagging.engine import EngineTagger
from pipeline.tagging.tagger import Tagger

RETURN_SECONDS = 60.0  # a service that was killed is started again within
ANSWER_SECONDS = 600.0  # Dask itself gives up a silent worker after 300
MOST_LOST = 5  # times in a row that nothing came back
_STEP = 0.5  # seconds between two looks
_LOST = (CancelledError, OSError)  # distributed's CommClosedError is among the latter
_ADVICE = "原有数据仓库没有改动；修好后再运行 gangqing build，或去掉这一项在本机标注"


def _fault(what: str) -> CityError:
    return CityError(f"city.yaml 的 tag_engine：{what}。{_ADVICE}")


class ClusterTagger(EngineTagger):
    """As `EngineTagger`, which waits for what comes back and ends in a CityError where nothing does.

    Args:
        wait_seconds: for the first connection.
        return_seconds: for a scheduler or workers that were lost.
        answer_seconds: for the tags of one chunk.
    """

    def __init__(
        self,
        city: City,
        address: str,
        fingerprint: Callable[[City, Tagger], str],
        wait_seconds: float = 15,
        return_seconds: float = RETURN_SECONDS,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        super().__init__(city, address, fingerprint, wait_seconds)
        self._return_seconds, self._answer_seconds = return_seconds, answer_seconds

    @cached_property
    def _client(self) -> Any:
        return Cluster(self._connect, self._return_seconds, self._answer_seconds)

    def _connect(self) -> Any:
        client = EngineTagger._client.func(self)  # type: ignore[attr-defined]  # of the cached property
        logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # what it would say is told here
        return client

    def _tag(self, kind: str, items: Iterable[Any]) -> Iterator[Any]:
        asked: deque[str] = deque()

        def noted() -> Iterator[Any]:
            for item in items:
                asked.append(item.id)
                yield item

        try:
            for tags in super()._tag(kind, noted()):
                if not asked or tags.id != asked.popleft():
                    raise ValueError("不是所送文本的标签")
                yield tags
            if asked:
                raise ValueError("少了几篇的标签")
        except CityError:
            raise
        except (TypeError, ValueError, msgspec.MsgspecError) as error:
            raise _fault(f"集群送回的不是标签（{error}），请核对各机器是否同一版本的程序") from error


class Cluster:
    """What a tagger asks of `distributed.Client`, over as many connections as it takes."""

    def __init__(self, connect: Callable[[], Any], return_seconds: float, answer_seconds: float) -> None:
        self._connect, self._return_seconds, self._answer_seconds = connect, return_seconds, answer_seconds
        self._client = connect()
        self._shared: dict[int, Any] = {}  # what was scattered over this connection, by its identity
        self._lost = 0  # times in a row
        self.connection = 0

    def nthreads(self) -> Any:
        """Threads by worker; waits for the first worker."""
        while True:
            connection = self.connection
            try:
                return self._workers()
            except _LOST:
                self.mend(connection)

    def scatter(self, value: Any, **how: Any) -> Shared:
        return Shared(value, how)

    def submit(self, call: Callable[..., Any], *arguments: Any, **how: Any) -> Sent:
        return Sent(self, call, arguments, how)

    def close(self) -> None:
        with contextlib.suppress(*_LOST, TimeoutError):
            self._client.close()

    def send(self, call: Callable[..., Any], arguments: tuple[Any, ...], how: dict[str, Any]) -> Any:
        """A future of distributed. Raises CancelledError or OSError where the connection is lost."""
        if self._client.status != "running":
            raise CancelledError
        given = [self._sent(each) if isinstance(each, Shared) else each for each in arguments]
        return self._client.submit(answer, call, *given, **how)

    def result(self, future: Any) -> Any:
        """What came back.

        Raises:
            CancelledError, OSError: it is lost and may be sent again.
            CityError: it failed, or nothing came.
        """
        from distributed.scheduler import KilledWorker

        until = time.monotonic() + self._answer_seconds
        while True:
            try:
                found = future.result(timeout=_STEP)
            except TimeoutError:
                if time.monotonic() > until:
                    raise _fault(
                        f"等了 {self._answer_seconds:.0f} 秒没有标注结果，worker 可能卡住了"
                    ) from None
                continue
            except _LOST:
                raise
            except KilledWorker as error:
                raise _fault("同一批文本接连使几个 worker 退出（多为内存不足）") from error
            except Exception as error:  # whatever a worker raised, or could not read
                said = str(error) if isinstance(error, WorkerError) else f"{type(error).__name__}: {error}"
                raise _fault(f"worker 上出错（{said[:300]}）") from error
            self._lost = 0
            return found

    def mend(self, connection: int) -> None:
        """Connect anew after that connection was lost; nothing where it was done. Raises CityError."""
        if connection != self.connection:
            return
        self._lost += 1
        if self._lost > MOST_LOST:
            raise _fault(f"标注结果接连丢失 {MOST_LOST} 次，调度器或 worker 不稳定")
        self.close()
        until = time.monotonic() + self._return_seconds
        while True:
            try:
                self._client = self._connect()
                break
            except CityError:
                if time.monotonic() > until:
                    raise _fault(f"与调度器的连接断了，{self._return_seconds:.0f} 秒内没有恢复") from None
                time.sleep(_STEP)
        self.connection += 1
        self._shared.clear()
        with contextlib.suppress(*_LOST):  # lost once more: who sends again finds it
            self._workers()

    def _sent(self, shared: Shared) -> Any:
        if id(shared) not in self._shared:
            self._shared[id(shared)] = self._scattered(shared)
        return self._shared[id(shared)]

    def _scattered(self, shared: Shared) -> Any:
        async def scattered() -> Any:
            return await self._client.scatter(shared.value, asynchronous=True, **shared.how)

        try:
            return self._client.sync(scattered, callback_timeout=self._return_seconds)
        except TimeoutError:
            raise _fault(f"worker {self._return_seconds:.0f} 秒没有回应") from None

    def _workers(self) -> Any:
        """Threads by worker, once there is one. Raises CancelledError or OSError: the connection is lost."""
        until = time.monotonic() + self._return_seconds
        try:
            while not (found := self._client.nthreads(callback_timeout=self._return_seconds)):
                if time.monotonic() > until:
                    raise _fault(f"调度器上没有 worker（等了 {self._return_seconds:.0f} 秒）")
                time.sleep(_STEP)
        except TimeoutError:
            raise _fault(f"调度器 {self._return_seconds:.0f} 秒没有回应") from None
        return found


class Shared:
    """A value that each connection hands to the workers once."""

    def __init__(self, value: Any, how: dict[str, Any]) -> None:
        self.value, self.how = value, how


class Sent:
    """One call on its way; it is sent again where it is lost."""

    def __init__(
        self, cluster: Cluster, call: Callable[..., Any], arguments: tuple[Any, ...], how: dict[str, Any]
    ) -> None:
        self._cluster, self._call, self._arguments, self._how = cluster, call, arguments, how
        self._send()

    def _send(self) -> None:
        self._connection = self._cluster.connection
        self._future = None
        with contextlib.suppress(*_LOST):
            self._future = self._cluster.send(self._call, self._arguments, self._how)

    def result(self) -> Any:
        while True:
            if self._future is not None:
                with contextlib.suppress(*_LOST):
                    return self._cluster.result(self._future)
            self._cluster.mend(self._connection)
            self._send()


class WorkerError(RuntimeError):
    """What went wrong on which worker."""


def answer(call: Callable[..., Any], *arguments: Any) -> Any:
    """Runs on a worker. Raises WorkerError, which any version of the program can read."""
    try:
        return call(*arguments)
    except Exception as error:
        name = "" if type(error) in (RuntimeError, CityError) else f"{type(error).__name__}: "
        raise WorkerError(f"{socket.gethostname()}/{os.getpid()}：{name}{error}") from None
