"""The names that are made from a city's data, and the pass that finds them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.city import load_city
from pipeline.tagging.names import NameFinder, Names, county_stem

CITY = load_city()
NAMES = Names(CITY)
FINDER = NameFinder(NAMES)


def units(text: str) -> list[str | None]:
    return [hit.name.unit for hit in FINDER.find(text) if hit.name.unit]


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("防城港市发展和改革委员会", "市发改委"),
        ("防城港市发展改革委", "市发改委"),
        ("市发展改革委", "市发改委"),
        ("防城港发改委", "市发改委"),
        ("中共防城港市委员会组织部", "市委组织部"),
        ("防城港市委组织部", "市委组织部"),
        ("市人力资源社会保障局", "市人社局"),
        ("市卫生计生委", "市卫计委"),
        ("市住房城乡建设委", "市住建委"),
        ("市住建部门", "市住建委"),
        ("共青团防城港市委", "团市委"),
        ("防城港团市委", "团市委"),
        ("防城海关", "防城港海关"),
        ("防城港警方", "市公安局"),
        ("市市政局", "市市政局"),
        ("市交警支队", "市公安局"),
        ("市公安局上思分局", "上思县"),
        ("防城港市防城区", "防城区"),
    ],
)
def test_form_of_a_name(text: str, unit: str) -> None:
    assert units(text) == [unit]


@pytest.mark.parametrize(
    "text",
    [
        "东兴市教育局",
        "南宁市发改委",
        "桂林市公安局",
        "港口城区",
        "市中级人民法院",
        "市委党校",
        "自治区财政厅",
    ],
)
def test_a_longer_name_hides_the_shorter(text: str) -> None:
    assert all(unit not in ("市教育局", "市发改委", "市公安局", "市财政局", "港口区") for unit in units(text))


def test_every_name_of_the_data_is_found() -> None:
    for unit in CITY.units:
        for name in unit.names:
            assert unit.short in units(name), name


def test_a_form_of_two_units_names_none(tmp_path: Path) -> None:
    (tmp_path / "units.csv").write_text(
        "short,official,kind,parent\n"
        "市国土局,甲港市国土资源局,市直,甲港市\n"
        "市自然资源局,甲港市自然资源和规划局,市直,甲港市\n"
        "市规划局,甲港市自然资源与规划局,市直,甲港市\n",
        encoding="utf-8",
    )
    finder = NameFinder(Names(load_city(tmp_path)))
    assert [hit.name.unit for hit in finder.find("市自规局")] == [None]
    assert [hit.name.unit for hit in finder.find("市国土资源局")] == ["市国土局"]


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("上思县", "上思"),
        ("东兴市", "东兴"),
        ("港口区", "港口"),
        ("龙胜各族自治县", "龙胜"),
        ("融水苗族自治县", "融水"),
        ("试验区管委会", "试验区管委会"),
    ],
)
def test_county_stem(name: str, stem: str) -> None:
    assert county_stem(name) == stem


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(["市教育局", "防城港市", "东兴市", "局", "市", "水利", "，", "南宁市"]), max_size=20
    ).map("".join)
)
def test_hits_do_not_overlap_and_say_what_stands_there(text: str) -> None:
    end = 0
    for hit in FINDER.find(text):
        assert hit.start >= end
        assert text[hit.start : hit.end] == hit.name.text
        end = hit.end
