"""What every answer carries: no foreign script, no frame, nothing of a fault's inside."""

from __future__ import annotations

import re
import socket

from litestar.testing import TestClient

from analysis.desk.app import create_app
from analysis.desk.office import Office
from analysis.desk.rendering import HERE
from analysis.desk.rights import Role
from tests.analysis.desk.chromium import serving
from tests.analysis.desk.people import NAMES, PASSWORD, browser, token


def test_every_answer_carries_the_policy(office: Office) -> None:
    with browser(office, Role.PUBLICITY) as client:
        for path in ("/", "/login", "/nope", "/?as_of=nonsense", "/static/desk.css"):
            policy = client.get(path).headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy


def test_templates_hold_no_inline_script_or_style_and_escape_all() -> None:
    for path in (HERE / "templates").glob("*.html"):
        text = path.read_text("utf-8")
        assert not re.search(r"<script(?![^>]*\bsrc=)", text), path.name
        assert not re.search(r"\sstyle\s*=", text), path.name
        assert not re.search(r"\son[a-z]+\s*=", text), path.name
        assert "javascript:" not in text, path.name
        assert not re.search(r"(src|href)=\"(https?:)?//", text), path.name


def test_a_wrong_day_is_explained(office: Office) -> None:
    with browser(office, Role.PUBLICITY) as client:
        answer = client.get("/?as_of=<script>alert(1)</script>")
        assert answer.status_code == 400
        assert "日期应写成" in answer.text
        assert "<script>alert" not in answer.text


def test_a_fault_tells_nothing_of_its_inside(office: Office, monkeypatch) -> None:
    def fault(*_: object) -> None:
        raise RuntimeError("secret-path-/var/lib")

    with browser(office, Role.PUBLICITY) as client:
        monkeypatch.setattr(office.warehouse, "open", fault)
        answer = client.get("/")
        assert answer.status_code == 500
        assert "secret-path" not in answer.text
        assert "程序出错" in answer.text


def test_over_https_no_cookie_goes_over_http(office: Office) -> None:
    for base, is_secure in (("https://desk.test", True), ("http://desk.test", False)):
        with TestClient(create_app(office), base_url=base) as client:
            page = client.get("/login")
            data = {"_csrf_token": token(page.text), "name": NAMES[Role.PUBLICITY], "password": PASSWORD}
            answer = client.post("/login", data=data, follow_redirects=False)
            cookies = [*page.headers.get_list("set-cookie"), *answer.headers.get_list("set-cookie")]
            assert len(cookies) >= 2
            assert all(("; secure" in each.lower()) is is_secure for each in cookies), cookies
            assert all("httponly" in each.lower() for each in cookies)


def answered(address: str, sent: str) -> bytes:
    """All that comes back for these bytes, until the connection is closed."""
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as wire:
        wire.sendall(sent.encode())
        return b"".join(iter(lambda: wire.recv(65536), b""))


def test_a_request_of_two_lengths_is_refused_and_what_follows_it_is_not_answered(office: Office) -> None:
    second = "GET /login HTTP/1.1\r\nHost: desk\r\n\r\n"
    lengths = f"Content-Length: {5 + len(second)}\r\nTransfer-Encoding: chunked\r\n"
    with serving(office) as address:
        for path in ("/login", "/nothing", "/static/desk.css"):
            first = f"POST {path} HTTP/1.1\r\nHost: desk\r\n{lengths}\r\n0\r\n\r\n"
            said = answered(address, first + second)
            assert said.startswith(b"HTTP/1.1 400 ") and b"connection: close" in said.lower()
            assert said.count(b"HTTP/1.1 ") == 1


def test_head_is_answered_as_get_without_the_body(office: Office) -> None:
    rest = "HTTP/1.1\r\nHost: desk\r\nConnection: close\r\n\r\n"
    with serving(office) as address:
        for path, status in (
            ("/login", 200),
            ("/health", 200),
            ("/", 303),
            ("/logout", 405),
            ("/api/v1/units", 401),
        ):
            head, _, body = answered(address, f"HEAD {path} {rest}").partition(b"\r\n\r\n")
            assert head.startswith(f"HTTP/1.1 {status} ".encode()), (path, head)
            assert not body and b"content-security-policy" in head.lower()
