"""Owns the first look at an unknown site: which platform, and the lines for outlets.yaml."""

from __future__ import annotations

import datetime as dt
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import msgspec
import yaml
from bs4 import BeautifulSoup

from crawlers import platforms
from crawlers.check import ADVICE
from crawlers.page import Page
from crawlers.run import CrawlError, crawl
from pipeline.city import City, load_city
from pipeline.landing import iter_landed, read_capture
from pipeline.records import Landed

MAX_HOPS = 3
_UNREADABLE = frozenset({"not_found", "server_error", "login_wall", "captcha", "not_html"})
_FEEDS = ("application/rss+xml", "application/atom+xml")


class Suggestion(msgspec.Struct, kw_only=True):
    """A site as it could stand in outlets.yaml, and what a person should look at, in Chinese."""

    entry: dict[str, Any]
    notes: list[str]

    @property
    def yaml(self) -> str:
        return yaml.safe_dump([self.entry], allow_unicode=True, sort_keys=False)


def profile_site(url: str, city: City, *, clock: Callable[[], dt.datetime]) -> Suggestion:
    """Fetch one page of a site, with the manners of a crawl, and suggest its entry.

    Raises:
        CrawlError: the page could not be read; the message, in Chinese, says why.
    """
    if "://" not in url:
        url = f"http://{url}"
    hops: list[str] = []
    while True:
        landed, page = _fetch(url, city, clock)
        if landed.outcome != "redirected" or len(hops) >= MAX_HOPS:
            break
        hops.append(url)
        url = (landed.detail or "").removeprefix("→ ") or url
    if page is None or landed.outcome in _UNREADABLE:
        raise CrawlError(f"{url}：{ADVICE.get(landed.outcome, landed.outcome)}")
    return suggest(page, city, hops)


def suggest(page: Page, city: City, hops: list[str] | None = None) -> Suggestion:
    """The entry for the site of a page."""
    platform = platforms.detect(page)
    soup = BeautifulSoup(page.text, "lxml")
    title = " ".join((soup.title.get_text() if soup.title else "").split())
    feeds = [
        urljoin(page.url, str(link.get("href")))
        for link in soup.find_all("link", rel="alternate", href=True)
        if str(link.get("type", "")).lower() in _FEEDS
    ]
    parsed = platform.parse(page)
    entry: dict[str, Any] = {
        "slug": _slug(page.url, {site.slug for site in city.sites}),
        "outlet": _outlet(title) or urlsplit(page.url).hostname,
        "platform": platform.NAME,
        "start": [page.url],
    }
    notes = [f"识别为 {platform.NAME}；网页标题：{title or '（无）'}"]
    if hops:
        notes.append(f"{hops[0]} 跳转到 {page.url}，已采用后者")
    if platform.NAME == "general":
        notes.append("不是已知的平台，按通用方式抽取正文；请先用 gangqing sites check 核对再使用")
        if feeds:
            entry |= {"platform": "feed", "start": feeds[:3]}
            notes.append("网站提供订阅（RSS/Atom），建议从订阅抓取")
    elif feeds:
        notes.append(f"网站另有订阅：{feeds[0]}")
    declared = re.search(rb"charset\s*=\s*[\"']?([\w-]{3,20})", page.body[:4096], re.IGNORECASE)
    if declared:
        notes.append(f"网页声明的编码：{declared[1].decode('ascii', 'replace')}")
    notes.append(f"这一页上找到 {len(parsed.links)} 个可跟进的链接")
    if not parsed.links and parsed.kind not in ("list", "feed"):
        notes.append("start 应当是列表、版块或报纸首页，而不是单篇文章")
    notes.append("请核对 outlet（媒体名称）和 level（媒体级别），经 sites check 通过后填写 verified 日期")
    return Suggestion(entry=entry, notes=notes)


def _fetch(url: str, city: City, clock: Callable[[], dt.datetime]) -> tuple[Landed, Page | None]:
    """One page through the crawl process, in a city of its own that inherits from this one."""
    with tempfile.TemporaryDirectory(prefix="gangqing-profile-") as name:
        folder = Path(name) / "profile"
        folder.mkdir()
        (folder / "city.yaml").write_text(
            yaml.safe_dump({"extends": str(city.folder.resolve())}, allow_unicode=True), encoding="utf-8"
        )
        site = {"slug": "profile", "outlet": "profile", "platform": "general", "start": [url], "delay": 0}
        (folder / "outlets.yaml").write_text(yaml.safe_dump({"sites": [site]}), encoding="utf-8")
        now = clock()
        report = crawl(
            load_city(folder),
            home=Path(name),
            first_day=now.date(),
            last_day=now.date(),
            clock=lambda: now,
            limit=1,
            progress=False,
        ).sites[0]
        data = Path(name) / "var" / "profile"
        landed = next((record for _, _, record in iter_landed(data)), None)
        if landed is None:
            raise CrawlError(report.error or f"{url}：不是可以抓取的地址，应以 http:// 或 https:// 开头")
        if landed.outcome == "redirected" or landed.warc is None or landed.warc_offset is None:
            return landed, None
        headers, body = read_capture(data, landed.warc, landed.warc_offset)
        return landed, Page(url, body, now, landed.status or 200, headers)


def _slug(url: str, taken: set[str]) -> str:
    host = (urlsplit(url).hostname or "site").removeprefix("www.")
    for ending in (".gov.cn", ".com.cn", ".net.cn", ".org.cn", ".com", ".cn", ".net", ".org"):
        host = host.removesuffix(ending)
    base = re.sub(r"[^a-z0-9]+", "-", host.lower()).strip("-") or "site"
    return next(
        slug for n in range(1, len(taken) + 2) if (slug := base if n == 1 else f"{base}-{n}") not in taken
    )


def _outlet(title: str) -> str:
    """The name of the site in a page title: its last or, on a front page, its only part."""
    parts = [part.strip() for part in re.split(r"[-_|—–·]|Powered by", title) if part.strip()]
    named = [part for part in parts if re.search(r"网|报|论坛|政府|局|委|中心|社区|电视台|广播", part)]
    return (named or parts or [""])[-1][:40]
