"""reports.yaml: what it says, what stands in for it, and which mistakes are told."""

from __future__ import annotations

import pytest

from analysis.reports.rules import load_report_rules, number_of, parse_report_rules
from pipeline.city import CityError, load_city
from tests.analysis.case import REPOSITORY


def test_the_city_says_who_issues_and_how_it_counts() -> None:
    rules = load_report_rules(load_city(REPOSITORY / "city"))
    assert rules.organ == "防城港市绩效考评领导小组办公室"
    assert number_of(rules, "bulletin", "防城港市", 2017, 3) == "防绩办通〔2017〕3号"
    assert number_of(rules, "bulletin", "防城港市", 2017, None) == "防绩办通〔2017〕　号"


def test_a_city_without_the_file_has_plain_heads() -> None:
    rules = parse_report_rules({}, "某市")
    assert rules.heads["weekly"].mark == "某市宣传工作周报" and rules.min_cases == 5


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ({"organs": "x"}, "organs"),
        ({"heads": {"yearly": {"mark": "x", "number": "1"}}}, "yearly"),
        ({"heads": {"weekly": {"mark": "x", "number": "{secret}"}}}, "weekly.number"),
        ({"heads": {"weekly": {"mark": "x", "number": "{year.__class__}"}}}, "weekly.number"),
        ({"heads": {"weekly": {"mark": "x"}}}, "number"),
        ({"heads": ["x"]}, "reports.yaml"),
        ({"min_cases": "many"}, "min_cases"),
    ],
)
def test_mistakes_are_told(raw: dict[str, object], said: str) -> None:
    with pytest.raises(CityError, match=said):
        parse_report_rules(raw, "某市")
