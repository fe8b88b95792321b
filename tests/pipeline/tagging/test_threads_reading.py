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


@pytest.mark.parametrize(
    "text",
    [
        "青秀区教育局什么时候招生",
        "我在灵山县教育局报名被拒",
        "龙州县的人社局拖着不办",
        "西乡塘区派出所乱罚款",
        "良庆区城管打人",
        "内江东兴区教育局乱收费",
        "贵港港北区教育局",
    ],
)
def test_an_organ_of_another_county_is_none_of_this_city(reader: PostReader, text: str) -> None:
    assert reader.read("", text).named == []


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("我们县教育局乱收费", "市教育局"),
        ("小区城管打人", None),
        ("中心区的派出所没人", "市公安局"),
        ("开发区环保局不管", "市环保局"),
        ("东兴城区派出所没人", "市公安局"),
        ("港口区教育局乱收费", "港口区"),
        ("上思县的教育局乱收费", "上思县"),
        ("上思派出所没人", "上思县"),
        ("防城港市港口区教育局", "港口区"),
    ],
)
def test_an_organ_behind_a_part_of_this_city_is_its_own(
    reader: PostReader, text: str, unit: str | None
) -> None:
    assert [entry.unit for entry in reader.read("", text).named] == ([unit] if unit else [])
