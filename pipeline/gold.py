"""Owns reading lines with gold for `evaluate`, and telling what in them is wrong or unknown to the city."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, get_args

import msgspec

from pipeline.city import City
from pipeline.faults import ToldError
from pipeline.records import Form, Role, Sentiment, ThreadKind, TicketState
from pipeline.tagging.topic_signals import TOPICS, load_topics, spelled
from pipeline.unreadable import LINE_FAULTS, field_fault, line_fault

Item = dict[str, Any]


class EvaluationError(ToldError, ValueError):
    """The file is no gold file; the message says why."""


class _Credit(msgspec.Struct):
    unit: str
    role: str


class _Articles(msgspec.Struct):
    """Gold of an article: what a person said of it, as far as one did."""

    credits: list[_Credit] = []
    mentions: list[str] = []
    exposed: list[str] = []
    reprint_of: str | None = None
    topic: str | None = None
    indicator: str | None = None
    form: str = ""
    sentiment: str = ""
    has_editor_note: bool = False
    plan_column: bool = False
    why: Any = None


class _Threads(msgspec.Struct):
    """Gold of a thread."""

    kind: str = ""
    needs_reply: bool = False
    units: list[str] = []
    unit_named: bool = False
    sentiment: str = ""
    state: str = ""
    first_response_floor: int | None = None
    answer_floor: int | None = None
    urgency: str = ""
    why: Any = None


_GOLD: dict[str, type[msgspec.Struct]] = {"articles": _Articles, "threads": _Threads}
_NAMES = {"articles": "稿件", "threads": "帖子"}
_ONE_OF: dict[str, tuple[str, ...]] = {
    "form": get_args(Form),
    "sentiment": get_args(Sentiment),
    "kind": get_args(ThreadKind),
    "state": get_args(TicketState),
    "urgency": ("普通", "紧急"),
    "topic": tuple(TOPICS),
    "indicator": tuple(load_topics()["indicators"]),
}


def read_gold(lines: list[bytes]) -> tuple[str, list[int], list[Item]]:
    """What the items are (articles or threads), their line numbers, and the items.

    Raises:
        EvaluationError: a line is no JSON, has no gold or a wrong one, or the file mixes the two.
    """
    numbers = [number for number, line in enumerate(lines, 1) if line.strip()]
    items = [_read(number, lines[number - 1]) for number in numbers]
    if not items:
        raise EvaluationError("文件里没有条目")
    first = _kind(numbers[0], items[0])
    for number, item in zip(numbers, items, strict=True):
        kind = _kind(number, item)
        if kind != first:
            raise EvaluationError(
                f"第 {numbers[0]} 行是{_NAMES[first]}，第 {number} 行是{_NAMES[kind]}，请分成两个文件评测"
            )
        try:
            msgspec.convert(item["gold"], _GOLD[kind])
        except msgspec.ValidationError as error:
            raise EvaluationError(
                f"第 {number} 行的 gold：{field_fault(error)}；没有定的字段请不要写"
            ) from error
        if kind == "threads" and not item["posts"]:
            raise EvaluationError(f"第 {number} 行的 posts 是空的，请补上主帖或删去这一行")
    return first, numbers, items


def drop_unknown(kind: str, items: list[Item]) -> None:
    """Leave the fields of gold that can be scored."""
    for item in items:
        item["gold"] = {
            field: value for field, value in item["gold"].items() if field in _GOLD[kind].__struct_fields__
        }


def check_tagged(numbers: list[int], said: list[Item]) -> None:
    """Raises EvaluationError where a line got no tags."""
    for number, tags in zip(numbers, said, strict=True):
        if "error" in tags:
            raise EvaluationError(f"第 {number} 行：{tags['error']}")


def unknown_names(kind: str, items: list[Item], city: City) -> dict[str, dict[str, int]]:
    """What gold names and the city or the program does not know, so that no tag can ever be like it: sort →
    name → in how many places."""
    found: dict[str, Counter[str]] = {}
    for item in items:
        for sort, name, is_known in _named(kind, item["gold"], city):
            if not is_known:
                found.setdefault(sort, Counter())[name] += 1
    return {sort: dict(names.most_common()) for sort, names in found.items()}


def _named(kind: str, gold: Item, city: City) -> Iterator[tuple[str, str, bool]]:
    credits = gold.get("credits", [])
    units = [credit["unit"] for credit in credits]
    units += [unit for field in ("mentions", "exposed", "units") for unit in gold.get(field, [])]
    for unit in units:
        yield "单位", unit, unit in city.unit_by_short
    for credit in credits:
        yield "角色", credit["role"], credit["role"] in get_args(Role)
    for field, value in gold.items():
        yield "字段", field, field in _GOLD[kind].__struct_fields__
        if field in _ONE_OF and value is not None:
            yield field, value, value in _ONE_OF[field]


def _read(number: int, line: bytes) -> Item:
    try:
        item = msgspec.json.decode(line)
    except LINE_FAULTS as error:
        raise EvaluationError(f"第 {number} 行{line_fault(line, error)}") from error
    if not isinstance(item, dict) or not isinstance(item.get("gold"), dict):
        raise EvaluationError(f"第 {number} 行没有 gold（标准答案，应是对象），无法评测；请补上或删去这一行")
    if item.get("posts") is None:
        item.pop("posts", None)  # as if it were not there
    if isinstance(name := item["gold"].get("indicator"), str):
        item["gold"]["indicator"] = spelled(name)
    return item


def _kind(number: int, item: Item) -> str:
    if item.get("posts") is not None:
        return "threads"
    if item.get("body") is not None:
        return "articles"
    raise EvaluationError(
        f"第 {number} 行既没有 body 也没有 posts：只能评测稿件和帖子，留言（text）请删去或另存"
    )
