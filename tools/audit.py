"""Owns `make audit`: asks the advisory database about every locked package, and writes what it answered into
docs/security.md. Not asked and nothing found are not the same, so it says which."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tools.marks import PAGE, passage, with_passage

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements.lock"
COMMAND = "make audit"
ABOUT = "Known faults of the locked dependencies"
NOT_ASKED = "not asked yet: no network where it was last run"
Report = dict[str, Any]  # as pip-audit writes it: dependencies, each with its vulns or a skip_reason


def ask(folder: Path) -> Report | None:
    """What pip-audit reports of the lock file; None: it cannot be had, or wrote nothing."""
    python, out = folder / "bin" / "python", folder / "audit.json"
    out.unlink(missing_ok=True)
    for command in (
        [sys.executable, "-m", "venv", str(folder)],
        [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "pip-audit"],
    ):
        if subprocess.run(command, check=False).returncode:
            return None
    lock = ["--require-hashes", "--disable-pip", "--requirement", str(LOCK)]
    written = ["--format", "json", "--output", str(out), "--progress-spinner", "off"]
    subprocess.run([str(python), "-m", "pip_audit", *lock, *written], check=False)
    try:
        found: Report = json.loads(out.read_bytes())
    except (OSError, ValueError):
        return None
    return found


def said(report: Report | None, day: dt.date) -> tuple[str, bool]:
    """What is written of a report, and whether all were asked about and nothing was found."""
    every = report["dependencies"] if report else []
    asked = [each for each in every if "skip_reason" not in each]
    if not asked:
        return f"{ABOUT}: {NOT_ASKED}.", False
    missing = sorted(each["name"] for each in every if "skip_reason" in each)
    found = [
        f"- {each['name']} {each['version']}: {fault['id']}, "
        f"mended in {', '.join(fault['fix_versions']) or 'no version yet'}"
        for each in asked
        for fault in each["vulns"]
    ]
    lines = [
        f"{ABOUT}: asked on {day} about {len(asked)} packages, {len(found)} found"
        + (f"; no answer about {len(missing)}: {', '.join(missing)}." if missing else "."),
        *found,
    ]
    return "\n".join(lines), not found and not missing


def written(page: str, text: str) -> str:
    """The page with this between its marks. That nobody was asked does not take the place of an answer."""
    is_answered = "asked on" in passage(page, COMMAND)
    return page if NOT_ASKED in text and is_answered else with_passage(page, COMMAND, text)


def main() -> int:
    """The command: 1 where something was found, or not everything could be asked about."""
    text, is_well = said(ask(ROOT / "build" / "audit"), dt.datetime.now(dt.UTC).date())
    PAGE.write_text(written(PAGE.read_text("utf-8"), text), "utf-8")
    print(text)
    return 0 if is_well else 1


if __name__ == "__main__":
    sys.exit(main())
