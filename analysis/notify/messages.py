"""Owns the texts of notifications: what an item says, how it is made harmless, how a long message is split.

All channels get plain text: no bot renders it, and what a citizen wrote can neither mention everybody nor
pose as a link or a heading, since the characters that could are replaced by their full-width twins.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from analysis.notify.events import CONTACT, UNTRIAGED, Event
from analysis.ticket import Ticket
from pipeline.privacy import mask_personal

TITLE_CHARS = 60  # of a post's title in a message
LINK_CHARS = 300  # a longer address is left out; the ticket's number finds it

_TWINS = str.maketrans({c: chr(ord(c) + 0xFEE0) for c in "<>@*_`[]#|~\\&"})
_INVISIBLE = re.compile(
    "[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\ufff9-\uffff]"
)


def harmless(text: str, most: int = TITLE_CHARS) -> str:
    """A text from the web on one line, masked, without anything that a channel could interpret."""
    line = mask_personal(_INVISIBLE.sub(" ", mask_personal(text)))  # a blank may part or join numbers
    line = " ".join(line.split()).replace("://", "：//").translate(_TWINS)
    return line if len(line) <= most else line[: most - 1] + "…"


def safe_link(url: str | None) -> str | None:
    """An address that may stand in a message: http or https, of ordinary length and characters."""
    if url is None or len(url) > LINK_CHARS or not re.fullmatch(r"https?://[!-~]+", url):
        return None
    return None if re.search(r"[<>\"'`\\|@]", url) else url


def item_text(events: Sequence[Event], to: str) -> str:
    """What a message says of one ticket, or of one alarm: a few lines without a number before them.

    Args:
        events: all of one ticket, or one alarm.
        to: the unit whose channel it is; for another recipient it is asked to pass the news on.
    """
    first = events[0]
    ticket = first.ticket
    if ticket is None:
        lines = [f"{first.label}：{harmless(first.text or '', 200)}", f"缘由：{first.why}"]
    else:
        urgent = "紧急·" if ticket.urgency == "紧急" else ""
        whose = ticket.unit or "单位未定"
        suggested = "建议" if ticket.unit and ticket.state == UNTRIAGED[0] else ""
        lines = [
            f"〔{urgent}{ticket.kind}〕{harmless(ticket.title)}",
            f"帖号 {ticket.ticket_id} · {suggested}{whose} · {ticket.state}",
            *dict.fromkeys(f"- {event.label}：{event.why}" for event in events),
            *_doubt(ticket, [event.due for event in events if event.due is not None]),
            *([link] if (link := safe_link(ticket.url)) else []),
        ]
    absent = {e.to if e.role == CONTACT else f"{e.to}{e.role}" for e in events if e.to != to}
    lines += [f"（{whom} 没有通知渠道，请转告）" for whom in sorted(absent)]
    return "\n".join(lines)


def _doubt(ticket: Ticket, dues: list[dt.datetime]) -> list[str]:
    """An answer later than the last look at the forum cannot be known: say so instead of blaming."""
    if not dues or ticket.checked_at is None or ticket.checked_at >= min(dues):
        return []
    return [f"（论坛最近一次采集为 {ticket.checked_at:%m-%d %H:%M}，其后是否已答复不可知）"]


def split_parts(heading: str, number: str, items: Sequence[str], closing: str, most_bytes: int) -> list[str]:
    """Parts of a message, none longer than a channel takes; each with heading, number and i/n.

    Args:
        number: tells this message from all others; a reader who gets a part twice sees the same number.
        most_bytes: of UTF-8.

    Raises:
        ValueError: the limit leaves no room for an item.
    """
    texts = [f"{position}. {item}" for position, item in enumerate(items, 1)] + ([closing] if closing else [])
    digits = 2
    while len(groups := _grouped(texts, most_bytes - _frame(heading, number, digits))) >= 10**digits:
        digits += 1
    return [
        f"{heading}\n编号 {number}-{index}/{len(groups)}\n\n" + "\n\n".join(group)
        for index, group in enumerate(groups, 1)
    ]


def _frame(heading: str, number: str, digits: int) -> int:
    """Bytes of what stands above the items of a part, with numbers of so many digits."""
    return len(f"{heading}\n编号 {number}-{'9' * digits}/{'9' * digits}\n\n".encode())


def _grouped(texts: Sequence[str], room: int) -> list[list[str]]:
    """Texts, each cut to what there is room for, in as many parts as they need."""
    if room < 120:
        raise ValueError(f"每条只剩 {room} 字节，放不下一项")
    groups: list[list[str]] = [[]]
    used = 0
    for each in texts:
        text = _cut(each, room)
        size = len(text.encode()) + 2  # the blank line before the next
        if groups[-1] and used + size > room:
            groups.append([])
            used = 0
        groups[-1].append(text)
        used += size
    return groups


def _cut(text: str, most_bytes: int) -> str:
    raw = text.encode()
    return text if len(raw) <= most_bytes else raw[: most_bytes - 3].decode("utf-8", "ignore") + "…"
