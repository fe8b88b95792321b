"""Owns what things of a report are called where two of it are compared, and what is said of each."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Hashable
from itertools import zip_longest
from typing import Any

from analysis.reports.model import ExposureLine, Figures, PieceLine, PostLine, VerdictLine
from analysis.reports.wording import lack_words


@dataclasses.dataclass(frozen=True)
class Telling:
    """How a kind of thing is told: `key` finds the same thing again, `name` is what it is, its unit and what
    it is called, `said` is what the report says of it."""

    key: Callable[[Any], Hashable]
    name: Callable[[Any], tuple[str, str | None, str]]
    said: Callable[[Any], str]


@dataclasses.dataclass(frozen=True)
class Suggestion:
    """One suggestion of 预扣分, and what was decided of it; `task`: None where the report did not keep it."""

    unit: str
    reason: str
    decision: str
    task: str | None


def suggestions(figures: Figures) -> list[Suggestion]:
    """One for each task of each unit."""
    return [
        Suggestion(line.unit, reason, decision, task)
        for line in figures.deductions
        for reason, decision, task in zip_longest(line.reasons, line.decisions, line.tasks)
    ]


def _line_name(line: VerdictLine) -> tuple[str, str | None, str]:
    return ("对账", line.unit, f"{line.task} {line.title}")


def _line_said(line: VerdictLine) -> str:
    missing = (
        f"，缺{lack_words(line)}（{'、'.join(line.missing)}）" if line.missing_count and line.missing else ""
    )
    return f"{line.verdict} {line.done_count}/{line.needed_count}{missing}"


def _piece_name(piece: PieceLine) -> tuple[str, str | None, str]:
    return ("稿件", piece.unit, f"{piece.published_day} {piece.outlet}《{piece.title}》")


def _piece_said(piece: PieceLine) -> str:
    return f"{piece.role} {piece.points:g}分（{piece.points_why}）" + (
        f" 计入{'、'.join(piece.tasks)}" if piece.tasks else ""
    )


def _exposure_name(line: ExposureLine) -> tuple[str, str | None, str]:
    return ("曝光", "、".join(line.exposed) or None, line.title)


def _exposure_said(line: ExposureLine) -> str:
    lacking = f"，缺{'、'.join(line.lacking_steps)}" if line.lacking_steps else ""
    return f"{line.state}{lacking}"


def _post_name(post: PostLine) -> tuple[str, str | None, str]:
    return ("帖文", None, f"{post.ticket_id} {post.title}")


def _post_said(post: PostLine) -> str:
    late = [
        name
        for name, is_late in (
            ("初步回应", post.is_first_response_overdue),
            ("正式答复", post.is_answer_overdue),
        )
        if is_late
    ]
    return f"{post.unit or '未明确'} {post.state}" + (f"，{'、'.join(late)}超时" if late else "")


def _suggestion_name(each: Suggestion) -> tuple[str, str | None, str]:
    return ("预扣分", each.unit, each.reason)


def _suggestion_said(each: Suggestion) -> str:
    return each.decision or "建议，未决定"


LINES = Telling(lambda line: (line.unit, line.task), _line_name, _line_said)
PIECES = Telling(lambda piece: (piece.unit, piece.article_id), _piece_name, _piece_said)
EXPOSURES = Telling(_exposure_name, _exposure_name, _exposure_said)
POSTS = Telling(lambda post: post.ticket_id, _post_name, _post_said)
SUGGESTIONS = Telling(lambda each: (each.unit, each.reason), _suggestion_name, _suggestion_said)
