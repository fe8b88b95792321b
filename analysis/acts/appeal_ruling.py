"""Owns the ruling on an appeal: granted with a credit, or refused with a reason.

A unit appeals and another decides: 市绩效办 or 市委宣传部, never the unit itself. What is granted credits an
article: the one that the warehouse has, or one made from the captured page or the file that was handed in.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, get_args

from analysis.acts.appeal import undecided_appeal
from analysis.acts.record import (
    ActError,
    alone,
    decision_of,
    known_units,
    reason,
    recorded,
    unit_of_person,
)
from analysis.appeals import TO_CAPTURE, Appeal
from analysis.columns import CREDIT_ROLES
from analysis.exposure import plain
from analysis.handed_pieces import day_said, pieces_since
from analysis.record import said_on_disk
from analysis.warehouse import Connection, ask
from pipeline.attachments import find_attachment, read_attachment
from pipeline.batch import APPEAL, Evidence, commit_batch
from pipeline.city import City
from pipeline.decisions import Decision
from pipeline.load_landing import article_id
from pipeline.records import Article, Form, Landed
from pipeline.store import Store

CREDIT_FORMS = tuple(form for form in get_args(Form) if form != "曝光")
Role = Literal["byline", "subject", "joint"]


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
        form: 报道, 公告, 综述, where the text does not say it.

    Raises:
        ActError: the unit's own decision, not captured, outlet and day not known, the unit is exposed, or no
            form that credits.
    """
    appeal = _decidable(store.decisions, city, number, who, unit_of_decider, at)
    if role not in CREDIT_ROLES:
        raise ActError(f"角色应为 {'、'.join(f'{key}（{name}）' for key, name in CREDIT_ROLES.items())}")
    if form is not None and form not in CREDIT_FORMS:
        raise ActError(f"体裁应为 {'、'.join(CREDIT_FORMS)}，而不是“{form}”；曝光稿不能以申诉计分")
    why = reason(why, "计分的理由")
    text = _captured(store.decisions, number)
    piece = _piece(appeal, text, outlet or appeal.outlet, day or appeal.published_day)
    lines: list[tuple[Landed, Evidence]] = []
    if article is None:
        found = _known_article(store, con, appeal.url, piece)
    else:
        found = _known_article(store, con, article)
        if found is None:
            raise ActError(f"没有这篇稿件：{article}（请用稿件号或网址）")
    if found is None:
        _check_new(appeal, piece)
        lines.append((_landed(piece, appeal, at), _evidence(store, piece, appeal, text)))
        found = article_id(piece.outlet, piece.url)
    elif appeal.unit in _exposed(store, con, found):
        raise ActError(f"{appeal.unit}是这篇稿件里被曝光的单位，不计分；认错了的，请先更正被曝光的单位")
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
    return recorded(
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


def _decidable(
    decisions: Path, city: City, number: str, who: str, unit: str | None, at: dt.datetime
) -> Appeal:
    appeal = undecided_appeal(decisions, number, at)
    if unit is not None:
        known_units(city, [unit])
    if appeal.unit in (unit, unit_of_person(city, who)) or who == appeal.appealed_by:
        raise ActError(f"{appeal.unit}不能裁定自己的申诉，请由绩效办或宣传部裁定")
    return appeal


def _captured(decisions: Path, number: str) -> Mapping[str, Any]:
    """What the newest capture of an appeal's link says; nothing, where there is none."""
    said = reversed(said_on_disk(decisions, ("appeal_capture",)))
    return next((each.after for each in said if each.target == number), {})


def _piece(appeal: Appeal, text: Mapping[str, Any], outlet: str | None, day: dt.date | None) -> Article:
    """The piece that is meant, as it was captured, or else as the unit said; outlet "": nobody said it."""
    return Article(
        outlet=outlet or "",
        url=str(text.get("url") or appeal.url or f"urn:gangqing:appeal:{appeal.appeal_id}"),
        title=str(text.get("title") or appeal.title),
        body=str(text.get("body") or ""),
        published=str(text.get("published") or day or ""),
        byline=text.get("byline"),
        source=text.get("source"),
    )


def _check_new(appeal: Appeal, piece: Article) -> None:
    """A piece that nobody knows counts by evidence, on a day, in an outlet. Raises ActError."""
    if appeal.state == TO_CAPTURE or appeal.sha256 is None:
        raise ActError(f"申诉 {appeal.appeal_id} 还没有存证，不能计分：请先取证，或请单位补交截图")
    if not piece.outlet or not piece.published:
        raise ActError("请写明刊发的媒体和日期")


def _known_article(
    store: Store, con: Connection, ref: str | None, piece: Article | None = None
) -> str | None:
    """The article of an id or address, else that of a piece's outlet, title and day: in the warehouse, or
    handed in since it was built. One that was handed in is also known by the title under which it was."""
    outlet = piece.outlet if piece is not None else ""
    title = plain(piece.title) if piece is not None else ""
    day = (piece.published or "")[:10] if piece is not None else ""
    rows = ask(
        con, "article_named", ref=ref or "", outlet=outlet or None, title=title or None, day=day or None
    )
    named = {row["article_id"] for row in rows if ref in (row["article_id"], row["url"])}
    if named:
        return min(named)
    alike = {row["article_id"] for row in rows}
    for row in ask(con, "article_keys", ids=[], urls=[], days=[day]) if title and day else ():
        if row["is_handed_in"] and (row["outlet"], plain(row["title"])) == (outlet, title):
            alike.add(row["article_id"])
    for other in pieces_since(store, con):
        number = article_id(other.outlet, other.url)
        if ref in (number, other.url):
            named.add(number)
        elif title and (other.outlet, str(day_said(other)), plain(other.title)) == (outlet, day, title):
            alike.add(number)
    return min(named or alike, default=None)


def _exposed(store: Store, con: Connection, article: str) -> list[str]:
    """Units that an article exposes; of one handed in since the warehouse was built, as was said with it."""
    rows = ask(con, "tags_of_article", target=article)
    if rows:
        return list(rows[0]["exposed"] or ())
    said = said_on_disk(store.decisions, ("tag_correction",))
    return next(
        (s.after["exposed"] for s in reversed(said) if s.target == article and "exposed" in s.after), []
    )


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
