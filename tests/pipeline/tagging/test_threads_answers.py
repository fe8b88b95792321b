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
]
ANSWERS = [
    "您好，现答复如下：经查，该路段路灯因电缆被盗不亮，已于11月3日全部修复。",
    "经核查，网传内容系谣言，我局已对造谣者立案调查。",
    "您好，办理需携带身份证、户口簿原件到户籍所在地派出所窗口，当场出证，不收费。",
    "您好，已将该处窨井盖更换完毕，感谢监督。",
    "根据《物业管理条例》规定，调整收费须经业主大会表决。我委已责令该公司退还多收费用，并处罚款三万元。",
    "您好，图书馆国庆期间照常开放，时间为上午9点至下午5点，可凭身份证入馆。",
]
SENT_BACK = [
    "您好，该路段不属我局管养，请向公路管理部门反映。",
    "网友您好，您反映的问题请拨打12345热线反映。",
    "您好，此事不在我委职责范围，建议您向市工商局咨询。",
    "您好，经现场查看，该处为小区内部道路，不属于我局管辖范围，建议联系物业公司。",
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
