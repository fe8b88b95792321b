"""Owns fetching the further pages of a piece: each has its outcome, the piece is landed last, once.

They are asked for past the queue, in the callback of the first page, with the same patience, robots.txt
and checks of addresses. A crawl that is stopped or killed meanwhile has not landed the piece: the next one
asks for all of it again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from scrapy import Request
from scrapy.http import Response

from crawlers.frontier import Visit
from crawlers.outcome import CUT_SHORT, is_text, last_line, outcome_cut_short, outcome_of, outcome_of_status
from crawlers.page import Page
from crawlers.piece import Piece
from crawlers.piece_marks import is_cut
from crawlers.platforms.proof import is_proof_address
from crawlers.politeness import Backoff
from crawlers.sharing import QueueLost
from crawlers.site_crawl import pairs_of
from crawlers.state import TRANSIENT
from crawlers.whole_body import is_cut_short
from pipeline.records import Outcome, Parsed

if TYPE_CHECKING:
    from crawlers.spider import SiteSpider

_log = logging.getLogger(__name__)


async def read_piece(
    spider: SiteSpider, visit: Visit, response: Response, parsed: Parsed, now: dt.datetime
) -> list[Request]:
    """Fetch what follows a first page, then land the piece; nothing else is to be followed."""
    crawl = spider.crawl
    piece = Piece(visit.url, parsed, lambda url: crawl.platform.canonical_url(url, crawl.site))
    try:
        while (address := piece.next_page()) is not None:
            if spider.is_turned_away or (part := crawl.frontier.part(address)) is None:
                piece.lack("这次没有取", again=True)
            elif not await _read_part(spider, piece, part):
                return []
        whole, lacking = piece.whole()
        if is_cut(lacking) and _is_less(spider, visit, whole):
            return spider._land(visit, now, "unchanged", response, detail=lacking, kind=parsed.kind)
        outcome, detail, record = crawl.judge(visit, whole)
        detail = "；".join(filter(None, (lacking, detail))) or None
    except QueueLost as error:
        return spider.give_up(error)
    except Exception as error:
        _log.exception("page failed: %s", visit.address)
        return spider._land(visit, now, "parse_failed", response, detail=last_line(error))
    return spider._land(visit, now, outcome, response, detail=detail, kind=parsed.kind, record=record)


def _is_less(spider: SiteSpider, visit: Visit, parsed: Parsed) -> bool:
    """Says a piece that lacks a page less than what is landed of it? That stands until the page comes."""
    known = visit.known
    if known is None or known.size is None or known.record_hash is None or parsed.article is None:
        return False
    return len(spider.crawl.anonymiser.article(parsed.article).body) < known.size


async def _read_part(spider: SiteSpider, piece: Piece, part: Visit) -> bool:
    """Fetch and land a further page. False: the crawl is being stopped, nothing more is to be landed."""
    crawl, engine = spider.crawl, spider.crawler.engine
    assert engine is not None
    if _is_stopping(spider):
        return False
    crawl.report.requested += 1
    try:
        answer = await engine.download_async(spider.request_for(part))
    except QueueLost:
        raise
    except Exception as error:
        outcome, why = outcome_of(error)
        if outcome is None or spider.letting_go or spider.fault is not None:
            return False
        detail = piece.lack(why or outcome, again=outcome in TRANSIENT)
        spider._land(part, crawl.now(), outcome, detail=detail)
        return spider.fault is None
    crawl.report.bytes_fetched += len(answer.body)
    try:
        outcome, detail = _judged(spider, piece, answer)
    except QueueLost:
        raise
    except Exception as error:  # an address that no library reads, a page that no parser does
        _log.exception("page failed: %s", part.address)
        outcome, detail = "parse_failed", piece.lack(last_line(error), again=True)
    if piece.is_other:
        crawl.frontier.release(part)
    digest = hashlib.sha256(answer.body).hexdigest()
    spider._land(part, crawl.now(), outcome, answer, digest=digest, detail=detail)
    return spider.fault is None


def _judged(spider: SiteSpider, piece: Piece, answer: Response) -> tuple[Outcome, str]:
    """Outcome and detail of a further page that was answered; what it says is added to the piece."""
    crawl = spider.crawl
    location = answer.headers.get("Location")
    if 300 <= answer.status < 400:
        target = urljoin(answer.url, (location or b"").decode("latin-1"))
        if is_proof_address(target):
            return "captcha", piece.lack("要求验证", again=True)
        return "redirected", piece.lack("转到别的网址", again=False)
    if is_cut_short(answer):
        return outcome_cut_short(answer), piece.lack(CUT_SHORT, again=True)
    if answer.status < 400 and not is_text(answer):
        return "not_html", piece.lack("不是网页", again=False)
    headers = {name.lower(): value for name, value in pairs_of(answer.headers)}
    page = Page(answer.url, answer.body, crawl.now(), answer.status, headers, crawl.site)
    parsed = crawl.platform.parse(page)
    if answer.status >= 400:
        outcome = outcome_of_status(answer.status, parsed.outcome)
        return outcome, piece.lack(f"HTTP {answer.status}", again=outcome in TRANSIENT)
    return piece.take(parsed)


def _is_stopping(spider: SiteSpider) -> bool:
    if spider.fault is not None or spider.letting_go:
        return True
    try:
        return spider.crawler.get_downloader_middleware(Backoff).stopping.is_set()  # type: ignore[union-attr]
    except RuntimeError:
        return False
