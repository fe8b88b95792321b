"""What follows an opening post: replies by what they are, disputes, thanks, who only sounds official."""

import msgspec
import pytest

from pipeline.city import load_city
from pipeline.tagging.followups import FollowUpReader
from pipeline.tagging.items import ThreadItem, ThreadPost
from pipeline.tagging.threads import ThreadTagger
from pipeline.tagging.threads_reading import PostReader
from pipeline.tagging.unit_days import UnitDays

FIXED = "您好，经查，该处路灯已于昨日全部修复，感谢监督。"
SEEN = "您好，来帖收悉，正在核实，请稍候。"


@pytest.fixture(scope="module")
def reader() -> FollowUpReader:
    return FollowUpReader(PostReader(load_city()), UnitDays(load_city()))


def thread(name: str, *posts: tuple[int, str, str | None, bool]) -> ThreadItem:
    opening = ThreadPost(floor=1, author="甲", text="路灯不亮，请来修。", is_registered_official=False)
    rest = [
        ThreadPost(floor=floor, author=author, text=text, is_registered_official=official)
        for floor, author, text, official in posts
    ]
    return ThreadItem(id=name, title="路灯坏了", posts=[opening, *rest])


THREADS = [
    thread("a", (2, "市政", SEEN, True), (3, "市政", FIXED, True), (4, "甲", "根本没修，重新处理！", False)),
    thread("b", (2, "市政", FIXED, True), (3, "甲", "修好了，谢谢", False)),
    thread("c", (2, "路灯小助手", "您好，您反映的问题我局已处理。", False)),
    thread("d", (2, "市政", None, True), (3, "市政", "  ", True), (4, "市政", FIXED, True)),
    thread("e", (2, "市政", SEEN, True), (2, "城管", FIXED, True)),  # two posts on one floor
    ThreadItem(id="f", title="空", posts=[]),
]
SAID = [
    [(2, "response"), (3, "answer"), (4, "disputed")],
    [(2, "answer"), (3, "solved")],
    [(2, "claimed")],
    [(4, "answer")],
    [(2, "response"), (2, "answer")],
    [],
]


def test_each_floor_by_what_it_does(reader: FollowUpReader) -> None:
    found = reader.read_all(THREADS)
    assert [[(floor.floor, floor.kind) for floor in follow.floors] for follow in found] == SAID


def test_a_batch_is_read_as_its_threads_one_by_one(reader: FollowUpReader) -> None:
    assert reader.read_all(THREADS) == [reader.read_all([item])[0] for item in THREADS]
    assert reader.read_all([]) == []


def test_an_anonymous_post_is_not_the_posters_because_the_poster_is_anonymous_too(
    reader: FollowUpReader,
) -> None:
    item = ThreadItem(
        id="x",
        title="路灯坏了",
        posts=[
            ThreadPost(floor=1, text="路灯不亮，请来修。"),
            ThreadPost(floor=2, author="市政", text=FIXED, is_registered_official=True),
            ThreadPost(floor=3, text="根本没修，还是没修好，请重新处理！"),
            ThreadPost(floor=4, text="修好了，谢谢"),
        ],
    )
    assert [(floor.floor, floor.kind) for floor in reader.read_all([item])[0].floors] == [(2, "answer")]
    assert ThreadTagger(load_city()).tag(item).needs_reply is False
    named = msgspec.structs.replace(
        item, posts=[msgspec.structs.replace(post, author=post.author or "甲") for post in item.posts]
    )
    assert ThreadTagger(load_city()).tag(named).needs_reply is True
