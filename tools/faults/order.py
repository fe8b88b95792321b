"""Owns the faults of order: a clock that goes back, two starts at once."""

from __future__ import annotations

import datetime as dt
import random
import shutil
import time

from analysis.notify.outbox import load_outbox
from analysis.reports.issued import load_issues
from pipeline.backup import check_backup
from pipeline.decisions import load_decisions
from pipeline.landing import LandingWriter, next_run
from tools.faults.child import Work, command, finish, run, scratch, start
from tools.faults.decided import Act, Bulletin
from tools.faults.place import Place, page
from tools.faults.sent import Notification
from tools.faults.town import NOW, arguments, digest


class ClockBack(Place):
    """Acts, runs of a crawl and notifications while the clock goes back: nothing is overwritten, lost or told
    twice; an act that would come before the last one on the same thing is refused."""

    def prepare(self) -> None:
        self.notes = Notification(scratch(self.folder, "notes"), "none")
        self.case = self.notes.case
        self.store = self.case.store.folder

    def close(self) -> None:
        self.notes.close()

    def round(self, rng: random.Random, number: int) -> None:
        shutil.rmtree(self.store)
        shutil.copytree(self.notes.folder / "store", self.store)
        back = dt.timedelta(minutes=int(10 ** rng.uniform(0, 5.3)))
        now = dt.datetime.fromisoformat(NOW)
        self.struck += 1
        # Runs of a crawl: the later one reads as the later one.
        runs = []
        for moment in (now, now - back, now - 2 * back, now + dt.timedelta(minutes=1)):
            name = next_run(self.store, ["gov"], moment)
            writer = LandingWriter(self.store, "gov", name)
            writer.add(*page(len(runs), name))
            writer.close()
            runs.append(name)
        assert runs == sorted(set(runs)), f"runs out of order: {runs}"
        # Acts: two on one ticket, the second of them before the first; one on another.
        tickets = [each.target for each in load_decisions(self.store / "decisions")]
        for which, (moment, ticket) in enumerate(
            ((now, tickets[0]), (now - back, tickets[0]), (now - back, tickets[1]))
        ):
            ended = run(_at(moment, "queue", "sign", ticket, "--who", "市水利局 某", *arguments(self.case)))
            said = [each for each in load_decisions(self.store / "decisions") if each.target == ticket]
            assert "Traceback" not in ended.said, ended.said[-900:]
            assert (ended.code == 0) == (len(said) == 2 and which != 1), f"{which} {ended.code} {ended.said}"
        # Notifications: told once, whatever the clock says.
        self.notes.receiver.forget()
        for moment in (now, now - back, now):
            ended = run(
                command(
                    "notify", "send", "--as-of", moment.isoformat(timespec="minutes"), *arguments(self.case)
                )
            )
            assert "Traceback" not in ended.said, ended.said[-900:]
        keys = [item.key for part in load_outbox(self.store / "outbox").parts.values()
                if part.number == 1 for item in part.message.items]  # fmt: skip
        assert len(keys) == len(set(keys)), "planned twice"
        assert max(self.notes.receiver.counts().values(), default=1) == 1, "sent twice"


def _at(moment: dt.datetime, *words: str) -> Work:
    """A command while the clock shows a moment."""
    import importlib
    import pkgutil

    import commands

    act = command(*words)

    def work() -> None:
        for module in pkgutil.iter_modules(commands.__path__):
            loaded = importlib.import_module(f"commands.{module.name}")
            if hasattr(loaded, "wall_clock"):
                loaded.wall_clock = lambda: moment
        act()

    return work


class TwoStarts(Place):
    """The same command twice or three times at once."""

    def prepare(self) -> None:
        self.acts = Act(scratch(self.folder, "acts"), "none")
        self.issues = Bulletin(scratch(self.folder, "issues"), "none")
        self.notes = Notification(scratch(self.folder, "notes"), "none")

    def close(self) -> None:
        self.notes.close()

    def together(self, rng: random.Random, works: list[Work]) -> list[str]:
        began = time.monotonic()
        started = []
        for work in works:
            started.append(start(work))
            time.sleep(rng.choice((0, 0, 0.01, 0.1)))
        said = []
        for child, path in started:
            ended = finish(child, path, began)
            assert "Traceback" not in ended.said, ended.said[-900:]
            said.append(f"{ended.code} {ended.said}")
        self.struck += 1
        return said

    def round(self, rng: random.Random, number: int) -> None:
        kind = ("act", "issue", "send", "build", "backup")[number % 5]
        place = {"issue": self.issues, "send": self.notes}.get(kind, self.acts)
        store = place.store
        shutil.rmtree(store)
        shutil.copytree(place.folder / "store", store)
        before = len(list(load_decisions(store / "decisions")))
        many = rng.choice((2, 3))
        if kind == "act":
            name = rng.choice(("sign", "expose", "appeal"))
            said = self.together(rng, [command(*self.acts.act(name, number))] * many)
            after = len(list(load_decisions(store / "decisions")))
            assert after == before + 1, f"{name}: {after - before} decisions: {said}"
        elif kind == "issue":
            said = self.together(rng, [self.issues.work] * many)
            kept = load_issues(store / "bulletins", store / "decisions")
            assert [each.faults for each in kept] == [[]], said
            assert sum(each.startswith("0 ") for each in said) == 1, said
        elif kind == "send":
            self.notes.receiver.forget()
            self.together(rng, [self.notes.work()] * many)
            assert self.notes.receiver.counts().total() == self.notes.wanted.total()
        elif kind == "build":
            case = self.acts.case
            assert run(command("build", *arguments(case))).code == 0  # what was decided since is loaded
            before_digest = digest(case.warehouse)
            said = self.together(
                rng, [command("build", *arguments(case), *rng.choice(([], ["--rebuild"])))] * many
            )
            assert all(each.startswith("0 ") for each in said), said
            assert digest(case.warehouse) == before_digest
        else:
            case = self.acts.case
            target = self.folder / "b.tar.zst"
            target.unlink(missing_ok=True)
            said = self.together(rng, [command("backup", str(target), *arguments(case))] * many)
            assert any(each.startswith("0 ") for each in said), said
            assert check_backup(target).counts["决定"] == before
