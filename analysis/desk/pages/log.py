"""Owns the page 日志: what was done at the desk, and every decision that was recorded, here or elsewhere."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar

from litestar.exceptions import ValidationException
from litestar.response import Response

from analysis.desk.audit import AuditEntry
from analysis.desk.backwards import records_back
from analysis.desk.journal import JournalError
from analysis.desk.page import PER_SCREEN, Page
from analysis.desk.routing import see
from analysis.desk.visit import EARLIEST, Visit, day_of
from analysis.record_words import KIND_WORDS, change_words, kind_words, told
from analysis.warehouse import ask
from pipeline.decisions import Decision, DecisionError

MOST_LINES = 20_000  # that one request looks at
MOST_IN_FILE = 5_000  # lines of one file; older ones are in that of an older screen
LATE_LINES = 1_000  # whose acts can be chosen from


@dataclasses.dataclass(kw_only=True)
class LogLine:
    """One act or decision, as people read it.

    Attributes:
        at: when, in words.
        who: who did it, and as what.
        act: what was done.
        target: to what; `title`: what it is called, where it has a title; `way`: its page.
        changes: what was before and after.
        why: the reason that was given.
        refused: why it was refused; "" where it was done.
        address: of whose browser it came.
    """

    at: str
    who: str
    act: str
    target: str
    changes: list[str]
    why: str
    refused: str = ""
    address: str = ""
    title: str = ""
    way: str = ""


# Mark, the day on which it was done, who, act, target, and what makes the line of it.
Found = tuple[str, str, str, str, str, Callable[[], LogLine]]
Span = tuple[dt.date, dt.date]  # the first day and the last


@dataclasses.dataclass(kw_only=True)
class LogPage(Page):
    """Acts at the desk, or decisions.

    Attributes:
        lines: of one screen, the newest first.
        view: 操作 or 决定.
        acts: names of acts to choose from.
        chosen: what is chosen: who, act, target, start, end (days); "" for all.
        before: the mark before which these lines stand; "" for the newest.
        older: the mark before which to look further; "" where there is nothing more.
        most: so many lines were looked at, at most.
    """

    template: ClassVar[str] = "log.html"
    heading: ClassVar[str] = "日志"
    section: ClassVar[str] = "/log"
    lines: list[LogLine]
    view: str
    acts: list[str]
    chosen: dict[str, str]
    before: str
    older: str
    most: int


def build_log(visit: Visit, per_screen: int = PER_SCREEN) -> LogPage:
    params = visit.request.query_params
    view = "决定" if params.get("view") == "decisions" else "操作"
    chosen = {name: (params.get(name) or "").strip()[:100] for name in ("who", "act", "target")}
    span = span_of(visit)
    chosen |= {name: (params.get(name) or "")[:10] for name in ("start", "end")}
    before = (params.get("before") or "")[:100]
    found = _decisions(visit, span, before) if view == "决定" else _acts(visit, span, before)
    lines, older = _screen(found, chosen, span, per_screen)
    _name(visit, lines)
    return LogPage(
        lines=lines,
        view=view,
        acts=sorted(set(KIND_WORDS.values()) if view == "决定" else _acts_of_late(visit)),
        chosen=chosen,
        before=before,
        older=older,
        most=MOST_LINES,
    )


def span_of(visit: Visit) -> Span:
    """The days that the address asks for, up to the day that is looked at.

    Raises:
        ValidationException: one is no day, or the first comes after the last.
    """
    start, end = (day_of(visit.request, name) for name in ("start", "end"))
    if start is not None and end is not None and start > end:
        raise ValidationException(f"起止日期颠倒了：自 {start} 至 {end}；请把早的填在前面")
    return start or EARLIEST, min(end or visit.as_of, visit.as_of)


def _screen(
    found: Iterable[Found], chosen: Mapping[str, str], span: Span, per_screen: int
) -> tuple[list[LogLine], str]:
    """The lines of a screen, and the mark before which to look further; "" where all was looked at."""
    first, end = (day.isoformat() for day in span)
    lines: list[LogLine] = []
    last = ""
    for looked, (mark, day, who, act, target, line) in enumerate(found):
        if len(lines) == per_screen or looked == MOST_LINES:
            return lines, last
        last = mark
        is_chosen = chosen["who"] in who and chosen["act"] in act and chosen["target"] in target
        if is_chosen and first <= day <= end:
            lines.append(line())
    return lines, ""


def _name(visit: Visit, lines: Sequence[LogLine]) -> None:
    """Say what the tickets and articles of a screen are called, and where they are."""
    ids = [line.target for line in lines]
    near = visit.tickets_of(part for name in ids for part in (name, name.rpartition("-")[0]))
    tickets = {ticket.ticket_id: ticket for ticket in near}
    threads = {ticket.thread_id: ticket for ticket in near}
    articles = {row["article_id"]: row["title"] for row in ask(visit.con, "article_titles", ids=ids or [""])}
    for line in lines:
        ticket = tickets.get(line.target) or threads.get(line.target)
        if ticket is not None:
            line.title, line.way = ticket.title, f"/tickets/{ticket.ticket_id}"
        elif line.target in articles:
            line.title, line.way = articles[line.target], f"/articles/{line.target}"


def _acts(visit: Visit, span: Span, before: str) -> Iterator[Found]:
    names = {name: account.person for name, account in visit.office.accounts.all().items()}
    paths = _within(visit.office.audit.folder, span)
    for mark, entry in records_back(paths, AuditEntry, JournalError, before):
        who = _who(names.get(entry.who, entry.who), entry.role)
        yield mark, entry.at.date().isoformat(), who, entry.act, entry.target, partial(_act_line, entry, who)


def _act_line(entry: AuditEntry, who: str) -> LogLine:
    return LogLine(
        at=f"{entry.at:%Y-%m-%d %H:%M:%S}",
        who=who,
        act=entry.act,
        target=entry.target,
        changes=change_words(entry.before, entry.after),
        why=entry.why,
        refused=entry.refused,
        address=entry.address,
    )


def _acts_of_late(visit: Visit) -> set[str]:
    """What was done of late, to choose from."""
    late = records_back(_within(visit.office.audit.folder, (EARLIEST, visit.as_of)), AuditEntry, JournalError)
    return {entry.act for _, entry in islice(late, LATE_LINES)}


def _who(name: str, role: str) -> str:
    return f"{name}（{role}）" if role else name or "—"


def _decisions(visit: Visit, span: Span, before: str) -> Iterator[Found]:
    paths = _within(visit.office.store.decisions, span)
    for mark, said in records_back(paths, Decision, DecisionError, before):
        act = kind_words(said.kind)
        yield mark, said.at[:10], said.who, act, said.target, partial(_decision_line, said)


def _decision_line(decision: Decision) -> LogLine:
    return LogLine(**told(decision))


def _within(folder: Path, span: Span) -> list[Path]:
    """The files of a folder, one a year, that hold what was done on these days."""
    first, end = (str(day.year) for day in span)
    return [path for path in folder.glob("*.jsonl") if first <= path.stem <= end]


@see("/log", "log.read")
def page(visit: Visit) -> Response[Any]:
    """日志."""
    return visit.show(build_log(visit))


ROUTES = [page]
