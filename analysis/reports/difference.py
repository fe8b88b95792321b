"""Owns what has changed since a report was issued: its figures then and now as of the same day, and why."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Hashable, Iterable
from typing import Any

from analysis.handed_in import PROOF_KINDS, WITHDRAWAL
from analysis.plan import CITY_ROW
from analysis.record import Said, said_in
from analysis.record_words import kind_words
from analysis.reports import issued, wording
from analysis.reports.collect import Context, collect
from analysis.reports.difference_words import (
    EXPOSURES,
    LINES,
    PIECES,
    POSTS,
    SUGGESTIONS,
    Suggestion,
    Telling,
    suggestions,
)
from analysis.reports.issued import Kept, Known, load_figures, load_known
from analysis.reports.model import ExposureLine, Figures, PieceLine, PostLine, VerdictLine
from analysis.warehouse import ask
from pipeline.decisions import KINDS

NO_CAUSE = "未找到对应的决定或采集：规则或识别改动所致"


@dataclasses.dataclass(frozen=True)
class Change:
    """One thing that the report said otherwise than it would today."""

    what: str  # 对账, 稿件, 帖文, 曝光, 预扣分, 总数
    unit: str | None
    subject: str
    then: str
    now: str
    causes: list[str]  # decisions and captures since, in Chinese; never empty


@dataclasses.dataclass(frozen=True)
class Difference:
    """All changes since the issue; `rules`: files of the city's data that differ; day and moment asked."""

    id: str
    as_of: dt.date
    changes: list[Change]
    rules: list[str]
    later_decision_count: int
    later_files: list[str]  # landing files with captures loaded since


def difference(context: Context, kept: Kept) -> Difference:
    """The report as issued against the same report of the same day as it would be made now.

    Raises:
        IssueError: its figures cannot be read.
    """
    then, known = load_figures(kept), load_known(kept)
    now = collect(
        dataclasses.replace(context, known_by=None, now=then.until), then.kind, then.as_of, then.unit
    )
    seen = set(known.decisions)
    later = [
        each for each in said_in(context.con, KINDS) if each.id not in seen and each.kind != "bulletin_issue"
    ]
    articles = [piece.article_id for piece in now.credits] + [
        line.article_id for line in now.exposures if line.article_id
    ]
    captured = _captured(context, sorted(set(articles)), known)
    why = _Causes(later, captured)
    changes = [
        *_totals(then, now),
        *_compare(LINES, then.lines, now.lines, lambda line: why.of_line(line, now)),
        *_compare(PIECES, then.credits, now.credits, why.of_piece),
        *_compare(EXPOSURES, then.exposures, now.exposures, why.of_exposure),
        *_compare(POSTS, then.posts, now.posts, why.of_post),
        *_compare(
            SUGGESTIONS,
            suggestions(then),
            suggestions(now),
            lambda each: why.of_suggestion(each, [*now.lines, *then.lines], now),
        ),
    ]
    changes = [
        change if change.causes else dataclasses.replace(change, causes=[NO_CAUSE]) for change in changes
    ]
    return Difference(
        id=kept.issue.id,
        as_of=then.as_of,
        changes=changes,
        rules=_rules(context, kept),
        later_decision_count=len(later),
        later_files=sorted(
            row["file"]
            for row in ask(context.con, "loaded_up_to")
            if row["end_offset"] > known.landing.get(row["file"], 0)
        ),
    )


class _Causes:
    """Which later decisions and captures speak of a thing."""

    def __init__(self, later: list[Said], captured: dict[str, str]) -> None:
        self._later = later
        self._captured = captured

    def of_line(self, line: VerdictLine, now: Figures) -> list[str]:
        names = {line.unit, line.task, *line.evidence}
        urls = {piece.url for piece in now.credits if piece.article_id in line.evidence}
        found = self._decided(names | urls, line.unit if line.unit != CITY_ROW else None)
        if line.unit == CITY_ROW:  # what a unit handed in for the whole city
            found += [cause(said) for said in self._later if _is_proof_for(said, line.task)]
        return found + [self._captured[name] for name in line.evidence if name in self._captured]

    def of_piece(self, piece: PieceLine) -> list[str]:
        found = self._decided({piece.article_id, piece.url, piece.title}, None)
        return found + [self._captured[name] for name in (piece.article_id,) if name in self._captured]

    def of_exposure(self, line: ExposureLine) -> list[str]:
        found = self._decided({line.title, line.article_id, line.url} - {None}, None)
        return found + [self._captured[name] for name in (line.article_id,) if name in self._captured]

    def of_post(self, post: PostLine) -> list[str]:
        thread = post.ticket_id.rsplit("-", 1)[0]
        return self._decided({post.ticket_id, thread, post.url}, None)

    def of_suggestion(self, each: Suggestion, lines: list[VerdictLine], now: Figures) -> list[str]:
        decided = [
            cause(said)
            for said in self._later
            if said.kind == "deduction"
            and said.target == each.unit
            and each.reason.startswith(f"{said.after.get('task')} ")
        ]
        line = next((line for line in lines if (line.unit, line.task) == (each.unit, each.task)), None)
        return decided or (self.of_line(line, now) if line is not None else [])

    def _decided(self, names: Iterable[Any], unit: str | None) -> list[str]:
        wanted = set(names)
        return [
            cause(each)
            for each in self._later
            if each.target in wanted
            or str(each.after.get("article")) in wanted
            or (unit is not None and (unit in each.units() or each.before.get("unit") == unit))
        ]


def _is_proof_for(said: Said, task: str) -> bool:
    return said.kind in (*PROOF_KINDS, WITHDRAWAL) and said.after.get("task") == task


def cause(said: Said) -> str:
    """2018-03-02 09:10 张三 补记计分：补认定（credit_add-2018…）."""
    why = f"：{said.why}" if said.why else ""
    return f"{said.at:%Y-%m-%d %H:%M} {said.who} {kind_words(said.kind)}{why}（{said.id}）"


def _captured(context: Context, articles: list[str], known: Known) -> dict[str, str]:
    """Article → that it, or another text of it, was captured only since."""
    found: dict[str, str] = {}
    for row in ask(context.con, "captures_of", articles=articles or [""]):
        if row["end_offset"] > known.landing.get(row["file"], 0):
            at = f"{row['captured_at']:%Y-%m-%d %H:%M} " if row["captured_at"] else ""
            found[row["article_id"]] = f"{at}采集到 {row['url']}（存证 {(row['sha256'] or '')[:12]}）"
    return found


def _compare(
    how: Telling, then: Iterable[Any], now: Iterable[Any], causes: Callable[[Any], list[str]]
) -> list[Change]:
    """What is said otherwise of the same things or how they are called; of several of one key, of all."""
    old, new = _by_key(then, how.key), _by_key(now, how.key)
    found = []
    for key in dict.fromkeys([*old, *new]):
        known, shown = old.get(key, []), new.get(key, [])
        before = "；".join(map(how.said, known)) or "没有"
        after = "；".join(map(how.said, shown)) or "没有"
        if known and shown:
            called, calls = how.name(known[0])[2], how.name(shown[0])[2]
            if called != calls:
                before, after = f"{called}：{before}", f"{calls}：{after}"
        if before != after:
            things = shown or known
            why = dict.fromkeys(cause for thing in things for cause in causes(thing))
            found.append(Change(*how.name(things[0]), before, after, list(why)))
    return found


def _by_key(things: Iterable[Any], key: Callable[[Any], Hashable]) -> dict[Hashable, list[Any]]:
    found: dict[Hashable, list[Any]] = {}
    for each in things:
        found.setdefault(key(each), []).append(each)
    return found


def _totals(then: Figures, now: Figures) -> list[Change]:
    """The headline figures; each change of one is also told by the thing behind it."""
    old, new = wording.total(then.lines), wording.total(now.lines)
    pairs = [
        ("达标项次", old.met_count, new.met_count),
        ("未达标项次", old.unmet_count, new.unmet_count),
        ("无法判定项次", old.unknown_count, new.unknown_count),
        ("未开始项次", old.not_yet_count, new.not_yet_count),
        ("本期首发稿件", then.pieces.period_count, now.pieces.period_count),
        ("累计首发稿件", then.pieces.season_count, now.pieces.season_count),
        ("需答复帖文", then.forum.total_count, now.forum.total_count),
        ("按时答复帖文", then.forum.in_time_count, now.forum.in_time_count),
        ("超时未办结帖文", then.forum.open_overdue_count, now.forum.open_overdue_count),
    ]
    return [
        Change("总数", None, name, str(before), str(after), ["见以下各行"])
        for name, before, after in pairs
        if before != after
    ]


def _rules(context: Context, kept: Kept) -> list[str]:
    """Files of the city's data, with what people decided of it, that are not what they were."""
    found = []
    for name in issued.RULES:
        content = context.city.content(name)
        digest = issued.sha256(content) if content is not None else None
        if digest != kept.issue.rules.get(name):
            found.append(name)
    return found
