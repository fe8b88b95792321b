"""Points are policy read from points.yaml: each rule of it on hand-made pieces, and in the warehouse."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import msgspec
import pytest

from analysis import coverage
from analysis.credits import Points, credit_rows, credits, load_points, parse_points
from analysis.plan import PIECE_KINDS, Credited, Fact, Plan, load_facts, load_plan
from analysis.reports.collect_pieces import credit_lines
from analysis.scoring import score, score_lines
from analysis.warehouse import open_warehouse
from pipeline.city import CityError
from tests.analysis.case import Case
from tests.analysis.judged import CITY, PLAN, fact

SCORE = PLAN.task("r5")


def total(plan: Plan, facts: list[Fact], points: Points) -> float:
    return sum(line.points for line in score_lines(plan, SCORE, facts, points)["上思县"])


def points(**more: Any) -> Points:
    levels = {"市级报纸": 3, "市级网站": 2, "市级": 2, "论坛": 0}
    return parse_points({"levels": levels, "front_page": 1.5, "lead": 2, **more})


@pytest.mark.parametrize(
    ("page", "lead", "worth"),
    [
        ("01版", False, 4.5),
        ("1版", False, 4.5),
        ("A01", False, 4.5),
        ("01版", True, 6.0),  # the higher of the two, not both
        ("03版", True, 6.0),
        ("11版", False, 3.0),
        ("010版", False, 3.0),
        ("10版", False, 3.0),
        ("21版", False, 3.0),
        (None, False, 3.0),
    ],
)
def test_front_page_and_lead_multiply(page: str | None, lead: bool, worth: float) -> None:
    assert points().of_copy(fact("2017-10-09", "上思县", page=page, is_lead=lead), "上思县")[0] == worth


def test_the_higher_of_front_page_and_lead_whichever_it_is() -> None:
    piece = fact("2017-10-09", "上思县", page="01版", is_lead=True)
    assert points(lead=1.2).of_copy(piece, "上思县") == (4.5, "市级报纸 3，头版 ×1.5")


def test_an_outlet_by_name_goes_before_its_level_and_an_unknown_level_is_the_default() -> None:
    piece = fact("2017-10-09", "上思县")
    assert points(outlets={"防城港日报": 4}).of_copy(piece, "上思县") == (4.0, "防城港日报 4")
    assert points().of_copy(fact("2017-10-09", "上思县", level="镇级"), "上思县") == (2.0, "市级 2")


def copies() -> list[Any]:
    site = {"outlet": "网站", "outlet_class": "gov", "level": "市级网站", "story_id": "s"}
    return [
        fact("2017-10-09", "上思县", name="first", **site),
        fact("2017-10-10", "上思县", name="paper", story_id="s", is_first=False, page="01版"),
    ]


def test_a_story_counts_once_at_its_highest_or_its_first_copy() -> None:
    assert points().of_story(copies(), "上思县")[0] == 4.5
    assert points(reprint="first").of_story(copies(), "上思县")[0] == 2.0
    (row,) = credit_rows(PLAN, PLAN.task("m02"), copies(), points(), "上思县")
    assert (row.points, row.copy_count, len(row.copies)) == (4.5, 1, 2)
    assert total(PLAN, copies(), points()) == 4.5


def test_joint_pieces_are_shared_or_count_in_full() -> None:
    joint = {u: Credited(u, "joint", "", None, "rule", 1.0) for u in ("上思县", "东兴市", "港口区")}
    piece = fact("2017-10-09", credits=joint)
    assert points().of_copy(piece, "东兴市")[0] == 3.0
    assert points(joint="split").of_copy(piece, "东兴市") == (1.0, "市级报纸 3，3 个单位均分")
    # Who wrote it shares nothing with them, nor they with him.
    written = fact(
        "2017-10-09", credits=joint | {"港口区": Credited("港口区", "byline", "", None, "rule", 1.0)}
    )
    assert points(joint="split").of_copy(written, "东兴市") == (1.5, "市级报纸 3，2 个单位均分")
    assert points(joint="split").of_copy(written, "港口区") == (3.0, "市级报纸 3")


def test_note_of_a_superior_is_added_once_a_story_whichever_copy_bears_it() -> None:
    first, paper = copies()
    noted = [fact("2017-10-09", "上思县", name="first", story_id="s", has_leader_note=True), paper]
    assert points(leader_note=2).of_story(noted, "上思县") == (
        6.5,
        "市级报纸 3，头版 ×1.5（2 处同文，取最高：防城港日报 2017-10-10），批示 +2",
    )
    assert points(leader_note=2).of_story([first, paper], "上思县")[0] == 4.5
    assert points().of_story(noted, "上思县")[0] == 4.5


def test_cap_of_a_task() -> None:
    facts = [fact(f"2017-10-{n:02d}", "上思县") for n in (9, 10, 11)]
    capped = points(cap_per_task=5)
    found = credit_rows(PLAN, PLAN.task("m02"), facts, capped, "上思县")
    assert [row.points for row in found] == [3.0, 2.0, 0.0]
    assert found[1].points_why == "市级报纸 3，本事项封顶后计 2"
    assert [row.points for row in credit_rows(PLAN, PLAN.task("m02"), facts, points(), "上思县")] == [3.0] * 3
    # In the score: three stories under m02 only have the room of m02; one under no task has no cap.
    free = fact("2017-10-12", "上思县", outlet_class="portal", is_plan_column=False)
    alone = msgspec.structs.replace(PLAN, tasks=[PLAN.task("m02"), SCORE])
    lines = score_lines(alone, SCORE, [*facts, free], capped)["上思县"]
    sum_of_lines = sum(line.points for line in lines)
    assert (sum_of_lines, len(lines)) == (8.0, 4)
    # m03 asks for pieces in the column too, and has room of its own.
    assert total(PLAN, [*facts, free], points(cap_per_task=4)) == 10.0
    assert total(PLAN, [*facts, free], points()) == 12.0


def test_the_ledger_speaks_of_tasks_that_pieces_meet() -> None:
    assert {*coverage._BY_PIECES, "measures"} == PIECE_KINDS


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        ({"front_pgae": 2}, "front_pgae"),
        ({"joint": "half"}, "joint"),
        ({"reprint": "all"}, "reprint"),
        ({"levels": {"市级": "many"}}, "levels"),
        ({"lead": -1}, "lead"),
        ({"levels": {"市级报纸": 3}, "default_level": "市级"}, "default_level"),
    ],
)
def test_misspelt_points_are_told(raw: dict[str, Any], told: str) -> None:
    with pytest.raises(CityError, match=told):
        parse_points(raw)


def test_the_citys_own_file_is_read_whole() -> None:
    found = load_points(CITY)
    assert (found.front_page, found.lead, found.leader_note, found.reprint) == (1.5, 2.0, 2.0, "highest")
    assert found.cap_per_task is None and found.levels["论坛"] == 0


def test_note_that_a_person_recorded_adds_points(tmp_path: Path) -> None:
    case = Case(tmp_path)
    url = case.article("2017-10-10", "[上思县:subject][column]", name="a")
    case.decide("tag_correction", url, "2017-10-12T09:00:00", after={"leader_note": True}, why="市长批示")
    case.build()
    con, plan = open_warehouse(case.warehouse), load_plan(case.city)
    assert plan is not None
    asked = {"unit": "上思县", "task": "m02", "points": load_points(case.city)}
    day = dt.date(2017, 10, 31)
    (row,) = credits(con, plan, day, **asked)  # type: ignore[arg-type]
    (before,) = credits(con, plan, day, dt.date(2017, 10, 11), **asked)  # type: ignore[arg-type]
    con.close()
    assert (row.points, row.role) == (5.0, "subject") and "批示 +2" in row.points_why
    assert before.points == 3.0  # not known yet


def test_a_score_ends_with_its_season(tmp_path: Path) -> None:
    """What is published after the last day of the plan is no part of this year's basis (四（一）), in the
    score, in coverage and in what a report says of a piece; nor is a copy better placed by then."""
    case = Case(tmp_path)
    case.article("2018-02-27", "[上思县:subject][same=s]", site="gov", name="a")
    case.article("2018-03-01", "[上思县:subject][same=s]", name="b", page="01版")
    case.article("2018-03-02", "[上思县:subject]", name="c")
    case.build()
    con, plan, worth = open_warehouse(case.warehouse), load_plan(case.city), load_points(case.city)
    assert plan is not None
    found = {}
    for day in (dt.date(2018, 2, 28), dt.date(2018, 3, 31)):
        (whole,) = score(con, plan, day, unit="上思县", points=worth)
        rows = coverage.coverage(con, plan, day, unit="上思县", points=worth)
        (cell,) = [row for row in rows if row.task == "r5"]
        lines = credit_lines(plan, load_facts(con, plan, day), worth)
        found[day] = (whole.story_count, whole.earned_points, cell.done_count, cell.note)
        assert sum(line.points for line in lines if line.unit == "上思县") == whole.earned_points
    con.close()
    assert set(found.values()) == {(1, 2.0, 1, "2 分")}
    assert [line.points_why for line in lines][-1] == "不在计分期内"


@pytest.mark.parametrize(
    ("published", "worth"), [("2017-08-31", 0), ("2017-09-01", 3), ("2018-02-28", 3), ("2018-03-01", 0)]
)
def test_a_score_counts_the_first_and_the_last_day_of_its_season(published: str, worth: float) -> None:
    lines = score_lines(PLAN, SCORE, [fact(published, "上思县")], points())
    assert sum(line.points for line in lines.get("上思县", [])) == worth


def test_a_score_explains_itself_line_by_line() -> None:
    [line] = score_lines(PLAN, SCORE, copies(), points())["上思县"]
    assert line.points_why == "市级报纸 3，头版 ×1.5（2 处同文，取最高：防城港日报 2017-10-10）"
    assert (line.points, line.copy_count, line.article_id, line.outlet) == (4.5, 2, "first", "网站")
    assert "m02" in line.tasks and "m07" not in line.tasks
    [first] = score_lines(PLAN, SCORE, copies(), points(reprint="first"))["上思县"]
    assert first.points_why.endswith("（2 处同文，取首发：网站 2017-10-09）")
