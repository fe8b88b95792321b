"""Owns the proof that one can go forward and back: an older version of the program, this one, the older one.

    python -m tools.rollback [REVISION …]

Each revision is taken out of git into a folder of its own and run with this environment. The older version
plays the sample city and backs it up; this one builds the same home and restores the backup; people decide,
also what the older one does not know; then the older one builds, asks, backs up and restores what the newer
one wrote. It may refuse, in one clear line; what was landed and decided must stay to the byte, and this
version must give the same answers afterwards.
"""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import io
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tools.faults.town import digest

ROOT = Path(__file__).resolve().parents[1]
DAY = "2017-10-20"
# The first versions with a warehouse, with a desk, with backups, with edits of the city's data at hand.
REVISIONS = ("876722e", "255c240", "fcdaa09", "81f4ec2")
TRUTH = ("landing", "captures", "decisions", "batches", "attachments", "bulletins", "outbox")
REFUSED = "出错："


@dataclasses.dataclass(frozen=True)
class Step:
    """What was done and what came of it."""

    revision: str
    what: str
    came: str
    holds: bool


class Version:
    """A version of the program in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Its command line with this environment."""
        return subprocess.run(
            [sys.executable, "-m", "gangqing", *arguments],
            cwd=self.folder,
            env=os.environ | {"PYTHONPATH": str(self.folder), "PYTHONUTF8": "1"},
            capture_output=True,
            text=True,
        )

    def has(self, command: str) -> bool:
        return self.run(command, "--help").returncode == 0


def taken_out(revision: str, folder: Path) -> Version:
    """A revision of this repository in a folder. Raises LookupError where git does not have it."""
    done = subprocess.run(["git", "archive", revision], cwd=ROOT, capture_output=True)
    if done.returncode:
        raise LookupError(done.stderr.decode("utf-8", "replace").strip())
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as tar:
        tar.extractall(folder, filter="data")
    return Version(folder)


def truth(home: Path) -> dict[str, str]:
    """SHA-256 of every file that is not derived."""
    found = {}
    for path in sorted((home / "var").glob("*/*/**/*")):
        part = path.relative_to(home / "var").parts[1]
        if path.is_file() and part in TRUTH and not path.name.endswith(".lock"):
            found[str(path.relative_to(home))] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def told(done: subprocess.CompletedProcess[str]) -> tuple[str, bool]:
    """What came of a command, and whether it worked or refused clearly."""
    if done.returncode == 0:
        return "works", True
    lines = [line for line in done.stderr.splitlines() if REFUSED in line]
    if "Traceback" in done.stderr or not lines:
        return f"{done.returncode}: {done.stderr.strip()[-200:]}", False
    return f"refuses: {lines[-1].split(REFUSED)[1][:160]}", True


def there_and_back(revision: str, folder: Path) -> list[Step]:
    """All steps with one older revision."""
    old, new = taken_out(revision, folder / "old"), Version(ROOT)
    steps: list[Step] = []
    home, later, restored = folder / "home", folder / "later", folder / "restored"

    def note(what: str, came: str, holds: bool) -> None:
        steps.append(Step(revision, what, came, holds))

    def at(place: Path) -> list[str]:
        return ["--home", str(place)]

    done = old.run("run", "--as-of", DAY, "--port", "0", *at(home))
    note("the older version plays the sample city", *told(done))
    backup = folder / "old.tar.zst"
    if old.has("backup"):
        note("it backs up", *told(old.run("backup", str(backup), *at(home))))
    else:
        backup = folder / "old.tar.gz"
        with tarfile.open(backup, "w:gz") as tar:
            tar.add(home / "var", "var")
    written = truth(home)

    shutil.copytree(home, later)
    note("this version builds its home", *told(new.run("build", *at(later))))
    note("what was landed and decided stays to the byte", f"{len(written)} files", truth(later) == written)
    note("this version restores its backup", *told(new.run("restore", str(backup), *at(restored))))
    new.run("build", *at(restored))
    same = digest(restored / "warehouse.duckdb") == digest(later / "warehouse.duckdb")
    note("both give the same answers", "the same tables" if same else "other tables", same)

    common = ["--who", "宣传部 张三", "--at", f"{DAY}T20:00", *at(later)]
    acts = [
        new.run("exposure", "add", "围挡占道", "--unit", "市住建委", *common),
        new.run("edits", "alias", "市水利局", "水利人家", "--why", "试运行", *common),
        new.run("build", *at(later)),
    ]
    failed = next((each for each in acts if each.returncode), None)
    note("people decide under this version", told(failed or acts[-1])[0], failed is None)
    written, expected = truth(later), digest(later / "warehouse.duckdb")

    note("the older version builds what the newer wrote", *told(old.run("build", *at(later))))
    note("it shows coverage", *told(old.run("coverage", "--as-of", DAY, *at(later))))
    note("nothing that was landed or decided changed", f"{len(written)} files", truth(later) == written)
    newer = folder / "new.tar.zst"
    note("this version backs up", *told(new.run("backup", str(newer), *at(later))))
    if old.has("restore"):
        note("the older one restores that", *told(old.run("restore", str(newer), *at(folder / "back"))))
    done = new.run("build", *at(later))
    same = done.returncode == 0 and digest(later / "warehouse.duckdb") == expected
    note("this version again gives the answers of before", told(done)[0], same)
    done = old.run("restore", str(backup), "--replace", *at(later)) if old.has("restore") else None
    if done is not None:
        note("the older version restores its own backup over it", *told(done))
        note("and builds", *told(old.run("build", *at(later))))
    return steps


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("revisions", nargs="*", default=list(REVISIONS))
    chosen = parser.parse_args()
    table = Table("version", "step", "what came of it", "holds")
    is_well = True
    for revision in chosen.revisions:
        with tempfile.TemporaryDirectory(prefix="gangqing-rollback-") as folder:
            for step in there_and_back(revision, Path(folder)):
                table.add_row(step.revision, step.what, step.came, "yes" if step.holds else "NO")
                is_well = is_well and step.holds
    Console(width=160).print(table)
    return 0 if is_well else 1


if __name__ == "__main__":
    sys.exit(main())
