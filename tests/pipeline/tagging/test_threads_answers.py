"""First response, answer and sending-back are told apart; only registered accounts count."""

import pytest

from pipeline.tagging.answers import AnswerReader
from pipeline.tagging.items import ThreadPost


@pytest.fixture(scope="module")
def reader() -> AnswerReader:
    return AnswerReader()


RESPONSES = [
    "您好，您反映的问题已收悉，正在核实，请耐心等待。",
    "网友您好，已转环卫站处理，结果将在三个工作日内答复您。",
    "您好，已安排执法人员前往现场查看，情况另行告知。",
    "您好！该广告已停播，复核结论另行答复您。",
    "感谢您的建议，我局正会同交警部门研究，结论会在本帖告知。",
    "您好，请您将车牌号码和时间通过私信告知，以便我们核查。",
    "已派执法人员到现场，已责令停工，正在核实该处的审批手续。",
    "您好，来帖已阅，我会正在核对今年第三批补贴的申请名单，核对后电话告知您。",
]
ANSWERS = [
    "您好，现答复如下：经查，该路段路灯因电缆被盗不亮，已于11月3日全部修复。",
    "经核查，网传内容系谣言，我局已对造谣者立案调查。",
    "您好，办理需携带身份证、户口簿原件到户籍所在地派出所窗口，当场出证，不收费。",
    "您好，已将该处窨井盖更换完毕，感谢监督。",
    "根据《物业管理条例》规定，调整收费须经业主大会表决。我委已责令该公司退还多收费用，并处罚款三万元。",
    "您好，已与镇里核实，属信息未更新。我局已通知恢复补助，两个月的保障金一并补发，请家属留意到账。",
    "您好，图书馆国庆期间照常开放，时间为上午9点至下午5点，可凭身份证入馆。",
]
SENT_BACK = [
    "您好，该路段不属我局管养，请向公路管理部门反映。",
    "网友您好，您反映的问题请拨打12345热线反映。",
    "您好，此事不在我委职责范围，建议您向市工商局咨询。",
    "您好，经现场查看，该处为小区内部道路，不属于我局管辖范围，建议联系物业公司。",
    "您好，职称评审的具体条件请拨打市人社局职称科电话咨询。",
]


@pytest.mark.parametrize("text", RESPONSES)
def test_response(reader: AnswerReader, text: str) -> None:
    assert reader.classify(2, text).kind == "response"


@pytest.mark.parametrize("text", ANSWERS)
def test_answer(reader: AnswerReader, text: str) -> None:
    assert reader.classify(2, text).kind == "answer"


@pytest.mark.parametrize("text", SENT_BACK)
def test_sent_back(reader: AnswerReader, text: str) -> None:
    assert reader.classify(2, text).kind == "sent_back"


def test_an_address_beside_an_answer_is_no_sending_back(reader: AnswerReader) -> None:
    text = "您好，驾驶证换证可在全国任一车管所办理，凭身份证和体检证明即可。如有疑问请拨打咨询电话。"
    assert reader.classify(2, text).kind == "answer"


def post(floor: int, text: str | None, official: bool) -> ThreadPost:
    return ThreadPost(floor=floor, author="某号", is_registered_official=official, text=text)


def test_an_answer_without_earlier_response_stops_both_clocks(reader: AnswerReader) -> None:
    found = reader.read([post(1, "路灯坏了", False), post(2, ANSWERS[0], True)])
    assert found.first_response is not None and found.answer is not None
    assert (found.first_response.floor, found.answer.floor) == (2, 2)


def test_only_registered_accounts_count(reader: AnswerReader) -> None:
    found = reader.read([post(1, "路灯坏了", False), post(2, ANSWERS[0], False), post(3, None, True)])
    assert found.replies == [] and found.first_response is None and found.answer is None


def test_a_sending_back_is_neither_response_nor_answer(reader: AnswerReader) -> None:
    found = reader.read([post(1, "坑", False), post(2, SENT_BACK[0], True), post(4, ANSWERS[3], True)])
    assert found.first_response is not None and found.first_response.floor == 4


# Written to deceive: sending-backs that are polite, answers of a few words, promises that sound like deeds.
HARD = [
    ("response", "您好，已收到，正在核实。"),
    ("response", "网友您好，您反映的问题我局已转城区环卫站办理，办理结果将在三个工作日内向您反馈。"),
    ("sent_back", "您好，该事项不属于我局职责范围，请向市住建委反映。"),
    ("sent_back", "您好！此类问题请拨打12345政府服务热线咨询，感谢您的关注。"),
    ("sent_back", "该路段由公路部门管养，非我局管辖，建议您联系公路局。"),
    ("sent_back", "您好，小区物业纠纷建议您通过司法途径解决，或到所在社区反映，我局无权干预。"),
    ("sent_back", "经核，您反映的情况应由港口区政府处理，已将您的诉求退回12345平台重新派单。"),
    ("answer", "您好，办理居住证需携带身份证、租房合同，到居住地派出所办理，15个工作日可领取。"),
    ("answer", "经查，该工地未办理夜间施工许可，我局已责令停工并处罚款2万元。"),
    ("answer", "您反映的路灯已于昨日修复，感谢监督。"),
    ("answer", "目前无相关补贴政策。"),
    ("answer", "您好，该线路暂无延长计划，主要是因为客流不足，后续视情况调整。"),
    ("response", "我们马上派人去看。"),
    ("response", "请楼主私信联系方式，以便我们进一步了解情况。"),
    ("answer", "此为谣言，请勿传播。我市未发生该事件。"),
    ("response", "感谢您对我市交通工作的关心和支持，您的建议我们将认真研究。"),
    ("answer", "您的建议很好，我局已列入明年改造计划，预计2018年6月前完成。"),
    ("response", "收到！"),
    ("response", "亲，您好，小编已把您的问题反馈给相关科室啦，请耐心等待哦～"),
    ("answer", "周六上午9:00-12:00上班，周日休息。"),
    ("answer", "不需要，凭身份证直接到窗口办理即可。"),
    (
        "response",
        "您好，因涉及多个部门，我局正会同公安、城管进行联合调查，情况复杂，办理时限延长15个工作日。",
    ),
    ("sent_back", "您好，校车管理由教育部门负责，请您咨询教育局，电话2822xxx。"),
    ("response", "您好，我局执法人员昨日已到现场，因业主不在未能入户，将再次上门核实。"),
    ("answer", "您好，经与供电公司核实，该变压器增容工程计划于12月底完工，届时可解决低电压问题。"),
    ("response", "已电话联系楼主，将跟进处理。"),
    ("answer", "经现场核查，反映问题属实，现已清理完毕，并对责任人进行批评教育。"),
    ("response", "您好，您反映的问题正在按程序办理，请关注后续回复。"),
    ("answer", "您好！关于您咨询的问题，回复如下：可以。"),
    ("sent_back", "您好，您所反映的事项属东兴市管辖，请向东兴市教育局反映。"),
    ("response", "您好，问题已收悉。因您未提供具体地址，请补充楼栋号，以便核查。"),
    ("answer", "您好，已安排工人于今天上午将井盖更换，目前恢复通行。"),
]


@pytest.mark.parametrize(("kind", "text"), HARD)
def test_what_a_reply_does_not_how_it_sounds(reader: AnswerReader, kind: str, text: str) -> None:
    assert reader.classify(2, text).kind == kind


# A cue that says the opposite of what the reply does.
DECEIVING = [
    ("response", "家长您好，前面那个“招生助手”非我局人员。您说的情况已交招生办核对，核对完马上答复。"),
    ("response", "您好，收到您的咨询，收费依据正在查，晚些时候正式答复。"),
    ("response", "各位学员：投诉已登记，正联系校方负责人，请保留合同和收据。"),
    ("answer", "您好，经我所上门调解，店家已把押金退还给您；如明天还没到账，请直接致电我所。"),
    ("answer", "您好，您的包裹写错了门牌，一直放在仓库，今天上午已送到您家，由您父亲签收。"),
    ("answer", "接报后我队当晚到场，责令停工并立案；经调解，工地赔偿您修车费六百元，请您保持电话畅通。"),
]


@pytest.mark.parametrize(("kind", "text"), DECEIVING)
def test_one_cue_alone_decides_nothing(reader: AnswerReader, kind: str, text: str) -> None:
    assert reader.classify(2, text).kind == kind
