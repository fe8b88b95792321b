"""Owns the bench of the build at size: documents into the warehouse, a day's increment, questions, memory,
disk.

    python tools/bench_build.py [--sizes 10000 100000 1000000] [--increment 5000] [--json FILE] [--home
            FOLDER]

Documents are articles and posts, half and half, made by tools/made_documents.py and landed as a crawl
would land them. All but the tagging of articles is the real thing: each stage runs in `pipeline.load.build`
in a process of its own, whose peak memory is reported beside that of the largest process that it started;
seconds of a processor are of all of them. By the clock the build waits for tags, which is taken off; what
another process does meanwhile (comparing threads) costs it nothing. Tags of articles are those of the first
300, given in turn, since the rate of tagging does not depend on the size; it is measured on those 300.

Questions are what the desk asks. queue: its page of tickets (the first screen, and how many there are in
each state and late). coverage: its ledger (each verdict with its numbers, not which articles count). search:
the index by itself. The first two are asked of the last day, after all that was captured, and of an earlier
one; beside them stands what they take in full: the list of open tickets, the verdicts with their articles.
Of each question that takes longer than its limit (tools/bench_questions.py) it is shown which statement takes
longest, and the operators of its plan that do.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
DAY = dt.date(2018, 2, 26)
FAR = 50_000_000  # number of the first document of the increment
OWN, BESIDE = resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN


def child(task: str, home: Path, **more: Any) -> dict[str, Any]:
    """Run one task in a process of its own. Raises CalledProcessError."""
    command = [sys.executable, __file__, "--child", task, "--home", str(home), "--more", json.dumps(more)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=ROOT)
    return json.loads(done.stdout.splitlines()[-1])


# ---------------------------------------------------------------- tasks of a child


def processor_seconds() -> float:
    """Of this process and of those that it started and that have ended."""
    taken = os.times()
    return taken.user + taken.system + taken.children_user + taken.children_system


def build(home: Path, finds_reprints: bool = True, indexes: bool = True) -> dict[str, Any]:
    """One build and the index after it: seconds by stage, what the tagger took, sizes."""
    from pipeline import load
    from pipeline.city import load_city
    from pipeline.search_index import update_index
    from pipeline.search_parts import index_path, late_path
    from tools.bench_questions import CITY
    from tools.sampled_tagger import SampledTagger

    stages: dict[str, float] = defaultdict(float)
    last = ["复制", time.perf_counter()]

    def say(stage: str, done: int, total: int | None) -> None:
        now = time.perf_counter()
        # A report comes when a part of its stage is done; with nothing done the stage begins.
        stages[str(last[0]) if done == 0 else stage] += now - float(last[1])
        last[:] = [stage, now]

    city, warehouse = load_city(CITY), home / "warehouse.duckdb"
    tagger = SampledTagger(city, finds_reprints=finds_reprints)
    begun, cpu = time.perf_counter(), processor_seconds()
    report = load.build(city, home=home, warehouse=warehouse, tagger=tagger, progress=say)
    say("", 0, None)
    seconds, cpu = time.perf_counter() - begun, processor_seconds() - cpu
    peaks = [round(resource.getrusage(who).ru_maxrss / 1024) for who in (OWN, BESIDE)]
    begun_index, index_cpu = time.perf_counter(), processor_seconds()
    texts = update_index(warehouse) if indexes else 0
    path = index_path(warehouse)
    return {
        "built_peak_mb": peaks[0],
        "beside_peak_mb": peaks[1],
        "index_cpu": processor_seconds() - index_cpu,
        "seconds": seconds,
        "cpu": cpu,
        "stages": dict(stages),
        "pages": report.page_count,
        "reprints": report.reprint_count,
        "tagging": {k: v._asdict() for k, v in tagger.taken.items()},
        "texts": texts,
        "index_seconds": time.perf_counter() - begun_index,
        "warehouse_bytes": warehouse.stat().st_size,
        "index_bytes": sum(each.stat().st_size for each in (path, late_path(path)) if each.exists()),
    }


def run_child(task: str, home: Path, more: dict[str, Any]) -> None:
    from tools.bench_questions import ask
    from tools.made_documents import land

    if task == "land":
        day = dt.date.fromisoformat(more["day"]) if more.get("day") else None
        result: dict[str, Any] = land(home / "var" / "sample", more["first"], more["count"], day)
    else:
        result = {"build": build, "ask": ask}[task](home, **more)
    print(json.dumps(result | {"peak_mb": round(resource.getrusage(OWN).ru_maxrss / 1024)}))


# ---------------------------------------------------------------- the run


def say(text: str) -> None:
    print(text, flush=True)


def tagging_seconds(done: dict[str, Any], of: str = "seconds") -> float:
    return sum(each[of] for each in done["tagging"].values())


def by_stage(done: dict[str, Any]) -> str:
    return ", ".join(f"{stage} {seconds:.1f} s" for stage, seconds in done["stages"].items())


def measure(size: int, increment: int, home: Path, reprints: bool = True) -> dict[str, Any]:
    """All figures of one size, in a home of its own."""
    begun = time.perf_counter()
    landed = child("land", home, first=0, count=size)
    say(f"== {size:,} documents: landed in {time.perf_counter() - begun:.0f} s")
    first = child("build", home, finds_reprints=reprints)
    documents, text = landed["documents"], landed["text_bytes"]
    own = tagging_seconds(first)
    rate = documents / (first["seconds"] - tagging_seconds(first, "clock"))
    rate_cpu = documents / (first["cpu"] - own)
    say(f"   loaded in {first['seconds']:.1f} s, {first['cpu']:.1f} s of a processor, tags {own:.1f} s")
    say(f"   without tags: {rate:,.0f} documents a second, {rate_cpu:,.0f} a second of a processor")
    say(f"   by stage: {by_stage(first)}")
    shares = (first["warehouse_bytes"] / text, first["index_bytes"] / text)
    say("   bytes a byte of text: warehouse {:.2f}, index of words {:.2f}".format(*shares))
    index_rates = (first["texts"] / first["index_seconds"], first["texts"] / first["index_cpu"])
    say("   index: {:,.0f} texts/s, {:,.0f} a second of the processor".format(*index_rates))
    say(f"   peak: build {first['built_peak_mb']:,} MB, a process beside it {first['beside_peak_mb']:,} MB, "
        f"with the index {first['peak_mb']:,} MB")  # fmt: skip
    increments = {}
    for number, count in enumerate((increment, increment // 10), 1):
        child("land", home, first=number * FAR, count=count, day=DAY.isoformat())
        increments[count] = later = child("build", home, finds_reprints=reprints)
        say(f"   increment of {count:,}: {later['seconds']:.1f} s, {later['cpu']:.1f} s of a processor, "
            f"tags {tagging_seconds(later):.1f} s of it")  # fmt: skip
        say(f"   by stage: {by_stage(later)}; index {later['index_seconds']:.1f} s; {later['peak_mb']:,} MB")
    asked = child("ask", home)
    for name, each in asked.items():
        if isinstance(each, dict) and "later" in each:
            later_ms, first_ms = each["later"] * 1e3, each["first"] * 1e3
            say(f"   {name}: {later_ms:.0f} ms (first {first_ms:.0f}), {each['rows']} rows")
    for name, steps in asked["plans"].items():
        say(f"   plan of {name}: " + "; ".join(steps))
    later, small = increments.values()
    return {
        "size": size, "landed": landed, "first": first, "increment": later, "small": small, "asked": asked,
        "increment_size": increment, "rate": rate, "rate_cpu": rate_cpu, "reprints": reprints,
        "load": os.getloadavg()[0],
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--increment", type=int, default=5000)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--home", type=Path, help="where the data is put (default: a temporary folder)")
    parser.add_argument(
        "--no-reprints", action="store_true", help="take all articles for stories of their own"
    )
    parser.add_argument("--child")
    parser.add_argument("--more", default="{}")
    options = parser.parse_args()
    if options.child:
        run_child(options.child, options.home, json.loads(options.more))
        return
    found = []
    for size in options.sizes:
        with tempfile.TemporaryDirectory(prefix="bench-build-", dir=options.home) as folder:
            taken = measure(size, options.increment, Path(folder), not options.no_reprints)
            found.append(taken)
        if options.json:
            options.json.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
