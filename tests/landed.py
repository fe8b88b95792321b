"""Owns comparing what a crawl landed with what the sample city's content says, field by field, post by post.

The content was written without knowledge of the parsers. What may differ is listed here, each with its
reason; everything else is a difference.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from crawlers.anonymise import without_names
from crawlers.plain_words import PlainWords
from crawlers.text import clean_lines
from pipeline.city import load_city
from pipeline.landing import iter_landed
from pipeline.privacy import mask_personal
from pipeline.records import Article, ThreadPage
from sample.content import Piece
from sample.faults import Faults
from sample.paper import PAD_OFFSET, PAD_WEEK
from sample.truth import ArticleTruth, ThreadTruth

WORDS = PlainWords.of(load_city(Path(__file__).resolve().parent.parent / "sample" / "city"))
# The page prints its own name where the content names no source.
OWN_SOURCES = {"本站", "防城港新闻网", "防城港市广播电视台"}
# The page stands in a channel, which is its column where the content names none.
CHANNELS = {
    "动态信息", "部门动态", "县区动态", "通知公告", "防城港要闻", "本地要闻", "民生社会", "防城港新闻",
}  # fmt: skip
# A first or last line that signs the piece is no body; its words stand in `byline` or `source`.
SIGNATURE = re.compile(r"[（(][^。，]{2,20}[)）]|(?:来源|责任编辑)：.{2,30}")

Landed = dict[str, list[tuple[str, Article]]]
Threads = dict[tuple[str, str], list[ThreadPage]]


def load_records(folder: Path) -> tuple[Landed, Threads]:
    """All articles by path, each with its site, and the pages of all threads by forum and tid."""
    articles: Landed = defaultdict(list)
    threads: Threads = defaultdict(list)
    for _, _, landed in iter_landed(folder):
        if landed.article is not None:
            articles[urlsplit(landed.article.url).path].append((landed.site, landed.article))
        if landed.thread is not None:
            threads[(landed.thread.forum, landed.thread.tid)].append(landed.thread)
    return articles, threads


def article_differences(truth: Iterable[ArticleTruth], articles: Landed) -> list[str]:
    """One line per field that differs and per article that is missing; the week of the new layout as well."""
    found = []
    for one in truth:
        path = urlsplit(one.url).path
        records = list(articles.get(path, []))
        if not records:
            found.append(f"{one.id}: missing {path}")
        if path.startswith("/html/") and PAD_WEEK[0] <= one.piece.day <= PAD_WEEK[1]:
            name = f"/content_{one.piece.number + PAD_OFFSET}.html"
            pad = [record for key, at in articles.items() if key.endswith(name) for record in at]
            if not pad:
                found.append(f"{one.id}: missing {name}")
            records += pad
        for site, record in records:
            found += [f"{one.id} on {site}: {line}" for line in _of_article(one.piece, record)]
    return found


def _of_article(piece: Piece, got: Article) -> list[str]:
    lines = []
    paragraphs = mask_personal(clean_lines("\n".join(piece.paragraphs))).split("\n")
    signatures = [line for line in {paragraphs[0], paragraphs[-1]} if SIGNATURE.fullmatch(line)]
    body = [line for line in paragraphs if line not in signatures or line in got.body.split("\n")]
    if got.body != "\n".join(body):
        lines.append(f"body {got.body!r} is not {paragraphs!r}")
    for line in set(signatures) - set(body):
        signed = re.sub(r"^来源：", "", line).strip("（）()")
        if "编辑" not in line and signed not in f"{got.byline} {got.source}" and piece.byline != got.byline:
            lines.append(f"signature {signed!r} is lost")
    wanted: dict[str, Any] = {
        "outlet": piece.outlet,
        "title": piece.title,
        "kicker": piece.kicker,
        "subtitle": piece.subtitle,
        "published": piece.published,
        "page": piece.page,
        "lead": piece.lead,
        "byline": piece.byline or None,
        "source": piece.origin or None,
        "column": piece.column,
    }
    for name, want in wanted.items():
        value: Any = getattr(got, name)
        if value == want or (want is None and _is_allowed(name, value, piece)):
            continue
        if name == "column" and want and _letters(value) == _letters(want):
            continue  # a channel spells the plan's column without its comma
        lines.append(f"{name} {value!r} is not {want!r}")
    return lines


def _is_allowed(name: str, value: str, piece: Piece) -> bool:
    if name == "source":
        return value in OWN_SOURCES
    if name == "column":
        return value in CHANNELS
    # The copy itself names its author, in brackets at its head or end.
    return name == "byline" and any(f"{mark}{value}" in piece.body for mark in "（(")


def thread_differences(
    truth: Iterable[ThreadTruth],
    threads: Threads,
    types: dict[str, str | None],
    closed: set[str],
    faults: Faults,
) -> list[str]:
    """One line per field of a thread or a post that differs. `types` and `closed` are by thread id."""
    found = []
    for one in truth:
        pages = sorted(threads.get((one.forum, one.tid), []), key=lambda page: page.page)
        if not pages:
            found.append(f"{one.id}: missing")
            continue
        is_typed = one.forum != "红豆社区防城港论坛"  # 红豆 shows neither types nor closed threads
        for page in pages:
            wanted = {"title": one.title, "board": one.board, "pages": -(-len(one.posts) // 10)}
            if is_typed:
                wanted |= {"type": types[one.id], "closed": one.id in closed}
                if page.page == 1:
                    wanted |= {"replies": len(one.posts) - 1}
            for name, want in wanted.items():
                if getattr(page, name) != want:
                    found.append(f"{one.id} page {page.page}: {name} {getattr(page, name)!r} is not {want!r}")
        posts = [post for page in pages for post in page.posts]
        names = _names_by_page(pages, one)
        if len(posts) != len(one.posts):
            found.append(f"{one.id}: {len(posts)} posts instead of {len(one.posts)}")
        for number, (got, post) in enumerate(zip(posts, one.posts, strict=False)):
            text = faults.hostile(one.id, post.floor) + (post.text or "")
            edited = (
                post.edited if is_typed and post.edited and post.edited <= faults.day.isoformat() else None
            )
            checks = {
                "floor": (got.floor, post.floor),
                "pid": (got.pid, one.pid(post)),
                # Personal numbers are masked before a record is landed.
                "text": (
                    got.text,
                    None if post.blocked else changed(clean_lines(text), names[number]),
                ),
                "time": ((got.time or "")[:16], post.time[:16]),
                "anonymous": (got.author is None, post.anonymous),
                "official": (got.is_registered_official, post.is_registered_official),
                "quote": (
                    got.quote and got.quote.text,
                    post.quote and changed(post.quote.text, names[number]),
                ),
                "edited": ((got.edited or "")[:16], (edited or "")[:16]),
                "images": ([url.rsplit("/")[-1] for url in got.images], post.images),
            }  # fmt: skip
            found += [
                f"{one.id} #{post.floor}: {name} {value!r} is not {want!r}"
                for name, (value, want) in checks.items()
                if value != want
            ]
    return found


def changed(text: str, names: dict[str, str]) -> str:
    """A text as it may be landed."""
    return without_names(mask_personal(text), names, WORDS)


def _names_by_page(pages: list[ThreadPage], one: ThreadTruth) -> list[dict[str, str]]:
    """For each post, the posters of its page as they are and as they were landed."""
    found: list[dict[str, str]] = []
    for page in pages:
        said = list(zip(page.posts, one.posts[len(found) :], strict=False))
        pairs = [(post.author, got.author, got.is_registered_official) for got, post in said]
        pairs += [
            (post.quote.author, got.quote.author, False) for got, post in said if post.quote and got.quote
        ]
        names = {
            name.strip(): stand_in for name, stand_in, official in pairs if name and stand_in and not official
        }
        found += [{n: s for n, s in names.items() if n != s}] * len(page.posts)
    return found


def _letters(text: str | None) -> str:
    return re.sub(r"\W", "", text or "")
