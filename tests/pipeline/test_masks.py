"""Tests that texts are masked before they are landed, and once more when a line of other rules is read."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from pipeline.landing import LandingWriter, iter_landed
from pipeline.masks import MASKS, masked
from pipeline.records import Article, Landed, Post, Quote, ThreadPage, to_json
from tests.analysis.case import Case

NUMBER = "13977001234"
SAID = f"请打{NUMBER}找我"
FIELDS = ("title", "kicker", "subtitle", "byline", "source", "page", "column", "body")


def line(**more: object) -> Landed:
    at = "2017-10-09T12:00:00"
    return Landed(
        run="20171009T120000-000", site="paper", url="http://paper.test/1.html", fetched_at=at,
        kind="article", outcome="stored", **more,  # type: ignore[arg-type]
    )  # fmt: skip


def article(**texts: str) -> Article:
    whole = {"title": "冬修水利", "body": "市水利局部署冬修水利。"} | texts
    return Article(outlet="防城港日报", url="http://paper.test/1.html", published="2017-10-09", **whole)  # type: ignore[arg-type]


def thread(title: str = "路坏了", post: str | None = "没人管", quote: str = "同问") -> ThreadPage:
    posts = [
        Post(floor=1, author="网友-aaaaaaaa", time="2017-10-09T08:00:00", text=post),
        Post(floor=2, author=None, time=None, text=None, quote=Quote(author=None, text=quote)),
    ]
    return ThreadPage(
        forum="红豆社区",
        board="问政",
        tid="1",
        url="http://bbs.test/1",
        title=title,
        page=1,
        pages=1,
        posts=posts,
    )


PLANTED = [line(article=article(**{field: SAID})) for field in FIELDS]
PLANTED += [line(thread=thread(**{place: SAID})) for place in ("title", "post", "quote")]


@pytest.mark.parametrize("landed", PLANTED)
def test_every_text_of_a_line_is_masked_as_it_is_landed(tmp_path: Path, landed: Landed) -> None:
    writer = LandingWriter(tmp_path, "paper", landed.run)
    writer.add(landed)
    writer.close()
    ((_, _, read),) = iter_landed(tmp_path)
    assert NUMBER not in to_json(read).decode() and "请打〔电话〕找我" in to_json(read).decode()
    assert read == masked(landed) and read.masks == MASKS


@pytest.mark.parametrize("stamp", [None, "00000000"])
@pytest.mark.parametrize("landed", PLANTED)
def test_a_line_of_other_rules_is_masked_once_more(landed: Landed, stamp: str | None) -> None:
    found = masked(msgspec.structs.replace(landed, masks=stamp))
    assert NUMBER not in to_json(found).decode()
    assert found == masked(landed)


def test_a_line_that_these_rules_masked_is_not_looked_at_again() -> None:
    clean = masked(line(article=article(), thread=thread()))
    assert masked(clean) is clean
    assert clean.article == article() and clean.thread == thread()


def test_an_address_still_to_be_fetched_stays() -> None:
    told = f"→ http://paper.test/{NUMBER}.html"
    assert masked(line(detail=told)).detail == told


def test_a_build_masks_what_was_written_without(tmp_path: Path) -> None:
    case = Case(tmp_path)
    case.article("2017-10-09", f"热线：联系人手机{NUMBER}", name="x")
    case.thread("1", f"求助{NUMBER}", [("李四", "2017-10-09T08:00:00", SAID)], at="2017-10-09T09:00:00")
    landed = "".join(path.read_text("utf-8") for path in case.store.folder.glob("landing/*/*.jsonl"))
    assert landed.count(NUMBER) == 3, "the case writes its lines by hand"
    case.build()
    assert NUMBER.encode() not in case.warehouse.read_bytes()
