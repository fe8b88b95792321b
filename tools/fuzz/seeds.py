"""Owns what each target of the fuzzing starts from: pages, texts and files as they are."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import zipfile
from collections.abc import Iterator
from functools import cache

from tools.fuzz.targets import ADDRESSES, ROOT, SHEET, workbook

BACKUPS = ROOT / "tests" / "backups"
GOLD = ROOT / "tests" / "gold"
TAGGED = {"tag-article": "articles-tuned-1.jsonl", "extract": "articles-tuned-1.jsonl"}
SHORT = (b"13877012345", '水利 NOT "河道 整治" OR (招标)'.encode(), b"2017-10-09 08:00:00")
CSV_LINE = "报纸,市水利局,2017-10-12,,冬修水利,http://x.cn/1\n"


def seeds(name: str) -> list[bytes]:
    """What a target starts from: at least one input that it reads to its end."""
    if name.startswith("parse-"):
        return _pages(name.removeprefix("parse-"))
    if name == "import-sheet":
        return _sheets()
    if name == "landed-line":
        return [line for lines in _kept("landing").values() for line in lines.splitlines()]
    if name == "decision-line":
        return [line + b"\n" for lines in _kept("decisions").values() for line in lines.splitlines()]
    if name == "capture":
        return list(_captures())
    if name == "backup":
        return [path.read_bytes() for path in sorted(BACKUPS.iterdir())]
    return [*_texts(TAGGED.get(name, "threads-tuned-1.jsonl")), *SHORT]


def _pages(platform: str) -> list[bytes]:
    folder = ROOT / "tests" / "pages"
    found = sorted(folder.glob(f"{platform}*.[hx]*ml")) or sorted(folder.glob("*.html"))
    return [bytes([number]) + page.read_bytes() for page in found for number in range(len(ADDRESSES))]


def _texts(file: str) -> Iterator[bytes]:
    for line in (GOLD / file).read_text("utf-8").splitlines()[:40]:
        raw = json.loads(line)
        raw = raw.get("item", raw)
        texts = [str(raw.get("title", "")), str(raw.get("body", ""))]
        texts += [str(post.get("text")) for post in raw.get("posts", [])]
        yield "\n".join(texts).encode()


def _sheets() -> list[bytes]:
    """The template as Excel, its table alone, and the same as CSV in the two encodings that Excel writes."""
    from analysis.imports.template import csv_template

    with zipfile.ZipFile(io.BytesIO(workbook())) as book:
        table = book.read(SHEET)
    text = csv_template() + CSV_LINE.encode()
    return [workbook(), table, text, text.decode("utf-8-sig").encode("gb18030")]


@cache
def _kept(folder: str) -> dict[str, bytes]:
    """The files of one folder of the sample city's data, as it was crawled."""
    found = {}
    with tarfile.open(next(BACKUPS.glob("*.tar.gz"))) as tar:
        for member in tar:
            content = tar.extractfile(member) if member.isfile() else None
            if content is not None and f"/{folder}/" in member.name and not member.name.endswith(".lock"):
                found[member.name.partition(f"/{folder}/")[2]] = content.read()
    return found


def _captures() -> Iterator[bytes]:
    """A page and what asked for it, of each site: as they lie, and unpacked."""
    captures = _kept("captures")
    for lines in _kept("landing").values():
        pages = [line for line in map(json.loads, lines.splitlines()) if line["status"] == 200]
        for landed in pages[:1]:
            member = captures[landed["warc"]][landed["warc_offset"] :]
            yield member[:20_000]
            yield gzip.decompress(member)[:20_000]
