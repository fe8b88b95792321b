"""Owns `gangqing evaluate`: tags against gold, beside named baselines, with every miss and its text."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

import msgspec

from pipeline.baselines import AliasBaseline, MajorityBaseline, ShippedSentiment
from pipeline.city import City
from pipeline.gold import Item, check_tagged, drop_unknown, read_gold, unknown_names
from pipeline.scores import Score, SetCounts, accuracy, confusion, macro_f1
from pipeline.selective import Judged, ThresholdRow, coverage_rows
from pipeline.tagging.stream import tag_lines
from pipeline.tagging.tagger import Tagger

Pair = tuple[Hashable, Hashable]


class Miss(msgspec.Struct, frozen=True, kw_only=True):
    """One disagreement between gold and tag."""

    id: str
    field: str
    gold: Any
    said: Any
    text: str
    why: str | None = None


class Evaluation(msgspec.Struct, kw_only=True):
    """The result over one file."""

    kind: str  # articles or threads
    items: int
    scores: list[Score]
    baselines: dict[str, list[Score]]
    confusions: dict[str, dict[str, int]]  # field → "gold → said" → count
    misses: list[Miss]
    coverage: dict[str, list[ThresholdRow]]  # tag → what each threshold of confidence decides, and how well
    unknown: dict[str, dict[str, int]] = {}  # what gold names that nobody knows: sort → name → places

    def value(self, name: str, measure: str) -> float | None:
        return next((s.value for s in self.scores if s.name == name and s.measure == measure), None)


# field → accessor; each is compared for equality
ARTICLE_FIELDS = ("topic", "indicator", "form", "sentiment", "has_editor_note", "plan_column")
THREAD_FIELDS = (
    "kind",
    "unit_named",
    "sentiment",
    "state",
    "first_response_floor",
    "answer_floor",
    "urgency",
)
MACRO = {"form", "sentiment", "kind", "topic"}


def evaluate(
    lines: list[bytes], city: City, *, with_baselines: bool = True, tagger: Tagger | None = None
) -> Evaluation:
    """Score the tags of `lines` against their `gold`.

    Args:
        with_baselines: also score the named baselines, which takes longer than the tags do.
        tagger: the one to score, where it is not the city's own.

    Raises:
        EvaluationError: a line is no JSON, has no gold or a wrong one, or the file mixes the two kinds.
    """
    kind, numbers, items = read_gold(lines)
    unknown = unknown_names(kind, items, city)
    drop_unknown(kind, items)
    bare = [msgspec.json.encode({k: v for k, v in item.items() if k != "gold"}) for item in items]
    said = [msgspec.json.decode(line) for line in tag_lines(bare, city, tagger=tagger)]
    check_tagged(numbers, said)
    for item, tags in zip(items, said, strict=True):
        item["id"] = tags["id"]  # a number became a text
    score = _score_articles if kind == "articles" else _score_threads
    scores, pairs, misses = score(items, said)
    return Evaluation(
        kind=kind,
        items=len(items),
        scores=scores,
        baselines=_baselines(kind, items, city, score) if with_baselines else {},
        confusions={
            field: {
                f"{gold} → {tag}": n for (gold, tag), n in confusion(of_field).most_common() if gold != tag
            }
            for field, of_field in pairs.items()
        },
        misses=misses,
        coverage={name: coverage_rows(judged) for name, judged in _judged(items, said).items()},
        unknown=unknown,
    )


def _judged(items: list[Item], said: list[Item]) -> dict[str, list[Judged]]:
    """Tags that go to a person's list below a threshold: confidence and whether they are right.

    Of articles each unit that may be credited, of threads whether an answer is due and the first unit.
    """
    found: dict[str, list[Judged]] = {"credits（单位）": [], "needs_reply": [], "unit（第一）": []}
    for item, tags in zip(items, said, strict=True):
        gold, sure = item["gold"], tags.get("confidence", {})
        if "credits" in gold:
            right = {credit["unit"] for credit in gold["credits"]}
            found["credits（单位）"] += [
                Judged(c["confidence"], c["unit"] in right)
                for c in (*tags["credits"], *tags["doubtful"])
                if c["role"] != "exposed"
            ]
        if "needs_reply" in gold:
            answer_due = tags["needs_reply"] == gold["needs_reply"]
            found["needs_reply"].append(Judged(sure["needs_reply"], answer_due))
            if tags["units"]:
                found["unit（第一）"].append(Judged(sure["units"], tags["units"][:1] == gold["units"][:1]))
    return {name: judged for name, judged in found.items() if judged}


_ASKS = {"roles": "credits"}
Scored = tuple[list[Score], dict[str, list[Pair]], list[Miss]]


def _score_articles(items: list[Item], said: list[Item]) -> Scored:
    units, roles, mentions, exposed, reprints = (SetCounts() for _ in range(5))
    misses: list[Miss] = []
    ids = {item["id"] for item in items}
    for item, tags in zip(items, said, strict=True):
        gold = item["gold"]
        credits = gold.get("credits", [])
        sets: list[tuple[str, SetCounts, set[Hashable], set[Hashable]]] = [
            ("credits", units, {c["unit"] for c in credits}, {c["unit"] for c in tags["credits"]}),
            (
                "roles",
                roles,
                {(c["unit"], c["role"]) for c in credits},
                {(c["unit"], c["role"]) for c in tags["credits"]},
            ),
            ("mentions", mentions, set(gold.get("mentions", [])), set(tags.get("mentions", []))),
            ("exposed", exposed, set(gold.get("exposed", [])), set(tags["exposed"])),
            # Only pairs whose first publication stands in the file can be found.
            (
                "reprints",
                reprints,
                {(item["id"], gold["reprint_of"])} if gold.get("reprint_of") in ids else set(),
                {(item["id"], tags["reprint_of"])} if tags.get("reprint_of") else set(),
            ),
        ]
        for name, counts, of_gold, of_tags in sets:
            if _ASKS.get(name, name) not in gold and name in ("credits", "roles", "exposed", "mentions"):
                continue  # a person corrected something else: of this nothing is known
            counts.add(of_gold, of_tags)
            if of_gold != of_tags and name != "credits":
                misses.append(_miss(item, tags, name, sorted(of_gold, key=str), sorted(of_tags, key=str)))
    scores = [
        *units.scores("credits（单位）"),
        *roles.scores("credits（单位+角色）"),
        *mentions.scores("mentions"),
        *exposed.scores("exposed"),
        *reprints.scores("reprints"),
    ]
    return _score_fields(ARTICLE_FIELDS, items, said, scores, misses)


def _score_threads(items: list[Item], said: list[Item]) -> Scored:
    needs = SetCounts()
    misses: list[Miss] = []
    first: list[Pair] = []
    in_three: list[Pair] = []
    none: list[Pair] = []
    for item, tags in zip(items, said, strict=True):
        gold = item["gold"]
        if "needs_reply" in gold:
            needs.add({1} if gold["needs_reply"] else set(), {1} if tags["needs_reply"] else set())
            if gold["needs_reply"] != tags["needs_reply"]:
                misses.append(_miss(item, tags, "needs_reply", gold["needs_reply"], tags["needs_reply"]))
        if "units" not in gold:
            continue
        if gold["units"]:
            best = tags["units"][0] if tags["units"] else None
            first.append((gold["units"][0], best))
            in_three.append((True, gold["units"][0] in tags["units"][:3]))
        else:
            none.append((True, not tags["units"]))
        if gold["units"][:1] != tags["units"][:1]:
            misses.append(_miss(item, tags, "units", gold["units"], tags["units"]))
    scores = [
        *needs.scores("needs_reply"),
        Score(name="unit（第一）", measure="accuracy", value=accuracy(first), cases=len(first)),
        Score(name="unit（前三）", measure="accuracy", value=accuracy(in_three), cases=len(in_three)),
        Score(name="unit（无）", measure="accuracy", value=accuracy(none), cases=len(none)),
    ]
    return _score_fields(THREAD_FIELDS, items, said, scores, misses)


def _score_fields(
    fields: tuple[str, ...], items: list[Item], said: list[Item], scores: list[Score], misses: list[Miss]
) -> Scored:
    pairs: dict[str, list[Pair]] = {}
    for field in fields:
        pairs[field] = [
            (item["gold"][field], tags.get(field))
            for item, tags in zip(items, said, strict=True)
            if field in item["gold"]
        ]
        scores.append(
            Score(name=field, measure="accuracy", value=accuracy(pairs[field]), cases=len(pairs[field]))
        )
        if field in MACRO:
            scores.append(
                Score(name=field, measure="macro F1", value=macro_f1(pairs[field]), cases=len(pairs[field]))
            )
        misses += [
            _miss(item, tags, field, item["gold"][field], tags.get(field))
            for item, tags in zip(items, said, strict=True)
            if field in item["gold"] and item["gold"][field] != tags.get(field)
        ]
    return scores, pairs, misses


def _miss(item: Item, tags: Item, field: str, gold: Any, said: Any) -> Miss:
    text = item.get("body") or "\n".join(
        f"#{p['floor']} {p.get('text') or ''}" for p in item.get("posts", [])
    )
    why = tags.get("why", {}).get(field)
    return Miss(
        id=item["id"],
        field=field,
        gold=gold,
        said=said,
        text=f"{item.get('title') or ''} ‖ {text}",
        why=why["why"] if why else None,
    )


def _baselines(
    kind: str, items: list[Item], city: City, score: Callable[[list[Item], list[Item]], Scored]
) -> dict[str, list[Score]]:
    """The same measures for what one would get without this project."""
    majority = MajorityBaseline(kind, items)
    found = {
        "多数类": score(items, [majority.tag(item) for item in items])[0],
        "SnowNLP 原模型（情感）": [
            s for s in score(items, ShippedSentiment().tag_all(majority, items))[0] if s.name == "sentiment"
        ],
    }
    alias = AliasBaseline(city)
    found["别名匹配（单位）"] = [
        s
        for s in score(items, [alias.tag(majority, item) for item in items])[0]
        if s.name == "credits（单位）" or s.name.startswith("unit（")
    ]
    return found
