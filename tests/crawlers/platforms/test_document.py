"""The short ways through a page give what the long ones give."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.page import Page
from crawlers.platforms.content import noise_of
from crawlers.platforms.document import (
    MAX_ATTRIBUTES,
    Document,
    has_many_attributes,
    may_have_many_attributes,
)
from crawlers.platforms.node_text import body_of
from tests.crawlers.platforms.test_node_text import PARTS


@given(st.lists(PARTS, max_size=30), st.lists(PARTS, max_size=60), st.lists(PARTS, max_size=60))
def test_lines_of_a_page_whose_copy_was_read_are_those_of_a_page_read_afresh(
    before: list[str], copy: list[str], after: list[str]
) -> None:
    markup = f"<body>{''.join(before)}<div id=copy>{''.join(copy)}</div>{''.join(after)}".encode()
    page = Page("http://x.cn/a.html", markup, dt.datetime(2017, 10, 9))
    fresh, read = Document(page), Document(page)
    for node in read.css("#copy"):
        assert read.copy_of(node, noise_of(node)) == body_of(node, noise_of(node))
    assert _lines(read) == _lines(fresh)


def _lines(document: Document) -> list[str]:
    return [line for batch in document.lines() for line in batch if line]


@given(st.binary(max_size=60), st.sampled_from(["utf-8", "gb18030", "utf-16", "utf-8-sig"]))
def test_the_text_in_utf8_is_the_text(some: bytes, charset: str) -> None:
    for body in (some, ("<p>港口区" + some.decode("latin-1")).encode(charset, "replace")):
        page = Page("http://x.cn/", body, dt.datetime(2017, 10, 9))
        assert page.utf8 == page.text.encode(errors="ignore")


@given(st.sampled_from([" a", "/a", " a=1", "a=''", 'a=""', "\na= 'x>'"]))
def test_no_tag_of_many_attributes_escapes_the_count(attribute: str) -> None:
    markup = "<p " + attribute * (MAX_ATTRIBUTES + 10) + ">文"
    assert not has_many_attributes(markup) or may_have_many_attributes(markup.encode())
    assert may_have_many_attributes(markup.encode())


BIG5 = "漁港碼頭的八十盞舊路燈上週全部換成了節能燈，夜裡卸貨的漁民說腳下的路看得清了。"


@pytest.mark.parametrize(
    ("charset", "meta", "header"),
    [
        ("big5", "big5", ""),
        ("big5", "", "text/html; charset=Big5"),
        ("gb18030", "", ""),
        ("utf-8", "big5", ""),
    ],
)
def test_a_page_that_says_big5_is_read_so_unless_it_is_utf8(charset: str, meta: str, header: str) -> None:
    said = f'<meta charset="{meta}">' if meta else ""
    body = f"<html><head>{said}<title>漁港</title></head><body><p>{BIG5}</p></body></html>".encode(charset)
    page = Page("http://x.cn/a.html", body, dt.datetime(2017, 10, 9), headers={"Content-Type": header})
    assert BIG5 in page.text and page.utf8.decode() == page.text
