"""Owns the page 通知: what was sent to whom, when, how; what did not arrive, and what comes next.

Nothing is sent from here: that is the job 发出到期的通知 of the page 任务.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any, ClassVar

from litestar.exceptions import ValidationException
from litestar.response import Response

from analysis.desk.errors import without_places
from analysis.desk.notices import STATES, NoticeRow, coming_rows, name_channels, next_run, sent_rows
from analysis.desk.page import Listing, Page, cut
from analysis.desk.routing import see
from analysis.desk.visit import Visit, day_of
from analysis.notify.channels import Channel, load_channels
from analysis.notify.outbox import Outbox, load_outbox
from analysis.notify.plan import Plan
from analysis.notify.rules import NotifyError, NotifyRules, load_notify_rules
from analysis.notify.run import compute_plan
from pipeline.city import CityError

HERE = "/notices"
NAMES = ("to", "state", "channel", "q", "start", "end")
PLAN_MINUTES = 5  # for so long what is still to be told is not computed anew
SORTS: dict[str, Any] = {
    "at": lambda row: row.at,
    "to": lambda row: row.to,
    "subject": lambda row: row.subject,
    "channel": lambda row: row.channel,
    "state": lambda row: STATES.index(row.state),
    "delivered_at": lambda row: row.delivered_at or row.next_at,
}


@dataclasses.dataclass(kw_only=True)
class NoticesPage(Page):
    """Notifications.

    Attributes:
        listing: as chosen, cut into screens.
        chosen: what is chosen: to, state, channel, q, start, end; "" for all.
        counts: by state, how many there are, whatever is chosen.
        units, channels: what can be chosen.
        run: when messages are sent.
        troubles: why something cannot be told, and what to do.
        titles: of tickets that there are, by number.
    """

    template: ClassVar[str] = "notices.html"
    heading: ClassVar[str] = "通知"
    section: ClassVar[str] = HERE
    listing: Listing[NoticeRow]
    chosen: dict[str, str]
    counts: dict[str, int]
    units: list[str]
    channels: list[str]
    run: str
    troubles: list[str]
    titles: dict[str, str]


def all_notices(visit: Visit) -> tuple[list[NoticeRow], list[str]]:
    """All of the day, what is not in the outbox yet first; and what could not be read, in a clerk's words."""
    office, troubles = visit.office, []
    rules: NotifyRules | None = None
    channels: list[Channel] | None = None
    outbox = Outbox()
    try:
        outbox = load_outbox(office.store.outbox, dt.datetime.combine(visit.as_of, dt.time.max))
    except NotifyError as error:
        troubles.append(f"发件记录读不出，请管理员从备份恢复（{without_places(office, str(error))}）")
    try:
        rules = load_notify_rules(office.city)
    except (NotifyError, CityError) as error:
        troubles.append(f"通知规则读不出：{without_places(office, str(error))}")
    try:
        channels = load_channels(office.store.channels, office.city)
    except (NotifyError, CityError, OSError) as error:
        troubles.append(f"渠道读不出，请管理员检查：{without_places(office, str(error))}")
    rows = sent_rows(outbox, rules, office)
    if (
        visit.is_today
        and visit.known_by is None
        and not troubles
        and rules is not None
        and channels is not None
    ):
        rows = [*coming_rows(_plan(visit, rules, channels, outbox), rules, office), *rows]
    name_channels(rows, channels or [])
    return rows, troubles


def _plan(visit: Visit, rules: NotifyRules, channels: list[Channel], outbox: Outbox) -> Plan:
    """What is to be told now and stands in no outbox."""
    office = visit.office
    now = office.clock()
    at = now.replace(minute=now.minute - now.minute % PLAN_MINUTES, second=0, microsecond=0)
    names = tuple(channel.name for channel in channels)
    key = ("notices", at, len(outbox.keys), len(outbox.slots), names, repr(rules))
    return visit.edition.once(key, lambda: compute_plan(visit.con, office.city, rules, channels, outbox, at))


def choice_of(visit: Visit) -> dict[str, str]:
    """What the address asks for; "" for all."""
    return {name: (visit.request.query_params.get(name) or "").strip()[:100] for name in NAMES}


def chosen_notices(visit: Visit) -> list[NoticeRow]:
    """Those that the address asks for, sorted as it says."""
    return [
        *cut(_chosen(visit, all_notices(visit)[0]), visit.request.query_params, SORTS, per_screen=10**6).rows
    ]


def _chosen(visit: Visit, rows: list[NoticeRow]) -> list[NoticeRow]:
    """Raises ValidationException: a day is none, or the first comes after the last."""
    chosen = choice_of(visit)
    start, end = (day_of(visit.request, name) for name in ("start", "end"))
    if start is not None and end is not None and start > end:
        raise ValidationException(f"起止日期颠倒了：自 {start} 至 {end}；请把早的填在前面")
    words = chosen["q"].casefold()
    return [
        row
        for row in rows
        if all(not chosen[key] or getattr(row, key) == chosen[key] for key in ("to", "state", "channel"))
        and (start is None or row.at.date() >= start)
        and (end is None or row.at.date() <= end)
        and (not words or words in f"{row.id}\n{row.subject}\n{row.text}\n{row.tickets}".casefold())
    ]


def build_notices(visit: Visit) -> NoticesPage:
    rows, troubles = all_notices(visit)
    listing = cut(_chosen(visit, rows), visit.request.query_params, SORTS)
    shown = {name for row in listing.rows for name in row.tickets}
    near = visit.tickets_of(name.rpartition("-")[0] for name in shown)
    return NoticesPage(
        listing=listing,
        chosen=choice_of(visit),
        counts={state: count for state in STATES if (count := sum(row.state == state for row in rows))},
        units=sorted({row.to for row in rows}),
        channels=sorted({row.channel for row in rows if row.channel}),
        run=next_run(visit.office),
        troubles=troubles,
        titles={ticket.ticket_id: ticket.title for ticket in near if ticket.ticket_id in shown},
    )


@see(HERE, "notice.read")
def page(visit: Visit) -> Response[Any]:
    """通知."""
    return visit.show(build_notices(visit))


ROUTES = [page]
