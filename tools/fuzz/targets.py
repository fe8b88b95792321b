"""Owns what is fuzzed: each parser, tagger and reader that meets text from outside, and what must hold of it.

A target takes bytes. It may raise only what it declares; whatever it returns must keep its contract.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import gzip
import io
import tempfile
import zipfile
from collections import defaultdict
from collections.abc import Callable
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NOW = dt.datetime.fromisoformat("2017-10-20T09:30:00")
ADDRESSES = (
    "http://x.cn/",
    "http://x.cn/forum.php?mod=viewthread&tid=9&page=2",
    "http://x.cn/forum-2-3.html",
    "http://x.cn/html/2017-10/09/content_7.htm?div=-1",
    "http://x.cn/html/2017-10/09/node_2.htm",
    "http://x.cn/zx/t20171009_1.shtml",
    "http://hongdou.gxnews.com.cn/viewthread-5-2.html",
    "https://mp.weixin.qq.com/s/abc",
)
Target = Callable[[bytes], None]


def text_of(data: bytes) -> str:
    """Text as it comes in: no half of a surrogate pair gets through a record, so none is tried."""
    return data.decode("utf-8", "replace").replace("\r", "")


def _platform(name: str) -> Target:
    def run(data: bytes) -> None:
        from crawlers.page import Page
        from crawlers.platforms import PLATFORMS
        from pipeline.records import Parsed, from_json, to_json

        if not data:
            return
        page = Page(url=ADDRESSES[data[0] % len(ADDRESSES)], body=data[1:], fetched_at=NOW, status=200)
        parsed = PLATFORMS[name].parse(page)
        assert from_json(to_json(parsed), Parsed) == parsed
        assert (parsed.article is not None) <= (parsed.outcome in ("stored", "no_date"))

    return run


def masks(data: bytes) -> None:
    from pipeline.privacy import mask_personal

    text = text_of(data)
    masked = mask_personal(text)
    assert mask_personal(masked) == masked, "masking twice is not masking once"
    for number in ("13877012345", "450602198001011234"):
        assert mask_personal(f"，{number}。{text}").startswith("，〔")


@cache
def _tagger():  # type: ignore[no-untyped-def]
    from pipeline.city import load_city
    from pipeline.tagging.tagger import Tagger

    return Tagger(load_city(ROOT / "city"))


def tag_article(data: bytes) -> None:
    from pipeline.records import ArticleTags, from_json, to_json
    from pipeline.tagging.items import ArticleItem

    title, _, body = text_of(data).partition("\n")
    known = {unit.short for unit in _tagger().city.units}
    [tags] = _tagger().articles([ArticleItem(id="a", title=title, body=body, outlet="防城港日报")])
    assert from_json(to_json(tags), ArticleTags) == tags
    assert {credit.unit for credit in tags.credits} <= known
    assert len({credit.unit for credit in tags.credits}) == len(tags.credits), "one credit per unit and piece"


def tag_thread(data: bytes) -> None:
    from pipeline.records import ThreadTags, from_json, to_json
    from pipeline.tagging.items import ThreadItem, ThreadPost

    title, *texts = text_of(data).split("\n")
    posts = [
        ThreadPost(floor=n, author=f"u{n % 3}", is_registered_official=n % 3 == 2, text=text)
        for n, text in enumerate(texts[:30] or [""], 1)
    ]
    item = ThreadItem(id="t", title=title, forum="防城港人论坛", posts=posts)
    [tags] = _tagger().threads([item])
    assert from_json(to_json(tags), ThreadTags) == tags
    floors = {post.floor for post in posts} | {None}
    assert {tags.first_response_floor, tags.answer_floor} <= floors
    _tagger().followups([item])


def tag_post(data: bytes) -> None:
    from pipeline.tagging.items import PostItem

    [tags] = _tagger().posts([PostItem(id="p", text=text_of(data))])
    assert -1 <= tags.sentiment_score <= 1


def search_query(data: bytes) -> None:
    from analysis.search_query import SearchError, parse_query

    with contextlib.suppress(SearchError):
        parse_query(text_of(data))


def times(data: bytes) -> None:
    from crawlers.dates import parse_time

    found = parse_time(text_of(data), NOW)
    assert found is None or dt.datetime.fromisoformat(found)


def extract(data: bytes) -> None:
    from crawlers.text import clean_lines, cut_edges

    text = text_of(data)
    kept, cut = cut_edges(clean_lines(text), text[:20])
    assert len(kept) + len(cut) <= len(text) + 2000


def landed_line(data: bytes) -> None:
    from pipeline.load_landing import load_landed
    from pipeline.privacy import mask_personal
    from pipeline.records import Landed, RecordError, from_json, to_json

    try:
        found = from_json(data, Landed)
    except RecordError:
        return
    assert from_json(to_json(found), Landed) == found
    rows: defaultdict[str, list[dict[str, object]]] = defaultdict(list)
    load_landed(rows, "s/r.jsonl", len(data), found, b"0" * 32)
    assert len(rows["page_fetch"]) == 1
    assert len(rows["article_version"]) == (found.article is not None)
    texts = [row["text"] for row in rows["thread_post_version"]]
    texts += [row[name] for row in rows["article_version"] for name in ("title", "body")]
    assert all(mask_personal(text) == text for text in texts if isinstance(text, str))
    floors = [row["floor"] for row in rows["thread_post_version"]]
    assert len(set(floors)) == len(floors), "a floor of a page is loaded once"


def decision_line(data: bytes) -> None:
    from pipeline.decisions import DecisionError, load_decisions

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "2017.jsonl").write_bytes(data)
        with contextlib.suppress(DecisionError):
            list(load_decisions(Path(folder)))


@cache
def workbook() -> bytes:
    """The template of an import, with a line that a person wrote."""
    import openpyxl

    from analysis.imports import kinds
    from analysis.imports.template import excel_template
    from pipeline.city import load_city
    from pipeline.load_plan import load_plan

    city = load_city(ROOT / "city")
    plan = load_plan(city)
    assert plan is not None
    book = openpyxl.load_workbook(io.BytesIO(excel_template(city, plan)))
    written = {
        kinds.KIND: "报纸",
        kinds.UNIT: "市水利局",
        kinds.DAY: dt.date(2017, 10, 12),
        kinds.TITLE: "冬修水利",
    }
    for column, heading in enumerate(kinds.HEADINGS, 1):
        book.worksheets[0].cell(2, column, written.get(heading))
    filled = io.BytesIO()
    book.save(filled)
    return filled.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def with_sheet(content: bytes) -> bytes:
    """The workbook with this in the place of its table: so much of a zip's bytes is its checksums that few
    changes of them would reach the table."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook())) as book, zipfile.ZipFile(packed, "w") as changed:
        for part in book.infolist():
            changed.writestr(part.filename, content if part.filename == SHEET else book.read(part))
    return packed.getvalue()


def sheet(data: bytes) -> None:
    from analysis.imports import kinds
    from analysis.imports.package import SheetError
    from analysis.imports.sheet import MAX_ROWS, read_sheet

    for content in (data, with_sheet(data)) if data.startswith(b"<") else (data,):
        name = "x.xlsx" if content.startswith(b"PK") else "x.csv"
        try:
            rows = read_sheet(content, name, kinds.HEADINGS, kinds.NEEDED)
        except SheetError:
            continue
        assert 0 < len(rows) <= MAX_ROWS
        assert {heading for row in rows for heading in row.cells} <= {*kinds.HEADINGS, ""}


def capture(data: bytes) -> None:
    from pipeline.captures import CaptureError, end_of_members, read_capture

    if not data.startswith(b"\x1f\x8b"):  # what a member holds: changes of packed bytes end at its checksum
        data = gzip.compress(data, 1)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "captures" / "s" / "r.warc.gz"
        path.parent.mkdir(parents=True)
        path.write_bytes(data)
        with contextlib.suppress(CaptureError):
            read_capture(Path(folder), "s/r.warc.gz", 0)
        assert end_of_members(path) <= len(data)


def backup(data: bytes) -> None:
    from pipeline.archive import BackupError
    from pipeline.backup import check_backup

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "b"
        path.write_bytes(data)
        with contextlib.suppress(BackupError):
            check_backup(path)


def names(data: bytes) -> None:
    from pipeline.attachments import plain_name

    found = plain_name(text_of(data))
    assert found and len(found) <= 100 and "/" not in found and "\\" not in found


TARGETS: dict[str, Target] = {
    **{
        f"parse-{name}": _platform(name)
        for name in ("discuz", "hongdou", "founder", "trs", "wechat", "feed", "general")
    },
    "tag-article": tag_article,
    "tag-thread": tag_thread,
    "tag-post": tag_post,
    "mask": masks,
    "extract": extract,
    "times": times,
    "search-query": search_query,
    "import-sheet": sheet,
    "landed-line": landed_line,
    "decision-line": decision_line,
    "capture": capture,
    "backup": backup,
    "names": names,
}
