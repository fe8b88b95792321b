"""Owns what the reading of an article yields: its names with what each does, and where they stand."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from pipeline.records import Evidence
from pipeline.tagging.names import Hit
from pipeline.tagging.names_scope import Scope

LEAD_LENGTH = 220


class Occurrence(msgspec.Struct):
    """One name in the text, with the organ that follows a county."""

    unit: str
    start: int  # in the joined text
    end: int
    zone: int  # 0 title, 1 lead, 2 opening, 3 later
    act: str = "weak"
    why: str = ""
    partners: tuple[str, ...] = ()
    at_meeting: bool = False
    unsure: bool = False
    place: bool = False  # a county that is named as a place
    police: bool = False
    host: bool = False  # 主办, 承办
    anaphor: bool = False  # 该局: who is meant stands before
    beside: bool = False  # named as one with whom the actor before it acts: 联合市水利局
    victim: bool = False  # it tells what befell it
    clause: int = 0  # where its clause begins


class Text(NamedTuple):
    """The article as one text, with where each field begins, and the names in it."""

    whole: str
    fields: list[tuple[int, str]]  # start in `whole`, name of the field
    body: int  # where the body begins
    lead_end: int
    open_end: int
    hits: list[Hit]
    scope: Scope
    occurrences: list[Occurrence]
    signs: frozenset[str]  # of the words that decide which patterns are worth a try, those that stand in it

    def word(self, occurrence: Occurrence) -> str:
        return self.whole[occurrence.start : occurrence.end]

    def evidence(self, occurrence: Occurrence, why: str) -> Evidence:
        return self.evidence_at(occurrence.start, occurrence.end, why)

    def evidence_at(self, begin: int, end: int, why: str) -> Evidence:
        """The sentence with a span of the joined text inside its own field."""
        for start, name in reversed(self.fields):
            if start <= begin:
                return Evidence(why=why, field=name, start=begin - start, end=end - start)
        raise IndexError("a span before the first field")

    def is_in_title(self, occurrence: Occurrence) -> bool:
        fields = self.fields  # the title is the first of them
        return fields[0][1] == "title" and (len(fields) == 1 or occurrence.start < fields[1][0])


def find_lead_end(whole: str, body: int) -> int:
    """The first paragraph, or two where it is short; about LEAD_LENGTH characters, to a sentence's end."""
    end = whole.find("\n", body)
    end = len(whole) if end < 0 else end
    if end - body < 50:
        following = whole.find("\n", end + 1)
        end = len(whole) if following < 0 else following
    if end - body > LEAD_LENGTH:
        stop = whole.find("。", body + LEAD_LENGTH - 40)
        end = stop if 0 < stop < body + LEAD_LENGTH + 40 else body + LEAD_LENGTH
    return end
