"""Owns the form of a backup: a tar packed with Zstandard, its manifest first, and how it is read unharmed.

What an archive says is never believed: names that lead out of the folder, links, devices, doubles, files that
the manifest does not list, and bytes that are not those of the manifest are all refused.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import gzip
import hashlib
import os
import re
import tarfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Annotated, Any

import msgspec
import pyarrow as pa

from pipeline.bounded_tar import HeaderError, open_bounded
from pipeline.faults import ToldError
from pipeline.printable import printable
from pipeline.records import Record

FORMAT = 1  # of the archive; a higher one is of a newer program. 0: a tar of var/ that somebody made by hand
MANIFEST = "manifest.json"
DATA, CITY = "data", "city"  # folders in the archive: of var/<city>, and of the city's own data
# Below var/<city>, what is derived or lives only as long as the desk: sessions, locks, states of the crawl.
DERIVED = frozenset({"state", "desk", "logs", "jobs"})
# A manifest grows with the number of files, and so does the archive. It may be so large in any, or so many
# times as large as its archive (of files of five bytes each it is 2.7 times): a small one fills no memory.
MANIFEST_BYTES, MANIFEST_SHARE = 128 * 1024 * 1024, 4
MAX_COUNTS_BYTES = 64 * 1024  # of what a manifest says of how much there is of each kind
_ZSTD, _GZIP = b"\x28\xb5\x2f\xfd", b"\x1f\x8b"
# A seal stands behind all else: a frame that readers of Zstandard pass over, with the SHA-256 of what is
# before it. Without it a change in what the manifest does not cover, as in itself, would stay unseen.
_SEAL = b"\x50\x2a\x4d\x18" + (32).to_bytes(4, "little")
_SEAL_BYTES = len(_SEAL) + 32
_CHUNK = 1 << 20
Progress = Callable[[str, int, int | None], None]  # stage in Chinese, done, total


class BackupError(ToldError, ValueError):
    """A backup cannot be made, read or put back; the message says why and what to do, in Chinese. What it
    quotes of an archive is shown as it may be."""

    def __init__(self, message: str) -> None:
        super().__init__(printable(message))


class Entry(Record, frozen=True, kw_only=True):
    """One file of a backup: its name below `data/` or `city/`, its size in bytes, its SHA-256."""

    name: str
    size: Annotated[int, msgspec.Meta(ge=0)]
    sha256: Annotated[str, msgspec.Meta(min_length=64, max_length=64)]
    mode: int = 0o600


class Manifest(Record, frozen=True, kw_only=True):
    """What a backup says of itself."""

    format: int
    program: str  # version of gangqing
    city: str
    slug: str  # folder below var/
    made_at: str
    counts: dict[str, int]
    files: list[Entry]
    is_sealed: bool = False  # whether the file ends with a seal; the first backups had none

    @property
    def size(self) -> int:
        """Bytes of all files, unpacked."""
        return sum(entry.size for entry in self.files)


class _Format(msgspec.Struct):
    """Of a manifest that a newer program may have written."""

    format: int


class _Sheet(Manifest, frozen=True, kw_only=True):
    """A manifest whose counts, which may be any number of them, are looked at before they are read."""

    counts: msgspec.Raw  # type: ignore[assignment]


def hash_of(path: Path, length: int) -> str:
    """SHA-256 of the first `length` bytes of a file. Raises BackupError where there are fewer."""
    with path.open("rb") as file:
        return _hash_of_start(file, path, length)


def _hash_of_start(file: IO[bytes], path: Path, length: int) -> str:
    total, left = hashlib.sha256(), length
    file.seek(0)
    while left and (chunk := file.read(min(left, _CHUNK))):
        total.update(chunk)
        left -= len(chunk)
    if left:
        raise BackupError(f"{path} 在备份时变短了，请再运行一次")
    return total.hexdigest()


@contextlib.contextmanager
def packing(path: Path) -> Iterator[tarfile.TarFile]:
    """An archive to write into a new file that only its owner may read; synced at the end."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with (
            pa.CompressedOutputStream(os.fspath(path), "zstd") as packed,
            tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as tar,
        ):
            yield tar
        seal = _SEAL + bytes.fromhex(hash_of(path, os.fstat(handle).st_size))
        os.lseek(handle, 0, os.SEEK_END)
        os.write(handle, seal)
        os.fsync(handle)
    finally:
        os.close(handle)


def has_seal(path: Path) -> bool:
    """Whether a file ends with a seal, be it right or not."""
    with path.open("rb") as file:
        return _seal_of(file) is not None


def _seal_of(file: IO[bytes]) -> str | None:
    """The SHA-256 of the seal with which a file ends; None: it ends with none."""
    file.seek(max(0, file.seek(0, os.SEEK_END) - _SEAL_BYTES))
    end = file.read(_SEAL_BYTES)
    return end[len(_SEAL) :].hex() if end.startswith(_SEAL) and len(end) == _SEAL_BYTES else None


def _check_seal(file: IO[bytes], path: Path) -> None:
    """Raises BackupError where a file is not what its seal says."""
    seal = _seal_of(file)
    if seal is not None and seal != _hash_of_start(file, path, file.seek(0, os.SEEK_END) - _SEAL_BYTES):
        raise BackupError(f"{path} 与它末尾的 SHA-256 不符，已经损坏，请换一份备份")


def add_bytes(tar: tarfile.TarFile, name: str, size: int, content: IO[bytes], at: dt.datetime) -> None:
    """One file, with nothing of the machine on which it was made."""
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = size, 0o600, int(at.timestamp())
    tar.addfile(member, content)


@contextlib.contextmanager
def unpacking(path: Path) -> Iterator[tarfile.TarFile]:
    """An archive to read in one pass.

    Raises:
        BackupError: the file is missing, no archive, or damaged.
    """
    try:
        with contextlib.ExitStack() as stack:
            file = stack.enter_context(path.open("rb"))
            _check_seal(file, path)
            file.seek(0)
            magic = file.read(4)
            file.seek(0)
            stream: Any = file
            if magic.startswith(_ZSTD):
                stream = stack.enter_context(pa.CompressedInputStream(pa.PythonFile(file, mode="r"), "zstd"))
            elif magic.startswith(_GZIP):
                stream = stack.enter_context(gzip.open(file))
            yield stack.enter_context(open_bounded(stream))
    except FileNotFoundError as error:
        raise BackupError(f"没有这个文件：{path}") from error
    except IsADirectoryError as error:
        raise BackupError(f"{path} 是目录，不是备份文件") from error
    except RecursionError as error:  # headers within headers
        raise _damaged(path, HeaderError("文件头套得过深")) from error
    except (tarfile.TarError, EOFError, zlib.error, pa.ArrowException, gzip.BadGzipFile) as error:
        raise _damaged(path, error) from error
    except OSError as error:
        if error.errno is not None:  # of the system, not of the archive
            raise
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> BackupError:
    return BackupError(f"{path} 不是完整的备份文件，请换一份备份（{str(error)[:100]}）")


def read_manifest(tar: tarfile.TarFile, path: Path) -> Manifest | tarfile.TarInfo:
    """The manifest, which stands first; or the first file of a tar that was made by hand and has none.

    Args:
        tar: the archive, opened by `unpacking`.
        path: its file.

    Raises:
        BackupError: of a newer program, or damaged.
    """
    first = tar.next()
    if first is None:
        raise BackupError("备份文件是空的，请换一份备份")
    if first.name != MANIFEST:
        return first
    if not first.isreg():
        raise BackupError("备份清单不是正常的文件，请换一份备份")
    if first.size > max(MANIFEST_BYTES, MANIFEST_SHARE * (size := path.stat().st_size)):
        raise BackupError(f"备份清单大得不正常：{first.size} 字节，而备份文件只有 {size} 字节，请换一份备份")
    content = tar.extractfile(first)
    assert content is not None
    manifest = _manifest_of(content.read())
    if manifest.is_sealed and not has_seal(path):
        raise BackupError(f"{path} 的末尾不完整，请换一份备份")
    names = Counter(entry.name for entry in manifest.files)
    for name in names:
        check_name(name)
    if twice := [name for name, count in names.items() if count > 1]:
        raise BackupError(f"备份清单里重复：{twice[0][:100]}")
    if not re.fullmatch(r"[\w.-]{1,100}", manifest.slug) or set(manifest.slug) <= {"."}:
        raise BackupError("备份清单里的城市代号不对，请换一份备份")
    return manifest


def _manifest_of(content: bytes) -> Manifest:
    """A manifest as it was written. It is decoded to what it must be, never to whatever it holds."""
    try:
        number = msgspec.json.decode(content, type=_Format).format
        if number > FORMAT:
            raise BackupError(f"备份是较新的程序做的（格式 {number}，本程序到 {FORMAT}），请先升级程序再恢复")
        sheet = msgspec.json.decode(content, type=_Sheet)
        if len(bytes(sheet.counts)) > MAX_COUNTS_BYTES:
            raise BackupError("备份清单里的计数过多，请换一份备份")
        counts = msgspec.json.decode(sheet.counts, type=dict[str, int])
    except RecursionError as error:
        raise BackupError("备份清单套得过深，已经损坏，请换一份备份") from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BackupError(f"备份清单读不出，请换一份备份（{error}）") from error
    return Manifest(
        **{field: getattr(sheet, field) for field in sheet.__struct_fields__} | {"counts": counts}
    )


def check_name(name: str) -> None:
    """Raises BackupError where a name leads anywhere but into the archive's own two folders."""
    parts = PurePosixPath(name).parts
    is_bad = (
        len(parts) < 2
        or parts[0] not in (DATA, CITY)
        or name != "/".join(parts)
        or ".." in parts
        or "\\" in name
        or any(ord(char) < 32 or char == "\x7f" for char in name)
        or max(len(part.encode("utf-8", "surrogatepass")) for part in parts) > 255
    )
    if is_bad:
        raise BackupError(f"备份里有不该有的文件名，拒绝恢复：{name[:100]!r}")


def verified(tar: tarfile.TarFile, manifest: Manifest, progress: Progress) -> Iterator[tuple[Entry, bytes]]:
    """Every file of an archive in pieces, each checked against the manifest; the last piece comes before its
    check, so nothing that is yielded counts until the iterator has ended.

    Raises:
        BackupError: a file is missing, double, unlisted, no plain file, or not as listed.
    """
    wanted = {entry.name: entry for entry in manifest.files}
    done = 0
    while (member := tar.next()) is not None:
        check_name(member.name)
        entry = wanted.pop(member.name, None)
        if entry is None:
            raise BackupError(f"备份里有清单没有列的文件，拒绝恢复：{member.name[:100]}")
        if not member.isreg() or member.size != entry.size:
            raise BackupError(f"备份里的文件与清单不符，请换一份备份：{member.name[:100]}")
        content = tar.extractfile(member)
        assert content is not None
        total = hashlib.sha256()
        yield entry, b""
        while chunk := content.read(_CHUNK):
            total.update(chunk)
            done += len(chunk)
            progress("核对备份", done, manifest.size)
            yield entry, chunk
        if total.hexdigest() != entry.sha256:
            raise BackupError(f"备份里的文件与清单的 SHA-256 不符，请换一份备份：{member.name[:100]}")
    if wanted:
        raise BackupError(f"备份里缺少 {len(wanted)} 个文件，如 {min(wanted)[:100]}，请换一份备份")


def silent(stage: str, done: int, total: int | None) -> None:
    """Progress that nobody looks at."""
