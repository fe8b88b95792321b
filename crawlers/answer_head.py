"""Owns the head of an answer as a server sent it, names of headers included that HTTP does not allow.

The parser of aiohttp refuses a whole answer for one name beyond ASCII, which browsers pass over. Such a name
is handed to it with its bytes in percent signs, and given back as it was.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Any

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import Connection
from scrapy.core.downloader.handlers._aiohttp import _ClientResponse
from scrapy.http import Headers

MAX_HELD = 1 << 16  # bytes of a head that are waited for; the parser refuses a longer one
_END = re.compile(rb"\r?\n\r?\n")
_NAME = re.compile(rb"^[^:\s]*[\x80-\xff][^:\s]*(?=:)", re.MULTILINE)


class _Reader(ResponseHandler):
    """A connection on which the head of each answer is looked at before it is parsed."""

    _head: bytes | None = None  # of the answer that begins, as far as it came; None: its body is being read
    names: Mapping[bytes, bytes] = {}  # as parsed: as sent, of the answer that is being read

    def set_response_params(self, **params: Any) -> None:
        self._head, self.names = b"", {}
        super().set_response_params(**params)

    def data_received(self, data: bytes) -> None:
        if self._head is not None and self._parser is not None:
            data = self._head + data
            end = _END.search(data)
            if end is None and len(data) < MAX_HELD:
                self._head = data
                return
            self._head = None
            cut = end.start() if end is not None else len(data)
            if not data[:cut].isascii():
                data = self._allowed(data[:cut]) + data[cut:]
        super().data_received(data)

    def connection_lost(self, exc: BaseException | None) -> None:
        held, self._head = self._head, None
        if held:
            super().data_received(held)
        super().connection_lost(exc)

    def _allowed(self, head: bytes) -> bytes:
        names = {_escaped(name): name for name in _NAME.findall(head)}
        self.names = names
        return _NAME.sub(lambda found: _escaped(found[0]), head)


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


def _escaped(name: bytes) -> bytes:
    return b"".join(b"%%%02X" % byte if byte >= 0x80 else bytes((byte,)) for byte in name)
