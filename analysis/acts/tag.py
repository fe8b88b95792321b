"""Owns the correction of tags: a person says what an article or thread really is, and it is recorded.

A correction outlives every rebuild (pipeline/decisions.py), overrides only the tags that it names, becomes a
regression case and enters the next training. One that says what the tags say already confirms them: it is
recorded too, because accuracy can only be told over what a person has looked at.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args

import msgspec
from msgspec import UNSET, UnsetType

from analysis.acts.record import ActError, decision_of
from analysis.record_words import FIELD_WORDS
from analysis.warehouse import Connection, ask
from pipeline.city import City
from pipeline.decisions import Decision, append_decision
from pipeline.records import Form, Role, Sentiment, ThreadKind
from pipeline.tagging.lexicon import load_lexicon

Urgency = Literal["普通", "紧急"]


class CorrectionError(ActError):
    """A correction names what there is not; the message says what to write instead, in Chinese."""


class CreditSaid(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One unit that a person credits."""

    unit: str
    role: Role = "subject"


class ArticleCorrection(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """The tags of an article that a person names; what is unset stays with the rules.

    `topic`, `indicator` and `reprint_of` may be None: the piece has none, is none.
    """

    credits: list[CreditSaid] | UnsetType = UNSET  # all of them, [] for none
    exposed: list[str] | UnsetType = UNSET
    topic: str | UnsetType | None = UNSET
    indicator: str | UnsetType | None = UNSET
    form: Form | UnsetType = UNSET
    sentiment: Sentiment | UnsetType = UNSET
    has_editor_note: bool | UnsetType = UNSET
    plan_column: bool | UnsetType = UNSET
    reprint_of: str | UnsetType | None = UNSET  # id or address of the first publication
    leader_note: bool | UnsetType = UNSET  # a superior's 批示 on it


class ThreadCorrection(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """The tags of a thread that a person names; what is unset stays with the rules."""

    kind: ThreadKind | UnsetType = UNSET
    needs_reply: bool | UnsetType = UNSET
    units: list[str] | UnsetType = UNSET  # who must answer, first the one whose duty it is
    urgency: Urgency | UnsetType = UNSET
    sentiment: Sentiment | UnsetType = UNSET


Correction = TypeVar("Correction", ArticleCorrection, ThreadCorrection)
_CHOICES: dict[str, tuple[str, ...]] = {
    "form": get_args(Form),
    "sentiment": get_args(Sentiment),
    "kind": get_args(ThreadKind),
    "urgency": get_args(Urgency),
}
_FLAG, _TEXT, _UNITS = "是（true）或否（false）", "文字，没有的为空（null）", "单位简称的列表，没有的为空列表"
_SHAPES = {  # what may stand in a field, for who sent something else
    "credits": "列表，每项写明单位（unit）和角色（role），没有的为空列表",
    "exposed": _UNITS,
    "units": _UNITS,
    "topic": _TEXT,
    "indicator": _TEXT,
    "reprint_of": _TEXT,
    "has_editor_note": _FLAG,
    "plan_column": _FLAG,
    "leader_note": _FLAG,
    "needs_reply": _FLAG,
}


def read_correction(kind: type[Correction], said: Mapping[str, Any]) -> Correction:
    """What a form or a command says, as a correction.

    Raises:
        CorrectionError: a field or value that there is not; the message says what there is.
    """
    for key, value in said.items():
        if key not in kind.__struct_fields__:
            known = "、".join(f"{name}（{FIELD_WORDS[name]}）" for name in kind.__struct_fields__)
            raise CorrectionError(f"没有“{key}”这一项，可以更正的：{known}")
        if key in _CHOICES and value not in _CHOICES[key]:
            raise CorrectionError(f"没有{FIELD_WORDS[key]}“{value}”，可用：{'、'.join(_CHOICES[key])}")
        for credit in value if key == "credits" and isinstance(value, list) else ():
            role = credit.get("role", "subject") if isinstance(credit, Mapping) else "subject"
            if role not in get_args(Role):
                raise CorrectionError(f"没有角色“{role}”，可用：{'、'.join(get_args(Role))}")
        try:
            msgspec.convert({key: value}, kind)
        except msgspec.ValidationError as error:
            raise CorrectionError(f"{FIELD_WORDS[key]}（{key}）应为{_SHAPES[key]}") from error
    return msgspec.convert(dict(said), kind)


def correct_article(
    con: Connection,
    city: City,
    decisions: Path,
    target: str,
    right: ArticleCorrection,
    *,
    who: str,
    at: dt.datetime,
    why: str = "",
    expected: Mapping[str, str | None] | None = None,
) -> Decision:
    """Record what the tags of an article should be; they hold from the next build on.

    Args:
        decisions: the folder of the record (`Store.decisions`).
        target: the article's id or address.
        at: wall-clock time of China.
        expected: the newest decision on it that the person saw (pipeline.decisions.append_decisions).

    Raises:
        CorrectionError: no such article, unit, topic or indicator, or nothing is named.
        StaleDecision: somebody decided on it meanwhile.
        DecisionError: nobody is named as the one who decides.
    """
    present = _present(ask(con, "tags_of_article", target=target), target, "稿件")
    after = _named(right)
    _check_whose(city, right, after, present)
    _check_classes(after, present)
    if right.reprint_of is not UNSET and right.reprint_of is not None:
        first = _present(ask(con, "tags_of_article", target=right.reprint_of), right.reprint_of, "首发稿件")
        if first["article_id"] == present["article_id"]:
            raise CorrectionError("一篇稿件不能是它自己的转载")
        after["reprint_of"] = first["article_id"]
    return _record(decisions, present["article_id"], present, after, who, at, why, expected)


def correct_thread(
    con: Connection,
    city: City,
    decisions: Path,
    target: str,
    right: ThreadCorrection,
    *,
    who: str,
    at: dt.datetime,
    why: str = "",
) -> Decision:
    """Record what the tags of a thread should be; they hold from the next build on.

    Args, Raises: as `correct_article`; `target` is the thread's id or the address of one of its pages.
    """
    present = _present(ask(con, "tags_of_thread", target=target), target, "帖子")
    after = _named(right)
    if right.units is not UNSET:
        _check_units(city, right.units)
        if len(set(right.units)) < len(right.units):
            raise CorrectionError("同一单位写了两次")
    return _record(decisions, present["thread_id"], present, after, who, at, why)


def topics() -> dict[str, list[str]]:
    """The topics that a person may choose, each with its indicators."""
    data = load_lexicon("topics.yaml")
    found: dict[str, list[str]] = {topic: [] for topic in data["topics"]}
    for indicator, topic in data["indicators"].items():
        found[topic].append(indicator)
    return found


def _present(rows: list[dict[str, Any]], target: str, noun: str) -> dict[str, Any]:
    if not rows:
        raise CorrectionError(f"没有这个{noun}：{target}（请用编号或网址）")
    return rows[0]


def _named(right: ArticleCorrection | ThreadCorrection) -> dict[str, Any]:
    after: dict[str, Any] = msgspec.to_builtins(right)
    for credit in after.get("credits", []):
        credit.setdefault("role", "subject")
    if not after:
        raise CorrectionError("没有写明要改哪一项")
    return after


def _check_units(city: City, units: Iterable[str]) -> None:
    from analysis.mistakes import unknown_unit

    for unit in units:
        if unit not in city.unit_by_short:
            raise CorrectionError(unknown_unit(unit, city.units))


def _check_whose(
    city: City, right: ArticleCorrection, after: Mapping[str, Any], present: Mapping[str, Any]
) -> None:
    """The units that are named exist, and none is both credited and exposed once the correction holds."""
    if right.credits is UNSET and right.exposed is UNSET:
        return
    if right.credits is not UNSET:
        units = [credit.unit for credit in right.credits]
        _check_units(city, units)
        if len(set(units)) < len(units):
            raise CorrectionError("同一单位在一篇稿件里只计一次，请去掉重复的")
    if right.exposed is not UNSET:
        _check_units(city, right.exposed)
    credited = {credit["unit"] for credit in after.get("credits", present["credits"])}
    both = sorted(credited.intersection(after.get("exposed", present["exposed"]) or ()))
    if both:
        raise CorrectionError(f"被曝光的单位不计分，请二者择一：{'、'.join(both)}")


def _check_classes(after: dict[str, Any], present: Mapping[str, Any]) -> None:
    known = topics()
    topic = after.get("topic", present["topic"])
    if topic is not None and topic not in known:
        raise CorrectionError(f"没有专题“{topic}”，可用：{'、'.join(known)}")
    indicator = after.get("indicator")
    if (
        "topic" in after
        and "indicator" not in after
        and present["indicator"] not in known.get(topic or "", ())
    ):
        after["indicator"] = None  # the indicator of the former topic goes with it
    if indicator is None:
        return
    owner = next((name for name, own in known.items() if indicator in own), None)
    if owner is None:
        raise CorrectionError(
            f"没有考评指标“{indicator}”，可用：{'、'.join(i for own in known.values() for i in own)}"
        )
    if owner != topic:
        raise CorrectionError(f"指标“{indicator}”属于{owner}，与专题“{topic or '无'}”不符，请一并更正专题")


def _record(
    decisions: Path,
    target: str,
    present: Mapping[str, Any],
    after: dict[str, Any],
    who: str,
    at: dt.datetime,
    why: str,
    expected: Mapping[str, str | None] | None = None,
) -> Decision:
    before = {key: present[key] for key in after if key in present}
    decision = decision_of("tag_correction", target, who=who, at=at, after=after, before=before, why=why)
    append_decision(decisions, decision, expected)
    return decision
