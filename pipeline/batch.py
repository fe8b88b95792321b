"""Owns what is handed in at once (an import, a granted appeal): all of a batch counts, or none of it.

A batch is written down whole, fsynced and renamed into `batches/`: from then on it counts. Landing it and
recording its decisions comes after, can be done twice, and is finished by the next batch or build after a
kill. Attachments are kept before, so nothing that counts points to nothing.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence

import msgspec
from filelock import FileLock

from pipeline.attachments import AttachmentError, find_attachment
from pipeline.captures import CaptureWriter
from pipeline.decisions import Decision, append_decisions, check_decision
from pipeline.landing import next_run
from pipeline.records import Landed, Record, from_json, to_json
from pipeline.store import Store, ensure_folder, sync_folder, write_durably

IMPORT, APPEAL = "import", "appeal"  # slugs of pipeline.city.RESERVED_SLUGS


class Evidence(Record, frozen=True, kw_only=True):
    """What proves a landed line: a kept attachment, a page of text made from what was handed in, or a page
    that was captured before (then uri and media_type say nothing)."""

    uri: str = ""
    media_type: str = ""
    attachment: str | None = None  # SHA-256
    text: str | None = None
    warc: str | None = None  # as in Landed
    warc_offset: int | None = None


class Line(Record, frozen=True, kw_only=True):
    """One page to land with its evidence."""

    landed: Landed
    evidence: Evidence


class Batch(Record, frozen=True, kw_only=True):
    """What is to be landed under one slug in one run, and decided with it."""

    id: str
    site: str
    run: str
    at: str
    lines: list[Line] = []  # noqa: RUF012 - msgspec copies defaults
    decisions: list[Decision] = []  # noqa: RUF012


def commit_batch(
    store: Store,
    site: str,
    batch_id: str,
    at: dt.datetime,
    lines: Sequence[tuple[Landed, Evidence]],
    decisions: Sequence[Decision],
) -> Batch:
    """Make a batch count, and land it. Once this returns, or is killed after the rename, all of it counts.

    Args:
        lines: pages to land; run and site are filled in.
        decisions: recorded with it.

    Raises:
        DecisionError: a decision is incomplete: nothing counts.
        AttachmentError: what an earlier batch was handed in with is lost: nothing of this one counts.
    """
    for decision in decisions:
        check_decision(decision)
    folder = store.folder / "batches"
    ensure_folder(folder)
    with FileLock(folder / ".lock"):
        _finish(store)
        run = next_run(store.folder, [site], at)
        batch = Batch(
            id=batch_id,
            site=site,
            run=run,
            at=at.isoformat(timespec="seconds"),
            lines=[
                Line(landed=msgspec.structs.replace(landed, run=run, site=site), evidence=evidence)
                for landed, evidence in lines
            ],
            decisions=list(decisions),
        )
        write_durably(folder / f"{batch_id}.open", to_json(batch) + b"\n")
        _finish(store)
    return batch


def finish_batches(store: Store) -> int:
    """Land what a kill left open; returns how many batches. Cheap where there is none.

    Raises:
        AttachmentError: what a batch was handed in with is lost; it stays open.
    """
    folder = store.folder / "batches"
    if not any(folder.glob("*.open")):
        return 0
    with FileLock(folder / ".lock"):
        return _finish(store)


def _finish(store: Store) -> int:
    open_ones = sorted((store.folder / "batches").glob("*.open"))
    for path in open_ones:
        batch = from_json(path.read_bytes(), Batch)
        try:
            _land(store, batch)
        except AttachmentError as error:
            raise AttachmentError(
                f"{batch.at[:10]} 报送的 {batch.id} 还没有入库：{error}；"
                "没有备份的，把同一个文件再报送一次即可补上"
            ) from error
        append_decisions(store.decisions, batch.decisions)
        path.replace(path.with_suffix(".done"))
        sync_folder(path.parent)
    return len(open_ones)


def _land(store: Store, batch: Batch) -> None:
    """Captures first, then the lines that point to them; each file whole or not at all."""
    landing = store.landing / batch.site / f"{batch.run}.jsonl"
    if not batch.lines or landing.exists():
        return
    name = f"{batch.run}.warc.gz"
    ensure_folder(store.captures / batch.site)
    ensure_folder(landing.parent)
    draft = store.captures / batch.site / f".{name}.draft"
    draft.unlink(missing_ok=True)
    writer = CaptureWriter(draft, name=name)
    at = dt.datetime.fromisoformat(batch.at)
    records = []
    for line in batch.lines:
        evidence, digest = line.evidence, line.landed.sha256
        if evidence.warc is not None and evidence.warc_offset is not None:
            place = (evidence.warc, evidence.warc_offset)
        else:
            body = (
                find_attachment(store.folder, evidence.attachment).read_bytes()
                if evidence.attachment is not None
                else (evidence.text or "").encode()
            )
            digest = hashlib.sha256(body).hexdigest()
            place = (f"{batch.site}/{name}", writer.add_resource(evidence.uri, evidence.media_type, body, at))
        records.append(
            msgspec.structs.replace(line.landed, sha256=digest, warc=place[0], warc_offset=place[1])
        )
    writer.close()
    draft.replace(store.captures / batch.site / name)
    sync_folder(store.captures / batch.site)
    write_durably(landing, b"".join(to_json(record) + b"\n" for record in records))
