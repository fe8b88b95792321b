"""Whatever stands in a long text, the time of its tags grows with its length and not with its square.

Measured in seconds of this process, four times the length against the length, so that no clock of a machine
is asked: a quadratic step would take sixteen times as long.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from pipeline.city import load_city
from pipeline.tagging.items import ArticleItem, PostItem, Shelf, ThreadItem, ThreadPost
from pipeline.tagging.tagger import Tagger

TAGGER = Tagger(load_city())
SIZE = 10_000  # characters, and four times as many
MOST = 9.0  # times as long; 4 is linear, 16 quadratic, and a busy machine is neither
SHORT = 0.1  # seconds in which nothing can be told, and nothing need be

SHAPES = {
    "a unit": "市教育局",
    "a county": "上思县",
    "a bureau, and that bureau": "市教育局，该局。",
    "a list": "住建、水利等部门",
    "digits": "2018",
    "dotted digits": "1.",
    "brackets": "（",
    "quotes": "“",
    "books": "《",
    "a letter": "a",
    "line breaks": "\n",
    "a source": "来源：市水利局",
    "a speaker": "在市教育局",
    "a phone": "13800138000",
    "numbered lines": "一、\n",
    "a county's bureau": "东兴教育局",
    "a complaint": "投诉没人管！",
    "a strange city": "宁乡市教育局",
}


def _article(text: str) -> None:
    TAGGER.articles([ArticleItem(id="1", title="市教育局", body=text)])


def _title(text: str) -> None:
    TAGGER.articles([ArticleItem(id="1", title=text, body="市教育局召开会议。")])


def _byline(text: str) -> None:
    TAGGER.articles([ArticleItem(id="1", title="会议", body="市教育局开会。", byline=text, source=text)])


def _post(text: str) -> None:
    TAGGER.posts([PostItem(id="1", title=text, text=text)])


def _thread(text: str) -> None:
    floors = [ThreadPost(floor=1, text=text), ThreadPost(floor=2, text=text, is_registered_official=True)]
    thread = ThreadItem(id="1", title="投诉", posts=floors)
    TAGGER.threads([thread])
    TAGGER.followups([thread])


def _reprint(text: str) -> None:
    TAGGER.reprints(Shelf.of([ArticleItem(id=str(n), title="一", body=text[n:]) for n in range(3)]))


def _seconds(work: Callable[[str], None], text: str) -> float:
    begun = time.process_time()
    work(text)
    return time.process_time() - begun


@pytest.mark.parametrize("work", [_article, _title, _byline, _post, _thread, _reprint])
@pytest.mark.parametrize("shape", SHAPES)
def test_time_grows_with_the_length(work: Callable[[str], None], shape: str) -> None:
    fill = SHAPES[shape]
    one, four = fill * (SIZE // len(fill)), fill * (4 * SIZE // len(fill))
    for _ in range(3):  # the best of three: a neighbour may take the machine's cache
        long = _seconds(work, four)
        if long < SHORT or long < MOST * _seconds(work, one):
            return
    pytest.fail(f"{shape}: {long:.2f} s for {len(four)} characters, more than {MOST} times that of a quarter")


def test_thousands_of_places_before_a_bureau() -> None:
    """Each place is another: what is counted of each must not be the whole text."""
    places = [chr(0x4E00 + n // 50) + chr(0x5E00 + n % 50) for n in range(8_000)]
    one, four = ("".join(f"{p}市教育局" for p in places[:count]) for count in (2_000, 8_000))
    times = [(_seconds(_article, one), _seconds(_article, four)) for _ in range(3)]
    assert min(long / short for short, long in times) < MOST
