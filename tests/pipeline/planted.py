"""Owns a city in whose forum names and numbers of persons are planted, and what is looked for of them."""

from __future__ import annotations

import datetime as dt
import hashlib
import unicodedata
from pathlib import Path

import msgspec

from crawlers.anonymise import Anonymiser
from pipeline.captures import Exchange
from pipeline.landing import LandingWriter
from pipeline.records import Article, Landed, Post, Quote, ThreadPage
from tests.analysis.case import FORUM, PAPER, Case

SAID = "河道垃圾没人清理"  # what the planted posts say beside the names and numbers
TITLE = "河道垃圾 电话〔电话〕"  # how their titles read when masked
NAMES = ("江山老渔民", "hai_1987", "追浪的阿樱")
NUMBERS = {  # as it is found → as it is spelled
    "13877012345": "电话13877012345",
    "一三八七七零一二三四六": "打一三八七七零一二三四六",
    "138_7701_2347": "138_7701_2347",
    "450602198001011234": "身份证450602198001011234",
    "6228480402564890018": "卡号6228480402564890018",
    "87654321": "加扣:87654321",
    "wei.mou@example.com": "写信wei.mou@example.com",
    "wei_mou88": "加微信 wei_mou88",
    "2822345": "座机0770-2822345",
    "13977012345": "１３９７７０１２３４５",
}


def planted(tid: str, day: str) -> ThreadPage:
    """A thread as a parser gives it, before anything is changed."""
    spelled = list(NUMBERS.values())
    said = [
        (NAMES[0], "河道垃圾没人清理，" + "，".join(spelled[:5]), None),
        (
            NAMES[1],
            f"回复 {NAMES[0]}：我也看到了，" + "，".join(spelled[5:]),
            Quote(author=NAMES[0], text=f"河道垃圾没人清理，{spelled[0]}"),
        ),
        ("防城港水利", f"@{NAMES[0]} 答复：请{NAMES[2]}也来电。", None),
        (NAMES[2], "解决了", None),
    ]
    posts = [
        Post(floor=floor, author=author, time=f"{day}T1{floor}:00:00", text=text, quote=quote)
        for floor, (author, text, quote) in enumerate(said, 1)
    ]
    return ThreadPage(
        forum=FORUM,
        board="民生",
        tid=tid,
        url=f"http://bbs.test/thread-{tid}-1.html",
        title=f"[投诉:市水利局] 河道垃圾 {spelled[0]}",
        page=1,
        pages=1,
        posts=posts,
    )


def planted_case(folder: Path) -> Case:
    """A city whose forum was crawled on three days, as the crawl lands it."""
    made = Case(folder)
    made.edition("2017-10-09")
    for number, day in enumerate(("2017-10-09", "2017-11-09", "2018-02-20")):
        land_threads(made, [planted(str(number), day)], day)
    made.build()
    return made


def unanswered(tid: str, day: str) -> ThreadPage:
    """The same without the floors of an authority and what came after: it waits for its answer."""
    whole = planted(tid, day)
    return msgspec.structs.replace(whole, posts=whole.posts[:2])


def land_threads(case: Case, threads: list[ThreadPage], day: str, hour: int = 18) -> None:
    """Land threads in one run, each with its raw page."""
    anonymiser = Anonymiser.of(FORUM, case.city, b"0" * 32)
    at = dt.datetime.fromisoformat(f"{day}T{hour}:00:00")
    _land(case, "bbs", at, [(_raw(thread), anonymiser.thread(thread)) for thread in threads])


def land_piece(case: Case, day: str) -> None:
    """Land an article of the paper that counts for a unit, with its capture."""
    body = "[市水利局:subject][column] 冬修水利开工。"
    url = f"http://paper.test/{day}-1.html"
    piece = Article(outlet=PAPER, url=url, title="市水利局部署冬修水利", body=body, published=day)
    _land(case, "paper", dt.datetime.fromisoformat(f"{day}T12:00:00"), [(body.encode(), piece)])


def _raw(thread: ThreadPage) -> bytes:
    return f"<html>{[(post.author, post.text) for post in thread.posts]}</html>".encode()


def _land(case: Case, site: str, at: dt.datetime, pages: list[tuple[bytes, Article | ThreadPage]]) -> None:
    run = f"{at:%Y%m%dT%H%M%S}-000"
    writer = LandingWriter(case.store.folder, site, run)
    for raw, record in pages:
        landed = Landed(
            run=run,
            site=site,
            url=record.url,
            fetched_at=at.isoformat(),
            kind="article" if isinstance(record, Article) else "thread",
            outcome="stored",
            sha256=hashlib.sha256(raw).hexdigest(),
            article=record if isinstance(record, Article) else None,
            thread=None if isinstance(record, Article) else record,
        )
        writer.add(landed, Exchange(record.url, at, 200, [("Content-Type", "text/html; charset=utf-8")], raw))
    writer.close()


def shown(text: str) -> list[str]:
    """What of the planted data stands in a text."""
    plain = unicodedata.normalize("NFKC", text)  # whatever the width
    return [each for each in (*NUMBERS, *NAMES) if each in plain]
