"""Owns channels.yaml: by which channel a unit is reached. It holds secrets, lies in var/<city>/ and is nobody
else's to read; no address of it ever stands in a message, a record or a log.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qsl, urlsplit

import msgspec

from analysis.notify.rules import NotifyError, Strict
from pipeline.city import City
from pipeline.city_files import load_mapping

Role = Literal["联系人", "分管领导"]
Service = Literal["企业微信", "钉钉", "飞书", "邮件", "webhook"]

# scheme → (service, bytes that a message may have). 企业微信: a text has at most 2048 bytes. 钉钉 and 飞书:
# a request of at most 20,000 bytes, in which JSON may write a character as six. Mail: what one reads.
SERVICES: dict[str, tuple[Service, int]] = {
    "wecombot": ("企业微信", 2048),
    "dingtalk": ("钉钉", 6_000),
    "feishu": ("飞书", 15_000),
    "lark": ("飞书", 15_000),
    "mailto": ("邮件", 100_000),
    "mailtos": ("邮件", 100_000),
    "json": ("webhook", 100_000),
    "jsons": ("webhook", 100_000),
}
MOST_SECONDS = 600  # between two messages of a channel
# What an address may say after the question mark. Others could read files (keys) or hide a failure.
_OPTIONS = frozenset(
    {"to", "from", "name", "smtp", "mode", "user", "pass", "secret", "token", "key", "cto", "rto", "verify"}
)
_ROBOTS = ("企业微信", "钉钉", "飞书")


class Channel(Strict, frozen=True, kw_only=True):
    """One way to one recipient. `url`, or the environment variable `url_env`, is the address with its secret.

    Attributes:
        gateway: https://host of a private 企业微信, 钉钉 or 飞书, in place of the public one.
        most_bytes: of a message, where the channel takes less than is usual.
        interval_seconds: least pause between two messages; None: the library's 5.5 (robots take 20 a minute).
    """

    name: str
    unit: str
    role: Role = "联系人"
    url: str | None = None
    url_env: str | None = None
    gateway: str | None = None
    most_bytes: int | None = None
    interval_seconds: float | None = None

    def __repr__(self) -> str:
        return f"Channel({self.name}, {self.unit}, {self.role})"

    def address(self, environment: Mapping[str, str] = os.environ) -> str:
        """The address with its secret. Raises NotifyError where the variable is not set."""
        found = self.url if self.url is not None else environment.get(self.url_env or "")
        if not found:
            raise NotifyError(f"渠道 {self.name}：环境变量 {self.url_env} 没有设置")
        return found.strip()

    def scheme(self, environment: Mapping[str, str] = os.environ) -> str:
        return urlsplit(self.address(environment)).scheme.lower()

    def service(self, environment: Mapping[str, str] = os.environ) -> Service:
        return SERVICES[self.scheme(environment)][0]

    def limit(self, environment: Mapping[str, str] = os.environ) -> int:
        """Bytes that a message may have."""
        usual = SERVICES[self.scheme(environment)][1]
        return min(self.most_bytes or usual, usual)


class _File(Strict, frozen=True, kw_only=True):
    channels: list[Channel] = []  # noqa: RUF012 - msgspec copies defaults


def load_channels(path: Path, city: City, environment: Mapping[str, str] = os.environ) -> list[Channel]:
    """The channels of a city; no file: none.

    Raises:
        NotifyError: others may read the file, or it is wrong. The message never holds an address.
    """
    if not path.exists():
        return []
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise NotifyError(f"{path} 存有密钥，别人也能读；请先运行 chmod 600 {path}")
    try:
        channels = msgspec.convert(load_mapping(path), _File).channels
    except msgspec.ValidationError as error:
        raise NotifyError(f"{path.name}：内容有误，请检查名称拼写和取值（{error}）") from None
    names = set()
    for channel in channels:
        if channel.name in names or not re.fullmatch(r"[\w.-]{1,40}", channel.name):
            raise NotifyError(
                f"{path.name}：渠道名重复或不合规：{channel.name[:40]!r}（用字母、数字、汉字和 - _ .）"
            )
        names.add(channel.name)
        check_channel(channel, city, environment)
    return channels


def check_channel(channel: Channel, city: City, environment: Mapping[str, str] = os.environ) -> None:
    """Raises NotifyError, without the address, where a channel cannot be used."""
    said = f"渠道 {channel.name}"
    if channel.unit not in city.unit_by_short:
        raise NotifyError(f"{said}：单位“{channel.unit}”不在 units.csv")
    if (channel.url is None) == (channel.url_env is None):
        raise NotifyError(f"{said}：url 与 url_env 必须且只能写一个")
    address = channel.address(environment)
    try:
        parts = urlsplit(address)
        options = parse_qsl(parts.query, keep_blank_values=True)
        scheme = parts.scheme.lower()
    except ValueError:
        raise NotifyError(f"{said}：地址不是有效的网址") from None
    if scheme not in SERVICES:
        raise NotifyError(f"{said}：地址应以 {'、'.join(f'{s}://' for s in SERVICES)} 之一开头")
    unknown = sorted({key for key, _ in options} - _OPTIONS)
    if unknown:
        raise NotifyError(f"{said}：地址里不能用选项 {'、'.join(unknown)[:80]}")
    if channel.gateway is not None:
        if SERVICES[scheme][0] not in _ROBOTS:
            raise NotifyError(f"{said}：gateway 只用于企业微信、钉钉、飞书的私有部署")
        if not re.fullmatch(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?", channel.gateway):
            raise NotifyError(f"{said}：gateway 应写成 https://主机 或 https://主机:端口")
    if channel.most_bytes is not None and channel.most_bytes < 600:
        raise NotifyError(f"{said}：most_bytes 至少 600")
    if channel.interval_seconds is not None and not 0 <= channel.interval_seconds <= MOST_SECONDS:
        raise NotifyError(f"{said}：interval_seconds 应在 0 与 {MOST_SECONDS} 之间")


def channels_of(channels: list[Channel], unit: str, role: str) -> list[Channel]:
    """A recipient's channels; a leader without one of its own is reached by the unit's contact."""
    own = [c for c in channels if c.unit == unit and c.role == role]
    return own or [c for c in channels if c.unit == unit and c.role == "联系人"]
