"""Edits of the city's data: laid over its files they read as if a person had mended the files."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.city import CityError, load_city
from pipeline.city_edits import city_edits, edited_files, fitting, lay_edits
from pipeline.decisions import Decision, append_decision
from pipeline.rules import rules_fingerprint
from tests.analysis.case import MarkTagger


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "units.csv").write_text(
        "short,official,kind,parent,aliases,duties\n"
        "市水利局,甲市水利局,市直,甲市,水利局|甲水,水利、防汛\n"
        "市林业局,甲市林业局,市直,甲市,,林业\n",
        "utf-8",
    )
    (tmp_path / "aliases.yaml").write_text(
        "units: {市水利局: [市防汛办]}\noutlets: {甲报: 市水利局}\n", "utf-8"
    )
    (tmp_path / "points.yaml").write_text("levels: {市级: 2, 网站: 1}\n", "utf-8")
    return tmp_path


def _edit(kind: str, number: int = 1, /, **after: object) -> Decision:
    return Decision(
        id=f"e{number}",
        at="2018-01-02T09:00:00",
        who="甲",
        kind=kind,
        target="x",
        after=after,  # type: ignore[arg-type]
    )


def test_a_unit_is_changed_and_the_rest_stays(folder: Path) -> None:
    base = load_city(folder)
    said = {"short": "市水利局", "official": "甲市水务局", "valid_to": "2019-02-28", "successor": "市林业局"}
    city = lay_edits(base, [_edit("unit_edit", **said)])
    unit = city.unit_by_short["市水利局"]
    assert (unit.official, str(unit.valid_to), unit.successor) == ("甲市水务局", "2019-02-28", "市林业局")
    assert unit.aliases == ("水利局", "甲水")
    assert unit.duties == ("水利", "防汛")
    assert city.unit_by_short["市林业局"] == base.unit_by_short["市林业局"]
    assert base.unit_by_short["市水利局"].official == "甲市水利局"  # the files are as they were


def test_a_new_unit_stands_beside_those_of_the_season(folder: Path) -> None:
    new = _edit(
        "unit_edit",
        short="市自然局",
        is_new=True,
        official="甲市自然局",
        kind="市直",
        valid_from="2019-03-01",
    )
    city = lay_edits(load_city(folder), [new])
    assert [unit.short for unit in city.later] == ["市自然局"]
    assert "市自然局" not in [unit.short for unit in city.units]


def test_names_are_added_and_withdrawn_in_both_files(folder: Path) -> None:
    edits = [
        _edit("alias_edit", 1, alias="水务局", unit="市水利局", state="已核对"),
        _edit("alias_edit", 2, alias="水保站", unit="市水利局", state="待核对"),
        _edit("alias_edit", 3, alias="甲水", unit="市水利局", state="停用"),
        _edit("alias_edit", 4, alias="市防汛办", unit="市水利局", state="停用"),
    ]
    city = lay_edits(load_city(folder), edits)
    assert city.unit_by_short["市水利局"].aliases == ("水利局", "水务局")
    assert city.data("aliases.yaml") == {"units": {"市水利局": []}, "outlets": {"甲报": "市水利局"}}


def test_an_account_needs_no_file_before(folder: Path) -> None:
    on = _edit("account_edit", 1, account="甲水务", forum="微信", unit="市水利局", state="在用")
    off = _edit("account_edit", 2, account="甲水务", forum="微信", unit="市水利局", state="停用")
    assert [(a.account, a.forum) for a in lay_edits(load_city(folder), [on]).accounts] == [("甲水务", "微信")]
    assert lay_edits(load_city(folder), [on, off]).accounts == []


def test_a_rule_is_set_where_its_file_has_it_and_where_there_is_none(folder: Path) -> None:
    edits = [
        _edit("rule_edit", 1, setting_file="points.yaml", key=["levels", "市级"], value=3.5),
        _edit("rule_edit", 2, setting_file="reply-rules.yaml", key=["answer_days", "投诉"], value=5),
        _edit("rule_edit", 3, setting_file="city.yaml", key=["credit_threshold"], value=0.8),
    ]
    city = lay_edits(load_city(folder), edits)
    assert city.mapping("points.yaml") == {"levels": {"市级": 3.5, "网站": 1}}
    assert city.mapping("reply-rules.yaml") == {"answer_days": {"投诉": 5}}
    assert city.settings["credit_threshold"] == 0.8


def test_an_edit_that_no_longer_fits_bars_no_other(folder: Path) -> None:
    gone = _edit("unit_edit", 1, short="没有的局", official="x")
    wrong = _edit("unit_edit", 2, short="市水利局", valid_to="2019-13-45")
    good = _edit("alias_edit", 3, alias="水务局", unit="市水利局", state="已核对")
    base = load_city(folder)
    assert fitting(base, [gone, good]) == [good]
    assert "水务局" in lay_edits(base, [gone, wrong, good]).unit_by_short["市水利局"].aliases
    with pytest.raises(CityError, match="不再适用"):
        edited_files(base, [gone])


def test_what_the_tags_depend_on_changes_their_fingerprint(folder: Path) -> None:
    base, tagger = load_city(folder), MarkTagger()
    alias = lay_edits(base, [_edit("alias_edit", alias="水务局", unit="市水利局", state="已核对")])
    rule = lay_edits(base, [_edit("rule_edit", setting_file="points.yaml", key=["lead"], value=3)])
    assert rules_fingerprint(alias, tagger) != rules_fingerprint(base, tagger)
    assert rules_fingerprint(rule, tagger) == rules_fingerprint(base, tagger)  # points tag nothing
    known = rules_fingerprint(base, tagger)
    for name in ("units.csv~", ".units.csv.swp", "reports.yaml", "notify-rules.yaml"):
        (folder / name).write_text("notices: 3\n", encoding="utf-8")
        assert rules_fingerprint(load_city(folder), tagger) == known, name
    (folder / "plan.yaml").write_text("column: 另一个专栏\n", encoding="utf-8")  # the tagger looks for it
    column = rules_fingerprint(load_city(folder), tagger)
    assert column != known
    (folder / "plan.yaml").write_text("column: 另一个专栏\nseason: 2018\n", encoding="utf-8")
    assert rules_fingerprint(load_city(folder), tagger) == column


def test_edits_are_read_from_the_record_of_decisions(folder: Path, tmp_path: Path) -> None:
    append_decision(tmp_path / "d", _edit("alias_edit", alias="水务局", unit="市水利局", state="已核对"))
    append_decision(
        tmp_path / "d",
        Decision(id="o", at="2018-01-02T09:00:00", who="甲", kind="pause", target="t1"),
    )
    assert [edit.id for edit in city_edits(tmp_path / "d")] == ["e1"]
