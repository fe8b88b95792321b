"""Owns one article as it is shown: its text with the places of the evidence, versions, credits and copies."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import msgspec

from analysis.article_list import HeldArticles, ask_held, hold_articles
from analysis.warehouse import Connection, ask, moment

FIELDS = {
    "kicker": "引题",
    "title": "标题",
    "subtitle": "副题",
    "byline": "署名",
    "source": "来源",
    "body": "正文",
}
TAGS = {
    "topic": "专题",
    "indicator": "考评指标",
    "form": "体裁",
    "sentiment": "情感",
    "has_editor_note": "编者按",
    "plan_column": "专栏",
    "exposed": "被曝光",
    "mentions": "提及",
    "reprint_of": "转载自",
    "leader_note": "上级领导批示",
}


@dataclasses.dataclass(frozen=True)
class Mark:
    """A passage that shows something. `kind`: unit, positive, negative, neutral, tag; `says`: in Chinese."""

    field: str
    start: int
    end: int
    kind: str
    says: str


@dataclasses.dataclass(frozen=True)
class Piece:
    """A piece of a text with the marks that lie over it."""

    text: str
    kinds: tuple[str, ...] = ()
    says: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class TagShown:
    """One tag of an article: its value, why the rules gave it, and whether a person set it."""

    key: str
    label: str
    value: Any
    why: str
    confidence: float | None
    is_by_person: bool


@dataclasses.dataclass(frozen=True, kw_only=True)
class ArticleShown:
    """One article.

    Attributes:
        fact: as the plan sees it: outlet, day, tags with corrections, story.
        version: the text that is shown, with what was captured of it.
        is_newest: whether `version` is the newest text; the evidence belongs to that one.
        versions: all its texts, newest first.
        credits: units that it credits, each with who decided and why.
        tags: its tags, each with why.
        mentions: units that it names and neither credits nor exposes, each with why.
        copies: all articles of its story, first publication first.
        texts: field → its text in pieces, evidence marked.
    """

    fact: dict[str, Any]
    version: dict[str, Any]
    is_newest: bool
    versions: list[dict[str, Any]]
    credits: list[dict[str, Any]]
    tags: list[TagShown]
    mentions: dict[str, str]
    copies: list[dict[str, Any]]
    texts: dict[str, list[Piece]]

    @property
    def article_id(self) -> str:
        found: str = self.fact["article_id"]
        return found

    @property
    def units(self) -> set[str]:
        """Units that it concerns in any way: credited, exposed, named, or on whose site it stands."""
        own = {self.fact["site_unit"]} if self.fact["site_unit"] else set()
        return own | {c["unit"] for c in self.credits} | set(self.fact["exposed"] or []) | set(self.mentions)


def load_article(
    con: Connection,
    target: str,
    known_by: dt.date | None = None,
    content_hash: str | None = None,
    held: HeldArticles | None = None,
) -> ArticleShown | None:
    """The article that an id or address names, as known at a day; None: there is none.

    Args:
        content_hash: which of its texts to show; None: the newest.
        held: the list of all articles (hold_articles) as known by `known_by`; None: it is made.
    """
    known = moment(known_by)
    held = held if held is not None else hold_articles(con, known_by)
    copies = ask_held(con, held, "article_story", target=target)
    fact = next((row for row in copies if target in (row["article_id"], row["url"])), None)
    if fact is None:
        return None
    article_id = fact["article_id"]
    versions = ask(con, "article_versions", article_id=article_id, known_by=known)
    newest = next(row for row in versions if row["content_hash"] == fact["content_hash"])
    version = next((row for row in versions if row["content_hash"] == content_hash), newest)
    credits = ask(con, "article_credits", ids=[article_id], known_by=known)
    whys, whys_now = _object(version["why_json"]), _object(newest["why_json"])
    names = [article_id, *{row["url"] for row in versions}]
    corrected = {
        row["key"]: msgspec.json.decode(row["value_json"])
        for row in ask(con, "corrections_of", targets=names, known_by=known)
    }
    is_newest = version["content_hash"] == newest["content_hash"]
    above = {credit["unit"] for credit in credits} | set(fact["exposed"] or [])  # also by a correction
    marks = [*_tag_marks(whys, version), *(_credit_marks(credits) if is_newest else ())]
    return ArticleShown(
        fact=fact,
        version=version,
        is_newest=is_newest,
        versions=versions,
        credits=credits,
        tags=_tags(fact, whys_now, _object(newest["confidence_json"]), corrected),
        mentions={
            unit: _said(whys_now, f"mentions:{unit}")
            for unit in newest["mentions"] or []
            if unit not in above
        },
        copies=copies,
        texts={
            field: pieces(version[field], [mark for mark in marks if mark.field == field])
            for field in FIELDS
            if version[field]
        },
    )


def pieces(text: str, marks: Iterable[Mark]) -> list[Piece]:
    """A text cut where marks begin and end; marks outside it (of another text) are passed over."""
    kept = [mark for mark in marks if 0 <= mark.start < mark.end <= len(text)]
    cuts = sorted({0, len(text), *(m.start for m in kept), *(m.end for m in kept)})
    found = []
    for start, end in pairwise(cuts):
        over = [mark for mark in kept if mark.start <= start and end <= mark.end]
        kinds = tuple(dict.fromkeys(mark.kind for mark in over))
        found.append(Piece(text[start:end], kinds, "；".join(dict.fromkeys(mark.says for mark in over))))
    return found


def marks_of(texts: Mapping[str, Sequence[Piece]]) -> list[tuple[str, str]]:
    """What is marked and what is said of it, each once, in the order of the text: for who has no mouse."""
    found = [(piece.text, piece.says) for pieces in texts.values() for piece in pieces if piece.says]
    return list(dict.fromkeys(found))


def _credit_marks(credits: Sequence[Mapping[str, Any]]) -> list[Mark]:
    return [
        Mark(row["field"], row["start_char"], row["end_char"], "unit", f"{row['unit']}：{row['why']}")
        for row in credits
        if row["field"] and row["start_char"] is not None and row["end_char"] is not None
    ]


def _tag_marks(whys: Mapping[str, Any], version: Mapping[str, Any]) -> list[Mark]:
    found = []
    for key, why in whys.items():
        if (
            not isinstance(why, dict)
            or why.get("start") is None
            or why.get("end") is None
            or not why.get("field")
        ):
            continue
        if why["field"] == "body" and why["start"] == 0 and why["end"] == len(version["body"] or ""):
            continue  # it rests on all of the text: no passage shows it
        kind = str(version["sentiment"]) if key == "sentiment" else "tag"
        name = key.partition(":")[0]  # of a unit that is mentioned or exposed
        label = TAGS.get(name, name)
        found.append(Mark(why["field"], why["start"], why["end"], kind, f"{label}：{why.get('why') or ''}"))
    return found


def _tags(
    fact: Mapping[str, Any],
    whys: Mapping[str, Any],
    confidences: Mapping[str, Any],
    corrected: Mapping[str, Any],
) -> list[TagShown]:
    values = {
        "topic": fact["topic"],
        "indicator": fact["indicator"],
        "form": fact["form"],
        "sentiment": fact["sentiment"],
        "has_editor_note": fact["has_editor_note"],
        "plan_column": fact["is_plan_column"],
        "exposed": list(fact["exposed"] or []),
        "reprint_of": fact["story_id"] if fact["story_id"] != fact["article_id"] else None,
        "leader_note": corrected.get("leader_note") is True,  # only people know of it
    }
    found = []
    for key, value in values.items():
        said = fact["reprint_why"] if key == "reprint_of" else _said(whys, key)
        sure = confidences.get(key)
        if key == "exposed":
            said = "；".join(filter(None, (_said(whys, f"exposed:{unit}") for unit in value)))
            sure = min((confidences.get(f"exposed:{unit}", 1.0) for unit in value), default=None)
        is_by_person = key in corrected
        found.append(
            TagShown(
                key=key,
                label=TAGS[key],
                value=value,
                why="人工更正" if is_by_person else said or "",
                confidence=None if is_by_person else sure,
                is_by_person=is_by_person,
            )
        )
    return found


def _said(whys: Mapping[str, Any], key: str) -> str:
    return str((whys.get(key) or {}).get("why") or "")


def _object(text: str | None) -> dict[str, Any]:
    return msgspec.json.decode(text, type=dict[str, Any]) if text else {}
