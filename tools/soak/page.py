"""Owns what a soak ends with: what held of what it watched, and docs/soak.md."""
# ruff: noqa: E501 (its page is written as it is read)

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import statistics
import sys
from pathlib import Path

from tools.soak.watch import Look, quantile

PAGE = Path(__file__).resolve().parents[2] / "docs" / "soak.md"
ERRORS = "errors"
Row = tuple[str, str, str, str, bool]  # what, at the start, at the end, bound, whether it holds
HOW = """The sample city with about ten articles, three threads and a few dozen posts a day more is served on loopback and changes
while it is read: sites die for a day and return, pages move or are taken down. The desk runs as the command line starts it,
under a clock that plays a day in some seconds; its schedule crawls, builds and sends every other minute, and somebody crawls,
builds, searches and backs up on the command line beside it. One person of each role opens pages, follows links and fills in
forms at random. Every minute it is compared: each page asked for in a run has one outcome and a capture of its own; the
warehouse holds each landed line that it consumed; coverage, tickets and articles of a day are the same from the API, the
command line, a page and the warehouse. At the end every capture is read, and the warehouse is built anew and compared.

The bounds: memory and times of the last third beside the first third (without the first minutes, in which caches fill). The
data grows meanwhile, and the machine may be busy with other work, so a bound tells a leak or a drift, not noise."""

FOUND = """## What soaks found

- A page that was being answered while the desk took up the next edition met an error: its connection was closed under
  it. It is let go now, and ends with its last reader.
- A build broke down beside a crawl that found nothing new on a site: it had listed the file that such a run removes.
  An empty file is not listed any more; the health page had the same race with drafts of job records.
- A connection was let go after five seconds, sometimes while somebody clicked; it is kept for 75 now.
- The soak of 46 minutes compared the rebuilt warehouse while the desk's last job still crawled and built, and while that
  job's city folder was being removed: two threads that this build touched lost what is read late from it. All else was
  the same. It compares now when nothing runs any more; a city folder must not be taken away under a build."""


@dataclasses.dataclass
class Outcome:
    """What a soak saw. `clicks`: when (monotonic), route, seconds; `held`: comparisons that agreed."""

    minutes: float
    day_seconds: float
    looks: list[Look]
    clicks: list[tuple[float, str, float]]
    acts: dict[str, int]
    began: float
    errors: list[str]
    held: int
    runs: int
    jobs: int


def thirds(outcome: Outcome) -> tuple[list[float], list[float]]:
    """Times of the clicks in the first third behind the warming up, and in the last."""
    end = max((at for at, _, _ in outcome.clicks), default=outcome.began)
    begin = outcome.began + min(120.0, (end - outcome.began) / 6)
    third = (end - begin) / 3
    first = [seconds for at, _, seconds in outcome.clicks if begin <= at < begin + third]
    last = [seconds for at, _, seconds in outcome.clicks if at >= end - third]
    return first, last


def verdicts(outcome: Outcome) -> list[Row]:
    """Each thing that was watched, and whether it held."""
    looks = outcome.looks[1:] if len(outcome.looks) > 4 else outcome.looks
    many = max(1, len(looks) // 3)
    begin, end = looks[:many], looks[-many:]

    def of(part: list[Look], name: str) -> float:
        return statistics.median(getattr(each, name) for each in part)

    resident, grown = of(begin, "resident"), of(end, "resident")
    files, more = of(begin, "files"), of(end, "files")
    threads, threads_end = of(begin, "threads"), of(end, "threads")
    pages = end[-1].pages
    first, last = thirds(outcome)
    p95, p95_end = quantile(first, 0.95), quantile(last, 0.95)
    per_page = end[-1].home / max(1, pages)
    return [
        ("memory of the desk, MB", f"{resident / 1e6:.0f}", f"{grown / 1e6:.0f}", "+40 % and 100 MB", grown <= 1.4 * resident + 100e6),
        ("open files of the desk", f"{files:.0f}", f"{more:.0f}", "+20", more <= files + 20),
        ("threads of the desk", f"{threads:.0f}", f"{threads_end:.0f}", "+20", threads_end <= threads + 20),
        ("bytes at home a landed page", f"{begin[0].home / max(1, begin[0].pages):.0f}", f"{per_page:.0f}", "no more", per_page <= 1.2 * begin[0].home / max(1, begin[0].pages)),
        ("p50 of a page, ms", f"{quantile(first, 0.5) * 1000:.0f}", f"{quantile(last, 0.5) * 1000:.0f}", "", True),
        ("p95 of a page, ms", f"{p95 * 1000:.0f}", f"{p95_end * 1000:.0f}", "twice and 0.2 s", p95_end <= 2 * p95 + 0.2),
        ("landed pages", f"{outcome.looks[0].pages}", f"{pages}", "more", pages > outcome.looks[0].pages),
        ("articles, posts", f"{outcome.looks[0].articles}, {outcome.looks[0].posts}", f"{end[-1].articles}, {end[-1].posts}", "more", end[-1].articles > outcome.looks[0].articles),
        ("decisions", f"{outcome.looks[0].decisions}", f"{end[-1].decisions}", "each that was told done", end[-1].decisions >= outcome.acts.get("done", 0)),
        ("comparisons that agreed", "", f"{outcome.held}", "all", outcome.held >= 4 * (len(outcome.looks) - 1)),
        (ERRORS, "", f"{len(outcome.errors)}", "0", not outcome.errors),
    ]  # fmt: skip


def page_of(outcome: Outcome, rows: list[Row], seed: str) -> str:
    """docs/soak.md."""
    played = (outcome.looks[-1].day - outcome.looks[0].day).days + 1
    acts = ", ".join(f"{count} {came}" for came, count in sorted(outcome.acts.items()))
    lines = [
        "# A day in the life",
        "",
        f"Written by `make soak` (MINUTES={outcome.minutes:.0f}) on {dt.datetime.now(dt.UTC):%Y-%m-%d}; Python "
        f"{sys.version.split()[0]}, {os.cpu_count()} cores, load average {os.getloadavg()[2]:.1f} at the end; seed `{seed}`.",
        HOW,
        "",
        f"{outcome.minutes:.0f} minutes, {played} played days of {outcome.day_seconds:.0f} s; {len(outcome.clicks)} clicks, "
        f"acts: {acts or 'none'}; {outcome.jobs} jobs of the schedule, {outcome.runs} commands beside it.",
        "",
        "| what | start | end | bound | holds |",
        "|---|---:|---:|---|---|",
        *(f"| {row[0]} | {row[1]} | {row[2]} | {row[3]} | {'yes' if row[4] else '**no**'} |" for row in rows),
        "",
        "## Minute by minute",
        "",
        "| minute | day | memory, MB | files | threads | home, MB | pages | articles | posts | decisions |",
        "|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|",
        *(
            f"| {each.at / 60:.0f} | {each.day} | {each.resident / 1e6:.0f} | {each.files} | {each.threads} | {each.home / 1e6:.0f} "
            f"| {each.pages} | {each.articles} | {each.posts} | {each.decisions} |"
            for each in _some(outcome.looks)
        ),
        "",
        "## What did not hold",
        "",
        *not_held(rows, outcome.errors),
        "",
        FOUND,
    ]
    return "\n".join([*lines, ""])


def not_held(rows: list[Row], errors: list[str]) -> list[str]:
    """What stands under "What did not hold": each row of the table that says no, then the errors themselves."""
    missed = [
        f"- {what}: {f'from {begin} to ' if begin else ''}{end}; the bound is {bound}"
        for what, begin, end, bound, holds in rows
        if not holds and what != ERRORS
    ]
    return [*missed, *(f"- {error[:300]}" for error in errors[:30])] or ["Nothing."]


def _some(looks: list[Look]) -> list[Look]:
    """At most two dozen of them, evenly."""
    step = max(1, len(looks) // 24)
    return [*looks[::step], *([looks[-1]] if (len(looks) - 1) % step else [])]
