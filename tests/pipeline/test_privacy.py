"""Pseudonyms and masks: personal numbers go whatever their spelling, everything else stays as it is."""

import multiprocessing
import re
import stat
import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.privacy import WECHAT, SaltError, load_salt, mask_personal, pseudonym

FULL_WIDTH = str.maketrans("0123456789-X", "０１２３４５６７８９－Ｘ")


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("请拨打13877012345联系", "请拨打〔电话〕联系"),
        ("电话138-7701-2345。", "电话〔电话〕。"),
        ("138 7701 2345", "〔电话〕"),
        ("1387701 2345", "〔电话〕"),
        ("1 3 8 7 7 0 1 2 3 4 5急", "〔电话〕急"),
        ("+86 13877012345", "〔电话〕"),
        ("+8613877012345", "〔电话〕"),
        ("１３８７７０１２３４５", "〔电话〕"),
        ("13877012345元旦后联系", "〔电话〕元旦后联系"),
        ("座机0770-2822345转801", "座机〔电话〕"),
        ("（0770）2822345", "〔电话〕"),
        ("0770—2822345", "〔电话〕"),
        ("07702822345", "〔电话〕"),
        ("0771 582 2345", "〔电话〕"),
        ("010-65122345", "〔电话〕"),
        ("0770-2822345、2822346两部", "〔电话〕两部"),
        ("联系电话：2822345", "联系电话：〔电话〕"),
        ("身份证450602198001011234", "身份证〔身份证号〕"),
        ("45060219800101123x。", "〔身份证号〕。"),
        ("450602 19800101 123X", "〔身份证号〕"),
        ("450602800101123（旧证）", "〔身份证号〕（旧证）"),
        ("身份证号：999999999999999999", "身份证号：〔身份证号〕"),
        ("卡号6228480402564890018", "卡号〔银行卡号〕"),
        ("6228 4804 0256 4890 018", "〔银行卡号〕"),
        ("卡号6228480402564890019", "卡号〔银行卡号〕"),  # UnionPay: masked, though its check digit is wrong
        ("4111111111111111", "〔银行卡号〕"),
        ("写信到wei.mou@example.com.cn谢谢", "写信到〔邮箱〕谢谢"),
        ("wei＠example．com", "〔邮箱〕"),
        ("QQ：123456789", "QQ：〔QQ号〕"),
        ("加qq群 87654321", "加qq群 〔QQ号〕"),
        ("微信号：weimou", "微信号：〔微信号〕"),
        ("加微信 wei_mou88详谈", "加微信 〔微信号〕详谈"),
        ("vx:abcdef", "vx:〔微信号〕"),
        ("微信13877012345", "微信〔电话〕"),
        ("13877012345 13977012345", "〔电话〕 〔电话〕"),
        ("13877012345/13977012345", "〔电话〕/〔电话〕"),
        ("13877012345，13977012345,13677012345", "〔电话〕，〔电话〕,〔电话〕"),
        ("座机0770-2822345，13977012345", "座机〔电话〕，〔电话〕"),
        ("6228480402564890018，3张", "〔银行卡号〕，3张"),
        ("一三八七七〇一二三四五", "〔电话〕"),
        ("打幺三八七七零一二三四五急", "打〔电话〕急"),
        ("壹叁捌柒柒零壹贰叁肆伍", "〔电话〕"),
        ("138七七零一1240", "〔电话〕"),
        ("138_7701_1240", "〔电话〕"),
        ("138·7701·1240", "〔电话〕"),
        ("1*3*8*7*7*0*1*1*2*4*0", "〔电话〕"),
        ("138\u200b7701\u200b1240", "〔电话〕"),
        ("①③⑧⑦⑦⓪①②③④⑤", "〔电话〕"),
        ("𝟏𝟑𝟖𝟕𝟕𝟎𝟏𝟐𝟑𝟒𝟓", "〔电话〕"),
        ("138(7701)1240", "〔电话〕"),
        ("四五零六零二一九八零零一零一一二三四", "〔身份证号〕"),
        ("450602_1980_0101_1234", "〔身份证号〕"),
        ("Q:12345678", "Q:〔QQ号〕"),
        ("扣:12345678", "扣:〔QQ号〕"),
        ("加Q12345678", "加Q〔QQ号〕"),
    ],
)
def test_personal_numbers_are_masked(text: str, masked: str) -> None:
    assert mask_personal(text) == masked


@pytest.mark.parametrize(
    "text",
    ["weixin20171204", "weixin:20171204.jpg", "weixin20179904.jpg", "weixin12345678.jpg", "微信20171204.jpg"],
)
def test_a_number_that_is_no_day_of_a_file_is_masked(text: str) -> None:
    assert WECHAT in mask_personal(text)


@pytest.mark.parametrize(
    "text",
    [
        "2017-10-09 08:00:00",
        "20171009",
        "2017年10月9日上午10:20",
        "发表于 2017-9-27 10:00:00",
        "2017/10/09－2017/10/26",
        "防绩办〔2017〕13号",
        "桂政发〔2017〕45号、国办发〔2016〕1381号",
        "请拨打12345、12315、96128、12333或110、119、120、122",
        "政务热线12345，举报12318，话费10086，95588",
        "热线400-800-8820",
        "总投资13800000000元",
        "完成投资13877012345.67元",
        "1,387,701,234.50万元",
        "共15912345678万吨",
        "税收62.28亿元，同比增长13.8%",
        "产量13877012345公斤",
        "邮编538001",
        "案号（2017）桂0602民初1234号",
        "房号3栋2单元1301，车牌桂P12345",
        "统一社会信用代码91450600MA5KXXXX12",
        "招标编号FCGZC2017-G1-00123",
        "8:00-12:00，14:30-17:30",
        "关注微信公众号fcgxuanchuan了解",
        "扫微信二维码，微信支付50元",
        "第20171009123456789号回执",
        "北纬21.6145678901，东经108.3451234567",
        "微信群里说的WeChat Pay",
        "二〇一七年一月九日上午，一三五限行、二四六放行",
        "第一三五期，一千三百八十七万",
        "1 3 5 7 9 11 13 15 17 19",
        "1|2|3|4|5|6|7|8|9|10|11",
        "1370-1380-1390元/吨",
        "Q1季度，扣10分，Q: 为什么",
        "13.8 77.0 12.3 45",
        "见 weixin20171204.jpg 与 wx201712041230.png",
    ],
)
def test_what_is_not_personal_stays(text: str) -> None:
    assert mask_personal(text) == text


# Words that neither end in a cue nor contain digits, letters or separators.
chinese = st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x4E50), max_size=12)
grouped = st.sampled_from([(3, 4, 4), (11,), (3, 8), (7, 4), (3, 3, 5)])


@given(
    before=chinese,
    after=chinese,
    tail=st.integers(0, 10**9 - 1),
    second=st.integers(3, 9),
    groups=grouped,
    separator=st.sampled_from(" -"),
    wide=st.booleans(),
)
def test_any_spelling_of_a_mobile_number_goes_and_nothing_else(
    before: str, after: str, tail: int, second: int, groups: tuple[int, ...], separator: str, wide: bool
) -> None:
    digits = f"1{second}{tail:09d}"
    cuts = [sum(groups[:i]) for i in range(len(groups) + 1)]
    number = separator.join(digits[a:b] for a, b in pairwise(cuts))
    if wide:
        number = number.translate(FULL_WIDTH)
    assert mask_personal(before + number + after) == f"{before}〔电话〕{after}"


@given(
    before=chinese,
    after=chinese,
    day=st.dates(),
    serial=st.integers(0, 999),
    check=st.sampled_from("0123456789Xx"),
    wide=st.booleans(),
)
def test_any_id_card_goes(before: str, after: str, day: object, serial: int, check: str, wide: bool) -> None:
    year = f"19{str(day)[2:4]}"
    number = f"450602{year}{str(day)[5:7]}{str(day)[8:10]}{serial:03d}{check}"
    if wide:
        number = number.translate(FULL_WIDTH)
    assert mask_personal(before + number + after) == f"{before}〔身份证号〕{after}"


@given(
    st.text(alphabet=st.characters(exclude_categories=("Nd", "Cs"), exclude_characters="@＠"), max_size=200)
)
def test_text_without_digits_and_mail_loses_nothing(text: str) -> None:
    masked = mask_personal(text)
    assert re.sub("〔微信号〕", "", masked) == text or "信" in text or re.search("[vw]x|chat", text, re.I)
    if not re.search("微信|薇信|威信|[vVｖＶ]", text) and not re.search("(?i)w[xe]", text):
        assert masked == text


@given(st.dates(), st.integers(0, 23), st.integers(0, 59), st.sampled_from(["-", "/", ".", ""]))
def test_dates_stay(day: object, hour: int, minute: int, separator: str) -> None:
    text = f"{str(day).replace('-', separator)} {hour}:{minute:02d}:00"
    assert mask_personal(text) == text


@given(st.integers(1, 10**15), st.sampled_from(["元", "万元", "亿元", "吨", "公斤", "亩", "%"]))
def test_amounts_stay(amount: int, unit: str) -> None:
    for text in (f"共计{amount}{unit}", f"共计{amount:,}{unit}", f"共计{amount / 100:.2f}{unit}"):
        assert mask_personal(text) == text or len(str(amount)) >= 15


@given(st.text(alphabet="0123456789 -.@xXqQ微信电话：（）+a", max_size=300))
def test_masking_twice_is_masking_once(text: str) -> None:
    once = mask_personal(text)
    assert mask_personal(once) == once


@pytest.mark.parametrize(
    "text",
    [
        "1" * 200_000,
        "1-" * 100_000,
        "a" * 200_000,
        "微信" * 100_000,
        "1 3" * 70_000,
        "0770" * 50_000,
        "a." * 100_000 + "@",
        "(0" * 100_000,
        "qq" * 100_000,
    ],
)
def test_time_is_linear_on_hostile_text(text: str) -> None:
    begin = time.perf_counter()
    mask_personal(text)
    assert time.perf_counter() - begin < 3


def test_a_pseudonym_is_stable_and_salted() -> None:
    salt = b"s" * 32
    name = pseudonym("北部湾渔夫", salt)
    assert re.fullmatch("网友-[a-z2-7]{8}", name)
    assert pseudonym(" 北部湾渔夫 ", salt) == name
    assert pseudonym("北部湾渔夫", b"t" * 32) != name
    assert pseudonym("北部湾渔夫2", salt) != name
    assert len({pseudonym(str(i), salt) for i in range(5000)}) == 5000


def test_the_salt_is_made_once_for_the_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "var" / "city" / "salt"
    salt = load_salt(path)
    assert len(salt) == 32
    assert load_salt(path) == salt
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert sorted(item.name for item in path.parent.iterdir()) == ["salt", "salt.check"]


def test_two_starts_at_once_get_the_same_salt(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        salts = pool.map(load_salt, [tmp_path / "salt"] * 16)
    assert len(set(salts)) == 1


@pytest.mark.parametrize("content", ["", "zz", "00" * 31, "é"])
def test_a_damaged_salt_is_an_error_not_a_new_salt(tmp_path: Path, content: str) -> None:
    (tmp_path / "salt").write_text(content)
    with pytest.raises(SaltError):
        load_salt(tmp_path / "salt")


def test_another_salt_than_the_one_first_used_is_an_error(tmp_path: Path) -> None:
    load_salt(tmp_path / "salt")
    (tmp_path / "salt").write_text("ab" * 32)
    with pytest.raises(SaltError, match="不是采集时所用"):
        load_salt(tmp_path / "salt")


def test_a_lost_salt_is_not_made_anew(tmp_path: Path) -> None:
    load_salt(tmp_path / "salt")
    (tmp_path / "salt").unlink()
    with pytest.raises(SaltError, match="不见了"):
        load_salt(tmp_path / "salt")
    assert not (tmp_path / "salt").exists()


def test_a_rule_is_passed_over_only_where_it_cannot_match() -> None:
    from pipeline import privacy

    examples = {
        "_CUED_ID": "身份证：450601900101123",
        "_LANDLINE": "（0770）2823456",
        "_CUED_PHONE": "Tel 2823456",
        "_EMAIL": "a@b.cn",
        "_QQ": "企鹅号12345678",
        "_WECHAT": "weChat: abc12345",
    }
    for name, text in examples.items():
        (signs,) = [rule[4] for rule in privacy._RULES if rule[0] is getattr(privacy, name)]
        assert signs and any(sign in text.translate(privacy._PLAIN) for sign in signs), name
        assert mask_personal(text) != text, name


@pytest.mark.parametrize("text", ["138(77012343 138770)12345", "139-7701(2345 138770)12345，138(77012343"])
def test_a_number_inside_another_is_masked_too(text: str) -> None:
    """The second begins among the digits of the first."""
    masked = mask_personal(text)
    assert mask_personal(masked) == masked
    assert not re.search(r"1[^〕]*7701", masked)


PIECES = [
    *"0138770.-() 　１３〇①③+加QqＱ扣抠群号:：@＠微信VvxX٣७，年月日/X",
    "13877",
    "2822",
    "2017年10月16日",
    "weChat",
    "企鹅",
    "电话",
    "a.cn",
]


@given(st.lists(st.sampled_from(PIECES), max_size=16).map("".join))
def test_a_text_is_passed_over_only_where_no_rule_can_match(text: str) -> None:
    from pipeline import privacy

    masked = mask_personal(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(privacy, "LIKELY", re.compile(""))
        assert mask_personal(text) == masked
    assert mask_personal(masked) == masked


def test_a_text_of_dates_and_shares_is_passed_over_at_once() -> None:
    from pipeline import privacy

    text = "2017年10月16日上午，全市扶贫工作会议召开，企业代表120人参加，增长10.5%，较2016年提高3.2个百分点。"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(privacy, "_PLAIN", None)  # which every rule needs
        assert mask_personal(text * 10) == text * 10
