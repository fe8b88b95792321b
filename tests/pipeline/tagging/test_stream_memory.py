"""A stream of articles waits on disk, not in memory."""

import json
import random
import tracemalloc
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.city import load_city
from pipeline.records import ArticleTags
from pipeline.tagging import spool, stream
from pipeline.tagging.items import ArticleItem
from pipeline.tagging.spool import Spool
from pipeline.tagging.stream import tag_lines
from pipeline.tagging.tagger import Tagger

MEGABYTE = 1 << 20


@given(st.lists(st.binary(max_size=9)), st.integers(0, 20))
def test_a_spool_gives_back_what_it_got(lines: list[bytes], most: int) -> None:
    with Spool(most) as kept:
        kept.extend(lines[:2])
        assert list(kept) == lines[:2]
        kept.extend(lines[2:])
        assert len(kept) == len(lines)
        assert [kept[number] for number in reversed(range(len(lines)))] == lines[::-1]
        assert list(kept) == lines


class _Mute(Tagger):
    """Says nothing of any article: what is measured is what waits."""

    def articles(self, items: Iterable[ArticleItem]) -> list[ArticleTags]:
        return [
            ArticleTags(
                id=item.id, credits=[], mentions=[], exposed=[], topic=None, indicator=None,
                sentiment="neutral", sentiment_score=0.0, form="报道", has_editor_note=False,
                plan_column=False, why={}, confidence={},
            )
            for item in items
        ]  # fmt: skip


def test_articles_do_not_wait_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "IN_MEMORY", MEGABYTE)
    monkeypatch.setattr(stream, "WINDOW", 8)
    count = 300
    letters = [chr(code) for code in range(0x4E00, 0x5E00)] + ["，"] * 100

    def line(number: int) -> bytes:
        body = "".join(random.Random(number).choices(letters, k=18_000))
        return json.dumps({"id": str(number), "body": body}, ensure_ascii=False).encode()

    size = len(line(0))
    tagger = _Mute(load_city())
    tracemalloc.start()
    try:
        written = sum(1 for _ in tag_lines(map(line, range(count)), tagger.city, tagger=tagger))
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert written == count
    assert count * size > 15 * MEGABYTE
    assert most < count * size / 2


def test_few_long_lines_are_tagged_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "WINDOW_BYTES", 10)
    lines: list[bytes | str] = [b"1234", b"5678", b"90", b"x" * 99, b"1"]
    assert list(stream.windows(lines, 4)) == [lines[:3], lines[3:4], lines[4:]]
    assert list(stream.windows(lines[:2], 1)) == [lines[:1], lines[1:2]]


def test_what_waits_on_disk_is_tagged_like_what_waits_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    body = "市水利局组织人员巡河，清理河道垃圾，维护群众用水安全，并约谈了沿河的三家企业，要求限期整改。" * 2
    items = [
        {"id": str(number), "title": "巡河", "body": body if number % 7 == 0 else f"{number}{body[number:]}",
         "published": f"2017-10-{number % 28 + 1:02}"}
        for number in range(60)
    ]  # fmt: skip
    lines = [json.dumps(item).encode() for item in [*items, {"id": "p", "text": "路灯坏了"}]]
    expected = list(tag_lines(lines, load_city()))
    assert any(b'"reprint_of":"' in line for line in expected)
    monkeypatch.setattr(spool, "IN_MEMORY", 500)
    monkeypatch.setattr(stream, "WINDOW_BYTES", 700)
    for jobs in (1, 2):
        assert list(tag_lines(lines, load_city(), jobs)) == expected
