"""Owns the sample server: `python -m sample.server`, one process, one port per site on 127.0.0.1."""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import os
import socket
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from sample.content import Content, ContentError, end_of, load_content
from sample.discuz import Discuz
from sample.faults import FAULTS, Fault, Faults, load_faults
from sample.gov import Government
from sample.hongdou import Hongdou
from sample.pages import Website, redirect
from sample.paper import Paper
from sample.portal import Portal
from sample.wechat import WeChat

BASE_PORT = 17171
# In the order of their ports: the paper stands on the base port.
WEBSITES: tuple[type[Website], ...] = (Paper, Government, Portal, Discuz, Hongdou, WeChat)


class PortInUse(OSError):
    """A port that the sample city needs is taken; the message says which and what to do."""


def build_app(website: Website) -> Starlette:
    """One site with its faults."""
    app = Starlette(routes=website.routes())

    async def missing(request: Request, error: Exception) -> Response:
        return website.not_found(request)

    app.add_exception_handler(404, missing)
    app.add_exception_handler(405, missing)
    app.router.redirect_slashes = False
    return app


class City:
    """All sites of the sample city; the port of a request tells the site."""

    def __init__(self, content: Content, as_of: dt.datetime, faults: Faults, ports: Sequence[int]) -> None:
        self.faults = faults
        self.sites: dict[int, tuple[Website, ASGIApp]] = {}
        for port, kind in zip(ports, WEBSITES, strict=True):
            website = kind(content, as_of, faults)
            self.sites[port] = (website, build_app(website))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        website, app = self.sites[scope["server"][1]]
        fault = self.faults.answer(website.name, scope["path"])
        if fault is not None:
            await fault_response(website, fault)(scope, receive, send)
            return
        await app(scope, receive, send)


def fault_response(website: Website, fault: Fault) -> Response:
    """What the fault answers instead of the page."""
    html = {"content-type": f"text/html; charset={website.charset}"}
    if fault.kind == "redirect":
        return redirect(fault.location or "/", status=fault.status or 302)
    if fault.kind == "huge":
        filler = f"<p>{fault.text}</p>\n".encode(website.charset)
        body = b"<html><head><title>" + fault.text.encode(website.charset) + b"</title></head><body>"
        return Response(body + filler * (fault.size // len(filler) + 1) + b"</body></html>", headers=html)
    status = fault.status or {"down": 502, "not_found": 404}.get(fault.kind, 200)
    return Response(fault.text.encode(website.charset), status_code=status, headers=html)


def bind(base_port: int | None) -> list[socket.socket]:
    """A listening socket per site, on consecutive ports from `base_port`, or on free ones where it is None.

    Raises:
        PortInUse: a port is taken.
    """
    if base_port is None:
        for _ in range(200):
            probe = _listen(0)
            start = probe.getsockname()[1]
            probe.close()
            try:
                return bind(start)
            except PortInUse:
                continue
        raise PortInUse(f"找不到连续 {len(WEBSITES)} 个空闲端口")
    sockets: list[socket.socket] = []
    for port in range(base_port, base_port + len(WEBSITES)):
        try:
            sockets.append(_listen(port))
        except (OSError, OverflowError) as error:
            for listener in sockets:
                listener.close()
            raise PortInUse(
                f"端口 {port} 已被占用或不可用，样例城市需要 {base_port}–{base_port + len(WEBSITES) - 1}；"
                "请先关掉占用它的程序，或换一组端口（gangqing run --port 0 自动选空闲端口；"
                "单独启动样例网站用 --base-port）"
            ) from error
    return sockets


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if sys.platform != "win32":
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen(128)
    except (OSError, OverflowError):
        listener.close()
        raise
    return listener


def serve(
    as_of: dt.datetime,
    base_port: int | None = BASE_PORT,
    folder: Path | None = None,
    with_parent: bool = False,
    faults: Path = FAULTS,
) -> None:
    """Serve the sample city until stopped.

    Args:
        with_parent: end when standard input closes, which it does when the parent process ends, however.
    Raises:
        PortInUse, ContentError: before anything is served.
    """
    content = load_content(folder)
    sockets = bind(base_port)
    ports = [listener.getsockname()[1] for listener in sockets]
    app = City(content, as_of, load_faults(as_of.date(), faults), ports)
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, lifespan="off", server_header=False, ws="none"
    )
    server = uvicorn.Server(config)
    if with_parent:
        threading.Thread(target=_end_with_parent, args=(server,), daemon=True).start()
    sys.stdout.write(f"ready {ports[0]}\n")
    sys.stdout.flush()
    asyncio.run(server.serve(sockets=sockets))


def _end_with_parent(server: uvicorn.Server) -> None:
    # Not by sys.stdin: a thread that waits in it holds a lock that the end of the interpreter needs.
    while os.read(sys.stdin.fileno(), 1):
        pass
    server.force_exit = True
    server.should_exit = True


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m sample.server", description="在本机提供样例城市的各个网站。"
    )
    parser.add_argument("--as-of", required=True, help="演示哪一天，如 2018-02-28；只显示这一天及以前的内容")
    parser.add_argument("--base-port", type=int, default=BASE_PORT, help="第一个端口；0 表示任选空闲端口")
    parser.add_argument("--content", type=Path, default=None, help="内容目录；不写则用自带的内容")
    parser.add_argument("--faults", type=Path, default=FAULTS, help="哪些网页出什么错；不写则用自带的")
    parser.add_argument("--with-parent", action="store_true", help="标准输入关闭时结束（供其他程序启动时用）")
    options = parser.parse_args(arguments)
    try:
        as_of = parse_as_of(options.as_of)
        serve(as_of, options.base_port or None, options.content, options.with_parent, options.faults)
    except (PortInUse, ContentError, ValueError) as error:
        if options.with_parent:
            sys.stdout.write(f"error {error}\n")
        sys.stderr.write(f"出错：{error}\n" if not options.with_parent else "")
        return 2
    return 0


def parse_as_of(text: str) -> dt.datetime:
    """A day (served as of its end) or a time.

    Raises:
        ValueError: neither; the message is for the user.
    """
    try:
        return end_of(dt.date.fromisoformat(text)) if len(text) == 10 else dt.datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"--as-of 应写成 2018-02-28 这样的日期，而不是 {text!r}") from None


if __name__ == "__main__":
    sys.exit(main())
