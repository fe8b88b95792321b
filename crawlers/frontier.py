"""Owns the choice of links to fetch: a site's own hosts, each page once, only what may be new."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter

from crawlers.network import host_of, is_listed
from crawlers.platforms import Platform
from crawlers.report import SiteReport
from crawlers.state import READ, TRANSIENT, CrawlState, Known
from pipeline.city import Site
from pipeline.records import Link, PageKind

MAX_URL_LENGTH = 2048
MAX_PAGES = 100_000  # per site and run, unless the site's option max_pages says otherwise


@dataclasses.dataclass(frozen=True)
class Visit:
    """One page to fetch. `url` is its identity, `address` what is asked for."""

    url: str
    address: str
    link: Link
    known: Known | None = None
    chain: tuple[str, ...] = ()  # addresses that redirected here, oldest first
    cookie_set: bool = False  # a page of the chain set a cookie: coming back is no loop
    conditional: bool = True

    @property
    def kind(self) -> PageKind:
        return self.link.kind


class Frontier:
    """Decides for one site and one run. Options of the site that it reads: `revisit_days` (an article younger
    than that is asked for again, default 0), `max_pages` (per run)."""

    def __init__(
        self,
        site: Site,
        platform: Platform,
        state: CrawlState,
        report: SiteReport,
        *,
        first_day: dt.date,
        last_day: dt.date,
        now: dt.datetime,
        limit: int | None,
        per_kind: int | None = None,
    ) -> None:
        self._site = site
        self._platform = platform
        self._state = state
        self._report = report
        self.first_day, self._last_day = first_day, last_day
        revisit = float(site.options.get("revisit_days", 0))
        self._fresh = now - dt.timedelta(days=revisit) if revisit > 0 else None
        most = int(site.options.get("max_pages", MAX_PAGES))
        self._limit = most if limit is None else min(limit, most)
        self._per_kind = per_kind
        self._kinds: Counter[PageKind] = Counter()
        self._seen: set[str] = set()
        self._parts: set[str] = set()  # of those seen: only asked for as further pages of a piece
        hosts = {host_of(link.url) for link in self.start_links()} - {None}
        self.hosts = frozenset([host for host in hosts if host] + [host.lower() for host in site.hosts])

    def start_links(self) -> list[Link]:
        return self._platform.start_links(self._site, self.first_day, self._last_day)

    def visit(
        self, link: Link, *, source: PageKind | None = None, after: Visit | None = None
    ) -> Visit | None:
        """The visit that a link is worth, if any. `source` is the kind of the page that it stands on, None
        for a start; `after` the visit that redirected here."""
        if len(link.url) > MAX_URL_LENGTH or not is_listed(link.url, self.hosts):
            self._report.off_site += 1
            return None
        url = self._platform.canonical_url(link.url, self._site)
        if url in self._seen:
            return None
        known = self._known(url)
        address = link.url.partition("#")[0]
        if known is not None and after is None and link.kind not in ("list", "feed"):
            target = self._renew(link, known, source)
            if target is None:
                self._seen.add(url)
                self._report.known += 1
                return None
            if target.url != url:  # a thread's last known page in the place of its first, a redirect's target
                self._seen.add(url)
                url, address, known = target.url, target.address, target
                if url in self._seen:
                    return None
        elif known is None and self._is_out_of_range(link):
            return None
        if after is None and self._is_enough(link.kind):
            self._report.over_limit += 1
            return None
        self._seen.add(url)
        chain = (*after.chain, after.address) if after else ()
        return Visit(url, address, link, known, chain, after.cookie_set if after else False)

    def part(self, address: str) -> Visit | None:
        """The visit of a further page of a piece (crawlers.piece); None: it leads off the site, or the crawl
        has asked for as many pages as it may."""
        if len(address) > MAX_URL_LENGTH or not is_listed(address, self.hosts):
            self._report.off_site += 1
            return None
        if self._report.requested >= self._limit:
            self._report.over_limit += 1
            return None
        url = self._platform.canonical_url(address, self._site)
        if url not in self._seen:
            self._seen.add(url)
            self._parts.add(url)
        return Visit(url, address.partition("#")[0], Link(url=address, kind="article"), conditional=False)

    def release(self, part: Visit) -> None:
        """What was asked for as a further page is a list or another piece: a link may still lead there."""
        if part.url in self._parts:
            self._parts.remove(part.url)
            self._seen.discard(part.url)

    def _known(self, url: str) -> Known | None:
        """What is known of an address, or of the address that it led to the last time.

        A redirect whose target was never read (the crawl was killed between the two) is not known: it is
        followed again.
        """
        known = self._state.page(url)
        for _ in range(5):
            if known is None or known.outcome != "redirected" or known.target is None:
                return known
            if not is_listed(known.target, self.hosts):
                return known
            known = self._state.page(self._platform.canonical_url(known.target, self._site))
        return None

    def failed_before(self) -> list[Link]:
        """What could not be read the last time and no list has led to in this run. A cut piece keeps what
        only the list may have told: its date, its column, its page."""
        return [
            Link(url=k.address, kind=k.kind, published=k.published, context=k.context)
            for k in self._state.failed()
            if k.url not in self._seen
        ]

    def _is_enough(self, kind: PageKind) -> bool:
        if self._report.requested >= self._limit:
            return True
        self._kinds[kind] += 1
        return self._per_kind is not None and self._kinds[kind] > self._per_kind

    def _is_out_of_range(self, link: Link) -> bool:
        """Articles that the list dates outside the days wanted. Threads never: old ones get replies."""
        if link.kind != "article" or link.published is None:
            return False
        try:
            day = dt.date.fromisoformat(link.published[:10])
        except ValueError:
            return False
        return not self.first_day <= day <= self._last_day

    def _renew(self, link: Link, known: Known, source: PageKind | None) -> Known | None:
        """Which page a link to a known page asks for: that page, its thread's last one, or none."""
        if known.outcome in TRANSIENT or known.is_cut:
            return known
        if link.kind == "thread" and known.tid is not None:
            if source == "thread":
                return None  # a pager: pages that were read change only at the end
            if link.signature is not None and self._state.thread_signature(known.tid) == link.signature:
                return None
            return self._state.last_page(known.tid) or known
        if link.signature is not None and link.signature != known.signature:
            return known
        if link.kind == "article" and known.outcome in READ and self._is_fresh(known):
            return known
        return None

    def _is_fresh(self, known: Known) -> bool:
        if self._fresh is None:
            return False
        try:
            return dt.datetime.fromisoformat(known.published or known.fetched_at) > self._fresh
        except ValueError:
            return False
