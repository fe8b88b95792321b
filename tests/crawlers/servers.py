"""Small loopback servers for the tests of the crawl, and a city that points to them."""

from __future__ import annotations

import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import yaml

from pipeline.city import City, load_city

Answer = tuple[int, dict[str, str], bytes]
HTML = {"Content-Type": "text/html; charset=utf-8"}
UNITS = "short,official,kind,parent,aliases,duties,named_in_notice\n市水利局,某市水利局,市直,某市,,,1\n"


class Web:
    """What a test's server answers: `pages` by path, functions for what must be done by hand."""

    def __init__(self) -> None:
        self.pages: dict[str, str | bytes | Answer | Callable[[BaseHTTPRequestHandler], Answer | None]] = {}
        self.asked: Counter[str] = Counter()
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.base = ""
        self.answer_all: Callable[[BaseHTTPRequestHandler], Answer] | None = None

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        self.asked[handler.path] += 1
        self.requests.append((handler.path, {k.lower(): v for k, v in handler.headers.items()}))
        page = self.pages.get(handler.path)
        if page is None and handler.path != "/robots.txt":
            page = self.answer_all
        if callable(page):
            page = page(handler)
            if page is None:
                return
        if page is None:
            page = (404, {"Content-Type": "text/html"}, b"<title>404</title>")
        if isinstance(page, str | bytes):
            body = page.encode() if isinstance(page, str) else page
            page = (200, {"Content-Type": "text/html; charset=utf-8"}, body)
        status, headers, body = page
        handler.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):  # a crawl that was killed is nothing to tell
            super().handle_error(request, client_address)


@contextmanager
def serve(web: Web) -> Iterator[Web]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            try:
                web.answer(self)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def log_message(self, *_: Any) -> None:
            pass

    server = _Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    web.base = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield web
    finally:
        server.shutdown()
        server.server_close()


def make_city(folder: Path, sites: list[dict[str, Any]], accounts: str = "", **settings: Any) -> City:
    folder.mkdir(exist_ok=True)
    (folder / "units.csv").write_text(UNITS, encoding="utf-8")
    settings = {
        "allow_private": ["127.0.0.1"],
        "contact": "test@example.org",
        "backoff_seconds": 0.05,
    } | settings
    (folder / "city.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    defaults = {"outlet": "某报", "platform": "fake", "delay": 0.0}
    (folder / "outlets.yaml").write_text(
        yaml.safe_dump({"sites": [defaults | site for site in sites]}, allow_unicode=True), encoding="utf-8"
    )
    (folder / "official-accounts.csv").write_text("account,forum,unit\n" + accounts, encoding="utf-8")
    return load_city(folder)
