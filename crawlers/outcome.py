"""Owns the outcome of what is no ordinary page: a failed request, an error status, a thing without text."""

from __future__ import annotations

import traceback

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
)
from scrapy.http import Response, TextResponse

from crawlers.network import AddressRefused
from crawlers.robots import RobotsForbidden, RobotsUnreadable
from pipeline.records import Outcome

MAX_DETAIL = 300  # characters
CUT_SHORT = "压缩的内容不完整或有损坏"


def outcome_of(error: BaseException | None) -> tuple[Outcome | None, str | None]:
    """The outcome of a request that failed, and what to say of it. None: the crawl is being stopped."""
    if isinstance(error, AddressRefused):
        return "blocked_address", "地址不是公网地址"
    if isinstance(error, RobotsForbidden):
        return "blocked_by_robots", None
    if isinstance(error, RobotsUnreadable):
        why = error.__cause__
        if isinstance(why, CannotResolveHostError | DownloadConnectionRefusedError):
            return outcome_of(why)  # so with every page of the host
        late = isinstance(why, DownloadTimeoutError)
        return "timeout" if late else "server_error", "robots.txt 暂时读不到，按禁止处理"
    if isinstance(error, DownloadCancelledError):
        return "too_large", "超过大小上限"
    if isinstance(error, IgnoreRequest):
        if error.__cause__ is not None and "SizeExceeded" in type(error.__cause__).__name__:
            return "too_large", "解压后超过大小上限"
        return None, None
    if isinstance(error, DownloadTimeoutError):
        return "timeout", None
    if isinstance(error, CannotResolveHostError):
        return "server_error", "域名无法解析"
    if isinstance(error, DownloadConnectionRefusedError):
        return "server_error", "连接被拒绝"
    return "server_error", last_line(error) if error is not None else None


def outcome_of_status(status: int, parsed: Outcome) -> Outcome:
    """The outcome of an error status; what the page itself says is taken where it is more exact. A guard
    sends its check with any status, 404 and 5xx too."""
    if parsed == "captcha":
        return parsed
    if status in (404, 410):
        return "not_found"
    if status >= 500 or status in (408, 425, 429):
        return "server_error"
    if parsed in ("login_wall", "not_found"):
        return parsed
    return "login_wall" if status in (401, 403) else "error_page"


def outcome_cut_short(response: Response) -> Outcome:
    """The outcome of an answer whose body is not whole: what the status says still holds."""
    return outcome_of_status(response.status, "error_page") if response.status >= 400 else "server_error"


def is_text(response: Response) -> bool:
    """HTML, XML or text, by what the server says or else by how the body begins."""
    return isinstance(response, TextResponse) or response.body[:200].lstrip(
        b"\xef\xbb\xbf \t\r\n"
    ).startswith(b"<")


def last_line(error: BaseException) -> str:
    """What went wrong, without the trace."""
    return traceback.format_exception_only(error)[-1].strip()[:MAX_DETAIL]
