"""Whose matter a post is, where the post names nobody: matters of every duty, counties, praise by deeds."""

import pytest

from pipeline.city import load_city
from pipeline.tagging.items import ThreadItem, ThreadPost
from pipeline.tagging.threads import ThreadTagger


@pytest.fixture(scope="module")
def tagger() -> ThreadTagger:
    return ThreadTagger(load_city())


def post(title: str, text: str) -> ThreadItem:
    return ThreadItem(id="x", title=title, posts=[ThreadPost(floor=1, author="网友甲", text=text)])


MATTERS = [
    ("市工信委", "光猫红灯闪了一个星期", "断网，报修的电话一直占线，孩子上网课都没法上。到底谁来管管？"),
    (
        "市商务局",
        "面包车后面藏着个油桶",
        "天天晚上在路口拿油管给大车加油，旁边有人抽烟。能不能来查一查？",
    ),
    ("市红十字会", "想把角膜留给看不见的人", "今年七十了，想身后捐出去，请问在哪里登记，要不要子女签字？"),
    ("防城港检验检疫局", "去非洲做工要打黄热病针", "跑了两家医院都说没有，请问那本小黄本在哪里办？"),
    ("市政府办", "依申请公开交上去没有下文", "过了法定的天数，既没有答复也没有人打电话，请问该问谁？"),
    ("市人防办", "防空洞租给人当仓库了", "铁门上还写着战时两个字，里面堆满了纸箱，这个是谁批的？请查一查。"),
    ("市审计局", "一条村路花了一千多万", "才两年就烂成这样，钱花到哪里去了，能不能派人来查账？"),
    ("市法制办", "罚款没有开听证会", "处罚决定我不服，请问往哪里递复议？"),
    ("市外侨办", "老婆是越南妹，孩子没有证", "涉外婚的手续卡了三年，请问要找哪里才办得下来？"),
    ("市残联", "我弟是聋哑人，想要助听器", "家里只有奶奶带，买不起，请问可以申请吗？"),
]


@pytest.mark.parametrize(("unit", "title", "text"), MATTERS)
def test_a_matter_told_in_a_citizens_words_finds_its_unit_among_three(
    tagger: ThreadTagger, unit: str, title: str, text: str
) -> None:
    assert unit in tagger.tag(post(title, text)).units


@pytest.mark.parametrize(
    ("county", "title", "text"),
    [
        ("防城区", "那良镇上的路灯三个月没亮", "晚上出门全靠手机照，老人都不敢走，请修一修。"),
        ("上思县", "家门口的水沟堵了", "我们在妙圩上一下雨就淹，垃圾漂进屋里，谁来疏通一下？"),
    ],
)
def test_the_county_where_a_matter_plays_is_among_three(
    tagger: ThreadTagger, county: str, title: str, text: str
) -> None:
    assert county in tagger.tag(post(title, text)).units


def test_a_place_told_in_passing_brings_no_county(tagger: ThreadTagger) -> None:
    tags = tagger.tag(post("养老金停发两个月了", "我在企沙打鱼，社保没有断过，银行查是空的，请问怎么回事？"))
    assert tags.units[0] == "市人社局"
    assert "港口区" not in tags.units


@pytest.mark.parametrize("name", ["上思县人民医院", "东兴市中医院", "那良镇计生站"])
def test_hospitals_and_stations_of_a_county_name_it(tagger: ThreadTagger, name: str) -> None:
    tags = tagger.tag(post("收了钱不给收据", f"在{name}交了三百块，讲下次再开票，去了三次都没有，请管一管！"))
    assert tags.unit_named
    assert set(tags.units) & {"上思县", "东兴市", "防城区"}


def test_praise_by_deeds_is_praise_though_hardship_is_told(tagger: ThreadTagger) -> None:
    tags = tagger.tag(
        post(
            "下半夜，交警小哥帮我把三轮车推上了坡",
            "拉一车菜去市场，半路没电，我以为要挨罚款，哪知他二话不讲在后面推，推得满头大汗，一直推到门口，"
            "名字都不肯讲。队里的领导要是看到，替我谢谢他。",
        )
    )
    assert (tags.kind, tags.units, tags.needs_reply) == ("表扬", ["市公安局"], False)


def test_irony_is_a_complaint(tagger: ThreadTagger) -> None:
    tags = tagger.tag(
        post("给我们物业送锦旗", "电梯坏了半个月不修，垃圾堆到门口，业界良心，感谢你们让我天天爬十八楼！")
    )
    assert tags.kind == "投诉"
