"""Owns the faults of backup and restore."""

from __future__ import annotations

import random
import shutil
from collections import Counter

from pipeline.backup import check_backup
from pipeline.decisions import load_decisions
from pipeline.landing import iter_landed
from pipeline.store import open_store
from tools.faults.child import choose, command, run, scratch
from tools.faults.decided import Act
from tools.faults.place import Place
from tools.faults.town import arguments


class Backup(Place):
    """A backup that is killed leaves none; a restore that is killed leaves the old data or the new."""

    def prepare(self) -> None:
        self.acts = Act(scratch(self.folder, "acts"), "none")
        self.case = self.acts.case
        self.store = self.case.store.folder
        self.target = self.folder / "b.tar.zst"
        self.save = command("backup", str(self.target), *arguments(self.case))
        self.unbroken_save = run(self.save)
        assert self.unbroken_save.code == 0, self.unbroken_save.said
        self.then = self._state()
        self.later = command(*self.acts.act("expose", 1))
        assert run(self.later).code == 0
        self.now = self._state()
        self.back = command("restore", str(self.target), "--replace", *arguments(self.case))
        shutil.copytree(self.store, self.folder / "now")
        self.unbroken_back = run(self.back)
        assert self.unbroken_back.code == 0, self.unbroken_back.said

    def _state(self) -> Counter[str]:
        store = open_store(self.case.home, self.case.city)
        found = Counter(each.id for each in load_decisions(store.decisions))
        found.update(landed.url for _, _, landed in iter_landed(store.folder))
        return found

    def round(self, rng: random.Random, number: int) -> None:
        for path in self.store.parent.iterdir():
            shutil.rmtree(path)
        shutil.copytree(self.folder / "now", self.store)
        if number % 2:
            other = self.folder / "other.tar.zst"
            other.unlink(missing_ok=True)
            save = command("backup", str(other), *arguments(self.case))
            ended = run(save, choose(rng, "kill", self.unbroken_save))
            self.struck += ended.was_struck
            if other.exists():
                check_backup(other)
            else:
                assert ended.was_struck
                assert run(save).code == 0
                check_backup(other)
            assert self._state() == self.now
            return
        ended = run(self.back, choose(rng, "kill", self.unbroken_back))
        self.struck += ended.was_struck
        found = self._state()
        assert found in (self.then, self.now), "neither the old data nor the backup's"
        check_backup(self.target)
        done = run(self.back)
        assert done.code == 0, done.said[-400:]
        assert self._state() == self.then
        asides = [
            path
            for path in self.store.parent.iterdir()
            if ".replaced-" in path.name or "restoring" in path.name
        ]
        assert asides, "the former data is gone"
