"""Headers as servers send them, in any encoding, down to the capture."""

from __future__ import annotations

import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

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
