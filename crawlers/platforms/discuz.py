"""Owns Discuz! X forums: boards, threads, errors; X3.4 and X3.5, desktop and touch pages."""

from __future__ import annotations

import datetime as dt
import re

from crawlers.page import Page
from crawlers.platforms import discuz_list, discuz_thread, feed
from crawlers.platforms.address import start_links_by_day
from crawlers.platforms.discuz_address import canonical, parse_address
from crawlers.platforms.document import Document, Unreadable
from crawlers.platforms.guard import guarded
from crawlers.platforms.node_text import line_of
from pipeline.city import Site
from pipeline.records import Link, Outcome, PageKind, Parsed

NAME = "discuz"
OPTIONS = {
    "boards": "只抓这些版块（fid 列表），其余不跟；不写则全部",
    "posts_per_page": "每页楼层数，默认 10；只在页面不显示楼层号时用得上",
}

_NO_RIGHT = re.compile(
    r"没有权限|无权|权限不足|阅读权限|需要登录|请先登录|请登录|尚未登录|先登录|登录后|注册会员|用户组"
    r"|高于 ?\d+|密码|仅限|认证用户|没有访问"
    r"|无法(?:访问|进行)|沒有權限|登錄"
)
_GONE = re.compile(
    r"不存在|被删除|已删除|已被(?:移除|屏蔽)|正在(?:被)?审核|等待审核|审核中|回收站|关闭的主题|不存在或"
)
_PROOF = re.compile(r"验证码|安全验证|人机|滑动|防(?:CC|采集|灌水)|请求(?:过于)?频繁|访问过于频繁")


def canonical_url(url: str, site: Site | None = None) -> str:
    return canonical(url)


def classify(url: str, site: Site | None = None) -> PageKind:
    return parse_address(url).kind


def start_links(site: Site, first_day: dt.date | None, last_day: dt.date | None) -> list[Link]:
    return start_links_by_day(site, classify, first_day, last_day)


def parse(page: Page) -> Parsed:
    if feed.matches(page):  # forum.php?mod=rss: the 20 newest, cut; links only
        return feed.parse(page)
    return guarded(_parse, page, classify(page.url, page.site))


def matches(page: Page) -> bool:
    head = page.body[:4096].lower()
    if b"discuz" in head:
        return True
    body = page.body[: 512 * 1024]
    return (b'id="postlist"' in body and b'id="post_' in body) or b"threadlisttableid" in body


def _parse(document: Document) -> Parsed:
    _raise_message(document)
    if document.first("#postlist", ".viewthread", "div.plc[id^=pid]") is not None:
        return discuz_thread.parse_thread(document)
    if (
        document.first("#threadlisttableid", "#threadlist", ".threadlist", "tbody[id^=normalthread_]")
        is not None
    ):
        return discuz_list.parse_board(document)
    if document.first("[id^=category_]", "table.fl_tb", ".forumlist", "#subforum") is not None:
        return discuz_list.parse_index(document)
    if _PROOF.search(document.title_tag):
        raise Unreadable("captcha", document.title_tag)
    if document.first("form[name=login]", "#loginform", "form[id^=loginform_]") is not None:
        raise Unreadable("login_wall", document.title_tag)
    raise Unreadable("error_page", f"页面里没有主题、帖子或版块：{document.title_tag}"[:200])


def _raise_message(document: Document) -> None:
    """A message instead of the page. A missing thread is a 404 with alert_error; no permission a 200 with
    alert_info: the status alone says nothing, the sentence does."""
    box = document.first("#messagetext", ".jump_c", "div.alert_error", "div.alert_info")
    if box is None or document.first("#postlist", "#threadlisttableid") is not None:
        return
    text = line_of(box.css_first("p") or box) or line_of(box) or document.title_tag
    outcome: Outcome = "error_page"
    if _PROOF.search(text):
        outcome = "captcha"
    elif _GONE.search(text):
        outcome = "not_found"
    elif _NO_RIGHT.search(text) or document.first("#messagelogin") is not None:
        outcome = "login_wall"
    elif document.page.status == 404:
        outcome = "not_found"
    raise Unreadable(outcome, text[:200])
