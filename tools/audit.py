"""Owns `make audit`: asks the advisory database about every locked package, and writes what it answered into
docs/security.md. Not asked and nothing found are not the same, so it says which."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

from packaging.utils import canonicalize_name
from packaging.version import Version

from tools.marks import PAGE, passage, with_passage

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements.lock"
COMMAND = "make audit"
ABOUT = "Known faults of the locked dependencies"
NOT_ASKED = "not asked yet: no network where it was last run"
Report = dict[str, Any]  # as pip-audit writes it: dependencies, each with its vulns or a skip_reason


class Harmless(NamedTuple):
    """A fault that is listed against a package and does not reach this project."""

    package: str
    fault: str
    why: str


# Mended by no version: told, no failure. Once a newer version mends one, it is one.
HARMLESS = (
    Harmless(
        package="scrapy",
        fault="PYSEC-2017-83",
        why="large files through S3FilesStore: no file pipeline is used, the handlers of s3, ftp, file and "
        "data are off, and a page is bounded (crawlers/settings.py)",
    ),
    Harmless(
        package="joblib",
        fault="PYSEC-2024-277",
        why="unpickling its own cache, disputed by its makers: it comes with scikit-learn, nothing here "
        "reads a joblib file, models are read without pickles",
    ),
    Harmless(
        package="markdown",
        fault="PYSEC-2026-89",
        why="malformed HTML, mended in 3.8.1 by its own text: it comes with Apprise, which is given plain "
        "text only",
    ),
)


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
    found = [(each, fault, harmless(each, fault)) for each in asked for fault in each["vulns"]]
    count = sum(not reason for _, _, reason in found)
    lines = [
        f"{ABOUT}: asked on {day} about {len(asked)} packages, {count} found"
        + (f", {len(found) - count} that do not reach this project" if len(found) > count else "")
        + (f"; no answer about {len(missing)}: {', '.join(missing)}." if missing else "."),
        *(
            f"- {each['name']} {each['version']}: {fault['id']}, "
            f"mended in {', '.join(fault['fix_versions']) or 'no version yet'}"
            + (f" ({reason})" if reason else "")
            for each, fault, reason in found
        ),
    ]
    return "\n".join(lines), not count and not missing


def harmless(package: dict[str, Any], fault: dict[str, Any]) -> str:
    """Why a fault of a package does not reach this project; "" where it does, or a newer version mends it."""
    mended = [version for version in fault["fix_versions"] if Version(version) > Version(package["version"])]
    wanted = (canonicalize_name(package["name"]), fault["id"])
    reasons = {(known.package, known.fault): known.why for known in HARMLESS}
    return "" if mended else reasons.get(wanted, "")


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
