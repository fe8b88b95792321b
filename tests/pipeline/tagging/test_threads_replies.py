"""Official replies tell whose matter it is: who answers has it, who sends it back has it not."""

import pytest

from pipeline.city import load_city
from pipeline.tagging.items import ThreadItem, ThreadPost
from pipeline.tagging.threads import ThreadTagger
from pipeline.tagging.threads_accounts import unit_of_account

ROAD = ("桥头那条路烂得像月球", "下雨积水，晴天一身灰，一个月摔了三个人。到底谁来修？")


@pytest.fixture(scope="module")
def tagger() -> ThreadTagger:
    return ThreadTagger(load_city())


def thread(opening: tuple[str, str], *replies: tuple[str, str]) -> ThreadItem:
    title, text = opening
    posts = [ThreadPost(floor=1, author="网友甲", text=text)]
    posts += [
        ThreadPost(floor=number, author=author, text=words, is_registered_official=True)
        for number, (author, words) in enumerate(replies, 2)
    ]
    return ThreadItem(id="x", title=title, posts=posts)


def test_who_answers_comes_first(tagger: ThreadTagger) -> None:
    answer = "经查，该路段由我局管养，已于10月20日修复完毕，感谢监督。"
    tags = tagger.tag(thread(ROAD, ("市交通局网络发言人", answer)))
    assert tags.units[0] == "市交通局"
    assert tags.why["units"].field == "posts[1]"
    assert tags.confidence["units"] > tagger.tag(thread(ROAD)).confidence["units"]
    assert "市交通局网络发言人" in tags.why["units"].why


def test_who_sends_back_comes_last_and_whom_it_names_first(tagger: ThreadTagger) -> None:
    back = "您好，该路段不属我局职责，请向交通运输局反映。"
    tags = tagger.tag(thread(ROAD, ("市市政局网络发言人", back)))
    assert (tags.state, tags.units[0], tags.needs_reply) == ("退回改派", "市交通局", True)
    assert tags.units.index("市市政局") == len(tags.units) - 1
    nobody = tagger.tag(thread(ROAD, ("市市政局网络发言人", "您好，不属我局职责，请拨打12345反映。")))
    assert nobody.units[0] != "市市政局"
    assert nobody.confidence["units"] < tags.confidence["units"]
    county = thread(ROAD, ("市市政局网络发言人", "您好，不属我局职责，请向东兴市有关部门反映。"))
    assert tagger.tag(county).units[0] == "东兴市"


def test_who_only_passes_it_on_does_not_have_it(tagger: ThreadTagger) -> None:
    opening = ("老板拖欠我们三个月工资", "二十几个工人等着回家过年，一分钱没给。")
    tags = tagger.tag(thread(opening, ("防城港发布", "您好，您反映的问题已转有关部门办理，请耐心等待。")))
    assert tags.units[0] == "市人社局"
    assert tags.state == "已初步回应"


def test_what_officials_answer_was_asked(tagger: ThreadTagger) -> None:
    chat = ("早上六点的海", "今天退潮早，大家都去挖沙虫，太阳出来真好看。")
    assert not tagger.tag(thread(chat)).units
    answer = "您好，经核实，该海域自11月1日起封闭施工，现答复如下：请勿进入。"
    tags = tagger.tag(thread(chat, ("市海洋局网络发言人", answer)))
    assert (tags.state, tags.answer_floor, tags.units[0]) == ("已答复", 2, "市海洋局")
    assert tags.kind in ("投诉", "求助", "咨询", "建议")


def test_a_reply_that_thanks_for_praise_tells_of_praise(tagger: ThreadTagger) -> None:
    opening = ("那位司机绕了半条街", "他把我奶奶送到家门口才走，短头发，笑起来有酒窝。给他发个奖吧。")
    tags = tagger.tag(thread(opening, ("市交通局网络发言人", "感谢您的表扬，我局已转告公交公司。")))
    assert (tags.kind, tags.state, tags.needs_reply) == ("表扬", "无需回复", False)
    assert tags.units == ["市交通局"]


@pytest.mark.parametrize(
    ("words", "state", "waits"),
    [
        ("您好，经查，路灯已于今日修复。感谢您的鼓励和支持！", "已答复", False),
        ("您好，不属我局职责，请向市住建委反映。谢谢您的鼓励与认可。", "退回改派", True),
    ],
)
def test_a_complaint_stays_one_however_politely_it_is_replied_to(
    tagger: ThreadTagger, words: str, state: str, waits: bool
) -> None:
    opening = ("路灯坏了没人修", "小区路灯坏了半个月没人修，打电话也没人理，请市市政局处理")
    tags = tagger.tag(thread(opening, ("市市政局", words)))
    assert (tags.kind, tags.state, tags.needs_reply) == ("投诉", state, waits)


def test_a_title_that_hails_a_unit_asks_it(tagger: ThreadTagger) -> None:
    tags = tagger.tag(
        thread(("港口区政府，你家门前能养鱼了", "那个坑里真的有小鱼在游哈哈哈，拍了一张给大家看。"))
    )
    assert (tags.needs_reply, tags.units[0], tags.unit_named) == (True, "港口区", True)


@pytest.mark.parametrize(
    ("opening", "units"),
    [
        (("东兴马路镇那条沟", "臭了半年，镇政府的人天天路过，没人来清。"), ["东兴市"]),
        (("上思在妙镇卫生院晚上没人", "抱着孩子敲了二十分钟门。"), ["上思县"]),
        (("江平要建垃圾场", "问镇里，讲是上面定的，谁也说不清。"), []),  # hearsay names nobody
        (("我们村那条沟", "臭了半年，镇政府的人天天路过，没人来清。"), []),  # of which county?
    ],
)
def test_a_town_government_counts_for_its_county(
    tagger: ThreadTagger, opening: tuple[str, str], units: list[str]
) -> None:
    tags = tagger.tag(thread(opening))
    assert tags.unit_named == bool(units)
    assert tags.units[: len(units)] == units


def test_accounts_by_official_and_colloquial_names() -> None:
    find = unit_of_account(load_city())
    assert find("防城港社保服务") == "市人社局"
    assert find("市水利局网络发言人") == "市水利局"
    assert find("清风港城") == "市纪委"
    assert find("热心网友阿明") is None
    assert find(None) is None


@pytest.mark.parametrize(
    ("account", "unit"),
    [
        ("东兴市教育局", "东兴市"),
        ("防城港市东兴市公安局", "东兴市"),
        ("东兴交警", "东兴市"),
        ("东兴市委宣传部", "东兴市"),
        ("港口区政府办公室", "港口区"),
        ("上思县水利局", "上思县"),
        ("东兴市人民政府", "东兴市"),
        ("港口区城管局", "港口区"),
        ("东兴试验区工管委", "东兴试验区"),
        ("东兴海关", "防城港海关"),
        ("防城港市水利局", "市水利局"),
        ("防城港市市教育局", "市教育局"),
        ("南宁市教育局", None),
        ("宁乡市教育局", None),
        ("南宁市地方税务局", None),
        ("广西防城港供电局", "防城港供电局"),
        ("灵山县教育局", None),
        ("钦州公安局", None),
        ("广西教育局", None),
    ],
)
def test_an_account_that_is_not_listed_is_its_countys_or_nobodys(account: str, unit: str | None) -> None:
    assert unit_of_account(load_city())(account) == unit


def test_who_answers_for_a_county_makes_the_county_the_first_unit(tagger: ThreadTagger) -> None:
    opening = ("孩子上学", "东兴市江平镇的小学不收我孩子，请东兴市教育局处理")
    tags = tagger.tag(thread(opening, ("东兴市教育局", "您好，经查，您孩子符合条件，已安排入学。")))
    assert (tags.state, tags.units[0]) == ("已答复", "东兴市")
