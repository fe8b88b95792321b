"""Owns what a 转办单 or 督办单 of a ticket says: the post quoted, both deadlines and how they were counted,
what is late, the steps before. Figures and words only; analysis/reports/handover.py writes them.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Iterable, Sequence
from typing import Literal

from analysis.clock_days import ClockDay, explain
from analysis.notify.events import UNTRIAGED, parent_bodies
from analysis.notify.messages import safe_link
from analysis.notify.rules import load_notify_rules
from analysis.queue import CLOCKS, find_ticket
from analysis.record_words import change_words, kind_words
from analysis.ticket import Rules, Ticket
from analysis.warehouse import Connection, ask, moment
from analysis.worktime import UnknownYear
from pipeline.city import City
from pipeline.privacy import mask_personal

SheetKind = Literal["转办", "督办"]
QUOTE_CHARS: dict[SheetKind, int] = {"转办": 300, "督办": 180}
_QUOTE_LINES: dict[SheetKind, int] = {"转办": 8, "督办": 5}
_TITLE_CHARS = 60
_STEPS = 5
_CUT = "…（全文见链接）"


@dataclasses.dataclass(frozen=True)
class TicketSheet:
    """One sheet. `link` None: the address is not one to print. `late`, `steps`: of a 督办单."""

    kind: SheetKind
    ticket_id: str
    day: dt.date
    desk: str  # official name of who hands over
    unit: str  # official name of who must answer, or that nobody knows yet
    is_suggested: bool  # no person has said yet that it is this unit's
    parent: str | None
    subject: str  # 投诉（紧急）
    state: str
    source: str
    opened_at: dt.datetime | None
    title: str
    quote: str
    link: str | None
    deadlines: list[tuple[str, str]]
    send_back_days: int
    late: list[str]
    steps: list[str]
    contact: str | None  # of the desk


def build_sheet(
    con: Connection,
    city: City,
    rules: Rules,
    ticket: str,
    as_of: dt.date | dt.datetime,
    kind: SheetKind,
    known_by: dt.date | dt.datetime | None = None,
) -> TicketSheet:
    """The sheet of a ticket as it stood at a moment.

    Args:
        ticket: its id, the beginning of it, or the thread's address.

    Raises:
        TicketError: none or several fit.
        NotifyError: there are no rules that say who the desk is.
    """
    at = moment(as_of)
    assert at is not None
    try:
        found, days = explain(con, rules, ticket, at, known_by)
        reason = None
    except UnknownYear as error:
        found, days, reason = find_ticket(con, rules, ticket, at, known_by), [], str(error)
    notify = load_notify_rules(city)
    parents = parent_bodies([(u.short, u.parent) for u in city.all_units], city.name, notify)
    posts = ask(con, "thread_posts", thread_id=found.thread_id, as_of=at, known_by=moment(known_by))
    return TicketSheet(
        kind=kind,
        ticket_id=found.ticket_id,
        day=at.date(),
        desk=_official(city, notify.desk),
        unit=_official(city, found.unit) if found.unit else "（尚未确定）",
        is_suggested=found.unit is not None and found.state == UNTRIAGED[0],
        parent=_official(city, parents[found.unit]) if found.unit in parents else None,
        subject=f"{found.kind}（{found.urgency}）",
        state=found.state,
        source=" · ".join(part for part in (found.forum, found.board) if part),
        opened_at=found.opened_at,
        title=shortened(found.title, _TITLE_CHARS, 1, "…"),
        quote=quoted(posts[0]["text"] if posts else None, kind),
        link=safe_link(found.url),
        deadlines=_deadlines(found, days, reason),
        send_back_days=rules.send_back_days,
        late=_lateness(found, rules, at),
        steps=_steps(found, posts, _decisions(con, found.ticket_id, at, known_by)),
        contact=_contact(con, notify.desk, at, known_by),
    )


def quoted(text: str | None, kind: SheetKind) -> str:
    """The opening post as a sheet of this kind has room for it."""
    cut = shortened(text or "", QUOTE_CHARS[kind], _QUOTE_LINES[kind], _CUT)
    return cut or "（原帖内容未采集到）"


def shortened(text: str, most_chars: int, most_lines: int, cut: str) -> str:
    """A text from the web, masked, without empty lines, bounded in characters and lines."""
    lines = [" ".join(line.split()) for line in mask_personal(text).splitlines()]
    lines = [line for line in lines if line]
    kept = "\n".join(lines[:most_lines])
    if len(kept) <= most_chars and len(lines) <= most_lines:
        return kept
    return kept[: most_chars - len(cut)].rstrip() + cut


def _official(city: City, short: str) -> str:
    unit = city.unit_by_short.get(short)
    return unit.official if unit is not None else short


def _deadlines(ticket: Ticket, days: Iterable[ClockDay], reason: str | None) -> list[tuple[str, str]]:
    """(clock, by when and which days were counted), for both clocks."""
    listed = list(days)
    dues = (ticket.first_response_due, ticket.answer_due)
    found = []
    for clock, due in zip(CLOCKS, dues, strict=True):
        own = [day for day in listed if day.clock == clock]
        if due is None:
            found.append((clock, f"无法计算：{reason or ticket.note or '发帖时间未能识别'}"))
            continue
        counted = [day.day for day in own if day.is_counted]
        rest = [day.day for day in own if not day.is_counted and day.why != "发帖当日不计"]
        words = f"{due:%Y年%-m月%-d日 %H:%M}前"
        if counted:
            words += f"（{len(counted)}个工作日，发帖当日不计；计入{day_words(counted)}"
            words += f"；不计{day_words(rest)}）" if rest else "）"
        found.append((clock, words))
    return found


def day_words(days: Sequence[dt.date]) -> str:
    """Days in Chinese, runs joined: 11月28日至30日、12月4日."""
    runs: list[list[dt.date]] = []
    for day in days:
        if runs and day - runs[-1][-1] == dt.timedelta(days=1):
            runs[-1].append(day)
        else:
            runs.append([day])
    words = []
    for run in runs:
        first, last = run[0], run[-1]
        text = f"{first.month}月{first.day}日"
        if last != first:
            end = f"{last.day}日" if last.month == first.month else f"{last.month}月{last.day}日"
            text += f"、{end}" if len(run) == 2 else f"至{end}"
        words.append(text)
    return "、".join(words)


def _lateness(ticket: Ticket, rules: Rules, at: dt.datetime) -> list[str]:
    """What came or is late, by how many working days."""
    clocks = (
        (ticket.first_response_due, ticket.first_response_at, ticket.is_first_response_overdue),
        (ticket.answer_due, ticket.answer_at, ticket.is_answer_overdue),
    )
    found = []
    for clock, (due, done, is_late) in zip(CLOCKS, clocks, strict=True):
        if not is_late or due is None:
            continue
        try:
            count = rules.calendar.workdays_between(due.date(), (done or at).date())
            by = f"{count}个工作日" if count else "不足1个工作日"
        except UnknownYear:
            by = f"{((done or at) - due).days}天（当年节假日未知，按自然日计）"
        said = f"{done:%-m月%-d日 %H:%M}才答" if done is not None else f"截至{_until(at)}未见"
        found.append(f"{clock}应于{due:%-m月%-d日 %H:%M}前，{said}，超时{by}")
    return found


def _until(at: dt.datetime) -> str:
    """A moment; the end of a day as the day."""
    return f"{at:%-m月%-d日}" if at.time() >= dt.time(23, 59) else f"{at:%-m月%-d日 %H:%M}"


def _decisions(
    con: Connection, ticket_id: str, at: dt.datetime, known_by: dt.date | dt.datetime | None
) -> list[dict[str, object]]:
    rows = ask(con, "decisions_on", targets=[ticket_id], ids=[], known_by=moment(known_by))
    return [row for row in rows if row["decided_at"] <= at]


def _steps(
    ticket: Ticket, posts: Iterable[dict[str, object]], decisions: Iterable[dict[str, object]]
) -> list[str]:
    """What happened so far, in order; of many the first and the last ones."""
    found: list[tuple[dt.datetime, str]] = []
    if ticket.opened_at is not None:
        found.append((ticket.opened_at, "网友发帖"))
    for post in posts:
        posted = post["posted_at"]
        if post["is_official"] and isinstance(posted, dt.datetime):
            who = post["official_unit"] or "官方账号"
            found.append((posted, f"{who}在{post['floor']}楼回帖"))
    for decision in decisions:
        decided = decision["decided_at"]
        assert isinstance(decided, dt.datetime)
        changes = "，".join(
            change_words(
                json.loads(str(decision["before_json"] or "{}")),
                json.loads(str(decision["after_json"] or "{}")),
            )
        )
        why = f"（{decision['why']}）" if decision["why"] else ""
        text = f"{kind_words(str(decision['kind']))} {changes}{why}，{decision['who']}"
        found.append((decided, shortened(text, 44, 1, "…")))
    found.sort(key=lambda pair: pair[0])
    lines = [f"{when:%-m月%-d日 %H:%M} {what}" for when, what in found]
    if len(lines) > _STEPS:
        lines = [*lines[:2], f"……（略{len(lines) - _STEPS + 1}步）", *lines[-(_STEPS - 3) :]]
    return lines


def _contact(
    con: Connection, desk: str, at: dt.datetime, known_by: dt.date | dt.datetime | None
) -> str | None:
    """The desk's contact as it registered it (notice, 四（三）)."""
    rows = ask(con, "decisions_on", targets=[desk], ids=[], known_by=moment(known_by))
    for row in reversed(rows):
        if row["kind"] == "contact_register" and row["decided_at"] <= at:
            after = json.loads(row["after_json"] or "{}")
            parts = [str(after[key]) for key in ("contact", "phone") if after.get(key)]
            return " ".join(parts)[:60] or None
    return None
