"""Owns making pages for the parser tests: small, of our own writing, in the structures of real engines."""
# ruff: noqa: E501 (pages and copy stand as they are served)

from __future__ import annotations

import datetime as dt

from crawlers.page import Page
from pipeline.city import Site

NOW = dt.datetime(2017, 10, 20, 9, 30)
FORUM = "http://bbs.example.cn/"


def page(
    html: str | bytes, url: str, *, status: int = 200, site: Site | None = None, charset: str = "utf-8"
) -> Page:
    body = html if isinstance(html, bytes) else html.encode(charset)
    return Page(url=url, body=body, fetched_at=NOW, status=status, site=site)


def site(platform: str, *start: str, **options: object) -> Site:
    return Site(slug="s", outlet="测试媒体", platform=platform, start=list(start), options=options)


# ---------------------------------------------------------------- Discuz


def discuz(content: str, *, title: str = "港城论坛 - Powered by Discuz!", base: str = FORUM) -> str:
    return (
        '<!DOCTYPE html><html><head><meta charset="utf-8"><base href="' + base + '" />'
        f'<title>{title}</title><meta name="generator" content="Discuz! X3.4" /></head>'
        f"<body>{content}</body></html>"
    )


def row(
    tid: int,
    title: str,
    *,
    kind: str = "normalthread",
    type_: str = "",
    replies: str = "3",
    last: str = "2017-10-18 10:20",
    started: str = "2017-10-9",
    href: str | None = None,
    moved: bool = False,
    icon: str = "新窗口打开",
) -> str:
    href = href or f"forum.php?mod=viewthread&amp;tid={tid}&amp;extra=page%3D1"
    return (
        f'<tbody id="{kind}_{tid}"><tr><td class="icn"><a href="{href}" title="{icon}"></a></td><th class="common">'
        + (
            f'<em>[<a href="forum.php?mod=forumdisplay&amp;fid=2&amp;filter=typeid">{type_}</a>]</em> '
            if type_
            else ""
        )
        + ("移动: " if moved else "")
        + f'<a href="{href}" class="s xst">{title}</a></th>'
        f'<td class="by"><cite><a href="home.php?mod=space&amp;uid=7">阿海</a></cite><em><span>{started}</span></em></td>'
        f'<td class="num"><a href="{href}" class="xi2">{replies}</a><em>120</em></td>'
        f'<td class="by"><cite><a>小林</a></cite><em><a href="forum.php?mod=redirect&amp;tid={tid}&amp;goto=lastpost">'
        f"{last}</a></em></td></tr></tbody>"
    )


def pager(current: int, pages: int, href: str = "forum.php?mod=forumdisplay&amp;fid=2&amp;page={}") -> str:
    links = "".join(
        f"<strong>{n}</strong>" if n == current else f'<a href="{href.format(n)}">{n}</a>'
        for n in range(1, pages + 1)
    )
    following = f'<a href="{href.format(current + 1)}" class="nxt">下一页</a>' if current < pages else ""
    return (
        f'<span id="fd_page_top"><div class="pg">{links}<label><input value="{current}" />'
        f'<span title="共 {pages} 页"> / {pages} 页</span></label>{following}</div></span>'
    )


def board(rows: str, *, name: str = "港城民生", top: str = "", extra: str = "") -> str:
    return discuz(
        f'<div id="pt"><div class="z"><a href="forum.php">论坛</a></div></div><h1 class="xs2"><a href="forum-2-1.html">{name}'
        f'</a></h1>{extra}{top}<div id="threadlist"><table id="threadlisttableid">{rows}</table></div>'
    )


def post(
    pid: int,
    *,
    author: str | None = "阿海",
    time: str = "发表于 2017-9-27 10:00:00",
    floor: str | None = "<em>5</em>#",
    body: str | None = "这里是正文。",
    after: str = "",
    note: str = "",
) -> str:
    who = (
        f'<div class="pi"><div class="authi"><a href="home.php?mod=space&amp;uid=7" class="xw1">{author}</a></div></div>'
        if author
        else '<div class="pi">匿名 <em>该用户匿名发帖</em></div>'
    )
    number = f'<strong><a id="postnum{pid}" href="#">{floor}</a></strong>' if floor else ""
    message = (
        f'<table><tr><td class="t_f" id="postmessage_{pid}">{body}</td></tr></table>'
        if body is not None
        else ""
    )
    return (
        f'<div id="post_{pid}"><table id="pid{pid}" class="plhin"><tr><td class="pls"><div id="favatar{pid}" class="pls '
        f'favatar">{who}</div></td><td class="plc"><div class="pi">{number}<div class="pti"><div class="authi">'
        f'<em id="authorposton{pid}">{time}</em></div></div></div><div class="pct"><div class="pcb">{note}<div '
        f'class="t_fsz">{message}</div>{after}</div></div></td></tr></table></div>'
    )


def thread(
    posts: str,
    *,
    title: str = "路灯坏了",
    type_: str = "投诉",
    top: str = "",
    counts: bool = True,
    mark: str = "",
) -> str:
    shown = (
        '<div class="hm ptn"><span class="xg1">查看:</span> <span class="xi1">812</span>'
        '<span class="xg1">回复:</span> <span class="xi1">14</span></div>'
        if counts
        else ""
    )
    return discuz(
        '<div id="pt"><div class="z"><a href="forum.php">论坛</a><em>&rsaquo;</em><a href="forum-2-1.html">港城民生</a><em>&rsaquo;</em>'
        f'<a href="thread-9-1-1.html">{title}</a></div></div><div id="ct"><div id="pgt">{top}</div><div id="postlist">{shown}'
        f'<div class="vwthd"><h1 class="ts"><a href="forum.php?mod=forumdisplay&amp;fid=2&amp;filter=typeid">[{type_}]</a> '
        f'<span id="thread_subject">{title}</span></h1><span class="xg1">{mark}<a href="thread-9-1-1.html">[复制链接]</a></span></div>'
        f"{posts}</div></div>"
    )
