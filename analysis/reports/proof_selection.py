"""Owns what belongs to a proof package: verdicts, pieces, captures, decisions, posts of a selection."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from typing import Any

from analysis.handed_in import MEASURE, STANDS, proofs_in
from analysis.masking import masked
from analysis.plan import Fact, load_facts
from analysis.record import Said, said_in
from analysis.reports.collect import Context, collect
from analysis.reports.model import ExposureLine, Kind, PieceLine, PostLine, VerdictLine
from analysis.warehouse import ask, moment
from pipeline.decisions import KINDS

FORUM_KINDS = ("thread",)
# Decisions about persons, not about pieces: what they say of contacts stays out.
PERSONAL_KINDS = frozenset({"contact_register"})
_NOT_PROOF = frozenset({"bulletin_issue", "proof_pack"})


@dataclasses.dataclass(frozen=True)
class Choice:
    """What somebody asked for; None: all."""

    as_of: dt.date
    unit: str | None = None
    task: str | None = None
    first: dt.date | None = None  # day of publication
    last: dt.date | None = None
    with_forum: bool = False  # the captures of forum pages, in which posters' names stand


@dataclasses.dataclass(frozen=True)
class Capture:
    """One kept fetch of a page."""

    url: str
    kind: str
    outcome: str
    fetched_at: dt.datetime | None
    status: int | None
    sha256: str | None
    warc: str
    warc_offset: int


@dataclasses.dataclass(frozen=True)
class Selected:
    """Everything that goes into the package."""

    choice: Choice
    lines: list[VerdictLine]
    pieces: list[PieceLine]
    facts: list[Fact]  # every copy of every story that counts
    exposures: list[ExposureLine]
    posts: list[PostLine]
    decisions: list[Said]
    captures: list[Capture]
    left_out_count: int  # captures of forum pages that were left out
    texts: list[dict[str, Any]]  # rows of sql/text_of_articles.sql
    until: dt.datetime | None = None  # of a day that was not over: up to when there is data

    def masked(self, value: Any) -> Any:
        """Without numbers of persons; digests, ids and the addresses of what is in the package stay whole."""
        return masked(value, kept=self._addresses, with_urls=True)

    @functools.cached_property
    def _addresses(self) -> frozenset[str]:
        return frozenset({fact.url for fact in self.facts} | {capture.url for capture in self.captures})


def select(context: Context, choice: Choice) -> Selected:
    """Gather a selection as of its day.

    Raises:
        ValueError: a unit that there is not.
    """
    kind: Kind = "bulletin" if choice.unit is None else "unit"
    figures = collect(context, kind, choice.as_of, choice.unit)
    lines = [line for line in figures.lines if choice.task in (None, line.task)]
    pieces = [
        piece
        for piece in figures.credits
        if (choice.task is None or choice.task in piece.tasks) and _within(choice, piece.published_day)
    ]
    kinds = {line.kind for line in lines}
    exposures = [
        line
        for line in figures.exposures
        if (choice.task is None or "exposure_gate" in kinds)
        and (line.published_day is None or _within(choice, line.published_day))
    ]
    posts = figures.posts if choice.task is None or "forum_response" in kinds else []
    facts = _facts(context, choice, lines, pieces, exposures)
    captures, left_out = _captures(context, choice, facts, posts)
    return Selected(
        choice=choice,
        lines=lines,
        pieces=pieces,
        facts=facts,
        exposures=exposures,
        posts=posts,
        decisions=_decisions(context, choice, lines, facts, exposures, posts),
        captures=captures,
        left_out_count=left_out,
        texts=ask(
            context.con,
            "text_of_articles",
            articles=[fact.article_id for fact in facts] or [""],
            known_by=moment(context.known_by),
        ),
        until=figures.until,
    )


def _within(choice: Choice, day: dt.date) -> bool:
    return (choice.first is None or day >= choice.first) and (choice.last is None or day <= choice.last)


def _facts(
    context: Context,
    choice: Choice,
    lines: list[VerdictLine],
    pieces: list[PieceLine],
    exposures: list[ExposureLine],
) -> list[Fact]:
    """The articles that count for the selection with all their copies, by time of publication."""
    known = load_facts(context.con, context.plan, choice.as_of, context.known_by)
    names = {piece.article_id for piece in pieces} | {
        line.article_id for line in exposures if line.article_id
    }
    names |= {name for line in lines for name in line.evidence}
    chosen = {
        fact.story_id for fact in known if fact.article_id in names and _within(choice, fact.published_day)
    }
    return [fact for fact in known if fact.story_id in chosen]


def _captures(
    context: Context, choice: Choice, facts: list[Fact], posts: list[PostLine]
) -> tuple[list[Capture], int]:
    """Kept fetches of the articles and, if asked for, of the forum pages; how many of these were left out."""
    threads = sorted({post.ticket_id.rsplit("-", 1)[0] for post in posts})
    pages = ask(context.con, "thread_pages_of", threads=threads or [""])
    rows = ask(
        context.con,
        "captures_behind",
        urls=sorted({fact.url for fact in facts} | {row["url"] for row in pages}) or [""],
        digests=sorted({fact.sha256 for fact in facts if fact.sha256}) or [""],
        known_by=moment(context.known_by),
    )
    found = [
        Capture(**{field.name: row[field.name] for field in dataclasses.fields(Capture)}) for row in rows
    ]
    kept = [each for each in found if choice.with_forum or each.kind not in FORUM_KINDS]
    return kept, len(found) - len(kept)


def _decisions(
    context: Context,
    choice: Choice,
    lines: list[VerdictLine],
    facts: list[Fact],
    exposures: list[ExposureLine],
    posts: list[PostLine],
) -> list[Said]:
    """Decisions about these articles, exposures, posts, and the proofs that verdicts stand on. Measures that
    a unit took count for the whole city; they go into the unit's package too."""
    names = {name for fact in facts for name in (fact.article_id, fact.url, fact.story_id)}
    names |= {name for line in exposures for name in (line.title, line.url, line.article_id) if name}
    names |= {name for post in posts for name in (post.ticket_id, post.ticket_id.rsplit("-", 1)[0], post.url)}
    proofs = {name for line in lines for name in line.evidence}
    if choice.unit is not None:
        proofs |= {
            row.id
            for row in proofs_in(context.con, choice.as_of, context.known_by, (MEASURE,))
            if row.unit == choice.unit and choice.task in (None, row.task) and row.state == STANDS
        }
    return [
        said
        for said in said_in(context.con, KINDS, context.known_by)
        if said.kind not in _NOT_PROOF
        and (said.id in proofs or said.target in names or str(said.after.get("article")) in names)
    ]
