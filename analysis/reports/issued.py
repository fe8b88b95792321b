"""Owns the issued reports on disk: var/<city>/bulletins/<id>/, each written whole and never changed.

A report appears by one rename after all of it is synced, so that a kill leaves nothing or a whole one. The
decision that records it lies inside until it stands in the record of decisions; `settle` sees to that.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import os
import re
import shutil
import uuid
from collections.abc import Mapping
from pathlib import Path

import msgspec

from analysis.reports.model import Figures, Kind, from_json
from pipeline.decisions import Decision, append_decision, load_decisions
from pipeline.records import from_json as record_from_json
from pipeline.records import to_json as record_to_json
from pipeline.store import ensure_folder, sync_folder

SHEET, DECISION, FIGURES, KNOWN = "issue.json", "decision.json", "figures.json", "known.json"
RULES = (
    "city.yaml",
    "units.csv",
    "outlets.yaml",
    "plan.yaml",
    "points.yaml",
    "reply-rules.yaml",
    "reports.yaml",
)
_STAGING = ".staging-"
_ID = re.compile(r"(weekly|monthly|bulletin|unit)-(\d{4})-(\d{3,})")


class IssueError(ValueError):
    """An issued report cannot be found or read; the message says which and what to do, in Chinese."""


class Issue(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one issued report. `files` and `rules` are names with the SHA-256 of their bytes."""

    id: str
    kind: Kind
    number: int
    title: str
    shown_number: str  # 防绩办通〔2017〕3号
    as_of: dt.date
    known_by: dt.datetime | None
    unit: str | None
    signed: dt.date  # 成文日期
    issued_at: dt.datetime
    who: str
    why: str
    replaces: str | None  # id of the report that this one corrects
    files: dict[str, str]
    rules: dict[str, str]


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What was known when a report was issued: ids of decisions, landing files up to a byte."""

    decisions: list[str]
    landing: dict[str, int]


@dataclasses.dataclass(frozen=True)
class Kept:
    """An issued report as it lies on disk; `faults` says what is wrong with it, in Chinese."""

    issue: Issue
    folder: Path
    faults: list[str]


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def write_issue(bulletins: Path, issue: Issue, contents: Mapping[str, bytes], decision: Decision) -> Path:
    """Put a whole report in its place. The caller holds the lock.

    Args:
        contents: all files but the sheet, by their path below the report's folder.

    Raises:
        FileExistsError: there is one of this id.
    """
    ensure_folder(bulletins)
    final = bulletins / issue.id
    if final.exists():
        raise FileExistsError(final)
    staging = bulletins / f"{_STAGING}{uuid.uuid4().hex}"
    staging.mkdir()
    sheet = {
        SHEET: msgspec.json.format(msgspec.json.encode(issue), indent=1),
        DECISION: record_to_json(decision),
    }
    for name, content in {**contents, **sheet}.items():
        path = staging / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    for folder in sorted({path.parent for path in staging.rglob("*")}, key=lambda each: -len(each.parts)):
        sync_folder(folder)
    staging.rename(final)
    sync_folder(bulletins)
    return final


def settle(bulletins: Path, decisions: Path) -> None:
    """Clear away halves that a kill left; record each whole report. The caller holds the lock."""
    if not bulletins.is_dir():
        return
    for half in bulletins.glob(f"{_STAGING}*"):
        shutil.rmtree(half)
    recorded = {each.target for each in load_decisions(decisions) if each.kind == "bulletin_issue"}
    for folder in _folders(bulletins):
        path = folder / DECISION
        if folder.name not in recorded and path.is_file():
            append_decision(decisions, record_from_json(path.read_bytes(), Decision))


def load_issues(bulletins: Path, decisions: Path) -> list[Kept]:
    """All issued reports with their faults, oldest first; one whose folder is gone is told too."""
    recorded = {each.target: each for each in load_decisions(decisions) if each.kind == "bulletin_issue"}
    found = [_kept(folder, recorded.get(folder.name)) for folder in _folders(bulletins)]
    there = {kept.issue.id for kept in found}
    found += [_lost(bulletins, decision) for target, decision in recorded.items() if target not in there]
    return sorted(found, key=lambda kept: (kept.issue.issued_at, kept.issue.id))


def load_issue(bulletins: Path, decisions: Path, name: str) -> Kept:
    """One issued report by its id or its 发文字号. Raises IssueError."""
    kept = load_issues(bulletins, decisions)
    hits = [each for each in kept if name in (each.issue.id, each.issue.shown_number)]
    if len(hits) == 1:
        return hits[0]
    ids = "、".join(each.issue.id for each in (hits or kept)[-8:])
    if hits:
        raise IssueError(f"有几份都叫“{name}”，请写编号：{ids}")
    raise IssueError(f"没有印发过“{name}”" + (f"，已印发的有：{ids}" if ids else "，还没有印发过任何报表"))


def load_figures(kept: Kept) -> Figures:
    """The figures as they were issued. Raises IssueError."""
    try:
        return from_json((kept.folder / FIGURES).read_bytes())
    except (OSError, msgspec.MsgspecError) as error:
        raise IssueError(f"{kept.issue.id} 的数字读不出（{error}），请从备份恢复") from error


def load_known(kept: Kept) -> Known:
    """What was known when it was issued. Raises IssueError."""
    try:
        return msgspec.json.decode((kept.folder / KNOWN).read_bytes(), type=Known)
    except (OSError, msgspec.MsgspecError) as error:
        raise IssueError(f"{kept.issue.id} 的依据清单读不出（{error}），请从备份恢复") from error


def next_number(bulletins: Path, decisions: Path, kind: str, year: int) -> int:
    """One more than the highest of the kind and the year that was ever issued: none is given twice."""
    names = [folder.name for folder in _folders(bulletins)]
    names += [each.target for each in load_decisions(decisions) if each.kind == "bulletin_issue"]
    used = [
        int(match[3])
        for name in names
        if (match := _ID.fullmatch(name)) and (match[1], int(match[2])) == (kind, year)
    ]
    return max(used, default=0) + 1


def id_of(kind: str, year: int, number: int) -> str:
    return f"{kind}-{year}-{number:03d}"


def _folders(bulletins: Path) -> list[Path]:
    if not bulletins.is_dir():
        return []
    return sorted(each for each in bulletins.iterdir() if each.is_dir() and _ID.fullmatch(each.name))


def _kept(folder: Path, decision: Decision | None) -> Kept:
    """The report in a folder, each of its bytes checked against what was recorded."""
    try:
        sheet = (folder / SHEET).read_bytes()
        issue = msgspec.json.decode(sheet, type=Issue)
    except (OSError, msgspec.MsgspecError) as error:
        return Kept(_unreadable(folder, decision), folder, [f"{SHEET} 读不出（{type(error).__name__}）"])
    faults = []
    if decision is None:
        faults.append("决定记录中没有印发记录（下次印发时补记）")
    elif decision.after.get("sha256") != sha256(sheet):
        faults.append(f"{SHEET} 与印发时不同")
    wanted = {**issue.files, **{f"rules/{name}": digest for name, digest in issue.rules.items()}}
    for name, digest in wanted.items():
        path = folder / name
        if not path.is_file():
            faults.append(f"缺少 {name}")
        elif sha256(path.read_bytes()) != digest:
            faults.append(f"{name} 与印发时不同")
    known = {*wanted, SHEET, DECISION}
    extra = sorted(
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and str(path.relative_to(folder)) not in known
    )
    faults += [f"多出 {name}" for name in extra]
    return Kept(issue, folder, faults)


def _lost(bulletins: Path, decision: Decision) -> Kept:
    folder = bulletins / decision.target
    return Kept(_unreadable(folder, decision), folder, ["留底文件夹不见了，请从备份恢复"])


def _unreadable(folder: Path, decision: Decision | None) -> Issue:
    """What the record of decisions and the name still say of a report that cannot be read."""
    match = _ID.fullmatch(folder.name)
    after = decision.after if decision is not None else {}
    at = (
        dt.datetime.fromisoformat(decision.at)
        if decision is not None
        else dt.datetime.combine(dt.date.min, dt.time())
    )
    return Issue(
        id=folder.name,
        kind=match[1] if match else "bulletin",  # type: ignore[arg-type]
        number=int(match[3]) if match else 0,
        title=str(after.get("title", "")),
        shown_number=str(after.get("number", "")),
        as_of=dt.date.fromisoformat(str(after["as_of"])) if "as_of" in after else at.date(),
        known_by=None,
        unit=after.get("unit"),
        signed=at.date(),
        issued_at=at,
        who=decision.who if decision is not None else "",
        why=decision.why if decision is not None else "",
        replaces=after.get("replaces"),
        files={},
        rules={},
    )
