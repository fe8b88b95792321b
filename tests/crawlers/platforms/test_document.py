"""The short ways through a page give what the long ones give."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from crawlers.platforms.document import (
    MAX_ATTRIBUTES,
    body_of,
    has_many_attributes,
    lines_of,
    may_have_many_attributes,
    raw_text,
)

PARTS = st.sampled_from(
    ["<div>", "</div>", "<p>", "</p>", "<br>", "<td>", "<span style='display: none'>", "</span>", "<script>",
     "</script>", "港口\n区", "上思县", " \u3000", "\u200b", "<li><a href=/a>条</a>", "\x85", "&amp;"]
)  # fmt: skip


@given(st.lists(PARTS, max_size=300))
def test_lines_read_one_by_one_are_the_lines_of_the_whole(parts: list[str]) -> None:
    body = LexborHTMLParser("<body>" + "".join(parts)).body
    assert "\n".join(lines_of(body)) == body_of(body)


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
    assert not has_many_attributes(markup) or may_have_many_attributes(markup)
    assert may_have_many_attributes(markup)
