"""What a reader sees of a tree, whichever way it is asked for."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

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


@given(st.lists(PARTS, max_size=60), st.integers(0, 200))
def test_a_text_cut_short_is_a_beginning_of_the_whole(parts: list[str], limit: int) -> None:
    body = LexborHTMLParser("<body>" + "".join(parts)).body
    assert body is not None
    assert raw_text(body).startswith(raw_text(body, limit=limit))


def test_hidden_text_is_left_out_however_deep_it_stands() -> None:
    body = LexborHTMLParser("<body><p>见<b><i style='visibility:hidden'>不见</i></b></p>").body
    assert body_of(body) == "见"
