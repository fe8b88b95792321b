"""One article as it is shown: why each unit that it names stands where it stands, and where the words are."""

from __future__ import annotations

from pathlib import Path

from analysis.article import load_article
from analysis.warehouse import open_warehouse
from tests.analysis.case import Case


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
