"""Owns tagging on a Dask cluster (city.yaml: tag_engine): the same tags in the same order as in this
process.

Chunks of items travel as in `pipeline.tagging.parallel`; each worker makes its tagger once. A worker
whose rules are others than the builder's is refused, since half of the tags would be another version's.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from itertools import chain
from typing import Any

from pipeline.city import City, CityError
from pipeline.records import ArticleTags, PostTags, ThreadTags
from pipeline.tagging.items import ArticleItem, PostItem, ThreadItem, batched
from pipeline.tagging.parallel import AHEAD, CHUNK, ITEMS, TAGS, encode, in_order
from pipeline.tagging.tagger import Tagger

_taggers: dict[str, Tagger] = {}  # of a worker, by the fingerprint of its rules


class EngineTagger(Tagger):
    """A tagger whose articles, threads and posts are tagged by the workers of a cluster; close it after use.

    Args:
        address: of the scheduler, tcp://host:port.
        fingerprint: of everything that tags depend on, computed on the worker as here; see
            `pipeline.rules.rules_fingerprint`.
    """

    def __init__(
        self, city: City, address: str, fingerprint: Callable[[City, Tagger], str], wait_seconds: float = 15
    ) -> None:
        super().__init__(city)
        self._address, self._fingerprint, self._wait_seconds = address, fingerprint, wait_seconds
        self.workers_seen: set[str] = set()  # who tagged

    @cached_property
    def _client(self) -> Any:
        try:
            from distributed import Client
        except ImportError as error:
            raise CityError(
                f"city.yaml 写了 tag_engine，但缺少包（{error}）：pip install 'gangqing[scale]'"
            ) from error
        try:
            return Client(self._address, timeout=self._wait_seconds, set_as_default=False)
        except (OSError, ValueError) as error:
            raise CityError(
                f"city.yaml 的 tag_engine：连不上 {self._address}（{error}）；去掉这一项即在本机标注"
            ) from error

    @cached_property
    def _rules(self) -> str:
        return self._fingerprint(self.city, Tagger(self.city))

    @cached_property
    def _sent_city(self) -> Any:
        return self._client.scatter(self.city, broadcast=True, hash=False)

    def articles(self, items: Iterable[ArticleItem]) -> list[ArticleTags]:
        return list(self._tag("articles", items))

    def threads(self, items: Iterable[ThreadItem]) -> list[ThreadTags]:
        return list(self._tag("threads", items))

    def posts(self, items: Iterable[PostItem]) -> list[PostTags]:
        return list(self._tag("posts", items))

    def close(self) -> None:
        """Leaves the cluster; may be called again."""
        if "_client" in self.__dict__:
            self._client.close()
            del self.__dict__["_client"]
            self.__dict__.pop("_sent_city", None)

    def _tag(self, kind: str, items: Iterable[Any]) -> Iterator[Any]:
        chunks = map(encode, batched(items, CHUNK))
        first = next(chunks, None)
        if first is None:  # the cluster is not asked where nothing is to be tagged
            return

        def submit(chunk: bytes) -> Any:
            return self._client.submit(
                tag_chunk, kind, chunk, self._sent_city, self._rules, self._fingerprint, pure=False
            )

        most = AHEAD * max(1, sum(self._client.nthreads().values()))
        for _, (worker, packed) in in_order(submit, chain([first], chunks), most):
            self.workers_seen.add(worker)
            yield from TAGS[kind].decode(packed)


def tag_chunk(
    kind: str, packed: bytes, city: City, rules: str, fingerprint: Callable[[City, Tagger], str]
) -> tuple[str, bytes]:
    """Runs on a worker: which one, and the tags. Raises RuntimeError where the rules here are others."""
    tagger = _taggers.get(rules)
    if tagger is None:
        tagger = Tagger(city)
        if fingerprint(city, tagger) != rules:
            raise RuntimeError("这台机器上的程序或城市数据与建库的机器不是同一版本，请先升级")
        _taggers.clear()
        _taggers[rules] = tagger
    return f"{socket.gethostname()}/{os.getpid()}", encode(getattr(tagger, kind)(ITEMS[kind].decode(packed)))
