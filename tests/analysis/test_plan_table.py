"""docs/plan-table.md is complete: every line of the plan, every named test, every sentence of the notice."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from pipeline.city import CityError, load_city
from pipeline.load_plan import load_plan, parse_plan
from tests.analysis.case import REPOSITORY

TABLE = (REPOSITORY / "docs" / "plan-table.md").read_text("utf-8")
SHARED = Path(os.environ.get("GANGQING_SHARED") or REPOSITORY.parent / "shared")
CITY = load_city(REPOSITORY / "city")
PLAN = load_plan(CITY)


def table_rows(heading: str) -> list[list[str]]:
    section = TABLE.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [[part.strip() for part in line.strip("|").split("|")] for line in lines]


ASKS = table_rows("What asks")
KEYS = [row[1] for row in ASKS] + [row[0] for row in table_rows("What does not ask")]


def test_every_line_of_the_plan_stands_in_the_table_and_the_other_way_round() -> None:
    assert PLAN is not None
    named = {task for row in ASKS for task in row[2].split()}
    assert named == {task.id for task in PLAN.tasks}


def test_every_paragraph_of_the_plan_stands_in_the_table() -> None:
    assert PLAN is not None
    places = {row[0] for row in ASKS}
    assert {part for task in PLAN.tasks for part in task.paragraph.split("、")} <= places


def test_every_named_test_exists() -> None:
    code = "".join(path.read_text("utf-8") for path in (REPOSITORY / "tests").rglob("test_*.py"))
    for row in ASKS:
        assert f"def {row[3]}(" in code, row[3]


def test_twelve_measures_seven_rows_and_the_numbers_that_the_notice_states() -> None:
    assert PLAN is not None
    ids = [task.id for task in PLAN.tasks]
    assert [i for i in ids if i[0] == "m"] == [f"m{n:02d}" for n in range(1, 13)]
    assert [i for i in ids if i[0] == "a"] == [f"a{n}" for n in range(1, 8)]
    assert len(PLAN.series) == 7 and len(PLAN.indicators) == 11
    assert {entry.unit for entry in PLAN.indicators.values()} == set(PLAN.members["a5"])
    counted = ("quota", "weekly", "emphasis_month")
    stated = {task.id for task in PLAN.tasks if task.kind in counted and task.quota_stated}
    assert stated == {"m02", "m03", "m06"}
    assert str(PLAN.task("m05").publish_by) == "2017-10-20" and PLAN.task("m05").min_days == 14
    assert PLAN.task("a3").proof and str(PLAN.task("a3").proof.by) == "2017-10-26"  # type: ignore[union-attr]
    assert str(PLAN.task("m08").keep_until) == "2018-02-28"


def notice() -> str:
    path = SHARED / "notice-2017.txt"
    if not path.is_file():
        pytest.skip("the notice is not at hand")
    return path.read_text("utf-8")


def test_every_key_is_found_in_the_notice() -> None:
    text = re.sub(r"\s", "", notice())
    for key in KEYS:
        assert re.sub(r"\s", "", key) in text, key


def test_every_sentence_of_the_notice_has_a_row() -> None:
    """A sentence ends at 。 or ； or a line's end; headings, the addressees, names of units in the annex and
    dates are no sentences."""
    keys = [re.sub(r"\s", "", key) for key in KEYS]
    text = re.sub(r"[ \t　]", "", notice())
    spans = [(m.start(), m.end()) for key in keys for m in re.finditer(re.escape(key), text)]
    missing = []
    for match in re.finditer(r"[^。；\n]+", text):
        sentence = match.group()
        is_covered = any(start < match.end() and match.start() < end for start, end in spans)
        if not is_covered and not _asks_nothing(sentence):
            missing.append(sentence)
    assert not missing, "\n".join(missing)


def _asks_nothing(sentence: str) -> bool:
    plain = sentence.lstrip("）)")
    is_heading = re.match(r"^([一二三四]、|（[一二三四]）)[^，]{2,12}(，[^，]{2,8})?$", plain) is not None
    is_duty_list = plain.startswith(("（责任单位", "市", "东兴试验区")) and not re.search(
        r"[要须请应将]|至少", plain
    )
    return (
        len(plain) < 14
        or is_heading
        or is_duty_list
        or re.match(r"^[\d.—年月日\-自治区终核验期间]+$", plain) is not None
    )


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda raw: raw["tasks"][0].update(quata=3), "quata"),
        (lambda raw: raw["tasks"].append(raw["tasks"][0]), "编号重复"),
        (lambda raw: raw["tasks"][0].update(repeats="m99"), "不是 m99"),
        (lambda raw: raw["tasks"][0].update(units=["没有的局"]), "没有的局"),
        (lambda raw: raw["tasks"][0].update(outlets=["radio"]), "radio"),
        (lambda raw: raw["tasks"][0]["window"].update(end="2016-01-01"), "早于"),
        (lambda raw: raw["tasks"][0].update(publish_by="2019-01-01"), "publish_by"),
        (lambda raw: raw["tasks"][16].update(proof=None), "measures"),
        (lambda raw: raw["indicators"]["教育"].update(unit="没有的局"), "没有的局"),
    ],
)
def test_wrong_plan_is_told(change: object, told: str) -> None:
    raw = CITY.data("plan.yaml")
    assert callable(change)
    change(raw)
    with pytest.raises(CityError, match=told):
        parse_plan(raw, CITY)
