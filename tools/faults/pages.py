"""Owns the faults of pages that land: in the writer alone, and in a crawl that is killed again and again."""

from __future__ import annotations

import multiprocessing
import os
import random
import time
from collections import Counter
from pathlib import Path

from pipeline.captures import end_of_members
from pipeline.landing import LandingWriter, iter_landed, read_capture
from pipeline.repair import repair_site
from tests.crawlers.servers import Web, make_city, serve
from tests.crawlers.test_faults import content, fill
from tools.faults.child import Strike, Work, command, run, scratch
from tools.faults.place import Place, page

PAGES = 60


class Landing(Place):
    """Pages are landed as the crawl lands them; what was acknowledged must be there."""

    can_lose_power = True

    def prepare(self) -> None:
        self.unbroken = run(self.work(scratch(self.folder, "unbroken"), 1, range(PAGES), 8))
        assert self.unbroken.code == 0, self.unbroken.said

    def work(self, folder: Path, run_number: int, wanted: range | list[int], group: int) -> Work:
        def land() -> None:
            name = f"20171009T{run_number:06d}-000"
            said = os.open(folder.parent / "acknowledged", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
            try:
                writer = LandingWriter(
                    folder / "var", "paper", name, group_pages=group,
                    on_landed=lambda landed: os.write(said, landed.url.encode() + b"\n"),
                )  # fmt: skip
                for number in wanted:
                    writer.add(*page(number, name))
                writer.close()
            except OSError as error:
                print("磁盘", error.errno)
                raise SystemExit(3) from error

        return land

    def round(self, rng: random.Random, number: int) -> None:
        folder = scratch(self.folder, "struck")
        (folder / "var").mkdir()
        acknowledged = folder.parent / "acknowledged"
        acknowledged.unlink(missing_ok=True)
        group = rng.choice([1, 3, 8, 32])
        runs = rng.randint(1, 3)
        for run_number in range(runs):
            known = self._landed(folder)
            rest = [n for n in range(PAGES) if page(n, "")[0].url not in known]
            self.strike(rng, self.work(folder, run_number, rest, group), self.unbroken, folder / "var")
            self._check(folder, acknowledged)
            repair_site(folder / "var", "paper")
            self._check(folder, acknowledged)
        known = self._landed(folder)
        rest = [n for n in range(PAGES) if page(n, "")[0].url not in known]
        done = run(self.work(folder, runs, rest, group))
        assert done.code == 0, done.said
        found = self._check(folder, acknowledged)
        assert len(found) == PAGES, f"{len(found)} of {PAGES}"
        for path in (folder / "var" / "captures" / "paper").glob("*.warc.gz"):
            assert end_of_members(path) == path.stat().st_size, path

    def _landed(self, folder: Path) -> Counter[str]:
        return Counter(landed.url for _, _, landed in iter_landed(folder / "var"))

    def _check(self, folder: Path, acknowledged: Path) -> Counter[str]:
        found = self._landed(folder)
        said = set(acknowledged.read_text().split()) if acknowledged.exists() else set()
        assert said <= found.keys(), f"lost: {sorted(said - found.keys())[:3]}"
        assert max(found.values(), default=1) == 1, f"doubled: {found.most_common(2)}"
        for _, _, landed in iter_landed(folder / "var"):
            assert landed.warc is not None and landed.warc_offset is not None
            read_capture(folder / "var", landed.warc, landed.warc_offset)
        return found


class Crawl(Place):
    """`gangqing crawl` of a site that grows, killed each time; every tenth time it may end."""

    def prepare(self) -> None:
        self.size = multiprocessing.get_context("fork").Value("i", 0)
        ready = multiprocessing.get_context("fork").Queue()
        self.server = multiprocessing.get_context("fork").Process(
            target=_serve_growing, args=(self.size, ready), daemon=True
        )
        self.server.start()
        self.base = ready.get(timeout=20)
        self.block = 0
        self._begin()
        self.size.value = 12
        self.unbroken = run(self.work())
        assert self.unbroken.code == 0, self.unbroken.said
        self._begin()

    def close(self) -> None:
        self.server.kill()
        self.server.join()

    def _begin(self) -> None:
        self.block += 1
        self.home = scratch(self.folder, f"home{self.block}")
        site = {"slug": "s", "start": [self.base + "/list"], "options": {"concurrency": 3}}
        self.city = make_city(self.home / "city", [site], backoff_seconds=0.01)
        self.size.value = 0

    def work(self) -> Work:
        crawl = command(
            "crawl", "--city", str(self.city.folder), "--home", str(self.home),
            "--from", "2017-10-01", "--to", "2017-10-31",
        )  # fmt: skip

        def with_simple_pages() -> None:
            from crawlers import run as crawl_run

            crawl_run.PROCESS_MODULE = "tests.crawlers.fake_process"
            crawl()

        return with_simple_pages

    def round(self, rng: random.Random, number: int) -> None:
        self.size.value += 12
        ended = run(self.work(), Strike("kill", after=rng.uniform(0.3, 1.15) * self.unbroken.seconds))
        self.struck += ended.was_struck
        found = content(self.home)
        assert max(found.values(), default=1) == 1, "doubled"
        if number % 10 == 9:
            done = run(self.work())
            assert done.code == 0, done.said[-400:]
            size = self.size.value
            found = content(self.home)
            assert len(found) == size + -(-size // 5) + 3 * -(-size // 4), f"{len(found)} pages of {size}"
            assert max(found.values()) == 1, "doubled"
            for _, _, record in iter_landed(self.home / "var" / "city"):
                if record.warc is not None and record.warc_offset is not None:
                    read_capture(self.home / "var" / "city", record.warc, record.warc_offset)
            self._begin()


def _serve_growing(size: object, ready: object) -> None:
    class Size(list):  # type: ignore[type-arg]
        def __getitem__(self, _: object) -> int:
            return size.value  # type: ignore[attr-defined,no-any-return]

    with serve(Web()) as web:
        fill(web, Size())
        ready.put(web.base)  # type: ignore[attr-defined]
        while True:
            time.sleep(3600)
