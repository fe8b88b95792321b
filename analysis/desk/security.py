"""Owns what every answer carries against hostile content: a policy by which no foreign script runs."""

from __future__ import annotations

from litestar.connection import ASGIConnection
from litestar.datastructures import MutableScopeHeaders
from litestar.exceptions import NotFoundException
from litestar.handlers.base import BaseRouteHandler
from litestar.types import Message, Scope

# Nothing but the desk's own files; no inline script or style, no frame but its own captures.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; frame-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
# A captured page: text and structure only. No script, style, picture, form, or way to the outside.
CAPTURE_POLICY = "sandbox; default-src 'none'; frame-ancestors 'self'; form-action 'none'; base-uri 'none'"
# A chart is a picture with styles of its own and nothing that runs.
CHART_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'"

MAX_PATH = 1000  # characters
_ALWAYS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cache-control": "no-store",
}


def plain_path_guard(connection: ASGIConnection, handler: BaseRouteHandler) -> None:
    """Lets no address through that no page has: with control characters, or endless."""
    path = connection.scope["path"]
    if len(path) > MAX_PATH or any(ord(char) < 32 or char == "\x7f" for char in path):
        raise NotFoundException


async def add_headers(message: Message, scope: Scope) -> None:
    """Before an answer is sent: what it does not say itself is said here."""
    if message["type"] == "http.response.start":
        message.setdefault("headers", [])
        headers = MutableScopeHeaders.from_message(message)
        for name, value in _ALWAYS.items():
            headers.setdefault(name, value)
        if scope.get("scheme") == "https":
            message["headers"] = [_secured(name, value) for name, value in message["headers"]]


def _secured(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    """A cookie that came over HTTPS never leaves it."""
    is_bare = name.lower() == b"set-cookie" and b"; secure" not in value.lower()
    return (name, value + b"; Secure" if is_bare else value)
