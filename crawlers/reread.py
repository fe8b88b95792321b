"""Owns reading captures again once a site's profile or a parser was mended: what they say by it is landed.

Nothing is fetched. A line of a page read again carries the time of its capture, for that is when it was seen,
and stands in a run of its own, so that it is landed later than the line that it mends.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout

from crawlers.anonymise import Anonymiser
from crawlers.frontier import Frontier, Visit
from crawlers.page import Page
from crawlers.platforms import Platform, platform_of
from crawlers.report import SiteReport, fields_of
from crawlers.run import CrawlError
from crawlers.sharing import FirstHere
from crawlers.site_crawl import SiteCrawl
from crawlers.state import READ, CrawlState
from pipeline.city import City, Site
from pipeline.landing import CaptureError, LandingWriter, iter_landed, next_run, read_capture
from pipeline.privacy import load_salt
from pipeline.records import Article, Landed, Link, Outcome, Parsed, ThreadPage
from pipeline.store import Store, crawl_locks, ensure_folder, open_store

_LISTS = frozenset({"list", "feed"})
_SAME = frozenset({"unchanged", "duplicate"})  # a record that is landed already


class Reread(msgspec.Struct, kw_only=True):
    """What came of a site's captures: `read_count` is the sum of the rest."""

    site: str
    read_count: int = 0
    mended: dict[Outcome, dict[Outcome, int]] = {}  # how they had ended, and how they end: landed
    richer_count: int = 0  # read before, and say more or other things: landed
    same_count: int = 0
    kept_count: int = 0  # would say less than before: what was landed stands
    gone_count: int = 0  # the capture is not there any more
    new_records: int = 0


def reread(
    city: City, slug: str, *, home: Path, clock: Callable[[], dt.datetime], first_day: dt.date
) -> Reread:
    """Read the newest capture of each page of a site again, of those fetched since a day.

    Raises:
        CrawlError: no such site, or it is being crawled.
    """
    site = city.site_by_slug.get(slug)
    if site is None:
        raise CrawlError(f"没有这个站点：{slug}；可用的有：{'、'.join(city.site_by_slug)}")
    store = open_store(home, city)
    ensure_folder(store.state)
    with contextlib.ExitStack() as locks:
        for path in crawl_locks(store.state, slug):
            try:
                locks.enter_context(FileLock(path).acquire(timeout=0))
            except Timeout as error:
                raise CrawlError(f"站点 {slug} 正在被抓取，请等它结束后再重读") from error
        state = CrawlState(store.folder, slug)
        try:
            return _Rereading(city, site, store, state, clock(), first_day).run()
        finally:
            state.close()


class _Rereading:
    def __init__(
        self, city: City, site: Site, store: Store, state: CrawlState, now: dt.datetime, first_day: dt.date
    ) -> None:
        self.site, self.folder, self.state = site, store.folder, state
        self.platform: Platform = platform_of(site)
        self.found = Reread(site=site.slug)
        self.captures: dict[str, Landed] = {}  # by address the newest
        self.records: dict[str, Article | ThreadPage] = {}  # by address what is landed of it
        self.links: dict[str, Link] = {}  # what the lists say of a page
        report = SiteReport(site=site.slug)
        run = next_run(self.folder, [site.slug], now.replace(tzinfo=None))
        self.writer = LandingWriter(self.folder, site.slug, run)
        self.crawl = SiteCrawl(
            site=site,
            platform=self.platform,
            frontier=Frontier(
                site,
                self.platform,
                state,
                report,
                first_day=first_day,
                last_day=now.date(),
                now=now,
                limit=None,
            ),
            state=state,
            writer=self.writer,
            anonymiser=Anonymiser.of(site.outlet, city, load_salt(store.salt)),
            report=report,
            run=run,
            folder=self.folder,
            now=lambda: now,
            session_headers=[],
            records_in_run=FirstHere(),
            is_shared=False,
        )
        self._gather(first_day.isoformat())

    def _gather(self, since: str) -> None:
        for _, _, line in iter_landed(self.folder, site=self.site.slug):
            is_whole = (line.status or 200) < 300 and line.outcome != "server_error"  # that one was cut short
            if line.warc is not None and line.fetched_at >= since and is_whole:
                self.captures[line.url] = line
            record = line.article or line.thread
            if record is not None:
                self.records[line.url] = record

    def run(self) -> Reread:
        """Lists first: they know of an article what its own page may not say."""
        try:
            for line in sorted(self.captures.values(), key=lambda line: line.kind not in _LISTS):
                if line.outcome in ("not_html", "redirected", "too_large"):
                    continue
                self.found.read_count += 1
                self._read(line)
        finally:
            self.writer.close()
        self.state.fold()
        self.found.new_records = self.crawl.report.new_records
        return self.found

    def _read(self, line: Landed) -> None:
        try:
            parsed = self._parse(line)
        except CaptureError:
            self.found.gone_count += 1
            return
        for link in parsed.links:
            self.links[self.platform.canonical_url(link.url, self.site)] = link
        before = self.records.get(line.url)
        visit = Visit(
            line.url, line.requested_url or line.url, self._link(line, before), self.state.page(line.url)
        )
        outcome, detail, record = self.crawl.judge(visit, parsed)
        if _is_less(line, outcome, before, record):
            self.found.kept_count += 1
        elif _is_same(line.outcome, outcome, record):
            self.found.same_count += 1
        else:
            self._land(line, parsed, outcome, detail, record)

    def _parse(self, line: Landed) -> Parsed:
        headers, body = read_capture(self.folder, line.warc or "", line.warc_offset or 0)
        at = dt.datetime.fromisoformat(line.fetched_at)
        page = Page(line.requested_url or line.url, body, at, line.status or 200, headers, self.site)
        return self.platform.parse(page)

    def _link(self, line: Landed, before: Article | ThreadPage | None) -> Link:
        """The link that led to a page: of the lists read again, and of what was landed of the page."""
        link = self.links.get(line.url) or Link(url=line.url, kind=line.kind)
        if isinstance(before, ThreadPage) and before.board:
            return msgspec.structs.replace(link, context={"board": before.board} | link.context)
        if not isinstance(before, Article):
            return link
        known: Mapping[str, str | bool | None] = {
            name: getattr(before, name) for name in ("page", "page_name", "lead", "column")
        }
        context = {name: value for name, value in known.items() if value} | link.context
        return msgspec.structs.replace(link, context=context, published=link.published or before.published)

    def _land(
        self,
        line: Landed,
        parsed: Parsed,
        outcome: Outcome,
        detail: str | None,
        record: Article | ThreadPage | None,
    ) -> None:
        self.writer.add(
            msgspec.structs.replace(
                line,
                run=self.crawl.run,
                kind=parsed.kind,
                outcome=outcome,
                detail="；".join(filter(None, ("重读存证", detail)))[:300],
                article=record if isinstance(record, Article) else None,
                thread=record if isinstance(record, ThreadPage) else None,
            )
        )
        if line.outcome == outcome or (line.outcome in _SAME and outcome == "stored"):
            self.found.richer_count += 1
            return
        ends = self.found.mended.setdefault(line.outcome, {})
        ends[outcome] = ends.get(outcome, 0) + 1


def _is_same(before: Outcome, outcome: Outcome, record: Article | ThreadPage | None) -> bool:
    """Says the page what is landed already?"""
    if record is not None:
        return False
    return outcome == before or (outcome in _SAME and before in ("stored", "no_date", *_SAME))


def _is_less(
    line: Landed, outcome: Outcome, before: Article | ThreadPage | None, record: Article | ThreadPage | None
) -> bool:
    """Would the page say less than what is landed of it? A profile mended for a new layout reads the old one
    worse. An outcome that is no reading is landed only in the place of another that is none."""
    if line.outcome in READ - {"too_short"} and outcome not in READ - {"too_short"}:
        return True
    if before is None or record is None or outcome not in ("stored", "no_date"):
        return False
    now = fields_of(record)
    return any(was and not now.get(name) for name, was in fields_of(before).items())
