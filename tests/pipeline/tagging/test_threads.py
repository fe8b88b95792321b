"""Rulings of domain.md, "Forum posts", on posts of our own invention."""

from pathlib import Path

import pytest

from pipeline.city import load_city
from pipeline.records import ThreadTags
from pipeline.tagging.items import PostItem, ThreadItem, ThreadPost
from pipeline.tagging.posts import PostTagger
from pipeline.tagging.threads import ThreadTagger


@pytest.fixture(scope="module")
def tagger() -> ThreadTagger:
    return ThreadTagger(load_city())


def thread(
    title: str, text: str | None, *replies: tuple[str, str, bool], official: bool = False
) -> ThreadItem:
    posts = [ThreadPost(floor=1, author="防城港市教育局" if official else "网友甲", text=text,
                        is_registered_official=official)]  # fmt: skip
    posts += [
        ThreadPost(floor=number, author=author, text=words, is_registered_official=registered)
        for number, (author, words, registered) in enumerate(replies, 2)
    ]
    return ThreadItem(id="x", title=title, posts=posts)


KINDS = [
    (
        "投诉",
        "小区电梯坏了半个月没人修",
        "老人上下楼爬十八层，物业天天讲在等配件，物业费倒是照收，谁来管管？",
    ),
    (
        "投诉",
        "真要给我们小区物业发个最佳奖",
        "电梯坏了二十天帮我们锻炼身体，垃圾堆成山让我们闻大自然的芬芳，业界良心！",
    ),
    ("求助", "求助：父亲在工地摔伤，老板躲着不见", "我不识几个字，不晓得该找谁，要什么材料，请懂的帮帮我。"),
    ("咨询", "请问公积金可以异地提取吗", "人在外地上班，想问一下需要什么材料，在哪里办理？"),
    ("咨询", "网传明天全市停水三天，是真的吗", "家长群都在转，超市的水都被抢光了，请有关部门出来说一声。"),
    (
        "建议",
        "建议在体育公园加装几盏路灯",
        "晚上跑步的人多，南边那段没灯，隔三十米装一盏就够了，个人一点小想法，仅供参考。",
    ),
    (
        "表扬",
        "表扬6路车的司机师傅",
        "老人晕车吐了一地，师傅停车扶下来，还自己掏钱买水。谢谢您，好人一生平安。",
    ),
    ("讨论", "大家觉得哪家的牛腩粉好吃", "周末同学来玩，想带他去尝尝，求推荐。"),
    ("广告", "九成新电动车转让", "去年买的3200，现1500出，自提，电话13800001234，微信同号。"),
]


@pytest.mark.parametrize(("kind", "title", "text"), KINDS)
def test_kind_by_what_the_post_does(tagger: ThreadTagger, kind: str, title: str, text: str) -> None:
    tags = tagger.tag(thread(title, text))
    assert tags.kind == kind
    assert tags.needs_reply == (kind in ("投诉", "求助", "咨询", "建议"))


# A household, a hobby, a view, something between neighbours: no unit has a part in it.
TO_NETIZENS = [
    ("酸菜鱼的鱼片一煮就散，怎么切才对", "蛋清淀粉都放了，还是一锅碎末。会做的街坊讲讲，我请喝糖水。"),
    ("雾散了的那一刻，值得爬这两个钟", "山谷一片白，太阳出来全是金边。拍了七张，最后一张是我们的影子。"),
    ("求借一副轮椅推外公看花，一个星期", "外公走不远，付押金，自己上门拿，用完擦干净还。"),
    ("上公办还是民办幼儿园，当妈的讲讲经验", "一个便宜放得早，一个贵管到六点，老师凶不凶？想听大实话。"),
]
TO_THE_CITY = [  # the same voices, but what is told is public
    ("有没有人办过护照，要多久拿到", "下个月要出国，不知道在派出所还是大厅办，要带什么材料？办过的讲讲。"),
    (
        "夜跑打卡，顺便数了数黑掉的路灯",
        "五公里，配速六分。回来那段十二盏灯不亮，前面的大姐摔了一跤，膝盖都破了，一个多月了。",
    ),
    ("你们村的水也停了五天吗", "我们全村提桶去井边排队，老人提不动。管水的讲泵烧了，等批钱。"),
    ("长福路五金店门口占道经营", "桌椅摆到人行道，行人走马路中间。请管理部门来看看，谢谢。"),
]


@pytest.mark.parametrize(("title", "text"), TO_NETIZENS)
def test_what_only_neighbours_can_answer_needs_no_reply(tagger: ThreadTagger, title: str, text: str) -> None:
    tags = tagger.tag(thread(title, text))
    assert (tags.needs_reply, tags.units, tags.state) == (False, [], "无需回复")


@pytest.mark.parametrize(("title", "text"), TO_THE_CITY)
def test_a_public_matter_asks_the_city_whomever_the_post_addresses(
    tagger: ThreadTagger, title: str, text: str
) -> None:
    tags = tagger.tag(thread(title, text))
    assert tags.needs_reply and tags.state == "待研判"


DUTIES = [
    ("工地半夜还在打桩，全家睡不着", "天天搞到凌晨三点，噪音大得很。", "市市政局"),
    ("老板拖欠我们三个月工资", "干完活一分钱没给，二十几个人等着回家过年。", "市人社局"),
    ("教育局管管学校旁边的KTV吧", "离小学校门不到五十米，学生天天路过。", "市文化委"),
    ("的士不打表乱要价", "从车站到市区一口价六十，拒载短途。", "市交通局"),
    ("小区一停电就是一晚上", "电压不稳，冰箱都烧了。", "防城港供电局"),
    ("有人在江里电鱼", "每天夜里背着电瓶，大小一锅端。", "市水产畜牧局"),
    ("加油站跳枪还走字", "油箱四十升加了四十六升，缺斤少两。", "市质监局"),
    ("快递显示签收，我根本没收到", "打快递网点电话没人接，包裹丢了也不赔。", "市邮政管理局"),
    ("东兴市教育局几时发校车补贴", "签了字一年了，一分钱没见到。", "东兴市"),
    ("养老金转移要多久", "社保在广东交了八年，想转回来。", "市人社局"),
    ("殡仪馆收费太黑", "骨灰盒一个要五千，没有价目表。", "市民政局"),
]


@pytest.mark.parametrize(("title", "text", "unit"), DUTIES)
def test_first_unit_is_the_one_whose_duty_it_is(
    tagger: ThreadTagger, title: str, text: str, unit: str
) -> None:
    tags = tagger.tag(thread(title, text))
    assert tags.units[0] == unit
    assert tags.why["units"].why


def test_a_named_unit_without_the_duty_comes_last(tagger: ThreadTagger) -> None:
    tags = tagger.tag(thread("教育局管管学校旁边的KTV吧", "离小学校门不到五十米，夜里还招待学生。"))
    assert tags.units[-1] == "市教育局" and tags.unit_named


@pytest.mark.parametrize(
    ("title", "text", "unit"),
    [
        ("市国资委下属公司招人，笔试第一的没进面试", "名单不写分数，公示三天就撤了。", "市国资委"),
        ("安监局，你们查的那个厂又开工了", "烟囱冒黑烟，粉尘飘到幼儿园，封条撕了一半。", "市安监局"),
    ],
)
def test_the_unit_whose_own_act_it_is_comes_first(
    tagger: ThreadTagger, title: str, text: str, unit: str
) -> None:
    assert tagger.tag(thread(title, text)).units[0] == unit


@pytest.mark.parametrize(
    ("title", "named"),
    [
        ("教育局旧址那棵树还在吗", False),
        ("市一医院大门口堵死了", False),
        ("国家发改委降油价了，加油站不降", False),
        ("钦州市政的路灯也不亮", False),
        ("市政府附近的路灯不亮", False),
        ("请交警来看看这个路口", True),
        ("社保局的窗口中午没人", True),
        ("请物价的同志查一查", True),
        ("妇联、民政有没有人管", True),
        ("在国外出了事，外事办能帮忙吗", True),
        ("人民银行管不管柜台排队", True),
    ],
)
def test_unit_named_knows_places_and_other_levels(tagger: ThreadTagger, title: str, named: bool) -> None:
    assert tagger.tag(thread(title, "如题。")).unit_named is named


def test_another_citys_matter_keeps_its_kind_and_needs_no_reply(tagger: ThreadTagger) -> None:
    tags = tagger.tag(
        thread("北海这边的公交司机太凶了", "在北海坐车问了句路被骂，北海交通局不管的吗？投诉两次没人理。")
    )
    assert (tags.kind, tags.needs_reply, tags.units, tags.state) == ("投诉", False, [], "无需回复")


def test_a_private_dispute_needs_no_reply(tagger: ThreadTagger) -> None:
    tags = tagger.tag(
        thread(
            "朋友借钱不还把我拉黑了",
            "两万块，有欠条。想问下大家去法院起诉要花多少钱？打过官司的老哥指点一下。",
        )
    )
    assert tags.kind in ("求助", "投诉") and not tags.needs_reply and tags.units == []


def test_a_lost_pet_asks_the_netizens(tagger: ThreadTagger) -> None:
    tags = tagger.tag(thread("寻狗：家里泰迪走丢两天了", "棕色，叫豆豆，看到请联系，重谢五百。"))
    assert (tags.kind, tags.needs_reply, tags.units) == ("求助", False, [])


COMPLAINT = ("路灯黑了一个月", "整条街漆黑，老人摔了两个，市政来修一下行不行？")


def test_states_follow_the_registered_replies(tagger: ThreadTagger) -> None:
    received = ("市市政局", "您好，您反映的问题已收悉，正在核实。", True)
    mended = ("市市政局", "您好，现答复如下：经查系电缆被盗，已于11月3日全部修复。", True)
    netizen = ("热心网友", "昨天看到有人来修，已经修好了", False)
    sounds = ("市政小张", "您好，已经修好了。", False)
    away = ("市市政局", "您好，该路段不属我局管理，请向公路局反映。", True)

    def state(*replies: tuple[str, str, bool]) -> tuple[str, int | None, int | None, bool]:
        tags: ThreadTags = tagger.tag(thread(*COMPLAINT, *replies))
        return tags.state, tags.first_response_floor, tags.answer_floor, tags.needs_reply

    assert state() == ("待研判", None, None, True)
    assert state(netizen, sounds) == ("待研判", None, None, True)
    assert state(netizen, received) == ("已初步回应", 3, None, True)
    assert state(received, mended) == ("已答复", 2, 3, False)
    assert state(mended) == ("已答复", 2, 2, False)
    assert state(away) == ("退回改派", None, None, True)
    assert state(mended, ("网友甲", "根本没修好，糊弄人", False)) == ("已答复", 2, 2, False)
    half = ("网友甲", "灯亮了，井盖的事还没人来讲一声", False)
    assert state(mended, half) == ("已答复", 2, 2, True)
    partial = (
        "市市政局",
        "您好，经查该路段路灯系电缆被盗，11月3日已全部修复，并增派两人夜间巡查。人行道上摆摊的问题不属我局职责，已函告工商部门。",
        True,
    )
    assert state(partial) == ("已初步回应", 2, None, True)
    assert tagger.tag(thread(*COMPLAINT, partial)).units[0] == "市市政局"
    assert state(partial, ("市工商局", "您好，经查，该摊主无照经营，已责令搬离并处罚。", True)) == (
        "已答复",
        2,
        3,
        False,
    )


def test_one_whom_others_beg_to_live_is_in_danger(tagger: ThreadTagger) -> None:
    friend = ("网友乙", "你在哪？千万别做傻事！", False)
    calm = ("晚安", "今晚的月亮真圆，海边的风好舒服。猫粮在柜子第二层。")
    # Words of one who puts affairs in order: by themselves they are a complaint.
    settled = ("晚安", "今晚的月亮真圆。厂里欠我的工资我都写在本子上了，猫粮在柜子第二层。")
    assert not tagger.tag(thread(*calm)).needs_reply
    assert tagger.tag(thread(*settled)).needs_reply
    for opening in (calm, settled):
        feared = tagger.tag(thread(*opening, friend))
        assert (feared.needs_reply, feared.urgency) == (True, "紧急")
    assert tagger.tag(thread(*calm, friend)).kind == "求助"
    assert not tagger.tag(
        thread("双十一又买了三千块", "手停不下来，哈哈。", ("网友甲", "别做傻事了", False))
    ).needs_reply


def test_a_question_below_an_announcement_counts(tagger: ThreadTagger) -> None:
    notice = ("关于寒假放假时间的通知", "全市中小学寒假自2月4日起至2月28日止。")
    joke = ("学生", "作业能不能少一点嘿嘿", False)
    question = ("家长", "请问高三也是4号放吗？", False)
    answer = ("防城港市教育局", "您好，高三年级按校历2月7日起放假。", True)
    plain = tagger.tag(thread(*notice, joke, official=True))
    assert (plain.kind, plain.needs_reply, plain.state, plain.units) == (
        "公告",
        False,
        "无需回复",
        ["市教育局"],
    )
    asked = tagger.tag(thread(*notice, joke, question, official=True))
    assert (asked.kind, asked.needs_reply, asked.state) == ("公告", True, "待研判")
    answered = tagger.tag(thread(*notice, joke, question, answer, official=True))
    assert (answered.needs_reply, answered.state, answered.answer_floor) == (False, "已答复", 4)
    unmarked = ("家长", "初三的书几时领，要不要带户口本", False)
    assert tagger.tag(thread(*notice, unmarked, official=True)).needs_reply


def test_urgency_is_danger_now(tagger: ThreadTagger) -> None:
    now = tagger.tag(
        thread("楼下煤气泄漏，整栋楼都是煤气味", "打了物业没人接，老人小孩都在楼上，要出人命的！谁来管管！")
    )
    general = tagger.tag(thread("路面有个坑", "坑洼了三个月，电动车都颠坏了，麻烦来修一下。"))
    assert (now.urgency, general.urgency) == ("紧急", "普通")


def test_urgency_does_not_drop_when_answered(tagger: ThreadTagger) -> None:
    item = thread("楼下煤气泄漏，整栋楼都是煤气味", "打了物业没人接，要出人命的！谁来管管！",
                  ("市住建委", "现答复如下：经查系阀门老化，已更换。", True))  # fmt: skip
    assert tagger.tag(item).urgency == "紧急"


def test_blocked_and_empty_posts_are_tagged(tagger: ThreadTagger) -> None:
    for item in (thread("", None), thread("路灯坏了", None), ThreadItem(id="y", posts=[])):
        assert tagger.tag(item).id == item.id


def test_evidence_stands_where_it_says(tagger: ThreadTagger) -> None:
    item = thread(*COMPLAINT, ("市市政局", "您好，现答复如下：已全部修复。", True))
    fields = {"title": item.title, "posts[0]": item.posts[0].text or "", "posts[1]": item.posts[1].text or ""}
    for evidence in tagger.tag(item).why.values():
        if evidence.field is not None and evidence.start is not None and evidence.end is not None:
            assert fields[evidence.field][evidence.start : evidence.end]


def test_another_city_needs_nothing_but_its_units(tmp_path: Path) -> None:
    rows = [
        "short,official,kind,parent,aliases,duties,named_in_notice",
        "市公安局,海州市公安局,市直,海州市,,,0",
        "市城管局,海州市城市管理局,市直,海州市,,路灯,0",
        "市人社局,海州市人力资源和社会保障局,市直,海州市,,,0",
        "东山县,东山县,县（市、区）,海州市,东山县政府,,0",
    ]
    (tmp_path / "units.csv").write_text("\n".join(rows), encoding="utf-8")
    tagger = ThreadTagger(load_city(tmp_path))
    assert tagger.tag(thread("路灯黑了一个月", "整条街漆黑，没人来修。")).units[0] == "市城管局"
    assert tagger.tag(thread("老板拖欠工资", "三个月没发了，请劳动局管管。")).units == ["市人社局"]
    assert tagger.tag(thread("东山县公安局不给上户口", "跑了三趟都讲系统坏了。")).units[0] == "东山县"
    home = tagger.tag(thread("防城港的路灯也不亮", "来防城港玩，防城港市区路灯坏了一片没人修。"))
    assert not home.needs_reply


def test_plain_messages() -> None:
    tagger = PostTagger(load_city())
    tags = tagger.tag(
        PostItem(id="1", title="幼儿园乱收费", text="保教费一个月八百，还强制买校服，请教育局查一查。")
    )
    assert (tags.kind, tags.needs_reply, tags.sentiment, tags.citizen_topic) == (
        "投诉",
        True,
        "negative",
        "教育文体",
    )
    assert tags.units[0] == "市教育局"
    chat = tagger.tag(PostItem(id="2", text="武汉加油！向一线的医护人员致敬！"))
    assert (chat.needs_reply, chat.sentiment, chat.units) == (False, "positive", [])
    assert tagger.tag(PostItem(id="3", text="")).id == "3"


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("东兴的质监局来管一管这里的秤", "东兴市"),
        ("在港口区递的材料，区民政的领导能不能找一下", "港口区"),
        ("防城区政务中心中午没人，白跑三趟", "防城区"),
        ("小区民政活动室没人管", None),
    ],
)
def test_organs_of_a_county_are_the_countys(tagger: ThreadTagger, text: str, unit: str | None) -> None:
    units = tagger.tag(thread("投诉", text)).units
    assert units[:1] == [unit] if unit else not {"港口区", "防城区"} & set(units)


def test_a_batch_is_tagged_as_its_threads_one_by_one(tagger: ThreadTagger) -> None:
    items = [thread(title, text) for _, title, text in KINDS]
    assert tagger.tag_all(items) == [tagger.tag(item) for item in items]


ANSWERED = ("市市政局网络发言人", "您好，经查，该处路灯已于昨日全部修复，感谢监督。", True)


@pytest.mark.parametrize(
    ("author", "words", "waits"),
    [
        ("网友甲", "刚去看过，一盏都没亮。请你们重新核实！", True),
        ("网友甲", "能不能派人再来看一看，还是黑的。", True),
        ("网友甲", "修了三个月才修好，服了。", False),  # it grumbles; the answer stands (threads-dev, t154)
        ("网友乙", "请重新核实！", False),  # not the one whose matter it is
    ],
)
def test_who_asks_again_after_an_answer_waits_again(
    tagger: ThreadTagger, author: str, words: str, waits: bool
) -> None:
    item = thread(
        "西湾路路灯不亮没人修", "整条街黑了半个月，请市政局派人修。", ANSWERED, (author, words, False)
    )
    tags = tagger.tag(item)
    assert (tags.state, tags.answer_floor, tags.needs_reply) == ("已答复", 2, waits)
    if waits:
        why = tags.why["needs_reply"]
        assert why.field == "posts[2]" and "二次反映" in why.why
        assert words[why.start : why.end] in ("重新核实", "能不能派人再来")


def test_an_answer_to_who_asked_again_ends_the_waiting(tagger: ThreadTagger) -> None:
    again = ("网友甲", "还是黑的，请重新核实。", False)
    item = thread("西湾路路灯不亮没人修", "整条街黑了半个月，请市政局派人修。", ANSWERED, again, ANSWERED)
    assert not tagger.tag(item).needs_reply


def test_a_unit_that_replies_has_the_matter_though_another_city_is_named(tagger: ThreadTagger) -> None:
    title, text = (
        "爸爸的养老金停发三个月",
        "他跟我姐在南宁过，腿不好回不来。能不能在南宁认证？停的补不补？南宁要怎么弄？",
    )
    reply = "您好，养老金资格认证不属我局职能，建议您咨询人力资源和社会保障局。"
    tags = tagger.tag(thread(title, text, ("市民政局网络发言人", reply, True)))
    assert (tags.needs_reply, tags.state, tags.units[:1]) == (True, "退回改派", ["市人社局"])
    away = "您好，这是南宁的事，不属我局职责，请向南宁市人社局反映。"
    assert not tagger.tag(thread(title, text, ("市民政局网络发言人", away, True))).needs_reply


def test_who_takes_a_matter_up_and_then_sends_it_back_has_it_not(tagger: ThreadTagger) -> None:
    item = thread(
        "海边栈道被会所摆满桌椅",
        "走路都没有地方，晚上还烧烤，请来管一管占道经营。",
        ("防城港市海洋局", "您好，来帖收悉，正在核实。", True),
        ("防城港市海洋局", "您好，占道经营不属我局职责，请向城市管理部门反映。", True),
    )
    tags = tagger.tag(item)
    assert tags.state == "退回改派" and tags.units[0] != "市海洋局"
