"""Owns real messages whose official answer names the office: weak labels of public functions.

Another city's citizens (`citizen-replies.csv.gz`, `answered-letters.jsonl.gz`): the office that is named
most, and early, in the answer is taken for the one whose matter it was.
"""

from __future__ import annotations

import csv
import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeline.city import load_own_yaml
from pipeline.tagging.duties import LEXICON, split

EARLY = 120  # characters of the answer in which the answering office introduces itself
EARLY_WORTH = 3  # of a name there beside one further down
LEAST = 3  # points of the office
MAJORITY = 0.6  # its share of all points
LONGEST = 400  # characters of a message that are read
SHORT_NAMES = ("城管", "交警", "公安")  # shorter than three characters elsewhere they name a field, no office
# Offices of other cities and of later years.
OFFICES = {
    "住房公积金": "公积金", "医疗保障局": "医保", "自然资源": "国土", "房产局": "住建", "轨道": "交通",
    "卫健": "卫生", "退役军人事务": "退役", "自来水": "供水", "水务": "供水", "住房城乡建设": "住建",
    "人力社保": "人社", "教委": "教育", "城市管理": "城管", "园林绿化": "市政", "地铁": "交通",
}  # fmt: skip


class OfficeNames:
    """Names of offices → public function, from the lexicon of duties."""

    def __init__(self) -> None:
        raw: dict[str, Any] = load_own_yaml(LEXICON)
        self._functions: dict[str, str] = {}
        for function, names in raw["colloquial"].items():
            for name in split(names):
                if len(name) >= 3 or name in SHORT_NAMES:
                    self._functions.setdefault(name, function)
        for function, names in raw["functions"].items():
            for name in split(names):
                if len(name) >= 4:
                    self._functions.setdefault(name, function)
        self._functions |= OFFICES
        ordered = sorted(self._functions, key=lambda name: (-len(name), name))
        self._pattern = re.compile("|".join(map(re.escape, ordered)))

    def function(self, answer: str, least: int = LEAST) -> str | None:
        """The function of the office that an answer is from, where one stands out."""
        points: Counter[str] = Counter()
        for found in self._pattern.finditer(answer):
            points[self._functions[found.group()]] += EARLY_WORTH if found.start() < EARLY else 1
        if not points:
            return None
        function, most = max(points.items(), key=lambda entry: (entry[1], entry[0]))
        return function if most >= least and most / points.total() >= MAJORITY else None


def load_answered(data_dir: Path) -> Iterator[tuple[str, str, str]]:
    """(function, title, text) of the messages whose answering office is clear; none where the data is not."""
    offices = OfficeNames()
    replies, letters = data_dir / "citizen-replies.csv.gz", data_dir / "answered-letters.jsonl.gz"
    if replies.is_file():
        with gzip.open(replies, "rt", encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                function = offices.function(row["answer"])
                if function is not None:
                    yield function, row["title"], row["text"][:LONGEST]
    if letters.is_file():
        with gzip.open(letters, "rt", encoding="utf-8") as file:
            for letter in map(json.loads, file):
                function = offices.function(letter["unit"])
                if function is not None:
                    yield function, letter["title"], letter["text"][:LONGEST]
