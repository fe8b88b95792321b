"""Owns lists of departments that are named by their stems: 住建、水利、交通等部门 are three units."""

from __future__ import annotations

import re
from bisect import bisect_right

from pipeline.tagging.names import Hit, Names
from pipeline.tagging.roles_occurrence import Occurrence, Text

_LISTED = re.compile("[市、和与及]")


class ListReader:
    """Reads lists of departments of one city."""

    def __init__(self, names: Names) -> None:
        self._stems = names.stems
        stems = sorted({*names.stems}, key=lambda s: (-len(s), s))
        stem = "(?:" + "|".join(map(re.escape, stems)) + ")" if stems else "(?!)"
        self._list = re.compile(
            rf"(市|)((?:{stem}(?:局|委|办)?[、和与及])*{stem})(?:等)?(?:[0-9两三四五六七八九十多各]{{0,2}}个?)?"
            r"(?:相关|有关|职能|监管|主管|执法|市直|责任|成员)?$"
        )
        self.stem = re.compile(stem)  # any one of them

    def read(self, text: Text, number: int, zone: int) -> list[Occurrence]:
        """住建、水利、交通等部门: each stem is a unit, if the list is of this city and not of one alone.

        `number` is that of the hit (部门).
        """
        whole, hit = text.whole, text.hits[number]
        window = whole[max(0, hit.start - 48) : hit.start]
        match = self._list.search(window) if _LISTED.search(window) else None
        if match is None or not text.scope.own or (not match[1] and text.scope.county_only):
            return []
        offset = max(0, hit.start - 48)
        before = window[: match.start()]
        if text.scope.is_general(before, match[1]):
            return []
        at = offset + match.end(1)
        place = bisect_right(text.hits, at, hi=number, key=_end) - 1
        if place >= 0 and text.hits[place].end == at and text.hits[place].name.kind in ("county", "foreign"):
            return []  # 东兴市住建、交通等部门
        stems = list(self.stem.finditer(match[2]))
        if len(stems) < 2 and not match[1]:
            return []
        base = offset + match.start(2)
        found = [Occurrence(self._stems[s[0]], base + s.start(), base + s.end(), zone) for s in stems]
        found[0].start -= len(match[1])
        return found


def _end(hit: Hit) -> int:
    return hit.end
