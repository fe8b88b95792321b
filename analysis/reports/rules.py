"""Owns reports.yaml: who issues reports, under which number, to whom."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from analysis.reports.model import KIND_NAMES, Kind, ReportRules
from pipeline.city import City, CityError

_NAMED = re.compile(r"\{(?:year|number|city)\}")


def load_report_rules(city: City) -> ReportRules:
    """reports.yaml, or plain heads in the city's name where there is none. Raises CityError."""
    return parse_report_rules(city.mapping("reports.yaml"), city.name)


def parse_report_rules(raw: dict[str, Any], city: str) -> ReportRules:
    """Rules from the content of reports.yaml; what it does not say is made of the city's name.

    Raises:
        CityError: an unknown key, a wrong type, or a number whose {…} is none of year, number and city.
    """
    heads = {
        kind: {"mark": f"{city}宣传工作{name}", "number": "{year}年第{number}号"}
        for kind, name in KIND_NAMES.items()
    }
    try:
        unknown = set(raw.get("heads") or {}) - set(KIND_NAMES)
        if unknown:
            raise CityError(
                f"reports.yaml: heads 中没有“{'、'.join(sorted(unknown))}”，可用：{'、'.join(KIND_NAMES)}"
            )
        merged = (
            {"organ": f"{city}绩效考评领导小组办公室"} | raw | {"heads": heads | (raw.get("heads") or {})}
        )
        rules = msgspec.convert(merged, ReportRules)
    except (msgspec.ValidationError, TypeError) as error:
        raise CityError(f"reports.yaml: 有误（{error}）") from error
    for kind, head in rules.heads.items():
        if re.search(r"[{}]", _NAMED.sub("", head.number)):
            raise CityError(
                f"reports.yaml: heads.{kind}.number 只能用 {{year}}、{{number}}、{{city}}：{head.number}"
            )
    return rules


def number_of(rules: ReportRules, kind: Kind, city: str, year: int, number: int | None) -> str:
    """发文字号; one that is not issued yet has room for its number."""
    return rules.heads[kind].number.format(year=year, number="　" if number is None else number, city=city)
