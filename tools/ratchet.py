"""Owns the ratchet: pinned floors of every gold file, with the hash of the file they were measured on.

    python tools/ratchet.py            measure, raise floors where the tags became better
    python tools/ratchet.py --lower    also lower floors, and take over changed gold: a deliberate act

`tests/test_ratchet.py` holds the floors. A floor is the measured value, rounded down to the cent.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import os
import sys
from pathlib import Path
from typing import Any

from pipeline.city import load_city
from pipeline.evaluation import evaluate

ROOT = Path(__file__).resolve().parent.parent
FLOORS = ROOT / "tests" / "gold" / "floors.json"
GIVEN = {"articles-dev", "threads-dev"}  # not of this repository: they may be absent
SHARED = Path(os.environ.get("GANGQING_SHARED", ROOT.parent / "shared"))


def gold_files() -> dict[str, Path]:
    """Name → file of all gold there is here; the given dev files may be absent."""
    own = sorted((ROOT / "tests" / "gold").glob("*-unseen-*.jsonl"))
    tuned = sorted((ROOT / "tests" / "gold").glob("*-tuned-*.jsonl"))
    sample = [
        ROOT / "sample" / "content" / f"{name}.jsonl" for name in ("articles-a", "articles-b", "threads")
    ]
    given = [SHARED / "data" / f"{name}.jsonl" for name in sorted(GIVEN)]
    return {path.stem: path for path in [*own, *tuned, *sample, *given] if path.is_file()}


def measure(path: Path) -> dict[str, Any]:
    """Hash of the file and the value of every score over it."""
    content = path.read_bytes()
    result = evaluate(content.splitlines(), load_city(), with_baselines=False)
    return {
        "sha256": hashlib.sha256(content).hexdigest(),
        "floors": {
            f"{s.name} {s.measure}": s.value for s in result.scores if s.value is not None and s.cases
        },
    }


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--lower", action="store_true")
    lower = arguments.parse_args().lower
    pinned: dict[str, Any] = json.loads(FLOORS.read_text(encoding="utf-8")) if FLOORS.is_file() else {}
    refused = []
    for name, path in gold_files().items():
        measured = measure(path)
        before = pinned.get(name, {"sha256": measured["sha256"], "floors": {}})
        if before["sha256"] != measured["sha256"] and not lower:
            refused.append(f"{name}: the gold changed")
            continue
        floors = {}
        for score in before["floors"].keys() - measured["floors"].keys():
            if not lower:
                refused.append(f"{name}: {score} is measured no more")
                floors[score] = before["floors"][score]
        for score, value in measured["floors"].items():
            # .29 * 100 is a little less than 29
            floor, old = math.floor(round(value * 100, 9)) / 100, before["floors"].get(score)
            if old is not None and floor < old and not lower:
                refused.append(f"{name}: {score} fell from {old} to {floor}")
                floor = old
            floors[score] = floor
        pinned[name] = {"sha256": measured["sha256"], "floors": floors}
    for name in sorted(pinned.keys() - gold_files().keys() - GIVEN):
        if lower:
            del pinned[name]
        else:
            refused.append(f"{name}: the gold is gone")
    FLOORS.write_text(
        json.dumps(pinned, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8"
    )
    for line in refused:
        print(line, file=sys.stderr)
    if refused:
        print("nothing was lowered; --lower does it", file=sys.stderr)
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
