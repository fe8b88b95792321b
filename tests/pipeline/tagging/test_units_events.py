"""Units of a city that has nothing but a list of units: whose police act, who is a victim, who only answers."""

# ruff: noqa: E501  (a text stays on its line)
from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.city import load_city
from pipeline.tagging.items import ArticleItem
from pipeline.tagging.units import UnitTagger

WUHAN = UnitTagger(load_city(Path(__file__).resolve().parents[2] / "gold" / "cities" / "wuhan"))


def credited(body: str) -> set[str]:
    return {credit.unit for credit in WUHAN.tag(ArticleItem(id="t", body=body)).credits}


CREDITED: dict[str, tuple[str, set[str]]] = {
    "武汉警方 over a district's police is a manner of speaking": (
        "原标题：武汉警方：偷车的李某，已被抓获近日，嫌疑人李某被武汉警方捉拿归案。7月21日上午，市民王女士发现电动车不见了。洪山区公安分局刑侦大队立即联合该区珞南街派出所开展调查。8月11日，洪山区公安分局刑侦大队民警在出租屋内将李某抓获。目前李某被洪山警方刑事拘留。",
        {"洪山区"},
    ),
    "at the head it is what the district's police do": (
        "原标题：武汉警方：已立案侦查！7月26日上午，武汉市应急管理局发布公开声明称，一处监测设备被植入后门。对此，武汉警方通报，已立案侦查。武汉市应急管理局在声明中表示，将保留追诉的权利，并已封存设备。武汉市应急管理局将继续加强防护，会同有关方面排查其余台站，及时向社会公布进展情况，请市民不要轻信网上的传言。与此同时，武汉市公安局江汉分局通报：接警后，该局立即开展调查取证。目前，江汉公安分局已经对此案立案侦查。",
        {"市应急局", "江汉区"},
    ),
    "the city's police before a district's team are that district's": (
        "7月28日上午，记者从武汉硚口警方处获悉，一名女子从桥上跳入江中，武汉市公安局硚口区交通大队辅警韩某跃入水中，将女子救起。28日清晨6时许，硚口区交通大队一中队民警周某在桥上执勤时接到报警。没过多久，武汉市公安局硚口区公安分局警务站民警也赶到现场，参与处置。",
        {"硚口区"},
    ),
    "an auxiliary policeman is of the police": (
        "7月28日，武汉市硚口区辅警韩某从高桥一跃而下、成功营救落水女子的事迹，受到广泛赞誉。韩某一边劝说，一边寻找时机，奋力将她救上岸。",
        {"硚口区"},
    ),
    "people come to the police and are heard": (
        "“我终于可以睡一个踏实觉了。”8月4日上午，张先生送来一面锦旗。7月27日晚，张先生满脸慌张地来到武汉经开区公安分局神龙派出所，谈起自己的遭遇，他欲哭无泪。民警刘某一边耐心安抚，一边帮他寻找办法，十天里往返银行和营业厅，收集了证明。",
        {"武汉经开区"},
    ),
    "an account of the police is where it is from": (
        "原标题：监测中心设备遭攻击 警方已立案侦查 据“平安江汉”官方微博消息，武汉市应急管理局地震监测中心报警称，该中心发现部分设备被植入后门程序。目前，武汉市公安局江汉分局已经对此案立案侦查，并对样本开展技术分析。",
        {"江汉区"},
    ),
    "who punishes ends what the piece opened with; who put the fire out is no less": (
        "近日，武汉市武昌区团结路某医院施工现场，电焊工人李某违规作业引发火灾，被处以行政拘留5日。7月27日6时18分，武汉市武昌区团结路某医院施工现场建材堆场起火。武汉市消防救援支队指挥中心接到报警后，迅速调集消防救援站前往处置，消防员到场后立即将大火扑灭。经查明，李某在未取得操作证的情况下作业，火花掉落引发火灾。根据有关法律规定，武汉市公安局武昌区分局依法给予李某拘留5日的行政处罚。违法行为人张某指使李某作业，武汉市公安局武昌区分局依法给予张某拘留10日的行政处罚。武汉消防提醒：动火作业前要先清理周围可燃物，周边要配置灭火器具，一旦发生火灾请及时拨打119报警。",
        {"武昌区", "市消防支队"},
    ),
    "the fire brigade's account is a source": (
        "每年夏天都有人把电动车推进楼道充电，夜里起火时往往来不及逃生。请把车停在室外的充电棚里，不要飞线充电，不要使用改装电池。来源 // 武汉消防",
        {"市消防支队"},
    ),
    "figures that the lead rests on": (
        "近日，上半年经济运行数据出炉。根据武汉市统计局最新数据，武汉上半年地区生产总值同比增长5.4%，其中第二产业增长4.1%。",
        {"市统计局"},
    ),
    "one of those that do it together": (
        "8月11日，武汉市中级人民法院联合武汉市东湖风景区管委会、武汉市生态环境局东湖风景区分局共同为司法修复基地揭牌。这是第二个市级示范点。基地建设旨在保护湿地。近年来，武汉两级法院先后在新洲区涨渡湖湿地、江夏区五里界、蔡甸区沉湖湿地建立基地，五年累计放流鱼苗1500多万尾。武汉中院有关部门负责人介绍，选择这里作为基地，顺应了湿地保护的要求。",
        {"市生态环境局"},
    ),
    "a paper that organises": (
        "昨日下午，一场志愿服务活动在江滩举行，300多名市民参加。活动由市退役军人事务局指导，长江日报、武汉某基金会和某研究会联合主办，通过老照片展现了建设者的青春。",
        {"长江日报社"},
    ),
    "a paper in the brackets of a title": (
        "为帮助交不起学费的学子，2004年，武汉市民政局、武汉市慈善总会和《长江日报》联合发起“展翅计划”。记者从武汉市民政局获悉，今年的“展翅计划”8月1日启动申报。",
        {"市民政局", "长江日报社"},
    ),
}

CREDITED |= {
    "a branch is the unit's, also by the name that the text gives it": (
        "市民黄女士反映，武昌区某小区电梯经常出现故障，邻居们也多次反映问题。事发小区位于武昌区中南路街道，记者就此事向武汉市市场监督管理局武昌监管局（以下简称“武昌市场监管局”）了解情况。“接到通知后，武昌市场监管局立即开展现场检查。”武昌市场监管局相关负责人表示，维保单位已更换装置。接下来，武昌市场监管局将加强监管。",
        {"市市场监管局"},
    ),
    "a town's organs, and one district named": (
        "近日，马峦街道两新组织党工委在某社区组织开展了分享活动，党员代表共35人参加。分享会上，社区工作人员讲述了武昌区“民生诉求系统”的应用成果。企业代表畅谈了收获。接下来，街道将继续深化这项活动。",
        {"武昌区"},
    ),
    "a name in another order": (
        "近日，市规划和自然资源局海洋综合执法支队依法实施代履行，及时组织拆除武汉某水域的非法养殖设施。支队多次到现场巡查，督促施工单位做好安全保障。",
        {"市自然资源局"},
    ),
    "an auxiliary policeman behind the district's stem; arrows for stops": (
        "近日硚口辅警韩某一跃而下成功营救落水女子的事迹受到广泛赞誉↓↓↓武汉市公安局作出决定授予辅警韩某二等荣誉奖章。7月30日上午，武汉市公安局政治部主任陈某到大队送奖上门并进行慰问。韩某奋力游向她，将她救上岸。",
        {"硚口区", "市公安局"},
    ),
}

NOT_CREDITED: dict[str, tuple[str, str]] = {
    "it gives no answer": (
        "武昌区",
        "8月9日，武昌区发生一起溺水事件，附近居民称一男子溺亡，现场有人在施救。随后记者致电武昌区公安分局，一工作人员表示不方便接受电话采访。",
    ),
    "it is the victim": (
        "市应急局",
        "记者14日获悉，针对武汉市应急管理局地震监测中心的网络攻击事件，国家有关机构组成的调查组取得新进展。7月26日，武汉市应急管理局地震监测中心报警称，该中心发现部分设备被植入后门程序，此事引起广泛关注。",
    ),
    "figures quoted far down": (
        "市统计局",
        "入夏以来，跨城消费持续火热，两地往来的人流如织。许多市民在周末坐高铁去邻省，吃一顿饭，看一场演出，当晚就能往返。\n商圈纷纷推出优惠，餐饮店延长了营业时间，夜市里人声鼎沸。一家书店的店长说，周末的客人比去年多了一半，年轻人最多。\n近期，口岸人流如织。武汉市统计局数据显示，今年以来消费复苏强劲，零售总额同比增长11.5%。\n来自外地的李女士带着儿子走出检票口，脸上写满了喜悦。",
    ),
    "the district only orders it": (
        "武昌区",
        "8月16日下午，在武昌区委、区政府统一部署下，市生态环境局武昌管理局（以下简称“武昌管理局”）举办了全区干部生态文明建设专题培训会。此次培训包括两个主题，区域环评改革是武汉市的试点事项之一。武昌区在该领域先行先试，完成了首个试点，印发了管理清单，上线了服务平台。据了解，武昌区其他街道的改革工作也在推进中，预计明年可完成。这项改革简化了手续，减少了企业的时间成本。武昌区积极探索减污降碳的新路径，开展了碳达峰专项研究。据介绍，本次培训旨在助力武昌区推动产业绿色转型。",
    ),
    "asked at a council's meeting": (
        "市卫健委",
        "“一老一小”事关家庭幸福。武汉市政协8月8日以“一老一小”人才培养举行深聊会，围绕培训、行业管理等问题进行了探讨。市卫健委负责人介绍，武汉共有托育机构858家，从业人员约1万人，证书种类繁多。市教育局负责人介绍，有关学院开设了专业。政协委员们认为，要撬动市场力量。",
    ),
    "a listed company's notice": (
        "市公安局",
        "武汉某某股份有限公司关于收到告知书的公告本公司及董事会全体成员保证信息披露的内容真实、准确。公司于近日收到检察院送达的告知书：犯罪嫌疑人陈某涉嫌合同诈骗一案，武汉市公安局已向检察院移送起诉。目前公司经营正常。特此公告。武汉某某股份有限公司董事会",
    ),
    "a digest on a share": (
        "市公安局",
        "某某信息最新公告：收到告知书，陈某涉嫌合同诈骗一案，武汉市公安局已向检察院移送起诉。截至收盘，该股报收于8.02元，换手率1.37%，成交额9768.3万元，主力资金净流出1733.1万元。",
    ),
    "one of those that a team is made of": (
        "市应急局",
        "骄阳七月，桃子丰收。驻村工作队由武汉市应急管理局、某供电公司、某大学、某街道办联合组成。桃子刚刚成熟，供电公司的队员就主动到桃园选择种植户，与其签订协议。",
    ),
    "a line of the metro": (
        "武汉地铁集团",
        "居民收到告知书，临时安置费标准为每户每天500元。此前的8月8日至9日，武汉地铁12号线施工中出现沉降，部分居民紧急撤离。武汉地铁施工工地发生沉降的地方已经围起。",
    ),
}


@pytest.mark.parametrize("case", CREDITED)
def test_credited(case: str) -> None:
    body, units = CREDITED[case]
    assert credited(body) == units


@pytest.mark.parametrize("case", NOT_CREDITED)
def test_not_credited(case: str) -> None:
    unit, body = NOT_CREDITED[case]
    assert unit not in credited(body)


def test_a_victim_is_not_exposed() -> None:
    body = "原标题：武汉监测中心被网攻，幕后系统即将被曝光。记者14日获悉，针对武汉市应急管理局地震监测中心的网络攻击事件，调查组已取得新进展，发现了恶意软件。7月26日，武汉市应急管理局地震监测中心报警称，该中心发现部分设备被植入后门程序。"
    assert WUHAN.tag(ArticleItem(id="t", body=body)).exposed == []


@pytest.mark.parametrize(
    ("title", "units"),
    [("武汉市公安局市教育局", ["市公安局", "市教育局"]), ("武昌区教育局市教育局", ["武昌区", "市教育局"])],
)
def test_two_names_may_end_a_text(title: str, units: list[str]) -> None:
    assert [c.unit for c in WUHAN.tag(ArticleItem(id="t", body="", title=title)).credits] == units
