"""Owns what is looked at in a request before it has a route: how it says its length, and HEAD."""

from __future__ import annotations

from typing import cast

from litestar import Request
from litestar.enums import MediaType
from litestar.response import Response
from litestar.types import ASGIApp, Receive, Scope, Send


def looked_at(app: ASGIApp) -> ASGIApp:
    """The application behind these checks.

    A request that says its length twice, by Content-Length and by Transfer-Encoding, is refused, and its
    connection closed: a proxy in front may have believed the other one, and taken the rest for a request of
    somebody else (RFC 9112, 6.1). The server's library would let it through.

    HEAD is answered as GET; the server leaves the body away (RFC 9110, 9.3.2).
    """

    async def arrived(scope: Scope, receive: Receive, send: Send) -> None:
        named = {name for name, _ in scope.get("headers", ())}
        if scope["type"] == "http" and {b"content-length", b"transfer-encoding"} <= named:
            told = "请求有误：长度只能说一次，Content-Length 与 Transfer-Encoding 不能都写。"
            head = {"connection": "close"}
            answer = Response(told, status_code=400, media_type=MediaType.TEXT, headers=head)
            await answer.to_asgi_response(None, Request(scope))(scope, receive, send)
            return
        if scope.get("method") == "HEAD":
            scope = cast("Scope", {**scope, "method": "GET"})
        await app(scope, receive, send)

    return arrived
