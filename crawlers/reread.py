"""Owns reading captures again once a site's profile or a parser was mended: what they say by it is landed.

Nothing is fetched. A line of a page read again carries the time of its capture, for that is when it was seen,
and stands in a run of its own, so that it is landed later than the line that it mends.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout

from crawlers.anonymise import Anonymiser
from crawlers.frontier import Frontier, Visit
from crawlers.page import Page
from crawlers.piece import Piece
from crawlers.piece_marks import is_cut, is_part, is_told_cut
from crawlers.platforms import Platform, platform_of
from crawlers.report import SiteReport, fields_of
from crawlers.run import CrawlError
from crawlers.sharing import FirstHere
from crawlers.site_crawl import SiteCrawl, short_detail
from crawlers.state import OF_LIST, READ, CrawlState
from pipeline.city import City, Site
from pipeline.landing import CaptureError, LandingWriter, iter_landed, next_run, read_capture
from pipeline.privacy import load_salt
from pipeline.records import Article, Landed, Link, Outcome, Parsed, ThreadPage
from pipeline.store import Store, crawl_locks, ensure_folder, open_store

_LISTS = frozenset({"list", "feed"})
_SAME = frozenset({"unchanged", "duplicate"})  # a record that is landed already
_LEAST_SHARE = 0.8  # of the text that was landed; a mended profile may leave out a line of date or of editors


class Reread(msgspec.Struct, kw_only=True):
    """What came of a site's captures: `read_count` is the sum of the rest."""

    site: str
    read_count: int = 0
    mended: dict[Outcome, dict[Outcome, int]] = {}  # how they had ended, and how they end: landed
    richer_count: int = 0  # read before, and say more or other things: landed
    same_count: int = 0
    kept_count: int = 0  # would say less than before: what was landed stands
    cut_count: int = (
        0  # go on over pages that were never fetched: landed, the next crawl asks for all of them
    )
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
        since = first_day.isoformat()
        self.captures = newest_captures(self.folder, site.slug, since)
        self.records = newest_records(self.folder, site.slug, self.captures.keys())
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

    def run(self) -> Reread:
        """Lists first: they know of an article what its own page may not say."""
        try:
            for line in sorted(self.captures.values(), key=lambda line: line.kind not in _LISTS):
                if line.outcome in ("not_html", "redirected", "too_large") or is_part(line.detail):
                    continue
                self.found.read_count += 1
                self._read(line)
        finally:
            self.writer.close()
        self.state.fold()
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
        lacking = None
        if parsed.further and parsed.article is not None:
            parsed, lacking = self._whole(line, parsed)
        outcome, detail, record = self.crawl.judge(visit, parsed)
        detail = "；".join(filter(None, (lacking, detail))) or None
        if _is_less(line, outcome, before, record):
            self.found.kept_count += 1
        elif not _is_same(line.outcome, outcome, record):
            self._land(line, parsed, outcome, detail, record)
            self._count(line.outcome, outcome, is_new=record is not None)
        elif is_cut(lacking) and not is_told_cut(line.detail):  # landed before pieces were followed
            self._land(line, parsed, outcome, detail, None)
            self.found.cut_count += 1
        else:
            self.found.same_count += 1

    def _whole(self, line: Landed, first: Parsed) -> tuple[Parsed, str | None]:
        """A piece of several pages, of the newest captures of all of them."""
        piece = Piece(line.url, first, lambda url: self.platform.canonical_url(url, self.site))
        while (address := piece.next_page()) is not None:
            part = self.captures.get(self.platform.canonical_url(address, self.site))
            try:
                parsed = self._parse(part) if part is not None else None
            except CaptureError:
                parsed = None
            if parsed is None:
                piece.lack("没有存证", again=True)
            else:
                piece.take(parsed)
        return piece.whole()

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
        known: Mapping[str, str | bool | None] = {name: getattr(before, name) for name in OF_LIST}
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
                detail=short_detail("；".join(filter(None, ("重读存证", detail)))),
                article=record if isinstance(record, Article) else None,
                thread=record if isinstance(record, ThreadPage) else None,
            )
        )

    def _count(self, before: Outcome, outcome: Outcome, *, is_new: bool) -> None:
        self.found.new_records += is_new
        if before == outcome or (before in _SAME and outcome == "stored"):
            self.found.richer_count += 1
            return
        ends = self.found.mended.setdefault(before, {})
        ends[outcome] = ends.get(outcome, 0) + 1


def newest_captures(folder: Path, site: str, since: str) -> dict[str, Landed]:
    """By address the newest capture of a page fetched since a day (ISO), without its record. A page that was
    also asked for as a further page of a piece is what it is on its own."""
    found: dict[str, Landed] = {}
    for _, _, line in iter_landed(folder, site=site):
        is_whole = (line.status or 200) < 300 and line.outcome != "server_error"  # that one was cut short
        if line.warc is None or line.fetched_at < since or not is_whole:
            continue
        known = found.get(line.url)
        if known is None or is_part(known.detail) or not is_part(line.detail):
            found[line.url] = msgspec.structs.replace(line, article=None, thread=None)
    return found


def newest_records(folder: Path, site: str, urls: Collection[str]) -> dict[str, Article | ThreadPage]:
    """By address what was last landed of it; of these addresses only, for a site's history is long."""
    found: dict[str, Article | ThreadPage] = {}
    for _, _, line in iter_landed(folder, site=site):
        record = line.article or line.thread
        if record is not None and line.url in urls:
            found[line.url] = record
    return found


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
    if _post_count(record) < _post_count(before) or _text_size(record) < _LEAST_SHARE * _text_size(before):
        return True
    now = fields_of(record)
    return any(was and not now.get(name) for name, was in fields_of(before).items())


def _post_count(record: Article | ThreadPage) -> int:
    return len(record.posts) if isinstance(record, ThreadPage) else 0


def _text_size(record: Article | ThreadPage) -> int:
    """Characters of the body, or of all posts."""
    if isinstance(record, Article):
        return len(record.body)
    return sum(len(post.text or "") for post in record.posts)
