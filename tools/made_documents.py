"""Owns made-up documents at size: articles and threads, landed through the real writer as a crawl would.

Texts are the sample city's sentences with other units, days and numbers, filled up with short cuts of its
copy in random order, so that they neither repeat nor compress better than real copy does. Every document
follows from its number: the same number is the same document on every machine.
"""

from __future__ import annotations

import datetime as dt
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeline.landing import LandingWriter
from pipeline.records import Article, Landed, Post, ThreadPage

SAMPLE = Path(__file__).resolve().parent.parent / "sample" / "content"
PLACES = (  # site, outlet, share of the articles
    ("fcgrb", "防城港日报", 5),
    ("fcgs-gov", "防城港市人民政府网站", 3),
    ("fcgs-jyj", "单位网站:市教育局", 1),
    ("fcgs-slj", "单位网站:市水利局", 1),
)
FORUMS = (("fcgr", "防城港人论坛"), ("hongdou", "红豆社区防城港论坛"))
LAST_DAY = dt.date(2018, 2, 25)
SPAN_DAYS = 5 * 365
REPRINT_SHARE = 0.04
POSTS = (1, 1, 2, 2, 3, 3, 4, 5, 6, 13)  # of a thread; 4 on average
PAGES_PER_FILE = 20_000


class Maker:
    """Makes documents by number from the sample city's copy."""

    def __init__(self) -> None:
        articles = [
            json.loads(line)
            for name in ("articles-a.jsonl", "articles-b.jsonl")
            for line in (SAMPLE / name).read_text(encoding="utf-8").splitlines()
        ]
        threads = [json.loads(line) for line in (SAMPLE / "threads.jsonl").read_text("utf-8").splitlines()]
        self._articles = [a for a in articles if len(a["body"]) > 60]
        self._threads = [t for t in threads if t["posts"][0]["text"]]
        self._copy = re.sub(r"\s+", "", "".join(a["body"] for a in articles))
        self._talk = re.sub(r"\s+", "", "".join(p["text"] or "" for t in threads for p in t["posts"]))
        self._units = sorted({c["unit"] for a in articles for c in a["gold"]["credits"]})

    def article(self, number: int, day: dt.date) -> tuple[str, Article]:
        """Site and article of that number, of some 500 characters."""
        rng = random.Random(number)
        site, outlet, _ = rng.choices(PLACES, [share for *_, share in PLACES])[0]
        told = number - rng.randrange(1, 300) if number > 300 and rng.random() < REPRINT_SHARE else number
        if told != number:
            rng = random.Random(told)
            rng.choices(PLACES, [share for *_, share in PLACES])
            rng.random()
        piece = rng.choice(self._articles)
        unit, other = rng.choice(self._units), rng.choice(self._units)
        swap = next((c["unit"] for c in piece["gold"]["credits"]), None)
        lead = piece["body"].split("\n", 1)[0]
        title = piece["title"]
        if swap:
            lead, title = lead.replace(swap, unit), title.replace(swap, unit)
        body = "\n".join([_renumbered(lead, rng), *self._filled(rng, self._copy, 260, 620), f"{other}参加。"])
        return site, Article(
            outlet=outlet,
            url=f"http://made.example/{site}/t{day:%Y%m%d}_{number}.html",
            title=f"{_renumbered(title, rng)[:60]}（{told}）",
            body=body,
            published=day.isoformat(),
            byline=piece["byline"],
            source=piece["source"] or None,
            page=f"{rng.randrange(1, 9):02d}版" if site == "fcgrb" else None,
            lead=rng.random() < 0.03,
        )

    def thread(self, number: int, day: dt.date) -> tuple[str, ThreadPage]:
        """Site and thread of that number; its posts have some 60 characters."""
        rng = random.Random(-1 - number)
        site, forum = rng.choice(FORUMS)
        piece = rng.choice(self._threads)
        count = rng.choice(POSTS)
        start = dt.datetime.combine(day, dt.time(rng.randrange(7, 22), rng.randrange(60)))
        posts = []
        for floor in range(1, count + 1):
            said = piece["posts"][min(floor, len(piece["posts"])) - 1]
            official = bool(said.get("is_registered_official")) and floor > 1
            # What opens threads differs from thread to thread; what answers them is alike everywhere.
            words = "" if floor == 1 else _renumbered(said["text"] or "顶", rng)[:120]
            posts.append(
                Post(
                    floor=floor,
                    author=said["author"] if official else f"网友-{rng.randrange(4000):08d}",
                    time=(start + dt.timedelta(hours=5 * floor)).isoformat(timespec="minutes"),
                    text="".join([words, *self._filled(rng, self._talk, 30, 90)]),
                    is_registered_official=official,
                )
            )
        return site, ThreadPage(
            forum=forum,
            board=piece["board"],
            tid=str(1_000_000 + number),
            url=f"http://made.example/{site}/thread-{1_000_000 + number}-1-1.html",
            title="".join(self._filled(rng, self._talk, 16, 26)),
            page=1,
            pages=1,
            posts=posts,
            views=rng.randrange(10_000),
            replies=count - 1,
        )

    def _filled(self, rng: random.Random, copy: str, least: int, most: int) -> Iterator[str]:
        """Paragraphs of cuts of 4 to 12 characters each."""
        length = rng.randrange(least, most)
        while length > 0:
            size = min(length, 180)
            starts = rng.choices(range(len(copy) - 12), k=size // 8)
            yield "".join(copy[at : at + 4 + at % 9] for at in starts) + "。"
            length -= size


def _renumbered(text: str, rng: random.Random) -> str:
    return re.sub(r"\d+", lambda match: str(rng.randrange(1, 10 ** len(match[0]))), text)


def land(folder: Path, first: int, count: int, day: dt.date | None = None) -> dict[str, int]:
    """Land documents (articles and posts, half and half) from number `first` on, without captures.

    Args:
        folder: the city's data folder (var/<city>).
        day: of all of them; None spreads them over five years.

    Returns:
        documents, articles, threads, posts, text_bytes (UTF-8, titles and texts), landed_bytes.
    """
    maker = Maker()
    total = dict.fromkeys(("documents", "articles", "threads", "posts", "text_bytes"), 0)
    writers: dict[str, LandingWriter] = {}
    places: dict[str, int] = {}
    landed_files: set[Path] = set()
    number = first
    while total["documents"] < count:
        shown = day or LAST_DAY - dt.timedelta(
            days=SPAN_DAYS * (count - total["documents"]) // (count + 1) + 1
        )
        if total["posts"] < total["articles"]:
            site, thread = maker.thread(number, shown)
            total["threads"] += 1
            total["posts"] += len(thread.posts)
            texts = [thread.title, *(post.text or "" for post in thread.posts)]
            record: dict[str, Any] = {"thread": thread}
        else:
            site, article = maker.article(number, shown)
            total["articles"] += 1
            texts = [article.title, article.body]
            record = {"article": article}
        total["text_bytes"] += sum(len(text.encode()) for text in texts)
        total["documents"] = total["articles"] + total["posts"]
        file = number // PAGES_PER_FILE
        run = f"{shown:%Y%m%d}T200000-{file:03d}" if day else f"20130101T000000-{file:03d}"
        if site not in writers or places[site] != file:
            if site in writers:
                writers[site].close()
            writers[site] = LandingWriter(folder, site, run, group_pages=5000, group_seconds=60)
            places[site] = file
            landed_files.add(folder / "landing" / site / f"{run}.jsonl")
        kind = "thread" if "thread" in record else "article"
        page = record[kind]
        writers[site].add(
            Landed(
                run=run,
                site=site,
                url=page.url,
                fetched_at=f"{shown + dt.timedelta(days=1)}T07:00:00",
                kind=kind,
                outcome="stored",
                status=200,
                sha256=f"{number:064x}",
                **record,
            )
        )
        number += 1
    for writer in writers.values():
        writer.close()
    return total | {
        "next": number,
        "landed_bytes": sum(path.stat().st_size for path in landed_files),
    }
