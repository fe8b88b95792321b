"""A cluster that fails in the middle of a build: the same answers in the end, or a word of what to do."""

from __future__ import annotations

import datetime as dt
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.city import City, CityError
from pipeline.load import build
from pipeline.records import ArticleTags
from pipeline.rules import program_digest, rules_fingerprint
from pipeline.tagging.engine import EngineTagger
from pipeline.tagging.items import ArticleItem, PostItem
from pipeline.tagging.parallel import encode
from pipeline.tagging.tagger import Tagger
from pipeline.warehouse import Warehouse
from tests.analysis.case import Case
from tests.services import DaskServices, dask_services

POSTS = [PostItem(id=f"p{number}", text=f"请问第{number}小学几时报名？") for number in range(3)]


@pytest.fixture(scope="module")
def landed(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """A home with articles and a thread, built by this process."""
    case = Case(tmp_path_factory.mktemp("home"))
    for day in range(1, 10):
        case.article(dt.date(2017, 10, day).isoformat(), f"[市水利局:byline] 第{day}篇")
    posts = [("市民", "2017-10-09T08:00", "请市水利局答复：水库几时放水？")]
    case.thread("1", "请问市水利局", posts, at="2017-10-09T12:00:00")
    build_with(case, Tagger(case.city))
    return case


def build_with(case: Case, tagger: Tagger, **more: Any) -> None:
    build(case.city, home=case.home, warehouse=case.warehouse, tagger=tagger, **more)


def digest(warehouse: Path) -> str:
    opened = Warehouse(warehouse, read_only=True)
    try:
        return opened.digest()
    finally:
        opened.close()


def tagger_of(case: Case, services: DaskServices, **seconds: float) -> EngineTagger:
    return EngineTagger(case.city, services.address, rules_fingerprint, wait_seconds=5, **seconds)


def test_what_is_lost_with_a_worker_is_tagged_again(landed: Case, tmp_path: Path) -> None:
    before = digest(landed.warehouse)
    with dask_services(tmp_path, workers=1) as services:
        tagger, faults = tagger_of(landed, services), [services]

        def say(stage: str, done: int, total: int | None) -> None:
            if stage == "标注帖子" and faults:
                services.kill(*faults.pop().workers)
                services.start_worker()

        build_with(landed, tagger, rebuild=True, progress=say)
        tagger.close()
    assert not faults and digest(landed.warehouse) == before


def told(tagger: EngineTagger) -> str:
    """What is said where no tags come."""
    with pytest.raises(CityError, match="gangqing build") as error:
        tagger.posts(POSTS)
    tagger.close()
    return str(error.value)


def test_workers_that_hang_are_told(landed: Case, tmp_path: Path) -> None:
    with dask_services(tmp_path, workers=1) as services:
        services.await_worker()
        services.workers[0].send_signal(signal.SIGSTOP)
        assert "等了 3 秒没有标注结果" in told(tagger_of(landed, services, answer_seconds=3))


def test_a_scheduler_that_hangs_is_told(landed: Case, tmp_path: Path) -> None:
    with dask_services(tmp_path, workers=1) as services:
        services.await_worker()
        tagger = tagger_of(landed, services, start_seconds=3)
        tagger.posts(POSTS)
        services.scheduler.send_signal(signal.SIGSTOP)
        assert "调度器 3 秒没有回应" in told(tagger)


def test_a_scheduler_that_is_gone_is_told(landed: Case, tmp_path: Path) -> None:
    with dask_services(tmp_path, workers=1) as services:
        services.await_worker()
        tagger = tagger_of(landed, services, start_seconds=3)
        tagger.posts(POSTS)
        services.kill(services.scheduler)
        said = told(tagger)
        assert "连接断了" in said or "没有回应" in said  # as it is found before texts are sent, or after


def test_a_cluster_without_a_worker_is_told(landed: Case, tmp_path: Path) -> None:
    with dask_services(tmp_path, workers=0) as services:
        assert "没有 worker" in told(tagger_of(landed, services, start_seconds=1))


class OneWorker:
    """Stands in for distributed's client: this process answers."""

    def __init__(self, result: Callable[..., Any] | None = None) -> None:
        self._result = result

    def nthreads(self, **_how: Any) -> dict[str, int]:
        return {"tcp://one": 1}

    def close(self) -> None:
        pass

    def submit(self, call: Callable[..., Any], *arguments: Any, **_how: Any) -> Any:
        class Done:
            def result(_, timeout: float) -> Any:
                return self._result(*arguments) if self._result else call(*arguments)

        return Done()


def one_worker(city: City, result: Any = None, fingerprint: Any = rules_fingerprint) -> EngineTagger:
    pytest.importorskip("distributed", reason="needs the packages of gangqing[scale]")
    tagger = EngineTagger(city, "tcp://one", fingerprint)
    tagger.__dict__["_client"] = OneWorker(result)  # in the place of the cached property
    return tagger


def tags_of(city: City, result: Any = None, **how: Any) -> list[ArticleTags]:
    return one_worker(city, result, **how).articles([ArticleItem(id="a"), ArticleItem(id="b")])


def test_a_worker_of_another_version_is_named(landed: Case) -> None:
    said = iter(["ours", "another"])
    with pytest.raises(CityError, match=r"tag_engine：worker 上出错（.+ 上的程序.*不是同一版本"):
        tags_of(landed.city, fingerprint=lambda city, tagger: next(said))


def test_an_answer_that_is_not_the_tags_of_what_was_sent_is_refused(landed: Case) -> None:
    tags = Tagger(landed.city).articles([ArticleItem(id="b"), ArticleItem(id="a")])
    for bad in (tags, tags[1:], [*tags[::-1], *tags], []):
        with pytest.raises(CityError, match="不是标签"):
            tags_of(landed.city, lambda *_, bad=bad: ("one", encode(bad)))
    for junk in (("one", b"\xc1"), ("one", encode([{"id": "a"}])), ("one", None), None, 7, "ab"):
        with pytest.raises(CityError, match="不是标签"):
            tags_of(landed.city, lambda *_, junk=junk: junk)


def test_a_process_tells_the_program_that_it_runs_and_not_what_was_put_in_its_place(
    landed: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    tagger = Tagger(landed.city)
    before, program = rules_fingerprint(landed.city, tagger), program_digest()
    read = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: read(path) + (b"#" if path.suffix == ".py" else b""))
    assert rules_fingerprint(landed.city, tagger) == before
    program_digest.cache_clear()
    assert program_digest() != program
    program_digest.cache_clear()


def test_a_build_that_gets_no_tags_leaves_the_warehouse_as_it_was(landed: Case) -> None:
    before = digest(landed.warehouse)
    with pytest.raises(CityError, match="不是标签"):
        build_with(landed, one_worker(landed.city, lambda *_: ("one", b"")), rebuild=True)
    assert digest(landed.warehouse) == before
    assert not landed.warehouse.with_name(landed.warehouse.name + ".building").exists()
