"""Owns the finding of reprints: which articles carry the text of another one, and which of them came first.

A reprint carries the sentences of an earlier piece, whole, trimmed or lightly edited. An event told again
in other words is none, nor is a notice that every unit publishes on its own site (统一公告), nor a template
filled with other figures (weather, traffic). Two searches propose pairs: an index of clauses, then
MinHash and LSH for what was edited in every sentence; one test on the texts decides. Each search alone misses
a part. Deterministic, and independent of the order of the items.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from itertools import combinations

from msgspec import structs
from rensa import RMinHash, RMinHashLSH

from pipeline.records import ArticleTags, Evidence
from pipeline.tagging.items import ArticleItem

_END = "，"  # of a clause, and what ends one too
_ENDS = "：。！？；\n"
_NOISE = re.compile(rf"[^0-9A-Za-z一-鿿{_END}{_ENDS}]+")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_HEAD = re.compile(
    r"^[\s　]*(?:【[^】]{1,8}】)?(?:本报讯|[一-鿿]{2,10}讯)?[\s　]*(?:[（(][^）)\n]{0,40}[）)])?"
)
_NOTICE = re.compile(r"公告|公示|通告|通知|倡议书|公开信|致全市|致市民")
# Six characters from each frequent one on: a tenth of all sequences, chosen by the text and not by position,
# so that an insertion moves none of the others.
_ANCHORED = re.compile(r"([的在了是和一不为有人上])(?=(.{5}))")
_TRIM = re.compile(r"[\s《》“”()（）【】]|来源[:：]|电视|转载|原载")

MIN_CLAUSE = 8  # characters; shorter clauses are everybody's
MIN_TEXT = 40  # characters; a shorter text proves nothing
COMMON = 40  # a clause in more articles than this is a formula
SHARED = 0.25  # of the shorter text in common clauses: worth a look
SAME = 0.6  # of the shorter text's character sequences that stand in the longer one
SAME_OUTLET = 0.8  # the same, within one outlet: series repeat their own formulas
SAME_NUMBERS = 0.7  # of the shorter text's figures that stand in the longer one
GRAM = 5  # characters in a sequence
PERMUTATIONS = 128
LSH_BANDS = 32
LSH_THRESHOLD = 0.4
SEED = 20170927


@dataclass(frozen=True, eq=False)
class _Document:
    item: ArticleItem
    text: str  # without the dateline, punctuation and spaces
    clauses: frozenset[str]

    @cached_property
    def numbers(self) -> frozenset[str]:
        return frozenset(_NUMBER.findall(_HEAD.sub("", self.item.body, count=1)))

    @cached_property
    def notice(self) -> bool:
        return _NOTICE.search(self.item.title) is not None


def with_story(tags: ArticleTags, story: ArticleTags) -> ArticleTags:
    """A reprint's tags with the credits of its first publication: a tag on a reprint says whom its story
    credits (the ledger counts the story once). A reprint may have lost the byline or paragraph that told.

    Args:
        tags: of the reprint.
        story: of the first publication; where it credits and exposes nobody, the reprint keeps its own.
    """
    if not story.credits and not story.exposed:
        return tags
    credits = [
        structs.replace(c, evidence=Evidence(why=f"转载，同首发稿 {story.id}：{c.evidence.why}"))
        for c in story.credits
    ]
    taken = {credit.unit for credit in credits} | set(story.exposed)
    return structs.replace(
        tags,
        credits=credits,
        exposed=list(story.exposed),
        mentions=[unit for unit in tags.mentions if unit not in taken],
        doubtful=[],  # the story's doubts are asked once, on its first publication
    )


def find_reprints(items: Sequence[ArticleItem]) -> dict[str, tuple[str, Evidence]]:
    """The reprints among these articles.

    Args:
        items: articles in any order; ids are unique.
    Returns:
        For each reprint its id → the id of the first publication among the items, and why. The first is the
        one that the others name as their source, else the earliest published; one without a date is the last.
    """
    documents = [_read(item) for item in sorted(items, key=lambda item: item.id)]
    leader = list(range(len(documents)))
    likeness = cache(lambda one, other: _likeness(documents[one], documents[other]))
    # A third text may lie between two, so every pair is tried: the one search's first, then the other's.
    for one, other in dict.fromkeys((*sorted(_by_clauses(documents)), *sorted(_by_minhash(documents)))):
        if likeness(one, other) is not None:
            roots = _root(leader, one), _root(leader, other)
            leader[max(roots)] = min(roots)
    groups: dict[int, list[int]] = defaultdict(list)
    for number in range(len(documents)):
        groups[_root(leader, number)].append(number)
    found: dict[str, tuple[str, Evidence]] = {}
    for group in groups.values():
        # A chain of likenesses may join pieces that share only an official statement: each reprint must be
        # like its own first publication.
        rest = group
        while len(rest) > 1:
            first = _first(rest, documents)
            left: list[int] = []
            for number in rest:
                if number == first:
                    continue
                share = likeness(min(number, first), max(number, first))
                if share is None:
                    left.append(number)
                else:
                    document, origin = documents[number], documents[first]
                    found[document.item.id] = (origin.item.id, _evidence(document, origin, share))
            rest = left
    return found


def _read(item: ArticleItem) -> _Document:
    said = _NOISE.sub("", _HEAD.sub("", item.body, count=1))
    for end in _ENDS:
        said = said.replace(end, _END)
    clauses = said.split(_END)
    return _Document(item, "".join(clauses), frozenset([part for part in clauses if len(part) >= MIN_CLAUSE]))


def _by_clauses(documents: Sequence[_Document]) -> set[tuple[int, int]]:
    # Most clauses stand in one article alone: which do not is told by whole sets.
    seen: set[str] = set()
    twice: set[str] = set()
    for document in documents:
        twice |= seen & document.clauses
        seen |= document.clauses
    index: dict[str, list[int]] = defaultdict(list)
    for number, document in enumerate(documents):
        for clause in twice & document.clauses:
            index[clause].append(number)
    shared: dict[tuple[int, int], int] = defaultdict(int)
    for clause, numbers in index.items():
        if len(numbers) <= COMMON:
            for pair in combinations(numbers, 2):
                shared[pair] += len(clause)
    return {
        pair
        for pair, size in shared.items()
        if size >= SHARED * min(len(documents[pair[0]].text), len(documents[pair[1]].text))
    }


def _by_minhash(documents: Sequence[_Document]) -> set[tuple[int, int]]:
    index = RMinHashLSH(LSH_THRESHOLD, PERMUTATIONS, LSH_BANDS)
    pairs: set[tuple[int, int]] = set()
    for number, document in enumerate(documents):
        if len(document.text) < MIN_TEXT:
            continue
        sketch = RMinHash(PERMUTATIONS, SEED)
        sketch.update(list(map("".join, _ANCHORED.findall(document.text))))
        pairs.update((other, number) for other in index.query(sketch) if other != number)
        index.insert(number, sketch)
    return pairs


def _likeness(one: _Document, other: _Document) -> float | None:
    """The share of the shorter text that stands in the longer one, where that makes it a reprint."""
    short, long = sorted((one, other), key=lambda d: (len(d.text), d.item.id))
    if len(short.text) < MIN_TEXT:
        return None
    named = _names(one, other) or _names(other, one)
    if (one.notice or other.notice) and (not named or _own_sites(one, other)):
        return None  # a notice stands on every host by itself, unless a host says whose copy it is
    if (
        not named
        and len(short.numbers) >= 3
        and len(short.numbers & long.numbers) < SAME_NUMBERS * len(short.numbers)
    ):
        return None
    share = _containment(short.text, long.text)
    same_outlet = one.item.outlet is not None and one.item.outlet == other.item.outlet
    return share if share >= (SAME_OUTLET if same_outlet else SAME) else None


def _own_sites(one: _Document, other: _Document) -> bool:
    return all((d.item.outlet or "").startswith("单位网站") for d in (one, other))


def _containment(short: str, long: str) -> float:
    if short in long:
        return 1.0  # the usual case, told at once
    grams = _grams(short)
    return len(grams & _grams(long)) / len(grams) if grams else 0.0


@lru_cache(maxsize=8)  # a text is compared to several others in a row
def _grams(text: str) -> set[str]:
    return {text[i : i + GRAM] for i in range(len(text) - GRAM + 1)}


def _names(document: _Document, other: _Document) -> bool:
    """The document names the other's outlet as its source."""
    source = _TRIM.sub("", document.item.source or "")
    outlet = _TRIM.sub("", other.item.outlet or "")
    own = _TRIM.sub("", document.item.outlet or "")
    return bool(source) and bool(outlet) and outlet != own and (source in outlet or outlet in source)


def _first(group: Sequence[int], documents: Sequence[_Document]) -> int:
    original = [
        number
        for number in group
        if not any(_names(documents[number], documents[other]) for other in group if other != number)
    ]

    def order(number: int) -> tuple[str, bool, str]:
        item = documents[number].item
        source = _TRIM.sub("", item.source or "")
        foreign = bool(source) and source not in _TRIM.sub("", item.outlet or "")
        return (item.published or "9999", foreign, item.id)

    return min(original or group, key=order)


def _evidence(document: _Document, first: _Document, share: float) -> Evidence:
    where = f"{first.item.outlet or ''}{first.item.published or ''}"
    why = f"与{where}“{first.item.title[:20]}”的文字有{share:.0%}相同"
    if _names(document, first):
        source = document.item.source or ""
        return Evidence(
            why=f"{why}，且来源写明“{source}”，为其转载", field="source", start=0, end=len(source)
        )
    return Evidence(why=f"{why}，发表在后，为其转载", field="body", start=0, end=len(document.item.body))


def _root(leader: list[int], index: int) -> int:
    while leader[index] != index:
        leader[index] = leader[leader[index]]
        index = leader[index]
    return index
