"""Owns the unpacking of a compressed answer, and whether all of it came: a body cut short is no page.

Scrapy unpacks what it can and says nothing of what is missing. Here an answer that lacks its end, or whose
checksum is not that of its bytes, gets Scrapy's flag for lost bytes; what could be read of it stays, for the
capture. Bytes after the end of a whole stream are let pass: some servers send them.
"""

from __future__ import annotations

import gzip
import io
import struct
import zlib

import brotli
from backports import zstd
from scrapy import Request
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.http import Response

DATA_LOSS = "dataloss"  # Scrapy's own flag for an answer shorter than its headers say
MAX_PARTS = 1000  # members or frames of one body: thousands of empty ones would hold up all sites for seconds
_STARTS = (b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"\x2a\x4d\x18")  # gzip, zstd, what zstd skips
_CHUNK = 65536
_PIECE = 4096
_UNREADABLE = (OSError, EOFError, struct.error, zlib.error, zstd.ZstdError, brotli.error)


def is_cut_short(response: Response) -> bool:
    """Did only a part of the answer come, or one with wrong bytes in it?"""
    return DATA_LOSS in response.flags


class WholeBodies(HttpCompressionMiddleware):
    """Scrapy's unpacking, and the flag where the stream of a page is not whole. Of errors and redirects the
    status counts, not the body."""

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        encodings = b",".join(response.headers.getlist("Content-Encoding"))  # afterwards they are gone
        if encodings and any(response.body.count(start) > MAX_PARTS for start in _STARTS):
            return _flagged(response)
        outermost = encodings.rpartition(b",")[2].strip().lower()
        try:
            unpacked = super().process_response(request, response)
        except _UNREADABLE:
            end = _end_of(response.body, outermost)
            if end is None or end == len(response.body):
                return _flagged(response)  # its body as it was sent
            return self.process_response(request, response.replace(body=response.body[:end]))
        if response.status >= 300 or not isinstance(unpacked, Response) or is_whole(response.body, outermost):
            return unpacked
        return _flagged(unpacked if unpacked.body else response)


def _flagged(response: Response) -> Response:
    return response.replace(flags=[*response.flags, DATA_LOSS])


def is_whole(body: bytes, encoding: bytes) -> bool:
    """Does a packed body reach the end of its stream, with the right checksum? True where it is empty."""
    if not body:
        return True
    if encoding in (b"gzip", b"x-gzip"):
        return _is_whole_gzip(body)
    if encoding == b"deflate":
        return _reaches_end(zlib.decompressobj(), body) or _reaches_end(zlib.decompressobj(-15), body)
    return encoding not in (b"br", b"zstd") or _end_of(body, encoding) is not None


def _end_of(body: bytes, encoding: bytes) -> int | None:
    """How many bytes of a body its br or zstd stream takes up; None where it has no end, or is of another
    encoding."""
    try:
        return (
            _end_of_brotli(body) if encoding == b"br" else _end_of_zstd(body) if encoding == b"zstd" else None
        )
    except zstd.ZstdError:
        return None


def _is_whole_gzip(body: bytes) -> bool:
    """Also of several members, one after another, as gzip allows."""
    if not body.startswith(b"\x1f\x8b"):
        return False
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(body)) as members:
            while members.read1(_CHUNK):
                pass
    except gzip.BadGzipFile as error:
        return str(error).startswith("Not a gzipped file")  # what follows a whole member is none
    except (EOFError, zlib.error):
        return False
    return True


def _reaches_end(stream: zlib._Decompress, body: bytes) -> bool:
    try:
        while not stream.eof:
            output = stream.decompress(body, _CHUNK)
            body = stream.unconsumed_tail
            if not output and not body:
                return False
    except zlib.error:
        return False
    return True


def _end_of_zstd(body: bytes) -> int | None:
    """Also of several frames, one after another, as zstd allows. Raises ZstdError."""
    at = 0
    while body[at : at + 4] == _STARTS[1] or body[at + 1 : at + 4] == _STARTS[2]:
        frame = zstd.ZstdDecompressor()
        while not frame.eof:
            piece = body[at : at + _CHUNK] if frame.needs_input else b""
            if frame.needs_input and not piece:
                return None
            at += len(piece)
            frame.decompress(piece, _CHUNK)
        at -= len(frame.unused_data)
    return at or None


def _end_of_brotli(body: bytes) -> int | None:
    """The library says that a stream has ended only where no byte follows: so the end is looked for in
    pieces, and in the one that holds it byte by byte."""
    at = 0
    for size in (_PIECE, 1):
        stream = brotli.Decompressor()
        try:
            _is_finished(stream, body[:at])
            while piece := body[at : at + size]:
                if _is_finished(stream, piece):
                    return at + len(piece)
                at += size
        except brotli.error:
            continue
        return None
    return None


def _is_finished(stream: brotli.Decompressor, piece: bytes) -> bool:
    """Has the stream ended with this piece of it? Raises brotli.error."""
    output = stream.process(piece, output_buffer_limit=_CHUNK)
    while output and not stream.is_finished():
        output = stream.process(b"", output_buffer_limit=_CHUNK)
    return bool(stream.is_finished())
