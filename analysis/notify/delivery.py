"""Owns handing one part to one channel through Apprise, and telling whether the channel took it.

Apprise's 企业微信 and 钉钉 plugins hold every HTTP 200 for a success, but those services refuse with a 200
whose errcode is not 0. So answers are listened to as they come, bounded in size and time, and judged here.
"""

from __future__ import annotations

import dataclasses
import json
import threading
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import apprise

from analysis.notify.channels import Channel
from analysis.notify.hearing import Heard, hushed, listening
from analysis.notify.rules import NotifyError

CONNECT_SECONDS, READ_SECONDS = 5.0, 10.0
TOTAL_SECONDS = 30.0  # for an attempt as a whole, then it is left behind
# The field of an answer that is 0 where the service took the message.
_CODE = {"企业微信": "errcode", "钉钉": "errcode", "飞书": "code"}


@dataclasses.dataclass(frozen=True)
class Answer:
    """Whether a channel took a part; if not why, in Chinese, and whether it may have arrived all the same."""

    is_delivered: bool
    why: str = ""
    is_unsure: bool = False


class Courier:
    """Keeps the plugins of a run, so that the library's pauses between messages of a channel hold. The plugin
    of an attempt that is left behind is given up: longer than a pause has passed by then."""

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
        found: list[tuple[bool, Heard]] = []

        def attempt() -> None:
            with listening() as heard:
                said = plugin.notify(
                    body=text, title=title if has_subject else "", body_format=apprise.NotifyFormat.TEXT
                )
                found.append((bool(said), heard))

        thread = threading.Thread(target=attempt, daemon=True, name=f"notify-{part}")
        thread.start()
        thread.join(TOTAL_SECONDS + plugin.request_rate_per_sec)
        if not found:
            # What is left behind may still send: the next part must not put its number there.
            del self._plugins[channel.name]
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
    with hushed([]):
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


def _judge(service: str, said: bool, heard: Heard) -> Answer:
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
        return _mail_failure(heard.logged)
    return Answer(True)


# What a mail server or the line to it says, and how it is told.
_MAIL_WORDS = {
    "connection refused": "连接不上",
    "name or service not known": "找不到邮件服务器",
    "authentication": "用户名或密码不对",
    "certificate": "证书不可信",
    "timed out": "应答超时，可能已送达",
    "unexpectedly closed": "连接中断，可能已送达",
    "(55": "收件人被拒收",
    "(5": "服务器拒收",
    "(4": "服务器暂时不收",
}


def _mail_failure(logged: list[str]) -> Answer:
    """Why a mail was not sent, in Chinese, with the server's own words behind it."""
    said = [line for line in logged if not line.startswith("Connection error")] or logged
    reason = "；".join(said)[:120]
    for word, told in _MAIL_WORDS.items():
        if word in reason.lower():
            return Answer(False, f"邮件没有发出：{told}（{reason}）", is_unsure="可能已送达" in told)
    return Answer(False, f"邮件没有发出（{reason or '服务器没有说明原因'}）")


def _without_secrets(text: str, channel: Channel) -> str:
    """A reason without any piece of the channel's address that could be a secret."""
    parts = urlsplit(channel.address())
    pieces = {parts.netloc, parts.username, parts.password, parts.hostname, *parts.path.split("/")}
    pieces |= {value for _, value in parse_qsl(parts.query)}
    for piece in sorted({unquote(p) for p in pieces if p} | {p for p in pieces if p}, key=len, reverse=True):
        if len(piece) >= 6:
            text = text.replace(piece, "***")
    return text
