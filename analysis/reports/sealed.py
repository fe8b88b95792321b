"""Owns the sealed zip: a SHA-256 for each file inside, one over the whole in its comment; its verification.

No byte is outside: the comment at the end of the zip holds the SHA-256 of everything before it, so that a
changed header counts like changed content. Who edits it and seals it anew makes another digest: the one that
was recorded when the package was made tells.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import os
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, BinaryIO

from pipeline.store import sync_folder

MANIFEST = "SHA256SUMS"
_PREFIX = b"sha256:"
_SEAL_LENGTH = len(_PREFIX) + 64
_EPOCH = (1980, 1, 1, 0, 0, 0)
_CHUNK = 1 << 20
_LINE = re.compile(r"([0-9a-f]{64})  (\S.*)")
_MOST_MANIFEST = 64 << 20  # bytes


@dataclasses.dataclass(frozen=True)
class File:
    """One file of the package."""

    name: str
    sha256: str
    length: int


class SealedZip:
    """Writes a package file by file with fixed times; `seal` ends it. Nothing is at its place before."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._draft = path.with_name(f".{path.name}.{os.getpid()}.part")
        self._zip = zipfile.ZipFile(self._draft, "w", allowZip64=True)
        self.files: list[File] = []

    def add(self, name: str, content: bytes, *, is_packed: bool = False) -> File:
        """A file from its bytes; `is_packed` ones are stored as they are."""
        with self.open(name, is_packed=is_packed) as out:
            out.write(content)
        return self.files[-1]

    def copy(self, name: str, source: BinaryIO, *, is_packed: bool = False) -> File:
        """A file from a stream, piece by piece."""
        with self.open(name, is_packed=is_packed) as out:
            while chunk := source.read(_CHUNK):
                out.write(chunk)
        return self.files[-1]

    @contextlib.contextmanager
    def open(self, name: str, *, is_packed: bool = False) -> Iterator[_Counted]:
        """Write one file as a stream. Raises ValueError for a name that is taken."""
        if any(file.name == name for file in self.files) or name == MANIFEST:
            raise ValueError(f"the package has a file {name} already")
        info = zipfile.ZipInfo(name, _EPOCH)
        info.compress_type = zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED
        info.external_attr = 0o644 << 16
        with self._zip.open(info, "w", force_zip64=True) as stream:
            counted = _Counted(stream)
            yield counted
        self.files.append(File(name, counted.digest.hexdigest(), counted.length))

    def seal(self) -> str:
        """Write the manifest and the seal, put the package in its place durably; returns its SHA-256."""
        listed = sorted(self.files, key=lambda file: file.name)
        lines = "".join(f"{file.sha256}  {file.name}\n" for file in listed)
        info = zipfile.ZipInfo(MANIFEST, _EPOCH)
        info.compress_type = zipfile.ZIP_DEFLATED
        info.external_attr = 0o644 << 16
        self._zip.writestr(info, lines.encode())
        self._zip.comment = _PREFIX + b"0" * 64
        self._zip.close()
        with self._draft.open("r+b") as file:
            end = file.seek(0, os.SEEK_END) - 64
            digest = _digest(file, end)
            file.seek(end)
            file.write(digest.encode())
            file.flush()
            os.fsync(file.fileno())
            whole = _digest(file, end + 64)
        self._draft.replace(self._path)
        sync_folder(self._path.resolve().parent)
        return whole

    def discard(self) -> None:
        """Leave nothing behind of a package that could not be finished."""
        with contextlib.suppress(Exception):
            self._zip.close()
        self._draft.unlink(missing_ok=True)


class _Counted:
    """A stream that knows the SHA-256 and the length of what went through it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.digest = hashlib.sha256()
        self.length = 0

    def write(self, chunk: bytes) -> int:
        self.digest.update(chunk)
        self.length += len(chunk)
        return self._stream.write(chunk)


@dataclasses.dataclass(frozen=True)
class Verified:
    """What a look at a package found; no faults: every byte is as it was sealed."""

    sha256: str | None
    file_count: int
    faults: list[str]  # in Chinese


def verify(path: Path, expected: str | None = None) -> Verified:
    """Check every byte of a package.

    Args:
        expected: the SHA-256 that was recorded when it was made.

    Raises:
        OSError: it cannot be read at all.
    """
    faults: list[str] = []
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        whole = _digest(file, size)
        if expected is not None and whole != expected.lower():
            faults.append(f"整个文件的 SHA-256 与记录不符：记录 {expected[:16]}…，现为 {whole[:16]}…")
        file.seek(max(0, size - _SEAL_LENGTH))
        seal = file.read()
        if not re.fullmatch(rb"sha256:[0-9a-f]{64}", seal):
            faults.append("文件末尾没有封签：不是本系统打的包，或尾部被改动、截断、添加")
        elif _digest(file, size - 64).encode() != seal[len(_PREFIX) :]:
            faults.append("封签不符：包内有字节被改动")
    count = 0
    try:
        with zipfile.ZipFile(path) as package:
            count = len(package.infolist())
            faults += _check_files(package)
    except Exception as error:  # whatever a damaged zip raises is a finding, not a failure of the look
        faults.append(f"压缩包结构已损坏（{error}）")
    return Verified(whole, count, faults)


def _check_files(package: zipfile.ZipFile) -> list[str]:
    names = [info.filename for info in package.infolist()]
    faults = [f"重名文件 {name}" for name in sorted({name for name in names if names.count(name) > 1})]
    if MANIFEST not in names:
        return [*faults, f"缺少清单 {MANIFEST}"]
    if package.getinfo(MANIFEST).file_size > _MOST_MANIFEST:
        return [*faults, "清单过大"]
    wanted: dict[str, str] = {}
    try:
        text = package.read(MANIFEST).decode()
    except Exception as error:
        return [*faults, f"清单读不出（{error}）"]
    for number, line in enumerate(text.split("\n")[:-1], 1):
        match = _LINE.fullmatch(line)
        if match is None or match[2] in wanted:
            faults.append(f"清单第 {number} 行有误")
        else:
            wanted[match[2]] = match[1]
    faults += [f"缺少 {name}" for name in sorted(set(wanted) - set(names))]
    faults += [f"多出 {name}" for name in sorted(set(names) - set(wanted) - {MANIFEST})]
    for name in sorted(set(wanted) & set(names)):
        fault = _check_file(package, name, wanted[name])
        if fault is not None:
            faults.append(fault)
    return faults


def _check_file(package: zipfile.ZipFile, name: str, wanted: str) -> str | None:
    digest, left = hashlib.sha256(), package.getinfo(name).file_size
    try:
        with package.open(name) as stream:
            while chunk := stream.read(_CHUNK):
                left -= len(chunk)
                if left < 0:
                    return f"{name} 比目录所记的长"
                digest.update(chunk)
    except Exception as error:  # whatever a damaged stream raises is a finding, not a failure of the look
        return f"{name} 已损坏（{error}）"
    return None if digest.hexdigest() == wanted else f"{name} 的内容已改动"


def _digest(file: BinaryIO, length: int) -> str:
    digest = hashlib.sha256()
    file.seek(0)
    while length > 0 and (chunk := file.read(min(_CHUNK, length))):
        digest.update(chunk)
        length -= len(chunk)
    return digest.hexdigest()
