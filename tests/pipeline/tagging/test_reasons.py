"""Why an article got its tags: a reason in Chinese for each, with the characters that it rests on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.city import load_city
from pipeline.records import ArticleTags, Evidence, unit_key
from pipeline.tagging.articles import ArticleTagger
from pipeline.tagging.items import ArticleItem
from pipeline.tagging.stream import read_item
from pipeline.tagging.tagger import Tagger

CITY = load_city()
TAGGER = ArticleTagger(CITY)
GOLD = Path(__file__).parents[2] / "gold"


def article(title: str, body: str, **fields: str) -> ArticleItem:
    return ArticleItem(id="t", outlet="防城港日报", published="2017-12-20", title=title, body=body, **fields)


def quoted(item: ArticleItem, evidence: Evidence) -> str:
    """The words at the evidence, which must stand there."""
    text = getattr(item, evidence.field or "")
    assert evidence.start is not None and evidence.end is not None
    assert 0 <= evidence.start < evidence.end <= len(text)
    return str(text[evidence.start : evidence.end])


def gold_articles() -> list[ArticleItem]:
    lines = [line for path in sorted(GOLD.glob("articles-*-1*.jsonl")) for line in path.open("rb")]
    items = [read_item(json.dumps({k: v for k, v in json.loads(x).items() if k != "gold"})) for x in lines]
    return [item for item in items if isinstance(item, ArticleItem)]


def test_every_tag_of_an_article_says_why_and_where() -> None:
    items = gold_articles()
    assert len(items) > 300
    for item, tags in zip(items, Tagger(CITY).articles(items), strict=True):
        wanted = {"topic", "indicator", "form", "sentiment"}
        wanted |= {unit_key("mentions", unit) for unit in tags.mentions}
        wanted |= {unit_key("exposed", unit) for unit in tags.exposed}
        wanted |= {name for name in ("has_editor_note", "plan_column") if getattr(tags, name)}
        assert set(tags.why) == wanted, item.id
        for evidence in [*tags.why.values(), *(c.evidence for c in (*tags.credits, *tags.doubtful))]:
            assert evidence.why, item.id
            assert quoted(item, evidence), item.id
        assert all(0 <= tags.confidence[key] <= 1 for key in wanted if ":" in key), item.id


DITCH = article(
    "【曝光台】河道垃圾无人清",
    "本报讯（记者 黄某）12月18日，记者在北仑河畔看到，成堆的垃圾漂在河面上。这段河道由市市政局负责管护，"
    "几个月没有人清理。\n当天下午召开现场会，市财政局、市环保局有关负责人参加会议。",
)


def test_who_is_exposed_has_a_reason_and_who_only_attends_waits_for_a_person() -> None:
    tags = TAGGER.tag(DITCH)
    assert (tags.exposed, tags.mentions) == (["市市政局"], ["市财政局", "市环保局"])
    why = tags.why[unit_key("exposed", "市市政局")]
    assert quoted(DITCH, why) == "市市政局"
    assert "曝光台" in why.why
    assert tags.confidence[unit_key("exposed", "市市政局")] > 0.9
    assert [(d.unit, d.role) for d in tags.doubtful] == [("市财政局", "exposed"), ("市环保局", "exposed")]
    assert all(d.confidence < 0.7 and "出席" in d.evidence.why for d in tags.doubtful)
    assert "待研判" in tags.why[unit_key("mentions", "市财政局")].why


def test_a_mention_says_what_the_unit_does_where_it_is_named() -> None:
    item = article(
        "市水利局启动河长制培训",
        "12月18日，市水利局举办河长制培训班。市教育局协办。市财政局有关负责人参加开班式。",
    )
    tags = TAGGER.tag(item)
    assert tags.mentions == ["市教育局", "市财政局"]
    said = {unit: tags.why[unit_key("mentions", unit)] for unit in tags.mentions}
    assert [quoted(item, why) for why in said.values()] == tags.mentions
    assert "协助" in said["市教育局"].why and "参加" in said["市财政局"].why


def without(item: ArticleItem, words: str) -> ArticleItem:
    """The article with characters that say nothing wherever these words stand."""
    fields = {name: getattr(item, name) for name in item.__struct_fields__}
    for name in ("title", "kicker", "subtitle", "column", "body"):
        if fields[name]:
            fields[name] = fields[name].replace(words, "〇" * len(words))
    return ArticleItem(**fields)


def score(tags: ArticleTags, key: str) -> object:
    return getattr(tags, key, None), tags.confidence.get(key), tags.sentiment_score


@pytest.mark.parametrize(
    ("key", "least"), [("topic", 0.95), ("indicator", 0.95), ("sentiment", 0.95), ("form", 0.8)]
)
def test_without_the_words_that_are_shown_the_tag_is_another_or_less_sure(key: str, least: float) -> None:
    """Of pieces that words decide and that are not beyond doubt; a place elsewhere, which others back up,
    and a dateline, which decides nothing where no notice is near, are the rules' own matches. A round-up has
    other signs too."""
    shown = changed = 0
    for item in gold_articles():
        tags = TAGGER.tag(item)
        why = tags.why[key]
        if (
            why.why.startswith(("全文", "没有", "写的是"))
            or "开头，是新闻报道" in why.why
            or tags.topic is None
        ):
            continue
        if tags.confidence.get(key, 0.0) > 0.998 or (key == "sentiment" and tags.form != "报道"):
            continue
        shown += 1
        changed += score(TAGGER.tag(without(item, quoted(item, why))), key) != score(tags, key)
    assert shown > 20
    assert changed / shown > least
