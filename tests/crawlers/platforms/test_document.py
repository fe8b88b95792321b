"""The short ways through a page give what the long ones give."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from crawlers.page import Page
from crawlers.platforms.content import noise_of
from crawlers.platforms.document import (
    MAX_ATTRIBUTES,
    Document,
    has_many_attributes,
    may_have_many_attributes,
)
from crawlers.platforms.node_text import body_of, lines_of, raw_text

PARTS = st.sampled_from(
    ["<div>", "</div>", "<p>", "</p>", "<br>", "<td>", "<span style='display: none'>", "</span>", "<script>",
     "</script>", "港口\n区", "上思县", " \u3000", "\u200b", "<li><a href=/a>条</a>", "\x85", "&amp;"]
)  # fmt: skip


@given(st.lists(PARTS, max_size=300))
def test_lines_read_one_by_one_are_the_lines_of_the_whole(parts: list[str]) -> None:
    body = LexborHTMLParser("<body>" + "".join(parts)).body
    lines = [line for batch in lines_of(body) for line in batch if line]
    assert "\n".join(lines) == body_of(body)


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


@given(st.lists(PARTS, max_size=60), st.integers(0, 200))
def test_a_text_cut_short_is_a_beginning_of_the_whole(parts: list[str], limit: int) -> None:
    body = LexborHTMLParser("<body>" + "".join(parts)).body
    assert body is not None
    assert raw_text(body).startswith(raw_text(body, limit=limit))


def test_hidden_text_is_left_out_however_deep_it_stands() -> None:
    body = LexborHTMLParser("<body><p>见<b><i style='visibility:hidden'>不见</i></b></p>").body
    assert body_of(body) == "见"


@given(st.sampled_from([" a", "/a", " a=1", "a=''", 'a=""', "\na= 'x>'"]))
def test_no_tag_of_many_attributes_escapes_the_count(attribute: str) -> None:
    markup = "<p " + attribute * (MAX_ATTRIBUTES + 10) + ">文"
    assert not has_many_attributes(markup) or may_have_many_attributes(markup.encode())
    assert may_have_many_attributes(markup.encode())
