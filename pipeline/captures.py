"""Owns captures: pages as fetched, in WARC files of one gzip member a record, and how they are read again."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import os
import zlib
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, cast
from urllib.parse import urlsplit, urlunsplit

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from pipeline.china import CHINA_OFFSET
from pipeline.store import sync_folder

try:  # the same gzip in a third of the time; not made for every processor
    from isal import isal_zlib as deflate
except ImportError:
    deflate = zlib  # type: ignore[misc]
_DEFLATE_ERROR = cast("type[Exception]", deflate.error)
# The last three: the library looks into headers that a damaged record does not have.
_DAMAGED = (
    OSError, EOFError, ValueError, zlib.error, _DEFLATE_ERROR, ArchiveLoadFailed,
    AttributeError, TypeError, LookupError,
)  # fmt: skip

_MAX_MEMBER = 256 << 20  # bytes unpacked
_SECRET_HEADERS = frozenset({"cookie", "authorization", "proxy-authorization"})
# The body is kept decoded, so what described its transfer would now be wrong.
_TRANSFER_HEADERS = frozenset({"content-encoding", "transfer-encoding", "content-length"})


class CaptureError(ValueError):
    """A capture cannot be read: no such file, no record at that offset, or a damaged one."""


@dataclasses.dataclass(frozen=True)
class Exchange:
    """One request and its response. The body is without transfer and content encoding."""

    url: str
    fetched_at: dt.datetime  # naive, wall-clock time of China
    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes
    reason: str = ""
    request_headers: Sequence[tuple[str, str]] = ()


class _Head(StatusAndHeaders):
    """Headers of HTTP, written byte for byte. The library writes those beyond ASCII in percent signs, and
    fails where it finds no place for them (a name, a value with a semicolon)."""

    def to_ascii_bytes(
        self, filter_func: Callable[[tuple[str, str]], tuple[str, str]] | None = None
    ) -> bytes:
        text = self.to_str(filter_func)
        try:
            return cast("bytes", text.encode("latin-1")) + b"\r\n"
        except UnicodeEncodeError:  # of a request: its own headers are text
            return cast("bytes", text.encode()) + b"\r\n"


def _utc(moment: dt.datetime) -> str:
    return f"{(moment - CHINA_OFFSET).isoformat(timespec='seconds')}Z"


class CaptureWriter:
    """Appends exchanges to one WARC file. `sync` makes everything added so far durable."""

    def __init__(self, path: Path, *, level: int = 3, name: str | None = None) -> None:
        new = not path.exists()
        self.path = path
        self._level = level
        self._file = path.open("ab", buffering=1 << 20)
        self._builder = WARCWriter(io.BytesIO(), gzip=False, warc_version="1.1")
        if new:
            info = {"software": "gangqing", "format": "WARC File Format 1.1", "robots": "obey"}
            self._append(self._builder.create_warcinfo_record(name or path.name, info))
            self.sync()
            sync_folder(path.parent)

    def add(self, exchange: Exchange) -> int:
        """Write request and response; return the offset of the response record in bytes."""
        date = _utc(exchange.fetched_at)
        kept = [(name, value) for name, value in exchange.headers if name.lower() not in _TRANSFER_HEADERS]
        kept.append(("Content-Length", str(len(exchange.body))))
        response = self._builder.create_warc_record(
            exchange.url,
            "response",
            payload=io.BytesIO(exchange.body),
            length=len(exchange.body),
            warc_headers_dict={"WARC-Date": date},
            http_headers=_Head(f"{exchange.status} {exchange.reason}".rstrip(), kept, protocol="HTTP/1.1"),
        )
        target = urlsplit(exchange.url)
        asked = [("Host", target.netloc)]
        asked += [pair for pair in exchange.request_headers if pair[0].lower() not in _SECRET_HEADERS]
        path = urlunsplit(("", "", target.path or "/", target.query, ""))
        request = self._builder.create_warc_record(
            exchange.url,
            "request",
            warc_headers_dict={
                "WARC-Date": date,
                "WARC-Concurrent-To": response.rec_headers.get_header("WARC-Record-ID"),
            },
            http_headers=_Head(f"GET {path} HTTP/1.1", asked, protocol="", is_http_request=True),
        )
        offset = self._append(response)
        self._append(request)
        return offset

    def add_resource(self, uri: str, media_type: str, body: bytes, at: dt.datetime) -> int:
        """Write what was handed in and not fetched (a photo, a form); return the record's offset in bytes."""
        date = _utc(at)
        record = self._builder.create_warc_record(
            uri,
            "resource",
            payload=io.BytesIO(body),
            length=len(body),
            warc_content_type=media_type,
            warc_headers_dict={"WARC-Date": date},
        )
        return self._append(record)

    def _append(self, record: object) -> int:
        buffer = self._builder.out
        buffer.seek(0)
        buffer.truncate()
        self._builder.write_record(record)
        packer = deflate.compressobj(self._level, zlib.DEFLATED, zlib.MAX_WBITS + 16)
        offset = self._file.tell()
        self._file.write(packer.compress(buffer.getbuffer()) + packer.flush())
        return offset

    def sync(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        if not self._file.closed:
            self.sync()
            self._file.close()


def read_capture(folder: Path, warc: str, offset: int) -> tuple[Mapping[str, str], bytes]:
    """The response headers (names in lower case, `:status` for the status) and the body of one capture.

    What was handed in and not fetched has its content-type only.

    Args:
        folder: the city's data folder (var/<city>).
        warc: file name below its captures folder, as in `Landed.warc`.
        offset: bytes, as in `Landed.warc_offset`.

    Raises:
        CaptureError: no such file or record, or it is damaged.
    """
    path = _path_of(folder.absolute(), warc)
    try:
        with path.open("rb") as file:
            file.seek(offset)
            for record in ArchiveIterator(io.BytesIO(_member(file))):
                if record.rec_type == "resource":  # handed in, not fetched: no status, no headers of a server
                    kind = record.rec_headers.get_header("Content-Type") or ""
                    return {"content-type": kind}, record.content_stream().read()
                if record.rec_type != "response" or record.http_headers is None:
                    break
                headers = {name.lower(): value for name, value in record.http_headers.headers}
                headers[":status"] = record.http_headers.get_statuscode()
                return headers, record.content_stream().read()
    except FileNotFoundError as error:
        if path.with_name(f"{path.name}.removed.json").exists():  # pipeline/retention.py
            raise CaptureError("这份存证的保存期已满，已按决定清除；登记的网址和 SHA-256 仍在") from error
        raise CaptureError(f"存证文件不见了，请从备份恢复：{warc}") from error
    except _DAMAGED as error:
        raise CaptureError(f"存证读不出：{warc} 第 {offset} 字节：{error}") from error
    raise CaptureError(f"存证文件 {warc} 第 {offset} 字节处没有网页")


def _member(file: BinaryIO) -> bytes:
    """What the gzip member that begins here holds.

    Raises:
        EOFError: it has no end.
        ValueError: it is larger than any page that is fetched or handed in: the file is not ours.
    """
    unpacker = deflate.decompressobj(zlib.MAX_WBITS + 16)
    parts = []
    size = 0
    while not unpacker.eof:
        chunk = file.read(1 << 15)
        if not chunk:
            raise EOFError("文件在这里断了")
        parts.append(unpacker.decompress(chunk))
        size += len(parts[-1])
        if size > _MAX_MEMBER:
            raise ValueError(f"解开后超过 {_MAX_MEMBER >> 20} MB")
    return b"".join(parts)


@lru_cache(maxsize=512)  # a file holds hundreds of captures, and resolving takes a third of the time of one
def _path_of(folder: Path, warc: str) -> Path:
    captures = (folder / "captures").resolve()
    path = (captures / warc).resolve()
    if not path.is_relative_to(captures):
        raise CaptureError(f"存证文件不在存证目录内：{warc}")
    return path


def end_of_members(path: Path, start: int = 0) -> int:
    """The offset in bytes after the last whole gzip member of a file, reading from `start`, which must be
    the beginning of a member or the end of the file."""
    end = start
    with path.open("rb") as file:
        file.seek(start)
        unpacker = zlib.decompressobj(zlib.MAX_WBITS + 16)
        position = start
        while chunk := file.read(1 << 16):
            while chunk:
                try:
                    unpacker.decompress(chunk)
                except zlib.error:
                    return end
                if not unpacker.eof:
                    position += len(chunk)
                    break
                position += len(chunk) - len(unpacker.unused_data)
                end = position
                chunk = unpacker.unused_data
                unpacker = zlib.decompressobj(zlib.MAX_WBITS + 16)
    return end
