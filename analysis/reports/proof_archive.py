"""Owns the web archive of a proof package: captures copied byte by byte into one WARC, and their CDXJ index.

Layout and names are those of WACZ 1.1.1, so that ReplayWeb.page and pywb replay it.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import io
import uuid
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import msgspec
from cdxj_indexer.main import CDXJIndexer
from warcio.archiveiterator import ArchiveIterator
from warcio.warcwriter import WARCWriter

from analysis.reports.proof_selection import Capture
from pipeline.captures import CaptureError, read_capture
from pipeline.china import CHINA_OFFSET

WARC_NAME, INDEX_NAME, PAGES_NAME = "archive/data.warc.gz", "indexes/index.cdx", "pages/pages.jsonl"
WACZ_NAME = "网页存证.wacz"  # in the package
_EPOCH = (1980, 1, 1, 0, 0, 0)
_CHUNK = 1 << 16


@dataclasses.dataclass(frozen=True)
class Copied:
    """What became of one capture: copied, or why not, in Chinese."""

    capture: Capture
    fault: str | None


def write_warc(
    out: BinaryIO, folder: Path, captures: Sequence[Capture], created: dt.datetime
) -> list[Copied]:
    """Copy captures into a WARC: each response with its request, the very bytes that were kept.

    Args:
        folder: the city's data folder (var/<city>).
        created: for the archive's own record, wall-clock time of China.
    """
    out.write(_warcinfo(created))
    done: list[Copied] = []
    seen: dict[tuple[str, int], str | None] = {}
    for capture in captures:
        place = (capture.warc, capture.warc_offset)
        if place not in seen:
            seen[place] = _copy(out, folder, capture)
        done.append(Copied(capture, seen[place]))
    return done


def _copy(out: BinaryIO, folder: Path, capture: Capture) -> str | None:
    """Append one capture; what is wrong with it, in Chinese. Nothing is written of one that is damaged."""
    try:
        _, body = read_capture(folder, capture.warc, capture.warc_offset)
    except CaptureError as error:
        return str(error)
    if capture.sha256 is not None and hashlib.sha256(body).hexdigest() != capture.sha256:
        return "存证与入库时的 SHA-256 不符"
    members = list(_members(folder / "captures" / capture.warc, capture.warc_offset))
    out.write(members[0])
    if len(members) > 1 and _is_request_of(members[1], members[0]):
        out.write(members[1])
    return None


def _members(path: Path, offset: int, most: int = 2) -> Iterator[bytes]:
    """The bytes of the next gzip members, as they lie in the file."""
    with path.open("rb") as file:
        file.seek(offset)
        rest = b""
        for _ in range(most):
            unpacker = zlib.decompressobj(zlib.MAX_WBITS + 16)
            parts: list[bytes] = []
            while not unpacker.eof:
                chunk = rest or file.read(_CHUNK)
                rest = b""
                if not chunk:
                    return
                try:
                    unpacker.decompress(chunk)
                except zlib.error:
                    return
                rest = unpacker.unused_data if unpacker.eof else b""
                parts.append(chunk[: len(chunk) - len(rest)])
            yield b"".join(parts)


def _is_request_of(request: bytes, response: bytes) -> bool:
    first = next(iter(ArchiveIterator(io.BytesIO(response))), None)
    other = next(iter(ArchiveIterator(io.BytesIO(request))), None)
    return (
        first is not None
        and other is not None
        and other.rec_type == "request"
        and other.rec_headers.get_header("WARC-Concurrent-To")
        == first.rec_headers.get_header("WARC-Record-ID")
    )


def _warcinfo(created: dt.datetime) -> bytes:
    """The archive's own record; its id and date follow from the moment, so that the bytes do too."""
    writer = WARCWriter(io.BytesIO(), gzip=True, warc_version="1.1")
    record = writer.create_warcinfo_record(
        "data.warc.gz", {"software": "gangqing", "format": "WARC File Format 1.1"}
    )
    stamp = (created - CHINA_OFFSET).strftime("%Y-%m-%dT%H:%M:%SZ")
    record.rec_headers.replace_header("WARC-Date", stamp)
    name = uuid.uuid5(uuid.NAMESPACE_URL, f"gangqing:proof:{stamp}")
    record.rec_headers.replace_header("WARC-Record-ID", f"<urn:uuid:{name}>")
    buffer = io.BytesIO()
    plain = WARCWriter(buffer, gzip=False, warc_version="1.1")
    plain.write_record(record)
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS + 16)
    return packer.compress(buffer.getvalue()) + packer.flush()


def index_warc(path: Path) -> bytes:
    """The CDXJ index of a WARC file, sorted."""
    out = io.StringIO()
    with path.open("rb") as file:
        CDXJIndexer(out, [], filename=Path(WARC_NAME).name).process_one(file, out, str(path))
    return "".join(sorted(out.getvalue().splitlines(keepends=True))).encode()


def pages(copied: Sequence[Copied], titles: dict[str, str]) -> bytes:
    """pages/pages.jsonl: the pages that a viewer lists, the newest capture of each last.

    Args:
        titles: address → title.
    """
    lines: list[bytes] = [
        msgspec.json.encode({"format": "json-pages-1.0", "id": "pages", "title": "存证网页"})
    ]
    for each in copied:
        capture = each.capture
        if each.fault is None and capture.fetched_at is not None and capture.kind != "list":
            moment = (capture.fetched_at - CHINA_OFFSET).strftime("%Y-%m-%dT%H:%M:%SZ")
            name = hashlib.sha256(f"{capture.url} {moment}".encode()).hexdigest()[:16]
            title = titles.get(capture.url, capture.url)
            lines.append(msgspec.json.encode({"id": name, "url": capture.url, "ts": moment, "title": title}))
    return b"\n".join(dict.fromkeys(lines)) + b"\n"


def write_wacz(path: Path, warc: Path, listed: bytes, title: str, created: dt.datetime) -> None:
    """Put a WARC file, its index and its pages together as a WACZ: the same bytes for the same archive."""
    described = []
    with zipfile.ZipFile(path, "w", allowZip64=True) as out:
        for name, content in ((INDEX_NAME, index_warc(warc)), (PAGES_NAME, listed)):
            out.writestr(_entry(name, zipfile.ZIP_DEFLATED), content)
            described.append((name, hashlib.sha256(content).hexdigest(), len(content)))
        digest, length = hashlib.sha256(), 0
        with (
            warc.open("rb") as file,
            out.open(_entry(WARC_NAME, zipfile.ZIP_STORED), "w", force_zip64=True) as to,
        ):
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
                length += len(chunk)
                to.write(chunk)
        described.append((WARC_NAME, digest.hexdigest(), length))
        package = {
            "profile": "data-package",
            "wacz_version": "1.1.1",
            "title": title,
            "software": "gangqing",
            "created": created.strftime("%Y-%m-%dT%H:%M:%S+08:00"),
            "resources": [
                {"name": Path(name).name, "path": name, "hash": f"sha256:{digest}", "bytes": size}
                for name, digest, size in described
            ],
        }
        content = msgspec.json.format(msgspec.json.encode(package), indent=2)
        out.writestr(_entry("datapackage.json", zipfile.ZIP_DEFLATED), content)
        signed = {"path": "datapackage.json", "hash": f"sha256:{hashlib.sha256(content).hexdigest()}"}
        entry = _entry("datapackage-digest.json", zipfile.ZIP_DEFLATED)
        out.writestr(entry, msgspec.json.format(msgspec.json.encode(signed), indent=2))


def _entry(name: str, compression: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _EPOCH)
    info.compress_type = compression
    info.external_attr = 0o644 << 16
    return info
