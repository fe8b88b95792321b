"""Which links lead on to the further pages of a piece, and which to lists, comments and other pieces."""

from __future__ import annotations

import pytest

from crawlers.platforms.document import Document
from crawlers.platforms.further import further_pages
from tests.crawlers.platforms.made import page

HOST = "http://x.example.cn"
TRS = f"{HOST}/dt/t20171011_12.html"


def found(url: str, html: str) -> list[str]:
    return [each.removeprefix(HOST) for each in further_pages(Document(page(html, url)))]


@pytest.mark.parametrize(
    ("url", "html", "expected"),
    [
        (TRS, "<a href='t20171011_12_1.html'>下一页</a>", ["/dt/t20171011_12_1.html"]),
        (
            TRS,
            "<a href='t20171011_12_1.html'>2</a><a href='./t20171011_12_2.html'>[3]</a>",
            ["/dt/t20171011_12_1.html", "/dt/t20171011_12_2.html"],
        ),
        (
            TRS,
            "<script>createPageHTML(3, 0, 't20171011_12', 'html');</script>",
            ["/dt/t20171011_12_1.html", "/dt/t20171011_12_2.html"],
        ),
        (
            f"{HOST}/dt/t20171011_12_1.html",
            "<a href='t20171011_12_2.html'>3</a>",
            ["/dt/t20171011_12_2.html"],
        ),
        (f"{HOST}/a/7.html", "<a href='7-2.html'>余下全文</a>", ["/a/7-2.html"]),
        (
            f"{HOST}/a/7.html",  # its first page has two addresses
            "<a href='7_1.html'>1</a><a href='7_2.html'>2</a><a href='7_2.html'>下一页</a>",
            ["/a/7_2.html"],
        ),
        (f"{HOST}/show-3-12-1.html", "<a href='show-3-12-2.html'>2</a>", ["/show-3-12-2.html"]),
        (
            f"{HOST}/show-3-12-2.html",
            "<a href='show-3-12-1.html'>1</a><a href='show-3-12-3.html'>3</a>",
            ["/show-3-12-3.html"],
        ),
        (  # those in the middle are not linked
            TRS,
            "<a href='t20171011_12_3.html'>尾页</a>",
            [f"/dt/t20171011_12_{number}.html" for number in (1, 2, 3)],
        ),
        (
            f"{HOST}/show-3-12-1.html",
            "<a href='show-3-12-4.html'>4</a>",
            [f"/show-3-12-{number}.html" for number in (2, 3, 4)],
        ),
        (f"{HOST}/a/7.html", "<a href='7_3.html'>尾页</a>", ["/a/7_2.html", "/a/7_3.html"]),
        (
            f"{HOST}/i.php?a=show&id=7",
            "<a href='?a=show&amp;id=7&amp;page=2'>2</a> … <a href='?a=show&amp;id=7&amp;page=4'>尾页</a>",
            [f"/i.php?a=show&id=7&page={number}" for number in (2, 3, 4)],
        ),
        (
            f"{HOST}/2017/10/piece/",
            "<a href='/2017/10/piece/2/'>2</a><a href='/2017/10/piece/3/'>3</a>",
            ["/2017/10/piece/2/", "/2017/10/piece/3/"],
        ),
    ],
)
def test_the_pager_of_a_piece_leads_on(url: str, html: str, expected: list[str]) -> None:
    assert found(url, html) == expected


@pytest.mark.parametrize(
    ("url", "html"),
    [
        (
            TRS,
            "上一篇：<a href='t20171011_11.html'>别的稿件</a> 下一篇：<a href='t20171012_13.html'>另一篇</a>",
        ),
        (TRS, "<a href='t20171011_11.html'>上一页</a><a href='t20171011_13.html'>下一页</a>"),
        (TRS, "<a href='index_1.html'>下一页</a><a href='index_2.html'>3</a>"),
        (TRS, "<script>createPageHTML(20, 0, 'index', 'html');</script><a href='index_1.html'>2</a>"),
        (TRS, "<a href='http://other.example.cn/dt/t20171011_12_1.html'>2</a>"),
        (TRS, "<a href='t20171011_12_1.html'>打印本页</a>2"),
        (TRS, "<div class=comments><a href='t20171011_12.html?page=2'>2</a></div>"),
        (TRS, "<a href='#2'>2</a><a href='javascript:;'>下一页</a><a href='http://[x'>2</a>"),
        (f"{HOST}/news-12-1.html", "<a href='news-13-1.html'>下一页</a><a href='news-12-5.html'>2</a>"),
        (f"{HOST}/?p=12", "<a href='/?p=13'>下一页</a><a href='/?p=2'>2</a>"),
        (f"{HOST}/i.php?id=7", "<a href='i.php?id=8&amp;page=2'>2</a>"),
        (f"{HOST}/", "<a href='/2/'>2</a>"),
        (f"{HOST}/news/show-12.html", "<a href='show-11.html'>上一页</a><a href='show-13.html'>下一页</a>"),
        (f"{HOST}/2017-11.html", "<a href='/'>首页</a><a href='2017-12.html'>Next</a>"),
    ],
)
def test_other_links_do_not(url: str, html: str) -> None:
    assert found(url, html) == []


def test_an_endless_pager_ends() -> None:
    html = "<a href='t20171011_12_1.html'>2</a><a href='t20171011_12_99.html'>尾页</a>"
    assert len(found(TRS, html)) == 21


def test_a_page_that_writes_any_number_of_pages_is_followed_no_further() -> None:
    html = "<script>createPageHTML(1000000000, 0, 't20171011_12', 'html');</script>"
    assert len(found(TRS, html)) == 21
