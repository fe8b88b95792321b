"""Owns the check of a site: one page of each kind fetched, each field found or not, and what to do about it.

`check_site` looks at the live site on demand; `check_report` judges what a crawl has just parsed.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec

from crawlers import platforms
from crawlers.page import Page
from crawlers.report import SiteReport, fields_of
from crawlers.run import crawl
from pipeline.city import City, Site
from pipeline.landing import CaptureError, iter_landed, read_capture
from pipeline.records import Landed, Link, Outcome, PageKind
from pipeline.store import open_store

PAGES_PER_KIND = 2
MIN_BODY = 30  # characters
FIRST_DAY = "1995-01-01"  # no news site of a Chinese city is older
# Without these a record cannot be used; the others may be missing on a good page.
NEEDED = {"article": ("title", "body", "published"), "thread": ("title", "posts", "time", "text")}
NAMES = {
    "title": "标题",
    "body": "正文",
    "published": "发布时间",
    "source": "来源",
    "byline": "署名",
    "posts": "楼层",
    "author": "发帖人",
    "time": "发帖时间",
    "text": "帖子内容",
    "board": "版块",
}
ADVICE: dict[Outcome, str] = {
    "empty_list": "列表页没有条目：网站可能改版，请核对 start 地址，或在 options 里写明列表的选择器",
    "login_wall": "网站要求登录或权限：请换公开的栏目，或联系网站开放",
    "captcha": "网站要求验证（验证码或防火墙）：请加大 delay，或联系网站放行，放行后自动补读",
    "not_found": "网页不存在：请在浏览器里核对地址",
    "error_page": "网站返回错误页：请稍后再试，或核对地址",
    "blocked_by_robots": "robots.txt 不允许抓取：请联系网站管理员放行，本软件不会绕过",
    "blocked_address": "域名指向内网地址：确属本单位内网时，把主机名写进 city.yaml 的 allow_private",
    "too_large": "网页过大：确属正常时在 options 里加大 max_bytes",
    "timeout": "网站没有在时限内答完：请稍后再试，或在 options 里加大 timeout",
    "server_error": "网站出错或连不上：请在浏览器里核对，稍后再试",
    "redirect_loop": "网站反复跳转：请在浏览器里核对地址",
    "not_html": "不是网页：请核对 start 地址",
    "parse_failed": "解析失败：网站可能改版，或 platform 写错，可用 gangqing sites add 重新识别",
    "too_short": "没有读到正文：网站可能改版，请在 options 里写明正文的选择器",
    "no_date": "没有读到发布时间：请在 options 里写明时间的选择器",
}


class PageCheck(msgspec.Struct, kw_only=True):
    """One page that was looked at. `fields`: per field whether it was found (None: it need not be there)."""

    url: str
    kind: PageKind
    outcome: Outcome
    fields: dict[str, bool] = {}
    links: dict[PageKind, int] = {}
    detail: str | None = None


class SiteCheck(msgspec.Struct, kw_only=True):
    """What was found on a site; `problems` says in Chinese what to do, and is empty where all is well."""

    site: str
    checked_at: str
    pages: list[PageCheck] = []
    problems: list[str] = []

    @property
    def is_ok(self) -> bool:
        return not self.problems


def check_site(site: Site, city: City, *, clock: Callable[[], dt.datetime], days: int = 7) -> SiteCheck:
    """Fetch a few pages of each kind, with the manners of a crawl, and say what was found. Nothing is landed.

    Raises:
        crawlers.run.CrawlError: the crawl process broke down.
    """
    now = clock()
    check = SiteCheck(site=site.slug, checked_at=now.isoformat(timespec="seconds"))
    with tempfile.TemporaryDirectory(prefix="gangqing-check-") as folder:
        home = Path(folder)
        report = crawl(
            city,
            [site.slug],
            home=home,
            first_day=now.date() - dt.timedelta(days=days),
            last_day=now.date(),
            clock=lambda: now,
            per_kind=PAGES_PER_KIND,
            progress=False,
        ).sites[0]
        if report.error:
            check.problems.append(report.error)
        data = open_store(home, city).folder
        for _, _, landed in iter_landed(data):
            page = _page_check(landed, site, data, now)
            check.pages.append(page)
            check.problems += [p for p in _problems(page, landed, now) if p not in check.problems]
    kinds = {page.kind for page in check.pages if page.outcome in ("stored", "no_date", "duplicate")}
    if not kinds and not check.problems:
        linked = sum(page.links.get("article", 0) + page.links.get("thread", 0) for page in check.pages)
        check.problems.append(
            f"列表里有 {linked} 个链接，但近 {days} 天没有新内容：请加大 --days 再查"
            if linked
            else "没有读到任何文章或帖子：请核对 start 地址是否为列表页，platform 是否正确"
        )
    return check


def check_report(report: SiteReport) -> list[str]:
    """What the pages just crawled say of the site's health, in Chinese; empty where all is well."""
    problems = [*([report.error] if report.error else []), *report.notes]
    for kind, count in report.fields.items():
        for name in NEEDED.get(kind, ()):
            found = count.found.get(name, 0)
            if found * 2 < count.records:
                problems.append(
                    f"本次 {count.records} 个{'帖子' if kind == 'thread' else '稿件'}页中只有 {found} 个读到"
                    f"{NAMES[name]}：网站可能改版，请运行 gangqing sites check {report.site}"
                )
    bad = {outcome: n for outcome, n in report.outcomes.items() if outcome in ADVICE}
    for outcome, number in sorted(bad.items(), key=lambda item: -item[1]):
        if number * 2 > report.fetched or outcome in ("empty_list", "captcha"):
            problems.append(f"{report.fetched} 页中 {number} 页：{ADVICE[outcome]}")
    return problems


def _page_check(landed: Landed, site: Site, data: Path, now: dt.datetime) -> PageCheck:
    page = PageCheck(url=landed.url, kind=landed.kind, outcome=landed.outcome, detail=landed.detail)
    record = landed.article or landed.thread
    if record is not None:
        page.fields = fields_of(record)
    for link in _links(landed, site, data, now):
        page.links[link.kind] = page.links.get(link.kind, 0) + 1
    return page


def _links(landed: Landed, site: Site, data: Path, now: dt.datetime) -> list[Link]:
    if landed.kind not in ("list", "feed") or landed.warc is None or landed.warc_offset is None:
        return []
    try:
        headers, body = read_capture(data, landed.warc, landed.warc_offset)
    except CaptureError:
        return []
    page = Page(landed.requested_url or landed.url, body, now, landed.status or 200, headers, site)
    return platforms.platform_of(site).parse(page).links


def _problems(page: PageCheck, landed: Landed, now: dt.datetime) -> list[str]:
    problems = []
    if page.outcome in ADVICE:
        problems.append(f"{ADVICE[page.outcome]}（{page.url}）")
    for name in NEEDED.get(page.kind, ()):
        if page.fields and not page.fields.get(name):
            problems.append(f"没有读到{NAMES[name]}：{page.url}")
    article = landed.article
    if article is not None and article.body and len(article.body) < MIN_BODY:
        problems.append(f"正文只有 {len(article.body)} 个字，可能没有读全：{page.url}")
    dates = [article.published] if article else [p.time for p in landed.thread.posts] if landed.thread else []
    latest = (now + dt.timedelta(days=1)).isoformat()
    wrong = [day for day in dates if day is not None and not FIRST_DAY <= day <= latest]
    if wrong:
        problems.append(f"时间不可信（{wrong[0]}）：{page.url}")
    if page.kind == "list" and page.outcome == "listed" and not page.links:
        problems.append(f"{ADVICE['empty_list']}（{page.url}）")
    return problems
