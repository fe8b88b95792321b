"""Owns the faults of what people do and issue: a decision, a report."""

from __future__ import annotations

import pickle
import random
import shutil
from collections import Counter
from types import SimpleNamespace
from typing import Any

from analysis.acts import bulletin
from analysis.reports.build import compose, stem_of
from analysis.reports.issued import load_issues
from pipeline.decisions import load_decisions
from pipeline.store import open_store
from tools.faults.child import command, run, scratch
from tools.faults.place import Place
from tools.faults.town import NOW, UNIT, arguments, handed_over, small_town, stamp


class Act(Place):
    """What a person does (a hand-over, a planned exposure, an appeal with a photo that is granted): recorded
    once where it was acknowledged, recorded once when it is sent again."""

    can_lose_power = True

    def prepare(self) -> None:
        self.case = small_town(scratch(self.folder, "town"))
        self.tickets = handed_over(self.case)
        self.photo = self.folder / "photo.jpg"
        self.photo.write_bytes(b"\xff\xd8\xff" + b"photo" * 4000)
        self.store = self.case.store.folder
        shutil.copytree(self.store, self.folder / "store")
        self.unbroken = {name: run(command(*self.act(name, 0))) for name in ("sign", "expose", "appeal")}
        for ended in self.unbroken.values():
            assert ended.code == 0, ended.said

    def act(self, name: str, number: int) -> list[str]:
        common = ["--who", "宣传部 张三", "--at", stamp(number), *arguments(self.case)]
        return {
            "sign": ["queue", "sign", self.tickets[number % 3], *common],
            "expose": ["exposure", "add", f"围挡占道{number}", "--unit", "市住建委", *common],
            "appeal": [
                "appeal", "add", f"漏计的稿件{number}", "--unit", UNIT, "--file", str(self.photo), *common
            ],
        }[name]  # fmt: skip

    def round(self, rng: random.Random, number: int) -> None:
        shutil.rmtree(self.store)
        shutil.copytree(self.folder / "store", self.store)
        name = rng.choice(("sign", "expose", "appeal"))
        before = Counter(each.id for each in load_decisions(self.store / "decisions"))
        work = command(*self.act(name, number))
        ended = self.strike(rng, work, self.unbroken[name], self.store)
        found = Counter(each.id for each in load_decisions(self.store / "decisions"))
        fresh = found - before
        assert not before - found, "an earlier decision is lost"
        if "已记录" in ended.said or ended.code == 0:
            assert fresh.total() == 1, "acknowledged, but not there"
        again = run(work)
        found = Counter(each.id for each in load_decisions(self.store / "decisions"))
        assert (found - before).total() == 1, (
            f"{(found - before).total()} instead of one: {again.said[-300:]}"
        )
        assert again.code == 0 or fresh, again.said[-300:]
        assert "Traceback" not in again.said, again.said[-900:]


class Bulletin(Place):
    """`gangqing report issue`: there is a whole report with its number and its decision, or none."""

    can_lose_power = True

    def prepare(self) -> None:
        self.case = small_town(scratch(self.folder, "town"))
        assert run(command("build", *arguments(self.case))).code == 0
        self.store = self.case.store.folder
        shutil.copytree(self.store, self.folder / "store")
        issue = command(
            "report", "issue", "weekly", "--as-of", "2017-12-03", "--who", "绩效办 李四", "--at", NOW,
            *arguments(self.case),
        )  # fmt: skip
        self.drawn = self.folder / "drawn"

        def work() -> None:
            bulletin.compose = self.compose  # type: ignore[assignment]
            issue()

        self.work = work
        assert run(work).code == 0
        shutil.rmtree(self.store)
        shutil.copytree(self.folder / "store", self.store)
        self.unbroken = run(self.work)
        assert self.unbroken.code == 0, self.unbroken.said

    def compose(self, *arguments: Any, **more: Any) -> Any:
        """The Word, Excel and pictures are drawn once: they are the same, and no moment of theirs matters."""
        if not self.drawn.exists():
            made = compose(*arguments, **more)
            self.drawn.write_bytes(pickle.dumps(made.files("2017-12-03")))
        files = pickle.loads(self.drawn.read_bytes())
        stem = stem_of(arguments[0])
        return SimpleNamespace(
            files=lambda _: {name.replace("2017-12-03", stem, 1): content for name, content in files.items()}
        )

    def round(self, rng: random.Random, number: int) -> None:
        shutil.rmtree(self.store)
        shutil.copytree(self.folder / "store", self.store)
        ended = self.strike(rng, self.work, self.unbroken, self.store)
        store = open_store(self.case.home, self.case.city)
        found = load_issues(store.bulletins, store.decisions)
        assert all(set(kept.faults) <= {"决定记录中没有印发记录（下次印发时补记）"} for kept in found), found
        assert ended.code or len(found) == 1, "acknowledged, but not there"
        again = run(self.work)
        assert (again.code == 0) == (not found), again.said[-400:]
        assert "Traceback" not in again.said, again.said[-900:]
        kept = load_issues(store.bulletins, store.decisions)
        assert [each.issue.id for each in kept] == ["weekly-2017-001"], "not once, or the number is lost"
        assert not kept[0].faults, kept[0].faults
        decided = [each for each in load_decisions(store.decisions) if each.kind == "bulletin_issue"]
        assert len(decided) == 1, f"{len(decided)} decisions"
        assert not list(store.bulletins.glob(".staging*"))
