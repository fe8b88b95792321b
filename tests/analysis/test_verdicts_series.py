"""Verdicts on weeks, series, notes, the month of emphasis and honours, their truth computed by hand."""

from __future__ import annotations

from analysis.plan import weeks
from tests.analysis.judged import PLAN, day, fact, rows, silent


def test_weeks_are_calendar_weeks_cut_to_the_window() -> None:
    assert list(weeks(day("2017-09-27"), day("2017-10-09"))) == [
        (day("2017-09-27"), day("2017-10-01")),
        (day("2017-10-02"), day("2017-10-08")),
        (day("2017-10-09"), day("2017-10-09")),
    ]


def test_weekly_names_the_missing_weeks_and_not_the_running_one() -> None:
    facts = [fact("2017-09-26"), fact("2017-10-10"), fact("2017-10-11")]
    row = rows("m03", "2017-10-18", facts)["全市"]
    assert row.missing == ["2017-10-02—2017-10-08"]
    assert (row.verdict, row.done_count, row.needed_count, row.missing_count) == ("未达标", 2, 3, 1)
    assert rows("m03", "2017-10-07", facts)["全市"].verdict == "达标"
    assert rows("m03", "2017-10-22", facts)["全市"].missing[-1] == "2017-10-16—2017-10-22"


def test_weekly_unknown_only_where_every_missing_week_was_silent() -> None:
    facts = [fact("2017-09-26"), fact("2017-10-10")]
    quiet = silent("2017-10-03", "2017-10-04")
    assert rows("m03", "2017-10-18", facts, [quiet])["全市"].verdict == "无法判定"
    assert rows("m03", "2017-10-22", facts, [quiet])["全市"].verdict == "未达标"


def test_a_silent_week_is_told_beside_the_missing_ones_and_not_among_them() -> None:
    facts = [fact("2017-09-26")]
    row = rows("m03", "2017-10-15", facts, [silent("2017-10-03", "2017-10-04")])["全市"]
    assert (row.verdict, row.missing_count, row.unsure_count) == ("未达标", 1, 1)
    assert row.missing == ["2017-10-02—2017-10-08？", "2017-10-09—2017-10-15"]
    assert row.note is not None and "缺 1 周，另 1 周来源静默、无法判定" in row.note
    dark = rows("m03", "2017-10-08", facts, [silent("2017-10-03", "2017-10-04")])["全市"]
    assert (dark.verdict, dark.missing_count, dark.unsure_count) == ("无法判定", 1, 0)


def test_paper_answers_for_its_own_weeks() -> None:
    facts = [fact("2017-09-26", "上思县"), fact("2017-10-11")]
    row = rows("m03", "2017-10-18", facts)["防城港日报社"]
    assert (row.verdict, row.missing, row.done_count) == ("未达标", ["2017-10-02—2017-10-08"], 2)
    quiet = silent("2017-10-03", "2017-10-04")
    assert rows("m03", "2017-10-18", facts, [quiet])["防城港日报社"].verdict == "无法判定"
    assert rows("m03", "2017-10-18", [*facts, fact("2017-10-03")])["防城港日报社"].verdict == "达标"


def test_series_of_seven_topics() -> None:
    facts = [
        fact("2017-11-01", "市发改委", topic="经济建设", form="综述"),
        fact("2017-11-02", "市林业局", topic="生态建设", form="综述"),
        fact("2017-11-03", "市文化委", topic="文化建设", form="报道"),  # no round-up
    ]
    for task in ("m07", "a4"):
        found = rows(task, "2018-02-28", facts)
        assert found["全市"].missing == ["社会建设", "文化建设", "法治建设", "全面深化改革", "从严治党"]
        assert (found["全市"].done_count, found["全市"].needed_count) == (2, 7)
        assert found["市发改委"].verdict == "达标"
        assert found["市文化委"].missing == ["文化建设"]
    assert "市环保局" not in rows("m07", "2018-02-28", facts)
    assert rows("a4", "2018-02-28", facts)["市环保局"].verdict == "未达标"


def test_eleven_indicators() -> None:
    facts = [
        fact("2017-12-05", "市水利局", indicator="水资源管理"),
        fact("2017-12-06", "市教育局", indicator="扶贫"),  # another's indicator
        fact("2017-11-05", "市住建委", indicator="城乡建设"),  # before the window
    ]
    for task in ("m11", "a5"):
        found = rows(task, "2018-02-28", facts)
        assert len(found["全市"].missing) == 9 and found["全市"].needed_count == 11
        assert found["市水利局"].verdict == "达标"
        assert found["市教育局"].missing == ["教育"]
        assert found["市市政局"].missing == ["污染减排"]
        assert found["市住建委"].verdict == "未达标"
    assert PLAN.indicator("扶贫攻坚") == "扶贫"


def test_a_paper_carries_the_indicators_by_a_piece_on_one_of_them() -> None:
    weather = fact("2017-12-05")  # of no indicator
    row = rows("m11", "2018-02-28", [weather])["防城港日报社"]
    assert (row.verdict, row.done_count) == ("未达标", 0)
    row = rows("m11", "2018-02-28", [weather, fact("2017-12-06", indicator="扶贫")])["防城港日报社"]
    assert (row.verdict, row.done_count) == ("达标", 1)


def test_every_piece_of_january_and_february_begins_with_the_note() -> None:
    good = fact("2018-01-09", has_editor_note=True)
    bare = fact("2018-01-10", title="无按语")
    outside = fact("2017-12-30")
    assert rows("m12", "2018-02-28", [good, outside])["全市"].verdict == "达标"
    row = rows("m12", "2018-02-28", [good, bare], [silent("2018-01-20", "2018-01-21")])["全市"]
    assert (row.verdict, row.missing, row.missing_count) == ("未达标", ["2018-01-10 无按语"], 1)
    assert rows("m12", "2018-02-28", [])["全市"].verdict == "未达标"
    assert rows("m12", "2018-02-28", [], [silent("2018-01-20", "2018-01-21")])["全市"].verdict == "无法判定"


def test_each_printing_begins_with_the_note_wherever_its_story_was_first_told() -> None:
    again = {"story_id": "s", "is_first": False, "title": "再登", "story_first_day": day("2018-01-03")}
    first = fact("2018-01-03", name="s", has_editor_note=True)
    row = rows("m12", "2018-01-20", [first, fact("2018-01-15", **again)])["全市"]
    assert (row.verdict, row.missing, row.needed_count) == ("未达标", ["2018-01-15 再登"], 2)
    old = fact("2018-01-02", title="网上先发", story_id="w", story_first_day=day("2017-12-31"))
    assert rows("m12", "2018-01-10", [old])["全市"].missing == ["2018-01-02 网上先发"]
    layouts = [fact("2018-01-03", **again | {"title": "版面"}), first]  # one printing, read in two layouts
    row = rows("m12", "2018-01-20", layouts)["全市"]
    assert (row.verdict, row.needed_count) == ("达标", 1)


def test_december_is_the_month_of_emphasis() -> None:
    october = fact("2017-10-09", "上思县", words=["整改"])
    december = fact("2017-12-09", "上思县", words=["整改"])
    assert rows("a1", "2017-11-30", [october])["上思县"].verdict == "达标"
    assert rows("a1", "2017-12-01", [october])["上思县"].missing == ["2017-12 重点宣传"]  # from its first day
    assert rows("m06", "2017-12-31", [october])["上思县"].missing == ["2017-12 重点宣传"]
    assert rows("m06", "2017-12-31", [october, december])["上思县"].verdict == "达标"
    portal = fact("2017-12-09", "上思县", words=["整改"], outlet_class="portal")
    assert rows("m06", "2017-12-31", [october, portal])["上思县"].verdict == "未达标"
    row = rows("a1", "2018-01-05", [october])["上思县"]
    assert (row.verdict, row.missing) == ("未达标", ["2017-12 重点宣传"])
    assert (row.days_left, row.window_end) == (0, day("2017-12-31"))  # no later piece makes up for it
    never = rows("a1", "2018-01-05", [])["上思县"]
    assert (never.days_left, never.note) == (0, "2017-12 刊发 0 篇；全期另缺 1 篇，2018-02-28 前可补")
    over = rows("m06", "2018-01-05", [])["上思县"]
    assert over.note == "2017-12 刊发 0 篇；全期另缺 1 篇"  # the term is over: nothing makes up for it
    assert (
        rows("a1", "2017-12-20", [october])["上思县"].days_left == 11
    )  # December's piece is due by the 31st
    assert rows("a1", "2018-01-05", [october, december])["上思县"].verdict == "达标"
    assert (
        rows("a1", "2018-01-05", [october], [silent("2017-12-03", "2017-12-03")])["上思县"].verdict
        == "无法判定"
    )
    assert (
        rows("a1", "2018-01-05", [october], [silent("2017-11-03", "2017-11-03")])["上思县"].verdict
        == "未达标"
    )


def test_the_social_evaluations_announcement_is_no_report_of_what_was_put_right() -> None:
    about = {"words": ["整改"], "form": "公告", "outlet_class": "gov", "is_plan_column": False}
    announced = fact("2017-10-11", "市政府办", title_words=["社会评价"], **about)
    named = fact("2017-10-12", "市政府办", title_words=["社会评价", "整改"], **about)
    for task in ("m06", "a1"):
        assert rows(task, "2017-10-31", [announced])["市政府办"].done_count == 0
        assert rows(task, "2017-10-31", [announced, named])["市政府办"].done_count == 1


def test_what_december_lacks_is_told_by_december_alone() -> None:
    october, gap = fact("2017-10-09", "上思县", words=["整改"]), silent("2017-11-06", "2017-11-10")
    for task in ("m06", "a1"):
        before = rows(task, "2017-11-30", [october], [gap])
        assert (before["上思县"].verdict, before["港口区"].verdict) == ("达标", "无法判定")
        assert before["上思县"].note == "2017-12 重点宣传自 2017-12-01 起另计"
        running = rows(task, "2017-12-15", [october], [gap])
        for unit in ("上思县", "港口区"):  # who did nothing before is judged no milder than who did
            row = running[unit]
            assert (row.verdict, row.missing_count, row.days_left, row.silent) == ("未达标", 1, 16, [])
        assert running["港口区"].note == "2017-12 刊发 0 篇"  # one piece in December is all that it lacks
        blind = rows(task, "2017-12-15", [october], [silent("2017-12-04", "2017-12-05")])
        assert {blind[unit].verdict for unit in ("上思县", "港口区")} == {"无法判定"}


def test_honours_each_told_once() -> None:
    facts = [fact("2017-11-09", words=["科学发展进步县"]), fact("2017-11-10", words=["管校聘"])]
    found = rows("a2", "2017-12-31", facts)
    assert found["港口区"].verdict == "达标"
    assert found["东兴市"].missing == ["自治区文明城市"]
    passing = fact("2017-11-13", form="综述", words=["马拉松"])  # a round-up names it in passing
    assert "马拉松赛" in rows("a2", "2017-12-31", [passing])["全市"].missing
    assert (found["全市"].done_count, found["全市"].needed_count) == (2, 7)
