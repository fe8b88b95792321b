"""Owns the process of a crawl: all sites in one Scrapy event loop, a job on stdin, JSON lines on stdout.

Run as `python -m crawlers.process`. A process of its own because an event loop of Scrapy starts once. It ends
cleanly on SIGTERM and Ctrl-C, and when nobody reads its stdout any more.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import gc
import logging
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from scrapy.crawler import AsyncCrawlerRunner, Crawler

from crawlers import platforms
from crawlers.anonymise import Anonymiser
from crawlers.frontier import Frontier
from crawlers.job import Job, Message, Progress
from crawlers.network import host_of
from crawlers.politeness import Backoff
from crawlers.report import CrawlReport, SiteReport
from crawlers.settings import crawl_settings, site_settings
from crawlers.sharing import NOTHING_LEFT, QueueLost, Sharing
from crawlers.site_crawl import SiteCrawl
from crawlers.spider import SiteSpider
from crawlers.state import CrawlState
from pipeline.city import City, CityError, Site, load_city
from pipeline.faults import os_fault
from pipeline.landing import LandingWriter, next_run
from pipeline.log import lines_to
from pipeline.privacy import SaltError, load_salt
from pipeline.repair import repair_site
from pipeline.store import Store, ensure_folder, open_store

STOP_SECONDS = 5.0  # for pages under way, once the crawl is told to stop
PROGRESS_SECONDS = 0.25
_log = logging.getLogger(__name__)


class CrawlProcess:
    """Crawls the sites of one job."""

    def __init__(self, job: Job, send: Callable[[Message], None]) -> None:
        self.job = job
        self._send = send
        self.city: City = load_city(job.city)
        self.city.sites += job.pages
        self.store: Store = open_store(Path(job.home), self.city)
        self._salt = load_salt(self.store.salt)
        self._start = dt.datetime.fromisoformat(job.start)
        self._began = time.monotonic()
        self._stop = asyncio.Event()
        # Pages that a person pointed to, and a look at a site, are few: they are fetched here.
        days = f"{job.first_day}..{job.last_day}"
        self._sharing = Sharing(self.city, days, is_wanted=not job.pages and job.per_kind is None)
        self._runner = AsyncCrawlerRunner(crawl_settings(self.city) | self._sharing.settings())
        self.report = CrawlReport()
        self._writers: list[LandingWriter] = []
        self._crawlers: list[Crawler] = []

    def now(self) -> dt.datetime:
        return self._start + dt.timedelta(seconds=time.monotonic() - self._began)

    def stop(self) -> None:
        self._stop.set()

    async def run(self) -> CrawlReport:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.stop)
        with contextlib.ExitStack() as locks:
            sites = [site for slug in self.job.sites if (site := self._locked(slug, locks)) is not None]
            if sites:
                slugs = [site.slug for site in sites]
                self.report.run = next_run(self.store.folder, slugs, self._start, self._sharing.run_number())
                tasks = [asyncio.create_task(self._group(group)) for group in _by_host(sites)]
                ticker = asyncio.create_task(self._tick())
                stopper = asyncio.create_task(self._stop_all())
                await asyncio.gather(*tasks)
                ticker.cancel()
                stopper.cancel()
        self.report.interrupted = self._stop.is_set()
        self.report.seconds = round(time.monotonic() - self._began, 3)
        return self.report

    def _locked(self, slug: str, locks: contextlib.ExitStack) -> Site | None:
        """The site, if this process may crawl it. The lock is the kernel's: a kill releases it."""
        report = SiteReport(site=slug)
        self.report.sites.append(report)
        ensure_folder(self.store.state)
        if not self._sharing.take(slug, self.store.state, locks):
            report.error = f"站点 {slug} 正在被另一个抓取任务抓取，本次跳过；请等它结束后再试"
            return None
        return self.city.site_by_slug[slug]

    async def _group(self, sites: list[Site]) -> None:
        """Sites that share a host, one after the other: the host sees one visitor."""
        for site in sites:
            report = self.report.by_site[site.slug]
            if self._stop.is_set():
                report.error = "已中断，未抓取"
                continue
            began = time.monotonic()
            try:
                self._sharing.check()
                await self._crawl(site, report)
            except QueueLost as error:
                report.error = str(error)
            except Exception as error:
                _log.exception("site %s failed", site.slug)
                loss = self._sharing.loss(error)
                report.error = str(loss) if loss is not None else f"抓取失败：{_reason(error)}"
            if self._sharing.is_shared and not report.requested and report.error is None:
                report.notes.append(NOTHING_LEFT)
            # With a shared queue, what was asked for here may have been fetched elsewhere.
            report.unfinished = 0 if self._sharing.is_shared else report.requested - report.fetched
            report.seconds = round(time.monotonic() - began, 3)

    async def _crawl(self, site: Site, report: SiteReport) -> None:
        folder = self.store.folder
        if not self._sharing.is_shared:  # else another may be writing; a torn last line is never read anyway
            report.torn = [str(torn.kept_in) for torn in repair_site(folder, site.slug)]
        platform = platforms.platform_of(site)
        bad: list[Any] = []
        worker = self._sharing.worker(site.slug)
        state = CrawlState(folder, site.slug, quarantine=bad.append, worker=worker)
        assert self.report.run is not None
        writer = LandingWriter(folder, site.slug, self.report.run)
        self._writers.append(writer)
        try:
            frontier = Frontier(
                site,
                platform,
                state,
                report,
                first_day=dt.date.fromisoformat(self.job.first_day),
                last_day=dt.date.fromisoformat(self.job.last_day),
                now=self._start,
                limit=self.job.limit,
                per_kind=self.job.per_kind,
            )
            crawl = SiteCrawl(
                site=site,
                platform=platform,
                frontier=frontier,
                state=state,
                writer=writer,
                anonymiser=Anonymiser.of(site.outlet, self.city, self._salt),
                report=report,
                run=self.report.run,
                folder=folder,
                now=self.now,
                session_headers=list(self._runner.settings.getdict("SESSION_HEADERS").items()),
                records_in_run=self._sharing.first_told(site.slug),
                is_shared=self._sharing.is_shared,
            )
            crawler = Crawler(SiteSpider, self._runner.settings.copy())
            settings = site_settings(site) | self._sharing.site_settings(site)
            crawler.settings.setdict(settings, priority="cmdline")
            self._crawlers.append(crawler)
            await self._runner.crawl(crawler, name=site.slug, crawl=crawl)
            fault = getattr(crawler.spider, "fault", None)
            if fault is not None:
                is_lost = isinstance(fault, QueueLost)
                report.error = str(fault) if is_lost else f"写入失败，已停止抓取本站：{_reason(fault)}"
        finally:
            self._writers.remove(writer)
            try:
                writer.close()
                state.fold()
            finally:
                state.close()
            report.quarantined = len(bad)

    async def _tick(self) -> None:
        """Land what has waited long enough, and say how far the crawl is."""
        while True:
            await asyncio.sleep(PROGRESS_SECONDS)
            for writer in self._writers:
                with contextlib.suppress(OSError):
                    # The spider's next page meets the same fault and reports it.
                    writer.tick()
            self._tell()

    def _tell(self) -> None:
        done = {site.site: (site.fetched, site.requested) for site in self.report.sites}
        try:
            self._send(Message(progress=Progress(done)))
        except (BrokenPipeError, ValueError):  # whoever started the crawl is gone
            self.stop()

    async def _stop_all(self) -> None:
        """Once told to stop: ask for nothing more, wait a few seconds for what is under way, let go."""
        await self._stop.wait()
        for crawler in self._crawlers:
            backoff = _backoff(crawler)
            if backoff is not None:
                backoff.stopping.set()
        stopping = asyncio.create_task(self._runner.stop())
        done, _ = await asyncio.wait([stopping], timeout=STOP_SECONDS)
        if not done:
            for crawler in self._crawlers:
                await _let_go(crawler)


def _reason(error: BaseException) -> str:
    return os_fault(error) if isinstance(error, OSError) else f"{type(error).__name__}: {error}"


def _backoff(crawler: Crawler) -> Backoff | None:
    try:
        return crawler.get_downloader_middleware(Backoff)
    except RuntimeError:  # its engine has not been made yet
        return None


async def _let_go(crawler: Crawler) -> None:
    """Close the connections of a crawler, so that the pages still under way end without an outcome."""
    engine = crawler._engine
    if isinstance(crawler.spider, SiteSpider):
        crawler.spider.letting_go = True
    if engine is not None:
        for handler in list(engine.downloader.handlers._handlers.values()):
            await handler.close()


def _by_host(sites: list[Site]) -> list[list[Site]]:
    """Groups of sites that share a host, in the order given."""
    groups: list[tuple[set[str], list[Site]]] = []
    for site in sites:
        hosts = {(host_of(start.split("{")[0]) or start) for start in site.start} | set(site.hosts)
        joined = [group for group in groups if group[0] & hosts]
        merged = (hosts.union(*(g[0] for g in joined)), [s for g in joined for s in g[1]] + [site])
        groups = [group for group in groups if group not in joined] + [merged]
    return [group[1] for group in groups]


def main() -> int:
    out = sys.stdout.buffer
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    logging.getLogger("bs4").setLevel(logging.ERROR)  # says of every page that its charset is wrong
    logging.getLogger("scrapy.core.downloader").setLevel(logging.ERROR)  # "experimental" once a site

    def send(message: Message) -> None:
        out.write(msgspec.json.encode(message) + b"\n")
        out.flush()

    # Pages make few cycles but keep many objects: look for cycles a tenth as often, never among the modules.
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)
    job = msgspec.json.decode(sys.stdin.buffer.readline(), type=Job)
    try:
        report = asyncio.run(_run(job, send))
    except (CityError, SaltError) as error:
        send(Message(error=str(error), is_told=True))
        return 1
    except OSError as error:
        send(Message(error=os_fault(error), is_told=True))
        return 1
    except Exception as error:
        logging.getLogger(__name__).exception("crawl failed")
        send(Message(error=f"{type(error).__name__}: {error}"))
        return 1
    with contextlib.suppress(BrokenPipeError):
        send(Message(report=report))
    return 0


async def _run(job: Job, send: Callable[[Message], None]) -> CrawlReport:
    process = CrawlProcess(job, send)
    log = lines_to(process.store.logs, "crawl")
    logging.getLogger().addHandler(log)
    try:
        return await process.run()
    finally:
        logging.getLogger().removeHandler(log)
        log.close()


if __name__ == "__main__":
    sys.exit(main())
