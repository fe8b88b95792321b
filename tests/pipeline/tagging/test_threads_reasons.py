"""Why threads and messages got their tags: a reason for each, with the characters that it rests on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.city import load_city
from pipeline.records import Evidence
from pipeline.tagging.items import PostItem, ThreadItem, ThreadPost
from pipeline.tagging.posts import PostTagger
from pipeline.tagging.stream import read_item
from pipeline.tagging.threads import ThreadTagger

CITY = load_city()
GOLD = Path(__file__).parents[2] / "gold"


@pytest.fixture(scope="module")
def tagger() -> ThreadTagger:
    return ThreadTagger(CITY)


def quoted(item: ThreadItem, evidence: Evidence) -> str:
    posts = sorted(item.posts, key=lambda post: post.floor)
    texts = {"title": item.title} | {f"posts[{n}]": post.text or "" for n, post in enumerate(posts)}
    text = texts[evidence.field or ""]
    assert evidence.start is not None and evidence.end is not None
    assert 0 <= evidence.start < evidence.end <= len(text), (item.id, evidence)
    return text[evidence.start : evidence.end]


def test_every_tag_of_a_thread_says_why_and_where(tagger: ThreadTagger) -> None:
    wanted = {"kind", "needs_reply", "state", "urgency", "sentiment"}
    wanted |= {"unit_named", "first_response_floor", "answer_floor"}
    lines = [line for path in sorted(GOLD.glob("threads-unseen-*.jsonl")) for line in path.open("rb")]
    items = [read_item(json.dumps({k: v for k, v in json.loads(x).items() if k != "gold"})) for x in lines]
    threads = [item for item in items if isinstance(item, ThreadItem)]
    assert len(threads) >= 200
    for item, tags in zip(threads, tagger.tag_all(threads), strict=True):
        assert set(tags.why) == wanted | ({"units"} if tags.units else set()), item.id
        assert all(why.why and quoted(item, why) for why in tags.why.values())


def thread(title: str, *texts: str) -> ThreadItem:
    posts = [
        ThreadPost(
            floor=number,
            author="甲" if number == 1 else "防城港市水利局",
            is_registered_official=number > 1,
            text=text,
        )
        for number, text in enumerate(texts, 1)
    ]
    return ThreadItem(id="t", title=title, posts=posts)


def test_floors_urgency_and_named_units_have_reasons_of_their_own(tagger: ThreadTagger) -> None:
    item = thread(
        "请水利局管管河堤", "河堤塌了一截，没有人修，请尽快处理。", "经查，该段河堤已于昨日修复完毕。"
    )
    why = tagger.tag(item).why
    assert quoted(item, why["unit_named"]) == "水利局"
    assert why["answer_floor"].why.startswith("2 楼官方账号算正式答复")
    assert quoted(item, why["answer_floor"]) in (item.posts[1].text or "")
    assert "没有正在发生的危险" in why["urgency"].why
    silent = thread("请水利局管管河堤", "河堤塌了一截，没有人修，请尽快处理。")
    why = tagger.tag(silent).why
    assert "没有官方账号" in why["answer_floor"].why
    assert quoted(silent, why["answer_floor"]) == silent.posts[0].text  # it rests on all of it


def test_a_message_points_into_its_text_for_every_tag() -> None:
    item = PostItem(id="m", title="", text="小区门口的路灯坏了两个月，一直没有人来修，请有关部门处理。")
    tags = PostTagger(CITY).tag(item)
    assert set(tags.why) == {"kind", "needs_reply", "sentiment", "citizen_topic", "units"}
    for why in tags.why.values():
        assert why.field == "text" and why.start is not None and why.end is not None
        assert item.text[why.start : why.end]
    topic = tags.why["citizen_topic"]
    assert f"“{item.text[topic.start : topic.end]}”" in topic.why


def test_words_that_no_cue_shows_are_those_that_the_model_goes_by(tagger: ThreadTagger) -> None:
    """Without them it is not as sure of the kind, and mostly less; one beyond doubt cannot show it."""
    shown = changed = less = 0
    for line in (GOLD / "threads-unseen-12.jsonl").open("rb"):
        item = read_item(json.dumps({k: v for k, v in json.loads(line).items() if k != "gold"}))
        assert isinstance(item, ThreadItem)
        tags = tagger.tag(item)
        if "最近于此的说法" not in tags.why["kind"].why or tags.confidence["kind"] > 0.98:
            continue
        words = quoted(item, tags.why["kind"])
        posts = [
            ThreadPost(
                floor=post.floor,
                author=post.author,
                is_registered_official=post.is_registered_official,
                text=(post.text or "").replace(words, "〇" * len(words)) if number == 0 else post.text,
            )
            for number, post in enumerate(item.posts)
        ]
        other = tagger.tag(
            ThreadItem(id=item.id, title=item.title.replace(words, "〇" * len(words)), posts=posts)
        )
        shown += 1
        changed += (other.kind, other.confidence["kind"]) != (tags.kind, tags.confidence["kind"])
        less += other.kind != tags.kind or other.confidence["kind"] < tags.confidence["kind"]
    assert shown > 5
    assert changed / shown > 0.95
    assert less / shown > 0.6
