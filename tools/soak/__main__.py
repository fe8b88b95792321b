"""Owns `make soak`: plays days of a city for a stated time and watches; ends with a table and a code."""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import yaml
from rich.console import Console
from rich.table import Table

from analysis.crawl_table import UNREACHED
from analysis.desk.jobs import Jobs
from analysis.desk.rights import Role
from analysis.desk.tokens import Tokens
from analysis.notify.outbox import load_outbox
from commands.common import wall_clock
from pipeline.china import CHINA
from pipeline.city import City
from pipeline.store import open_store
from sample.serve import sample_city
from tools.faults.town import Receiver
from tools.soak.desk import NAMES, running_desk, settle_people
from tools.soak.page import PAGE, Outcome, page_of, verdicts
from tools.soak.people import Person, Seen
from tools.soak.played import PlayedClock, program
from tools.soak.watch import BESIDE, Books, Look, log_errors, look, same_when_rebuilt
from tools.soak.world import World, sites_down, troubles, write_content

START = dt.date(2017, 10, 9)  # days of the plan's season with a week behind the first that is played
BACKLOG = 7  # days


class Soak:
    """One soak in a folder of its own."""

    def __init__(self, folder: Path, minutes: float, day_seconds: float, think: float, seed: str) -> None:
        self.folder, self.seconds, self.think = folder, minutes * 60, think
        self.home, self.clock_file = folder / "home", folder / "clock"
        self.home.mkdir()
        rng = random.Random(seed)
        days = BACKLOG + int(self.seconds * 1.5 / day_seconds) + 20
        write_content(folder / "content", START, days, rng)
        self.extra = troubles(folder / "content", START, days, rng)
        first = dt.datetime.combine(START + dt.timedelta(days=BACKLOG), dt.time(8))
        self.clock = PlayedClock(began=time.time(), start=first, day_seconds=day_seconds)
        self.clock.write(self.clock_file)
        self.env = os.environ | {"PYTHONPATH": str(PAGE.parents[1])}
        self.receiver = Receiver(folder)
        self.errors: list[str] = []
        self.looks: list[Look] = []
        self.told = 0  # errors that were printed as they came
        self.runs = 0  # of the command line
        self.held = 0  # comparisons that agreed

    def command(self, *arguments: str, home: Path | None = None, codes: tuple[int, ...] = (0,)) -> str:
        """Run the command line under the played clock; what it printed. An unexpected end is an error."""
        done = subprocess.run(
            [*program(self.clock_file), *arguments, *self._where(home or self.home)],
            capture_output=True,
            text=True,
            env=self.env,
            cwd=self.folder,
        )  # fmt: skip
        self.runs += 1
        if done.returncode not in codes or "Traceback" in done.stderr:
            self.errors.append(f"{' '.join(arguments)}: {done.returncode} {done.stderr[-500:]}")
        return done.stdout

    def _where(self, home: Path) -> list[str]:
        return ["--city", str(self.city.folder), "--home", str(home)]

    def asked(self, *arguments: str) -> Any:
        said = self.command(*arguments)
        return json.loads(said) if said.strip() else []

    def crawl(self) -> None:
        """By hand, so that what it says of itself can be compared with what it landed."""
        days = {self.clock.now().date()}
        said = self.command("crawl", "--json", codes=(0, 1))
        days.add(self.clock.now().date())
        down = sites_down(self.city.sites, self.extra, days)
        for row in json.loads(said) if said.strip() else []:
            said_down = row["site"] in down and UNREACHED in (row["error"] or "")
            if row["error"] and BESIDE not in row["error"] and not said_down:
                self.errors.append(f"crawl of {row['site']}: {row['error']}")

    def run(self) -> Outcome:
        world = World(self.folder / "content", self.clock, self.extra)
        try:
            with sample_city(world.port) as city:
                self.city = city
                self._settle(city)
                self.store = open_store(self.home, city)
                self._open_channels(city)
                self.crawl()
                self.command("build")
                settle_people(self.store, self.clock.now())
                command = [*program(self.clock_file), "desk", *self._where(self.home)]
                with running_desk(command, self.folder, self.env, self.errors) as (base, pid):
                    outcome = self._live(base, pid)
                # Nothing runs any more: what is read from now on stays.
                self._rest()
                self.command("build")
                self._compare(self._messages)
                self._compare(self._rebuild)
                found = [*outcome.errors, *self.errors, *log_errors(self.store)]
                outcome.errors = list(dict.fromkeys(found))
                outcome.held, outcome.runs = outcome.held + self.held, self.runs
                return outcome
        finally:
            world.close()
            self.receiver.close()

    def _open_channels(self, city: City) -> None:
        """A webhook for every unit."""
        url = f"json://127.0.0.1:{self.receiver.port}"
        channels = [
            {"name": f"c{number}", "unit": unit.short, "url": url, "interval_seconds": 0}
            for number, unit in enumerate(city.units)
        ]
        self.store.channels.write_text(yaml.safe_dump({"channels": channels}, allow_unicode=True), "utf-8")
        self.store.channels.chmod(0o600)

    def _messages(self) -> None:
        """Each message arrived once, but those that wait for the morning."""
        counts = self.receiver.counts()
        parts = load_outbox(self.store.outbox).parts.values()
        sent = {part.id for part in parts if part.delivered_at}
        assert sent == set(counts), f"{len(sent)} messages delivered, {len(counts)} came"
        assert max(counts.values(), default=1) == 1, "a message came twice"
        self.held += 1

    def _settle(self, city: City) -> None:
        """The desk's times: it crawls by itself every other minute of the wall clock."""
        now = dt.datetime.now(CHINA)
        minutes = [f"{now + dt.timedelta(minutes=n):%H:%M}" for n in range(1, int(self.seconds / 60) + 3)]
        desk = {"crawl_at": sorted(set(minutes[::2])), "notify_at": sorted(set(minutes[1::10]))}
        settings = json.loads((city.folder / "city.yaml").read_text("utf-8")) | {"desk": desk}
        (city.folder / "city.yaml").write_text(json.dumps(settings), "utf-8")

    def _live(self, base: str, pid: int) -> Outcome:
        _, secret = Tokens(self.store.accounts).make("soak", Role.INSPECTOR, None, "guanli", self.clock.now())
        books = Books(self.home, self.store, base, secret, self.asked)
        seen, over = Seen(), threading.Event()
        people = [
            Person(base, role, name, seen, over, self.think, n)
            for n, (role, name) in enumerate(NAMES.items())
        ]
        began = time.monotonic()
        for person in people:
            person.start()
        reader = people[list(NAMES).index(Role.INSPECTOR)]
        every = max(20.0, min(60.0, self.seconds / 4))
        turn = 0
        while (passed := time.monotonic() - began) < self.seconds:
            time.sleep(max(1.0, min(every * (turn + 1) - passed, self.seconds - passed)))
            self._look(books, pid, time.monotonic() - began)
            with contextlib.suppress(httpx.TransportError):
                self._compare(lambda: books.page_total(reader.client, self._yesterday()))
            self._by_hand(turn)
            turn += 1
            self._tell(seen)
        over.set()
        for person in people:
            person.join(timeout=130)
        self._rest()
        self.crawl()
        self.command("build")
        time.sleep(2)
        self._look(books, pid, time.monotonic() - began)
        self._compare(books.captures)
        return Outcome(
            minutes=(time.monotonic() - began) / 60,
            day_seconds=self.clock.day_seconds,
            looks=self.looks,
            clicks=seen.clicks,
            acts=seen.acts,
            began=began,
            errors=seen.errors,
            held=books.held,
            runs=self.runs,
            jobs=len(list(self.store.jobs.glob("*.json"))),
        )

    def _yesterday(self) -> dt.date:
        return self.clock.now().date() - dt.timedelta(days=1)

    def _look(self, books: Books, pid: int, at: float) -> None:
        self.looks.append(look(pid, self.home, self.store, at, self.clock.now().date()))
        for compare in (books.pages, books.warehouse, lambda: books.answers(self._yesterday())):
            self._compare(compare)

    def _compare(self, compare: Any) -> None:
        try:
            compare()
        except AssertionError as error:
            self.errors.append(f"{self.clock.now():%Y-%m-%d %H:%M}: {str(error)[:400]}")

    def _by_hand(self, turn: int) -> None:
        """What somebody does on the command line beside the desk."""
        day = self._yesterday().isoformat()
        kind = turn % 5
        if kind == 0:
            self.crawl()
        elif kind == 1:
            self.command("build")
        elif kind == 2:
            self.command("search", "部署", "--as-of", day)
        elif kind == 3:
            target = self.folder / "backup.tar.zst"
            target.unlink(missing_ok=True)
            self.command("backup", str(target))
        else:
            self.command("queue", "stats", "--as-of", day)

    def _rest(self) -> None:
        """Until no job of the desk runs."""
        until = time.monotonic() + 300
        while time.monotonic() < until:
            if not any(job.is_running for job in Jobs(self.store.jobs, wall_clock).all()):
                return
            time.sleep(0.5)
        self.errors.append("a job does not end")

    def _rebuild(self) -> None:
        other = self.folder / "rebuilt"
        shutil.copytree(self.home / "var", other / "var")
        same = same_when_rebuilt(self.home, other, lambda home: self.command("build", home=home))
        assert same, "built anew, the warehouse gives other answers"
        self.held += 1

    def _tell(self, seen: Seen) -> None:
        last = self.looks[-1]
        found = [*self.errors, *seen.errors]
        for error in found[self.told :]:
            print(f"  {error[:1000]}", flush=True)
        self.told = len(found) if len(found) > self.told else self.told
        errors = len(found)
        print(
            f"{last.at / 60:5.1f} min {last.day} {last.resident / 1e6:.0f} MB {last.files} files "
            f"{last.threads} threads, home {last.home / 1e6:.1f} MB, {last.pages} pages "
            f"{last.articles} articles {last.posts} posts {last.decisions} decisions, "
            f"{len(seen.clicks)} clicks {errors} errors",
            flush=True,
        )


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=120)
    parser.add_argument("--day-seconds", type=float, default=60.0, help="seconds that a played day takes")
    parser.add_argument("--think", type=float, default=2.0, help="seconds between two clicks of a person")
    parser.add_argument("--seed", default=None)
    parser.add_argument(
        "--keep", type=Path, default=None, help="a folder that stays, to look at it afterwards"
    )
    parser.add_argument("--no-write", action="store_true", help="do not write docs/soak.md")
    chosen = parser.parse_args()
    seed = chosen.seed or f"{time.time_ns():x}"
    with contextlib.ExitStack() as stack:
        if chosen.keep is not None:
            chosen.keep.mkdir(parents=True)
            folder = chosen.keep.resolve()
        else:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gangqing-soak-")))
        outcome = Soak(folder, chosen.minutes, chosen.day_seconds, chosen.think, seed).run()
    rows = verdicts(outcome)
    table = Table(
        "what", "start", "end", "bound", "holds", title=f"{outcome.minutes:.0f} minutes, seed {seed}"
    )
    for row in rows:
        table.add_row(*row[:4], "yes" if row[4] else "NO")
    Console().print(table)
    for error in outcome.errors[:50]:
        print(error)
    if not chosen.no_write:
        PAGE.write_text(page_of(outcome, rows, seed), "utf-8")
    return 0 if all(row[4] for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
