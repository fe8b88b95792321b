"""Owns which names of a unit are only those of its account: 某市发布, 某市交通, words of any sentence."""

from __future__ import annotations

from typing import Any

from pipeline.city import City


def list_accounts(city: City, lexicon: dict[str, Any]) -> frozenset[str]:
    """Aliases that a unit is called by only as a source, or where it acts at once: "某市发布暴雨预警" and
    "某市交通拥堵" name nobody."""
    fields = {
        stem for entry in lexicon["departments"] if "" not in entry["suffixes"] for stem in entry["stems"]
    }
    found = {city.stem + field for field in fields - {lexicon["fire"]}}
    return frozenset(found | {f"{city.stem}发布", f"{city.name}发布"})
