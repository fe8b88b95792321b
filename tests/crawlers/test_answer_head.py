"""Headers as servers send them, in any encoding, down to the capture."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from crawlers.answer_head import MAX_HELD, allowed
from pipeline.landing import read_capture
from tests.crawlers.crawled import HTML, article, crawl, landed, links, one_site, path_of
from tests.crawlers.servers import Web

pytestmark = pytest.mark.usefixtures("fake_platform")


def named_in_gbk(handler: BaseHTTPRequestHandler) -> None:
    """A header of which the name is in GBK, in pieces that end within it and within the end of the head."""
    body = article("名").encode()
    rest = f": 1\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n\r".encode()
    for piece in (b"HTTP/1.1 200 OK\r\nX-\xb8", b"\xdb" + rest, b"\n" + body):
        handler.wfile.write(piece)
        handler.wfile.flush()
        time.sleep(0.05)


def test_headers_in_any_encoding_lose_no_page(tmp_path: Path, web: Web) -> None:
    """A file's name in GBK, bytes that are no text, an address in GBK to which one is sent on; a header whose
    own name is in GBK, which HTTP does not allow."""
    gbk = "港口.html".encode("gb18030")
    headers = {"name": gbk, "odd": b"\xff\xfe \xe6\xb8\xaf; \xb8\xdb", "utf8": "港".encode()}
    web.pages["/list"] = links(*(f"/{name}" for name in headers), "/moved", "/named")
    for name, value in headers.items():
        own = HTML | {"Content-Disposition": "inline; filename=" + value.decode("latin-1")}
        web.pages[f"/{name}"] = (200, own, article(name, f"市水利局检查堤防{name}。").encode())
    web.pages["/moved"] = (302, {"Location": "/" + gbk.decode("latin-1")}, b"")
    web.pages["/%B8%DB%BF%DA.html"] = article("港口")
    web.pages["/named"] = named_in_gbk
    crawl(one_site(tmp_path, web, settings={"retry_times": 0}), tmp_path)
    records = landed(tmp_path)
    assert {path_of(r): r.outcome for r in records} == {
        "list": "listed", "moved": "redirected", "%B8%DB%BF%DA.html": "stored",
        **dict.fromkeys(headers, "stored"), "named": "stored",
    }  # fmt: skip
    for record in records:
        assert record.warc is not None and record.warc_offset is not None
        kept = read_capture(tmp_path / "var" / "city", record.warc, record.warc_offset)[0]
        name, value = path_of(record), kept.get("content-disposition", "").removeprefix("inline; filename=")
        if name in headers:
            assert headers[name] in (value.encode("latin-1", "ignore"), value.encode()), name
        elif name == "named":
            assert kept["x-¸û"] == "1"


PIECES = {"whole": 1 << 20, "in pieces": 7}
TYPE = b"Content-Type: text/html\r\n"
EARLY = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"


def sent(*head: bytes, size: int = 1 << 20) -> Callable[[BaseHTTPRequestHandler], None]:
    """A page of which the head is sent in pieces of so many bytes."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        body = article("名").encode()
        whole = b"".join(head) + TYPE + b"Content-Length: %d\r\n\r\n" % len(body) + body
        for at in range(0, len(whole), size):
            handler.wfile.write(whole[at : at + size])
            handler.wfile.flush()
            time.sleep(0.002)

    return answer


@pytest.mark.parametrize("size", PIECES.values(), ids=PIECES)
def test_the_head_after_an_interim_answer_is_looked_at(tmp_path: Path, web: Web, size: int) -> None:
    """The answers 100 and 103, once and several times, before the one whose header has a name in GBK; of the
    name's characters one ends in a byte that no name is made of."""
    ok, odd = b"HTTP/1.1 200 OK\r\n", b"X-\xb8\x7b\x81\x40: 1\r\n"
    pages = {
        "plain": (ok, odd),
        "continue": (b"HTTP/1.1 100 Continue\r\n\r\n", ok, odd),
        "early": (EARLY, ok, odd),
        "odd": (EARLY.replace(b"Link", b"L\xb8\xdb"), EARLY, ok, odd),
    }
    web.pages["/list"] = links(*(f"/{name}" for name in pages))
    web.pages |= {f"/{name}": sent(*page, size=size) for name, page in pages.items()}
    crawl(one_site(tmp_path, web, settings={"retry_times": 0}), tmp_path)
    records = landed(tmp_path)
    outcomes = {path_of(r): r.outcome for r in records}
    assert outcomes.pop("list") == "listed"
    assert set(outcomes) == set(pages) and set(outcomes.values()) <= {"stored", "duplicate"}
    for record in records:
        assert record.warc is not None and record.warc_offset is not None
        kept = read_capture(tmp_path / "var" / "city", record.warc, record.warc_offset)[0]
        assert path_of(record) == "list" or kept["x-\xb8{\x81@"] == "1"
        assert not any("%" in name for name in kept)


def test_a_head_beyond_the_bound_is_left_to_the_parser(tmp_path: Path, web: Web) -> None:
    """It takes a long one of ASCII and refuses one with a name that is none, and a line without end."""
    ok, odd = b"HTTP/1.1 200 OK\r\n", b"X-\xb8\xdb: 1\r\n"
    field = b"X-Long: " + b"x" * 1000 + b"\r\n"
    below, beyond = MAX_HELD // len(field) - 1, MAX_HELD // len(field) + 1
    pages = {
        "below": (ok, odd, field * below),
        "ascii": (ok, field * beyond),
        "beyond": (ok, odd, field * beyond),
        "later": (EARLY, ok, odd, field * beyond),
        "line": (ok, b"\xb8" * 200_000, b"\r\n"),
    }
    web.pages["/list"] = links(*(f"/{name}" for name in pages))
    web.pages |= {f"/{name}": sent(*page) for name, page in pages.items()}
    report = crawl(one_site(tmp_path, web, settings={"retry_times": 0}), tmp_path)
    outcomes = {path_of(r): r.outcome for r in landed(tmp_path)}
    assert {outcomes.pop("below"), outcomes.pop("ascii")} == {"stored", "duplicate"}
    assert outcomes == {"list": "listed", **dict.fromkeys(("beyond", "later", "line"), "server_error")}
    assert report.sites[0].unfinished == 0


def test_names_are_escaped_and_values_are_not() -> None:
    head = b"HTTP/1.1 200 OK\r\nX-\x81@\x81[\x81|%: \xb8:\xdb\r\nY: \xb8\r\n \xb8: 1\r\n\xb8 a: 1\r\n\xb8\r\n"
    name, escaped = b"X-\x81@\x81[\x81|%", b"X-%81%40%81%5B%81|%"
    assert allowed(head) == (head.replace(name, escaped), {escaped: name})
    assert allowed(b"X@: 1\r\nY") == (b"X@: 1\r\nY", {})


@pytest.mark.parametrize("line", ["b'\\xb8'", "b'\\xb8:'", "b'\\xb8\\n'", "b'\\xb8 '", "b'\\xb8:\\n'"])
def test_a_long_line_takes_time_in_proportion(line: str) -> None:
    # Seconds for a megabyte or two; an hour if each byte were asked about all those that follow it.
    code = f"from crawlers.answer_head import allowed; allowed({line} * 1_000_000)"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
