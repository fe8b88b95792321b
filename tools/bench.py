"""Owns `make bench`: runs all benches and writes docs/performance.md with its chart from what they print.

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
from pathlib import Path

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


def crawl_section(quick: bool) -> str:
    from tools.bench_tables import crawl_table

    with tempfile.TemporaryDirectory() as folder:
        figures = Path(folder) / "figures.json"
        command = [sys.executable, "tools/bench_crawl.py", "--pages", "600" if quick else "3000"]
        printed, where = run([*command, "--json", str(figures)])
        rates = json.loads(figures.read_text(encoding="utf-8"))
    return section("crawl", crawl_table(rates), where, printed, command)


def build_section(quick: bool, taken: list[Path]) -> str:
    from tools.bench_tables import build_table, draw, growth_table, sizes_table

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
    draw(results, CHART)
    page = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    body = "\n\n".join(
        [
            SAMPLED,
            build_table(results[-1]),
            growth_table(results),
            sizes_table(results[-1], page_kilobytes(page)),
            f"![How cost grows]({CHART.name})",
        ]
    )
    return section("build", body, where, printed, command)


def page_kilobytes(page: str) -> float:
    """What a captured page of 30 KB takes on disk, as the crawl's section of the page says."""
    crawled = re.search(r"<!-- crawl -->\n(.*?)\n<!-- end -->", page, re.S)
    printed = re.search(r"^on disk: ([\d,]+) bytes a page$", crawled[1] if crawled else "", re.M)
    if printed is None:
        raise SystemExit(f"{PAGE} does not say what a page takes on disk: run --only crawl first")
    return int(printed[1].replace(",", "")) / 1e3


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
    sys.path.insert(0, str(ROOT))
    main()
