"""Verdicts on measures that were recorded, beside exposures (三（九）): what counts once, what may be one;
their truth computed by hand."""

from __future__ import annotations

from typing import Any

import pytest

from analysis.ground import CoverageRow
from analysis.plan import Fact
from analysis.proofs import Record
from tests.analysis.judged import fact, proof, rows, silent

SUSPECT = "疑似重复（没有合并，各计一次，请核对）："
TITLE = "关于东兴市政务服务中心窗口空岗的通报"
CENTRE, OTHER_CENTRE = '["东兴市政务服务中心"]', '["上思县政务服务中心"]'


def taken(unit: str, on: str, form: str = "通报", concerned: str = '["市政务服务中心"]', **more: Any) -> Any:
    return proof("measure_taken", unit, f"{on}T09:00:00", form=form, concerned=concerned, **more)


def found(*proofs: dict[str, Any], on: str = "2018-02-28", facts: list[Fact] | None = None) -> CoverageRow:
    return rows("m09", on, facts or [], record=Record([*proofs], [], {}))["全市"]


def test_measures_count_beside_exposures_each_once() -> None:
    notice = taken("市绩效办", "2017-10-20")
    assert (found().verdict, found().note) == (
        "未达标", "曝光 0 篇；通报、约谈、扣分不见于稿件，以报送的记录为准",
    )  # fmt: skip
    row = found(notice)
    assert (row.verdict, row.done_count, row.evidence) == ("达标", 1, [notice["id"]])
    assert row.note == "曝光 0 篇，通报 1 次；通报、约谈、扣分不见于稿件，以报送的记录为准"
    assert found(notice, on="2017-10-19").verdict == "未达标"
    exposure = fact("2017-10-09", form="曝光", words=["政务服务"])
    both = found(notice, taken("市纪委", "2017-11-02", "约谈"), facts=[exposure])
    assert both.done_count == 3 and both.evidence[0] == exposure.article_id
    assert "曝光 1 篇，通报 1 次、约谈 1 次" in (both.note or "").replace("，约谈", "、约谈")
    # What two units did together is one measure; of two centres they are two.
    joint = taken("市纪委", "2017-10-20")
    assert (found(notice, joint).done_count, len(found(notice, joint).evidence)) == (1, 2)
    assert found(notice, taken("市绩效办", "2017-10-20", concerned='["东兴市政务服务中心"]')).done_count == 2
    for wrong in (
        taken("市水利局", "2017-10-20"),  # not asked by the notice
        taken("市绩效办", "2017-08-31"),
        taken("市绩效办", "2018-03-01"),
        taken("市绩效办", "2017-10-20", "表扬"),
        taken("市绩效办", "2017-10-20", task="m01"),
        proof("deduction", "市绩效办", "2017-10-20T09:00:00", form="扣分"),  # 预扣分 of 四（四）
    ):
        assert found(wrong, on="2018-03-31").verdict == "未达标", wrong
    # What was published besides is one with the story, by its address or its title; the reprint's too.
    copy = fact(
        "2017-10-21",
        form="曝光",
        words=["政务服务"],
        title="曝光：“窗口”空岗",
        url="http://a/2",
        story_id="s",
    )
    first = fact(
        "2017-10-20", form="曝光", words=["政务服务"], title="窗口空岗三天", url="http://a/1", story_id="s"
    )
    for tie in ({"address": "http://a/1"}, {"address": "http://a/2"}, {"title": "曝光:窗口空岗"}):
        once = found(taken("市绩效办", "2017-10-22", **tie), facts=[first, copy])
        assert (once.done_count, len(once.evidence)) == (1, 2), tie
        assert "2017-10-22 的通报与所刊“" in (once.note or "") and "是同一件事，只计一次" in (once.note or "")
    apart = found(taken("市绩效办", "2017-10-22", address="http://a/3", title="通报"), facts=[first, copy])
    assert apart.done_count == 2 and "同一件事" not in (apart.note or "")
    # A story is one with one measure; a title ties for 31 days, an address at any distance.
    told = fact("2017-11-20", form="曝光", words=["政务服务"], title="情况通报", url="http://a/4")
    two = [taken("市绩效办", on, title="情况通报") for on in ("2017-12-20", "2017-10-20")]
    twice = found(*two, facts=[told])
    assert (twice.done_count, (twice.note or "").count("只计一次")) == (2, 1)
    assert "其中 2017-10-20 的通报与所刊" in (twice.note or "")
    assert found(taken("市绩效办", "2017-12-22", title="情况通报"), facts=[told]).done_count == 2
    assert found(taken("市绩效办", "2018-02-20", address="http://a/4"), facts=[told]).done_count == 1
    again = fact("2017-12-18", form="曝光", words=["政务服务"], title="情况通报", url="http://a/5")
    assert found(*two, facts=[told, again]).done_count == 2  # each with the story next to it
    # Row 7 of the annex asks for exposures only.
    assert rows("a7", "2018-02-28", [], record=Record([notice], [], {}))["全市"].verdict == "未达标"
    silence = rows("m09", "2018-02-28", [], [silent("2017-11-06", "2017-11-10")])["全市"]
    assert silence.verdict == "无法判定"


def doubts(row: CoverageRow) -> str:
    """What a note says of possible doubles; "" for nothing."""
    return next((part for part in (row.note or "").split("；") if part.startswith(SUSPECT)), "")


@pytest.mark.parametrize(
    ("other", "is_told"),
    [
        ({"form": "约谈"}, True),  # same unit, day and title
        ({"concerned": OTHER_CENTRE}, True),
        (
            {"concerned": OTHER_CENTRE, "title": f"{TITLE[:11]}\u3000{TITLE[11:]}。"},
            True,
        ),  # marks, width
        ({"concerned": OTHER_CENTRE, "title": TITLE.replace("东兴市", "上思县")}, False),
        ({"on": "2017-10-25", "title": f"{TITLE}（补报）"}, True),
        ({"on": "2017-11-20", "title": TITLE.replace("空岗", "无人")}, False),  # as of another month
        ({"on": "2017-11-20"}, True),
        ({"on": "2017-11-21"}, False),
        ({"form": "约谈", "title": "约谈"}, False),
        ({"form": "约谈", "title": ""}, False),
        ({"form": "约谈", "title": "座谈", "address": "http://a/1"}, True),
        ({"form": "约谈", "title": "座谈", "address": "通报.jpg"}, False),
    ],
)
@pytest.mark.parametrize("unit", ["市绩效办", "市纪委"])
def test_what_may_be_one_measure_is_told_and_counts(other: dict[str, Any], is_told: bool, unit: str) -> None:
    address = other.get("address")
    first = taken("市绩效办", "2017-10-20", concerned=CENTRE, title=TITLE, address=address)
    more = {"on": "2017-10-20", "concerned": CENTRE, "title": TITLE} | other
    row = found(first, taken(unit, **more))
    assert row.done_count == 2
    assert bool(doubts(row)) is is_told, row.note
    if is_told:
        assert "2017-10-20 的通报“关于东兴市" in doubts(row) and f"{more['on']} 的" in doubts(row)


def test_a_measure_that_may_be_a_published_story_is_told_and_counts() -> None:
    def published(on: str = "2017-10-25", title: str = "曝光：东兴市政务服务中心窗口空岗") -> Fact:
        return fact(on, form="曝光", words=["政务服务"], title=title, url="http://a/1")

    notice = taken("市绩效办", "2017-10-20", concerned=CENTRE, title=TITLE)
    row = found(notice, facts=[published()])
    assert row.done_count == 2
    assert doubts(row).endswith(f"2017-10-20 的通报“{TITLE}”与所刊“曝光：东兴市政务服务中心窗口空岗”")
    for apart in (published("2017-11-21"), published(title="曝光：上思县窗口空岗")):
        assert found(notice, facts=[apart]).done_count == 2 and not doubts(found(notice, facts=[apart]))
    linked = found(notice | {"address": "http://a/1"}, facts=[published()])
    assert linked.done_count == 1 and not doubts(linked)


def test_measures_that_name_one_story_may_be_one() -> None:
    told = fact("2017-10-25", form="曝光", words=["政务服务"], title="窗口空岗", url="http://a/1")
    two = [taken("市绩效办", on, address="http://a/1") for on in ("2017-10-20", "2017-12-20")]
    row = found(*two, facts=[told])
    assert row.done_count == 2 and "2017-10-20 的通报与2017-12-20 的通报" in doubts(row)


def test_a_note_names_three_possible_doubles_and_counts_all() -> None:
    same = [taken("市绩效办", "2017-10-20", concerned=f'["{n}"]', title=TITLE) for n in range(4)]
    row = found(*same)
    assert row.done_count == 4 and doubts(row).count("与") == 3 and doubts(row).endswith("等 6 处")
