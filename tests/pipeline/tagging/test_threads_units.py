"""Whose matter a post is, where the post names nobody: matters of every duty, counties, praise by deeds."""

import pytest

from pipeline.city import load_city
from pipeline.tagging.followups import FollowUpReader
from pipeline.tagging.items import ThreadItem, ThreadPost
from pipeline.tagging.threads import ThreadTagger
from pipeline.tagging.threads_reading import PostReader
from pipeline.tagging.unit_days import UnitDays


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
    ("市文化委", "铁门后面四十多台机", "十个有八个穿校服，不用身份证，通宵十五块，里面烟雾跟着火一样。"),
    ("市纪委", "我们班有同学天天坐专车", "单位的车停在校门口接送，司机下来拿书包，油是国家的油，谁管管？"),
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


def test_a_phrase_inside_a_places_name_says_nothing(tagger: ThreadTagger) -> None:
    tags = tagger.tag(post("公车镇的路灯坏了一排", "晚上黑麻麻的，老人散步摔了一跤，请派人来修。"))
    assert "市纪委" not in tags.units  # no 公车 in 公车镇
    assert tags.units[0] in ("市市政局", "港口区")
    tags = tagger.tag(post("金花茶大道旁边的楼盘夜里打桩", "凌晨三点还在响，整栋楼没人睡得着，管一管。"))
    assert "市林业局" not in tags.units


def test_a_name_called_out_twice_by_a_tout_is_no_other_citys_matter(tagger: ThreadTagger) -> None:
    tags = tagger.tag(
        post("总站门口的班车乱收钱", "一出门就有人喊“南宁南宁上车就走”，收了一百二不给票，司机自己装口袋。")
    )
    assert tags.needs_reply and tags.units[0] == "市交通局"


@pytest.mark.parametrize(
    ("unit", "title"),
    [("市广播电视台", "电视台可以搞一档讲白话的节目吗"), ("市文化委", "文化局能不能把球场的门开一开")],
)
def test_a_title_that_begins_with_a_unit_and_says_what_it_should_do_asks_it(
    tagger: ThreadTagger, unit: str, title: str
) -> None:
    tags = tagger.tag(post(title, "邻居们都想，哈哈，点子白送。"))
    assert tags.needs_reply and tags.units[0] == unit


def test_who_takes_leave_of_life_is_urgent_though_it_speaks_to_netizens(tagger: ThreadTagger) -> None:
    tags = tagger.tag(
        post("遗照拍好了，谁来帮我喂猫", "药还是那几粒，每天看着阳台想着跳下去就安静了。对不起大家。")
    )
    assert tags.needs_reply and tags.urgency == "紧急"
    assert tags.units[0] == "市公安局"


def test_one_word_of_death_is_no_leave_of_life(tagger: ThreadTagger) -> None:
    tags = tagger.tag(post("棕色钱包丢在车上", "里面有我爸的遗照，钱不要了，捡到的街坊联系我，重谢。"))
    assert not tags.needs_reply and tags.urgency == "普通"


def test_who_asks_whether_it_was_a_units_act_does_not_say_so(tagger: ThreadTagger) -> None:
    text = "站里的大巴腊月卖一百二，一车四十几个人。上浮一倍多是物价局批的还是司机自己批的？班车不撕票。"
    assert tagger.tag(post("平时五十五的大巴不给票", text)).units[0] == "市交通局"


def test_a_told_unit_that_is_responsible_comes_before_a_likelier_one(tagger: ThreadTagger) -> None:
    text = "墙上钉着人防的牌子，物业把地下车库的车位卖八万八，有没有向人防办备案？"
    assert tagger.tag(post("地下车库的车位拿来卖", text)).units[0] == "市人防办"


def test_the_citys_own_trade_is_not_the_countys_where_it_plays(tagger: ThreadTagger) -> None:
    text = "一车老人被旅行社的导游关在店里两个钟，不买不开车，合同盖了章，请处理。"
    assert tagger.tag(post("东兴一日游的导游逼人买东西", text)).units[0] == "市旅发委"
    assert tagger.tag(post("东兴的公厕断水", "北仑大道那边的公厕一股味，没人管。")).units[0] == "东兴市"


def test_what_was_left_behind_in_another_city_is_asked_of_this_one(tagger: ThreadTagger) -> None:
    """Who came home asks here, however often the other city is named; who stays there does not."""
    text = "在东莞厂里交了六年，今年辞工回防城做事。东莞那边讲要先开凭证，想把年限转过来接着交，怎么办？"
    home = tagger.tag(post("东莞的社保要怎么转，东莞那边开了凭证再来吗", text))
    assert home.needs_reply
    assert home.units[0] == "市人社局"
    party = (
        "在昆明跑了三年业务，组织关系挂在昆明的街道。现在回防城港上班，新单位没有支部，昆明那边又催，怎么办？"
    )
    assert tagger.tag(post("组织关系从昆明转回来，交给谁", party)).units[0] == "市委组织部"
    away = "我在东莞厂里做工，东莞社保局讲要开凭证，跑了三趟都不给开，东莞没人管吗？"
    assert not tagger.tag(post("东莞的社保为什么这么难办", away)).needs_reply
    moved = "防城港只交过两年，人在南宁做工，想把医保转入南宁，南宁医保中心讲要等，没人接电话，南宁到底谁管？"
    assert not tagger.tag(post("南宁医保中心的电话打不通", moved)).needs_reply


def test_what_can_be_done_here_with_what_is_elsewhere_is_asked_here(tagger: ThreadTagger) -> None:
    text = "在南宁交了四年公积金，家在防城港，想在这边买房，不知停没停，额度怎么算？"
    tags = tagger.tag(post("南宁的公积金可以在防城港买房吗", text))
    assert tags.needs_reply and tags.units[0] == "市公积金中心"


def test_who_begs_an_organ_to_come_asks_it(tagger: ThreadTagger) -> None:
    title, text = "周末爬山见闻", "山顶云海真好看，路上遇到一只受伤的猴子，大家都在拍照。"
    assert not tagger.tag(post(title, text)).needs_reply
    assert tagger.tag(post(title, f"{text}请林业部门的人来看一看。")).needs_reply


def test_units_named_together_are_called_on_together(tagger: ThreadTagger) -> None:
    text = "年初三门票翻倍，单买不卖，香不要也不行。旅游局和物价局几时来管？"
    assert tagger.tag(post("十万大山的门票", text)).units[:2] == ["市旅发委", "市发改委"]
    told = "隔壁讲旅游局的人来看过，年初三门票翻倍，价格这样涨，物价局几时来管？"
    assert tagger.tag(post("十万大山的门票", told)).units[0] == "市发改委"
    (follow,) = FollowUpReader(PostReader(load_city()), UnitDays(load_city())).read_all(
        [post("十万大山的门票", text)]
    )
    assert follow.called == []  # one of them is called on, not each to do its part


def test_a_street_office_that_a_title_calls_on_is_its_districts(tagger: ThreadTagger) -> None:
    text = "港口区王府街道办楼下那间棋牌室，锁了半年，老人家没有地方去，几时开？"
    tags = tagger.tag(post("王府街道办，请把棋牌室还给老人", text))
    assert tags.units[0] == "港口区"
