"""Owns reading a tar whose headers are not believed: what stands before a file's bytes is bounded.

The standard library reads a long name, the extended headers of a file and the map of a sparse one as a whole,
however long they say that they are. So what may be unpacked for one header is bounded here.
"""

from __future__ import annotations

import tarfile
from typing import IO, Any

MAX_HEADER = 64 * 1024  # bytes unpacked until the header of the next file is known; a usual one has 512


class HeaderError(tarfile.ReadError):
    """A header is longer than any that a program writes, or of a kind that no backup holds."""


class _Bounded:
    """A stream of which, while a header is read, only so much is given out."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.left: int | None = MAX_HEADER

    def read(self, size: int) -> bytes:
        found = self._stream.read(size)
        if self.left is not None:
            self.left -= len(found)
            if self.left < 0:
                raise HeaderError("文件头过长")
        return found


class BoundedTar(tarfile.TarFile):
    """A tar to read in one pass."""

    bounded: _Bounded | None = None  # None: the first header is read, while this is made
    _is_begun = False

    def next(self) -> tarfile.TarInfo | None:
        """The next file; what is left of the one before is passed over first, in pieces.

        Raises:
            HeaderError, tarfile.TarError: what follows is no header, or one that is refused.
        """
        if self.bounded is None:
            return super().next()
        if self._is_begun:
            assert self.fileobj is not None
            if self.fileobj.tell() < self.offset:
                self.fileobj.seek(self.offset - 1)
            self.bounded.left = MAX_HEADER
        self._is_begun = True
        found = super().next()
        self.bounded.left = None
        vars(self)["members"].clear()  # kept by the library to go back to one, which nobody does
        if found is not None and found.issparse():
            raise HeaderError("文件有空洞")
        return found


def open_bounded(stream: Any) -> BoundedTar:
    """A tar in a stream of bytes. Raises HeaderError, tarfile.TarError."""
    bounded: Any = _Bounded(stream)
    tar = BoundedTar.open(fileobj=bounded, mode="r|")
    assert isinstance(tar, BoundedTar)
    tar.bounded = bounded
    return tar
