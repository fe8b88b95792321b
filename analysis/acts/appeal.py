"""Owns what is done to an appeal: hand in, capture, grant with a credit, refuse with a reason, withdraw.

A unit appeals and another decides: 市绩效办 or 市委宣传部, never the unit itself. What is granted credits an
article: the one that the warehouse has, or one made from the captured page or the file that was handed in.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec

from analysis.acts.record import ActError, alone, decision_of, known_units, line, reason, unit_of_person
from analysis.appeals import KINDS, OPEN, TO_CAPTURE, Appeal, fold
from analysis.exposure import plain
from analysis.plan import Plan
from analysis.record import said_on_disk
from analysis.warehouse import Connection, ask
from pipeline.attachments import AttachmentError, find_attachment, keep_attachment, read_attachment
from pipeline.batch import APPEAL, Evidence, commit_batch
from pipeline.city import City
from pipeline.decisions import Decision, append_decision
from pipeline.load_landing import article_id
from pipeline.privacy import mask_personal
from pipeline.records import Article, Landed
from pipeline.store import Store

ROLES = {"byline": "供稿", "subject": "主体", "joint": "联合"}
Role = Literal["byline", "subject", "joint"]
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
    appeal = _open(decisions, number, at)
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
            "source": article.source,
            "body": mask_personal(article.body[:MAX_BODY]),
        }
    return _write(decisions, decision_of("appeal_capture", number, who=who, at=at, after=after))


@alone
def grant_appeal(
    store: Store,
    con: Connection,
    city: City,
    number: str,
    *,
    role: Role,
    who: str,
    at: dt.datetime,
    why: str,
    unit_of_decider: str | None = None,
    outlet: str | None = None,
    day: dt.date | None = None,
    article: str | None = None,
    form: str | None = None,
) -> str:
    """Grant an appeal: the unit is credited in that article; returns the article's id.

    Args:
        unit_of_decider: unit of the person who decides; None: as the signature says.
        outlet, day: correct or complete what the unit said.
        article: id or address of the article, where the warehouse has it under another title.
        form: 报道, 综述, 公告, where the text does not say it.

    Raises:
        ActError: the unit's own decision, not captured, or outlet and day are not known.
    """
    appeal = _decidable(store.decisions, city, number, who, unit_of_decider, at)
    if role not in ROLES:
        raise ActError(f"角色应为 {'、'.join(f'{key}（{name}）' for key, name in ROLES.items())}")
    why = reason(why, "计分的理由")
    captured = next(
        (s for s in reversed(said_on_disk(store.decisions, ("appeal_capture",))) if s.target == number), None
    )
    text = captured.after if captured is not None else {}
    outlet = outlet or appeal.outlet
    day = day or appeal.published_day
    published = str(text.get("published") or day or "")
    title = str(text.get("title") or appeal.title)
    found = _known_article(con, article or appeal.url, outlet, title, published[:10])
    lines: list[tuple[Landed, Evidence]] = []
    if found is None:
        if article is not None:
            raise ActError(f"没有这篇稿件：{article}（请用稿件号或网址）")
        if appeal.state == TO_CAPTURE or (appeal.sha256 is None):
            raise ActError(f"申诉 {number} 还没有存证，不能计分：请先取证，或请单位补交截图")
        if not outlet or not published:
            raise ActError("请写明刊发的媒体和日期")
        url = str(text.get("url") or appeal.url or f"urn:gangqing:appeal:{number}")
        record = Article(
            outlet=outlet,
            url=url,
            title=title,
            body=str(text.get("body") or ""),
            published=published,
            byline=text.get("byline"),
            source=text.get("source"),
        )
        lines.append((_landed(record, appeal, at), _evidence(store, record, appeal, text)))
        found = article_id(outlet, url)
    decisions = [
        decision_of(
            "credit_add",
            found,
            who=who,
            at=at,
            after={"unit": appeal.unit, "role": role},
            why=f"申诉 {number}：{why}",
        ),
        decision_of(
            "appeal_grant",
            number,
            who=who,
            at=at,
            after={"unit": appeal.unit, "role": role, "article": found, "task": appeal.task},
            why=why,
        ),
    ]
    if form is not None:
        decisions.append(
            decision_of("tag_correction", found, who=who, at=at, after={"form": form}, why=f"申诉 {number}")
        )
    commit_batch(store, APPEAL, f"appeal-{number}", at, lines, decisions)
    return found


@alone
def refuse_appeal(
    store: Store,
    city: City,
    number: str,
    *,
    who: str,
    at: dt.datetime,
    why: str,
    unit_of_decider: str | None = None,
) -> Decision:
    """Refuse an appeal with a reason. Raises ActError."""
    appeal = _decidable(store.decisions, city, number, who, unit_of_decider, at)
    return _write(
        store.decisions,
        decision_of(
            "appeal_refusal",
            number,
            who=who,
            at=at,
            after={"unit": appeal.unit},
            why=reason(why, "不予计分的理由"),
        ),
    )


@alone
def withdraw_appeal(store: Store, number: str, *, who: str, at: dt.datetime, why: str = "") -> Decision:
    """Take an appeal back, for the unit that handed it in. Raises ActError."""
    appeal = _open(store.decisions, number, at)
    return _write(
        store.decisions,
        decision_of("appeal_withdrawal", number, who=who, at=at, after={"unit": appeal.unit}, why=why),
    )


def waiting_for_capture(decisions: Path, at: dt.datetime) -> list[Appeal]:
    """Appeals with a link that was not captured yet."""
    return [a for a in fold(said_on_disk(decisions, KINDS), at) if a.state == TO_CAPTURE and a.url]


def _open(decisions: Path, number: str, at: dt.datetime) -> Appeal:
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


def _decidable(
    decisions: Path, city: City, number: str, who: str, unit: str | None, at: dt.datetime
) -> Appeal:
    appeal = _open(decisions, number, at)
    if unit is not None:
        known_units(city, [unit])
    if appeal.unit in (unit, unit_of_person(city, who)) or who == appeal.appealed_by:
        raise ActError(f"{appeal.unit}不能裁定自己的申诉，请由市绩效办或市委宣传部裁定")
    return appeal


def _not_twice(decisions: Path, unit: str, after: dict[str, object], at: dt.datetime) -> None:
    for appeal in fold(said_on_disk(decisions, KINDS), at):
        is_same = (after.get("url") is not None and appeal.url == after.get("url")) or (
            after.get("sha256") is not None and appeal.sha256 == after.get("sha256")
        )
        if appeal.unit == unit and is_same and appeal.state != "已撤回":
            raise ActError(f"{unit}已就此提出过申诉 {appeal.appeal_id}，现状：{appeal.state}")


def _known_article(con: Connection, ref: str | None, outlet: str | None, title: str, day: str) -> str | None:
    rows = ask(
        con,
        "article_named",
        ref=ref or "",
        outlet=outlet,
        title=plain(title) or None,
        day=day or None,
    )
    return rows[0]["article_id"] if rows else None


def _landed(record: Article, appeal: Appeal, at: dt.datetime) -> Landed:
    return Landed(
        run="",
        site=APPEAL,
        url=record.url,
        fetched_at=at.isoformat(timespec="seconds"),
        kind="article",
        outcome="stored",
        sha256=appeal.sha256,
        detail=f"申诉 {appeal.appeal_id}",
        article=record,
    )


def _evidence(store: Store, record: Article, appeal: Appeal, captured: Mapping[str, Any]) -> Evidence:
    """The page that was captured, or the file that was handed in."""
    if captured.get("warc"):
        return Evidence(warc=captured["warc"], warc_offset=captured["warc_offset"])
    assert appeal.sha256 is not None
    path = find_attachment(store.folder, appeal.sha256)
    media = read_attachment(path.name, path.read_bytes()).media_type
    return Evidence(uri=record.url, media_type=media, attachment=appeal.sha256)


def _write(decisions: Path, decision: Decision) -> Decision:
    append_decision(decisions, decision)
    return decision
