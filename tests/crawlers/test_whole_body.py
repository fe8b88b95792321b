"""Compressed answers that lack their end or were changed: no page, but a failed fetch, tried again."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import brotli
import pytest
from backports import zstd

from crawlers.whole_body import MAX_PARTS, is_whole
from pipeline.landing import read_capture
from tests.crawlers.crawled import HTML, article, crawl, landed, links, one_site
from tests.crawlers.servers import Answer, Web

pytestmark = pytest.mark.usefixtures("fake_platform")
TEXT = "".join(f"市水利局检查第{n * n}段堤防。" for n in range(2000))


def raw_deflate(data: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-15)
    return stream.compress(data) + stream.flush()


PACKED: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "gzip-in-two": ("x-gzip", lambda data: gzip.compress(data[:5000]) + gzip.compress(data[5000:])),
    "deflate": ("deflate", zlib.compress),
    "deflate-raw": ("deflate", raw_deflate),
    "br": ("br", brotli.compress),
    "zstd": ("zstd", zstd.compress),
}
NO_CHECKSUM = {"deflate-raw", "br", "zstd"}
CUTS = {"end": -1, "some": -30, "half": -2000}


def changed(packed: bytes) -> bytes:
    """The checksum at the end of the stream, of gzip before the length."""
    return packed[:-6] + bytes([packed[-6] ^ 1]) + packed[-5:]


def page(name: str, packed: bytes) -> tuple[int, dict[str, str], bytes]:
    return 200, HTML | {"Content-Encoding": PACKED[name][0]}, packed


@pytest.mark.parametrize("name", PACKED)
def test_a_body_is_whole_where_its_stream_ends(name: str) -> None:
    encoding, packed = PACKED[name][0].encode(), PACKED[name][1](TEXT.encode())
    assert is_whole(packed, encoding)
    for size in (1, 8, 30, 2000, len(packed) - 1):
        assert not is_whole(packed[:-size], encoding), size


@pytest.mark.parametrize("name", PACKED)
def test_bytes_behind_the_end_are_let_pass(name: str) -> None:
    encoding, packed = PACKED[name][0].encode(), PACKED[name][1](TEXT.encode())
    for tail in (b"\r\n", b"\0" * 5000, b"<!-- " + b"x" * 9000):
        assert is_whole(packed + tail, encoding)


def test_pages_that_lack_their_end_are_failed_fetches_and_kept_as_captures(tmp_path: Path, web: Web) -> None:
    whole = {f"/{name}": page(name, pack(article(name, TEXT).encode())) for name, (_, pack) in PACKED.items()}
    short = {
        f"/{name}-{cut}": page(name, pack(article(name + cut, TEXT).encode())[:end])
        for name, (_, pack) in PACKED.items()
        for cut, end in CUTS.items()
    }
    wrong = {
        f"/{name}-wrong": page(name, changed(pack(article(name + "wrong", TEXT).encode())))
        for name, (_, pack) in PACKED.items()
        if name not in NO_CHECKSUM
    }
    web.pages["/list"] = links(*whole, *short, *wrong, "/gone")
    web.pages["/gone"] = (404, *short["/gzip-some"][1:])
    web.pages |= whole | short | wrong
    site = crawl(one_site(tmp_path, web, settings={"retry_times": 1}), tmp_path).sites[0]
    failed = {**short, **wrong}
    assert site.outcomes == {
        "listed": 1, "stored": len(whole), "server_error": len(failed), "not_found": 1,
    }  # fmt: skip
    assert {web.asked[path] for path in failed} == {2}
    assert {web.asked[path] for path in whole} == {1}
    for line in landed(tmp_path, outcome="server_error"):
        assert line.article is None and line.detail == "压缩的内容不完整或有损坏"
        assert line.warc is not None and line.warc_offset is not None
        assert read_capture(tmp_path / "var" / "city", line.warc, line.warc_offset)[1], line.url


def test_what_follows_a_whole_stream_does_no_harm(tmp_path: Path, web: Web) -> None:
    tails = {
        "gzip": b"\r\n<!-- -->",
        "gzip-in-two": b"\0\0\0\0",
        "deflate": b"\r\n",
        "deflate-raw": b"x",
        "br": b"\r\n<!-- -->",
        "zstd": b"\r\n<!-- -->",
    }
    web.pages |= {
        f"/{name}": page(name, PACKED[name][1](article(name, TEXT).encode()) + tail)
        for name, tail in tails.items()
    }
    web.pages["/list"] = links(*(f"/{name}" for name in tails))
    assert crawl(one_site(tmp_path, web), tmp_path).sites[0].outcomes == {"listed": 1, "stored": len(tails)}
    for line in landed(tmp_path, outcome="stored"):
        assert line.article is not None and line.article.body == TEXT


def test_a_page_cut_short_once_is_stored_at_the_next_try(tmp_path: Path, web: Web) -> None:
    packed = gzip.compress(article("甲", TEXT).encode())

    def flaky(handler: BaseHTTPRequestHandler) -> Answer:
        return page("gzip", packed if web.asked[handler.path] > 1 else packed[:-30])

    web.pages |= {"/list": links("/a"), "/a": flaky}
    assert crawl(one_site(tmp_path, web), tmp_path).sites[0].outcomes == {"listed": 1, "stored": 1}


def test_a_robots_txt_cut_short_forbids_all_for_now(tmp_path: Path, web: Web) -> None:
    rules = gzip.compress(b"User-agent: *\nAllow: /\n" * 50)[:-4]
    web.pages |= {"/robots.txt": (200, {"Content-Encoding": "gzip"}, rules), "/list": links("/a")}
    site = crawl(one_site(tmp_path, web, settings={"retry_times": 0}), tmp_path).sites[0]
    assert site.outcomes == {"server_error": 1} and web.asked["/list"] == 0


@pytest.mark.parametrize("name", ["gzip", "zstd"])
def test_a_body_of_parts_without_end_is_not_unpacked(tmp_path: Path, web: Web, name: str) -> None:
    pack = PACKED[name][1]
    text = article("甲", TEXT).encode()
    web.pages |= {
        "/list": links("/many", "/some"),
        "/many": page(name, pack(b"") * (MAX_PARTS + 1) + pack(text)),
        "/some": page(name, pack(b"") * (MAX_PARTS // 2) + pack(text)),
    }
    site = crawl(one_site(tmp_path, web, settings={"retry_times": 0}), tmp_path).sites[0]
    assert site.outcomes == {"listed": 1, "stored": 1, "server_error": 1}
