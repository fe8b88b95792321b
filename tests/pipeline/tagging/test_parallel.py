"""Two processes tag what one tags, in the same order; a mixed stream keeps its order too."""

import json
from concurrent.futures import Future

import pytest

from pipeline.city import load_city
from pipeline.tagging.parallel import CHUNK, in_order
from pipeline.tagging.reprint import ReprintSearch
from pipeline.tagging.stream import WINDOW, tag_lines


def _lines() -> list[bytes]:
    posts = [
        {"id": f"p{n}", "text": text}
        for n in range(40)
        for text in ("路灯坏了一个月没人修，投诉", "今天天气真好", "社保卡丢了怎么补办？", "")
    ]
    thread = {"id": "t", "title": "停水", "posts": [{"floor": 1, "text": "又停水了，没人管。"}]}
    article = {"id": "a", "title": "市水利局开展巡河", "body": "市水利局组织人员巡河，清理垃圾。" * 3}
    items = [thread, *posts, article, {"id": "b", **{k: v for k, v in article.items() if k != "id"}}, thread]
    return [*(json.dumps(item, ensure_ascii=False).encode() for item in items), b"no JSON"]


@pytest.mark.parametrize("jobs", [1, 2])
def test_the_order_is_kept(jobs: int) -> None:
    lines = _lines()
    tags = [json.loads(line) for line in tag_lines(lines, load_city(), jobs)]
    expected = [json.loads(line)["id"] for line in lines[:-1]]
    assert [each["id"] for each in tags] == [*expected, None]
    assert "error" in tags[-1]


def test_two_processes_say_what_one_says() -> None:
    lines = _lines()
    assert list(tag_lines(lines, load_city(), 2)) == list(tag_lines(lines, load_city(), 1))


def test_a_reprint_tells_its_story_wherever_the_first_publication_stands() -> None:
    """The first publication lies in another part than its reprint, and behind it; one key is escaped."""
    body = "市水利局组织人员巡河，清理河道垃圾，维护群众用水安全，并约谈了沿河的三家企业，要求限期整改。" * 2
    late = {"id": "late", "title": "巡河", "body": body, "published": "2017-10-09", "byline": "市水利局 供稿"}
    copy = {"id": "copy", "title": "巡河", "body": body, "published": "2017-10-10"}
    posts = [{"id": str(number), "text": "路灯坏了"} for number in range(CHUNK + 3)]
    items = [*posts[:2], copy, *posts, late, *posts]
    lines = [json.dumps(item).encode() for item in items]
    lines[2] = lines[2].replace(b'"body"', b'"\\u0062ody"')
    tags = list(tag_lines(lines, load_city(), 2))
    assert tags == list(tag_lines(lines, load_city(), 1))
    reprint = json.loads(tags[2])
    assert reprint["reprint_of"] == "late"
    assert [credit["unit"] for credit in reprint["credits"]] == ["市水利局"]


@pytest.mark.parametrize(("most", "compared"), [(2, {(0, 1): 1.0, (0, 2): 1.0, (1, 2): 1.0}), (0, {})])
def test_workers_compare_the_pairs_unless_they_are_a_crowd(
    monkeypatch: pytest.MonkeyPatch, most: int, compared: dict[tuple[int, int], float]
) -> None:
    body = "市水利局组织人员巡河，清理河道垃圾，维护群众用水安全，并约谈了沿河的三家企业，要求限期整改。" * 2
    items = [
        {"id": str(day), "title": "巡河", "body": body, "published": f"2017-10-0{day}"} for day in (1, 2, 3)
    ]
    lines = [json.dumps(item).encode() for item in items]
    expected = list(tag_lines(lines, load_city(), 1))
    assert [json.loads(line)["reprint_of"] for line in expected] == [None, "1", "1"]
    monkeypatch.setattr("pipeline.tagging.stream_parallel.MOST_PAIRS", most)
    known = []
    find = ReprintSearch.find
    monkeypatch.setattr(
        ReprintSearch, "find", lambda search, *given: known.append(given[1]) or find(search, *given)
    )
    assert list(tag_lines(lines, load_city(), 2)) == expected
    assert known == [compared]


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_article_with_the_id_of_an_earlier_one_is_told_as_a_fault(jobs: int) -> None:
    water = {"id": "a", "title": "市水利局开展巡河", "body": "市水利局组织人员巡河，清理垃圾。" * 3}
    school = {"id": "a", "title": "市教育局开展家访", "body": "市教育局组织教师家访，了解情况。" * 3}
    lines = [json.dumps(item).encode() for item in (water, school, school | {"id": "b"})]
    first, again, other = (json.loads(line) for line in tag_lines(lines, load_city(), jobs))
    assert [c["unit"] for c in first["credits"]] == ["市水利局"]
    assert again == {"id": "a", "error": "编号与前面的稿件相同，请改为不同的编号"}
    assert [c["unit"] for c in other["credits"]] == ["市教育局"] and other["reprint_of"] is None


def test_null_says_nothing_of_what_a_line_is() -> None:
    lines = [
        {"id": "p", "body": None, "text": "路灯坏了一个月没人修，投诉"},
        {"id": "a", "posts": None, "body": "市水利局组织人员巡河，清理垃圾。"},
        {"id": "e", "body": None},
    ]
    post, article, empty = (
        json.loads(line) for line in tag_lines([json.dumps(each).encode() for each in lines], load_city())
    )
    assert post["needs_reply"] is True and "error" not in post
    assert [c["unit"] for c in article["credits"]] == ["市水利局"] and empty["credits"] == []


def test_nothing_gives_nothing() -> None:
    assert list(tag_lines([b"", b"  "], load_city(), 2)) == []


def test_posts_are_written_before_all_are_read() -> None:
    read = 0

    def lines():
        nonlocal read
        for number in range(WINDOW * 3):
            read += 1
            yield json.dumps({"id": str(number), "text": "路灯坏了"}).encode()

    stream = tag_lines(lines(), load_city())
    next(stream)
    assert read == WINDOW


def test_results_come_in_order_while_few_parts_wait():
    given: list[int] = []

    def submit(part: int) -> Future[int]:
        given.append(part)
        future: Future[int] = Future()
        if part == 5:
            future.set_exception(ValueError(part))
        else:
            future.set_result(part * part)
        return future

    results = in_order(submit, range(9), 3)
    assert given == []
    assert next(results) == (0, 0) and given == [0, 1, 2]
    assert next(results) == (1, 1) and given == [0, 1, 2, 3]
    assert [next(results) for _ in range(3)] == [(2, 4), (3, 9), (4, 16)]
    with pytest.raises(ValueError, match="5"):
        next(results)
    assert given == [*range(8)]
    assert [*in_order(submit, [2, 3], 3)] == [(2, 4), (3, 9)]
