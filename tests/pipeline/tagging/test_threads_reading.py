"""Which counties and units a post names: by whole words, under every form of their names."""

from pathlib import Path

import pytest

from pipeline.city import load_city
from pipeline.tagging.threads_reading import PostReader

CITIES = Path(__file__).resolve().parents[2] / "gold" / "cities"


@pytest.fixture(scope="module")
def reader() -> PostReader:
    return PostReader(load_city())


@pytest.mark.parametrize(
    "text",
    ["晚上思来想去睡不着，路灯没人修", "在京东兴冲冲买了个冰箱", "我在广东兴宁打工", "渔港口竖一块大屏"],
)
def test_a_county_is_not_named_by_the_ends_of_two_words(reader: PostReader, text: str) -> None:
    assert reader.read("", text).counties == []


@pytest.mark.parametrize(
    ("text", "county"),
    [
        ("我在上思读书", "上思县"),
        ("晚上到上思县城", "上思县"),
        ("东兴的路灯", "东兴市"),
        ("从东兴坐车", "东兴市"),
    ],
)
def test_a_county_is_named_by_its_stem(reader: PostReader, text: str, county: str) -> None:
    assert reader.read("", text).counties == [county]


@pytest.mark.parametrize("name", ["恭城", "恭城县", "恭城瑶族自治县", "龙胜县"])
def test_an_autonomous_county_is_named_by_its_short_forms(name: str) -> None:
    reading = PostReader(load_city(CITIES / "guilin")).read("", f"{name}教育局什么时候招生，{name}的路灯")
    assert [(entry.unit[:2], entry.county) for entry in reading.named] == [(name[:2], True)]
    assert [county[:2] for county in reading.counties] == [name[:2]]


@pytest.mark.parametrize(
    ("text", "county"),
    [
        ("港口区委能不能管管", "港口区"),
        ("东兴市委能不能管管", "东兴市"),
        ("上思县委能不能管管", "上思县"),
    ],
)
def test_the_committee_of_a_county_is_its_organ(reader: PostReader, text: str, county: str) -> None:
    assert [(entry.unit, entry.county) for entry in reader.read(text, "").named] == [(county, True)]
