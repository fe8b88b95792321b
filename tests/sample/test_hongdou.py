"""红豆社区 is served as sites.md describes it."""

from __future__ import annotations

import re

from sample.content import load_content
from sample.hongdou import FORUM

from .conftest import Sample

THREADS = [t for t in load_content().threads if t.forum == FORUM]


def test_lists_name_all_threads(sample: Sample) -> None:
    found: set[str] = set()
    for board in (1401, 1402, 1403):
        page = 1
        while True:
            answer = sample.get("hongdou", f"/viewforum-{board}-{page}.html")
            text = answer.text("gb18030")
            links = answer.tree("gb18030").css("#nomalThread .threadbit1 a[href*=viewthread]")
            found |= {a.attributes["href"] or "" for a in links}
            match = re.search(r"第(\d+)/(\d+)页", text)
            assert match is not None and int(match.group(1)) == page
            if page == int(match.group(2)):
                break
            page += 1
    assert {f"viewthread-{t.number}.html" for t in THREADS} <= found


def test_threads_hold_their_posts(sample: Sample) -> None:
    for thread in THREADS:
        tree = sample.tree("hongdou", f"/viewthread-{thread.number}.html", "gb18030")
        head = tree.css_first(".thead")
        assert head is not None and head.text().startswith(f"标题: {thread.title}(您是第")
        posts = tree.css("div.postbit > table.posttable")
        assert len(posts) == min(10, len(thread.posts))
        for node, post in zip(posts, thread.posts, strict=False):
            author = node.css_first("[id*=postmenu]")
            assert author is not None and author.text() == ("匿名" if post.anonymous else post.author)
            when = node.css_first("td[width='230']")
            m = post.moment
            stamp = f"发表于 {m.year}-{m.month}-{m.day} {m:%H:%M} 第{post.floor}楼"
            assert when is not None and when.text() == stamp
            body = node.css_first(".viewmessage")
            assert body is not None and (post.blocked or (post.text or "")[:8].split("\n")[0] in body.text())
            assert len(node.css("img[data-original]")) == len(post.images)


def test_dead_thread_has_no_head(sample: Sample) -> None:
    answer = sample.get("hongdou", "/viewthread-99.html")
    assert answer.status == 200 and answer.tree("gb18030").css_first(".thead") is None
