"""Runs all benches and writes docs/performance.md with its chart from what they print.

    python tools/bench.py [--quick] [--only tagging crawl build desk] [--taken FILE …]

Each section is one run of one bench, so the ratios in it are of one machine in one hour; what the machine
did besides stands above it. Sections that are not run keep what they said. `--taken` takes the figures of a
run of `tools/bench_build.py --json FILE` instead of running it again: a million documents take their time.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "performance.md"
CHART = ROOT / "docs" / "performance-growth.svg"
HEAD = """# Performance

Written by `make bench` (`tools/bench.py`), not by hand. Read the ratios: the machine's noise is a third and
more, and each section says how busy the machine was. A load average above the number of processors means that
others took part of them, so that every figure by the clock is lower than on a machine left alone; what is
given by the second of a processor suffers less, and still suffers.
"""
SAMPLED = """Articles are given the tags of 300 of them in turn (`tools/sampled_tagger.py`): with all of them
tagged, builds and increments take longer by that, and what is stored of tags repeats. Threads and reprints
are tagged in full."""
TITLES = {
    "crawl": "Crawl and re-parsing",
    "build": "Build, increments, questions, memory and disk",
    "tagging": "Tagging",
    "desk": "The desk under load",
}


def run(command: list[str]) -> tuple[str, str]:
    """What a bench printed, and how busy the machine was. Raises CalledProcessError."""
    before = os.getloadavg()[0]
    shown = " ".join(["python", *command[1:]])
    print(f"$ {shown}", flush=True)
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    print(done.stdout, flush=True)
    return done.stdout.strip(), busy(before, os.getloadavg()[0])


def busy(before: float, after: float) -> str:
    at = dt.datetime.now(dt.UTC).date()
    found = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True)
    return (
        f"{at}, at {found.stdout.strip() or 'no commit'}; {os.cpu_count()} processors, Python "
        f"{platform.python_version()}; load average {before:.1f} before, {after:.1f} after."
    )


def table(rows: Iterable[tuple[str, str, str, str]]) -> str:
    lines = ["| what | wanted | measured | |", "| --- | --- | --- | --- |"]
    return "\n".join(lines + [f"| {' | '.join(row)} |" for row in rows])


def verdict(holds: bool) -> str:
    return "holds" if holds else "**does not hold here**"


def crawl_section(quick: bool) -> str:
    with tempfile.TemporaryDirectory() as folder:
        figures = Path(folder) / "figures.json"
        command = [sys.executable, "tools/bench_crawl.py", "--pages", "600" if quick else "3000"]
        printed, where = run([*command, "--json", str(figures)])
        rates = json.loads(figures.read_text(encoding="utf-8"))
    ours, scrapy = rates["crawl, parsed and landed"], rates["Scrapy alone"]
    again = rates["captures read and parsed"]
    tree = rates["trees alone (selectolax)"]
    soup = rates["title and text by BeautifulSoup on lxml"]
    parsed, bare = rates["captures parsed"], rates["bare aiohttp client"]
    rows = [
        (
            "pages of 30 KB a second, one process, parsed and landed",
            "400",
            f"{ours:,.0f}",
            verdict(ours >= 400),
        ),
        ("beside Scrapy alone, which throws them away", "", f"{ours / scrapy:.2f} ×", ""),
        ("beside a bare aiohttp client", "", f"{ours / bare:.2f} ×", ""),
        (
            "captures read and parsed again, a second of a processor",
            "1,000",
            f"{again:,.0f}",
            verdict(again >= 1e3),
        ),
        ("parsing beside building the tree alone", "", f"{parsed / tree:.2f} ×", ""),
        ("parsing beside BeautifulSoup's title and text", "", f"{parsed / soup:.1f} ×", ""),
    ]
    return section("crawl", table(rows), where, printed, command)


def build_section(quick: bool, taken: list[Path]) -> str:
    sizes = ["2000", "10000"] if quick else ["10000", "100000", "1000000"]
    command = [sys.executable, "tools/bench_build.py", "--sizes", *sizes]
    if taken:
        results = [each for path in taken for each in json.loads(path.read_text(encoding="utf-8"))]
        logs = [log for path in taken if (log := path.with_suffix(".log")).exists()]
        printed = "\n".join(log.read_text(encoding="utf-8").strip() for log in logs)
        loads = [each["load"] for each in results]
        where = f"{busy(min(loads), max(loads))} (The load is the least and the most of the runs.)"
    else:
        with tempfile.TemporaryDirectory() as folder:
            figures = Path(folder) / "figures.json"
            printed, where = run([*command, "--json", str(figures)])
            results = json.loads(figures.read_text(encoding="utf-8"))
    results.sort(key=lambda each: each["size"])
    command[-len(sizes) :] = [str(each["size"]) for each in results]
    draw(results)
    body = "\n\n".join(
        [
            SAMPLED,
            build_table(results[-1]),
            growth_table(results),
            sizes_table(results[-1]),
            f"![How cost grows]({CHART.name})",
        ]
    )
    return section("build", body, where, printed, command)


def build_table(most: dict[str, Any]) -> str:
    first, later, small, size = most["first"], most["increment"], most["small"], most["size"]
    share = first["warehouse_bytes"] / most["landed"]["text_bytes"]
    index_share = first["index_bytes"] / most["landed"]["text_bytes"]
    asked = most["asked"]
    slowest = max(each["later"] for name, each in asked.items() if name.startswith("search "))
    coverage, queue = (asked[name]["later"] for name in ("coverage", "queue"))
    every_ticket = asked["list of the queue"]["later"]
    every_article = asked["list of coverage with articles"]["later"]
    tags = sum(each["seconds"] for each in first["tagging"].values())
    rate, count = most["rate"], most["increment_size"]
    sampled = first["tagging"]["articles"]
    unread = sampled["seconds"] / sampled["items"] * (most["landed"]["articles"] - sampled["items"])
    rows = [
        (
            f"{size:,} documents, all but tags: a second by the clock",
            "10,000",
            f"{rate:,.0f}",
            verdict(rate >= 1e4),
        ),
        ("the same a second of a processor", "", f"{most['rate_cpu']:,.0f}", ""),
        ("tags of threads and reprints, share of the processor", "", f"{tags / first['cpu']:.0%}", ""),
        (
            "the same with each article tagged, reckoned from those that were",
            "",
            f"{(tags + unread) / (first['cpu'] + unread):.0%}",
            "",
        ),
        ("bytes stored a byte of text", "0.6", f"{share:.2f}", verdict(share <= 0.6)),
        ("index of words beside it, bytes a byte of text", "", f"{index_share:.2f}", ""),
        (f"a day's increment of {count:,}", "seconds", f"{later['seconds']:.0f} s", ""),
        (f"the same, of a processor; tags {tagging(later):.0f} s", "", f"{later['cpu']:.0f} s", ""),
        (f"an increment of {count // 10:,}", "less", f"{small['seconds']:.0f} s", ""),
        ("slowest search", "100 ms", f"{slowest * 1e3:,.0f} ms", verdict(slowest <= 0.1)),
        (
            "coverage: the ledger, every verdict with its numbers",
            "50 ms",
            f"{coverage * 1e3:,.0f} ms",
            verdict(coverage <= 0.05),
        ),
        (
            "queue: its first screen, and how many there are of each state",
            "50 ms",
            f"{queue * 1e3:,.0f} ms",
            verdict(queue <= 0.05),
        ),
        (
            "coverage with the articles that count, as files and the API have it",
            "",
            f"{every_article * 1e3:,.0f} ms",
            "",
        ),
        ("queue as a list of every open ticket", "", f"{every_ticket * 1e3:,.0f} ms", ""),
        ("peak memory of the build", "bounded", f"{first['built_peak_mb']:,} MB", ""),
        ("the same of the largest process beside it", "", f"{first['beside_peak_mb']:,} MB", ""),
        ("peak memory with the index of words", "bounded", f"{first['peak_mb']:,} MB", ""),
        ("peak memory of an increment", "bounded", f"{later['peak_mb']:,} MB", ""),
    ]
    return table(rows)


PLACES = (("a city", 500), ("a province of 14 cities", 7_000), ("the country, 333 cities", 166_500))


def page_kilobytes(page: str) -> float:
    """What a captured page of 30 KB takes on disk, as the crawl's section of the page says."""
    crawled = re.search(r"<!-- crawl -->\n(.*?)\n<!-- end -->", page, re.S)
    printed = re.search(r"^on disk: ([\d,]+) bytes a page$", crawled[1] if crawled else "", re.M)
    if printed is None:
        raise SystemExit(f"{PAGE} does not say what a page takes on disk: run --only crawl first")
    return int(printed[1].replace(",", "")) / 1e3


def sizes_table(most: dict[str, Any]) -> str:
    """What places of these many documents a day take, from the figures of the largest run."""
    documents, first, later = most["landed"]["documents"], most["first"], most["increment"]
    kilobytes = {
        "landing": most["landed"]["landed_bytes"] / documents / 1e3,
        "warehouse": first["warehouse_bytes"] / documents / 1e3,
        "index of words": first["index_bytes"] / documents / 1e3,
        "captures": page_kilobytes(PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""),
    }
    cpu = later["cpu"] / most["increment_size"]
    heads = [f"{name} a year" for name in kilobytes]
    lines = [
        f"| | documents a day | {' | '.join(heads)} | build a day of a processor, without tags of articles |",
        "| --- | ---: " + "| ---: " * (len(kilobytes) + 1) + "|",
    ]
    for name, a_day in PLACES:
        cells = [f"{a_day * 365 * each / 1e6:,.1f} GB" for each in kilobytes.values()]
        lines.append(f"| {name} | {a_day:,} | {' | '.join(cells)} | {a_day * cpu / 60:,.1f} min |")
    return "\n".join(lines)


def tagging(done: dict[str, Any]) -> float:
    return sum(each["seconds"] for each in done["tagging"].values())


def growth_table(results: list[dict[str, Any]]) -> str:
    lines = [
        "| documents | first build | a second by the clock, without tags | increment | index of words "
        "| warehouse | a byte of text | peak |",
        "| ---: " * 8 + "|",
    ]
    for each in results:
        first, later = each["first"], each["increment"]
        share = first["warehouse_bytes"] / each["landed"]["text_bytes"]
        cells = (
            f"{each['size']:,}",
            f"{first['seconds']:,.0f} s{'' if each['reprints'] else ' (no reprints)'}",
            f"{each['rate']:,.0f}",
            f"{later['seconds']:.0f} s ({later['cpu']:.0f} s of a processor)",
            f"{first['index_bytes'] / 1e6:,.0f} MB",
            f"{first['warehouse_bytes'] / 1e6:,.0f} MB",
            f"{share:.2f}",
            f"{first['built_peak_mb']:,} MB",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def draw(results: list[dict[str, Any]]) -> None:
    """How the costs grow with the number of documents, each beside its own value at the smallest size."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    mpl.rcParams["svg.hashsalt"] = "gangqing"
    figure = Figure(figsize=(7.5, 4.2), layout="constrained")
    axes = figure.subplots()
    lines = {
        "first build, s of a processor": lambda r: r["first"]["cpu"],
        "increment, s of a processor": lambda r: r["increment"]["cpu"],
        "warehouse, MB": lambda r: r["first"]["warehouse_bytes"] / 1e6,
        "index of words, MB": lambda r: r["first"]["index_bytes"] / 1e6,
        "peak memory, MB": lambda r: r["first"]["built_peak_mb"],
    }
    sizes = [each["size"] for each in results]
    for (name, value), colour in zip(
        lines.items(), ("#1f5a94", "#3b8f5a", "#b3392f", "#c28a1b", "#6b5b95"), strict=True
    ):
        values = [value(each) for each in results]
        axes.plot(sizes, values, marker="o", color=colour, label=name)
        axes.annotate(
            f"{values[-1]:,.0f}",
            (sizes[-1], values[-1]),
            xytext=(6, -3),
            textcoords="offset points",
            fontsize=8,
        )
    axes.set(xscale="log", yscale="log", xlabel="documents", title="How cost grows")
    axes.margins(x=0.12)
    axes.grid(True, which="major", color="#dddddd")
    axes.legend(fontsize=8, frameon=False)
    figure.savefig(CHART, format="svg", metadata={"Date": None})


def section(name: str, body: str, where: str, printed: str, command: list[str]) -> str:
    shown = " ".join(["python", *command[1:]])
    parts = [where, body, f"`{shown}` printed:", f"```\n{printed}\n```"]
    return "\n\n".join(part for part in parts if part)


def written(page: str, sections: dict[str, str]) -> str:
    """The page with these sections in the place of those of the same name, in the order of TITLES."""
    known = dict(re.findall(r"<!-- (\w+) -->\n(.*?)\n<!-- end -->", page, re.S)) | sections
    parts = [
        f"## {title}\n\n<!-- {name} -->\n{known[name]}\n<!-- end -->"
        for name, title in TITLES.items()
        if name in known
    ]
    return "\n\n".join([HEAD.strip(), *parts]) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--quick", action="store_true", help="small: to see that it runs; the page is not written"
    )
    parser.add_argument("--only", nargs="+", choices=list(TITLES), default=list(TITLES))
    parser.add_argument("--taken", nargs="+", type=Path, default=[], help="figures of runs of bench_build.py")
    options = parser.parse_args()
    plain = {
        "tagging": ["tools/bench_tagging.py"],
        "desk": [
            "tools/bench_desk.py",
            *(["--articles", "5000", "--posts", "5000"] if options.quick else []),
        ],
    }
    for name in options.only:
        if name == "crawl":
            body = crawl_section(options.quick)
        elif name == "build":
            body = build_section(options.quick, options.taken)
        else:
            command = [sys.executable, *plain[name]]
            printed, where = run(command)
            body = section(name, "", where, printed, command)
        if not options.quick:
            page = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
            PAGE.write_text(written(page, {name: body}), encoding="utf-8")


if __name__ == "__main__":
    main()
