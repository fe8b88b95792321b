"""Owns what follows a thread's opening: official replies, what the poster says of them, who is called on.

A floor of the poster or of an account that is not registered moves no ticket by itself: it is found here, and
a person confirms it (domain.md, "Forum posts").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Literal, NamedTuple

from pipeline.city import load_own_yaml
from pipeline.records import Record
from pipeline.tagging.answers import Answering, AnswerReader, Reply
from pipeline.tagging.fold import fold_threads
from pipeline.tagging.items import ThreadItem, ThreadPost
from pipeline.tagging.threads_reading import PostReader
from pipeline.tagging.unit_days import UnitDays

LEXICON = Path(__file__).resolve().parent.parent / "lexicon" / "threads_followups.yaml"
NEAR = 6  # characters before and after a word in which another takes its sense away
MOST_CALLED = 3

_QUOTED = re.compile("“[^”]{0,500}”")  # what others said

FloorKind = Literal["response", "answer", "sent_back", "disputed", "solved", "claimed"]


class FloorSaid(Record, frozen=True, kw_only=True):
    """What one floor does: official replies respond, answer or send back; the poster disputes or is content;
    an account that is not registered claims to answer. `words`: those that say so, where there are some."""

    floor: int
    kind: FloorKind
    words: str = ""


def _load_words() -> dict[str, str]:
    return {name: text.replace("\n", "").replace(" ", "") for name, text in load_own_yaml(LEXICON).items()}


class ThreadFollowUp(Record, frozen=True, kw_only=True):
    """What follows in a thread. `called`: units that the opening post calls on by name, two or more, each to
    do its part, in the order of their names; else empty. `heirs`: units that did not hold their duties on the
    day of the opening post → the unit that did, as `ThreadTags.units` and `called` name it."""

    id: str
    floors: list[FloorSaid] = []  # noqa: RUF012 - msgspec copies defaults
    called: list[str] = []  # noqa: RUF012
    heirs: dict[str, str] = {}  # noqa: RUF012


class Again(NamedTuple):
    """Where the poster asks again: place among the posts of the thread, first and last character."""

    place: int
    start: int
    end: int


def _is_by(post: ThreadPost, opener: ThreadPost) -> bool:
    """Whether the opener wrote a post; of two anonymous ones nobody knows."""
    return post.author is not None and post.author == opener.author


class AgainReader:
    """Finds where the poster, after the last answer, asks for the matter to be taken up again (二次反映)."""

    def __init__(self) -> None:
        self._again = re.compile(_load_words()["again"])

    def find(self, posts: Sequence[ThreadPost], answering: Answering) -> Again | None:
        """Where in the posts, sorted by floor, the poster asks; None where nobody does."""
        answered = max((reply.floor for reply in answering.replies if reply.kind == "answer"), default=None)
        if answered is None:
            return None
        for place, post in enumerate(posts):
            if post.floor <= answered or post.is_registered_official or not _is_by(post, posts[0]):
                continue
            if match := self._again.search(post.text or ""):
                return Again(place, match.start(), match.end())
        return None


class FollowUpReader:
    """Reads the follow-ups of threads."""

    def __init__(self, reader: PostReader, days: UnitDays) -> None:
        words = _load_words()
        self._solved = re.compile(words["solved"])
        self._unsolved = re.compile(words["unsolved"])
        self._disputed = re.compile(words["disputed"])
        self._taken = re.compile(words["taken"])
        self._claimed = re.compile(words["claimed"])
        self._selling = re.compile(words["selling"])
        self._either = re.compile(words["either"])
        self._answers = AnswerReader()
        self._reader, self._days = reader, days

    def read_all(self, items: Sequence[ThreadItem]) -> list[ThreadFollowUp]:
        """All that follows the opening posts of threads: what numpy does, it does for all of them at once."""
        threads = fold_threads(item.posts for item in items)
        return [
            self._read(item, posts, answering) if posts else ThreadFollowUp(id=item.id)
            for item, posts, answering in zip(items, threads, self._answers.read_all(threads), strict=True)
        ]

    def _read(self, item: ThreadItem, posts: Sequence[ThreadPost], answering: Answering) -> ThreadFollowUp:
        heirs = self._days.heirs(posts[0].time)
        called = list(dict.fromkeys(heirs.get(unit, unit) for unit in self._called(item, posts[0])))
        return ThreadFollowUp(
            id=item.id,
            floors=self._floors(posts, answering.replies),
            called=called if len(called) > 1 else [],
            heirs=heirs,
        )

    def _floors(self, posts: Sequence[ThreadPost], replies: Sequence[Reply]) -> list[FloorSaid]:
        """`replies` are the official ones after the opening post, in their order."""
        opener = posts[0]
        found = []
        is_answered = False
        read = iter(replies)
        for post in posts[1:]:
            text = (post.text or "").strip()
            if not text:
                continue
            if post.is_registered_official:
                reply = next(read)
                is_answered |= reply.kind == "answer"
                found.append(FloorSaid(floor=post.floor, kind=reply.kind, words=reply.words))
            elif opener.is_registered_official:
                continue  # under an announcement nobody owns the matter
            elif _is_by(post, opener):
                found += self._of_poster(post.floor, text, is_answered)
            elif (match := self._claimed.search(_QUOTED.sub("", text))) and not self._selling.search(text):
                found.append(FloorSaid(floor=post.floor, kind="claimed", words=match[0]))
        return found

    def _of_poster(self, floor: int, text: str, is_answered: bool) -> list[FloorSaid]:
        solved = next((m for m in self._solved.finditer(text) if self._stands(text, m)), None)
        disputed = self._disputed.search(text) if is_answered else None
        if disputed and not self._taken.search(text):
            return [FloorSaid(floor=floor, kind="disputed", words=disputed[0])]
        if solved:
            return [FloorSaid(floor=floor, kind="solved", words=solved[0])]
        return []

    def _stands(self, text: str, match: re.Match[str]) -> bool:
        around = (
            text[max(0, match.start() - NEAR) : match.start()] + "…" + text[match.end() : match.end() + 2]
        )
        return not self._unsolved.search(around)

    def _called(self, item: ThreadItem, opening: ThreadPost) -> list[str]:
        """Both of two named units are called on: "请教育局查…，食药监局查…"; not where it asks which one."""
        if opening.is_registered_official:
            return []
        reading = self._reader.read(item.title, opening.text or "")
        if reading.elsewhere is not None:
            return []
        called = [entry for entry in reading.named if entry.addressed]
        if len(called) < 2:
            return []
        spans = sorted(entry.span for entry in called)
        between = [reading.text[a[1] : b[0]] for a, b in pairwise(spans)]
        if any(len(words) <= 8 and self._either.search(words) for words in between):
            return []
        return [entry.unit for entry in called[:MOST_CALLED]]
