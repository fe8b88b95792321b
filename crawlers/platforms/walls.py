"""Owns 200 answers that are no page: error texts, login walls. What a guard sends: proof.py."""

from __future__ import annotations

import re

from crawlers.platforms.document import Document, Unreadable
from crawlers.platforms.proof import first_text
from pipeline.records import Outcome

MAX_TEXT = 400  # characters; a page with more text than this is no message, whatever words it holds

_RULES: tuple[tuple[Outcome, re.Pattern[str]], ...] = (
    (
        "login_wall",
        re.compile(
            r"请(?:先)?登录|需要登录|登录后(?:才能|可|查看|继续)|没有(?:访问)?权限|无权(?:访问|查看)"
            r"|仅限(?:内部|会员)|权限不足|用户登录"
        ),
    ),
    (
        "not_found",
        re.compile(
            r"\b404\b|页面不存在|找不到(?:该|您|页面|文件)|不存在或(?:已|者)|已(?:被)?删除"
            r"|内容(?:已)?(?:不存在|下线|撤回)|文章不存在|页面(?:已)?(?:丢失|走丢|被删除|失效)"
            r"|该内容已被发布者删除|此内容因违规无法查看|Not Found|信息不存在|您访问的页面(?:不存在|已)",
            re.I,
        ),
    ),
    (
        "error_page",
        re.compile(
            r"系统(?:错误|繁忙|维护|升级)|服务器(?:错误|繁忙|内部)|Internal Server Error|数据库(?:连接"
            r"|错误)|网站(?:维护|升级|建设|关闭|改版)中?"
            r"|暂时无法访问|Bad Gateway|Service Unavailable|Fatal error|出错了|Database Error|502|503"
            r"|该网站暂时无法|域名(?:已过期|未备案|出售)",
            re.I,
        ),
    ),
)


def raise_wall(document: Document) -> None:
    """A short page whose words say that the wanted page is not there.

    Raises:
        Unreadable: with the outcome that the words mean.
    """
    text = first_text(document, MAX_TEXT)
    if text is None:
        return
    message = f"{document.title_tag}\n{text}"
    for outcome, pattern in _RULES:
        if pattern.search(message):
            raise Unreadable(outcome, message.replace("\n", " ").strip()[:200])
