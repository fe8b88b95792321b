"""Units of a city with a complete list: branches, names inside longer ones, help, guests, sources."""

# ruff: noqa: E501  (a text stays on its line)
from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.city import load_city
from pipeline.tagging.items import ArticleItem
from pipeline.tagging.names import NameFinder, Names
from pipeline.tagging.units import UnitTagger

CITY = load_city(Path(__file__).resolve().parents[2] / "gold" / "cities" / "wuhan-full")
WUHAN = UnitTagger(CITY)


def credited(body: str) -> dict[str, str]:
    return {c.unit: c.role for c in WUHAN.tag(ArticleItem(id="t", body=body)).credits}


SUBJECT, JOINT, BYLINE = "subject", "joint", "byline"
CREDITED: dict[str, tuple[str, dict[str, str]]] = {
    "the police of a zone whose name begins with the city's": (
        "9月3日，武汉市公安局武汉经济技术开发区分局军山派出所接到报警，一名老人走失。值班民警调取监控，四十分钟后在江边找到老人，把他送回家中。",
        {"武汉经开区": SUBJECT},
    ),
    "the same behind a blank": (
        "9月3日，武汉市公安局 武汉东湖新技术开发区分局 花山派出所 破获一起盗窃案，抓获嫌疑人两名，追回电动车三辆。案件正在进一步侦办中。",
        {"武汉东湖高新区": SUBJECT},
    ),
    "a bureau's branch that a zone gives its name is the bureau's": (
        "9月3日，武汉市生态环境局东湖生态旅游风景区分局开展入湖排口巡查，执法人员逐一取样检测，当场下达整改通知两份，并督促有关单位立即整改。",
        {"市生态环境局": SUBJECT},
    ),
    "one that a district gives its name": (
        "9月3日，武汉市自然资源和规划局江夏区分局组织测绘人员到田间开展耕地核查，三天完成图斑核实46个，发现的问题已督促整改。",
        {"市自然资源局": SUBJECT},
    ),
    "a post of the police where another unit is": (
        "9月3日晚，李女士跑进武汉市公安局武昌区分局武昌火车站警务站报警求助，称孩子在广场走散。民警立即查看监控，十分钟后找到孩子，武昌警方提醒市民看管好孩子。",
        {"武昌区": SUBJECT},
    ),
    "the last of a list, behind an organ that no list knows, and with who is above it": (
        "9月3日，江岸区市场监督管理局、区政务代办服务中心、国家税务总局武汉市税务局共同举行“开办企业一件事”启动仪式，三家单位在大厅设联合窗口，一次办结执照、刻章和领票。",
        {"江岸区": JOINT, "市税务局": JOINT},
    ),
    "who is in the company of a court": (
        "9月3日，武汉市中级人民法院、武汉某区人民法院联合武汉市东湖生态旅游风景区管委会、武汉市园林和林业局共同为古树保护基地揭牌。基地占地三十亩，种有古树苗木千余株。",
        {"市中级人民法院": JOINT, "东湖风景区": JOINT, "市林业局": JOINT},
    ),
    "a company with all of its name": (
        "9月3日，国网武汉供电公司有限公司抢修队员冒雨换下受损的变压器，凌晨两点全部恢复供电，附近三个小区的居民用上了电。",
        {"武汉供电公司": SUBJECT},
    ),
    "an account in brackets behind 转自": (
        "盛夏的夜里，一家烧烤店门口突然传来争吵声，两名男子扭打在一起，一旁的食客上前劝开了他们。请大家遇事冷静，有话好好说。本文转自【平安武汉】",
        {"市公安局": BYLINE},
    ),
    "people come to the traffic police": (
        "9月3日，刘先生来到武汉市交管局违法处理中心，感谢值班民警帮他找回装有证件的背包。前一天他办完业务时把包忘在了窗口，民警翻看监控找到失主电话，一直等到他来取。",
        {"市公安局": SUBJECT},
    ),
    "it has guests": (
        "9月3日，“小小安全员”暑期体验营活动走进武汉市消防救援支队特勤站，孩子们参观消防车库，试穿战斗服，学着打绳结、叠被子。活动持续到下午三点，家长们说这样的暑假有意义。",
        {"市消防支队": SUBJECT},
    ),
    "the city's police as a manner of speaking, though they stand among the aliases": (
        "武汉警方抓获一名逃犯！近日，武汉蔡甸警方将潜逃六年的李某抓获。今年3月，武汉市公安局蔡甸区分局刑侦大队发现李某的踪迹，民警连夜赶赴外省，将他带回。目前李某被蔡甸警方依法刑事拘留。",
        {"蔡甸区": SUBJECT},
    ),
    "a street that acts": (
        "9月3日，双柳街道组织网格员上门排查燃气软管，为独居老人免费更换老化软管六十余根，并逐户登记造册，隐患当天整改完成。",
        {"新洲区": SUBJECT},
    ),
    "an account that the piece rests on": (
        "据“武汉发布”微信公众号消息，9月3日起，长江两岸灯光秀恢复每晚三场，市民可在江滩和两江游览码头观看，游船票价不变。",
        {"市委宣传部": SUBJECT},
    ),
    "a zone's tax office is a branch of the city's": (
        "9月3日，国家税务总局武汉经济技术开发区税务局举办税企座谈会，为二十多家车企讲解研发费用加计扣除，现场解答问题三十多个。",
        {"市税务局": SUBJECT},
    ),
    "an account's name where it acts": (
        "9月3日，武汉税务推出夜间办税窗口，上班族下班后也能办理发票业务，首周已为六百多人办结。",
        {"市税务局": SUBJECT},
    ),
    "an office of a street that is an alias of its district": (
        "9月3日，武昌区中华路街道市场监督管理所查处一起虚假宣传案，罚款三万元，并约谈同一条街上的五家店铺。",
        {"武昌区": SUBJECT},
    ),
    "its people at their work are no delegation": (
        "9月3日，武昌区中华路街道城管队员劝导流动摊贩二十余人次，帮他们把摊位搬进新设的疏导点，并清扫了占道的杂物。",
        {"武昌区": SUBJECT},
    ),
    "who fulfils a demand acts": (
        "9月3日，落实市应急局要求，洪山区应急管理局对辖区企业开展检查，发现隐患二十处，责令限期整改。",
        {"洪山区": SUBJECT},
    ),
}

NOT_CREDITED: dict[str, tuple[str, str]] = {
    "a hospital that is called as a unit is": (
        "市红十字会",
        "9月3日，武汉市红十字会医院举办健康讲座，心内科医生为社区老人讲解高血压用药，并现场测量血压。",
    ),
    "the province's": (
        "市市场监管局",
        "9月3日，记者从湖北省市场监管局获悉，该局在全省开展明码标价检查，已出动执法人员三千余人次，立案查处价格违法案件40起。",
    ),
    "by whose demand it is done": (
        "市市场监管局",
        "9月3日，汉阳区市场监管局开展月饼过度包装检查，当场责令两家商超下架商品。据介绍，今年以来，该局按照武汉市市场监管局要求开展专项抽检，共抽检商品200批次。",
    ),
    "a street's office that only supports": (
        "洪山区",
        "9月3日，一场露营音乐会在江滩举行。音乐会在洪山区商务局、张家湾街道办事处的支持下，由某商业广场打造，吸引近千名市民参加，现场还设有美食摊位和亲子乐园。",
    ),
    "before whom it is done": (
        "市生态环境局",
        "9月3日，在武汉市生态环境局江岸管理局的见证下，某印染公司买下两百吨减排量，兑现了赔偿协议，全市首例替代修复就此完成。",
    ),
    "whose picture it is": (
        "市气象局",
        "9月3日，雨后的江城天空出现双彩虹，市民纷纷驻足拍照，朋友圈里一片惊叹。（图片由武汉市气象局提供）",
    ),
}

NOT_CREDITED |= {
    "a kindergarten under it": (
        "市教育局",
        "9月3日，武汉市教育局直属幼儿园举行开学活动，孩子们领到新书，和老师一起种下小树苗。",
    ),
    "an account whose picture is shown": (
        "市公安局",
        "9月3日晚，江滩灯光秀吸引数万市民，孩子们骑在父亲肩头，欢呼声此起彼伏。图片来源【平安武汉】",
    ),
    "a hospital of its staff": (
        "市总工会",
        "9月3日，武汉市总工会职工医院为出租车司机免费体检，医生现场讲解颈椎病防治，共有八百人受益。",
    ),
    "a college that is called as a unit is": (
        "市民政局",
        "9月3日，武汉市民政职业学院志愿者走进社区，为老人理发、量血压，师生们还表演了节目。",
    ),
    "the city's traffic": (
        "市交通运输局",
        "9月3日，武汉市交通学校举行技能节。二十年来，武汉交通发展迅速，城市圈大通道全线贯通，学生就业率年年走高。",
    ),
    "whose seal is forged": (
        "市民政局",
        "9月3日，李某持伪造的武汉市民政局公章四处行骗，先后收取十余名老人的订金，被武昌区法院判处有期徒刑三年。",
    ),
    "the city announces, and no account of it": (
        "市委宣传部",
        "原标题：武汉发布网约车经营提示函记者9月3日获悉，一份面向网约车平台的提示函已经送达各平台，提出不得低价倾销、不得大数据杀熟等六条要求。",
    ),
    "a street where something was": (
        "新洲区",
        "9月3日，两名男子分别在长江双柳段水域、双柳街道中叶湾靠江水域用禁用的渔具捕鱼，收获各不足两斤。检察院就此召开听证会，人民监督员对二人进行了劝导。",
    ),
    "malware was planted in its network": (
        "市应急局",
        "近日，武汉市应急管理局地震监测中心的部分设备被植入木马病毒，有关机构溯源后判定攻击来自境外。多年来，黑客组织四处窥探，网络霸凌已是公害。",
    ),
    "by whose guidance it was built": (
        "市生态环境局",
        "市民每捐出一克减排量，某银行就为护江项目配捐一元。据悉，这个小程序由武汉市生态环境局指导建设，是低碳生活的平台，乘公交、骑单车都能攒减排量，所捐款项进入基金会账户。",
    ),
    "where a person works": (
        "武汉铁路局",
        "9月3日，两位救人英雄首次相见。陈某，男，1966年生人，武汉铁路局武汉客运段列车员，是长江救援志愿队队员；另一位是在附近晨练的退伍军人。两人紧紧相拥。",
    ),
    "a station where the victim of a court's story reported it": (
        "新洲区",
        "以恋爱为名骗取钱财，法院近日审结这起案件。被告人冒用他人照片，先后骗得二十六万元，这起案件引起许多人的议论，都说网上交友要多留心眼。\n去年三月，被害人发现被骗，向亲友借钱还债，一家人为此争吵不休，多次催讨也没有结果，最后才想到求助。此前两人从未见过面，也没有通过话，所有联系都在手机上，被害人对此深信不疑，直到借来的钱也还不上。事情拖了两个月，今年五月被害人到新洲区徐古乡派出所报案。被告人家属卖掉房产退赔，取得谅解。法院认为，被告人以非法占有为目的，虚构事实，骗取他人财物，数额巨大，判处有期徒刑一年，并处罚金一万元。",
    ),
}


@pytest.mark.parametrize("case", CREDITED)
def test_credited(case: str) -> None:
    body, units = CREDITED[case]
    assert credited(body) == units


def test_a_digest_of_answers_exposes_nobody() -> None:
    body = "9月1日至3日，各地在《荆楚问政》实名回复了7条网友留言。其中，洪山区、汉阳区等单位积极回复。网民留言：公园路面破损。汉阳区：目前已完成招标，近日开工，争取月底完工。"
    tags = WUHAN.tag(ArticleItem(id="t", body=body))
    assert (tags.exposed, tags.exposure) == ([], False)


@pytest.mark.parametrize("case", NOT_CREDITED)
def test_not_credited(case: str) -> None:
    unit, body = NOT_CREDITED[case]
    assert unit not in credited(body)


def test_a_market_is_not_cut_behind_the_citys_name() -> None:
    finder = NameFinder(Names(CITY))
    assert [hit for hit in finder.find("省市场监管局，区市场监管局") if hit.name.unit] == []
    assert [h.name.unit for h in finder.find("武汉市场监管部门，武汉市市场监管局")] == ["市市场监管局"] * 2
