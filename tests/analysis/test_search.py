"""Full-text search: what is found, as of when, by which filters; and that no question breaks it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import search_hits as of_hits
from analysis.search import ArticleFilter, find_articles, find_threads
from analysis.search_hits import Hits, NoSearchIndex, hits_notice, search_hits
from analysis.search_query import MAX_CHARS, SearchError, parse_query
from analysis.search_text import marked, passage
from analysis.warehouse import Connection, open_warehouse
from pipeline.search_index import update_index
from pipeline.search_parts import index_path
from tests.analysis.case import Case

DAY = dt.date(2017, 12, 31)


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Connection, Path]]:
    case = Case(tmp_path_factory.mktemp("search"))
    case.article(
        "2017-10-09", "[市水利局:subject][topic=生态建设] 市水利局部署冬修水利工作。", title="冬修开工"
    )
    case.article("2017-10-20", "[市教育局:byline][same=k] 教育扶贫见成效，水利工程招标。", title="扶贫")
    case.article(
        "2017-10-21", "[市教育局:byline][same=k] 教育扶贫见成效，水利工程招标。", site="gov", title="扶贫"
    )
    case.article("2017-11-01", "[exposed=市住建委][form=曝光] 和服务窗口无人。", title="曝光：窗口")
    case.article("2017-11-05", "旧文字。", name="v", at="2017-11-05T12:00:00")
    case.article("2017-11-05", "改成了新文字。", name="v", at="2017-11-09T12:00:00")
    posts = [("u1", "2017-11-20 10:00:00", "河边全是垃圾"), ("u2", "2017-12-05 10:00:00", "垃圾清了吗")]
    case.thread("1", "[投诉:市水利局] 河道无人管", posts, at="2017-12-06T08:00:00")
    case.build()
    update_index(case.warehouse)
    con = open_warehouse(case.warehouse)
    yield con, index_path(case.warehouse)
    con.close()


def titles(asked: tuple[Connection, Path], words: str, day: dt.date = DAY, **wanted: object) -> list[str]:
    return [row.title for row in find_articles(*asked, words, ArticleFilter(**wanted), day).rows]  # type: ignore[arg-type]


def test_words_phrases_and_operators(asked: tuple[Connection, Path]) -> None:
    assert titles(asked, "水利") == ["冬修开工", "扶贫", "扶贫"]
    assert titles(asked, "水利 NOT 招标") == titles(asked, "水利 -招标") == ["冬修开工"]
    assert titles(asked, "冬修 OR 窗口") and set(titles(asked, "冬修 OR 窗口")) == {"冬修开工", "曝光：窗口"}
    assert titles(asked, "(冬修 OR 扶贫) AND 部署") == ["冬修开工"]
    assert titles(asked, "“部署冬修水利”") == ["冬修开工"] == titles(asked, '"部署冬修')
    assert titles(asked, "“水利部署”") == []


def test_a_phrase_is_found_wherever_words_begin_and_a_word_is_not_part_of_others(
    asked: tuple[Connection, Path],
) -> None:
    assert titles(asked, "“务窗口”") == ["曝光：窗口"]
    found = find_articles(*asked, "和服", ArticleFilter(), DAY)
    # No word 和服 anywhere: by characters, and it says so.
    assert found.hits is not None and found.hits.is_by_chars


def test_filters_and_groups_of_reprints(asked: tuple[Connection, Path]) -> None:
    assert titles(asked, "", unit="市水利局") == ["冬修开工"]
    assert titles(asked, "", unit="市教育局", role="subject") == []
    assert titles(asked, "", role="exposed") == titles(asked, "", form="曝光") == ["曝光：窗口"]
    assert titles(asked, "", scope="市住建委") == ["曝光：窗口"]
    assert titles(asked, "", topic="生态建设") == ["冬修开工"]
    assert titles(asked, "", start=dt.date(2017, 11, 1)) == ["一条消息", "曝光：窗口"]
    first = find_articles(*asked, "扶贫", ArticleFilter(copies="first"), DAY)
    assert first.total == 1 and [copy["is_first"] for copy in first.rows[0].copies] == [True, False]
    assert first.rows[0].outlet == "防城港日报"


def test_a_past_day_finds_what_was_there_and_known(asked: tuple[Connection, Path]) -> None:
    assert titles(asked, "水利", dt.date(2017, 10, 10)) == ["冬修开工"]
    con, index = asked
    early = find_articles(con, index, "旧文字", ArticleFilter(), DAY, dt.date(2017, 11, 6))
    late = find_articles(con, index, "旧文字", ArticleFilter(), DAY, dt.date(2017, 11, 10))
    assert [row.title for row in early.rows] == ["一条消息"] and late.rows == []
    assert titles(asked, "新文字") == ["一条消息"]


def test_posts_of_threads(asked: tuple[Connection, Path]) -> None:
    con, index = asked
    found = find_threads(con, index, "垃圾", DAY)
    assert [(row.floor, row.hit_count) for row in found.rows] == [(1, 2)] or found.rows[0].hit_count == 2
    assert find_threads(con, index, "垃圾", dt.date(2017, 11, 21)).rows[0].hit_count == 1
    assert find_threads(con, index, "河道", DAY).total == 1  # the title
    assert find_threads(con, index, "垃圾", DAY, only=[]).total == 0


def test_pages_of_a_list_and_order(asked: tuple[Connection, Path]) -> None:
    con, index = asked
    everything = find_articles(con, index, "", ArticleFilter(), DAY)
    assert everything.total == 5 and everything.hits is None
    second = find_articles(con, index, "", ArticleFilter(), DAY, limit=2, offset=2)
    assert second.total == 5 and second.rows == everything.rows[2:4]
    oldest = find_articles(con, index, "", ArticleFilter(), DAY, sort="oldest")
    assert [row.published_at for row in oldest.rows] == sorted(row.published_at for row in everything.rows)  # type: ignore[type-var]


def test_marks_are_places_in_the_text_never_markup() -> None:
    text = "<b>水利局</b>与教育局"
    assert "".join(piece for piece, _ in marked(text, ["水利局"])) == text
    assert [piece for piece, is_marked in marked(text, ["水利局", "水利"]) if is_marked] == ["水利局"]
    long = "开头" * 200 + "水利" + "结尾" * 200
    assert [p for p, is_marked in passage(long, ["水利"]) if is_marked] == ["水利"]


def test_what_cannot_be_asked_is_told(asked: tuple[Connection, Path], tmp_path: Path) -> None:
    for words in ("", '"', "()", "AND OR NOT", "NOT 水利", "-水利", "，。", "“”"):
        with pytest.raises(SearchError):
            parse_query(words)
    with pytest.raises(SearchError, match="太长"):
        parse_query("水" * 10_000)
    with pytest.raises(NoSearchIndex, match="gangqing build"):
        find_articles(asked[0], tmp_path / "none", "水利", ArticleFilter(), DAY)


SYNTAX = st.text(st.sampled_from(list("水利a1\"“”()*^:{}-+. \0\n'\\;%_NEAROTD，")), max_size=MAX_CHARS)


@given(st.one_of(SYNTAX, st.text(max_size=MAX_CHARS + 5)))
def test_no_question_breaks_the_index(asked: tuple[Connection, Path], words: str) -> None:
    """A result or a message, whatever is typed."""
    try:
        query = parse_query(words)
    except SearchError as error:
        assert str(error)
        return
    hits = search_hits(asked[1], query, "article")
    assert len(hits.refs) == len(hits.parts) == len(hits.scores)


def test_the_same_words_are_looked_up_once_until_the_index_is_another(asked, monkeypatch) -> None:
    looked: list[str] = []
    look = of_hits.search_hits

    def counted(index, query, *rest):
        looked.append(query.by_words)
        return look(index, query, *rest)

    monkeypatch.setattr(of_hits, "search_hits", counted)
    of_hits._kept_hits.cache_clear()
    con, index = asked[0], asked[1]
    day = dt.date(2018, 2, 26)
    first = find_articles(con, index, "水利", ArticleFilter(), day, limit=1)
    second = find_articles(con, index, "水利", ArticleFilter(), day, limit=1, offset=1)
    assert first.total == second.total > 1 and first.rows != second.rows
    assert len(looked) == 1
    index.touch()
    find_articles(con, index, "水利", ArticleFilter(), day)
    find_articles(con, index, "水利", ArticleFilter(), dt.date(2017, 10, 1))
    assert len(looked) == 3


def test_texts_that_were_deleted_take_nobody_s_place_among_the_best(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = Case(tmp_path)
    for day in range(1, 13):
        case.article(f"2017-10-{day:02d}", "水利工程", name=f"a{day}")
    case.build()
    update_index(case.warehouse)
    index, query = index_path(case.warehouse), parse_query("水利")
    assert len(search_hits(index, query, "article").refs) == 12
    for landed in sorted(case.store.landing.rglob("*.jsonl"))[:8]:  # as where they were lost
        landed.unlink()
    case.build()
    update_index(case.warehouse)
    monkeypatch.setattr(of_hits, "MAX_HITS", 3)
    hits = search_hits(index, query, "article")
    assert (len(hits.refs), hits.is_cut) == (3, True)
    monkeypatch.setattr(of_hits, "MAX_HITS", 4)
    hits = search_hits(index, query, "article")
    assert (len(set(hits.refs)), hits.is_cut) == (4, False)


def test_of_too_many_the_titles_come_first_and_then_the_newest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = Case(tmp_path)
    for day in range(1, 13):
        title = "水利建设" if day in (4, 11) else "一条消息"
        case.article(f"2017-10-{day:02d}", f"第{day}天：水利工程。", name=f"a{day}", title=title)
    case.build()
    update_index(case.warehouse)
    index, query = index_path(case.warehouse), parse_query("水利")
    con = open_warehouse(case.warehouse)

    day_of = dict(con.execute("SELECT article_id, DAY(published_at) FROM article_now").fetchall())

    def days(hits: Hits) -> list[int]:
        return [day_of[ref] for ref in hits.refs]

    ranked = search_hits(index, query, "article")
    assert not ranked.is_by_day and len(ranked.refs) == 12 and hits_notice(ranked) == ""
    monkeypatch.setattr(of_hits, "MAX_HITS", 5)
    hits = search_hits(index, query, "article")
    assert (days(hits), hits.is_cut, hits.is_by_day) == ([11, 12, 10, 9, 8], True, True)
    assert hits.scores == sorted(hits.scores) and "新近的 5 段" in hits_notice(hits)
    early = search_hits(index, query, "article", as_of=dt.date(2017, 10, 6))
    assert (days(early), early.is_cut) == ([4, 6, 5, 3, 2], True)
    newest = search_hits(index, query, "article", "newest")
    assert (days(newest), newest.is_cut, newest.is_by_day) == ([12, 11, 10, 9, 8], True, False)
    assert days(search_hits(index, query, "article", "oldest")) == [1, 2, 3, 4, 5]
    assert days(search_hits(index, parse_query("水利 NOT 建设"), "article")) == [12, 10, 9, 8, 7]
    phrase = search_hits(index, parse_query("“水利”"), "article")  # of a body it says nothing about the title
    assert days(phrase) == [11, 12, 10, 9, 8] and phrase.is_by_day
    few = search_hits(index, query, "article", as_of=dt.date(2017, 10, 3))
    assert (days(few), few.is_cut, few.is_by_day) == ([3, 2, 1], False, True)
    assert "不按相关程度排" in hits_notice(few)
    con.close()
