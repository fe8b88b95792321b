"""Pieces that open with a scene, a quotation, figures or a question; pieces that must credit nobody."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.city import load_city
from pipeline.records import ArticleTags
from pipeline.tagging.articles import ArticleTagger
from pipeline.tagging.items import ArticleItem
from pipeline.tagging.reprint import with_story
from pipeline.tagging.units import UnitTagger

GOLD = Path(__file__).resolve().parents[2] / "gold"
TAGGER = UnitTagger(load_city())


def rows(name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (GOLD / name).read_text(encoding="utf-8").splitlines()]


def is_right(row: dict[str, str]) -> bool:
    item = ArticleItem(id="t", outlet="防城港日报", title=row["title"], body=row["body"])
    tags = TAGGER.tag(item)
    said = {f"{credit.unit}:{credit.role}" for credit in tags.credits}
    return said == set(row["credits"].split()) and set(tags.exposed) == set(row["exposed"].split())


@pytest.mark.parametrize("row", rows("openings.jsonl"), ids=lambda row: row["title"])
def test_opening(row: dict[str, str]) -> None:
    assert is_right(row)


@pytest.mark.parametrize("row", rows("openings-open.jsonl"), ids=lambda row: row["title"])
@pytest.mark.xfail(reason="known limit of the reading", strict=True)
def test_opening_not_yet_read(row: dict[str, str]) -> None:
    assert is_right(row)


def test_a_reprint_takes_the_credits_of_its_story() -> None:
    tagger = ArticleTagger(load_city())
    text = "推拿床前，莫师傅先把双手搓热。十年前他还不敢出门，如今带着十一个徒弟。"
    first: ArticleTags = tagger.tag(
        ArticleItem(id="1", outlet="防城港日报", byline="通讯员 石某（市残联）", title="指尖", body=text)
    )
    again = tagger.tag(
        ArticleItem(id="2", outlet="防城港新闻网", source="防城港日报", title="指尖", body=text)
    )
    assert again.credits == []
    tags = with_story(again, first)
    assert [(c.unit, c.role) for c in tags.credits] == [("市残联", "byline")]
    assert "首发稿 1" in tags.credits[0].evidence.why
    assert with_story(first, again) == first
