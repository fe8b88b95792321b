"""Discuz!: every structure and trap that the site notes name, on small pages of our own writing."""
# ruff: noqa: E501 (pages and copy stand as they are served)

from __future__ import annotations

import pytest

from crawlers.platforms import discuz
from tests.crawlers.platforms import made
from tests.crawlers.platforms.made import FORUM, board, page, pager, post, row, thread

BOARD = FORUM + "forum.php?mod=forumdisplay&fid=2"
THREAD = FORUM + "forum.php?mod=viewthread&tid=9"
THREAD_PAGER = "forum.php?mod=viewthread&amp;tid=9&amp;extra=page%3D1&amp;page={}"


@pytest.mark.parametrize(
    ("url", "canonical", "kind"),
    [
        (
            "forum.php?mod=viewthread&tid=1&extra=page%3D1&page=2",
            "forum.php?mod=viewthread&tid=1&page=2",
            "thread",
        ),
        ("thread-1-2-7.html", "forum.php?mod=viewthread&tid=1&page=2", "thread"),
        ("thread-1-1-3.html#pid5", "forum.php?mod=viewthread&tid=1", "thread"),
        ("forum.php?mod=viewthread&tid=1&mobile=2", "forum.php?mod=viewthread&tid=1", "thread"),
        ("forum-2-1.html", "forum.php?mod=forumdisplay&fid=2", "list"),
        ("forum.php?mod=forumdisplay&fid=2&page=3", "forum.php?mod=forumdisplay&fid=2&page=3", "list"),
        ("forum.php?mod=rss&fid=2", "forum.php?mod=rss&fid=2", "feed"),
        ("forum.php?mod=viewthread&tid=1&page=²", "forum.php?mod=viewthread&tid=1", "thread"),
        ("forum.php", "forum.php", "list"),
    ],
)
def test_identity_is_thread_and_page_whatever_the_address(url: str, canonical: str, kind: str) -> None:
    assert discuz.canonical_url(FORUM + url) == FORUM + canonical
    assert discuz.classify(FORUM + url) == kind


@pytest.mark.parametrize(
    "url",
    [
        "forum.php?mod=redirect&goto=lastpost&tid=1",
        "forum.php?mod=viewthread&tid=1&page=1&authorid=7",
        "forum.php?mod=viewthread&tid=1&ordertype=1",
        "home.php?mod=space&uid=7",
        "misc.php?mod=ranklist",
    ],
)
def test_other_views_of_the_same_posts_are_not_threads(url: str) -> None:
    assert discuz.classify(FORUM + url) == "other"


def test_board_rows_with_signature_type_and_next_page() -> None:
    rows = (
        row(5, "版规", kind="stickthread")
        + '<tbody id="separatorline"><tr><th>版块主题</th></tr></tbody>'
        + row(
            9, "路灯坏了", type_="投诉", last='<span title="2017-10-20 08:05">1 小时前</span>', replies="14"
        )
        + row(12, "夜跑的来", icon="关闭的主题 - 新窗口打开")
    )
    parsed = discuz.parse(page(board(rows, top=pager(1, 3)), BOARD))
    assert parsed.outcome == "listed"
    threads = [link for link in parsed.links if link.kind == "thread"]
    assert [link.title for link in threads] == ["版规", "路灯坏了", "夜跑的来"]
    assert threads[0].context == {"board": "港城民生", "sticky": True}
    assert threads[1].signature == "14|2017-10-20T08:05"
    assert threads[1].published == "2017-10-09"
    assert threads[1].context == {"board": "港城民生", "type": "投诉"}
    assert threads[2].context["closed"] is True
    assert [link.url for link in parsed.links if link.kind == "list"] == [BOARD + "&page=2"]


def test_signature_changes_with_a_reply_and_not_with_time_passing() -> None:
    def signature(replies: str, last: str) -> str | None:
        return (
            discuz.parse(page(board(row(9, "路灯坏了", replies=replies, last=last)), BOARD))
            .links[0]
            .signature
        )

    assert signature("14", "3 小时前") == signature("14", "4 小时前")
    assert signature("14", "3 小时前") != signature("15", "3 小时前")


def test_moved_stub_links_to_its_thread_without_signature() -> None:
    stub = row(30, "求助贴", moved=True, replies="-", href="forum.php?mod=viewthread&amp;tid=31", last="-")
    link = discuz.parse(page(board(stub), BOARD)).links[0]
    assert discuz.canonical_url(link.url) == FORUM + "forum.php?mod=viewthread&tid=31"
    assert link.signature is None
    assert link.context == {"moved": True}


def test_list_page_out_of_range_shows_page_1_and_gives_no_links() -> None:
    parsed = discuz.parse(page(board(row(9, "路灯坏了"), top=pager(1, 3)), BOARD + "&page=99"))
    assert (parsed.outcome, parsed.links) == ("duplicate", [])
    alone = discuz.parse(page(board(row(9, "路灯坏了")), BOARD + "&page=2"))  # a single page has no pager
    assert (alone.outcome, alone.links) == ("duplicate", [])


def test_sub_boards_are_found_on_their_parent() -> None:
    extra = '<div class="bm fl"><div id="subforum_2"><table class="fl_tb"><tr><td><h2><a href="forum-40-1.html">公交专区</a></h2>'
    parsed = discuz.parse(
        page(board(row(9, "路灯坏了"), extra=extra + "</td></tr></table></div></div>"), BOARD)
    )
    assert [(link.title, link.url) for link in parsed.links if link.kind == "list"] == [
        ("公交专区", FORUM + "forum-40-1.html")
    ]


def test_empty_board() -> None:
    parsed = discuz.parse(page(board("<tbody><tr><th>本版块或指定的范围内尚无主题</th></tr></tbody>"), BOARD))
    assert parsed.outcome == "empty_list"


def test_index_boards_narrowed_by_option() -> None:
    html = made.discuz(
        '<div id="category_1"><table class="fl_tb"><tr><td><h2><a href="forum-2-1.html">港城民生</a></h2></td>'
        '<td><h2><a href="forum-3-1.html">二手</a></h2></td></tr></table></div>'
    )
    assert [link.title for link in discuz.parse(page(html, FORUM + "forum.php")).links] == [
        "港城民生",
        "二手",
    ]
    site = made.site("discuz", FORUM + "forum.php", boards=[2])
    assert [link.title for link in discuz.parse(page(html, FORUM + "forum.php", site=site)).links] == [
        "港城民生"
    ]


def test_floors_by_name_number_and_position() -> None:
    posts = "".join(
        post(100 + n, floor=floor)
        for n, floor in enumerate(["楼主", "沙发", "板凳", "地板", "<em>5</em><sup>#</sup>"])
    )
    parsed = discuz.parse(page(thread(posts), THREAD))
    assert parsed.thread and [p.floor for p in parsed.thread.posts] == [1, 2, 3, 4, 5]
    # A user agent with "bot" in it gets no floor numbers.
    bare = thread("".join(post(200 + n, floor=None) for n in range(3)), top=pager(2, 2, THREAD_PAGER))
    second = discuz.parse(page(bare, THREAD + "&page=2"))
    assert second.thread and [p.floor for p in second.thread.posts] == [11, 12, 13]


def test_a_pager_that_is_no_pager_gives_no_floors() -> None:
    top = '<div class="pg"><strong>999999999</strong></div>'
    bare = thread(post(1, floor=None), top=top)
    parsed = discuz.parse(page(bare, THREAD))
    assert parsed.thread and (parsed.thread.page, parsed.thread.posts[0].floor) == (1, 1)


def test_two_posts_under_one_number_are_both_kept_and_told() -> None:
    posts = post(101, floor="楼主") + post(102, body="甲说") + post(103, body="乙说")
    parsed = discuz.parse(page(thread(posts), THREAD))
    assert parsed.thread
    assert [(p.floor, p.text) for p in parsed.thread.posts][1:] == [(5, "甲说"), (1_000_005, "乙说")]
    assert (parsed.outcome, parsed.detail) == ("stored", "5 楼有 2 个帖子")


def test_thread_head_and_further_pages() -> None:
    parsed = discuz.parse(
        page(thread(post(1, floor="楼主"), top=pager(1, 3, THREAD_PAGER)), THREAD + "&extra=page%3D1")
    )
    found = parsed.thread
    assert found is not None
    assert (found.tid, found.title, found.type, found.board) == ("9", "路灯坏了", "投诉", "港城民生")
    assert (found.page, found.pages, found.views, found.replies) == (1, 3, 812, 14)
    assert found.url == THREAD
    assert [discuz.canonical_url(link.url) for link in parsed.links] == [
        THREAD + "&page=2",
        THREAD + "&page=3",
    ]
    assert {link.kind for link in parsed.links} == {"thread"}


def test_static_addresses_and_base_href() -> None:
    html = thread(post(1, floor="楼主"), top=pager(1, 2, "thread-9-{}-1.html"))
    parsed = discuz.parse(page(html, FORUM + "deep/thread-9-1-4.html"))  # links are relative to <base>
    assert [link.url for link in parsed.links] == [FORUM + "thread-9-2-1.html"]


def test_thread_page_too_high_says_which_page_it_truly_is() -> None:
    parsed = discuz.parse(
        page(thread(post(1), top=pager(3, 3, THREAD_PAGER), counts=False), THREAD + "&page=9")
    )
    assert parsed.thread is not None and parsed.thread.page == 3
    assert parsed.thread.url == THREAD + "&page=3"
    assert "9" in (parsed.detail or "") and parsed.links == []


def test_rating_boxes_are_no_posts() -> None:
    posts = (
        post(1, floor="楼主") + '<div id="post_rate_1"></div><div id="post_rate_div_1">评分</div>' + post(2)
    )
    parsed = discuz.parse(page(thread(posts), THREAD))
    assert parsed.thread and [p.pid for p in parsed.thread.posts] == ["1", "2"]


def test_author_anonymous_and_relative_time() -> None:
    posts = (
        post(1, floor="楼主", time="发表于 2017-9-7 8:05:09")
        + post(2, author=None, time='发表于 <span title="2017-10-14 08:05:00">6&nbsp;天前</span>')
        + post(3, time="发表于 昨天&nbsp;10:20")
    )
    parsed = discuz.parse(page(thread(posts), THREAD))
    assert parsed.thread is not None
    first, second, third = parsed.thread.posts
    assert (first.author, first.time) == ("阿海", "2017-09-07T08:05:09")
    assert (second.author, second.time) == (None, "2017-10-14T08:05:00")
    assert third.time == "2017-10-19T10:20"


def test_banned_author_has_no_text() -> None:
    posts = post(1, floor="楼主") + post(
        2, body=None, note='<div class="locked">提示: <em>作者被禁止或删除 内容自动屏蔽</em></div>'
    )
    parsed = discuz.parse(page(thread(posts), THREAD))
    assert parsed.thread is not None
    assert [p.text for p in parsed.thread.posts] == ["这里是正文。", None]


def test_noise_is_no_body_and_quote_and_edit_are_kept_apart() -> None:
    body = (
        '<i class="pstatus"> 本帖最后由 阿海 于 2017-9-28 11:02 编辑 </i><br />'
        '<div class="quote"><blockquote><font size="2"><a href="#"><font color="#999999">小林 发表于 2017-9-27 10:00</font></a>'
        "</font><br />哪条路？</blockquote></div>兴港大道<br />第二个路口。"
        '<span style="display:none">kT5,x</span><font class="jammer">a8$f</font><script>var a;</script>'
        '<div class="locked">本帖隐藏的内容需要回复</div>'
        '<ignore_js_op><img id="aimg_3" aid="3" src="static/image/common/none.gif" zoomfile="data/a/big.jpg" '
        'file="data/a/small.jpg" /><div class="tip aimg_tip">下载附件 (12 KB)</div></ignore_js_op>'
        '<img src="static/image/smiley/default/1.gif" />'
    )
    parsed = discuz.parse(page(thread(post(1, floor="楼主", body=body)), THREAD))
    assert parsed.thread is not None
    found = parsed.thread.posts[0]
    assert found.text == "兴港大道\n第二个路口。"
    assert found.quote is not None and (found.quote.author, found.quote.text) == ("小林", "哪条路？")
    assert found.edited == "2017-09-28T11:02"
    assert found.images == [FORUM + "data/a/big.jpg"]


def test_pager_of_comments_is_not_the_thread_s() -> None:
    comments = (
        '<div id="comment_1" class="cm"><div class="pstl"><div class="psti">点评的话</div></div><div class="pgs">'
        '<div class="pg"><strong>7</strong><a href="javascript:;" class="nxt">下一页</a></div></div></div>'
    )
    parsed = discuz.parse(page(thread(post(1, floor="楼主", after=comments)), THREAD))
    assert parsed.thread is not None
    assert (parsed.thread.page, parsed.thread.pages, parsed.links) == (1, 1, [])
    assert parsed.thread.posts[0].text == "这里是正文。"


def test_closed_thread() -> None:
    note = '<div class="modact"><a href="#">本主题由 版主 于 2017-10-1 10:00 关闭</a></div>'
    parsed = discuz.parse(page(thread(post(1, floor="楼主", note=note)), THREAD))
    assert parsed.thread is not None and parsed.thread.closed
    opened = note + '<div class="modact"><a href="#">本主题由 版主 于 2017-10-2 10:00 打开</a></div>'
    again = discuz.parse(page(thread(post(1, floor="楼主", note=opened)), THREAD))
    assert again.thread is not None and not again.thread.closed
    mark = '<img src="static/image/common/locked.gif" alt="关闭" title="关闭" class="vm" />'
    marked = discuz.parse(page(thread(post(1, floor="楼主"), mark=mark), THREAD))
    assert marked.thread is not None and marked.thread.closed
    plain = discuz.parse(page(thread(post(1, floor="楼主", body="关闭的井盖又打开了，请关闭")), THREAD))
    assert plain.thread is not None and not plain.thread.closed


def test_board_of_a_typed_thread_is_read_from_the_path() -> None:
    for type_ in ("投诉", "公告"):
        parsed = discuz.parse(page(thread(post(1, floor="楼主"), type_=type_), THREAD))
        assert parsed.thread is not None
        assert (parsed.thread.board, parsed.thread.type) == ("港城民生", type_)


@pytest.mark.parametrize(
    ("status", "box", "text", "outcome"),
    [
        (404, "alert_error", "抱歉，指定的主题不存在或已被删除或正在被审核", "not_found"),
        (200, "alert_info", "抱歉，您所在的用户组(游客)无法进行此操作", "login_wall"),
        (200, "alert_info", "您需要登录才可以访问本版块", "login_wall"),
        (200, "alert_error", "请输入验证码后继续访问", "captcha"),
        (200, "alert_error", "数据库暂时连接不上", "error_page"),
    ],
)
def test_messages_by_what_they_say(status: int, box: str, text: str, outcome: str) -> None:
    html = made.discuz(f'<div id="messagetext" class="{box}"><p>{text}</p></div>')
    parsed = discuz.parse(page(html, THREAD, status=status))
    assert parsed.outcome == outcome
    assert text in (parsed.detail or "")


def test_gbk_page_that_says_utf8() -> None:
    parsed = discuz.parse(page(thread(post(1, floor="楼主")), THREAD, charset="gbk"))
    assert parsed.thread is not None and parsed.thread.title == "路灯坏了"


def test_touch_page_x34() -> None:
    html = made.discuz(
        '<div class="postlist"><h2>路灯坏了</h2><div class="plc cl" id="pid1"><div class="display pi"><ul class="authi">'
        '<li class="grey"><em>楼主</em><b><a href="home.php?mod=space&amp;uid=7" class="blue">阿海</a></b></li>'
        '<li class="grey rela">2017-9-27 10:00:00</li></ul><div class="message">第一段<br />第二段</div></div></div>'
        '<div class="plc cl" id="pid2"><div class="display pi"><ul class="authi"><li class="grey"><em>沙发</em><b>匿名</b></li>'
        '<li class="grey rela">2017-9-28 8:00</li></ul><div class="message">顶</div></div></div></div>'
    )
    parsed = discuz.parse(page(html, THREAD + "&mobile=2"))
    assert parsed.thread is not None and parsed.thread.title == "路灯坏了"
    first, second = parsed.thread.posts
    assert (first.floor, first.author, first.time) == (1, "阿海", "2017-09-27T10:00:00")
    assert first.text == "第一段\n第二段"
    assert (second.floor, second.author, second.time) == (2, None, "2017-09-28T08:00")


def test_touch_page_x35() -> None:
    html = made.discuz(
        '<div class="viewthread"><div class="view_tit"><em>[投诉]</em> 路灯坏了</div><div class="plc cl" id="pid1">'
        '<div class="display pi pione"><ul class="authi"><li class="mtit"><span class="y">楼主</span><span class="z">'
        '<a href="home.php?mod=space&amp;uid=7">阿海</a></span></li><li class="mtime"><span class="y"><em>812</em>'
        '<em>14</em></span>2017-9-27 10:00:00</li></ul><div class="message">正文</div></div></div></div>'
    )
    parsed = discuz.parse(page(html, THREAD + "&mobile=2"))
    assert parsed.thread is not None
    found = parsed.thread
    assert (found.title, found.type, found.views, found.replies) == ("路灯坏了", "投诉", 812, 14)
    assert (found.posts[0].author, found.posts[0].time) == ("阿海", "2017-09-27T10:00:00")


def test_touch_list_x35() -> None:
    html = made.discuz(
        '<div class="header"><h2>港城民生</h2></div><div class="threadlist"><ul><li class="list"><div class="muser"><h3>'
        '<a href="home.php?mod=space&amp;uid=7">阿海</a></h3><span class="mtime">2017-10-9</span></div>'
        '<a href="forum.php?mod=viewthread&amp;tid=9&amp;extra="><div class="threadlist_tit"><em>路灯坏了</em></div></a>'
        '<div class="threadlist_foot"><ul><li>120</li><li>14</li></ul></div></li></ul></div>'
    )
    parsed = discuz.parse(page(html, BOARD + "&mobile=2"))
    assert [(link.title, link.signature, link.published) for link in parsed.links] == [
        ("路灯坏了", "14|", "2017-10-09")
    ]
