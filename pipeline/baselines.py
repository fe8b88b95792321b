"""Owns the named baselines of `gangqing evaluate`: what one gets without this project."""

from __future__ import annotations

from collections import Counter
from typing import Any

from pipeline.city import City

Item = dict[str, Any]

# SnowNLP's score is a probability of "positive": below the first it is a verdict, above the second one too.
NEGATIVE, POSITIVE = 0.4, 0.6
MOST_UNITS = 3  # that a thread is given


class MajorityBaseline:
    """Says the most frequent gold value of every field, for every item."""

    def __init__(self, kind: str, items: list[Item]) -> None:
        self._answer: Item = {}
        # What a line of gold does not tell is not known: it counts for nothing.
        for field in dict.fromkeys(field for item in items for field in item["gold"] if field != "why"):
            values = [item["gold"][field] for item in items if field in item["gold"]]
            if any(isinstance(value, list) for value in values):
                self._answer[field] = []
            else:
                self._answer[field] = Counter(values).most_common(1)[0][0]
        if kind == "articles":
            self._answer |= {"reprint_of": None, "credits": [], "exposed": []}
        else:
            firsts = Counter(item["gold"]["units"][0] for item in items if item["gold"].get("units"))
            self._answer["units"] = [unit for unit, _ in firsts.most_common(MOST_UNITS)]

    def tag(self, item: Item) -> Item:
        return {"id": item["id"], **self._answer}


class ShippedSentiment:
    """SnowNLP's sentiment model as shipped, learned from shopping reviews."""

    def tag_all(self, base: MajorityBaseline, items: list[Item]) -> list[Item]:
        from snownlp import SnowNLP  # slow to import, only needed here

        answers = []
        for item in items:
            text = item.get("body") or "\n".join(
                [item.get("title") or "", *(post.get("text") or "" for post in item.get("posts", [])[:1])]
            )
            # SnowNLP("").sentiments divides by zero.
            value = SnowNLP(text).sentiments if text.strip() else 0.5
            label = "negative" if value < NEGATIVE else "positive" if value > POSITIVE else "neutral"
            answers.append({**base.tag(item), "sentiment": label})
        return answers


class AliasBaseline:
    """Takes every unit whose name or alias stands in a text: of an article in title, byline, source or the
    first paragraph; of a thread in title or opening post, the first named first."""

    def __init__(self, city: City) -> None:
        self._names = [(name, unit.short) for unit in city.units for name in unit.names]

    def tag(self, base: MajorityBaseline, item: Item) -> Item:
        if "posts" in item:
            return {**base.tag(item), "units": self._in_order(item)}
        lead = (item.get("body") or "").strip().split("\n", 1)[0]
        text = "\n".join([item.get("title") or "", item.get("byline") or "", item.get("source") or "", lead])
        units = sorted({unit for name, unit in self._names if name in text})
        return {**base.tag(item), "credits": [{"unit": unit, "role": "subject"} for unit in units]}

    def _in_order(self, item: Item) -> list[str]:
        text = f"{item.get('title') or ''}\n{item['posts'][0].get('text') or ''}"
        places: dict[str, int] = {}
        for name, unit in self._names:
            if (place := text.find(name)) >= 0:
                places[unit] = min(place, places.get(unit, place))
        return sorted(places, key=lambda unit: (places[unit], unit))[:MOST_UNITS]
