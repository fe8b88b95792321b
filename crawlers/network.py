"""Owns connections: http and https only, public addresses only, checked on the socket that is opened.

The check sits where the socket is made, after the name was resolved, so that neither a number in an address
nor a name server that changes its mind gets around it. Hosts in the city's `allow_private` are excepted.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from scrapy import Request
from scrapy.core.downloader.handlers._aiohttp import AiohttpDownloadHandler
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadConnectionRefusedError, IgnoreRequest
from scrapy.http import Headers, Response

from crawlers.answer_head import Answer, Connector

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_WEB_PORTS = frozenset({*range(80, 100), 443, 591, 800, 888})
_NO_WEB_PORTS = frozenset(
    {1433, 1521, 2049, 3306, 3389, 5060, 5061, 5432, 6000, 6379, 6667, 9200, 11211, 27017}
)


class AddressRefused(IgnoreRequest):
    """The host's address is private, local or reserved: nothing was fetched."""


class _PrivateAddress(OSError):
    """Raised in the place of a connection. One text for all addresses, so that aiohttp keeps the type."""

    def __init__(self) -> None:
        super().__init__("address is not public")


def is_public(address: str) -> bool:
    """Is this IP address one of the public internet? Addresses that wrap another are judged by that one."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast


def host_of(url: str) -> str | None:
    """host, or host:port where the port is not the scheme's own; None if it is no http or https address."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT_PORTS or not host:
        return None
    host = host.rstrip(".")
    return host if port in (None, _DEFAULT_PORTS[parts.scheme]) else f"{host}:{port}"


def is_listed(url: str, hosts: Iterable[str], *, any_port: bool = False) -> bool:
    """Is the address's host listed, as host or as host:port? A host listed without a port stands for the
    ports on which websites are served; an address with a user's name in it is none of a website's."""
    host = host_of(url)
    if host is None or "@" in urlsplit(url).netloc:
        return False
    if host in hosts:
        return True
    name, _, port = host.rpartition(":")
    return name in hosts and (any_port or _is_web_port(int(port) if port.isdigit() else 0))


def _is_web_port(port: int) -> bool:
    """A link must not make the crawler speak to a mail or login server (ports below 1024 that are none of the
    web's) or to a data store of the site."""
    return port in _WEB_PORTS or (port >= 1024 and port not in _NO_WEB_PORTS)


def _public_socket(info: Any) -> socket.socket:
    family, kind, protocol, _, address = info
    if not is_public(str(address[0])):
        raise _PrivateAddress
    return socket.socket(family, kind, protocol)


class _BareRequest(aiohttp.ClientRequest):
    """A GET without a body says nothing of its length: some firewalls refuse `Content-Length: 0`."""

    def update_body_from_data(self, body: Any, *args: Any, **kwargs: Any) -> None:
        super().update_body_from_data(body or None, *args, **kwargs)


class _Handler(AiohttpDownloadHandler):
    """Scrapy's aiohttp handler on a session of our own; `public` opens sockets to public addresses only."""

    def __init__(self, crawler: Crawler, *, public: bool) -> None:
        super().__init__(crawler)
        # What all requests share is said once to the session, not by a middleware to each request.
        self._DEFAULT_CONNECT_TIMEOUT = crawler.settings.getfloat("DOWNLOAD_TIMEOUT")  # type: ignore[misc]
        self._unused = self._session
        self._session = aiohttp.ClientSession(
            connector=Connector(
                limit=self._pool_size_total,
                limit_per_host=self._pool_size_per_host,
                socket_factory=_public_socket if public else None,
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            headers=crawler.settings.getdict("SESSION_HEADERS"),
            request_class=_BareRequest,
            response_class=Answer,
            skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
        )

    @staticmethod
    def _extract_headers(response: Answer) -> Headers:  # type: ignore[override]  # of this session
        return response.headers_as_sent()

    async def download_request(self, request: Request) -> Response:
        try:
            return await super().download_request(request)
        except DownloadConnectionRefusedError as error:
            if isinstance(getattr(error.__cause__, "os_error", None), _PrivateAddress):
                raise AddressRefused(f"{host_of(request.url)}: address is not public") from error
            raise

    async def close(self) -> None:
        await self._unused.close()
        await super().close()


class DownloadHandler(BaseDownloadHandler):
    """Fetches an address; the setting ALLOW_PRIVATE lists the hosts whose address may be private."""

    lazy = False

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._allowed = frozenset(crawler.settings.getlist("ALLOW_PRIVATE"))
        self._public = _Handler(crawler, public=True)
        self._any = _Handler(crawler, public=False) if self._allowed else None

    async def download_request(self, request: Request) -> Response:
        if self._any is not None and is_listed(request.url, self._allowed, any_port=True):
            return await self._any.download_request(request)
        return await self._public.download_request(request)

    async def close(self) -> None:
        await self._public.close()
        if self._any is not None:
            await self._any.close()
