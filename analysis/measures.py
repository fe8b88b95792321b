"""Owns the verdict on measures (通报, 约谈, 扣分) beside exposures (三（九）): which are one with a published
story, and which may be one thing recorded twice, though each counts."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import combinations
from typing import Any, NamedTuple

from analysis.exposure import plain
from analysis.ground import CoverageRow, Ground
from analysis.plan import CITY_ROW, Fact, Task
from analysis.proofs import Record
from analysis.quotes import quoted

_TITLE_REACH = 31  # days between two things that one title still ties: some titles are standing
_ALIKE_REACH = 7  # days between measures of one centre with titles no more than alike: some are monthly
_RUN, _RUN_SHARE = 8, 0.6  # characters that alike titles have in a row, and of the shorter one
_MOST_TOLD = 3  # possible doubles that a note names


class What(NamedTuple):
    """What makes records one measure: what several units did together is one."""

    day: dt.date
    form: str
    concerned: str


@dataclasses.dataclass
class Taken:
    """One measure: its records, and the article that is one with it.

    Attributes:
        is_own: whether it counts with the article; of several measures that name one story, the first does.
    """

    what: What
    records: list[dict[str, Any]]
    story: Fact | None = None
    is_own: bool = False

    @property
    def title(self) -> str:
        return next((record["title"] for record in self.records if record["title"]), "")

    @property
    def name(self) -> str:
        """As a note names it: 2017-10-20 的通报“关于窗口空岗的通报”."""
        return f"{self.what.day} 的{self.what.form}{quoted(self.title) if self.title else ''}"


def measures(ground: Ground, record: Record, task: Task) -> Iterable[CoverageRow]:
    """Published stories, and what units recorded of measures (通报, 约谈, 扣分): either counts (三（九）).

    What several units did together is one measure. One that was published as a story that counts here is one
    with it: its record names the story's address, or has its title and lies within `_TITLE_REACH` days of it.
    A story is one with one measure, however many name it. The notice says of nothing else that it is one:
    what may be, is told and counts.
    """
    assert task.proof is not None
    members = ground.plan.members[task.id]
    owners = {unit: [unit] for unit in members} if task.scope == "unit" else {CITY_ROW: members}
    for owner, units in owners.items():
        own = [fact for fact in ground.matched(task) if owner == CITY_ROW or owner in fact.credits]
        proofs = (proof for unit in units for proof in record.of(task, unit, ground))
        taken = _tied([proof for proof in proofs if _is_of(task, proof)], own)
        same = [each for each in taken if each.is_own]
        published = ground.tally(task, owner)
        counts = Counter(each.what.form for each in taken)
        told = [f"{'、'.join(task.forms) or '稿件'} {published.count} 篇"]
        told += [f"{form} {counts[form]} 次" for form in task.proof.forms if counts[form]]
        told += [
            f"其中 {each.what.day} 的{each.what.form}与所刊{quoted(each.story.title)}是同一件事，只计一次"
            for each in same
            if each.story is not None
        ]
        yield ground.row(
            task,
            owner,
            [*published.ids, *(proof["id"] for each in taken for proof in each.records)],
            task.quota,
            done_count=published.count + len(taken) - len(same),
            sources=ground.sources_of(task, None if owner == CITY_ROW else owner),
            note="；".join(filter(None, ["，".join(told), _doubles_told(taken, own), task.note])),
        )


def _is_of(task: Task, proof: dict[str, Any]) -> bool:
    assert task.proof is not None
    return task.window.start <= proof["day"] <= task.window.end and proof["form"] in task.proof.forms


def _tied(proofs: Iterable[dict[str, Any]], articles: Sequence[Fact]) -> list[Taken]:
    """The measures of these records in their order, each with the article that is one with it: the one whose
    address a record names before one with its title."""
    found: dict[What, Taken] = {}
    linked: dict[What, Fact] = {}
    for proof in proofs:
        what = What(proof["day"], proof["form"], proof["concerned"])
        each = found.setdefault(what, Taken(what, []))
        each.records.append(proof)
        if (story := _linked(proof, articles)) is not None:
            linked.setdefault(what, story)
        elif each.story is None:
            each.story = _titled(proof, articles)
    told: set[str] = set()
    taken = [found[what] for what in sorted(found)]
    for each in taken:
        each.story = linked.get(each.what, each.story)
        if each.story is not None and each.story.story_id not in told:
            told.add(each.story.story_id)
            each.is_own = True
    return taken


def _linked(proof: dict[str, Any], articles: Iterable[Fact]) -> Fact | None:
    """The article whose address a record names."""
    return next((fact for fact in articles if proof["address"] and fact.url == proof["address"]), None)


def _titled(proof: dict[str, Any], articles: Iterable[Fact]) -> Fact | None:
    """The article with the title of a record, but for marks, that is nearest in days and not too far."""
    title = plain(proof["title"] or "")

    def apart(fact: Fact) -> int:
        return abs((fact.published_day - proof["day"]).days)

    found = [fact for fact in articles if title and plain(fact.title) == title]
    return min((fact for fact in found if apart(fact) <= _TITLE_REACH), key=apart, default=None)


def _doubles_told(taken: Sequence[Taken], articles: Sequence[Fact]) -> str:
    """What may be one thing though each counts, for a person to look at; "" where nothing may."""
    told = [f"{one}与{other}" for one, other in _doubles(taken, articles)]
    if not told:
        return ""
    more = f"等 {len(told)} 处" if len(told) > _MOST_TOLD else ""
    return f"疑似重复（没有合并，各计一次，请核对）：{'，'.join(told[:_MOST_TOLD])}{more}"


def _doubles(taken: Sequence[Taken], articles: Sequence[Fact]) -> Iterator[tuple[str, str]]:
    """Pairs that count apart: of measures that name one story, one page, or alike titles; and of a measure
    and a published story with alike titles, where no record of it names the story."""
    for one, other in combinations(taken, 2):
        if _may_be_one(one, other):
            yield one.name, other.name
    for each in taken:
        alike = (
            fact
            for fact in articles
            if abs((fact.published_day - each.what.day).days) <= _TITLE_REACH
            and _is_alike(each.title, fact.title)
        )
        if each.story is None and (story := next(alike, None)) is not None:
            yield each.name, f"所刊{quoted(story.title)}"


def _may_be_one(one: Taken, other: Taken) -> bool:
    if one.story is not None and other.story is not None:
        return one.story.story_id == other.story.story_id
    if {_page(record) for record in one.records} & {_page(record) for record in other.records} - {""}:
        return True
    apart, title = abs((one.what.day - other.what.day).days), plain(one.title)
    if title == plain(other.title):
        return apart <= _TITLE_REACH and title not in ("", one.what.form, other.what.form)
    is_near = apart <= _ALIKE_REACH and one.what.concerned == other.what.concerned
    return is_near and _is_alike(one.title, other.title)


def _page(record: dict[str, Any]) -> str:
    """The address of a page that a record names; a file's name says nothing."""
    address = record["address"] or ""
    return address if address.startswith(("http://", "https://")) else ""


def _is_alike(one: str, other: str) -> bool:
    """Whether two titles have a long run of characters in common, but for spaces, marks and width."""
    a, b = plain(one), plain(other)
    run = SequenceMatcher(None, a, b, autojunk=False).find_longest_match().size
    return run >= max(_RUN, _RUN_SHARE * min(len(a), len(b)))
