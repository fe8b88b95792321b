"""Owns the places that are struck: each prepares something, is struck, and says whether anything is lost or
doubled. A round is over only when the work was done again and the end is that of an unbroken run."""

from __future__ import annotations

import datetime as dt
import os
import pickle
import random
import shutil
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import yaml

from analysis.acts import bulletin
from analysis.notify.outbox import load_outbox
from analysis.reports.build import compose, stem_of
from analysis.reports.issued import load_issues
from pipeline.captures import end_of_members
from pipeline.decisions import load_decisions
from pipeline.landing import Exchange, LandingWriter, iter_landed, read_capture
from pipeline.records import Article, Landed
from pipeline.repair import repair_site
from pipeline.store import open_store
from tests.analysis.case import REPOSITORY, Case
from tools.faults.child import Disk, Ended, Work, choose, command, run, scratch
from tools.faults.town import NOW, UNIT, Receiver, arguments, digest, handed_over, small_town, stamp

PAGES = 60


class Place:
    """Where a fault strikes. `prepare` is called once, `round` as often as asked."""

    can_lose_power = False

    def __init__(self, folder: Path, what: str) -> None:
        self.folder, self.what = folder, what
        self.struck = 0
        self.prepare()

    def prepare(self) -> None: ...

    def round(self, rng: random.Random, number: int) -> None:
        raise NotImplementedError

    def close(self) -> None: ...

    def strike(self, rng: random.Random, work: Work, unbroken: Ended, data: Path) -> Ended:
        """Do the work and strike it; with `power`, leave of `data` only what was synced."""
        blow = choose(rng, self.what, unbroken)
        log = data.with_name(data.name + ".log") if self.what == "power" else None
        disk = Disk(data) if log is not None else None
        ended = run(work, blow, log)
        self.struck += ended.was_struck
        if blow.what in ("full", "short") and ended.was_struck and "Traceback" in ended.said:
            raise AssertionError(f"a full disk is told as a traceback: {ended.said[-900:]}")
        if log is not None and disk is not None:
            if ended.was_struck:
                disk.cut_power(log)
            log.unlink(missing_ok=True)
        return ended


def page(number: int, run_id: str) -> tuple[Landed, Exchange]:
    url = f"http://paper.test/{number}.html"
    article = Article(outlet="防城港日报", url=url, title=f"第{number}条", body="正文" * 200)
    landed = Landed(
        run=run_id, site="paper", url=url, fetched_at="2017-10-09T12:00:00", kind="article", outcome="stored",
        article=article,
    )  # fmt: skip
    body = random.Random(number).randbytes(2000)
    return landed, Exchange(
        url, dt.datetime.fromisoformat(landed.fetched_at), 200, [("Content-Type", "text/html")], body
    )


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


class Notification(Place):
    """`gangqing notify send`: every message arrives; one arrives twice only where the record says that it may
    have, and then with the same number."""

    def prepare(self) -> None:
        self.case = small_town(scratch(self.folder, "town"))
        handed_over(self.case)
        shutil.copyfile(
            REPOSITORY / "city" / "notify-rules.yaml", self.case.city.folder / "notify-rules.yaml"
        )
        self.receiver = Receiver(self.folder)
        channels = [
            {
                "name": name,
                "unit": unit,
                "url": f"json://127.0.0.1:{self.receiver.port}",
                "interval_seconds": 0,
            }
            for name, unit in (("slj", "市水利局"), ("xcb", "市委宣传部"), ("zfb", "市政府办"))
        ]
        path = self.case.store.channels
        path.write_text(yaml.safe_dump({"channels": channels}, allow_unicode=True), "utf-8")
        path.chmod(0o600)
        self.store = self.case.store.folder
        shutil.copytree(self.store, self.folder / "store")
        self.unbroken = self.send()
        assert self.unbroken.code == 0, self.unbroken.said
        self.wanted = self.receiver.counts()
        assert self.wanted and max(self.wanted.values()) == 1, self.unbroken.said

    def close(self) -> None:
        self.receiver.close()

    def work(self, minutes: int = 0) -> Work:
        return command("notify", "send", "--as-of", stamp(minutes), *arguments(self.case))

    def send(self, minutes: int = 0) -> Ended:
        return run(self.work(minutes))

    def round(self, rng: random.Random, number: int) -> None:
        shutil.rmtree(self.store)
        shutil.copytree(self.folder / "store", self.store)
        self.receiver.forget()
        blows = rng.randint(1, 3)
        unsure: Counter[str] = Counter()
        for _ in range(blows):
            self.strike(rng, self.work(), self.unbroken, self.store)
            for part in load_outbox(self.store / "outbox").parts.values():
                unsure[part.id] += part.is_trying
        done = run(self.work())
        assert "Traceback" not in done.said, done.said[-900:]
        found = self.receiver.counts()
        outbox = load_outbox(self.store / "outbox")
        assert all(part.delivered_at for part in outbox.parts.values()), "left undelivered"
        assert len(outbox.parts) == len(self.wanted), "planned twice, or not at all"
        assert set(outbox.parts) <= found.keys(), "lost"
        assert set(found) <= set(outbox.parts), "a message of which no record is left"
        for part, count in found.items():
            assert count <= 1 + unsure[part], f"{part} came {count} times, unsure {unsure[part]}"


def town_of(place: Place) -> Case:
    """The city of a place that has one."""
    case: Case = place.case  # type: ignore[attr-defined]
    return case
