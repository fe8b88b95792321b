"""Owns the record of what people decided: append-only files that outlive every rebuild.

A decision is one line of `var/<city>/decisions/<year>.jsonl`, fsynced before it is acknowledged. Lines are
never changed or removed; a later decision on the same target overrides an earlier one.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, get_args

import msgspec
from filelock import FileLock

from pipeline.faults import ToldError
from pipeline.privacy import mask_personal
from pipeline.records import Record, RecordError, from_json, to_json
from pipeline.store import append_durably

Kind = Literal[
    "tag_correction",  # target: article or thread; after: the tags that are right
    "credit_add",  # target: article; after: {unit, role}
    "credit_refuse",  # target: article; before: {unit}
    "transfer",  # target: ticket; after: {unit}
    "state_change",  # target: ticket; after: {state}
    "extension",  # target: ticket; after: {days}, counted from the start of the answer clock
    "pause",  # target: ticket: the poster owes information
    "resume",  # target: ticket
    "exposure_plan",  # target: title of a planned exposure; after: {unit: [...], outlet, date}
    "exposure_approval",  # target: the planned exposure (or an article); after: {step, number, late}
    "exposure_refusal",  # target: the planned exposure; after: {step}
    "exposure_withdrawal",  # target: the planned exposure
    "exposure_link",  # target: the planned exposure; after: {article}
    "appeal_open",  # target: appeal; after: {unit, title, outlet, date, task, url, sha256, file}
    "appeal_capture",  # target: appeal; after: {outcome, url, sha256, title, article}
    "appeal_grant",  # target: appeal; after: {unit, role, article, task}
    "appeal_refusal",  # target: appeal; after: {unit}
    "appeal_withdrawal",  # target: appeal; after: {unit}
    "deduction",  # target: unit; after: {task, points, suggested}: 0 points is one too
    "import_batch",  # target: import; after: {file, sha256, rows}
    "contact_register",  # target: unit; after: {leader, contact}
    "proof_received",  # target: unit; after: {task, date, until, file}
    "board_proof",  # target: unit; after: {task, date, removed, file}
    "meeting_held",  # target: unit; after: {task, date, form}
    "measure_taken",  # target: unit that took it; after: {task, date, form, concerned: [...], title, file}
    "proof_withdrawal",  # target: unit; after: {task, proof: id of the proof that does not count any more}
    "bulletin_issue",  # target: issued report; after: {number, as_of, title, sha256, unit, replaces}
    "proof_pack",  # target: name of the package; after: {sha256, unit, task, from, to, forum}
    "source_note",  # target: site; after: {date, until, state}: what a person knows of a source's silence
    "capture_removal",  # target: site; after: {until, runs, count, size}: raw pages whose term was over
    "calendar_note",  # target: calendar-<year>; after: {year, state, tickets or dues}
    # Edits of the city's data (pipeline/city_edits.py); target names what is edited.
    "unit_edit",  # after: {short, is_new, official, kind, parent, duties, valid_from, valid_to, successor}
    "alias_edit",  # after: {alias, unit, state}
    "account_edit",  # after: {account, forum, unit, state}
    "rule_edit",  # after: {setting_file, key: [...], value}
]
KINDS: tuple[str, ...] = get_args(Kind)


class DecisionError(ToldError, ValueError):
    """A decision is incomplete, or a line of the record cannot be read; the message names the line."""


class StaleDecision(DecisionError):
    """Somebody else decided on the same target meanwhile; `latest` is that decision. Nothing was written."""

    def __init__(self, latest: Decision) -> None:
        super().__init__(
            f"{latest.who} 已于 {latest.at.replace('T', ' ')} 对此作出决定（{latest.why or latest.kind}），"
            "请刷新后再定"
        )
        self.latest = latest


class Decision(Record, frozen=True, kw_only=True):
    """One thing that a person decided. `before` and `after` hold only what the decision is about."""

    id: str  # given by whoever records it; the same id twice is the same decision
    at: str  # wall-clock time of China, YYYY-MM-DDTHH:MM:SS
    who: str  # name or post of the person
    kind: Kind
    target: str  # article, thread, ticket, unit or site
    before: dict[str, Any] = {}  # noqa: RUF012 - msgspec copies defaults
    after: dict[str, Any] = {}  # noqa: RUF012
    why: str = ""


# What `after` (or `before`) must say, by kind.
_NEEDED: dict[str, tuple[str, str]] = {
    "credit_add": ("after", "unit"),
    "credit_refuse": ("before", "unit"),
    "transfer": ("after", "unit"),
    "state_change": ("after", "state"),
    "extension": ("after", "days"),
    "exposure_approval": ("after", "step"),
    "exposure_refusal": ("after", "step"),
    "exposure_link": ("after", "article"),
    "appeal_open": ("after", "unit"),
    "appeal_capture": ("after", "outcome"),
    "appeal_grant": ("after", "article"),
    "deduction": ("after", "task"),
    "measure_taken": ("after", "form"),
    "proof_withdrawal": ("after", "proof"),
    "import_batch": ("after", "sha256"),
    "unit_edit": ("after", "short"),
    "alias_edit": ("after", "alias"),
    "account_edit": ("after", "account"),
    "rule_edit": ("after", "key"),
}


def check_decision(decision: Decision) -> None:
    """Raises DecisionError with what is missing, in words for the person who decides."""
    for name in ("id", "who", "target"):
        if not getattr(decision, name).strip():
            raise DecisionError(f"决定缺少 {name}")
    try:
        dt.datetime.fromisoformat(decision.at)
    except ValueError as error:
        raise DecisionError(f"决定的时间应写成 2017-10-09T08:30:00，而不是 {decision.at!r}") from error
    needed = _NEEDED.get(decision.kind)
    if needed and not getattr(decision, needed[0]).get(needed[1]):
        raise DecisionError(f"{decision.kind} 缺少 {needed[0]}.{needed[1]}")
    if decision.kind == "tag_correction" and not decision.after:
        raise DecisionError("tag_correction 没有写明改成什么（after）")
    if decision.kind == "extension" and not isinstance(decision.after["days"], int):
        raise DecisionError("extension 的 after.days 应为工作日数（整数）")


def append_decision(
    folder: Path, decision: Decision, expected: Mapping[str, str | None] | None = None
) -> None:
    """Write one decision durably. Returns only after the line is on disk.

    Raises:
        DecisionError: the decision is incomplete, or one with its id was recorded with other content.
        StaleDecision: as `append_decisions`.
    """
    append_decisions(folder, [decision], expected)


def append_decisions(
    folder: Path, decisions: Iterable[Decision], expected: Mapping[str, str | None] | None = None
) -> int:
    """Write several decisions durably, all or, where one is wrong, none; returns how many were new.

    Args:
        expected: by target, the id of the newest decision on it that the person saw (None: there was none).

    Raises:
        DecisionError: as `append_decision`.
        StaleDecision: a target has a newer decision than the one that was expected; nothing is written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / ".lock"):
        known = {decision.id: decision for decision in load_decisions(folder)}
        decisions = list(decisions)
        if expected and not all(decision.id in known for decision in decisions):
            _check_expected(known.values(), expected)
        lines: dict[str, list[bytes]] = {}
        for given in decisions:
            check_decision(given)
            # A reason is shown to many: numbers of persons in it are masked before it is kept.
            decision = _masked(given)
            if decision.id not in known:
                known[decision.id] = decision
                lines.setdefault(_year(decision), []).append(to_json(decision) + b"\n")
            elif _masked(known[decision.id]) != decision:
                raise DecisionError(f"编号 {decision.id} 已用于另一个决定")
        for year, of_year in sorted(lines.items()):
            append_durably(folder / f"{year}.jsonl", b"".join(of_year))
    return sum(map(len, lines.values()))


def _masked(decision: Decision) -> Decision:
    return msgspec.structs.replace(decision, why=mask_personal(decision.why))


def latest_ids(folder: Path, targets: Iterable[str]) -> dict[str, str | None]:
    """By target, the id of the newest decision on it in the order of the record (None: there is none)."""
    found: dict[str, str | None] = dict.fromkeys(targets)
    for decision in load_decisions(folder):
        if decision.target in found:
            found[decision.target] = decision.id
    return found


def _check_expected(known: Iterable[Decision], expected: Mapping[str, str | None]) -> None:
    latest = {decision.target: decision for decision in known if decision.target in expected}
    for target, seen in expected.items():
        if target in latest and latest[target].id != seen:
            raise StaleDecision(latest[target])


def decisions_state(folder: Path) -> str:
    """Changes with every decision: names and sizes of the files, which only grow."""
    return ";".join(f"{path.name}:{path.stat().st_size}" for path in sorted(folder.glob("*.jsonl")))


def decisions_since(folder: Path, state: str) -> list[Decision] | None:
    """What was recorded after a state of the record (`decisions_state`), by file and line; None where that
    cannot be told: the files are not those of the state, it was taken within a line, a line is damaged."""
    try:
        sizes = {name: int(size) for name, size in (each.rsplit(":", 1) for each in state.split(";") if each)}
    except ValueError:
        return None
    paths = sorted(folder.glob("*.jsonl"))
    if not sizes.keys() <= {path.name for path in paths}:
        return None
    found: list[Decision] = []
    for path in paths:
        start = sizes.get(path.name, 0)
        with path.open("rb") as file:
            file.seek(max(0, start - 1))
            content = file.read()
        if start and not content.startswith(b"\n"):
            return None
        try:
            found += _decisions_in(content, path)
        except DecisionError:  # of a line whose number is known to who reads all
            return None
    return found


def load_decisions(folder: Path, passed_over: list[str] | None = None) -> Iterator[Decision]:
    """All decisions, files by name, lines in order. Half a line (a kill while writing, never acknowledged) is
    passed over; anything else that is no decision is an error.

    Args:
        passed_over: gets file and line of each half line, for the user: a file that was cut looks the same.

    Raises:
        DecisionError: with file and line.
    """
    for path in sorted(folder.glob("*.jsonl")):
        yield from _decisions_in(path.read_bytes(), path, passed_over)


def _decisions_in(content: bytes, path: Path, passed_over: list[str] | None = None) -> Iterator[Decision]:
    for number, line in enumerate(content.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            yield from_json(line, Decision)
        except RecordError as error:
            if "truncated" in str(error):  # the decoder's word for half a line
                if passed_over is not None:
                    passed_over.append(f"{path.name}:{number}")
                continue
            raise DecisionError(
                f"{path}:{number}：这一行不是有效的决定，请从备份取回这个文件后再运行（{error}）"
            ) from error


def _year(decision: Decision) -> str:
    match = re.match(r"\d{4}", decision.at)
    return match.group() if match else "0000"
