"""A city's folder that is wrong: each fault is named with its file, none is a traceback or a way out."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.credits import load_points
from analysis.ticket import load_rules
from analysis.worktime import WorktimeError
from pipeline.city import CityError, load_city
from pipeline.load_plan import load_plan

UNITS = "short,official,kind,parent\n市水利局,甲市水利局,市直,甲市\n"


@pytest.mark.parametrize(
    "content", ["- a", "a string", "42", "{", "\0", "[" * 5000, "!!python/name:os.system"]
)
@pytest.mark.parametrize(
    "name", ["city.yaml", "outlets.yaml", "plan.yaml", "points.yaml", "reply-rules.yaml"]
)
def test_yaml_of_another_shape(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / "units.csv").write_text(UNITS, "utf-8")
    (tmp_path / name).write_text(content, "utf-8")
    with pytest.raises(CityError, match=name):
        city = load_city(tmp_path)
        load_plan(city)
        load_points(city)
        load_rules(city)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("city.yaml", "slug: ../../elsewhere"),
        ("city.yaml", "slug: .."),
        ("outlets.yaml", "sites: 3"),
        ("outlets.yaml", "sites: {a: 1}"),
        ("points.yaml", "front_page: much"),
        ("units.csv", "short,official,kind,parent\n市水利局,,,\n"),
        ("units.csv", "short,official,kind,parent\n市水利局," + "长" * 200_000 + ",市直,甲市\n"),
    ],
)
def test_values_that_cannot_be_meant(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / "units.csv").write_text(UNITS, "utf-8")
    (tmp_path / name).write_text(content, "utf-8")
    with pytest.raises(CityError):
        load_points(load_city(tmp_path))


def test_days_that_are_no_number(tmp_path: Path) -> None:
    (tmp_path / "units.csv").write_text(UNITS, "utf-8")
    (tmp_path / "reply-rules.yaml").write_text("extension_max_days: many", "utf-8")
    with pytest.raises(WorktimeError, match="应为整数"):
        load_rules(load_city(tmp_path))


def test_a_folder_with_blanks_and_chinese_in_its_name_and_a_mark_in_its_file(tmp_path: Path) -> None:
    folder = tmp_path / "城 市"
    folder.mkdir()
    (folder / "units.csv").write_text(UNITS, "utf-8-sig")
    assert [unit.short for unit in load_city(folder).units] == ["市水利局"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"saeson: 3\n", "不认识的名称“saeson”，是不是 season"),
        (b"credit_treshold: 0.9\n", "是不是 credit_threshold"),
        (b"name: a\nregion: [b\n", "第 3 行：写法有误"),
        (b"season: {end: 2018-02-30}\n", "有的日期或数字不存在"),
        ("name: 甲市\n".encode("gbk"), "请另存为 UTF-8"),
    ],
)
def test_what_is_wrong_in_the_citys_settings_is_told(tmp_path: Path, content: bytes, told: str) -> None:
    (tmp_path / "units.csv").write_text(UNITS, "utf-8")
    (tmp_path / "city.yaml").write_bytes(content)
    with pytest.raises(CityError, match=told):
        load_city(tmp_path)


def test_what_one_changes_of_what_was_read_reaches_nobody_else(tmp_path: Path) -> None:
    (tmp_path / "units.csv").write_text(UNITS, "utf-8")
    rules = tmp_path / "reply-rules.yaml"
    rules.write_text("urgent: {first_response_days: 1}", "utf-8")
    city = load_city(tmp_path)
    city.mapping(rules.name)["urgent"]["first_response_days"] = 9
    assert city.mapping(rules.name) == {"urgent": {"first_response_days": 1}}
    rules.write_text("urgent: {first_response_days: 2}", "utf-8")
    assert city.mapping(rules.name) == {"urgent": {"first_response_days": 2}}
