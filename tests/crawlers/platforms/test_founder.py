"""Founder's digital papers, old and new layout, on small pages of our own writing."""
# ruff: noqa: E501 (pages and copy stand as they are served)

from __future__ import annotations

import datetime as dt

import pytest

from crawlers.platforms import founder
from tests.crawlers.platforms import made
from tests.crawlers.platforms.made import page

PAPER = "http://epaper.example.cn/"
NODE = PAPER + "html/2017-10/09/node_2.htm"
ARTICLE = PAPER + "html/2017-10/09/content_7.htm?div=-1"


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("html/2017-10/09/node_2.htm", "list"),
        ("html/2017-10/09/nbs.D110000gxrb_01.htm", "list"),
        ("paperindex.htm", "list"),
        ("", "list"),
        ("html/2017-10/09/content_7.htm?div=-1", "article"),
        ("html/2017-10/09/content_7_2.htm", "article"),
        ("content/2023-10/18/content_1017806.html", "article"),
        ("pad/column/201710/09/node_01.html", "list"),
        ("pc/content/201710/09/content_7.html", "article"),
        ("images/2017-10/09/01/a.pdf", "other"),
    ],
)
def test_kinds_by_address(url: str, kind: str) -> None:
    assert founder.classify(PAPER + url) == kind


def test_div_is_no_identity() -> None:
    assert len({founder.canonical_url(ARTICLE.replace("=-1", "=" + d)) for d in ("-1", "0", "1")}) == 1


def test_days_are_written_out() -> None:
    site = made.site("founder", PAPER + "html/{date:%Y-%m/%d}/node_2.htm", PAPER + "paperindex.htm")
    links = founder.start_links(site, dt.date(2017, 9, 30), dt.date(2017, 10, 1))
    assert [link.url for link in links] == [
        PAPER + "html/2017-09/30/node_2.htm",
        PAPER + "html/2017-10/01/node_2.htm",
        PAPER + "paperindex.htm",
    ]
    assert [link.url for link in founder.start_links(site, None, None)] == [PAPER + "paperindex.htm"]


def test_front_page_is_a_refresh() -> None:
    html = '<html><head><META HTTP-EQUIV="Refresh" CONTENT="0; URL=html/2017-10/09/node_2.htm"></head></html>'
    parsed = founder.parse(page(html, PAPER))
    assert parsed.outcome == "redirected"
    assert [(link.url, link.kind) for link in parsed.links] == [(NODE, "list")]


EDITION = """<html><body><!--enpproperty <founder-date>2017-10-09 23:59:57</founder-date>
<founder-content>某某日报</founder-content> /enpproperty-->
<div class="banci">第01版：<STRONG>要闻</STRONG></div>
<map name=PagePicMap><Area coords="1,2" href="content_7.htm?div=0"><Area coords="3,4" href="content_7.htm?div=-1">
<Area coords="5,6" href="content_8.htm?div=-1"></map>
<div class="title"><ul><li><a href=content_7.htm?div=-1><div id=mp7>全市秋冬种现场会召开</div></a>
<li><a href=content_8.htm?div=-1><div id=mp8>港口区整治占道经营</div></a></ul></div>
<div class="bmname1"><a id=pageLink href=./node_2.htm>第01版：要闻</a></div>
<div class="bmname2"><a id=pageLink href=node_3.htm>第02版：综 合</a></div>
<div class="bmname1"><a id=pageLink href=node_4.htm>第03版：理论</a></div></body></html>"""


def test_edition_with_unquoted_links_and_repeated_ids() -> None:
    parsed = founder.parse(page(EDITION, NODE))
    assert parsed.outcome == "listed"
    articles = [link for link in parsed.links if link.kind == "article"]
    assert [(link.url.rsplit("/")[-1], link.title) for link in articles] == [
        ("content_7.htm", "全市秋冬种现场会召开"),
        ("content_8.htm", "港口区整治占道经营"),
    ]
    assert articles[0].context == {"page": "01版", "page_name": "要闻", "lead": True}
    assert articles[1].context == {"page": "01版", "page_name": "要闻"}
    assert {link.published for link in articles} == {"2017-10-09"}
    editions = [(link.url.rsplit("/")[-1], link.context) for link in parsed.links if link.kind == "list"]
    assert editions == [
        ("node_3.htm", {"page": "02版", "page_name": "综合"}),
        ("node_4.htm", {"page": "03版", "page_name": "理论"}),
    ]


def test_only_the_first_edition_has_a_lead() -> None:
    html = EDITION.replace("第01版：<STRONG>要闻", "第02版：<STRONG>综合")
    parsed = founder.parse(page(html, NODE.replace("node_2", "node_3")))
    assert not any("lead" in link.context for link in parsed.links)
    assert parsed.links[0].context["page"] == "02版"


def test_edition_without_articles_is_an_empty_list() -> None:
    html = "<html><body><a id=pageLink href=node_3.htm>第02版：综合</a><a id=pageLink href=node_2.htm>第01版</a></body></html>"
    parsed = founder.parse(page(html, NODE))
    assert parsed.outcome == "empty_list"
    assert [link.url for link in parsed.links] == [NODE.replace("node_2", "node_3")]


OLD = """<html><head><title>某某日报数字报-标题在此</title></head><body>
<a id=pageLink href=node_2.htm>第01版：要闻</a><div class="text_c"><h3>引题在上</h3><h1>正题在
中间</h1><h2>——副题在下</h2><h4>□记者 韦某 通讯员 凌某某</h4>
<div id="ozoom"><style>.a{}</style><founder-content><!--enpcontent--><P>　　本报讯（记者 韦某 通讯员 凌某某）第一段的文字，写的是秋冬种。</P>
<P>　　第二段的文字。</P><P>责任编辑 某某</P><!--/enpcontent--></founder-content></div></div>
<!--enpproperty <founder-articleid>7</founder-articleid><founder-date>2017-10-09 23:59:57</founder-date>
<founder-author>
</founder-author><founder-title>正题在
中间</founder-title><founder-pagenum>2</founder-pagenum><founder-papername>某某日报</founder-papername> /enpproperty-->
</body></html>"""


def test_old_layout_article() -> None:
    parsed = founder.parse(page(OLD, ARTICLE))
    found = parsed.article
    assert found is not None and parsed.outcome == "stored"
    assert (found.kicker, found.title, found.subtitle) == ("引题在上", "正题在 中间", "——副题在下")
    assert found.body == "本报讯（记者 韦某 通讯员 凌某某）第一段的文字，写的是秋冬种。\n第二段的文字。"
    assert found.byline == "记者 韦某 通讯员 凌某某"
    assert (found.published, found.page) == ("2017-10-09", "02版")
    assert found.url == ARTICLE.split("?")[0]


def test_body_between_markers_only() -> None:
    html = "<html><body><h1>标题</h1><!--enpcontent--><p>只有标记之间才有正文，别处没有。</p><!--/enpcontent--></body></html>"
    found = founder.parse(page(html, ARTICLE)).article
    assert found is not None and found.body == "只有标记之间才有正文，别处没有。"


def new_layout(author: str) -> str:
    return f"""<div id="scroller"><div class="caption"><p id="nowLayout" class="hide">01</p><font id="intro-title"></font>
<font id="main-title">秋冬种
现场会</font><font id="sub-title"></font><font id="author">2017年10月09日</font></div><div class="content" id="content">
<img src="../../../pic/201710/09/a.jpg"><founder-content><!--enpcontent--><p>某报全媒体记者 韦某</p><p>会议要求抓好秋冬种，
不误农时。</p><!--/enpcontent--><!--enpproperty <date>2017-10-09 00:00:00:0</date><author>{author}</author><title>秋冬种
现场会</title><url>http://epaper.example.cn/pc/content/201710/09/content_7.html</url><paperarticleid>7</paperarticleid>
/enpproperty--></founder-content></div></div>"""


def test_new_layout_author_holds_the_date() -> None:
    found = founder.parse(page(new_layout(""), PAPER + "pad/content/201710/09/content_7.html")).article
    assert found is not None
    assert (found.title, found.published, found.page) == ("秋冬种 现场会", "2017-10-09", "01版")
    assert found.byline == "某报全媒体记者 韦某"
    assert found.body == "会议要求抓好秋冬种， 不误农时。"
    assert found.images == [PAPER + "pad/pic/201710/09/a.jpg"]
    dated = founder.parse(
        page(new_layout("2017年10月09日"), PAPER + "pad/content/201710/09/content_7.html")
    ).article
    assert dated is not None and "2017" not in (dated.byline or "")


def test_same_story_under_two_ids_is_two_pages_with_one_text() -> None:
    first = founder.parse(page(new_layout(""), PAPER + "pad/content/201710/09/content_7.html")).article
    second = founder.parse(page(new_layout(""), PAPER + "pad/content/201710/09/content_9.html")).article
    assert first is not None and second is not None
    assert first.url != second.url and first.body == second.body


def test_missing_day() -> None:
    assert founder.parse(page("<h1>404 Not Found</h1>", NODE, status=404)).outcome == "not_found"


COLUMN = "抓绩效提升，促经济社会发展"


@pytest.mark.parametrize(
    ("intro", "column", "kicker"),
    [
        ("抓绩效提升，促经济社会发展　开栏首篇", COLUMN, "开栏首篇"),
        ("抓绩效提升 促经济社会发展", COLUMN, None),
        ("抓绩效提升促经济社会发展·曝光台", COLUMN, "曝光台"),
        ("“抓绩效提升,促经济社会发展”专栏①", COLUMN, "①"),
        ("【抓绩效提升、促经济社会发展】“一把手”访谈", COLUMN, "“一把手”访谈"),
        ("抓绩效提升，\n促经济社会发展 | 群众意见整改进行时", COLUMN, "群众意见整改进行时"),
        ("抓绩效提升，促经济社会发展系列报道之三", COLUMN, "系列报道之三"),
        ("行走", "行走", None),
        ("行走在边境线上", None, "行走在边境线上"),
        ("学习抓绩效提升，促经济社会发展", None, "学习抓绩效提升，促经济社会发展"),
        ("抓绩效提升，促经济", None, "抓绩效提升，促经济"),
        ("全市秋冬种现场会提出", None, "全市秋冬种现场会提出"),
        ("", None, None),
    ],
)
def test_column_in_the_kicker(intro: str, column: str | None, kicker: str | None) -> None:
    paper = made.site("founder", PAPER, columns=["行走", COLUMN])
    old = founder.parse(page(OLD.replace("引题在上", intro), ARTICLE, site=paper)).article
    assert old is not None and (old.column, old.kicker) == (column, kicker)
    pad = new_layout("").replace('<font id="intro-title">', f'<font id="intro-title">{intro}')
    new = founder.parse(page(pad, PAPER + "pad/content/201710/09/content_7.html", site=paper)).article
    assert new is not None and (new.column, new.kicker) == (column, kicker)


def test_without_known_columns_the_kicker_stays_whole() -> None:
    found = founder.parse(page(OLD.replace("引题在上", COLUMN), ARTICLE)).article
    assert found is not None and (found.column, found.kicker) == (None, COLUMN)
