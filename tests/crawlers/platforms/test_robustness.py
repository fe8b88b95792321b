"""parse() of every platform: one outcome for any bytes, in bounded time."""
# ruff: noqa: E501 (pages and copy stand as they are served)

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawlers.platforms import PLATFORMS, detect
from crawlers.platforms.document import MAX_ATTRIBUTES, MAX_BYTES, MAX_DEPTH
from pipeline.records import Parsed, from_json, to_json
from tests.crawlers.platforms.made import page

ADDRESSES = [
    "http://x.cn/",
    "http://x.cn/forum.php?mod=viewthread&tid=9&page=2",
    "http://x.cn/forum-2-3.html",
    "http://x.cn/html/2017-10/09/content_7.htm?div=-1",
    "http://x.cn/html/2017-10/09/node_2.htm",
    "http://x.cn/zx/t20171009_1.shtml",
    "http://hongdou.gxnews.com.cn/viewthread-5-2.html",
    "https://mp.weixin.qq.com/s/abc",
    "http://[::1",
]
# Pieces of real structures, put together in any order, broken anywhere.
PIECES = [
    '<div id="postlist">', '<div id="post_12">', '<td class="t_f" id="postmessage_12">', '<em id="authorposton12">', "发表于",
    '<span title="2017-9-7 8:05">', '<a id="postnum12">', '<div class="pg"><strong>', '<a class="nxt" href="', "javascript:;",
    '<tbody id="normalthread_9">', '<a class="s xst" href="thread-9-1-1.html">', '<table id="threadlisttableid">', "</table>",
    "<founder-content>", "<!--enpproperty <date>", "/enpproperty-->", "<!--enpcontent-->", "<!--/enpcontent-->", "<a id=pageLink href=",
    '<div class="TRS_Editor">', '<meta name="PubDate" content="', 'createPageHTML(9999999999,0,"index","shtml")', '<div id="js_content">',
    '<div class="postbit">', '<table class="posttable">', '<div class="viewmessage">', '<td class="thead">标题: ', "第1/3页", "<rss>",
    "<item><link>", "</div>", "-->", '">', "<", "&#0;", "&nbsp;", "\x00", "\ud7ff", "2017-99-99", "９９９９年１３月", "（记者 ", "责任编辑：", "，。", "\n",
    '<meta http-equiv=refresh content="0;url=', "<base href='http://[bad'>", '<div id="messagetext">', "<title>", "<script>var ct='99999999999'",
]  # fmt: skip
SOUP = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=12)), max_size=40).map("".join)


@pytest.mark.parametrize("name", list(PLATFORMS))
@given(soup=SOUP, address=st.sampled_from(ADDRESSES), charset=st.sampled_from(["utf-8", "gb18030", "utf-16"]))
@settings(max_examples=60, deadline=2000, suppress_health_check=[HealthCheck.too_slow])
def test_soup_ends_in_one_valid_outcome(name: str, soup: str, address: str, charset: str) -> None:
    made = page(soup.encode(charset, errors="replace"), address)
    parsed = PLATFORMS[name].parse(made)
    assert from_json(to_json(parsed), Parsed) == parsed
    assert (parsed.article is not None) <= (parsed.outcome in ("stored", "no_date"))
    assert PLATFORMS[name].classify(address) in ("list", "article", "thread", "feed", "other")
    assert PLATFORMS[name].canonical_url(PLATFORMS[name].canonical_url(address)) == PLATFORMS[
        name
    ].canonical_url(address)


@given(body=st.binary(max_size=300), address=st.sampled_from(ADDRESSES))
@settings(max_examples=80, deadline=2000)
def test_any_bytes_end_in_one_outcome(body: bytes, address: str) -> None:
    made = page(body, address)
    assert detect(made).parse(made).outcome
    for platform in PLATFORMS.values():
        assert platform.parse(made).outcome


@pytest.mark.parametrize("name", [name for name in PLATFORMS if name != "feed"])
def test_deep_and_huge_pages_are_refused_without_being_built(name: str) -> None:
    deep = PLATFORMS[name].parse(page(b"<div>" * 300_000, ADDRESSES[1]))
    assert (deep.outcome, str(MAX_DEPTH) in (deep.detail or "")) == ("parse_failed", True)
    assert PLATFORMS[name].parse(page(b"a" * (MAX_BYTES + 1), ADDRESSES[1])).outcome == "too_large"


@pytest.mark.parametrize("name", [name for name in PLATFORMS if name != "feed"])
def test_more_elements_or_attributes_than_any_page_has_are_refused(name: str) -> None:
    many = "<div " + " ".join(f'a{n}="{n}"' for n in range(MAX_ATTRIBUTES + 1)) + ">文，</div>"
    # What stands in a comment, in a script or in quotes is no attribute.
    for harmless in (
        f"<!-- {many} -->",
        f"<script>var a = '{many}';</script>",
        "<p title='" + "a " * 9000 + "'>",
    ):
        assert PLATFORMS[name].parse(page(harmless + "<p>文，</p>", ADDRESSES[1])).outcome != "parse_failed"
    for hostile in (
        many,
        "<!-- --><p title='>'>" + many,
        "<script></script>" + many.upper(),
        "<p>" * 300_000,
    ):
        parsed = PLATFORMS[name].parse(page(hostile, ADDRESSES[1]))
        assert (parsed.outcome, "超过" in (parsed.detail or "")) == ("parse_failed", True)


@pytest.mark.parametrize(
    "html",
    [
        "中文，" * 60_000,
        " " * 300_000,
        "<p>" + "2017-" * 60_000,
        "（记者 " * 60_000,
        "<!--enpcontent-->" * 20_000,
        "<!--enpproperty " + "<a>" * 60_000,
        "<li><a href='/a.html'>标题标题标题标题</a> 2017-09-27</li>" * 5_000,
        "<div>" * (MAX_DEPTH - 100) + "文字，" * 100,
        "<title>" + "a_" * 60_000,
        "var ct = '" * 30_000,
        "<div>" * 500 + "".join(f"<a href='/a/{n}.html'>标题标题标题标题{n}</a>" for n in range(20_000)),
        "<div " + " ".join(f"a{n}='{n}'" for n in range(100_000)) + ">文，</div>",
        "<div class='" + "a " * 500_000 + "'>文，</div>",
        "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'>"
        + "".join(f"<!ENTITY {chr(98 + n)} '{('&' + chr(97 + n) + ';') * 10}'>" for n in range(9))
        + "]><rss version='2.0'><channel><item><title>&j;</title><link>/&j;</link></item></channel></rss>",
        "<p>作者：" + "韦某（某局） " * 40_000,
        "<p>" + "作者：甲乙（" * 40_000,
        "<div class=text_c><h3>" + "抓绩效 " * 100_000 + "</h3></div>",
        "<div class=thead>标题: x</div><div class=postbit><table class=posttable><tr><td><a id=postmenu_1>a</a>"
        "<div class=viewmessage><div class=quote>" + "引用 " * 100_000,
        "<p>" * 100_000,
        "<html>" + "\x00" * 200_000 + "<div id=postlist><div id=post_1>",
    ],
    ids=range(20),
)
def test_pages_made_to_be_slow_are_not(html: str) -> None:
    for platform in PLATFORMS.values():
        for address in (ADDRESSES[1], ADDRESSES[3], ADDRESSES[6]):
            begun = time.process_time()  # of the processor: the machine may be busy
            platform.parse(page(html, address))
            assert time.process_time() - begun < 5, (platform.NAME, address)
