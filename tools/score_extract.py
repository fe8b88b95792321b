"""Owns the figure of `gangqing extract` beside trafilatura alone on pages with known author, date and body.

    python tools/score_extract.py [PAGES]        a table per page; PAGES is a folder with gold.jsonl

Body: F1 over jieba tokens (with multiplicity, blanks dropped). Date: exact to the minute where the gold gives
one, after padding ("2005-3-11 12:12" is "2005-03-11 12:12"); only pages whose gold names a day count.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import os
import re
import sys
from collections import Counter
from pathlib import Path

import jieba
import trafilatura

from crawlers.extract import extract
from crawlers.page import Page

# Later than every page; only relative dates depend on it.
FETCHED_AT = dt.datetime.fromisoformat("2026-11-22T12:00")


@dataclasses.dataclass(frozen=True)
class Row:
    """One page: F1 of the body, hits of date and author, ours and trafilatura's; None: not in the gold."""

    page: str
    ours: float
    theirs: float
    our_date: bool | None
    their_date: bool | None
    our_author: bool | None
    their_author: bool | None
    said: tuple[str | None, str | None, str | None]


def default_folder() -> Path:
    shared = os.environ.get("GANGQING_SHARED")
    root = Path(shared) if shared else Path(__file__).resolve().parents[1].parent / "shared"
    return root / "data" / "pages"


def token_f1(found: str, gold: str) -> float:
    a, b = (Counter(token for token in jieba.lcut(text) if token.strip()) for text in (found, gold))
    return 2 * sum((a & b).values()) / max(1, sum(a.values()) + sum(b.values()))


def padded(date: str | None) -> str | None:
    match = re.match(r"^(\d{4})-(\d{1,2})-(\d{1,2})(.*)$", (date or "").strip())
    if not match:
        return None
    return f"{match.group(1)}-{match.group(2).zfill(2)}-{match.group(3).zfill(2)}{match.group(4)}"


def same_date(found: str | None, gold: str) -> bool | None:
    """Exact to the minute; a gold of a day asks for the day only. None: the gold names no day."""
    wanted = padded(gold)
    if wanted is None:
        return None
    length = min(len(wanted), 16)
    return (padded(found) or "")[:length] == wanted[:length]


def same_author(found: str | None, gold: str) -> bool | None:
    if gold in ("", "UNKNOWN"):
        return None
    return re.sub(r"\s", "", found or "") == re.sub(r"\s", "", gold)


def score(folder: Path) -> list[Row]:
    rows = []
    for line in (folder / "gold.jsonl").read_text(encoding="utf-8").splitlines():
        gold = json.loads(line)
        body = (folder / gold["page"]).read_bytes()
        found = extract(body, "", None, FETCHED_AT)
        page = Page(url="http://localhost/page.html", body=body, fetched_at=FETCHED_AT)
        other = trafilatura.bare_extraction(page.text, with_metadata=True)
        text, date, author = (other.text, other.date, other.author) if other else ("", None, None)
        rows.append(
            Row(
                page=gold["page"],
                ours=token_f1(found["body"] or "", gold["body"]),
                theirs=token_f1(text or "", gold["body"]),
                our_date=same_date(found["published_at"], gold["date"]),
                their_date=same_date(date, gold["date"]),
                our_author=same_author(found["author"], gold["author"]),
                their_author=same_author(author, gold["author"]),
                said=(found["title"], found["author"], found["published_at"]),
            )
        )
    return rows


def share(values: list[bool | None]) -> tuple[int, int]:
    known = [value for value in values if value is not None]
    return sum(known), len(known)


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else default_folder()
    if not (folder / "gold.jsonl").is_file():
        sys.exit(f"{folder}: 没有 gold.jsonl")
    rows = score(folder)
    mark = {True: "+", False: "-", None: "."}
    print(f"{'page':<20} F1 ours theirs  date author  (+ hit, - miss, . not in the gold)")
    for row in rows:
        dates = mark[row.our_date] + mark[row.their_date]
        authors = mark[row.our_author] + mark[row.their_author]
        print(f"{row.page:<20} {row.ours:7.3f} {row.theirs:6.3f}   {dates}   {authors}   {row.said}")
    count = len(rows)
    print(
        f"mean F1 of {count} pages: {sum(r.ours for r in rows) / count:.3f}, trafilatura alone"
        f" {sum(r.theirs for r in rows) / count:.3f}"
    )
    for name, ours, theirs in (
        ("date", [r.our_date for r in rows], [r.their_date for r in rows]),
        ("author", [r.our_author for r in rows], [r.their_author for r in rows]),
    ):
        (a, n), (b, _) = share(ours), share(theirs)
        print(f"exact {name}: {a} of {n}, trafilatura alone {b}")


if __name__ == "__main__":
    main()
