"""Owns the faults that are no strike at one command: a crawl killed again and again, torn lines, clocks that
go back, two starts at once, damaged files, backups."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import random
import shutil
import time
from collections import Counter
from pathlib import Path

import msgspec

from analysis.desk.accounts import Account, Accounts
from analysis.desk.audit import AuditEntry, AuditLog
from analysis.desk.rights import Role
from analysis.notify.outbox import load_outbox
from analysis.reports.issued import load_issues
from pipeline.backup import check_backup
from pipeline.decisions import Decision, append_decision, load_decisions
from pipeline.landing import LandingWriter, iter_landed, next_run, read_capture
from pipeline.repair import repair_site
from pipeline.store import open_store
from tests.crawlers.servers import Web, make_city, serve
from tests.crawlers.test_faults import content, fill
from tools.faults.child import Strike, Work, choose, command, finish, run, scratch, start
from tools.faults.rounds import Act, Bulletin, Notification, Place, page, town_of
from tools.faults.town import NOW, arguments, digest, handed_over, small_town


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


class Torn(Place):
    """A record cut within its last line, or with junk behind it: all before it is read, the next is whole."""

    def round(self, rng: random.Random, number: int) -> None:
        folder = scratch(self.folder, "torn")
        at = dt.datetime.fromisoformat(NOW)
        decision = Decision(
            id="", at=at.isoformat(), who="某", kind="transfer", target="t", after={"unit": "市水利局"}
        )
        decide = msgspec.structs.replace

        def account(name: str) -> Account:
            return Account(
                name=name, person="某", roles=frozenset({Role.INSPECTOR}), password="x", at=at, by="某"
            )

        def lands(run_number: int, numbers: range) -> None:
            repair_site(folder, "paper")
            writer = LandingWriter(folder, "paper", f"20171009T{run_number:06d}-000")
            for each in numbers:
                writer.add(*page(each, "r"))
            writer.close()

        kinds = {
            "decisions": (
                lambda n: append_decision(folder / "decisions", decide(decision, id=f"d{n}")),
                lambda: [each.id for each in load_decisions(folder / "decisions")],
                "decisions/2017.jsonl",
            ),
            "accounts": (
                lambda n: Accounts(folder / "accounts").write(account(f"d{n}")),
                lambda: list(Accounts(folder / "accounts").all()),
                "accounts/accounts.jsonl",
            ),
            "audit": (
                lambda n: AuditLog(folder / "audit").write(AuditEntry(at=at, who=f"d{n}", act="登录")),
                lambda: [each.who for each in AuditLog(folder / "audit").entries()],
                "audit/2017.jsonl",
            ),
            "landing": (
                lambda n: lands(n, range(n * 5, n * 5 + 5)),
                lambda: [
                    f"d{int(r.url[18:-5]) // 5}"
                    for _, _, r in iter_landed(folder)
                    if int(r.url[18:-5]) % 5 == 0
                ],
                None,
            ),
        }
        write, read, name = kinds[rng.choice(sorted(kinds))]
        count = rng.randint(1, 4)
        for each in range(count):
            write(each)  # type: ignore[no-untyped-call]
        path = folder / name if name else max((folder / "landing" / "paper").glob("*.jsonl"))
        whole = path.read_bytes()
        expected = [f"d{each}" for each in range(count)]
        last = whole.rstrip(b"\n").rfind(b"\n") + 1
        if rng.random() < 0.6:
            cut = rng.randint(last, len(whole) - 1)
            path.write_bytes(whole[:cut])
            # Cut exactly before the line's end it is a whole record without its newline.
            survives = name is not None and cut == len(whole) - 1
            if name is not None and not survives:
                expected.pop()
        else:
            line = whole[last:]
            path.write_bytes(whole + line[: rng.randint(1, len(line) - 2)])
        self.struck += 1
        if name is not None:
            assert read() == expected, f"{name}: {read()} instead of {expected}"  # type: ignore[no-untyped-call]
        else:
            assert read() == expected or read() == expected[:-1] or len(read()) == count  # type: ignore[no-untyped-call]
        write(count)  # type: ignore[no-untyped-call]
        found = read()  # type: ignore[no-untyped-call]
        assert found == [*expected, f"d{count}"], f"{name}: {found} instead of {[*expected, f'd{count}']}"


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
            case = town_of(self.acts)
            assert run(command("build", *arguments(case))).code == 0  # what was decided since is loaded
            before_digest = digest(case.warehouse)
            said = self.together(
                rng, [command("build", *arguments(case), *rng.choice(([], ["--rebuild"])))] * many
            )
            assert all(each.startswith("0 ") for each in said), said
            assert digest(case.warehouse) == before_digest
        else:
            case = town_of(self.acts)
            target = self.folder / "b.tar.zst"
            target.unlink(missing_ok=True)
            said = self.together(rng, [command("backup", str(target), *arguments(case))] * many)
            assert any(each.startswith("0 ") for each in said), said
            assert check_backup(target).counts["决定"] == before


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
