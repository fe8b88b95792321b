"""The fields of an article are masked together as each would be alone, wherever in a text a number stands."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.privacy import mask_all, mask_personal

PHONES = ("13877011240", "0770-2822345", "转123", "联系方式号码 : 是", "一三八七七零一一二四零")
OTHERS = ("身份证号码：", "450602199001011234", "QQ", "12345678", "微信号：abc_1234", "a@b.cn")
PLAIN = ("2017-10-09", "1.5万元", "\n", "字" * 45, "，", "１２３４５")
PIECES = st.sampled_from([*PHONES, *OTHERS, *PLAIN])
TEXTS = st.lists(PIECES, max_size=8).map("".join)


@given(st.dictionaries(st.sampled_from(["title", "byline", "body", "source"]), st.none() | TEXTS))
def test_fields_are_masked_as_each_alone(fields: dict[str, str | None]) -> None:
    alone = {name: None if text is None else mask_personal(text) for name, text in fields.items()}
    assert mask_all(fields) == alone


@given(TEXTS, st.integers(0, 120))
def test_what_stands_far_before_a_number_changes_nothing(text: str, distance: int) -> None:
    assert mask_personal("字" * distance + "，" + text) == "字" * distance + "，" + mask_personal(text)


def test_a_number_is_masked_with_the_longest_of_its_leads_before_it() -> None:
    said = (
        "甲" * 200
        + "联系方式号码   是28223456，身份证号码   为450602900101123，电话号码 ： 是2822345、2822346"
    )
    masked = mask_personal(said)
    assert not any(number in masked for number in ("28223456", "450602900101123", "2822345", "2822346"))
