"""One part to one channel: what each service takes, and what it says when it does not."""

from __future__ import annotations

import queue
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from analysis.notify import delivery, hearing
from analysis.notify.channels import Channel, load_channels
from analysis.notify.delivery import Courier, open_plugin
from analysis.notify.rules import NotifyError
from pipeline.city import load_city
from tests.analysis.notify.receivers import MailServer, Robot, always

CITY = load_city()
ROBOTS = {
    "企业微信": "wecombot://SecretKey-1234567890",
    "钉钉": "dingtalk://secretsign@tokentokentoken",
    "飞书": "feishu://secrettokentoken",
    "飞书国际": "lark://secrettokentoken",
}


@pytest.fixture
def robot() -> Iterator[Robot]:
    with Robot().running() as found:
        yield found


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "READ_SECONDS", 1.0)
    monkeypatch.setattr(delivery, "CONNECT_SECONDS", 1.0)
    monkeypatch.setattr(hearing, "ANSWER_SECONDS", 1.5)


def channel(url: str, gateway: str | None = None) -> Channel:
    return Channel(name="试", unit="市水利局", url=url, gateway=gateway, interval_seconds=0)


def post(way: Channel, text: str = "正文\n第二行") -> delivery.Answer:
    return Courier().deliver(way, "标题", text, "ab12-1")


@pytest.mark.parametrize("url", ROBOTS.values(), ids=ROBOTS.keys())
def test_robots_take_the_text_as_it_is(robot: Robot, url: str) -> None:
    text = "【港情】*不是* <b>标记</b> 第一行\n\n1. 〔投诉〕路灯 😀 …"
    assert post(channel(url, robot.address), text) == delivery.Answer(True)
    assert robot.texts == [text]


@pytest.mark.parametrize("url", ROBOTS.values(), ids=ROBOTS.keys())
@pytest.mark.parametrize(
    ("what", "said", "is_unsure"),
    [
        ("refuse", "服务拒收", False),
        ("page", "不是该服务的格式", False),
        ("500", "HTTP 500", False),
        ("302", "HTTP 302", False),
        ("drop", "可能已送达", True),
        ("hang", "可能已送达", True),
        ("drip", "可能已送达", True),
    ],
)
def test_a_failure_is_told_and_holds_no_secret(
    robot: Robot, url: str, what: str, said: str, is_unsure: bool
) -> None:
    robot.fault = always(what)
    answer = post(channel(url, robot.address))
    assert not answer.is_delivered and said in answer.why and answer.is_unsure is is_unsure
    assert "ecret" not in answer.why and "token" not in answer.why


def test_a_refused_connection_is_sure(robot: Robot) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    answer = post(channel("wecombot://SecretKey-1234567890", f"http://127.0.0.1:{port}"))
    assert answer == delivery.Answer(False, "连接不上", False)


def test_a_webhook_gets_title_text_and_number(robot: Robot) -> None:
    seen: list[dict] = []

    def read(path: str, body: dict) -> tuple[str, str, str]:
        seen.append(body)
        return body["message"], "", ""

    robot.read = read  # type: ignore[method-assign]
    assert post(channel(robot.address.replace("http", "json"))).is_delivered
    assert seen[0]["title"] == "标题" and seen[0]["id"] == "ab12-1"
    robot.fault = always("503")
    assert post(channel(robot.address.replace("http", "json"))).why == "应答 HTTP 503"


def test_mail_is_plain_text_with_its_number() -> None:
    with MailServer().running() as server:
        way = channel(f"mailto://127.0.0.1:{server.port}?from=desk@gangqing.test&to=slj@gangqing.test")
        assert post(way, "第一行 <b>\n\n*二*").is_delivered
        mail = server.mails[0]
        assert mail["Subject"] == "标题" and mail["X-Gangqing-Id"] == "ab12-1"
        assert server.texts == ["第一行 <b>\n\n*二*"]
        server.refuses = True
        answer = post(way)
        assert not answer.is_delivered and "收件人被拒收" in answer.why
    answer = post(way)
    assert "连接不上" in answer.why and not answer.is_unsure


def test_an_attempt_that_was_left_behind_keeps_the_number_of_its_part(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    goes_on, sent = threading.Event(), queue.SimpleQueue[str]()

    class Slow:
        request_rate_per_sec = 0.0

        def __init__(self) -> None:
            self.payload_extras: dict[str, str] = {}

        def notify(self, **_: object) -> bool:
            goes_on.wait(10)  # as in the library's pause before a message
            sent.put(self.payload_extras["id"])
            return True

    monkeypatch.setattr(delivery, "open_plugin", lambda _: Slow())
    monkeypatch.setattr(delivery, "TOTAL_SECONDS", 0.05)
    courier, way = Courier(), channel("json://127.0.0.1/")
    for part in ("ab12-1", "ab12-2"):
        assert courier.deliver(way, "标题", "正文", part).is_unsure
    goes_on.set()
    assert sorted(sent.get(timeout=10) for _ in range(2)) == ["ab12-1", "ab12-2"]


def test_several_recipients_in_one_channel_are_refused() -> None:
    way = channel("mailto://127.0.0.1:25?from=a@gangqing.test&to=b@gangqing.test,c@gangqing.test")
    with pytest.raises(NotifyError, match="一个渠道只写一个收件人"):
        open_plugin(way)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{name: a, unit: 市水利局, url: 'file:///etc/passwd'}", "地址应以"),
        ("{name: a, unit: 市水利局, url: 'http://169.254.169.254/'}", "地址应以"),
        (
            "{name: a, unit: 市水利局, url: 'wecombot://topsecret1?template=/etc/passwd'}",
            "不能用选项 template",
        ),
        ("{name: a, unit: 市水利局, url: 'mailto://u:topsecret1@h.test?pgpprv=/etc/x'}", "不能用选项 pgpprv"),
        ("{name: a, unit: 市水利局, url: 'json://h.test', gateway: 'https://h.test'}", "gateway 只用于"),
        ("{name: a, unit: 市水利局, url: 'wecombot://topsecret1', gateway: 'ftp://h.test'}", "https://主机"),
        ("{name: a, unit: 没有的局, url: 'wecombot://topsecret1'}", "不在 units.csv"),
        ("{name: a, unit: 市水利局}", "必须且只能写一个"),
        ("{name: a, unit: 市水利局, url_env: NO_SUCH_VARIABLE}", "没有设置"),
        ("{name: a, unit: 市水利局, urll: 'wecombot://topsecret1'}", "内容有误"),
        ("{name: a, unit: 市水利局, url: 'json://h.test', interval_seconds: .inf}", "interval_seconds"),
        ("{name: a, unit: 市水利局, url: 'json://h.test', interval_seconds: .nan}", "interval_seconds"),
        ("{name: a, unit: 市水利局, url: 'json://h.test', interval_seconds: -1}", "interval_seconds"),
        ("{name: '../a', unit: 市水利局, url: 'wecombot://topsecret1'}", "不合规"),
    ],
)
def test_wrong_channels_are_told_without_their_secrets(tmp_path: Path, line: str, said: str) -> None:
    file = tmp_path / "channels.yaml"
    file.write_text(f"channels:\n  - {line}\n", "utf-8")
    file.chmod(0o600)
    with pytest.raises(NotifyError, match=said) as caught:
        load_channels(file, CITY)
    assert "topsecret" not in str(caught.value)


def test_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "channels.yaml"
    file.write_text("channels: []\n", "utf-8")
    file.chmod(0o640)
    with pytest.raises(NotifyError, match="chmod 600"):
        load_channels(file, CITY)


def test_an_address_may_stand_in_the_environment(tmp_path: Path) -> None:
    file = tmp_path / "channels.yaml"
    file.write_text("channels:\n  - {name: a, unit: 市水利局, url_env: SLJ}\n", "utf-8")
    file.chmod(0o600)
    found = load_channels(file, CITY, {"SLJ": "wecombot://topsecret1"})
    assert found[0].service({"SLJ": "wecombot://topsecret1"}) == "企业微信"
    assert "topsecret" not in repr(Channel(name="a", unit="市水利局", url="wecombot://topsecret1"))
