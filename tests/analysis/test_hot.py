"""Tests that hot issues are cases with a heat that adds up, as of a day, from a file and by the build."""

from __future__ import annotations

import datetime as dt
import gzip
import random
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.hot import HotRules, Member, group, hot_issues, load_hot_rules
from analysis.hot_messages import MessagesError, hot_messages
from analysis.warehouse import open_warehouse
from pipeline.city import CityError
from tests.analysis.case import Case

AT = dt.datetime(2017, 12, 1, 18)


def member(name: str, days_ago: float, opener: str | None = "甲", replies: int = 0) -> Member:
    return Member(
        id=name,
        title=f"{name} 的标题",
        url=None,
        opened_at=AT - dt.timedelta(days=days_ago),
        opener=opener,
        reply_count=replies,
    )


def chain(*names: str, strength: float = 0.5) -> list[tuple[str, str, float, str]]:
    return [(a, b, strength, "搅拌站") for i, a in enumerate(names) for b in names[i + 1 :]]


def test_heat_adds_up_and_says_how() -> None:
    members = {m.id: m for m in (member("a", 20, "甲", 3), member("b", 10, "甲", 1), member("c", 9, None))}
    (issue,) = group(members, chain("a", "b", "c"), HotRules(), AT)
    assert issue.id == "a" and [m.id for m in issue.members] == ["a", "b", "c"]
    assert (issue.post_count, issue.person_count, issue.reply_count) == (3, 2, 4)
    assert issue.heat == 3 * 10 + 2 * 5 + 4 * 1
    assert issue.heat_why == "3 帖 × 10 + 2 人 × 5 + 4 跟帖 × 1"
    assert issue.words == ["搅拌站"]


def test_shared_words_are_shown_without_the_signs_at_their_ends() -> None:
    members = {m.id: m for m in (member("a", 20), member("b", 10), member("c", 9))}
    pairs = [("a", "b", 0.5, "，搅拌站噪音！"), ("b", "c", 0.5, "搅拌站噪音"), ("a", "c", 0.5, "？！")]
    (issue,) = group(members, pairs, HotRules(), AT)
    assert issue.words == ["搅拌站噪音"]


def test_one_weak_link_does_not_join_two_cases() -> None:
    left, right = [f"l{i}" for i in range(5)], [f"r{i}" for i in range(5)]
    members = {name: member(name, 5) for name in left + right}
    pairs = [*chain(*left), *chain(*right), ("l0", "r0", 0.2, "小区")]
    for seed in range(5):
        random.Random(seed).shuffle(pairs)
        issues = group(members, pairs, HotRules(), AT)
        assert sorted(issue.id for issue in issues) == ["l0", "r0"]


NAMES = [f"t{i:02}" for i in range(9)]


@given(st.dictionaries(st.sampled_from(list(combinations(NAMES, 2))), st.floats(0.01, 1), min_size=1))
def test_cases_join_where_a_count_of_their_pairs_says_so(strengths: dict[tuple[str, str], float]) -> None:
    members = {name: member(name, place + 1) for place, name in enumerate(NAMES)}
    pairs = [(a, b, strength, "搅拌站") for (a, b), strength in strengths.items()]
    cases = [{name} for name in NAMES]
    for (a, b), _ in sorted(strengths.items(), key=lambda pair: (-pair[1], pair[0])):
        one, other = (next(case for case in cases if name in case) for name in (a, b))
        alike = sum((min(x, y), max(x, y)) in strengths for x in one for y in other)
        if one is not other and alike >= 0.15 * len(one) * len(other):
            cases.remove(other)
            one |= other
    found = [{m.id for m in issue.members} for issue in group(members, pairs, HotRules(), AT)]
    assert sorted(map(sorted, found)) == sorted(sorted(case) for case in cases if len(case) > 1)


@pytest.mark.parametrize(
    ("ages", "is_rising"),
    [
        ((0.5, 1, 2), True),
        ((0.5, 1), False),
        ((0.5, 1, 2, 8, 9, 15, 22), True),
        ((0.5, 1, 2, *range(8, 35, 3)), False),
    ],
)
def test_sudden_rise_is_against_the_four_weeks_before(ages: tuple[float, ...], is_rising: bool) -> None:
    members = {f"m{i:02}": member(f"m{i:02}", age) for i, age in enumerate(ages)}
    (issue,) = group(members, chain(*members), HotRules(), AT)
    assert issue.is_rising is is_rising and (issue.rise_why is not None) is is_rising


def test_file_of_messages(tmp_path: Path) -> None:
    file = tmp_path / "m.csv"
    file.write_text(
        "id,title,text,posted_at,upvotes,downvotes\n"
        "1,海湾新城旁边搅拌站噪音,罐车整夜进出,2019/2/1 10:00,3,1\n"
        "2,海湾新城旁边搅拌站噪音扰民,罐车整夜进出睡不着,2019-02-03 11:00:05,²,0\n"
        "3,中华路公交车太少,早高峰等半个小时,2019/2/5 10:00,9,0\n",
        "utf-8",
    )
    (issue,) = hot_messages(file, HotRules())
    assert [m.id for m in issue.members] == ["1", "2"] and issue.vote_count == 4
    assert hot_messages(file, HotRules(), dt.date(2019, 2, 1)) == []


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"x,y\n1,2\n", "title"),
        ("a.jsonl", b"{bad\n", "JSON"),
        ("a.csv", b"\xff\xfe\x00", "UTF-8"),
        ("a.csv.gz", b"no gzip", "不是 gz 文件"),
        ("a.csv.gz", gzip.compress(b"title,text\n1,2\n" * 99)[:-30], "不完整"),
        ("a.csv.gz", gzip.compress(b"title,text\n1,2\n" * 99)[:10] + b"\xff" * 90, "压缩包打不开"),
        ("a.jsonl", b"[" * 90_000, "第 1 行嵌套过深"),
        ("a.csv", "id,title,text\n1,甲,乙\n1,丙,丁\n".encode(), "重复"),
    ],
)
def test_bad_file_is_told(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(MessagesError, match=said):
        hot_messages(tmp_path / name, HotRules())


def test_a_file_that_is_not_there_is_told_in_chinese(tmp_path: Path) -> None:
    with pytest.raises(MessagesError, match="不存在") as told:
        hot_messages(tmp_path / "nope", HotRules())
    assert "Errno" not in str(told.value) and str(told.value).count("nope") == 1


def test_misspelt_rule_is_told(tmp_path: Path) -> None:
    case = Case(tmp_path)
    (case.city.folder / "hot-rules.yaml").write_text("window: 3\n", "utf-8")
    with pytest.raises(CityError, match=r"hot-rules\.yaml"):
        load_hot_rules(case.city)


def test_hot_issues_of_the_warehouse_as_of_a_day_and_the_same_after_a_rebuild(tmp_path: Path) -> None:
    case = Case(tmp_path)
    posts = [
        ("1", "[投诉] 海湾新城旁边搅拌站什么时候搬走", "搅拌站粉尘满天飞，罐车进进出出", "2017-11-06"),
        ("2", "[投诉] 海湾新城附近搅拌站噪音粉尘", "晚上还在生产，罐车进进出出，粉尘一层", "2017-11-08"),
        ("3", "[咨询] 中华路公交车太少", "早高峰等半个小时都没有一趟", "2017-11-09"),
        ("4", "[投诉] 海湾新城搅拌站粉尘还是老样子", "投诉了几次，搅拌站粉尘照旧，罐车照跑", "2017-11-20"),
    ]
    ids = []
    for tid, title, text, day in posts:  # a build after each: as many increments
        reply = ("路人", f"{day} 12:00", "我也听到了")
        ids.append(
            case.thread(tid, title, [(f"网友{tid}", f"{day} 10:00", text), reply], at=f"{day}T18:00:00")
        )
        case.build()
    rules = load_hot_rules(case.city)

    def asked(day: str, known: str | None = None) -> list[tuple[set[str], float]]:
        con = open_warehouse(case.warehouse)
        try:
            known_by = dt.date.fromisoformat(known) if known else None
            found = hot_issues(con, rules, dt.date.fromisoformat(day), known_by)
            return [({m.id for m in issue.members}, issue.heat) for issue in found]
        finally:
            con.close()

    three = [({ids[0], ids[1], ids[3]}, 3 * 10 + 3 * 5 + 3 * 1)]
    assert asked("2017-11-07") == []
    assert asked("2017-11-10") == [({ids[0], ids[1]}, 2 * 10 + 2 * 5 + 2 * 1)]
    assert asked("2017-11-30") == three
    assert asked("2017-11-30", known="2017-11-10") == asked("2017-11-10")
    assert asked("2018-06-30") == []  # the window is over
    case.build(rebuild=True)
    assert asked("2017-11-30") == three
