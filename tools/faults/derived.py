"""Owns the faults of what is derived: a build that is struck, and a warehouse or an index that is damaged."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

from tools.faults.child import command, run, scratch
from tools.faults.place import Place
from tools.faults.town import arguments, digest, handed_over, small_town


class Build(Place):
    """`gangqing build` of an increment: the edition is the old or the new one, the next build ends as the
    unbroken one."""

    def prepare(self) -> None:
        self.case = small_town(scratch(self.folder, "town"))
        self.work = command("build", *arguments(self.case))
        assert run(self.work).code == 0
        self.old = self.case.home / "old.duckdb"
        shutil.copyfile(self.case.warehouse, self.old)
        for number in range(4):
            self.case.article(
                "2017-11-20", f"市教育局召开教学质量会议，第{number}次。", title=f"市教育局抓质量{number}"
            )
        self.case.thread(
            "9",
            "路灯不亮",
            [("小林", "2017-12-02 10:00:00", "西湾路灯不亮，谁来修")],
            at="2017-12-03T18:00:00",
        )
        self.unbroken = run(self.work)
        assert self.unbroken.code == 0, self.unbroken.said
        self.before, self.after = digest(self.old), digest(self.case.warehouse)
        assert self.before != self.after

    def round(self, rng: random.Random, number: int) -> None:
        is_first = rng.random() < 0.25
        for path in self.case.home.glob("warehouse*"):
            path.unlink()
        if not is_first:
            shutil.copyfile(self.old, self.case.warehouse)
        self.strike(rng, self.work, self.unbroken, self.case.home)
        found = digest(self.case.warehouse)
        assert found in (None if is_first else self.before, self.after), "neither the old edition nor the new"
        done = run(self.work)
        assert done.code == 0, done.said
        assert digest(self.case.warehouse) == self.after, "the next build ends elsewhere"
        words = run(command("search", "教学质量", *arguments(self.case)))
        assert words.code == 0 and "市教育局抓质量" in words.said, words.said[-300:]
        assert not list(self.case.home.glob("*.building*")), "a draft is left behind"


class Damage(Place):
    """The warehouse, the search index and the crawl's state are derived: whatever becomes of them, the next
    build gives the same answers, or says that it needs --rebuild."""

    def prepare(self) -> None:
        self.case = small_town(scratch(self.folder, "town"))
        handed_over(self.case)
        self.build = command("build", *arguments(self.case))
        assert run(self.build).code == 0
        self.expected = digest(self.case.warehouse)
        self.files = [self.case.warehouse, self.case.home / "warehouse.search.sqlite"]
        self.whole = [path.read_bytes() for path in self.files]

    def round(self, rng: random.Random, number: int) -> None:
        for path, content_of in zip(self.files, self.whole, strict=True):
            path.write_bytes(content_of)
        for path, content_of in zip(self.files, self.whole, strict=True):
            if path == self.files[0] or rng.random() < 0.5:
                _damage(rng, path, content_of)
        self.struck += 1
        done = run(self.build)
        assert "Traceback" not in done.said, done.said[-900:]
        found = digest(self.case.warehouse)
        if done.code or found == "damaged":
            done = run(command("build", "--rebuild", *arguments(self.case)))
            assert done.code == 0, done.said[-400:]
            found = digest(self.case.warehouse)
        assert found == self.expected, "other answers than before"
        words = run(command("search", "冬修水利", *arguments(self.case)))
        assert "Traceback" not in words.said, words.said[-900:]
        assert words.code == 0 and words.said.count("市水利局部署") == 6, words.said[-400:]
        # The index alone: whoever asks next is told, or has it mended, but finds all.
        _damage(rng, self.files[1], self.whole[1])
        words = run(command("search", "冬修水利", *arguments(self.case)))
        assert words.code == 0 and words.said.count("市水利局部署") == 6, words.said[-400:]


def _damage(rng: random.Random, path: Path, whole: bytes) -> None:
    kind = rng.choice(("delete", "cut", "flip", "zero", "junk", "empty"))
    place = rng.randrange(len(whole))
    if kind == "delete":
        path.unlink()
    elif kind == "cut":
        path.write_bytes(whole[:place])
    elif kind == "flip":
        many = bytearray(whole)
        for _ in range(rng.randint(1, 40)):
            many[rng.randrange(len(many))] ^= 1 << rng.randrange(8)
        path.write_bytes(bytes(many))
    elif kind == "zero":
        length = rng.randint(1, 300_000)
        path.write_bytes(whole[:place] + bytes(min(length, len(whole) - place)) + whole[place + length :])
    elif kind == "junk":
        path.write_bytes(rng.randbytes(rng.randint(1, 50_000)))
    else:
        path.write_bytes(b"")
