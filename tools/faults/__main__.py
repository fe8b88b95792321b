# ruff: noqa: E501 (its page is written as it is read)
"""Owns `make faults`: every fault at random moments of the real command line, a table, docs/faults.md, and its
sum in docs/security.md."""

from __future__ import annotations

import argparse
import datetime as dt
import os
import random
import re
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from tools.faults.backups import Backup
from tools.faults.child import warm
from tools.faults.decided import Act, Bulletin
from tools.faults.derived import Build, Damage
from tools.faults.order import ClockBack, TwoStarts
from tools.faults.pages import Crawl, Landing
from tools.faults.place import Place
from tools.faults.records import Torn
from tools.faults.sent import Notification
from tools.marks import PAGE as SECURITY
from tools.marks import with_passage

Make = Callable[[Path], Place]
# What is struck, where, and how the line of the table says it.
FAULTS: dict[str, tuple[str, Make]] = {
    "kill-landing": ("SIGKILL while pages land", lambda folder: Landing(folder, "kill")),
    "kill-decision": ("SIGKILL while a decision is recorded", lambda folder: Act(folder, "kill")),
    "kill-crawl": ("SIGKILL in the crawl", lambda folder: Crawl(folder, "kill")),
    "kill-notification": ("SIGKILL while messages go out", lambda folder: Notification(folder, "kill")),
    "kill-bulletin": ("SIGKILL while a report is issued", lambda folder: Bulletin(folder, "kill")),
    "kill-backup": ("SIGKILL in backup and restore", lambda folder: Backup(folder, "kill")),
    "power-landing": ("power cut while pages land", lambda folder: Landing(folder, "power")),
    "power-decision": ("power cut while a decision is recorded", lambda folder: Act(folder, "power")),
    "power-bulletin": ("power cut while a report is issued", lambda folder: Bulletin(folder, "power")),
    "full-landing": ("disk full while pages land", lambda folder: Landing(folder, "full")),
    "full-decision": ("disk full while a decision is recorded", lambda folder: Act(folder, "full")),
    "full-bulletin": ("disk full while a report is issued", lambda folder: Bulletin(folder, "full")),
    "torn-line": ("torn last line of a record", lambda folder: Torn(folder, "none")),
    "two-starts": ("two starts at once", lambda folder: TwoStarts(folder, "none")),
    "warehouse": ("warehouse deleted or damaged", lambda folder: Damage(folder, "none")),
    "clock-back": ("clock set back", lambda folder: ClockBack(folder, "none")),
    "kill-build": ("SIGKILL in the build", lambda folder: Build(folder, "kill")),
    "full-build": ("disk full in the build", lambda folder: Build(folder, "full")),
}
PAGE = Path(__file__).resolve().parents[2] / "docs" / "faults.md"
_ROW = re.compile(r"\| (.+) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \| ([\d-]+) \| `(\w+)` \|")
_PROBLEM = re.compile(r"- ([a-z-]+): (.+)")


HOW = """Each round strikes the program's own command line on a small city, checks that what was acknowledged is there
and that nothing is double, does the work again, and checks that the end is that of an unbroken run (`tools/faults`)."""
MEANING = """## What each line means

- **SIGKILL** comes at a random moment of the command, or before or after a random fsync, rename, link, truncate or
  unlink. A message may arrive twice only where the outbox says that its attempt was cut off, with the same number.
- **Power cut**: as a kill; then every file is cut to what was fsynced, and every name that was made or changed since
  the last fsync of its folder is taken back: the worst that POSIX allows. Drives that lie are beyond it.
- **Disk full**: every fsync and link from a random one on fails with ENOSPC, or no file may grow beyond a random size
  (RLIMIT_FSIZE, which holds for the database too). It must be told in Chinese, without a traceback.
- **Torn last line**: any record cut within its last line, or with half a line behind it.
- **Clock set back** by minutes to months between acts, runs of a crawl and sendings.
- **Two starts at once** of the same command: acts, issues, sendings, builds, backups.
- **Warehouse** and search index deleted, cut, overwritten at random places, replaced by junk. The next build, or the
  `build --rebuild` that the error asks for, gives the same answers; a search finds all, since a damaged index is known
  by its seal and made anew.
"""


def inject(
    name: str,
    rounds: int,
    seed: str,
    step: Callable[[], object] = lambda: None,
    seconds: float = float("inf"),
) -> dict[str, object]:
    """Inject one fault so often, or until so many seconds are over; returns its line of the table. `problems`:
    of rounds that did not hold."""
    began, done = time.monotonic(), 0
    problems: list[str] = []
    with tempfile.TemporaryDirectory(prefix="gangqing-faults-") as folder:
        place = FAULTS[name][1](Path(folder))
        try:
            for number in range(rounds):
                if number and time.monotonic() - began > seconds:
                    break
                done += 1
                try:
                    place.round(random.Random(f"{seed} {name} {number}"), number)
                except Exception as error:
                    last = traceback.extract_tb(error.__traceback__)[-1]
                    where = f"{Path(last.filename).name}:{last.lineno}"
                    problems.append(f"round {number}: {type(error).__name__} {error} ({where})")
                step()
        finally:
            place.close()
    return {
        "name": name,
        "fault": FAULTS[name][0],
        "rounds": done,
        "struck": place.struck,
        "held": done - len(problems),
        "seconds": round(time.monotonic() - began),
        "problems": problems,
        "day": f"{dt.datetime.now(dt.UTC):%Y-%m-%d}",
        "seed": seed,
    }


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--minutes", type=float, default=float("inf"), help="of each fault at most")
    parser.add_argument("--only", action="append", choices=sorted(FAULTS), help="may be given several times")
    parser.add_argument("--seed", default=None, help="the same seed strikes the same places")
    parser.add_argument("--no-write", action="store_true", help="do not write docs/faults.md")
    chosen = parser.parse_args()
    names = chosen.only or list(FAULTS)
    seed = chosen.seed or f"{time.time_ns():x}"
    warm()
    columns = (TextColumn("{task.description:18}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    rows = []
    with Progress(*columns, console=Console(stderr=True)) as bar:
        for name in names:
            task = bar.add_task(name, total=chosen.rounds)
            row = inject(name, chosen.rounds, seed, lambda task=task: bar.advance(task), chosen.minutes * 60)
            rows.append(row)
            if not chosen.no_write:
                kept = _keep(row)
                PAGE.write_text(_page(kept), "utf-8")
                page = with_passage(SECURITY.read_text("utf-8"), "make faults", summed(kept))
                SECURITY.write_text(page, "utf-8")
            for problem in row["problems"]:  # type: ignore[attr-defined]
                bar.console.print(f"{name}: {problem}", markup=False)
    _show(rows, seed)
    return 1 if any(row["problems"] for row in rows) else 0


def _show(rows: list[dict[str, object]], seed: str) -> None:
    table = Table(
        "fault", "rounds", "struck before the end", "nothing lost or doubled", "seconds", title=f"seed {seed}"
    )
    for row in rows:
        table.add_row(str(row["fault"]), *(str(row[key]) for key in ("rounds", "struck", "held", "seconds")))
    Console().print(table)


def _keep(row: dict[str, object]) -> list[dict[str, object]]:
    """The newest row of each fault, as the page has them: one can be run again alone, or with other rounds. A
    run that was cut short does not take the place of a longer one that held."""
    kept = read_rows(PAGE.read_text("utf-8") if PAGE.exists() else "")
    before = kept.get(str(row["name"]))
    if before is None or row["problems"] or before["problems"] or row["rounds"] >= before["rounds"]:  # type: ignore[operator]
        kept[str(row["name"])] = row
    return [kept[name] for name in FAULTS if name in kept]


def read_rows(page: str) -> dict[str, dict[str, object]]:
    """The lines of the table of a page that `_page` wrote, by name of the fault."""
    names = {label: name for name, (label, _) in FAULTS.items()}
    rows: dict[str, dict[str, object]] = {}
    for fault, rounds, struck, held, seconds, day, seed in _ROW.findall(page):
        if fault in names:
            rows[names[fault]] = {
                "name": names[fault], "fault": fault, "rounds": int(rounds), "struck": int(struck),
                "held": int(held), "seconds": int(seconds), "problems": [], "day": day, "seed": seed,
            }  # fmt: skip
    _, _, rest = page.partition("## What did not hold")
    for name, problem in _PROBLEM.findall(rest.partition("## What each line means")[0]):
        if name in rows:
            rows[name]["problems"].append(problem)  # type: ignore[attr-defined]
    return rows


def _page(rows: list[dict[str, object]]) -> str:
    lines = [
        "# Faults",
        "",
        f"Written by `make faults`, Python {sys.version.split()[0]}, {os.cpu_count()} cores; the same seed strikes the same",
        "places again (`--only NAME --rounds N --seed S`).",
        HOW,
        "",
        "| fault | rounds | struck before the end | nothing lost or doubled | seconds | day | seed |",
        "|---|---:|---:|---:|---:|---|---|",
    ]
    lines += [
        f"| {row['fault']} | {row['rounds']} | {row['struck']} | {row['held']} | {row['seconds']} "
        f"| {row['day']} | `{row['seed']}` |"
        for row in rows
    ]
    problems = [f"- {row['name']}: {problem}" for row in rows for problem in row["problems"]]  # type: ignore[attr-defined]
    there = {row["name"] for row in rows}
    if missing := [FAULTS[name][0] for name in FAULTS if name not in there]:
        lines += [
            "",
            f"Not run so often yet (the test suite runs a round or more of each): {'; '.join(missing)}.",
        ]
    lines += ["", "## What did not hold", "", *(problems or ["Nothing."])]
    return "\n".join([*lines, "", MEANING])


def summed(rows: Sequence[dict[str, object]]) -> str:
    """What docs/security.md says of all faults."""
    rounds, held = (sum(int(str(row[key])) for row in rows) for key in ("rounds", "held"))
    days = sorted(str(row["day"]) for row in rows)
    return (
        f"Kills, power cuts, full disks and the like (docs/faults.md, {days[0]} to {days[-1]}): {len(days)} faults, "
        f"{rounds:,} rounds, nothing lost or doubled in {held:,}."
    )


if __name__ == "__main__":
    sys.exit(main())
