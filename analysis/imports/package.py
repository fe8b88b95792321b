"""Owns what a workbook may be before a library opens it: a zip of XML, each part read in a stream, counted.

A library builds an object for each element it meets and reads some parts again for each sheet: some kilobytes
of zip can ask for gigabytes and hours. What is bounded here is what that work grows with. The bounds are far
above what a table that a person wrote has, and below what takes more than some seconds.
"""

from __future__ import annotations

import dataclasses
import io
import posixpath
import zipfile
import zlib
from collections import Counter
from collections.abc import Mapping
from xml.parsers import expat

from pipeline.faults import ToldError

MAX_UNPACKED = 60 * 1024 * 1024  # bytes of a workbook's parts together
MAX_PARTS = 500
# Elements of a workbook by name, all parts together: how many there may be, what people call them.
MAX_ELEMENTS: Mapping[str, tuple[int, str]] = {
    "row": (100_000, "行"),
    "c": (150_000, "单元格"),
    "f": (20_000, "公式"),
    "si": (60_000, "文字"),
    "r": (30_000, "分段设格式的文字"),
    "mergeCell": (5_000, "合并单元格"),
    "xf": (20_000, "单元格样式"),
    "cellStyle": (2_000, "命名样式"),
    "sheet": (100, "工作表"),
}
MAX_OTHER = (30_000, "格式、批注、链接等设置")  # elements of any other name that are none of the next
# What stands within cells and texts, bounded by them or by MAX_NODES alone.
_WITHIN = frozenset({
    "v", "t", "is", "rPr", "sz", "color", "rFont", "family", "charset", "scheme", "b", "i", "u", "strike",
    "vertAlign", "phoneticPr", "rPh",
})  # fmt: skip
MAX_NODES = 1_000_000  # elements and their attributes, all parts together
MAX_DEPTH = 60
MAX_RUN = 33_000  # characters of a cell or another text; Excel allows 32,767
MAX_ATTRIBUTE = 33_000  # characters
MAX_RANGES = 250_000  # characters of all lists of ranges (conditional formats, checks of entries)
MAX_SHARED = 2_000_000  # characters of formulas that are worked out again for each cell that shares them
MAX_FORMAT = (300, 16)  # characters of a number format, and brackets in it
MAX_TOKEN = 1024 * 1024  # bytes of one tag or comment
_CHUNK = 64 * 1024
_XML = (".xml", ".rels")
# Parts that reading a table does not need; a workbook with charts holds many elements in them.
_UNREAD = (
    "customxml/", "xl/calcchain.xml", "xl/charts/", "xl/comments", "xl/drawings/", "xl/externallinks/",
    "xl/media/", "xl/pivotcache/", "xl/pivottables/", "xl/querytables/", "xl/revisions/",
    "xl/threadedcomments/",
)  # fmt: skip
# What zipfile raises of bytes that are no archive, of one of a later version, and of names that are no text.
_NO_PACKAGE = (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, EOFError)
ADVICE = "请只把报送的行复制到新工作簿，另存为 .xlsx 或 CSV 再报"


class SheetError(ToldError, ValueError):
    """The file as a whole cannot be read; the message says why and what to do, in Chinese."""


@dataclasses.dataclass(frozen=True)
class Package:
    """A workbook that may be opened. `content`: a zip of the XML parts that are read; `merged`: by part, the
    ranges of its merged cells."""

    content: io.BytesIO
    merged: Mapping[str, list[str]]


def open_package(content: bytes, name: str) -> Package:
    """Look at a workbook as a zip of XML.

    Args:
        name: of the file, for messages.

    Raises:
        SheetError: no workbook, one with macros, or one that holds more of anything than a person writes.
    """
    try:
        package = zipfile.ZipFile(io.BytesIO(content))
        parts = package.infolist()
    except _NO_PACKAGE as error:
        raise SheetError(f"“{name}”打不开，可能没有传完：请重新上传") from error
    names = {part.filename.lower() for part in parts}
    if any(part.endswith("vbaproject.bin") or "macrosheets/" in part for part in names):
        raise SheetError(f"“{name}”含宏，不予读取：请另存为不含宏的 .xlsx")
    if "xl/workbook.xml" not in names:
        raise SheetError(f"“{name}”不是 Excel 工作簿（.xlsx）")
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise SheetError(f"“{name}”解压后过大，不予读取：{ADVICE}")
    if len(names) < len(parts) or any(
        part.flag_bits & 1 or part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
        for part in parts
    ):
        raise SheetError(f"“{name}”的打包方式不是 Excel 的：请用 Excel 打开另存为 .xlsx 再报")
    counted, kept = _Counted(name), io.BytesIO()
    with zipfile.ZipFile(kept, "w") as checked:
        for part in parts:
            path = part.filename.lower()
            if path.endswith(_XML) and not path.startswith(_UNREAD):
                checked.writestr(part.filename, _read(package, part, counted))
    kept.seek(0)
    return Package(kept, counted.merged)


def _read(package: zipfile.ZipFile, part: zipfile.ZipInfo, counted: _Counted) -> bytes:
    """One part, counted while it is unpacked."""
    pieces: list[bytes] = []
    counted.begin(part.filename)
    try:
        with package.open(part) as file:
            while piece := file.read(_CHUNK):
                counted.feed(piece)
                pieces.append(piece)
        counted.end()
    except SheetError:
        raise
    except (expat.ExpatError, zipfile.error, zlib.error, EOFError, OSError, ValueError, LookupError) as error:
        raise SheetError(
            f"“{counted.name}”打不开，可能已损坏：请用 Excel 打开另存后再报（{error}）"[:300]
        ) from error
    return b"".join(pieces)


class _Counted:
    """What the parts of a workbook hold, counted as they are read. Raises SheetError at the first bound."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.merged: dict[str, list[str]] = {}
        self.counts: Counter[str] = Counter()
        self.nodes = self.ranges = self.shared = 0
        self.once: set[tuple[str, str]] = set()

    def begin(self, part: str) -> None:
        self.part, self.fed, self.depth, self.run = part, 0, 0, 0
        self.owner, self.formula, self.is_formula = "", 0, False
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        self.parser = parser

    def feed(self, piece: bytes) -> None:
        self.parser.Parse(piece)
        self.fed += len(piece)
        if self.fed - max(0, self.parser.CurrentByteIndex) > MAX_TOKEN:
            raise self._hostile()

    def end(self) -> None:
        self.parser.Parse(b"", True)

    def _start(self, element: str, attributes: dict[str, str]) -> None:
        tag = element.rpartition(" ")[2]
        self.nodes += 1 + len(attributes)
        self.depth += 1
        if self.nodes > MAX_NODES:
            raise self._refused(f"的内容过多（超过 {MAX_NODES} 项）")
        if self.depth > MAX_DEPTH:
            raise self._hostile()
        if tag not in _WITHIN:
            key = tag if tag in MAX_ELEMENTS else ""
            most, what = MAX_ELEMENTS[key] if key else MAX_OTHER
            self.counts[key] += 1
            if self.counts[key] > most:
                raise self._refused(f"的{what}过多（超过 {most} 个）")
        for attribute, value in attributes.items():
            self._attribute(attribute, value)
        if tag == "sheet":
            self._only_once(next((v for k, v in attributes.items() if k.endswith(" id")), ""))
        elif tag == "Relationship" and attributes.get("TargetMode") != "External":
            self._only_once(posixpath.normpath(posixpath.join("/xl", attributes.get("Target", ""))))
        if tag == "mergeCell":
            self.merged.setdefault(self.part, []).append(attributes.get("ref", ""))
        if tag in ("c", "si"):
            self.owner, self.run = tag, 0
        elif not self.owner:
            self.run = 0
        self.is_formula = tag == "f"
        if tag == "f" and attributes.get("t") == "shared":
            self.shared += self.formula
            if self.shared > MAX_SHARED:
                raise self._refused("的公式过多")

    def _attribute(self, name: str, value: str) -> None:
        if len(value) > MAX_ATTRIBUTE:
            raise self._hostile()
        if name == "formatCode" and (len(value) > MAX_FORMAT[0] or value.count("[") > MAX_FORMAT[1]):
            raise self._refused("有一个数字格式过长")
        if name == "sqref":
            self.ranges += len(value)
            if self.ranges > MAX_RANGES:
                raise self._refused("的条件格式或数据验证过多")

    def _only_once(self, what: str) -> None:
        """A part that many sheets name would be read for each of them."""
        if (self.part, what) in self.once:
            raise self._hostile()
        self.once.add((self.part, what))

    def _end(self, element: str) -> None:
        self.depth -= 1
        self.is_formula = False
        if not self.owner or element.rpartition(" ")[2] == self.owner:
            self.owner, self.run = "", 0

    def _text(self, text: str) -> None:
        self.run += len(text)
        if self.is_formula:
            self.formula = max(self.formula, self.run)
        if self.run > MAX_RUN:
            raise self._refused(f"有一格超过 {MAX_RUN} 字")

    def _doctype(self, *_: object) -> None:
        raise self._hostile()

    def _refused(self, why: str) -> SheetError:
        return SheetError(f"“{self.name}”{why}，不予读取：{ADVICE}")

    def _hostile(self) -> SheetError:
        return SheetError(f"“{self.name}”的内容不合 Excel 规范，不予读取：请用 Excel 打开另存后再报")
