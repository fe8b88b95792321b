"""Owns WeChat articles, read by link: `mp.weixin.qq.com/s/…`."""

from __future__ import annotations

import datetime as dt
import re
from urllib.parse import urlencode, urlunsplit

from crawlers.dates import is_relative, parse_time
from crawlers.page import Page
from crawlers.platforms.address import clean_url, host_of, path_of, query_of, split_url, start_links_by_day
from crawlers.platforms.article import build_article
from crawlers.platforms.document import Document, Unreadable
from crawlers.platforms.guard import guarded
from crawlers.platforms.node_text import body_of, images_of, line_of
from crawlers.platforms.walls import raise_wall
from pipeline.city import Site
from pipeline.records import Link, PageKind, Parsed

NAME = "wechat"
OPTIONS: dict[str, str] = {}

_HOST = "mp.weixin.qq.com"
# An article is its account, message, place in the message and signature; all else says who shared it.
_IDENTITY = ("__biz", "mid", "idx", "sn")
_TIMES = (
    re.compile(r"\bvar\s+ct\s*=\s*['\"](\d{10})['\"]"),
    re.compile(
        r"\b(?:ori_create_time|oriCreateTime|create_time|createTimestamp"
        r"|ct)['\"]?\s*[:=]\s*(?:JsDecode\()?['\"]?(\d{10})\b"
    ),
    re.compile(
        r"\b(?:createTime|publish_time|publishTime"
        r"|create_time)['\"]?\s*[:=]\s*(?:JsDecode\()?['\"](\d{4}-\d{1,2}-\d{1,2}[ \d:]*)['\"]"
    ),
    re.compile(r"\bs\s*=\s*['\"](20\d\d-\d\d-\d\d(?: \d\d:\d\d)?)['\"]"),
)
_GONE = re.compile(
    r"已被发布者删除|因违规无法查看|涉嫌违反|已停止访问|此帐号已(?:被屏蔽|自主注销)|链接已过期|内容无法查看"
    r"|该公众号已迁移|投诉.{0,10}无法查看"
)
_PROOF = re.compile(r"环境异常|完成验证后即可继续访问|去验证")


def canonical_url(url: str, site: Site | None = None) -> str:
    query = query_of(url)
    kept = {name: query[name] for name in _IDENTITY if query.get(name)}
    parts = split_url(clean_url(url, keep_query=False))
    if not parts.netloc:
        return clean_url(url)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(kept), ""))


def classify(url: str, site: Site | None = None) -> PageKind:
    path = path_of(url)
    return "article" if path == "/s" or path.startswith("/s/") else "other"


def start_links(site: Site, first_day: dt.date | None, last_day: dt.date | None) -> list[Link]:
    """The links themselves: articles that a person gave, as WeChat has no lists that a guest may read."""
    return start_links_by_day(site, classify, first_day, last_day)


def parse(page: Page) -> Parsed:
    return guarded(_parse, page, "article")


def matches(page: Page) -> bool:
    if host_of(page.url) == _HOST:
        return True
    return b'id="js_content"' in page.body and b'id="activity-name"' in page.body


def _parse(document: Document) -> Parsed:
    node = document.first("#js_content", "#js_image_content", "#js_share_notice")
    title = line_of(document.first("#activity-name")) or document.meta("og:title", "twitter:title")
    body = body_of(node)
    if not body:
        # A post of pictures only has its words in the description.
        text = document.meta("og:description", "description")
        body = (text or "").replace("\\x0a", "\n").replace("\\n", "\n")
    if node is None and (message := body_of(document.tree.body)) and len(message) <= 600:
        if _GONE.search(message):
            raise Unreadable("not_found", message.replace("\n", " ")[:200])
        if _PROOF.search(message):
            raise Unreadable("captcha", message.replace("\n", " ")[:200])
        raise_wall(document)
    if node is None and not title:
        raise Unreadable("error_page", document.title_tag or "页面里没有文章")
    author = line_of(document.first("#js_author_name")) or document.meta("author", "og:article:author")
    account = line_of(document.first("#js_name", ".profile_nickname", ".wx_follow_nickname")) or _account(
        document
    )
    return build_article(
        document,
        body,
        title=title,
        published=_published(document),
        byline=author if author and author != account else None,
        source=account,
        images=images_of(node, document.url, "data-src"),
        url=canonical_url(document.page.url),
    )


def _published(document: Document) -> str | None:
    """The line below the title is filled in by a script, or says "昨天"; the script has the true time,
    spelled differently over the years."""
    shown = line_of(document.first("#publish_time"))
    fetched_at = document.page.fetched_at
    for pattern in _TIMES:
        match = pattern.search(document.markup)
        time = parse_time(match.group(1), fetched_at) if match else None
        if time:
            return time
    told = parse_time(document.meta("article:published_time", "og:article:published_time"), fetched_at)
    if shown and not is_relative(shown):
        return parse_time(shown, fetched_at) or told
    return told or parse_time(shown, fetched_at)


def _account(document: Document) -> str | None:
    match = re.search(r"\bnickname\s*=\s*(?:htmlDecode\()?['\"]([^'\"]{1,60})['\"]", document.markup)
    return match.group(1) if match else None
