# ruff: noqa: E501 (its page is written as it is read)
"""Owns `make fuzz`: every target for so many minutes, coverage-guided where atheris has a wheel, else by
hypothesis; a table, docs/fuzz.md, and its sum in docs/security.md."""

from __future__ import annotations

import argparse
import datetime as dt
import importlib.util
import json
import random
import re
import subprocess
import sys
import time
import traceback
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tools.fuzz.seeds import seeds
from tools.fuzz.targets import ROOT, TARGETS
from tools.marks import PAGE as SECURITY
from tools.marks import with_passage

PAGE = ROOT / "docs" / "fuzz.md"
OUT = ROOT / "var" / "fuzz"
KEPT = ROOT / "var" / "fuzz.json"
ROUND = 600  # seconds of one process under atheris


def guided(name: str, seconds: int) -> dict[str, object]:
    """A target under libFuzzer, in rounds that go on from the same corpus: instrumented code loses some kilobytes
    of memory an input (the same code without atheris loses none), so that no process runs for an hour."""
    began, runs, covered, fault = time.monotonic(), 0, None, ""
    while seconds > 0 and not fault:
        count, covered, fault = _round(name, min(seconds, ROUND))
        runs, seconds = runs + count, seconds - ROUND
    return {
        "target": name, "engine": "atheris", "minutes": round((time.monotonic() - began) / 60, 1), "runs": runs,
        "covered": covered, "fault": fault,
    }  # fmt: skip


def _round(name: str, seconds: int) -> tuple[int, int | None, str]:
    """Inputs, edges covered, and the fault, if any, of one process."""
    folder = OUT / name
    folder.mkdir(parents=True, exist_ok=True)
    before = {path.name for path in folder.iterdir() if path.is_file()}
    done = subprocess.run(
        [sys.executable, "-m", "tools.fuzz.run", name, str(seconds), str(folder)],
        cwd=ROOT, capture_output=True, text=True, errors="replace", check=False,
    )  # fmt: skip
    said = done.stderr
    counts = re.findall(r"stat::number_of_executed_units:\s*(\d+)", said) or re.findall(r"#(\d+)\s", said)
    covered = re.findall(r" cov: (\d+)", said)
    fresh = sorted(path.name for path in folder.iterdir() if path.is_file() and path.name not in before)
    fault = ""
    if done.returncode or fresh:
        lines = [
            line
            for line in said.splitlines()
            if re.match(r"\s*(\w+Error|AssertionError|=+ERROR|ALARM)", line)
        ]
        fault = f"{(lines or ['?'])[0].strip()[:120]} → var/fuzz/{name}/{fresh[-1] if fresh else ''}"
    return int(counts[-1]) if counts else 0, int(covered[-1]) if covered else None, fault


def unguided(name: str, seconds: float, rng: random.Random | None = None) -> dict[str, object]:
    """A target under changes of its seeds: pieces cut out, doubled, swapped, strange characters put in."""
    rng = rng or random.Random()
    began, count, fault = time.monotonic(), 0, ""
    known = seeds(name)
    odd = [
        "\u202e",
        "\x00",
        "\ufeff",
        "\ud7ff",
        "𠮷",
        "١٣",
        "〇",
        "\u200b",
        "<",
        "&#0;",
        "9" * 30,
        "（",
        "\n" * 50,
        "日" * 40,
    ]
    slowest = 0.0
    while time.monotonic() - began < seconds and not fault:
        data = bytearray(rng.choice(known)[:20_000])
        for _ in range(rng.randint(0, 6)):
            place, length = rng.randrange(len(data) + 1), rng.choice((1, 2, 8, 64, 512))
            kind = rng.randrange(5)
            if kind == 0:
                del data[place : place + length]
            elif kind == 1:
                data[place:place] = data[place : place + length] * rng.randint(1, 20)
            elif kind == 2:
                data[place:place] = rng.choice(odd).encode("utf-8", "surrogatepass") * rng.choice((1, 1, 50))
            elif kind == 3:
                data[place : place + length] = rng.randbytes(min(length, 8))
            else:
                other = rng.choice(known)
                start = rng.randrange(len(other) + 1)
                data[place:place] = other[start : start + length]
        at = time.thread_time()
        try:
            TARGETS[name](bytes(data[:60_000]))
        except Exception as error:
            path = OUT / name / f"crash-{count}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(bytes(data[:60_000]))
            last = traceback.extract_tb(error.__traceback__)[-1]
            fault = f"{type(error).__name__} {str(error)[:80]} ({Path(last.filename).name}:{last.lineno}) → {path.name}"
        slowest = max(slowest, time.thread_time() - at)
        if slowest > 10 and not fault:
            fault = f"{slowest:.0f} s for one input"
        count += 1
    return {
        "target": name, "engine": "mutation", "minutes": round((time.monotonic() - began) / 60, 2), "runs": count,
        "covered": None, "fault": fault,
    }  # fmt: skip


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=5.0, help="for each target")
    parser.add_argument("--only", action="append", choices=sorted(TARGETS))
    parser.add_argument("--engine", choices=("atheris", "mutation"), default=None)
    parser.add_argument("--no-write", action="store_true")
    chosen = parser.parse_args()
    engine = chosen.engine or ("atheris" if importlib.util.find_spec("atheris") else "mutation")
    rows = []
    for number, name in enumerate(names := chosen.only or list(TARGETS), 1):
        print(f"{number}/{len(names)} {name} …", file=sys.stderr, flush=True)
        seconds = chosen.minutes * 60
        rows.append(guided(name, int(seconds)) if engine == "atheris" else unguided(name, seconds))
        if not chosen.no_write:
            kept = _keep(rows[-1])
            PAGE.write_text(_page(kept), "utf-8")
            SECURITY.write_text(with_passage(SECURITY.read_text("utf-8"), "make fuzz", summed(kept)), "utf-8")
    table = Table("target", "engine", "minutes", "inputs", "edges covered", "fault")
    for row in rows:
        table.add_row(*(str(row[key] if row[key] is not None else "–") for key in
                        ("target", "engine", "minutes", "runs", "covered", "fault")))  # fmt: skip
    Console().print(table)
    return int(any(row["fault"] for row in rows))


def _keep(row: dict[str, object]) -> list[dict[str, object]]:
    """The newest row of each target, with the minutes and inputs of all its runs: one can be run again alone,
    and goes on from the corpus that the runs before it left."""
    kept = json.loads(KEPT.read_bytes()) if KEPT.exists() else {}
    before = kept.get(str(row["target"]), {})
    for field in ("minutes", "runs"):
        earlier = before.get(f"all_{field}", before.get(field, 0))
        row[f"all_{field}"] = round(earlier + float(str(row[field])), 1 if field == "minutes" else None)
    kept[str(row["target"])] = row
    KEPT.parent.mkdir(parents=True, exist_ok=True)
    KEPT.write_text(json.dumps(kept, ensure_ascii=False), "utf-8")
    return [kept[name] for name in TARGETS if name in kept]


def _page(rows: list[dict[str, object]]) -> str:
    head = [
        "# Fuzzing",
        "",
        f"Written by `make fuzz` on {dt.datetime.now(dt.UTC):%Y-%m-%d}. Each target gets bytes made from real pages and texts",
        "(`tools/fuzz/targets.py` says what must hold). atheris is coverage-guided; an input over 20 s is a fault.",
        "",
        "The first figures are of the last run alone; those of all runs, each with the code of its day, stand beside them.",
        "",
        "| target | engine | minutes | inputs | edges covered | fault | minutes of all runs | inputs of all runs |",
        "|---|---|---:|---:|---:|---|---:|---:|",
    ]
    body = [
        f"| {row['target']} | {row['engine']} | {row['minutes']} | {row['runs']} | {row['covered'] or '–'} "
        f"| {row['fault'] or 'none'} | {row.get('all_minutes', row['minutes'])} "
        f"| {row.get('all_runs', row['runs'])} |"
        for row in rows
    ]
    return "\n".join([*head, *body, ""])


def summed(rows: list[dict[str, object]]) -> str:
    """What docs/security.md says of all targets."""
    runs = sum(int(str(row["runs"])) for row in rows)
    faults = sorted(str(row["target"]) for row in rows if row["fault"])
    return (
        f"Hostile bytes (docs/fuzz.md, on {dt.datetime.now(dt.UTC):%Y-%m-%d}): {len(rows)} targets, {runs:,} inputs; "
        f"faults: {', '.join(faults) or 'none'}."
    )


if __name__ == "__main__":
    sys.exit(main())
