"""Which addresses are public, which hosts belong to a site, how long a server asks to wait."""

from __future__ import annotations

import asyncio
import ipaddress
import itertools
import socket
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadConnectionRefusedError

from crawlers.network import AddressRefused, DownloadHandler, host_of, is_listed, is_public
from crawlers.politeness import retry_after
from crawlers.settings import crawl_settings
from tests.crawlers.crawled import one_site
from tests.crawlers.servers import Web


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "172.16.5.4",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "192.0.2.1",
        "::1",
        "::",
        "fe80::1%eth0",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "2002:7f00:1::",
        "64:ff9b::127.0.0.1",
        "64:ff9b::a00:1",
        "2001:db8::1",
    ],
)
def test_private_and_reserved_addresses(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "8.8.8.8", "202.103.224.68", "2606:4700:4700::1111", "64:ff9b::808:808"]
)
def test_public_addresses(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_an_address_wrapped_in_ipv6_is_judged_like_itself(address: ipaddress.IPv4Address) -> None:
    public = is_public(str(address))
    assert is_public(f"::ffff:{address}") == public
    assert is_public(f"64:ff9b::{address}") == public


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://News.Example.cn/a", "news.example.cn"),
        ("https://news.example.cn.:443/", "news.example.cn"),
        ("http://news.example.cn:8080/", "news.example.cn:8080"),
        ("https://news.example.cn:80/", "news.example.cn:80"),
        ("http://user:pass@evil.example@good.example/", "good.example"),
        ("ftp://news.example.cn/", None),
        ("file:///etc/passwd", None),
        ("javascript:alert(1)", None),
        ("//news.example.cn/", None),
        ("http:///x", None),
        ("http://[::1/", None),
        ("http://a:99999/", None),
        ("", None),
    ],
)
def test_hosts(url: str, host: str | None) -> None:
    assert host_of(url) == host


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_none(text: str) -> None:
    for url in (text, f"http://{text}"):
        host = host_of(url)
        assert host is None or host


def test_a_site_is_its_hosts_and_not_those_that_end_alike() -> None:
    hosts = {"example.cn", "10.0.0.5:8080"}
    assert is_listed("http://example.cn:9000/", hosts)
    assert is_listed("http://10.0.0.5:8080/", hosts)
    assert not is_listed("http://10.0.0.5/", hosts)
    assert not is_listed("http://evil-example.cn/", hosts)
    assert not is_listed("http://example.cn.evil.org/", hosts)
    assert not is_listed("http://example.cn@evil.org/", hosts)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (b"120", 120.0),
        (b" 5 ", 5.0),
        (b"Mon, 09 Oct 2017 00:02:00 GMT", 120.0),
        (b"Mon, 09 Oct 2017 00:00:00 GMT", 0.0),
        (b"soon", None),
        (b"-5", None),
        (b"\xb2", None),  # "²" is a digit, but no number
        (b"9" * 400, 999_999_999.0),
        (None, None),
    ],
)
def test_retry_after(header: bytes | None, seconds: float | None) -> None:
    assert retry_after(header, b"Mon, 09 Oct 2017 00:00:00 GMT") == seconds


def test_a_link_leads_to_web_servers_only() -> None:
    hosts = {"example.cn", "10.0.0.5:22"}
    assert is_listed("http://10.0.0.5:22/", hosts)  # the city's data asks for it by name
    for port in (80, 81, 443, 888, 8080, 8443, 9000):
        assert is_listed(f"http://example.cn:{port}/", hosts)
    for port in (21, 22, 25, 110, 3306, 6379, 11211):
        assert not is_listed(f"http://example.cn:{port}/", hosts)
    assert not is_listed("http://name:secret@example.cn/", hosts)
    assert not is_listed("http://name@example.cn/", hosts)


PUBLIC, PRIVATE = "1.1.1.1", "127.0.0.1"


@pytest.mark.parametrize(
    "answers",
    [
        *([(PUBLIC,)] * lies + [(PRIVATE,)] for lies in range(5)),
        [(PUBLIC, PRIVATE)],
        [(PRIVATE, PUBLIC)],
        [(PUBLIC,), (PUBLIC, PRIVATE)],
    ],
)
def test_a_name_server_that_changes_its_mind_leads_to_no_private_address(
    tmp_path: Path, web: Web, monkeypatch: pytest.MonkeyPatch, answers: list[tuple[str, ...]]
) -> None:
    """However often it is asked, and whichever of its answers is looked at: nothing inside is reached."""
    port = int(web.base.rpartition(":")[2])
    web.pages["/inside"] = "of the inner network"
    given = itertools.chain(answers, itertools.repeat(answers[-1]))

    def look_up(host: Any, *_: Any, **__: Any) -> list[tuple[Any, ...]]:
        addresses = next(given) if host in ("rebinding.test", b"rebinding.test") else (host,)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    city = one_site(tmp_path, web, settings={"allow_private": ["other.test"]})
    request = Request(f"http://rebinding.test:{port}/inside")

    async def ask() -> list[type[Exception]]:
        met: list[type[Exception]] = []
        for _ in range(4):  # each with connections and a memory of names of its own
            handler = DownloadHandler(Crawler(Spider, crawl_settings(city) | {"DOWNLOAD_TIMEOUT": 5.0}))
            try:
                answer = await handler.download_request(request)
                pytest.fail(f"the inner network answered {answer.body!r}")
            except (AddressRefused, DownloadConnectionRefusedError) as error:
                met.append(type(error))
            finally:
                await handler.close()
        return met

    met = asyncio.run(ask())
    assert not web.requests
    assert AddressRefused in met or (PRIVATE,) not in answers[:4]
