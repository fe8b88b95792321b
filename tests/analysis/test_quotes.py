"""Quotation marks inside quotation marks: double outside, single inside, and double again inside these."""

from __future__ import annotations

import pytest

from analysis.quotes import nested, quoted


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("围挡占道", "“围挡占道”"),
        ("水利局“送水”进村", "“水利局‘送水’进村”"),
        ("“抓绩效”“促发展”", "“‘抓绩效’‘促发展’”"),
        ("开展“学习‘新思想’”活动", "“开展‘学习“新思想”’活动”"),
        ("开展‘送水’行动", "“开展‘送水’行动”"),
        ("China’s“一带一路”", "“China’s‘一带一路’”"),
        ("引号“没有关上", "“引号‘没有关上”"),
        ("", "“”"),
    ],
)
def test_a_title_in_quotation_marks(text: str, shown: str) -> None:
    assert quoted(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("没有登记过“水利局“送水”进村”，请先登记", "没有登记过“水利局‘送水’进村”，请先登记"),
        ("“甲”和“乙”", "“甲”和“乙”"),
        ("“甲‘乙’”", "“甲‘乙’”"),
        ("‘甲’和“乙”", "‘甲’和“乙”"),
        ("‘甲“乙”’", "‘甲“乙”’"),
        ("“没有关上", "“没有关上"),
        ("没有打开”", "没有打开”"),
    ],
)
def test_a_sentence_that_quotes_others(text: str, shown: str) -> None:
    assert nested(text) == shown
    assert nested(shown) == shown
