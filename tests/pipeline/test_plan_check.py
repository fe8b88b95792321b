"""What a plan cannot be told by is an error when it is read: what a kind needs, units of another time."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from pipeline.city import City, CityError, load_city
from pipeline.load_plan import parse_plan

UNITS = """short,official,kind,parent,valid_from,valid_to,successor
市水利局,甲市水利局,市直,甲市,,,
市环保局,甲市环境保护局,市直,甲市,,2019-03-31,市生态环境局
"""
LATER = """short,official,kind,parent,valid_from
市生态环境局,甲市生态环境局,市直,甲市,2019-04-01
"""
WINDOW = {"start": dt.date(2020, 9, 1), "end": dt.date(2020, 12, 31)}


@pytest.fixture
def city(tmp_path: Path) -> City:
    (tmp_path / "units.csv").write_text(UNITS, "utf-8")
    (tmp_path / "units-later.csv").write_text(LATER, "utf-8")
    return load_city(tmp_path)


def plan(**task: Any) -> dict[str, Any]:
    line = {"id": "t1", "paragraph": "一", "title": "某事", "scope": "unit", "window": WINDOW}
    head = {"season": WINDOW, "issued": dt.date(2020, 9, 1), "source": "方案", "column": "专栏"}
    return head | {"tasks": [line | {"kind": "quota", "units": ["市水利局"]} | task]}


PROOF = {"decision": "proof_received", "what": "截图"}


@pytest.mark.parametrize(
    ("task", "told"),
    [
        ({"kind": "register_by", "proof": PROOF}, "t1：register_by 须写明 proof.by"),
        ({"kind": "register_by"}, "须写明 proof.by"),
        ({"kind": "board_presence", "proof": PROOF | {"by": dt.date(2020, 12, 1)}}, "须写明 keep_until"),
        ({"kind": "exposure_gate", "proof": PROOF}, "须写明 proof.steps"),
        ({"kind": "emphasis_month"}, "须写明 emphasis"),
        ({"kind": "measures", "proof": PROOF}, "须写明 proof.forms"),
        (
            {
                "kind": "announcement_presence",
                "min_days": 7,
                "proof": PROOF | {"by": dt.date(2020, 12, 1)},
            },
            "min_days、publish_by 不起作用；在线多少天请另写一项",
        ),
        ({"units": ["市生态环境局"]}, "“市生态环境局”在 units-later.csv；方案要点名的单位应写在 units.csv"),
        ({"units": ["市环保局"]}, "有效期到 2019-03-31 为止，早于方案，应改为 市生态环境局"),
        ({"units": ["市农业局"]}, "不在 units.csv，也不是 groups 中的名称"),
    ],
)
def test_what_a_line_lacks_is_told(city: City, task: dict[str, Any], told: str) -> None:
    with pytest.raises(CityError, match=told):
        parse_plan(plan(**task), city)


def test_a_group_by_kind_takes_the_units_of_the_plans_day(city: City) -> None:
    raw = plan(units=["各单位"]) | {"groups": {"各单位": {"kinds": ["市直"]}}}
    assert parse_plan(raw, city).members == {"t1": ["市水利局"]}
