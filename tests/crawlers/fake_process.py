"""The crawl process with one more platform, of the simplest pages, so that the engine is tested alone.

A list: `<a class=article|thread|list href=… data-signature=… data-day=…>`. An article: `<h1>`, `<time>`,
`<p>`. A thread page: `<thread tid= page= pages=>` with `<post pid= author=>`.
"""

from __future__ import annotations

import datetime as dt
import sys
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser

from crawlers import platforms, process
from crawlers.page import Page
from pipeline.city import Site
from pipeline.records import Article, Link, PageKind, Parsed, Post, ThreadPage
from tests import loopback


def canonical_url(url: str, site: Site | None = None) -> str:
    return url.partition("#")[0].replace("?div=-1", "")


def classify(url: str, site: Site | None = None) -> PageKind:
    return "list" if "list" in url else "thread" if "thread" in url else "article"


def start_links(site: Site, first_day: dt.date | None, last_day: dt.date | None) -> list[Link]:
    return [Link(url=url, kind=classify(url)) for url in site.start]


def parse(page: Page) -> Parsed:
    if "raise" in page.url:
        raise ValueError("a parser that breaks its promise, 13877012345")
    tree = LexborHTMLParser(page.text)
    links = [
        Link(
            url=urljoin(page.url, str(a.attributes["href"])),
            kind=cast(PageKind, a.attributes["class"]),
            signature=a.attributes.get("data-signature"),
            published=a.attributes.get("data-day"),
            context={"page": "01版", "lead": True} if "data-lead" in a.attributes else {},
        )
        for a in tree.css("a[class]")
    ]
    outlet = page.site.outlet if page.site else "?"
    thread = tree.css_first("thread")
    if thread is not None:
        at = thread.attributes
        posts = [
            Post(floor=i, author=p.attributes.get("author"), text=p.text(), pid=p.attributes.get("pid"))
            for i, p in enumerate(tree.css("post"), 1)
        ]
        record = ThreadPage(forum=outlet, board=None, tid=str(at["tid"]), url=page.url, title="帖子",
                            page=int(at["page"] or 1), pages=int(at["pages"] or 1), posts=posts)  # fmt: skip
        return Parsed(kind="thread", outcome="stored", thread=record, links=links)
    title = tree.css_first("h1")
    if title is not None:
        body = "\n".join(p.text() for p in tree.css("p"))
        time = tree.css_first("time")
        article = Article(outlet=outlet, url=page.url, title=title.text(), body=body,
                          published=time.text() if time else None)  # fmt: skip
        return Parsed(kind="article", outcome="stored" if time else "no_date", article=article, links=links)
    if tree.css_first("login"):
        return Parsed(kind="other", outcome="login_wall")
    return Parsed(kind="list", outcome="listed" if links else "empty_list", links=links)


FAKE = SimpleNamespace(
    NAME="fake",
    OPTIONS={},
    canonical_url=canonical_url,
    classify=classify,
    start_links=start_links,
    parse=parse,
    matches=lambda page: False,
)


def register() -> None:
    cast(dict[str, Any], platforms.PLATFORMS)["fake"] = FAKE


if __name__ == "__main__":
    loopback.install()
    register()
    sys.exit(process.main())
