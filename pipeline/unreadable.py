"""Owns what is said, in Chinese, of a file or a line that cannot be read: its packing, its encoding, JSON."""

from __future__ import annotations

import codecs
import re
import zlib
from collections.abc import Iterable

import msgspec

from pipeline.faults import os_fault

LONGEST_LINE = (
    8_000_000  # bytes of a line of JSON with its end: some hundred times the longest article there is
)
# What stands for a longer one, which is never in memory. No file of text has such a line.
TOO_LONG = b"\x00\x00longer than LONGEST_LINE"

GZIP_MAGIC = b"\x1f\x8b"
UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
TO_UTF8 = "请另存为 UTF-8（如 iconv -f GB18030 -t UTF-8 原文件 > 新文件）"

# What reading a file (`file_fault`), or a line of JSON (`line_fault`), may raise.
FILE_FAULTS = (OSError, EOFError, UnicodeDecodeError, zlib.error)
LINE_FAULTS = (msgspec.DecodeError, ValueError, RecursionError)


def file_fault(error: OSError | EOFError | UnicodeDecodeError | zlib.error) -> str:
    """Why a file cannot be read, and what to do; without its name."""
    if isinstance(error, UnicodeDecodeError):
        return f"不是 UTF-8 编码，{TO_UTF8}"
    if isinstance(error, OSError) and error.errno is not None:
        return os_fault(OSError(error.errno, error.strerror))
    return "压缩包打不开：不是 gz 文件，或不完整，请重新取得"


def packed(head: bytes) -> str | None:
    """What a file is that holds no lines of UTF-8, by its first bytes; None: it may hold some."""
    if head.startswith(GZIP_MAGIC):
        return "是压缩文件（gz），请先解压（gunzip）"
    if head.startswith(UTF16_MARKS) or b"\0" in head[:4]:
        return "是 UTF-16 编码，请另存为 UTF-8"
    return None


def is_too_long(line: bytes | str) -> bool:
    return len(line) > LONGEST_LINE or line == TOO_LONG


TOLD_TOO_LONG = f"超过 {LONGEST_LINE // 1_000_000} MB，没有读；请拆开，或检查换行是否丢失"


def line_fault(line: bytes | str, error: Exception) -> str:
    """Why a line is no JSON, and what to do."""
    if isinstance(error, RecursionError):
        return "嵌套过深，请改正或删去这一行"
    if isinstance(line, bytes) and (what := packed(line[:4])):
        return what
    if isinstance(error, UnicodeDecodeError):
        return f"{_encoding(line)}，{TO_UTF8}"
    place = re.search(r"\(byte (\d+)\)", str(error))
    where = f"从第 {int(place[1]) + 1} 个字节起读不通" if place else "可能不完整"
    return f"不是 JSON（{where}），请改正或删去这一行"


def _encoding(line: bytes | str) -> str:
    try:
        if isinstance(line, bytes):
            line.decode("gb18030")
    except UnicodeDecodeError:
        return "不是 UTF-8 编码"
    return "不是 UTF-8，像是 GBK 编码"


_SORTS = {
    "str": "文字", "int": "整数", "float": "数字", "bool": "true 或 false", "array": "列表", "object": "对象",
    "null": "null",
}  # fmt: skip


def field_fault(error: msgspec.ValidationError) -> str:
    """Which field of an object is missing or of the wrong sort, and what it should be."""
    said, _, path = str(error).partition(" - at ")
    where = path.strip("`").removeprefix("$").removeprefix(".")
    if missing := re.search(r"missing required field `(.+)`", said):
        return f"缺少 {f'{where}.' if where else ''}{missing[1]}，请补上"
    if expected := re.search(r"Expected `(.+)`, got `(.+)`", said):
        return f"{where or '整行'} 应是{_sorts(expected[1].split(' | '))}，而不是{_sorts([expected[2]])}"
    return f"{where or '整行'} 的值不对，请改正"


def _sorts(names: Iterable[str]) -> str:
    return "或".join(_SORTS.get(name, name) for name in names)
