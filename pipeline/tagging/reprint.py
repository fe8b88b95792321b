"""Owns the finding of reprints: which articles carry the text of another one, and which of them came first.

A reprint carries the sentences of an earlier piece, whole, trimmed or lightly edited. An event told again
in other words is none, nor is a notice that every unit publishes on its own site (统一公告), nor a template
filled with other figures (weather, traffic). `reprint_pairs` proposes pairs; one test on the texts decides.
Deterministic, and independent of the order of the items. Texts are read again where a pair is looked at.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Container, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple

from msgspec import Struct, msgpack, structs

from pipeline.records import ArticleTags, Evidence, unit_key
from pipeline.tagging.items import ArticleItem, Shelf
from pipeline.tagging.reprint_pairs import MIN_TEXT, Pair, PairSearch, Print, read_print
from pipeline.tagging.reprint_text import ComparedText, clauses_of, shared_part

_NOTICE = re.compile(r"公告|公示|通告|通知|倡议书|公开信|致全市|致市民")
_TRIM = re.compile(r"[\s《》“”()（）【】]|来源[:：]|电视|转载|原载")

SAME = 0.6  # of the shorter text's character sequences that stand in the longer one
SAME_OUTLET = 0.8  # the same, within one outlet: series repeat their own formulas
SAME_NUMBERS = 0.7  # of the shorter text's figures that stand in the longer one
AT_HAND = 32  # texts that are kept while pairs are looked at
AT_ONCE = 5000  # articles that are read together

Reprints = dict[str, tuple[str, Evidence]]  # id of a reprint → id of the first publication, and why


class Card(Struct, frozen=True):
    """What is kept of each article: whose it is and when it came, but not its text."""

    id: str
    published: str | None
    title: str  # its beginning
    outlet: str | None
    own: str  # the outlet's bare name
    source: str | None
    is_notice: bool
    length: int  # of the body, in characters

    @property
    def is_own_site(self) -> bool:
        return (self.outlet or "").startswith("单位网站")

    def names(self, other: Card) -> bool:
        """Whether this one names the other's outlet as its source."""
        if not self.source or not other.own or other.own == self.own:
            return False
        source = _bare(self.source)
        return bool(source) and (source in other.own or other.own in source)


class Trace(NamedTuple):
    """What an article is searched by; another process may have read it."""

    card: Card
    print: Print


Traces = dict[str, Trace]
pack_trace = msgpack.Encoder().encode
unpack_trace = msgpack.Decoder(Trace).decode


def read_trace(item: ArticleItem) -> Trace:
    card = Card(
        id=item.id,
        published=item.published,
        title=item.title[:20],
        outlet=item.outlet,
        own=_bare(item.outlet),
        source=item.source,
        is_notice=_NOTICE.search(item.title) is not None,
        length=len(item.body),
    )
    return Trace(card, read_print(clauses_of(item.body)))


def with_story(tags: ArticleTags, story: ArticleTags) -> ArticleTags:
    """A reprint's tags with the credits of its first publication: a tag on a reprint says whom its story
    credits (the ledger counts the story once). A reprint may have lost the byline or paragraph that told.

    Args:
        tags: of the reprint.
        story: of the first publication; where it credits and exposes nobody, the reprint keeps its own.
    """
    if not story.credits and not story.exposed:
        return tags
    here = tags.why.get("reprint_of", Evidence(why=""))  # where it shows that it is a reprint

    def told(evidence: Evidence) -> Evidence:
        return structs.replace(here, why=f"转载，同首发稿 {story.id}：{evidence.why}")

    credits = [structs.replace(c, evidence=told(c.evidence)) for c in story.credits]
    taken = {credit.unit for credit in credits} | set(story.exposed)
    mentions = [unit for unit in tags.mentions if unit not in taken]
    gone = {unit_key("mentions", unit) for unit in tags.mentions if unit not in mentions}
    gone |= {unit_key("exposed", unit) for unit in tags.exposed}
    exposed = [unit_key("exposed", unit) for unit in story.exposed]
    why = {key: said for key, said in tags.why.items() if key not in gone}
    sure = {key: said for key, said in tags.confidence.items() if key not in gone}
    return structs.replace(
        tags,
        credits=credits,
        exposed=list(story.exposed),
        mentions=mentions,
        doubtful=[],  # the story's doubts are asked once, on its first publication
        why=why | {key: told(story.why[key]) for key in exposed if key in story.why},
        confidence=sure | {key: story.confidence[key] for key in exposed if key in story.confidence},
    )


def find_reprints(shelf: Shelf, traces: Traces | None = None) -> Reprints:
    """The reprints among these articles, whose ids are unique: id → the first publication, and why.

    Args:
        traces: by id, of those that were read before; those read now are added. Of the former only those that
            may be a reprint or have one are read again.
    """
    search, traces = ReprintSearch(), {} if traces is None else traces
    unread = [number for number, ident in enumerate(shelf.ids) if ident not in traces]
    for start in range(0, len(unread), AT_ONCE):
        for item in shelf.read(unread[start : start + AT_ONCE]):
            traces[item.id] = read_trace(item)
    for ident in shelf.ids:
        search.add(traces[ident])
    wanted = search.paired()
    items = dict(zip(wanted, shelf.read(wanted), strict=True))
    return search.find(items.__getitem__)


class ReprintSearch:
    """Articles are added in any order, about a kilobyte of each is kept, then the reprints are asked for."""

    def __init__(self) -> None:
        self._cards: list[Card] = []
        self._pairs = PairSearch()

    def add(self, trace: Trace) -> None:
        self._cards.append(trace.card)
        self._pairs.add(trace.print)

    def numbers_of(self, ids: Container[str]) -> list[int]:
        """The numbers of the articles with these ids."""
        return [number for number, card in enumerate(self._cards) if card.id in ids]

    @cached_property
    def _found(self) -> list[tuple[int, int]]:
        return self._pairs.pairs()

    def paired(self) -> list[int]:
        """The numbers of the articles that `find` will ask for; none is added any more."""
        return sorted({number for pair in self._found for number in pair})

    def to_compare(self) -> list[Pair]:
        """The pairs of which `find` asks how alike their texts are: each at most once, some perhaps not."""
        return [pair for pair in self._found if not _is_same_notice(*self.cards(pair))]

    def cards(self, pair: Pair) -> tuple[Card, Card]:
        return self._cards[pair[0]], self._cards[pair[1]]

    def find(
        self, article: Callable[[int], ArticleItem], known: Mapping[Pair, float | None] | None = None
    ) -> Reprints:
        """The reprints among the articles added.

        Args:
            article: gives an article again by its number in the order in which they were added.
            known: of some pairs `likeness`, told before.
        Returns:
            For each reprint its id → the id of the first publication, and why. The first is the one that the
            others name as their source, else the earliest published; one without a date is the last.
        """
        text = lru_cache(maxsize=AT_HAND)(lambda number: ComparedText(article(number)))
        cards, pairs = self._cards, self._found
        told = dict(known or {})

        def alike(one: int, other: int) -> float | None:
            pair = one, other
            if pair not in told:
                same = _is_same_notice(cards[one], cards[other])
                told[pair] = None if same else likeness(self.cards(pair), text(one), text(other))
            return told[pair]

        leader = list(range(len(cards)))
        for one, other in pairs:
            roots = _root(leader, one), _root(leader, other)
            if roots[0] != roots[1] and alike(one, other) is not None:
                leader[max(roots)] = min(roots)
        groups: dict[int, list[int]] = defaultdict(list)
        for number in self.paired():
            groups[_root(leader, number)].append(number)
        found: Reprints = {}
        for group in groups.values():
            # A chain of likenesses may join pieces that share only an official statement: each reprint must
            # be like its own first publication.
            rest = group
            while len(rest) > 1:
                first = _first(rest, cards)
                left: list[int] = []
                for number in rest:
                    if number == first:
                        continue
                    share = alike(min(number, first), max(number, first))
                    if share is None:
                        left.append(number)
                    else:
                        card = cards[number]
                        found[card.id] = (cards[first].id, _evidence(card, cards[first], share))
                rest = left
        return found


def _bare(name: str | None) -> str:
    return _TRIM.sub("", name) if name else ""


def _is_same_notice(one: Card, other: Card) -> bool:
    """A notice stands on every host by itself, unless a host says whose copy it is."""
    if not one.is_notice and not other.is_notice:
        return False
    return (one.is_own_site and other.is_own_site) or not (one.names(other) or other.names(one))


def likeness(cards: tuple[Card, Card], text: ComparedText, other_text: ComparedText) -> float | None:
    """The share of the shorter text that stands in the longer one, where that makes it a reprint."""
    one, other = cards
    short, long = text, other_text
    if (len(long.text), other.id) < (len(short.text), one.id):
        short, long = long, short
    if len(short.text) < MIN_TEXT:
        return None
    if (
        not (one.names(other) or other.names(one))
        and len(short.numbers) >= 3
        and len(short.numbers & long.numbers) < SAME_NUMBERS * len(short.numbers)
    ):
        return None
    share = shared_part(short, long)
    same_outlet = one.outlet is not None and one.outlet == other.outlet
    return share if share >= (SAME_OUTLET if same_outlet else SAME) else None


def _first(group: Sequence[int], cards: Sequence[Card]) -> int:
    original = [
        number
        for number in group
        if not any(cards[number].names(cards[other]) for other in group if other != number)
    ]

    def order(number: int) -> tuple[str, bool, str]:
        card = cards[number]
        source = _bare(card.source)
        return (card.published or "9999", bool(source) and source not in card.own, card.id)

    return min(original or group, key=order)


def _evidence(card: Card, first: Card, share: float) -> Evidence:
    where = f"{first.outlet or ''}{first.published or ''}"
    why = f"与{where}“{first.title}”的文字有{share:.0%}相同"
    if card.names(first):
        source = card.source or ""
        return Evidence(
            why=f"{why}，且来源写明“{source}”，为其转载", field="source", start=0, end=len(source)
        )
    return Evidence(why=f"{why}，发表在后，为其转载", field="body", start=0, end=card.length)


def _root(leader: list[int], index: int) -> int:
    while leader[index] != index:
        leader[index] = leader[leader[index]]
        index = leader[index]
    return index
