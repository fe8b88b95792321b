"""Numbers that are spelled so that no program finds them, and that a reader still reads, are masked."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import hidden_numbers
from pipeline.privacy import mask_all, mask_personal

NUMBER = "13877011240"
UNSEEN = {
    "keycaps": "\ufe0f\u20e3",
    "selector": "\ufe0e",
    "underline": "\u0332",
    "stroke": "\u0336",
    "joiner": "\u2060",
    "separator": "\u2063",
    "embedding": "\u202a",
    "isolate": "\u2066",
    "grapheme joiner": "\u034f",
    "mongolian": "\u180e",
    "hangul filler": "\u3164",
    "braille blank": "\u2800",
    "tag": "\U000e0041",
    "private use": "\ue000",
    "control": "\x01",
    "three zero widths": "\u200b\u200c\u200d",
}
DIGITS = {
    "negative circles": "⓿❶❷❸❹❺❻❼❽❾",
    "double circles": "⓪⓵⓶⓷⓸⓹⓺⓻⓼⓽",
    "sans circles": "🄋➀➁➂➃➄➅➆➇➈",
    "commas": "🄁🄂🄃🄄🄅🄆🄇🄈🄉🄊",
    "segments": "🯰🯱🯲🯳🯴🯵🯶🯷🯸🯹",
    "ideographs in circles": "〇㊀㊁㊂㊃㊄㊅㊆㊇㊈",
    "traditional": "零壹貳參肆伍陸柒捌玖",
    "roman": "0ⅠⅡⅢⅣⅤⅥⅦⅧⅨ",
    "spoken": "洞幺两三四五六拐八勾",
    "thai": "๐๑๒๓๔๕๖๗๘๙",
}
SIGNS = ["、", "，", "。", "/", "#", "=", "…", "~~~", "😀", "\n", "\t", "】【"]


@pytest.mark.parametrize("unseen", UNSEEN.values(), ids=[*UNSEEN])
@pytest.mark.parametrize("number", [NUMBER, "0770-2822345", "450602199003071234", "6228480402564890018"])
def test_what_is_not_seen_hides_no_number(number: str, unseen: str) -> None:
    said = f"找{''.join(char + unseen for char in number)}问"
    masked = mask_personal(said)
    assert masked.startswith("找〔") and masked.endswith("〕问"), "what adorned the last digit goes with it"
    assert mask_all({"title": said, "body": None}) == {"title": masked, "body": None}


def test_what_is_not_seen_hides_no_address() -> None:
    assert mask_personal("zhang\u200b@\u200b163.com") == "〔邮箱〕"
    assert mask_personal("QQ:12\u200b345\u200b678") == "QQ:〔QQ号〕"
    assert mask_personal("微\u200b信：zhangsan") == "微\u200b信：〔微信号〕"


def test_a_text_that_hides_nothing_stays_as_it_is() -> None:
    said = "👨\u200d👩\u200d👧 好\u200b！❤\ufe0f 2017-10-09，共\u200b5件"
    assert mask_personal(said) == said


@pytest.mark.parametrize("digits", DIGITS.values(), ids=[*DIGITS])
def test_digits_of_any_make_are_digits(digits: str) -> None:
    assert mask_personal(f"打{''.join(digits[int(char)] for char in NUMBER)}问") == "打〔电话〕问"


@pytest.mark.parametrize("sign", SIGNS)
def test_one_sign_between_all_digits_hides_no_number(sign: str) -> None:
    assert mask_personal(f"找{sign.join(NUMBER)}问") == "找〔电话〕问"
    assert mask_personal(f"找{sign.join('一三八七七零一一二四零')}问") == "找〔电话〕问"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("电话：138\n7701\n1240", "电话：〔电话〕"),
        ("联系电话是\n1387701\r\n1240，谢谢", "联系电话是\n〔电话〕，谢谢"),
        ("请拨打138 77 01 12 40", "请拨打〔电话〕"),
        ("电话0770\n2822345", "电话〔电话〕"),
        ("电话二八二二三四五", "电话〔电话〕"),
        ("零七七零二八二二三四五", "〔电话〕"),
        ("0770_2822345", "〔电话〕"),
        ("六二二八四八零四零二五六四八九零零一八", "〔银行卡号〕"),
        ("6228·4804·0256·4890·018", "〔银行卡号〕"),
        ("450602 1990 0307 1234", "〔身份证号〕"),
        ("4506 0219 9003 0712 34", "〔身份证号〕"),
        ("扣扣一二三四五六七八", "扣扣〔QQ号〕"),
        ("QQ-12345678", "QQ-〔QQ号〕"),
        ("QQ 1234 5678", "QQ 〔QQ号〕"),
        ("138/7701/1240", "〔电话〕"),
        ("[138][7701][1240]", "[〔电话〕]"),
        ("138-7701 1240", "〔电话〕"),
        ("013877011240", "〔电话〕"),
        ("008613877011240", "〔电话〕"),
        ("八六一三八七七零一一二四零", "〔电话〕"),
        ("1387701124O", "〔电话〕"),
        ("l3877o11240", "〔电话〕"),
        ("zhang @ 163.com", "〔邮箱〕"),
        ("zhang@163。com", "〔邮箱〕"),
        ("zhang#163.com", "〔邮箱〕"),
        ("zhang@vip.163 . com，谢谢", "〔邮箱〕，谢谢"),
        ("加V：zhangsan", "加V：〔微信号〕"),
        ("+V zhangsan88", "+V 〔微信号〕"),
        ("加我微zhangsan88", "加我微〔微信号〕"),
        ("微 信 号 zhangsan", "微 信 号 〔微信号〕"),
        ("weixin:zhangsan", "weixin:〔微信号〕"),
        ("薇：zhangsan", "薇：〔微信号〕"),
    ],
)
def test_spellings_that_a_reader_reads(text: str, masked: str) -> None:
    assert mask_personal(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "1、3、4、5、6、7、8、9、10、11、12号楼",
        "1、3、5、7、9、11、13、15栋",
        "一、三、五限行；二、四、六放行",
        "分别为150、1200、1300万元",
        "150\n1200\n1300",
        "1587301\n2017",
        "电话受理时间：14:30-17:30，8:00",
        "热线开通时间8:30—12:00，15:00—18:00",
        "15000-200000人",
        "服务热线12345、0公里标识",
        "共13877012345元，另付 1240",
        "2017年第1-3季度，1至3月、4至6月",
        "工号l3 与 IO1OlO 接口",
        "版本 v1.3.8.7.7.0",
        "3 + 5，加V形槽，+V 5",
        "第3#楼，1#、2#、3#机组 126.5 万千瓦",
        "新V信用卡",
        "加我市民热线",
        "二〇一七年一二月、三四月",
        "第０３０８００９１２３期",
        "QQ群2017-2018年度公告",
        "130_2017_2018",
        "/upload/130_2017_2018.pdf",
        "感谢tom @jerry。2018年再见",
        "via @weibo. 10时",
        "640.webp@2x.png",  # a picture for a fine screen
    ],
)
def test_what_is_no_number_of_a_person_stays(text: str) -> None:
    assert mask_personal(text) == text


PIECES = [
    *UNSEEN.values(),
    *NUMBER,
    *SIGNS,
    "电话",
    "加V",
    "QQ",
    "一",
    "三",
    "O",
    "l",
    "@",
    ".",
    " ",
    "元",
    "\n",
]


@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join))
def test_masking_twice_is_masking_once_and_alike_in_all_fields(text: str) -> None:
    once = mask_personal(text)
    assert mask_personal(once) == once
    assert mask_all({"body": text, "title": "字"}) == {"body": once, "title": "字"}


@pytest.mark.parametrize(
    "text",
    [
        "1\ufe0f\u20e3" * 60_000,
        "\u200b" * 200_000,
        "1、" * 100_000,
        "电话\n" * 60_000,
        "电话1" * 60_000,
        "lO" * 100_000,
        "零七" * 100_000,
        "6_2_" * 50_000,
        "a # " * 50_000,
    ],
)
def test_time_is_linear_on_hostile_text(text: str) -> None:
    begin = time.process_time()
    mask_personal(text)
    assert time.process_time() - begin < 5


@given(
    st.text(
        alphabet="0159一零①ＯOlI -._·•(（）:：,，年a字\n\u200b\u0301\ufe0f\U000e0031", min_size=5, max_size=40
    )
)
def test_what_is_likely_or_unseen_is_worth_a_look(text: str) -> None:
    if hidden_numbers.LIKELY.search(text) or hidden_numbers.UNSEEN.search(text):
        assert hidden_numbers.WORTH_A_LOOK.search(text)


@pytest.mark.parametrize(
    "text",
    [
        "电话130_2017_2018",
        "找我 130_2017_2018",
        "tel: 130_2017_2018",
        "130_2017_2019",
        "138_7701_1240",
        "+86130_2017_2018",
        "130-2017-2018",
    ],
)
def test_what_may_be_a_number_beside_two_years_is_masked(text: str) -> None:
    assert "〔电话〕" in mask_personal(text)


@pytest.mark.parametrize(
    "spelled",
    [
        "一三八七七零一二三四五 ",
        "①③⑧⑦⑦⓪①②③④⑤ ",
        "138_7701_2345_",
        "13八77零12三45、",
        "1.3.8.7.7.0.1.2.3.4.5.",
        "零七七零 二八二 三四五六 ",
    ],
)
def test_a_number_that_is_given_again_and_again_is_masked_each_time(spelled: str) -> None:
    """As in advertisements: none may hide the one before it."""
    assert mask_personal(f"联系电话{spelled * 40}").count("〔电话〕") == 40


@pytest.mark.parametrize("between", ["_", " ", "·"])
def test_a_mobile_and_a_landline_beside_each_other_are_both_masked(between: str) -> None:
    mobile, landline = "一三八七七零一二三四五", "零七七零 二八二三四五六"
    for first, second in ((mobile, landline), (landline, mobile)):
        assert mask_personal(f"打{first}{between}{second}找我").count("〔电话〕") == 2
