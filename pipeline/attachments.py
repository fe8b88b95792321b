"""Owns files that people hand in: kept once by their SHA-256, durable before anything points to them."""

from __future__ import annotations

import dataclasses
import hashlib
import re
from pathlib import Path

from pipeline.faults import ToldError
from pipeline.privacy import mask_personal
from pipeline.store import ensure_folder, write_durably

MAX_BYTES = 20 * 1024 * 1024  # of a photo, a scan, a short video
# How a file begins, not what it is called, says what it is.
_MAGIC: tuple[tuple[bytes, int, str, str], ...] = (
    (b"\xff\xd8\xff", 0, ".jpg", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", 0, ".png", "image/png"),
    (b"GIF87a", 0, ".gif", "image/gif"),
    (b"GIF89a", 0, ".gif", "image/gif"),
    (b"BM", 0, ".bmp", "image/bmp"),
    (b"WEBP", 8, ".webp", "image/webp"),
    (b"ftypheic", 4, ".heic", "image/heic"),
    (b"ftypmif1", 4, ".heic", "image/heic"),
    (b"%PDF-", 0, ".pdf", "application/pdf"),
    (b"ftyp", 4, ".mp4", "video/mp4"),
)
# Those that every browser shows and that can hold no script, as ends of names.
PICTURES = frozenset({".jpg", ".png", ".gif", ".bmp", ".webp"})
_SHA256 = re.compile(r"[0-9a-f]{64}")


class AttachmentError(ToldError, ValueError):
    """A file cannot be taken or found; the message says why and what to do, in Chinese."""


@dataclasses.dataclass(frozen=True)
class Attachment:
    """A file that was handed in. `name` is what it was called, for people only, numbers of persons masked."""

    name: str
    content: bytes
    sha256: str
    suffix: str
    media_type: str


def read_attachment(name: str, content: bytes) -> Attachment:
    """Look at a file before it is kept: pictures, PDF and MP4 only.

    Raises:
        AttachmentError: empty, too large, or something else.
    """
    shown = plain_name(name)
    if not content:
        raise AttachmentError(f"附件“{shown}”是空文件，请重新拍照或扫描")
    if len(content) > MAX_BYTES:
        raise AttachmentError(f"附件“{shown}”超过 {MAX_BYTES // 1024 // 1024} MB，请压缩后再报")
    for magic, offset, suffix, media_type in _MAGIC:
        if content[offset : offset + len(magic)] == magic:
            digest = hashlib.sha256(content).hexdigest()
            return Attachment(mask_personal(shown), content, digest, suffix, media_type)
    raise AttachmentError(f"附件“{shown}”不是照片、PDF 或 MP4，请换成 jpg、png、pdf 或 mp4")


def plain_name(name: str) -> str:
    """The name of a file without folders and characters that no name should have, at most 100 characters."""
    last = re.split(r"[\\/]", name)[-1]
    return (
        re.sub(r"[\x00-\x1f\x7f<>:\"|?*\u202a-\u202e\u2066-\u2069]", "_", last).strip(". ")[-100:] or "附件"
    )


def keep_attachment(folder: Path, content: bytes, suffix: str) -> str:
    """Keep a file durably below attachments/; returns its SHA-256. The same file is kept once.

    Args:
        folder: the city's data folder (var/<city>).
    """
    digest = hashlib.sha256(content).hexdigest()
    path = _path(folder, digest, suffix)
    if path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() == digest:
        return digest
    ensure_folder(path.parent)
    write_durably(path, content)
    return digest


def suffix_of(folder: Path, digest: str) -> str | None:
    """What a kept file is, as the end of its name; None: there is none. Its bytes are not looked at."""
    return next((path.suffix for path in _found(folder, digest)), None)


def find_attachment(folder: Path, digest: str) -> Path:
    """Where a kept file lies.

    Raises:
        AttachmentError: there is none of that SHA-256, or its bytes are no longer those.
    """
    found = _found(folder, digest)
    if not found:
        raise AttachmentError(f"没有这个附件：{digest[:16]}…，请从备份恢复 attachments 目录")
    if hashlib.sha256(found[0].read_bytes()).hexdigest() != digest:
        raise AttachmentError(f"附件 {found[0].name} 的内容已变，与 SHA-256 不符，请从备份恢复")
    return found[0]


def _found(folder: Path, digest: str) -> list[Path]:
    if not _SHA256.fullmatch(digest):
        return []
    return list((folder / "attachments" / digest[:2]).glob(f"{digest}.*"))


def _path(folder: Path, digest: str, suffix: str) -> Path:
    return folder / "attachments" / digest[:2] / f"{digest}{suffix}"
