"""One article as it is shown: why each unit that it names stands where it stands, and where the words are."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from analysis.article import load_article
from analysis.warehouse import open_warehouse
from tests.analysis.case import Case
from tests.analysis.test_corrections import correct


def test_units_that_are_exposed_or_mentioned_have_a_reason_and_a_mark(tmp_path: Path) -> None:
    case = Case(tmp_path)
    url = case.article("2017-10-08", "[市水利局:subject] [exposed=市环保局] [mentions=市教育局]")
    case.build()
    con = open_warehouse(case.warehouse)
    shown = load_article(con, url)
    con.close()
    assert shown is not None
    assert shown.mentions == {"市教育局": "标记"}
    exposed = next(tag for tag in shown.tags if tag.key == "exposed")
    assert (exposed.value, exposed.why, exposed.confidence) == (["市环保局"], "标记", 0.8)
    marks = [(piece.text, piece.says) for piece in shown.texts["body"] if piece.says]
    assert marks == [
        ("[市水利局:subject]", "市水利局：标记"),
        ("[exposed=市环保局]", "被曝光：标记"),
        ("[mentions=市教育局]", "提及：标记"),
    ]  # what rests on all of the text marks no passage


def test_who_is_credited_or_exposed_by_a_person_is_no_mention(tmp_path: Path) -> None:
    case = Case(tmp_path)
    url = case.article(
        "2017-10-08", "[市水利局:subject] [mentions=市教育局] [mentions=市环保局] [mentions=市海洋局]"
    )
    case.build()
    said = {"credits": [{"unit": "市水利局"}, {"unit": "市教育局"}], "exposed": ["市环保局"]}
    correct(case, url, "2017-10-09T09:00", **said)
    con = open_warehouse(case.warehouse)
    before = load_article(con, url, known_by=dt.date(2017, 10, 8))
    case.build()
    after = load_article(open_warehouse(case.warehouse), url)
    con.close()
    assert before is not None and set(before.mentions) == {"市教育局", "市环保局", "市海洋局"}
    assert after is not None and set(after.mentions) == {"市海洋局"}
