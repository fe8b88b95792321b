"""Owns fetching pages that a person pointed to: politely, public addresses only, captured, never a record."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from crawlers import platforms
from crawlers.network import host_of, is_listed
from crawlers.page import Page
from crawlers.platforms import page as page_platform
from crawlers.run import CrawlError, crawl
from crawlers.state import REDIRECT_MARK
from pipeline.city import City, Site
from pipeline.landing import iter_landed, read_capture
from pipeline.records import Article, Landed, Outcome
from pipeline.store import open_store

DELAY_SECONDS = 3.0
MAX_PAGES = 2000


@dataclasses.dataclass(frozen=True)
class Fetched:
    """What became of one address. `moved_to`: where it led; `article`: what its text says, if readable."""

    url: str
    outcome: Outcome
    detail: str | None
    fetched_at: dt.datetime
    sha256: str | None
    warc: str | None  # where the capture lies, as in Landed
    warc_offset: int | None
    moved_to: str | None
    article: Article | None


class AddressError(ValueError):
    """An address that is none of a public website's; the message says so in Chinese."""


def check_address(url: str) -> str:
    """The canonical address of a public web page.

    Raises:
        AddressError: no http or https, a user's name in it, a port that is none of the web's.
    """
    host = host_of(url.strip())
    if host is None or len(url) > 2048:
        raise AddressError(f"“{url[:80]}”不是网址，请写完整，如 http://www.fcgs.gov.cn/…")
    if not is_listed(url.strip(), [host.partition(":")[0]]):
        raise AddressError(f"“{url[:80]}”的端口或写法不是公开网站的，请核对")
    return page_platform.canonical_url(url.strip())


def fetch_pages(
    city: City,
    slug: str,
    urls: Sequence[str],
    *,
    home: Path,
    clock: Callable[[], dt.datetime],
    shows: Mapping[str, Sequence[str]] | None = None,
) -> list[Fetched]:
    """Fetch and land pages below `slug`, a folder of no site; one result for each address.

    Args:
        slug: of pipeline.city.RESERVED_SLUGS.
        shows: by address what the page should show, at least one of it; else it is an error page.

    Raises:
        AddressError: an address is none of a website's.
        CrawlError: the crawl broke down.
    """
    wanted = list(dict.fromkeys(check_address(url) for url in urls))
    if not wanted:
        return []
    if len(wanted) > MAX_PAGES:
        raise CrawlError(f"一次最多取 {MAX_PAGES} 个网页，这里有 {len(wanted)} 个")
    allowed = city.settings.get("allow_private") or []
    is_own = all(is_listed(url, allowed, any_port=True) for url in wanted)
    options = {"shows": {check_address(url): list(texts) for url, texts in (shows or {}).items()}}
    site = Site(
        slug=slug,
        outlet="网页存证",
        platform=page_platform.NAME,
        start=wanted,
        delay=0.0 if is_own else DELAY_SECONDS,  # what may be private is our own machine
        options=options if shows else {},
    )
    now = clock()
    store = open_store(home, city)
    report = crawl(
        city,
        home=home,
        first_day=now.date(),
        last_day=now.date(),
        clock=lambda: now,
        pages=[site],
        progress=False,
    )
    if report.sites[0].error:
        raise CrawlError(report.sites[0].error)
    landed: dict[str, Landed] = {}
    captured: dict[str, Landed] = {}  # the newest capture of each page: 304 brings none
    for _, _, record in iter_landed(store.folder, site=slug):
        if record.warc is not None:
            captured[record.url] = record
        if record.run == report.run:
            landed[record.url] = record
    return [_fetched(url, landed, captured, store.folder) for url in wanted if url in landed]


def _fetched(url: str, landed: Mapping[str, Landed], captured: Mapping[str, Landed], folder: Path) -> Fetched:
    first = last = landed[url]
    seen = {url}
    while last.outcome == "redirected":
        target = page_platform.canonical_url((last.detail or "").removeprefix(REDIRECT_MARK).strip())
        if target in seen or target not in landed:
            break
        seen.add(target)
        last = landed[target]
    moved = last.url if last is not first else None
    if moved is None and first.outcome == "redirected":
        moved = (first.detail or "").removeprefix(REDIRECT_MARK).strip() or None
    if last.outcome == "unchanged" and last.url in captured:
        last = captured[last.url]
    return Fetched(
        url=url,
        outcome=last.outcome,
        detail=last.detail,
        fetched_at=dt.datetime.fromisoformat(first.fetched_at),
        sha256=last.sha256,
        warc=last.warc,
        warc_offset=last.warc_offset,
        moved_to=moved,
        article=_article(last, folder) if last.outcome == "captured" else None,
    )


def _article(landed: Landed, folder: Path) -> Article | None:
    """What the captured page says as an article, read by the engine that made it."""
    if landed.warc is None or landed.warc_offset is None:
        return None
    headers, body = read_capture(folder, landed.warc, landed.warc_offset)
    at = dt.datetime.fromisoformat(landed.fetched_at)
    page = Page(landed.requested_url or landed.url, body, at, landed.status or 200, headers)
    parsed = platforms.detect(page).parse(page)
    return parsed.article
