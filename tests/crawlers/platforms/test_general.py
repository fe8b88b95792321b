"""Pages of no known engine: what their addresses, lines and blocks say, on small pages of our own writing."""

from __future__ import annotations

import pytest

from crawlers.platforms import general, trs
from tests.crawlers.platforms.made import page


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("index.php?m=content&c=index&a=show&catid=11&id=345", "article"),
        ("index.php?m=content&c=index&a=lists&catid=11", "list"),
        ("index.php?m=content&c=index&a=lists&catid=11&page=2", "list"),
        ("index.php?s=/news/detail/id/12.html", "article"),
        ("index.php?s=/news/index/cate/3", "list"),
        ("index.php?option=com_content&view=article&id=7", "article"),
        ("index.php?option=com_content&view=category&id=7", "list"),
        ("index.php?s=/Home/Article/lists/category/40.html", "list"),
        ("index.php?s=/article/index/category/news", "list"),
        ("index.php?s=/home/index/read/id/12", "article"),
        ("index.php?r=article/index", "list"),
        ("index.php?r=article/list&page=2", "list"),
        ("index.php?r=article/view&id=7", "article"),
        ("?p=3120", "article"),
        ("?page=2", "list"),
        ("news/?p=2", "list"),
        ("index.php?s=/news/index&p=2", "list"),
        ("default.aspx?newsid=7", "article"),
        ("index.php?aid=nav", "list"),
        ("", "list"),
    ],
)
def test_an_index_that_serves_all_pages_is_told_by_its_query(address: str, kind: str) -> None:
    assert general.classify("http://x.example.cn/" + address) == kind
    assert trs.classify("http://x.example.cn/" + address) == kind


def test_a_list_of_such_addresses_has_entries() -> None:
    rows = "".join(
        f'<li><a href="index.php?m=content&amp;a=show&amp;catid=11&amp;id={day}">某某镇召开第{day}次会议</a>'
        f"<span>2017-10-{day:02}</span></li>"
        for day in range(1, 9)
    )
    found = general.parse(
        page(f"<ul>{rows}</ul>", "http://x.example.cn/index.php?m=content&a=lists&catid=11")
    )
    assert (found.outcome, len(found.links), {link.kind for link in found.links}) == (
        "listed",
        8,
        {"article"},
    )


COPY = "<p>渔港码头的八十盏旧路灯，上周全部换成了节能灯，夜里卸货的渔民说，脚下的路看得清了。</p>" * 2


def test_the_time_between_a_title_and_its_repetition_is_the_piece_s() -> None:
    found = general.parse(
        page(
            "<title>渔港码头换上新路灯</title><div>推荐</div><div>渔港码头换上新路灯</div>"
            "<div>http://news.example.cn 2017-10-09 16:17:00</div>"
            f"<div><p>渔港码头换上新路灯</p>{COPY}</div>",
            "http://news.example.cn/a/8.html",
        )
    )
    assert found.article and found.article.published == "2017-10-09T16:17:00"


@pytest.mark.parametrize(
    ("info", "address", "published"),
    [
        ("<p>刚刚</p><p>发布时间：昨天 22:05</p>", "a/8.html", "2017-10-19T22:05"),
        ("<p>昨天 22:05</p>", "20171019/8.html", "2017-10-19T22:05"),  # the finer of one day
        ("<p>6天前</p>", "20171009/8.html", "2017-10-09"),
        ("<p>6天前</p><p>2017-10-09</p>", "a/8.html", "2017-10-09"),
        ("<p>阅读 6</p>", "a/8.html", None),
    ],
)
def test_a_relative_date_near_the_title_counts_where_no_full_one_stands(
    info: str, address: str, published: str | None
) -> None:
    said = f"<title>渔港码头换上新路灯</title><h1>渔港码头换上新路灯</h1>{info}<div>{COPY}</div>"
    said += "<div class=comment><p>网友 2小时前</p></div>"
    for platform in (general, trs):
        found = platform.parse(page(said, "http://news.example.cn/" + address))
        assert found.article and found.article.published == published


@pytest.mark.parametrize("box", ["今天 晴 18~25℃", "首页 今日 要闻", "网友热议 3小时前", "3小时前", "今天"])
def test_a_box_above_the_title_dates_no_piece(box: str) -> None:
    head = f"<title>渔港码头换上新路灯</title><div>{box}</div><h1>渔港码头换上新路灯</h1>"
    signed = "<p>某某市水利局</p><p>2017年10月12日</p>"
    for platform in (general, trs):
        for sign, published in (("", None), (signed, "2017-10-12")):
            found = platform.parse(page(f"{head}<div>{COPY}{sign}</div>", "http://news.example.cn/a/8.html"))
            assert found.article and found.article.published == published


def test_a_form_to_comment_by_is_no_copy_and_one_around_the_page_is() -> None:
    form = "<form><p>姓名</p><p>验证码</p><p>内容<textarea></textarea></p></form>"
    inside = f"<h1>渔港码头换上新路灯</h1><div>2017-10-09</div><div>{COPY}<div>{form}</div></div>"
    around = f"<form>{inside.replace('<form>', '<div>').replace('</form>', '</div>')}</form>"
    for html in (inside, around):
        found = general.parse(page(html, "http://news.example.cn/a/8.html"))
        assert found.article and "姓名" not in found.article.body
        assert found.article.body.startswith("渔港码头的八十盏旧路灯")


def test_icons_turners_and_captchas_are_no_pictures() -> None:
    names = ("images/space.gif", "icons/zoom.gif", "img/next_page.jpg", "ValidateCode.aspx", "pic/deng.jpg")
    images = "".join(f'<img src="/{name}">' for name in names)
    found = general.parse(
        page(f"<h1>渔港码头换上新路灯</h1><div>{COPY}{images}</div>", "http://news.example.cn/a/8.html")
    )
    assert found.article and found.article.images == ["http://news.example.cn/pic/deng.jpg"]
