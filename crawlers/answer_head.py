"""Owns the head of an answer as a server sent it, names of headers included that HTTP does not allow.

The parser of aiohttp refuses a whole answer for one name beyond ASCII, which browsers pass over. Such a name
is handed to it with its bytes in percent signs, and given back as it was.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote_from_bytes

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import Connection
from scrapy.core.downloader.handlers._aiohttp import _ClientResponse
from scrapy.http import Headers

# Bytes of a head that are waited for and looked at. A longer one goes as it came to the parser, which takes
# up to 128 fields of 8190 bytes.
MAX_HELD = 1 << 16
_END = re.compile(rb"\r?\n\r?\n")
_INTERIM = re.compile(rb"HTTP/\d\.\d 1(?!01)\d\d\b")  # another head follows; after 101 it is no HTTP
_TOKEN = "!#$%&'*+-.^_`|~"  # beside letters and digits, what a name may be made of: RFC 9110, 5.6.2


class _Reader(ResponseHandler):
    """A connection on which the head of each answer is looked at before it is parsed."""

    _head: bytes | None = None  # of the answer that begins, as far as it came; None: its body is being read
    names: Mapping[bytes, bytes] = {}  # as parsed: as sent, of the answer that is being read

    def set_response_params(self, **params: Any) -> None:
        self._head, self.names = b"", {}
        super().set_response_params(**params)

    def data_received(self, data: bytes) -> None:
        if self._head is not None and self._parser is not None:
            data = self._looked_at(self._head, data)
            if not data:
                return
        super().data_received(data)

    def connection_lost(self, exc: BaseException | None) -> None:
        held, self._head = self._head, None
        if held:
            super().data_received(held)
        super().connection_lost(exc)

    def _looked_at(self, held: bytes, more: bytes) -> bytes:
        """What the parser may have of these bytes; the beginning of a head is held until its end comes."""
        data, begin, searched = held + more, 0, max(0, len(held) - 3)
        passed: list[bytes] = []
        while end := _END.search(data, max(begin, searched), begin + MAX_HELD):
            head, self.names = allowed(data[begin : end.start()])
            passed += head, end[0]
            is_last = not _INTERIM.match(data, begin)
            begin = end.end()
            if is_last:
                break
        else:
            is_last = len(data) - begin >= MAX_HELD
        self._head = None if is_last else data[begin:]
        return b"".join([*passed, data[begin:]] if is_last else passed)


class Answer(_ClientResponse):
    """An answer whose headers can be had as they were sent."""

    _names: Mapping[bytes, bytes] = {}

    async def start(self, connection: Connection) -> aiohttp.ClientResponse:
        reader = connection.protocol  # an answer without a body gives its connection back at once
        started = await super().start(connection)
        if isinstance(reader, _Reader):
            self._names = reader.names
        return started

    def headers_as_sent(self) -> Headers:
        """Bytes: a file's name or an address in GBK is no text that could be encoded again."""
        return Headers([(self._names.get(name, name), value) for name, value in self.raw_headers])


class Connector(aiohttp.TCPConnector):
    """Connections on which every head is read."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._factory = functools.partial(_Reader, loop=self._loop)  # type: ignore[assignment]


def allowed(head: bytes) -> tuple[bytes, dict[bytes, bytes]]:
    """A head with every name beyond ASCII in percent signs; and these names, as written there: as sent.

    A second byte of GBK may be one of `@[\\]{}`, so all that no name is made of is escaped.
    """
    names: dict[bytes, bytes] = {}
    if head.isascii():
        return head, names
    lines = head.split(b"\n")
    for at, line in enumerate(lines):
        name, colon, value = line.partition(b":")
        if colon and not name.isascii() and name.split() == [name]:
            escaped = quote_from_bytes(name, safe=_TOKEN).encode()
            names[escaped] = name
            lines[at] = escaped + colon + value
    return b"\n".join(lines), names
