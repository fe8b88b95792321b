"""Verdicts on the announcement: where it stood, how long, who carried it; their truth computed by hand."""

from __future__ import annotations

import pytest

from analysis import proofs
from analysis.ground import Ground
from analysis.plan import Credited
from analysis.plan_facts import counted
from analysis.proofs import Record
from analysis.sources import Source
from tests.analysis.judged import PAPER, PLAN, SITE, day, fact, fetches, notice, proof, rows, silent


@pytest.mark.parametrize(
    ("seen", "as_of", "days", "verdict"),
    [
        ([("2017-10-24", "there")], "2017-10-24", 14, "达标"),
        ([("2017-10-24", "there")], "2017-10-20", 10, "未达标"),
        ([("2017-10-23", "there"), ("2017-10-24", "gone")], "2017-10-31", 13, "未达标"),
        (
            [
                ("2017-10-15", "there"),
                ("2017-10-18", "gone"),
                ("2017-10-20", "there"),
                ("2017-10-30", "there"),
            ],
            "2017-10-31",
            11,
            "未达标",
        ),
        (
            [("2017-10-15", "there"), ("2017-10-18", "failed"), ("2017-10-25", "there")],
            "2017-10-31",
            15,
            "达标",
        ),
        ([("2017-10-12", "gone")], "2017-10-31", 1, "未达标"),
    ],
)
def test_announcement_stands_two_weeks_unbroken(
    seen: list[tuple[str, str]], as_of: str, days: int, verdict: str
) -> None:
    item = notice()
    record = Record([], [], {item.url: fetches(*seen)})
    row = rows("m05", as_of, [item], [SITE], record)["市水利局"]
    assert (row.done_count, row.verdict) == (days, verdict)


def test_announcement_not_looked_at_again_may_still_stand() -> None:
    """A page taken down is told from one that nobody looked at."""
    item = notice()
    seen = Record([], [], {item.url: fetches(("2017-10-23", "there"))})
    row = rows("m05", "2017-10-31", [item], [SITE], seen)["市水利局"]
    assert (row.verdict, row.silent) == ("无法判定", ["防城港日报 2017-10-24—2017-10-31 公告页未再采集"])
    early = Record([], [], {item.url: fetches(("2017-10-20", "there"), ("2017-10-21", "gone"))})
    assert rows("m05", "2017-10-31", [item], [SITE], early)["市水利局"].verdict == "未达标"


def test_announcement_must_appear_by_20_october_and_its_term_is_two_weeks_from_then() -> None:
    late = notice("2017-10-21")
    row = rows(
        "m05", "2017-11-10", [late], [SITE], Record([], [], {late.url: fetches(("2017-11-10", "there"))})
    )
    assert row["市水利局"].verdict == "未达标" and row["市水利局"].note == "逾期发布（2017-10-21）"
    last = notice("2017-10-20")
    record = Record([], [], {last.url: fetches(("2017-11-02", "there"))})
    before = rows("m05", "2017-11-01", [last], [SITE], record)["市水利局"]
    assert (before.verdict, before.done_count, before.days_left) == ("未达标", 13, 1)
    assert rows("m05", "2017-11-02", [last], [SITE], record)["市水利局"].verdict == "达标"
    # While two weeks can still be kept nothing is deducted; where nothing appeared by the 20th it is.
    ground = Ground(PLAN, day("2017-11-01"), counted(PLAN, []), [SITE])
    never = rows("m05", "2017-11-01", [], [Source("单位网站:市教育局", "unit_site", "市教育局", {})])[
        "市教育局"
    ]
    found = {r.unit: r.missing for r in proofs.deduction(ground, PLAN.task("r4"), [before, never])}
    assert found["市水利局"] == [] and len(found["市教育局"]) == 1


def test_proof_of_another_task_is_no_announcement() -> None:
    unit = "市教育局"
    until = {"until_day": day("2017-10-25")}
    for task, on, verdict in (
        ("r2", "2017-10-11", "无法判定"),
        ("a3", "2017-10-11", "达标"),
        ("m05", "2017-09-01", "达标"),  # clipped to the window
    ):
        handed_in = proof("proof_received", unit, f"{on}T09:00:00", task=task, **until)
        row = rows("m05", "2017-10-31", [], [SITE], Record([handed_in], [], {}))[unit]
        assert (row.verdict, row.done_count) == (verdict, 15 if verdict == "达标" else 0), task


def test_citys_wechat_and_weibo_carry_the_announcement() -> None:
    more = {"form": "公告", "title_words": ["社会评价"], "is_plan_column": False}
    wechat = fact("2017-10-12", outlet_class="wechat", name="w", **more)
    weibo = fact("2017-10-12", outlet_class="weibo", name="b", **more)
    record = Record([], [], {f.url: fetches(("2017-10-25", "there")) for f in (wechat, weibo)})
    found = rows("m05", "2017-10-31", [wechat, weibo], [SITE], record)
    assert (found["市委宣传部"].verdict, found["市微博办"].verdict) == ("达标", "达标")
    assert rows("m05", "2017-10-31", [], [SITE])["市微博办"].verdict == "无法判定"
    byline = {"credits": {"市水利局": Credited("市水利局", "byline", "", None, "rule", 1.0)}}
    own = fact("2017-10-12", outlet_class="wechat", name="w", **more, **byline)
    found = rows("m05", "2017-10-31", [own], [SITE], record)
    assert (found["市委宣传部"].verdict, found["市水利局"].verdict) == ("无法判定", "达标")


def test_announcement_of_a_unit_without_a_crawled_site_cannot_be_judged() -> None:
    found = rows("m05", "2017-10-31", [notice()], [SITE])
    assert found["市教育局"].verdict == "无法判定" and found["市教育局"].note == "本单位网站未接入采集"
    handed_in = proof(
        "proof_received", "市教育局", "2017-10-11T09:00:00", task="m05", until_day=day("2017-10-24")
    )
    found = rows("m05", "2017-10-31", [], [SITE], Record([handed_in], [], {}))
    assert found["市教育局"].verdict == "达标"
    down = Record([], [], {})
    assert (
        rows("m05", "2017-10-31", [], [silent("2017-10-12", "2017-10-31", SITE)], down)["市水利局"].verdict
        == "无法判定"
    )


def test_announcement_in_print_counts_by_its_day() -> None:
    item = fact("2017-10-12", form="公告", title_words=["社会评价"])
    assert rows("m05", "2017-10-31", [item])["防城港日报社"].verdict == "达标"
    early = fact("2017-09-05", form="公告", title_words=["社会评价"])  # before the window: another one
    assert rows("m05", "2017-10-31", [early])["防城港日报社"].verdict == "未达标"
    assert rows("m05", "2017-10-31", [early, item])["防城港日报社"].evidence == [item.article_id]
    news = fact("2017-10-12", form="报道", title_words=["社会评价"])
    assert rows("m05", "2017-10-31", [news])["防城港日报社"].verdict == "未达标"


def test_screenshots_by_26_october() -> None:
    record = Record(
        [
            proof("proof_received", "上思县", "2017-10-26T09:00:00", task="a3"),
            proof("proof_received", "东兴市", "2017-10-27T09:00:00", task="a3"),
        ],
        [],
        {},
    )
    found = rows("a3", "2017-10-31", [], record=record)
    assert found["上思县"].verdict == "达标"
    assert (found["东兴市"].verdict, found["港口区"].verdict) == ("未达标", "未达标")
    assert "逾期报送（2017-10-27）" in (found["东兴市"].note or "")
    assert rows("a3", "2017-10-20", [], record=record)["港口区"].days_left == 6


def test_what_nobody_looked_for_is_not_called_unseen() -> None:
    for task in ("m05", "a3"):
        found = rows(task, "2017-11-05", [], [PAPER, SITE])
        assert found["防城港日报社"].note == found["市水利局"].note == "本单位平台未见公告"
        assert found["市商务局"].note == "本单位网站未接入采集"
