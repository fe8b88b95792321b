"""Units that a text names only in passing, and such as look so and act: both sides of each rule."""

# ruff: noqa: E501  (a text stays on its line)
from __future__ import annotations

import pytest

from pipeline.city import load_city
from pipeline.tagging.items import ArticleItem
from pipeline.tagging.roles_aside import is_demanded, is_people
from pipeline.tagging.roles_beside import rule_confidence
from pipeline.tagging.units import UnitTagger


@pytest.fixture(scope="module")
def tagger() -> UnitTagger:
    return UnitTagger(load_city())


def credited(tagger: UnitTagger, title: str, body: str) -> set[str]:
    item = ArticleItem(id="t", outlet="防城港日报", title=title, body=body)
    return {credit.unit for credit in tagger.tag(item).credits}


NOT_CREDITED: dict[str, tuple[str, str]] = {
    "they speak at somebody's meeting": (
        "全市外贸形势分析会召开",
        "本报讯（记者 唐某）10月20日，我市召开外贸形势分析会。市商务局、市工信委、市统计局依次汇报了有关情况，防城港海关、市国税局作补充发言。会议要求盯紧年度目标。",
    ),
    "they explain a matter before a mayor": (
        "市长主持召开码头扩建协调会",
        "本报讯 8月22日，市长何某主持召开专题会议，研究码头扩建。市规划局、市海洋局、市国土局就项目选址、用海审批等作说明。会议明确限期完善方案。",
    ),
    "heads of departments in a list of people": (
        "清明公祭活动举行",
        "本报讯 4月5日上午，公祭活动在烈士陵园举行。市领导、老战士代表，市委宣传部、市民政局、团市委负责人，学生代表共500多人敬献花篮。",
    ),
    "heads of departments at a company's opening": (
        "冷链物流园开园",
        "11月16日，某物流集团兴建的冷链物流园开园，62家商户入驻。市商务局、防城港海关、市邮政管理局等部门负责人为园区揭牌。园区年吞吐量可达500万吨。",
    ),
    "officials on the first run of a bus": (
        "首条智能公交线开通",
        "本报讯 12月20日，公交公司开通首条智能公交线。公司总经理廖某说，20辆新车投资1600万元。市交通局、市残联有关人员试乘了首班车。",
    ),
    "a demand runs through the whole sentence": (
        "市政府印发烟花管控通知",
        "本报讯 1月18日，市政府印发通知，对烟花爆竹管控作出安排。通知要求，市安监局加密抽查频次，市公安局加强运输管控，市环保局每日公布监测数据。",
    ),
    "a deputy's proposal in one sentence": (
        "代表建议加密校园周边公交",
        "在市人民代表大会会议上，代表苏某提出建议：由市交通局牵头、市教育局配合，在上下学时段加开学生专线。大会秘书处已将建议整理汇总。",
    ),
    "who explains a rule of another": (
        "市委市政府出台人才新政",
        "本报讯 近日，市委、市政府出台引进人才若干规定，博士来港工作可获20万元安家费。规定由市委组织部、市人社局负责解释。",
    ),
    "told of years ago": (
        "老渔民与他的海图",
        "渔民吴伯用三十年画了一张海图。2009年，市文化委曾为他办过个人展。如今，78岁的吴伯每天还去码头，教年轻人看潮水。",
    ),
    "a fraud pretends to be of it": (
        "男子冒充干部行骗被判刑",
        "近日，法院对一起诈骗案作出判决。被告人滕某自称市人社局科长，以安排工作为名骗取21万元，被判处有期徒刑四年。",
    ),
    "inside what somebody says": (
        "我家门口的路通了",
        "黄竹村的水泥路是村民自己凑钱修的。“市交通局的人去年来量过，说明年才排得上，我们等不及了。”队长韦某说。12月6日，1.8公里的路浇完了。",
    ),
    "a longer name": (
        "市教育局幼儿园大班登台",
        "11月30日，市教育局幼儿园举行亲子运动会，320个家庭参加。园长说，希望爸爸妈妈多陪孩子运动。",
    ),
    "a business of a county": (
        "上思县农信社发放首笔“糖贷”",
        "上思农信社10月16日发放首笔“糖贷”30万元，蔗农黄某当天就买了收割机。",
    ),
    "a county where another's meeting is held": (
        "全区糖业座谈会召开",
        "本报讯 11月13日，自治区糖业发展座谈会在上思县召开。自治区副主席丁某出席并讲话。会前，与会人员参观了糖厂。",
    ),
    "an office of a city across the border": (
        "芒街口岸通关延时",
        "越南芒街口岸管理处11月起将货物通关延长至晚8点，芒街市工商局表示，将为两国边民提供互市便利。",
    ),
    "teams in a match": (
        "气排球联谊赛开打",
        "11月18日，气排球赛开打，由某健身俱乐部承办。防城港海关、防城港边检站、市国税局等12支代表队捉对厮杀。",
    ),
    "those behind 支持": (
        "海上丝路摄影展征稿",
        "即日起，摄影展面向社会征稿。主办：市摄影家协会；支持：市文化委、市旅发委、市海洋局。截稿时间1月15日。",
    ),
    "those who are a supporting unit": (
        "青年歌会海选启动",
        "青年歌会11月1日启动海选，由本市一家传媒公司主办，团市委、市文化委为支持单位，报名截至15日。",
    ),
    "who helps when called": (
        "大货车侧翻 九小时清障",
        "12月11日凌晨，一辆槽罐车在高速侧翻。消防官兵连续作业九小时，将甲醇安全转移。市安监局、市环保局接报后到场协助。事故没有造成人员伤亡。",
    ),
    "they answer one after the other at a hearing": (
        "委员追问停车难",
        "本报讯 11月8日，市政协召开停车难专题协商会，委员连提五问。市市政局、市规划局、市公安局负责人逐条作了回应，记录员当场记下期限。会议形成书面意见19条。",
    ),
    "they report at a meeting that the city's leaders hold": (
        "全市防汛工作会议召开",
        "本报讯 4月12日，全市防汛工作会议召开，市领导李某出席并讲话。会议要求压实责任、备足物料。\n会议指出，今年雨季来得早。\n市水利局通报了水库蓄水情况，市气象局负责人谈了汛期趋势。",
    ),
    "a county to which one asks the way": (
        "自驾看红叶",
        "12月2日，摄影爱好者胡某发起自驾赏红叶。不少人问上思县怎么走，他画了一张手绘路线图，三天被转了八千次。",
    ),
    "a hospital is where it happens": (
        "病床边的婚礼",
        "12月3日上午，市一医院骨科病房，27岁的新郎邓某拄着拐杖，给新娘戴上了戒指。亲友说，好日子不改期。",
    ),
    "one of several figures": (
        "今年引进博士41名",
        "截至11月底，全市企事业单位引进博士41名。其中市第一人民医院9名、职业院校17名、重点企业15名。",
    ),
}

CREDITED: dict[str, tuple[str, str, set[str]]] = {
    "heads lead the work themselves": (
        "两局负责人带队夜查",
        "本报讯 12月1日晚，市工商局、市食药监局负责人带队检查夜市，查封问题冻品86公斤，责令3家摊点停业整顿。",
        {"市工商局", "市食药监局"},
    ),
    "heads speak for both": (
        "医保缴费延长一个月",
        "本报讯 市人社局、市地税局有关负责人介绍，今年医保缴费期延长一个月，未缴费的市民可在手机上办理。",
        {"市人社局", "市地税局"},
    ),
    "a fund that it set up": (
        "烟田里的助学金",
        "今年高考，12个烟农孩子每人收到5000元助学金。钱来自市烟草局设立的“金叶基金”，三年已资助41人。",
        {"市烟草局"},
    ),
    "an office hosts together with a county": (
        "同心夜校开课",
        "本报讯 11月5日，由市民宗委与上思县联合举办的第一期夜校开课，43名村民坐到了一起。",
        {"市民宗委", "上思县"},
    ),
    "brackets at the end of the last line": (
        "高考那天的十分钟",
        "一名考生哭着跑过来：准考证落在公交车上了。8点52分，准考证送到手里。（通讯员 陆某 市公安局交警支队）",
        {"市公安局"},
    ),
    "one asks the others for data": (
        "两千多张残疾人证完成核对",
        "本报讯 9月20日起，市残联与市公安局交警支队、市国土局交换信息，逐一核对领证家庭的车辆和房产，发现疑点83条。市残联有关负责人说，有异议的可在十日内申诉。",
        {"市残联"},
    ),
    "a county's traffic police on main roads": (
        "渣土车先称再走",
        "本网讯 连日来，东兴交警在城区主要路口设点，对渣土车超载开展整治，当天查扣车辆21辆。",
        {"东兴市"},
    ),
    "a town's people at their work": (
        "台风前夜",
        "晚上九点，防城区茅岭镇的镇干部、网格员打着手电钻进临河的棚屋，挨户劝人转移。两个小时转移了41户。",
        {"防城区"},
    ),
    "a county that rules": (
        "塘边的那块牌子",
        "编者按：一口塘由谁管？港口区是如何让村塘变清的，记者走了三个村。\n港口区规定，每口塘竖一块牌子，写明塘长姓名和电话，三天没人应的扣村里保洁经费。\n塘边的阿婆说，臭味没有了。",
        {"港口区"},
    ),
    "a town acts by its name, its county named once": (
        "渔船一靠岸 老娘舅就上门",
        "黎伯是港口区企沙镇聘请的32名调解员之一。今年开海后，企沙镇把调解点设在渔港码头；调成一件，镇里补助100元。\n两个月来，调解纠纷87件。",
        {"港口区"},
    ),
}


@pytest.mark.parametrize("name", NOT_CREDITED)
def test_named_in_passing(tagger: UnitTagger, name: str) -> None:
    assert credited(tagger, *NOT_CREDITED[name]) == set()


@pytest.mark.parametrize("name", CREDITED)
def test_acts_for_all_that(tagger: UnitTagger, name: str) -> None:
    title, body, expected = CREDITED[name]
    assert credited(tagger, title, body) == expected


def test_whose_duty_it_was_is_exposed(tagger: UnitTagger) -> None:
    """In a piece known to be critical: the only unit named is the one that should have looked after it."""
    from pipeline.records import Evidence
    from pipeline.tagging.units import Criticism

    body = "本报讯 小门口的桥自8月封闭检测，到11月中旬，围挡还在。该桥由市交通局管养，该局一名工作人员说，检测单位换了，什么时候能通车，他也“不好讲”。"
    item = ArticleItem(id="t", outlet="防城港日报", title="绕了四公里才回到家", body=body)
    tags = tagger.tag(item, Criticism(0.9, Evidence(why="用词")))
    assert tags.exposed == ["市交通局"]
    assert not tags.credits


def test_people_of_a_list() -> None:
    assert is_people("等部门负责人为园区揭牌。")
    assert is_people("、市移民部门和设计、施工单位代表在会上汇报。")
    assert not is_people("负责人介绍，缴费期延长。")
    assert not is_people("负责人带队检查。")
    assert not is_people("联合开展检查。")


def test_demand_reaches_to_the_end_of_its_sentence() -> None:
    text = "通知要求，市环保局加密监测，市公安局加强管控。市教育局开展排查。"
    assert is_demanded(text, text.index("市环保局"))
    assert is_demanded(text, text.index("市公安局"))
    assert not is_demanded(text, text.index("市教育局"))


def test_two_that_act_together_in_the_lead_are_both_credited() -> None:
    """The domain's `joint`: where the model hesitates over the second, the ruling decides; not where it doubts."""
    together = ["best:act1", "group2", "group2:zone1"]
    assert rule_confidence(0.6, together) >= 0.75
    assert rule_confidence(0.3, together) == 0.3
    assert rule_confidence(0.6, ["best:act1"]) == 0.6
    assert rule_confidence(0.6, [*together, "quoted:only"]) <= 0.4
