"""Owns an appeal until it is ruled on: handed in by a unit, its link captured, withdrawn."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from analysis.acts.record import ActError, alone, decision_of, known_units, line, recorded
from analysis.appeals import KINDS, OPEN, TO_CAPTURE, Appeal, fold
from analysis.plan import Plan
from analysis.record import said_on_disk
from pipeline.attachments import AttachmentError, keep_attachment, read_attachment
from pipeline.city import City
from pipeline.decisions import Decision, append_decision
from pipeline.privacy import mask_personal
from pipeline.records import Article
from pipeline.store import Store

MAX_BODY = 50_000  # characters of a captured text that the record keeps


@alone
def open_appeal(
    store: Store,
    city: City,
    plan: Plan,
    *,
    unit: str,
    title: str,
    who: str,
    at: dt.datetime,
    url: str | None = None,
    file: tuple[str, bytes] | None = None,
    outlet: str | None = None,
    day: dt.date | None = None,
    task: str | None = None,
    why: str = "",
) -> str:
    """Hand in an appeal; returns its number.

    Args:
        url: address of the piece; it is captured afterwards (`record_capture`).
        file: name and content of a photo or scan, kept at once.
        outlet, day: where and when it appeared; needed before it can be granted from a file.

    Raises:
        ActError: unit, task, day or evidence is missing or wrong, or the same was handed in before.
    """
    known_units(city, [unit])
    title = line(title, "稿件标题")
    after: dict[str, object] = {"unit": unit, "title": mask_personal(title)}
    if task is not None:
        if task not in {each.id for each in plan.tasks}:
            raise ActError(f"没有事项“{task}”，可用：{'、'.join(each.id for each in plan.tasks)}")
        after["task"] = task
    if day is not None:
        if day > at.date():
            raise ActError(f"刊发日期 {day} 还没有到，请核对")
        after["date"] = day.isoformat()
    if outlet:
        after["outlet"] = line(outlet, "媒体")
    if (url is None) == (file is None):
        raise ActError("请给出链接，或上传照片、截图、扫描件，二者择一")
    if url is not None:
        after["url"] = line(url, "链接", 2048)
        if urlsplit(url.strip()).scheme not in ("http", "https"):
            raise ActError("链接应以 http:// 或 https:// 开头，请从浏览器地址栏完整复制")
    if file is not None:
        try:
            attachment = read_attachment(*file)
        except AttachmentError as error:
            raise ActError(str(error)) from error
        after |= {"sha256": attachment.sha256, "file": mask_personal(attachment.name)}
    _not_twice(store.decisions, unit, after, at)
    if file is not None:
        keep_attachment(store.folder, attachment.content, attachment.suffix)
    digest = hashlib.sha256(msgspec.json.encode([after, at.isoformat(), who], order="sorted")).hexdigest()
    number = f"s{at:%Y%m%d}-{digest[:6]}"
    append_decision(
        store.decisions,
        decision_of("appeal_open", number, who=who, at=at, after=after, why=mask_personal(why)),
    )
    return number


@alone
def record_capture(
    decisions: Path,
    number: str,
    *,
    outcome: str,
    url: str,
    sha256: str | None,
    warc: str | None,
    warc_offset: int | None,
    article: Article | None,
    who: str,
    at: dt.datetime,
) -> Decision:
    """Record what the capture of an appeal's link found. Raises ActError where none is waited for."""
    appeal = undecided_appeal(decisions, number, at)
    if appeal.url is None:
        raise ActError(f"申诉 {number} 交的是文件，不需取证")
    after: dict[str, object] = {"outcome": outcome, "url": url}
    if outcome == "captured":
        after |= {"sha256": sha256, "warc": warc, "warc_offset": warc_offset}
    if article is not None:
        after |= {
            "title": mask_personal(article.title),
            "published": article.published,
            "byline": mask_personal(article.byline or "") or None,
            "source": mask_personal(article.source or "") or None,
            "body": mask_personal(article.body[:MAX_BODY]),
        }
    return recorded(decisions, decision_of("appeal_capture", number, who=who, at=at, after=after))


@alone
def withdraw_appeal(store: Store, number: str, *, who: str, at: dt.datetime, why: str = "") -> Decision:
    """Take an appeal back, for the unit that handed it in. Raises ActError."""
    appeal = undecided_appeal(store.decisions, number, at)
    return recorded(
        store.decisions,
        decision_of("appeal_withdrawal", number, who=who, at=at, after={"unit": appeal.unit}, why=why),
    )


def waiting_for_capture(decisions: Path, at: dt.datetime) -> list[Appeal]:
    """Appeals with a link that was not captured yet."""
    return [a for a in fold(said_on_disk(decisions, KINDS), at) if a.state == TO_CAPTURE and a.url]


def undecided_appeal(decisions: Path, number: str, at: dt.datetime) -> Appeal:
    """An appeal that nobody has ruled on yet. Raises ActError."""
    found = {appeal.appeal_id: appeal for appeal in fold(said_on_disk(decisions, KINDS), at)}
    if number not in found:
        raise ActError(f"没有这件申诉：{number}（见 gangqing appeal list）")
    appeal = found[number]
    if appeal.state not in OPEN:
        raise ActError(
            f"申诉 {number} 已由 {appeal.decider} 于 {appeal.decided_at:%Y-%m-%d} 处理：{appeal.state}"
        )
    if at < appeal.appealed_at:
        raise ActError("处理时间早于申诉时间，请核对")
    return appeal


def _not_twice(decisions: Path, unit: str, after: dict[str, object], at: dt.datetime) -> None:
    for appeal in fold(said_on_disk(decisions, KINDS), at):
        is_same = (after.get("url") is not None and appeal.url == after.get("url")) or (
            after.get("sha256") is not None and appeal.sha256 == after.get("sha256")
        )
        if appeal.unit == unit and is_same and appeal.state != "已撤回":
            raise ActError(f"{unit}已就此提出过申诉 {appeal.appeal_id}，现状：{appeal.state}")
