"""What a spreadsheet would run stays text: every sign that begins a formula, full width too; numbers stay."""

from __future__ import annotations

import pytest

from analysis.formula import defuse, is_formula


@pytest.mark.parametrize("sign", [*"=+-@＝＋－＠", "\t", "\r"])
def test_each_sign_that_begins_a_formula_is_kept_as_text(sign: str) -> None:
    text = f'{sign}HYPERLINK("http://x.test","y")'
    assert is_formula(text) and defuse(text) == f"'{text}"
    assert defuse(f"甲{text}") == f"甲{text}"  # it begins nothing


@pytest.mark.parametrize("cell", ["-1", "+3.5", "-1e3", "0", "", "甲", "2017-12-31", "1=1"])
def test_numbers_and_plain_text_stay_as_they_are(cell: str) -> None:
    assert defuse(cell) == cell


@pytest.mark.parametrize("cell", ["-1+1", "+8613877012345x", "-", "=1"])
def test_what_only_begins_like_a_number_is_none(cell: str) -> None:
    assert defuse(cell) == f"'{cell}"
