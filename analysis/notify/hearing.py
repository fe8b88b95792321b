"""Owns hearing what a channel answers while Apprise talks to it, bounded in size and time; hushes its log."""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import threading
import time
from collections.abc import Iterator
from typing import Any

import requests

ANSWER_SECONDS = 15.0  # for an answer that comes drop by drop
_ANSWER_BYTES = 64 * 1024
_LOG = logging.getLogger("apprise")
_hearing = threading.local()


@dataclasses.dataclass
class Heard:
    """What came over the line during one attempt."""

    status: int | None = None
    body: bytes = b""
    fault: str | None = None
    is_unsure: bool = False
    logged: list[str] = dataclasses.field(default_factory=list)


class _Session(requests.Session):
    """A session whose answers are heard: no redirects, at most so many bytes, within so much time.

    The library makes its sessions itself, so this class stands in for the one that it finds. In a thread in
    which nobody listens it is an ordinary session.
    """

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        heard: Heard | None = getattr(_hearing, "now", None)
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
        self, heard: Heard, request: requests.PreparedRequest, kwargs: dict[str, Any]
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
def listening() -> Iterator[Heard]:
    """Hear the answers to all requests that this thread makes meanwhile."""
    requests.sessions.Session = _Session  # type: ignore[misc]
    heard = Heard()
    _hearing.now = heard
    try:
        with hushed(heard.logged):
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
def hushed(into: list[str]) -> Iterator[None]:
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
