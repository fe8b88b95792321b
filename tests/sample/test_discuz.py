"""The forum is served as sites.md describes Discuz! X3.4."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from sample.content import Thread, load_content
from sample.discuz import FORUM

from .conftest import Sample

THREADS = {t.id: t for t in load_content().threads if t.forum == FORUM}


def test_boards_and_the_sub_board(sample: Sample) -> None:
    index = sample.get("discuz", "/forum.php")
    assert "charset=gbk" in index.headers["content-type"] and "charset=gbk" in index.text("gbk")
    links = [a.attributes["href"] for a in index.tree("gbk").css("div[id^=category_] h2 a")]
    assert "forum-36-1.html" in links and "forum-41-1.html" not in links
    parent = sample.get("discuz", "/forum-40-1.html").text("gbk")
    assert 'href="forum-41-1.html"' in parent
    base = index.tree("gbk").css_first("base")
    assert base is not None and base.attributes["href"] == f"http://127.0.0.1:{sample.port + 3}/"


def test_list_rows(sample: Sample) -> None:
    tree = sample.tree("discuz", "/forum-36-1.html", "gbk")
    rows = tree.css("#threadlisttableid > tbody[id^=normalthread_]")
    assert len(rows) == 20 and tree.css_first("#threadlisttableid > #separatorline") is not None
    for row in rows:
        assert row.css_first("a.xst") is not None
        assert len(row.css("td.by")) == 2 and row.css_first("td.num a") is not None
        assert re.fullmatch(
            r"\d{4}-\d{1,2}-\d{1,2}|.*(天前|小时前).*|(昨天|前天).*", _of(row, "td.by em span")
        )
    assert any(row.css_first("th em a") for row in rows)
    pager = tree.css_first("#fd_page_top .pg a.nxt")
    assert pager is not None and pager.attributes["href"] == "forum-36-2.html"
    label = tree.css_first(".pg label span[title]")
    assert label is not None and re.fullmatch(r"共 \d 页", label.attributes["title"] or "")


def test_out_of_range(sample: Sample) -> None:
    assert _ids(sample, "/forum-36-99.html") == _ids(sample, "/forum-36-1.html")
    high = sample.get("discuz", f"/thread-{THREADS['st004'].number}-99-1.html")
    last = sample.get("discuz", f"/thread-{THREADS['st004'].number}-3-1.html")
    assert high.status == 200 and high.body == last.body


def test_sticky_moved_and_closed(sample: Sample) -> None:
    tree = sample.tree("discuz", "/forum-40-1.html", "gbk")
    stuck = [t.attributes["id"] for t in tree.css("tbody[id^=stickthread_]")]
    assert f"stickthread_{THREADS['st001'].number}" in stuck  # 公告区's stand on top of every board
    stub = next(t for t in tree.css("tbody[id^=normalthread_]") if "移动:" in t.text())
    link = stub.css_first("a.xst")
    assert link is not None and f"thread-{THREADS['st009'].number}-1-" in (link.attributes["href"] or "")
    assert str(THREADS["st009"].number) not in (stub.attributes["id"] or "")
    assert _of(stub, "td.num") == "--"
    lock = next(
        t for t in tree.css("tbody[id]") if str(THREADS["st024"].number) in (t.attributes["id"] or "")
    )
    assert "关闭的主题" in (lock.css_first("td.icn a").attributes["title"] or "")  # type: ignore[union-attr]


@pytest.mark.parametrize("thread", THREADS.values(), ids=THREADS.keys())
def test_posts(sample: Sample, thread: Thread) -> None:
    seen = 0
    for page in range(1, -(-len(thread.posts) // 10) + 1):
        tree = sample.tree("discuz", f"/thread-{thread.number}-{page}-1.html", "gbk")
        if not tree.css("#postlist"):  # the thread whose first guest view is a redirect
            tree = sample.tree("discuz", f"/thread-{thread.number}-{page}-1.html", "gbk")
        assert _of(tree, "#thread_subject") == thread.title
        assert bool(tree.css("h1.ts > a")) == bool(thread.type)
        nodes = [
            n
            for n in tree.css("#postlist > div[id^=post_]")
            if re.fullmatch(r"post_\d+", n.attributes["id"] or "")
        ]
        for node in nodes:
            post = thread.posts[seen]
            seen += 1
            pid = (node.attributes["id"] or "").removeprefix("post_")
            author = node.css_first(".favatar .authi a.xw1")
            assert (author.text() if author else None) == (None if post.anonymous else post.author)
            assert not post.anonymous or "匿名" in _of(node, ".favatar > .pi")
            when = node.css_first(f"em#authorposton{pid}")
            assert when is not None and "发表于" in when.text()
            span = when.css_first("span[title]")
            text = span.attributes["title"] or "" if span else when.text()
            assert text.endswith(
                f"{post.moment.year}-{post.moment.month}-{post.moment.day} {post.moment:%H:%M:%S}"
            )
            number = _of(node, f"a#postnum{pid}").strip()
            assert number == {1: "楼主", 2: "沙发", 3: "板凳", 4: "地板"}.get(post.floor, f"{post.floor}#")
            body = node.css_first(f"td.t_f#postmessage_{pid}")
            assert (body is None) == post.blocked == bool(node.css("div.locked"))
            assert bool(node.css("div.quote")) == (post.quote is not None)
            assert bool(node.css("i.pstatus")) == (post.edited is not None)
            assert len(node.css("img[aid][src$='none.gif'][file][zoomfile]")) == len(post.images)
            assert bool(node.css(f"dl#ratelog_{pid}")) == (post.rate is not None)
            assert len(node.css(f"#comment_{pid} .pstl .psti")) == len(post.comments)
            if post.comments:
                nxt = node.css_first(f"#comment_{pid} .pg a.nxt")
                assert nxt is not None and nxt.attributes["href"] == "javascript:;"
    assert seen == len(thread.posts)


def test_noise_and_hostile_text(sample: Sample) -> None:
    text = sample.get("discuz", f"/thread-{THREADS['st004'].number}-1-1.html").text("gbk")
    assert '<font class="jammer">' in text and '<span style="display:none">' in text
    page = sample.get("discuz", f"/thread-{THREADS['st005'].number}-1-1.html").text("gbk")
    assert "<script>alert('x')" not in page and "&lt;script&gt;alert" in page
    page = sample.get("discuz", f"/thread-{THREADS['st024'].number}-1-1.html").text("gbk")
    assert "=cmd|" in page and "&#8203;" in page  # what GBK has not comes as a reference


def test_errors(sample: Sample) -> None:
    missing = sample.get("discuz", "/thread-1-1-1.html")
    assert missing.status == 404 and missing.tree("gbk").css_first("#messagetext.alert_error") is not None
    denied = sample.get("discuz", "/forum-50-1.html")
    assert denied.status == 200 and denied.tree("gbk").css_first("#messagetext.alert_info") is not None


def test_dynamic_addresses_show_the_same(sample: Sample) -> None:
    number = THREADS["st004"].number
    static = sample.get("discuz", f"/thread-{number}-2-1.html")
    assert (
        sample.get("discuz", f"/forum.php?mod=viewthread&tid={number}&extra=page%3D1&page=2").body
        == static.body
    )
    board = sample.get("discuz", "/forum-36-2.html")
    assert sample.get("discuz", "/forum.php?mod=forumdisplay&fid=36&page=2").body == board.body
    find = sample.get("discuz", f"/forum.php?mod=redirect&goto=findpost&ptid={number}&pid={number}15")
    assert find.status == 301 and find.headers["location"] == f"/thread-{number}-2-1.html#pid{number}15"
    last = sample.get("discuz", f"/forum.php?mod=redirect&tid={number}&goto=lastpost")
    assert last.status == 302 and last.headers["location"].startswith(f"/thread-{number}-3-1.html")


def test_a_robot_loses_floor_numbers_and_type_links(sample: Sample) -> None:
    page = sample.get("discuz", f"/thread-{THREADS['st002'].number + 2}-1-1.html", User_Agent="some-crawler")
    tree = page.tree("gbk")
    assert not tree.css("a[id^=postnum]") and not tree.css("h1.ts > a") and tree.css("td.t_f")


def test_views_on_page_one_only(sample: Sample) -> None:
    number = THREADS["st004"].number
    assert "查看:" in sample.get("discuz", f"/thread-{number}-1-1.html").text("gbk")
    assert "查看:" not in sample.get("discuz", f"/thread-{number}-2-1.html").text("gbk")


def test_robots_touch_and_feed(sample: Sample) -> None:
    rules = sample.get("discuz", "/robots.txt").text()
    for rule in ("/api/", "/search.php", "/misc.php", "mod=redirect*", "*mobile=yes*"):
        assert rule in rules
    number = THREADS["st004"].number
    touch = sample.tree("discuz", f"/forum.php?mod=viewthread&tid={number}&mobile=2", "gbk")
    assert len(touch.css("div.plc[id^=pid] .message")) == 10
    assert touch.css("ul.authi b a") and "发表于" not in touch.css_first("li.grey.rela").text()  # type: ignore
    feed = sample.get("discuz", "/forum.php?mod=rss&fid=36").text("gbk")
    assert feed.count("<item>") == 20


def test_threads_grow_and_recent_times_are_relative(on: Callable[[str], Sample]) -> None:
    thread = THREADS["st004"]
    early, late = on("2017-10-15"), on("2018-02-28")
    shown = [p for p in thread.posts if p.time[:10] <= "2017-10-15"]
    assert 0 < len(shown) < len(thread.posts)
    page = early.tree("discuz", f"/thread-{thread.number}-1-1.html", "gbk")
    assert len(page.css("em[id^=authorposton]")) == min(10, len(shown))
    span = page.css_first("em[id^=authorposton] span[title]")
    assert span is not None and span.attributes["title"] == "2017-10-12 20:18:00" and "天前" in span.text()
    assert not late.tree("discuz", f"/thread-{thread.number}-1-1.html", "gbk").css(
        "em[id^=authorposton] span"
    )
    unborn = next(t for t in THREADS.values() if t.posts[0].time > "2017-10-16")
    assert early.get("discuz", f"/thread-{unborn.number}-1-1.html").status == 404


def test_first_guest_view_redirects_to_itself_once(on: Callable[[str], Sample]) -> None:
    fresh = on("2017-10-08")
    path = f"/thread-{THREADS['st002'].number}-1-1.html"
    first = fresh.get("discuz", path)
    assert first.status == 302 and first.headers["location"].endswith(path) and first.headers["set-cookie"]
    assert fresh.get("discuz", path).status == 200


def _ids(sample: Sample, path: str) -> list[str | None]:
    rows = sample.tree("discuz", path, "gbk").css("tbody[id^=normalthread_]")
    return [row.attributes["id"] for row in rows]


def _of(node: object, selector: str) -> str:
    found = node.css_first(selector)  # type: ignore[attr-defined]
    assert found is not None, selector
    return str(found.text())
