"""Owns the proof package: one sealed zip with index, web archive, texts, screenshots, decisions and manifest.

The web archive in it is a WACZ, which public viewers replay. Bounded memory: pages go through one by one, the
archive by way of a file beside the package.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from analysis.reports.collect import Context
from analysis.reports.model import ReportRules
from analysis.reports.official_text import chinese_day
from analysis.reports.proof_archive import WACZ_NAME, Copied, pages, write_wacz, write_warc
from analysis.reports.proof_index import Shot, about, tables
from analysis.reports.proof_render import write_html, write_xlsx
from analysis.reports.proof_selection import PERSONAL_KINDS, Choice, Selected, select
from analysis.reports.sealed import SealedZip
from pipeline.attachments import AttachmentError, find_attachment
from pipeline.privacy import mask_personal
from pipeline.store import Store


@dataclasses.dataclass(frozen=True)
class Packed:
    """What was packed; `faults`: captures that could not be, in Chinese."""

    path: Path
    sha256: str  # of the whole file
    piece_count: int
    capture_count: int
    left_out_count: int
    faults: list[str]


def pack(store: Store, context: Context, choice: Choice, rules: ReportRules, path: Path) -> Packed:
    """Make a proof package. It is at its place only when it is whole.

    Raises:
        ValueError: a unit that there is not.
        OSError: it cannot be written.
    """
    chosen = select(context, choice)
    created = dt.datetime.combine(choice.as_of, dt.time(23, 59, 59))
    title = f"{choice.unit or context.city.name}绩效考评宣传核验材料（截至{chinese_day(choice.as_of)}）"
    package = SealedZip(path)
    try:
        with tempfile.TemporaryDirectory(prefix=".proof-", dir=path.resolve().parent) as folder:
            warc = Path(folder) / "data.warc.gz"
            with warc.open("wb") as out:
                copied = write_warc(out, store.folder, chosen.captures, created)
            shots = _screenshots(store, package, copied)
            attached = _attachments(store, package, chosen)
            faults = [f"{each.capture.url}：{each.fault}" for each in copied if each.fault]
            faults += _without_proof(chosen, copied, attached)
            shown = tables(chosen, copied, shots, attached)
            facts = about(chosen, copied, rules.organ, context.plan.source)
            package.add("索引.html", write_html(title, facts, faults, shown))
            package.add(
                "索引.xlsx",
                write_xlsx(title, facts, faults, shown, rules.organ, choice.as_of),
                is_packed=True,
            )
            package.add(
                "说明.txt",
                "\r\n".join(f"{name}：{text}" for name, text in [("题名", title), *facts]).encode(),
            )
            for row in chosen.texts:
                package.add(f"texts/{row['article_id']}.txt", _text(row))
            package.add("decisions.jsonl", _decisions(chosen))
            package.add("verdicts.json", msgspec.json.format(msgspec.json.encode(chosen.lines), indent=1))
            wacz = Path(folder) / "data.wacz"
            listed = pages(copied, {fact.url: fact.title for fact in chosen.facts})
            write_wacz(wacz, warc, listed, title, created)
            with wacz.open("rb") as file:
                package.copy(WACZ_NAME, file, is_packed=True)
            digest = package.seal()
    except BaseException:
        package.discard()
        raise
    return Packed(
        path=path,
        sha256=digest,
        piece_count=len(chosen.facts),
        capture_count=sum(each.fault is None for each in copied),
        left_out_count=chosen.left_out_count,
        faults=faults,
    )


def _without_proof(chosen: Selected, copied: Iterable[Copied], attached: dict[str, str]) -> list[str]:
    """Pieces of which the package holds no capture: never passed over in silence."""
    held = {each.capture.sha256 for each in copied if each.fault is None} | set(attached)
    return [
        f"{fact.published_day} {fact.outlet}《{fact.title}》没有存证"
        for fact in chosen.facts
        if fact.sha256 not in held
    ]


def _screenshots(store: Store, package: SealedZip, copied: Iterable[Copied]) -> list[Shot]:
    from analysis.reports.screenshot import kept_screenshots

    urls = {each.capture.url for each in copied if each.fault is None}
    found = []
    for shot in kept_screenshots(store):
        if shot.url in urls:
            with contextlib.suppress(ValueError, OSError), shot.path.open("rb") as file:
                package.copy(f"screenshots/{shot.sha256}.png", file, is_packed=True)
                found.append(Shot(shot.url, f"screenshots/{shot.sha256}.png", shot.taken_at))
    return found


def _attachments(store: Store, package: SealedZip, chosen: Selected) -> dict[str, str]:
    """Photos and files that were handed in for these pieces and decisions: SHA-256 → name in the package."""
    digests = [fact.sha256 for fact in chosen.facts]
    digests += [said.after.get("sha256") for said in chosen.decisions]
    digests += [said.after.get("file") for said in chosen.decisions]
    found: dict[str, str] = {}
    for digest in dict.fromkeys(str(each) for each in digests if each):
        try:
            path = find_attachment(store.folder, digest)
        except AttachmentError:
            continue
        name = f"attachments/{path.name}"
        with path.open("rb") as file:
            package.copy(name, file, is_packed=True)
        found[digest] = name
    return found


def _text(row: dict[str, Any]) -> bytes:
    """A piece as plain text: what it says, for who has no viewer."""
    heads = [
        ("标题", row["title"]),
        ("媒体", row["outlet"]),
        ("版次", row["page"]),
        ("刊发", row["published"]),
        ("作者", row["byline"]),
        ("来源", row["source"]),
        ("网址", row["url"]),
    ]
    lines = [f"{name}：{value}" for name, value in heads if value]
    return mask_personal("\n".join([*lines, "", row["body"] or ""])).encode("utf-8", "replace")


def _decisions(chosen: Selected) -> bytes:
    """One decision a line, numbers of persons masked, digests and ids whole; of contacts nothing is said."""
    lines = [
        {
            "id": said.id,
            "at": said.at,
            "who": said.who,
            "kind": said.kind,
            "target": said.target,
            "before": {} if said.kind in PERSONAL_KINDS else said.before,
            "after": {} if said.kind in PERSONAL_KINDS else said.after,
            "why": said.why,
        }
        for said in chosen.decisions
    ]
    return b"".join(msgspec.json.encode(chosen.masked(line)) + b"\n" for line in lines)
