"""Owns what a soak looks at: the desk's process, and whether captures, landing, warehouse, pages agree."""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import datetime as dt
import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
from warcio.archiveiterator import ArchiveIterator

from analysis.desk.warehouse import LAG_SECONDS
from analysis.warehouse import open_warehouse
from pipeline.captures import read_capture
from pipeline.decisions import decisions_state
from pipeline.landing import iter_landed
from pipeline.store import Store
from tools.faults.town import digest

BESIDE = "正在被另一个抓取任务抓取"
TRIES = 6  # of a comparison while builds and decisions go on


@dataclasses.dataclass
class Look:
    """What was seen at one moment. Sizes in bytes."""

    at: float  # seconds since the start
    day: dt.date
    resident: int
    files: int
    threads: int
    home: int
    pages: int  # landed
    articles: int
    posts: int
    decisions: int


def look(pid: int, home: Path, store: Store, at: float, day: dt.date) -> Look:
    """Measure the desk's process and what lies on disk."""
    status = Path(f"/proc/{pid}/status").read_text()
    field = {line.split(":")[0]: line.split()[1] for line in status.splitlines() if len(line.split()) > 1}
    with contextlib.closing(open_warehouse(home / "warehouse.duckdb")) as con:
        counted = con.execute(
            "SELECT (SELECT COUNT(*) FROM page_fetch), (SELECT COUNT(*) FROM article_now), "
            "(SELECT COUNT(*) FROM thread_floor_now)"
        ).fetchall()[0]
    return Look(
        at=at,
        day=day,
        resident=int(field["VmRSS"]) * 1024,
        files=len(list(Path(f"/proc/{pid}/fd").iterdir())),
        threads=int(field["Threads"]),
        home=sum(size for size in _sizes(home)),
        pages=counted[0],
        articles=counted[1],
        posts=counted[2],
        decisions=sum(path.read_bytes().count(b"\n") for path in store.decisions.glob("*.jsonl")),
    )


def _sizes(folder: Path) -> Iterator[int]:
    for path in folder.rglob("*"):
        with contextlib.suppress(FileNotFoundError):
            if path.is_file():
                yield path.stat().st_size


class Books:
    """Compares what the parts say of the same thing. A difference is an AssertionError."""

    def __init__(self, home: Path, store: Store, base: str, token: str, ask: Callable[..., Any]) -> None:
        """Args:
        ask: the command line, with --json: returns what it says.
        """
        self.home, self.store, self.ask = home, store, ask
        self.client = httpx.Client(base_url=base, timeout=120, headers={"authorization": f"Bearer {token}"})
        self.held = 0  # comparisons that agreed

    def pages(self) -> int:
        """Every page asked for in a run has one outcome and a capture of its own; returns how many."""
        outcomes = collections.Counter[tuple[str, str, str]]()
        captures = collections.Counter[tuple[str, int]]()
        count = 0
        for _, _, landed in iter_landed(self.store.folder):
            count += 1
            assert landed.outcome
            outcomes[(landed.run, landed.site, landed.requested_url or landed.url)] += 1
            if landed.warc is not None and landed.warc_offset is not None:
                captures[(landed.warc, landed.warc_offset)] += 1
        twice = [key for key, number in outcomes.items() if number > 1]
        assert not twice, f"{len(twice)} pages with two outcomes: {twice[:3]}"
        assert max(captures.values(), default=1) == 1, "a capture that two pages share"
        self.held += 1
        return count

    def captures(self) -> int:
        """Each landed capture can be read, and no response is captured that no line names."""
        named = 0
        for _, _, landed in iter_landed(self.store.folder):
            if landed.warc is not None and landed.warc_offset is not None:
                named += 1
                read_capture(self.store.folder, landed.warc, landed.warc_offset)
        found = 0
        for path in sorted((self.store.folder / "captures").rglob("*.warc.gz")):
            with path.open("rb") as file:
                found += sum(record.rec_type in ("response", "revisit") for record in ArchiveIterator(file))
        assert found == named, f"{found} captures, {named} lines that name one"
        self.held += 1
        return named

    def warehouse(self) -> None:
        """The warehouse holds each landed line that it consumed."""
        with contextlib.closing(open_warehouse(self.home / "warehouse.duckdb")) as con:
            consumed = dict(con.execute("SELECT file, end_offset FROM consumed").fetchall())
            loaded = con.execute("SELECT COUNT(*), COUNT(sha256) FROM page_fetch").fetchall()[0]
        lines = [
            landed.sha256 is not None
            for name, end, landed in iter_landed(self.store.folder)
            if end <= consumed.get(name, 0)
        ]
        assert loaded == (len(lines), sum(lines)), f"{loaded} loaded of {(len(lines), sum(lines))} landed"
        self.held += 1

    def answers(self, as_of: dt.date) -> None:
        """Pages, API and command line say the same of a day that is over. Asked again while something changes
        meanwhile: a build is published, somebody decides, the desk has not caught up yet."""
        for left in range(TRIES - 1, -1, -1):
            before = self._state()
            try:
                self._compare(as_of)
                self.held += 1
                return
            except AssertionError:
                if not left and before == self._state():
                    raise
            time.sleep(LAG_SECONDS / 4)

    def _state(self) -> tuple[object, ...]:
        stat = (self.home / "warehouse.duckdb").stat()
        return stat.st_ino, stat.st_mtime_ns, decisions_state(self.store.decisions)

    def _compare(self, as_of: dt.date) -> None:
        day = {"as_of": as_of.isoformat()}
        cells = self._api("coverage", **day)["rows"]
        said = self.ask("coverage", "--as-of", as_of.isoformat(), "--json")
        keys: tuple[str, ...] = ("unit", "task", "verdict", "done_count", "missing_count", "silent")
        assert _kept(cells, keys) == _kept(said, keys), "coverage: the API and the command line differ"
        tickets = self._api("tickets", **day)["rows"]
        said = self.ask("queue", "--all", "--as-of", as_of.isoformat(), "--json")
        keys = ("ticket_id", "state", "unit")
        assert _kept(tickets, keys) == _kept(said, keys), (
            f"tickets: API {len(tickets)}, command line {len(said)}"
        )
        articles = self._api("articles", limit=1, **day)["total"]
        page = self.client.get("/export/articles/json", params=day)
        assert page.status_code in (200, 303), page.status_code
        with contextlib.closing(open_warehouse(self.home / "warehouse.duckdb")) as con:
            until = dt.datetime.combine(as_of, dt.time.max)
            dated = con.execute(
                "SELECT COUNT(*) FROM article_now WHERE published_at IS NULL OR published_at <= ?", [until]
            ).fetchall()[0][0]
        assert articles == dated, f"articles: API {articles}, warehouse {dated}"

    def page_total(self, browser: httpx.Client, as_of: dt.date) -> None:
        """The list of articles counts on its page what the API counts."""
        for left in range(TRIES - 1, -1, -1):
            day = {"as_of": as_of.isoformat()}
            total = self._api("articles", limit=1, **day)["total"]
            shown = re.search(r"共 (\d+) 条", browser.get("/articles", params=day).text)
            if total == int(shown[1] if shown else 0):
                self.held += 1
                return
            assert left, f"articles: page {shown and shown[1]}, API {total}"
            time.sleep(LAG_SECONDS / 4)

    def _api(self, path: str, **params: Any) -> Any:
        answer = self.client.get(f"/api/v1/{path}", params={"limit": 1000} | params)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:200]}"
        found = answer.json()
        while len(found["rows"]) < found["total"] and "limit" not in params:
            more = self.client.get(
                f"/api/v1/{path}", params={"limit": 1000, "offset": len(found["rows"])} | params
            )
            rows = more.json()["rows"]
            assert rows, f"{path}: no row {len(found['rows'])} of {found['total']}"
            found["rows"] += rows
        return found


def _kept(rows: list[dict[str, Any]], keys: tuple[str, ...]) -> list[tuple[str, ...]]:
    return sorted(tuple(str(row[key]) for key in keys) for row in rows)


def log_errors(store: Store) -> list[str]:
    """Lines of the desk's log that tell an error, and jobs that failed."""
    found = []
    for path in sorted(store.logs.glob("*.jsonl*")):
        for line in path.read_bytes().splitlines():
            said = json.loads(line)
            if said["level"] in ("error", "critical") or "fault" in said:
                found.append(f"{said['at']} {said['said'][:120]} {str(said.get('fault', ''))[-300:]}")
    for path in sorted(store.jobs.glob("*.json")):
        job = json.loads(path.read_bytes())
        if job["state"] not in ("完成", "进行中", "中断"):
            said = path.with_suffix(".log").read_text("utf-8", "replace")
            if BESIDE in said:
                continue  # somebody was crawling by hand; the next time it is done
            tail = said[-300:]
            found.append(f"job {job['label']} {job['state']} ({job['code']}): {tail}")
    return found


def same_when_rebuilt(home: Path, other: Path, build: Callable[[Path], object]) -> bool:
    """Whether the warehouse that grew is the one that is built anew from what was landed and decided."""
    build(other)
    return digest(home / "warehouse.duckdb") == digest(other / "warehouse.duckdb")


def quantile(values: list[float], share: float) -> float:
    """The value below which a share of the values lies; 0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
