"""Owns handing one part to one channel through Apprise, and telling whether the channel took it.

Apprise's 企业微信 and 钉钉 plugins hold every HTTP 200 for a success, but those services refuse with a 200
whose errcode is not 0. So answers are listened to as they come, bounded in size and time, and judged here.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import logging
import threading
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import apprise
import requests

from analysis.notify.channels import Channel
from analysis.notify.rules import NotifyError

CONNECT_SECONDS, READ_SECONDS = 5.0, 10.0
ANSWER_SECONDS = 15.0  # for an answer that comes drop by drop
TOTAL_SECONDS = 30.0  # for an attempt as a whole, then it is left behind
_ANSWER_BYTES = 64 * 1024
_LOG = logging.getLogger("apprise")
# The field of an answer that is 0 where the service took the message.
_CODE = {"企业微信": "errcode", "钉钉": "errcode", "飞书": "code"}


@dataclasses.dataclass(frozen=True)
class Answer:
    """Whether a channel took a part; if not why, in Chinese, and whether it may have arrived all the same."""

    is_delivered: bool
    why: str = ""
    is_unsure: bool = False


@dataclasses.dataclass
class _Heard:
    """What came over the line during one attempt."""

    status: int | None = None
    body: bytes = b""
    fault: str | None = None
    is_unsure: bool = False
    logged: list[str] = dataclasses.field(default_factory=list)


class Courier:
    """Keeps the plugins of a run, so that the library's pauses between messages of a channel hold."""

    def __init__(self) -> None:
        self._plugins: dict[str, apprise.NotifyBase] = {}

    def deliver(self, channel: Channel, title: str, text: str, part: str) -> Answer:
        """Hand over one part; never raises for what a channel does.

        The attempt runs in a thread that is left behind when it takes too long, so that a peer that answers
        drop by drop holds up nobody; whether it arrived is then unknown.
        """
        try:
            plugin = self.open(channel)
        except NotifyError as error:
            return Answer(False, str(error))
        service = channel.service()
        if service == "webhook":
            plugin.payload_extras["id"] = part  # type: ignore[attr-defined]
        elif service == "邮件":
            plugin.headers["X-Gangqing-Id"] = part  # type: ignore[attr-defined]
        has_subject = service in ("邮件", "webhook")
        found: list[tuple[bool, _Heard]] = []

        def attempt() -> None:
            with _listening() as heard:
                said = plugin.notify(
                    body=text, title=title if has_subject else "", body_format=apprise.NotifyFormat.TEXT
                )
                found.append((bool(said), heard))

        thread = threading.Thread(target=attempt, daemon=True, name=f"notify-{part}")
        thread.start()
        thread.join(TOTAL_SECONDS + plugin.request_rate_per_sec)
        if not found:
            return Answer(False, f"{TOTAL_SECONDS:g} 秒内没有答完，不再等", True)
        said, heard = found[0]
        answer = _judge(service, said, heard)
        return dataclasses.replace(answer, why=_without_secrets(answer.why, channel))

    def open(self, channel: Channel) -> apprise.NotifyBase:
        """The plugin of a channel, made on first use. Raises NotifyError."""
        if channel.name not in self._plugins:
            self._plugins[channel.name] = open_plugin(channel)
        return self._plugins[channel.name]


def open_plugin(channel: Channel) -> apprise.NotifyBase:
    """The library's plugin of a channel, ready to send.

    Raises:
        NotifyError: the library cannot read the address, or it names several recipients, of whom one could
            get a message twice when another failed.
    """
    asset = apprise.AppriseAsset(
        app_id="gangqing", app_desc="港情", http_redirects=False, async_mode=False, secure_logging=True
    )
    with _hushed([]):
        plugin = apprise.Apprise.instantiate(channel.address(), asset=asset)
    if not isinstance(plugin, apprise.NotifyBase):
        raise NotifyError(f"渠道 {channel.name}：地址的写法不对，{channel.service()}用不了")
    if channel.service() == "邮件":
        mail: Any = plugin
        if len(mail.targets) != 1 or mail.cc or mail.bcc:
            raise NotifyError(f"渠道 {channel.name}：一个渠道只写一个收件人，几个人请写几个渠道")
    plugin.socket_connect_timeout, plugin.socket_read_timeout = CONNECT_SECONDS, READ_SECONDS
    if channel.interval_seconds is not None:
        plugin.request_rate_per_sec = channel.interval_seconds
    if channel.gateway is not None:
        for name in ("api_url", "notify_url", "webhook_url"):
            public = getattr(plugin, name, None)
            if isinstance(public, str):
                parts = urlsplit(public)
                own = public.replace(f"{parts.scheme}://{parts.netloc}", channel.gateway, 1)
                setattr(plugin, name, own)
    return plugin


def _judge(service: str, said: bool, heard: _Heard) -> Answer:
    """What an attempt came to, from what the library says and what was heard."""
    if heard.fault is not None:
        return Answer(False, heard.fault, heard.is_unsure)
    if heard.status is not None and heard.status != 200 and not (said and 200 <= heard.status < 300):
        return Answer(False, f"应答 HTTP {heard.status}")
    if service != "邮件" and heard.status is None:
        return Answer(False, "没有得到应答", is_unsure=True)
    if service in _CODE:
        try:
            body = json.loads(heard.body)
            code = body[_CODE[service]] if _CODE[service] in body else body["StatusCode"]
        except (ValueError, TypeError, KeyError):
            return Answer(False, "应答不是该服务的格式，可能被网关或登录页截住")
        if code != 0:
            message = str(body.get("errmsg") or body.get("msg") or "")
            return Answer(False, f"服务拒收：{_CODE[service]} {code} {message}"[:200])
    if not said:
        reason = "；".join(heard.logged) or "渠道没有说明原因"
        return Answer(False, reason[:200], is_unsure="timed out" in reason.lower())
    return Answer(True)


_hearing = threading.local()


class _Session(requests.Session):
    """A session whose answers are heard: no redirects, at most so many bytes, within so much time.

    The library makes its sessions itself, so this class stands in for the one that it finds. In a thread in
    which nobody listens it is an ordinary session.
    """

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        heard: _Heard | None = getattr(_hearing, "now", None)
        if heard is None:
            return super().send(request, **kwargs)
        try:
            return self._heard(heard, request, kwargs)
        except requests.exceptions.ConnectTimeout:
            heard.fault = "连接超时"
            raise
        except requests.exceptions.Timeout:
            heard.fault, heard.is_unsure = "应答超时，可能已送达", True
            raise
        except requests.exceptions.SSLError:
            heard.fault = "证书不可信"
            raise
        except requests.RequestException as error:
            refused = any(word in str(error).lower() for word in ("refused", "resolve", "unreachable"))
            heard.fault = "连接不上" if refused else "连接中断，可能已送达"
            heard.is_unsure = not refused
            raise

    def _heard(
        self, heard: _Heard, request: requests.PreparedRequest, kwargs: dict[str, Any]
    ) -> requests.Response:
        until = time.monotonic() + ANSWER_SECONDS
        response = super().send(request, **(kwargs | {"stream": True, "allow_redirects": False}))
        body = bytearray()
        for piece in response.iter_content(1):
            body += piece
            if len(body) >= _ANSWER_BYTES:
                break
            if time.monotonic() > until:
                raise requests.exceptions.ReadTimeout("drop by drop")
        response.close()
        response._content = bytes(body)
        heard.status, heard.body = response.status_code, bytes(body)
        return response


@contextlib.contextmanager
def _listening() -> Iterator[_Heard]:
    """Hear the answers to all requests that this thread makes meanwhile."""
    requests.sessions.Session = _Session  # type: ignore[misc]
    heard = _Heard()
    _hearing.now = heard
    try:
        with _hushed(heard.logged):
            yield heard
    finally:
        _hearing.now = None


class _Collector(logging.Handler):
    """Keeps what the library says of a failure; its payloads and addresses stay out."""

    def __init__(self, into: list[str]) -> None:
        super().__init__(logging.DEBUG)
        self.into = into

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if text.startswith(("Socket Exception", "SMTP recipient", "Connection error")):
            self.into.append(text.removeprefix("Socket Exception: "))


@contextlib.contextmanager
def _hushed(into: list[str]) -> Iterator[None]:
    """The library's log goes nowhere but into the list: it could hold addresses."""
    handler = _Collector(into)
    before = _LOG.level, _LOG.propagate
    _LOG.addHandler(handler)
    _LOG.setLevel(logging.DEBUG)
    _LOG.propagate = False
    try:
        yield
    finally:
        _LOG.removeHandler(handler)
        _LOG.level, _LOG.propagate = before


def _without_secrets(text: str, channel: Channel) -> str:
    """A reason without any piece of the channel's address that could be a secret."""
    parts = urlsplit(channel.address())
    pieces = {parts.netloc, parts.username, parts.password, parts.hostname, *parts.path.split("/")}
    pieces |= {value for _, value in parse_qsl(parts.query)}
    for piece in sorted({unquote(p) for p in pieces if p} | {p for p in pieces if p}, key=len, reverse=True):
        if len(piece) >= 6:
            text = text.replace(piece, "***")
    return text
