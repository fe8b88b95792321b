"""TRS and list pages, WeChat, 红豆, feeds, pages of no known engine: small pages of our own writing."""
# ruff: noqa: E501 (pages and copy stand as they are served)

from __future__ import annotations

import pytest

from crawlers.platforms import PLATFORMS, detect, feed, general, hongdou, platform_of, trs, wechat
from tests.crawlers.platforms import made
from tests.crawlers.platforms.made import discuz, page

GOV = "https://www.example.gov.cn/zxzx/yw/"
TEXT = "市水利局近日组织开展水库安全检查，对全市小型水库逐座排查，发现问题立即整改。"

TRS = f"""<html><head><meta name="ArticleTitle" content="市水利局检查水库&lt;br/&gt;安全"><meta name="PubDate" content="2017-10-09 08:12">
<meta name="ContentSource" content="市水利局"><meta name="ColumnName" content="部门动态"><style>.TRS_Editor P{{margin:0}}</style>
<script>var s = "TRS_Editor";</script><title>市水利局检查水库-某市人民政府</title></head><body><div class="nav">首页</div>
<div class="TRS_Editor"><style>.x{{}}</style><p>{TEXT}</p><p align="center"><img src="./W020171009.jpg"></p><p>下一步，将落实责任到人。</p></div>
<div>责任编辑：某某</div></body></html>"""


def test_trs_article() -> None:
    found = trs.parse(page(TRS, GOV + "t16133718.shtml")).article
    assert found is not None
    assert (found.title, found.published, found.source) == (
        "市水利局检查水库 安全",
        "2017-10-09T08:12",
        "市水利局",
    )
    assert found.column == "部门动态"
    assert found.body == f"{TEXT}\n下一步，将落实责任到人。"
    assert found.images == [GOV + "W020171009.jpg"]
    assert found.byline is None


LIST = """<html><head><title>部门动态-某市人民政府</title></head><body><ul class="nav"><li><a href="/">首页</a></li></ul>
<div class="rightDiv"><ul><li><span><a href="./t27930434.shtml">全市河长制工作会议召开</a>2017-10-09</span></li>
<li><span><a href="../../slj/dtxx/t16133718.shtml" title="市水利局组织开展水库安全检查工作">市水利局组织开展水库…</a>[10-08]</span></li>
<li><span><a href="http://other.example.com/a.html">外站的消息不跟</a>2017-10-07</span></li></ul></div>
<script>createPageHTML(3, 0, "index", "shtml", "black");</script></body></html>"""


@pytest.mark.parametrize("options", [{"list": "div.rightDiv > ul > li > span > a"}, {}])
def test_list_with_and_without_selector(options: dict[str, object]) -> None:
    site = made.site("trs", GOV, **options)
    parsed = trs.parse(page(LIST, GOV, site=site))
    assert parsed.outcome == "listed"
    assert [(link.url, link.title, link.published) for link in parsed.links if link.kind == "article"] == [
        (GOV + "t27930434.shtml", "全市河长制工作会议召开", "2017-10-09"),
        (
            "https://www.example.gov.cn/slj/dtxx/t16133718.shtml",
            "市水利局组织开展水库安全检查工作",
            "2017-10-08",
        ),
    ]
    assert [link.url for link in parsed.links if link.kind == "list"] == [GOV + "index_1.shtml"]


def test_create_page_html_counts_on_and_ends() -> None:
    second = trs.parse(page(LIST, GOV + "index_1.shtml"))
    assert [link.url for link in second.links if link.kind == "list"] == [GOV + "index_2.shtml"]
    last = trs.parse(page(LIST, GOV + "index_2.shtml"))
    assert [link for link in last.links if link.kind == "list"] == []


def test_selector_that_finds_nothing_is_an_empty_list_and_a_wrong_one_says_so() -> None:
    assert trs.parse(page(LIST, GOV, site=made.site("trs", GOV, list="div.gone a"))).outcome == "empty_list"
    wrong = trs.parse(page(LIST, GOV, site=made.site("trs", GOV, list="div[")))
    assert wrong.outcome == "parse_failed" and "div[" in (wrong.detail or "")


@pytest.mark.parametrize(
    ("html", "status", "outcome"),
    [
        ("<title>提示</title><p>请先登录后查看</p>", 200, "login_wall"),
        ("<p>访问过于频繁，请输入验证码</p>", 200, "captcha"),
        ("<h1>您访问的页面不存在</h1>", 200, "not_found"),
        ("<p>系统维护中，请稍后再试</p>", 200, "error_page"),
        ("<p>好。</p>", 200, "too_short"),
        ("<script>location.href='/x?a=1'</script>", 200, "captcha"),
        (f"<h1>题目</h1><p>{TEXT}</p>", 404, "not_found"),
        (f"<h1>题目</h1><p>{TEXT}</p>", 503, "server_error"),
        ("%PDF-1.4 abc", 200, "not_html"),
        ("", 200, "error_page"),
        (f"<h1>关于水库检查的报道</h1><p>{TEXT}</p>", 200, "no_date"),
    ],
)
def test_outcomes_of_pages_that_are_no_article(html: str, status: int, outcome: str) -> None:
    parsed = general.parse(page(html, "http://news.example.cn/a/x.html", status=status))
    assert parsed.outcome == outcome
    assert (parsed.article is not None) == (outcome == "no_date")


def test_general_article_in_a_table_with_line_breaks() -> None:
    nav = "".join(f'<a href="/{n}">频道{n}</a> | ' for n in range(30))
    html = f"""<html><head><title>水库检查到位_新闻中心_某某网</title></head><body><table><tr><td>{nav}</td></tr></table><table><tr>
<td><h1>水库检查到位</h1>2017-9-7 8:05　来源：某某日报　作者：韦某、凌某某　责任编辑：黄某<br><br>　　{TEXT}<br><br>　　{TEXT * 2}<br>
【打印】【关闭】<br>法律顾问：某律师</td><td>{nav}</td></tr></table></body></html>"""
    found = general.parse(page(html, "http://news.example.cn/a/x.html", charset="gbk")).article
    assert found is not None
    assert (found.title, found.published, found.source) == ("水库检查到位", "2017-09-07T08:05", "某某日报")
    assert found.byline == "韦某、凌某某"
    assert found.body == f"{TEXT}\n{TEXT * 2}"


WECHAT = "https://mp.weixin.qq.com/s?__biz=MzA=&amp;mid=1&amp;idx=1&amp;sn=ab&amp;chksm=c&amp;scene=0"


def wechat_page(script: str, shown: str = "昨天") -> str:
    return f"""<html><head><meta property="og:title" content="水库安全提醒"></head><body><h1 id="activity-name"> 水库安全提醒 </h1>
<a id="js_name"> 某市水利 </a><em id="publish_time">{shown}</em><div id="js_content" style="visibility: hidden;"><section><p>{TEXT}</p>
</section><p><img data-src="https://mmbiz.example.com/a.png" src="data:image/gif;base64,x"></p></div><script>{script}</script></body></html>"""


@pytest.mark.parametrize(
    ("script", "published"),
    [
        ('var ct = "1507507200";', "2017-10-09T08:00:00"),
        ("var oriCreateTime = '1507507200';", "2017-10-09T08:00:00"),
        ("window.ct = '1507507200';", "2017-10-09T08:00:00"),
        ("var createTime = '2017-10-09 08:00';", "2017-10-09T08:00"),
        ('var publish_time = "2017-10-09" || "";', "2017-10-09"),
        ("create_time: JsDecode('2017-10-09 08:00'),", "2017-10-09T08:00"),
        ("", "2017-10-19"),  # only "昨天" is left, counted from the day of the fetch
    ],
)
def test_wechat_time_stands_in_a_script(script: str, published: str) -> None:
    parsed = wechat.parse(page(wechat_page(script), WECHAT.replace("&amp;", "&")))
    found = parsed.article
    assert found is not None
    assert (found.title, found.source, found.published) == ("水库安全提醒", "某市水利", published)
    assert found.body == TEXT
    assert found.images == ["https://mmbiz.example.com/a.png"]
    assert found.url == "https://mp.weixin.qq.com/s?__biz=MzA%3D&mid=1&idx=1&sn=ab"


@pytest.mark.parametrize(
    ("text", "outcome"),
    [("该内容已被发布者删除", "not_found"), ("当前环境异常，完成验证后即可继续访问", "captcha")],
)
def test_wechat_walls(text: str, outcome: str) -> None:
    assert (
        wechat.parse(page(f"<div class='weui-msg'>{text}</div>", "https://mp.weixin.qq.com/s/abc")).outcome
        == outcome
    )


HONGDOU = "http://hongdou.gxnews.com.cn/"


def hongdou_post(n: int, floor: int, text: str) -> str:
    return f"""<div class="postbit"><table class="posttable"><tr><td class="alt2" width="170"><div id="postmenu_{n}"><a class="green">网友{n}</a></div>
</td><td class="alt1"><table><tr><td width="230">发表于 2017-9-7 08:05 第{floor}楼</td></tr></table><div class="viewmessage">{text}
<img src="/images/blank.gif" data-original="/data/{n}.jpg"></div></td></tr></table></div>"""


def test_hongdou_thread() -> None:
    html = f"""<a href="viewforum-18.html">防城港论坛</a><table class="thead"><tr><td>标题: 路灯坏了(您是第812位读者)</td></tr></table>
{hongdou_post(1001, 16, "第一段<br>第二段")}{hongdou_post(1002, 17, "顶")}<div>第2/3页</div>"""
    parsed = hongdou.parse(page(html, HONGDOU + "viewthread-55-2.html", charset="gbk"))
    found = parsed.thread
    assert found is not None
    assert (found.tid, found.title, found.page, found.pages, found.board) == (
        "55",
        "路灯坏了",
        2,
        3,
        "防城港论坛",
    )
    first = found.posts[0]
    assert (first.floor, first.author, first.time) == (16, "网友1001", "2017-09-07T08:05")
    assert (first.text, first.images) == ("第一段\n第二段", [HONGDOU + "data/1001.jpg"])
    assert [link.url for link in parsed.links] == [HONGDOU + "viewthread-55-3.html"]


def test_hongdou_two_posts_under_one_number_are_both_kept_and_told() -> None:
    html = f"""<div class="thead">标题: 路灯坏了</div>{hongdou_post(1001, 16, "甲")}{hongdou_post(1002, 16, "乙")}"""
    parsed = hongdou.parse(page(html, HONGDOU + "viewthread-55-2.html"))
    assert parsed.thread
    assert [(post.floor, post.text) for post in parsed.thread.posts] == [(16, "甲"), (1_000_016, "乙")]
    assert parsed.detail == "16 楼有 2 个帖子"


def test_hongdou_blocked_post_has_no_text() -> None:
    blocked = hongdou_post(1002, 17, '<span class="locked">该帖已被屏蔽</span>')
    html = f"""<div class="thead">标题: 路灯坏了(您是第812位读者)</div>{hongdou_post(1001, 16, "还没修。")}{blocked}"""
    found = hongdou.parse(page(html, HONGDOU + "viewthread-55-2.html")).thread
    assert found is not None and [post.text for post in found.posts] == ["还没修。", None]


def test_hongdou_dead_thread_has_no_head() -> None:
    assert hongdou.parse(page("<div>返回首页</div>", HONGDOU + "viewthread-55.html")).outcome == "not_found"


def test_hongdou_board() -> None:
    html = """<div id="nomalThread"><div class="threadbit1"><a href="viewthread-55.html">路灯坏了</a> <a href="viewthread-55-2.html">2</a>
<span>14 / 812</span><span>2017-10-9 08:05</span></div></div><div>第1/9页</div>"""
    parsed = hongdou.parse(page(html, HONGDOU + "viewforum-18.html"))
    assert [(link.url, link.kind) for link in parsed.links] == [
        (HONGDOU + "viewthread-55.html", "thread"),
        (HONGDOU + "viewforum-18-2.html", "list"),
    ]
    assert "14" in (parsed.links[0].signature or "")
    assert hongdou.parse(page(html, HONGDOU + "viewforum-18-12.html")).outcome == "duplicate"
    assert hongdou.canonical_url(HONGDOU + "viewthread-55-1.html") == HONGDOU + "viewthread-55.html"


RSS = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>新闻</title><item><title>水库检查</title>
<link>http://news.example.cn/a/1.html?utm_source=rss</link><category>要闻</category><pubDate>Mon, 09 Oct 2017 00:12:00 GMT</pubDate></item>
<item><title>本地钟点</title><link>/forum.php?mod=viewthread&amp;tid=9</link><pubDate>2017-10-09 08:12:00</pubDate></item></channel></rss>"""


def test_feed_links_in_china_s_clock() -> None:
    parsed = feed.parse(page(RSS, "http://news.example.cn/rss.xml"))
    assert [(link.title, link.kind, link.published) for link in parsed.links] == [
        ("水库检查", "article", "2017-10-09T08:12:00"),
        ("本地钟点", "thread", "2017-10-09T08:12:00"),
    ]
    assert parsed.outcome == "listed" and parsed.links[0].context == {"column": "要闻"}
    empty = '<rss version="2.0"><channel><title>空</title></channel></rss>'
    assert feed.parse(page(empty, "http://news.example.cn/rss.xml")).outcome == "empty_list"


def test_a_date_past_the_calendar_costs_only_itself() -> None:
    odd = RSS.replace("Mon, 09 Oct 2017 00:12:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT")
    parsed = feed.parse(page(odd, "http://news.example.cn/rss.xml"))
    assert (parsed.outcome, [link.published for link in parsed.links]) == (
        "listed",
        [None, "2017-10-09T08:12:00"],
    )


@pytest.mark.parametrize(
    ("html", "url", "name"),
    [
        (RSS, "http://x.cn/feed", "feed"),
        (wechat_page(""), "http://saved.cn/a.html", "wechat"),
        (discuz("<div id='postlist'></div>"), "http://x.cn/thread-1-1-1.html", "discuz"),
        ("<div id=nomalThread></div>", "http://x.cn/", "hongdou"),
        ("<founder-content>某</founder-content>", "http://x.cn/", "founder"),
        (TRS, "http://x.cn/", "trs"),
        ("<p>某</p>", "http://x.cn/", "general"),
    ],
)
def test_detect(html: str, url: str, name: str) -> None:
    assert name == detect(page(html, url)).NAME


def test_every_platform_is_known_by_its_name_and_a_wrong_one_is_explained() -> None:
    assert set(PLATFORMS) == {"discuz", "founder", "trs", "hongdou", "wechat", "feed", "general"}
    assert platform_of(made.site("trs", GOV)) is PLATFORMS["trs"]
    with pytest.raises(KeyError, match="discuz"):
        platform_of(made.site("phpwind", GOV))


@pytest.mark.parametrize("name", list(PLATFORMS))
def test_tracking_session_and_fragment_are_no_identity(name: str) -> None:
    module = PLATFORMS[name]
    plain = "http://x.cn/a/content_1.html"
    noisy = "HTTP://X.cn:80/a/content_1.html;jsessionid=AB12?utm_source=wx&from=timeline&PHPSESSID=9#top"
    assert module.canonical_url(noisy) == module.canonical_url(plain) == plain


@pytest.mark.parametrize(
    ("head", "author"),
    [
        ("引用 阿海 的发言：", "阿海"),
        ("引用：阿海 于 2017-9-7 08:05 发表", "阿海"),
        ("原帖由 阿海 于 2017-9-7 08:05 发表", "阿海"),
        ("阿海 发表于 2017-9-7 08:05", "阿海"),
        ("阿海说：", "阿海"),
        ("引用 匿名 的发言：", None),
    ],
)
def test_hongdou_quote_gives_away_no_name_in_its_text(head: str, author: str | None) -> None:
    text = f'<div class="quote"><blockquote>{head}<br>灯坏了。</blockquote></div>我家也是。'
    html = f'<div class="thead">标题: 灯(您是第8位读者)</div>{hongdou_post(1001, 16, text)}'
    found = hongdou.parse(page(html, HONGDOU + "viewthread-55.html")).thread
    assert found is not None
    post = found.posts[0]
    assert post.quote is not None
    assert (post.quote.author, post.quote.text, post.text) == (author, "灯坏了。", "我家也是。")
