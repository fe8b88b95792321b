"""Personal data: names in texts are replaced where they are names, and raw forum pages end on a day."""

from __future__ import annotations

import datetime as dt
import os
import signal
from pathlib import Path

import msgspec
import pytest
from filelock import FileLock

from analysis.acts.record import ActError
from analysis.acts.retention import forget, forget_by_term
from crawlers.anonymise import Anonymiser, without_names
from crawlers.plain_words import PlainWords
from pipeline import retention
from pipeline.backup import write_backup
from pipeline.captures import CaptureError, CaptureWriter, read_capture
from pipeline.city import load_city
from pipeline.decisions import load_decisions
from pipeline.landing import iter_landed
from pipeline.records import Post
from pipeline.restore import restore_backup
from pipeline.retention import TERM, RetentionError, expired, overdue
from pipeline.warehouse import Warehouse
from tests.analysis.case import Case
from tests.pipeline.planted import NAMES, planted, planted_case

NOW = dt.datetime(2018, 3, 1, 9)


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return planted_case(tmp_path)


def test_names_in_texts_are_replaced_where_they_are_names() -> None:
    names = {"小林": "网友-a", "江山老渔民": "网友-b", "防城人": "网友-c", "热心市民": "网友-d"}
    said = "回复 小林：@江山老渔民 说得对，小林里有鸟，我是防城人，热心市民很多，防城人：好"
    wanted = "回复 网友-a：@网友-b 说得对，小林里有鸟，我是防城人，热心市民很多，网友-c：好"
    assert without_names(said, names) == wanted
    assert without_names(said, names, PlainWords.of(load_city())) == wanted


UNITS = ("市教育局", "12345", "教育局", "防城港市公安局", "交通安全", "上思县", "江山半岛", "12345热线")
NICKNAMES = ("教育局小李", "漂泊的小河", "东兴1987", "19870512", "海阔天空", "防城港老王", "夜跑路过大桥")


@pytest.mark.parametrize("name", UNITS)
def test_a_name_that_a_unit_or_a_matter_has_too_is_replaced_only_where_somebody_is_addressed(
    name: str,
) -> None:
    words, names = PlainWords.of(load_city()), {name: "网友-a"}
    for kept in ("{}：请尽快处理", "我打了{}没人管，{}说不归他们", "请{}回复", "致{}的信"):
        assert without_names(kept.format(name, name), names, words) == kept.format(name, name)
    for said in ("@{}", "@{} 你好", "回复 {}：好", "是\n回复：{}", "{} 发表于 2017-9-27", "原帖由 {} 发表"):
        assert without_names(said.format(name), names, words) == said.format("网友-a")


@pytest.mark.parametrize("name", [*NAMES, *NICKNAMES])
def test_a_name_that_only_a_person_gives_himself_is_replaced_everywhere(name: str) -> None:
    words = PlainWords.of(load_city())
    assert without_names(f"听{name}说过", {name: "网友-a"}, words) == "听网友-a说过"


def test_a_unit_stays_in_a_thread_in_which_a_poster_is_called_so(case: Case) -> None:
    posts = [
        Post(floor=1, author="市水利局", text="市水利局不管，市民小林打了12345"),
        Post(floor=2, author="12345", text="回复 市水利局：12345已转市水利局"),
    ]
    thread = msgspec.structs.replace(planted("9", "2017-10-09"), title="求市水利局处理", posts=posts)
    kept = Anonymiser.of("别的论坛", case.city, b"0" * 32).thread(thread)
    stand_in = kept.posts[0].author
    assert stand_in is not None and stand_in.startswith("网友-")
    assert kept.title == "求市水利局处理"
    assert [post.text for post in kept.posts] == [
        "市水利局不管，市民小林打了12345",
        f"回复 {stand_in}：12345已转市水利局",
    ]


def test_raw_pages_end_on_the_day_and_nothing_else_changes(case: Case) -> None:
    before = Warehouse(case.warehouse).digest()
    lines = [record.url for _, _, record in iter_landed(case.store.folder)]
    found, freed = forget(
        case.store, case.city, dt.date(2018, 1, 1), who="管理员 张三", why="保存期满", at=NOW
    )
    assert [each.run[:8] for each in found] == ["20171009", "20171109"] and freed > 0
    assert not any(b"13877012345" in path.read_bytes() for path in case.store.captures.rglob("2017*"))
    decision = [each for each in load_decisions(case.store.decisions) if each.kind == "capture_removal"]
    assert [(each.target, each.after["runs"], each.after["count"], each.why) for each in decision] == [
        ("bbs", 2, 2, "保存期满")
    ]
    kept = retention.removed(case.store.folder, "bbs/20171009T180000-000.warc.gz")
    assert kept is not None and [page.url for page in kept.pages] == ["http://bbs.test/thread-0-1.html"]
    with pytest.raises(CaptureError, match="保存期已满"):
        read_capture(case.store.folder, "bbs/20171009T180000-000.warc.gz", 0)
    assert [record.url for _, _, record in iter_landed(case.store.folder)] == lines
    case.build(rebuild=True)
    warehouse = Warehouse(case.warehouse, read_only=True)
    assert warehouse.rows("SELECT COUNT(*) FROM thread")[0][0] == 3
    warehouse.close()
    assert before
    assert forget(case.store, case.city, dt.date(2018, 1, 1), who="管理员 张三", why="保存期满", at=NOW) == (
        [],
        0,
    )
    # A backup made afterwards restores without complaint.
    write_backup(case.city, case.home, case.home / "b.tar.zst", NOW, "1")
    home = case.home / "two"
    home.mkdir()
    assert restore_backup(case.home / "b.tar.zst", case.city, home, home / "w.duckdb", NOW).notices == ()


@pytest.mark.parametrize("change", ["removed", "renamed", "another level"])
def test_raw_pages_of_a_forum_end_also_when_the_city_calls_it_none_any_more(case: Case, change: str) -> None:
    (forum,) = (site for site in case.city.sites if site.slug == "bbs")
    case.city.sites.remove(forum)
    if change == "renamed":
        case.city.sites.append(msgspec.structs.replace(forum, slug="forum"))
    if change == "another level":
        case.city.sites.append(msgspec.structs.replace(forum, level="市级"))
    assert overdue(case.store, case.city, dt.date(2018, 1, 1)) == ["2017-10-09", "2017-11-09"]
    found, _ = forget(case.store, case.city, dt.date(2018, 1, 1), who="管理员", why="保存期满", at=NOW)
    assert [(each.site, each.page_count) for each in found] == [("bbs", 1), ("bbs", 1)]
    assert not any(b"13877012345" in path.read_bytes() for path in case.store.captures.rglob("2017*"))


def test_pages_of_a_paper_that_the_city_names_no_more_stay(case: Case) -> None:
    (case.store.captures / "old-paper").mkdir()
    (case.store.captures / "old-paper" / "20160101T000000-000.warc.gz").write_bytes(b"1")
    assert "old-paper" not in retention.forums(case.store, case.city)


def test_copies_of_the_data_that_a_removal_does_not_touch_are_told(case: Case) -> None:
    assert retention.copies_beside(case.store) == []
    name = case.store.folder.name
    for copy in (f"{name}.replaced-20180101T000000-ab12", f".{name}.restoring-ab12cd34"):
        (case.store.folder.parent / copy).mkdir()
    assert len(retention.copies_beside(case.store)) == 2


def test_what_is_past_the_term_of_the_city_ends_by_its_setting(case: Case) -> None:
    with pytest.raises(ActError, match="raw_forum_days"):
        forget_by_term(case.store, case.city, NOW)
    case.city.settings[TERM] = 112  # before 9 November 2017, as of 1 March 2018
    found, freed = forget_by_term(case.store, case.city, NOW)
    assert [each.run[:8] for each in found] == ["20171009"] and freed > 0
    (decision,) = [each for each in load_decisions(case.store.decisions) if each.kind == "capture_removal"]
    assert decision.who == f"{case.city.name}的设定（city.yaml raw_forum_days: 112）"
    assert (decision.why, decision.after["until"]) == ("保存期满：抓取后满 112 天", "2017-11-09")
    assert forget_by_term(case.store, case.city, NOW) == ([], 0)
    assert overdue(case.store, case.city, dt.date(2018, 1, 1)) == ["2017-11-09"]


def test_only_what_is_wholly_before_the_day_and_of_forums_goes(case: Case) -> None:
    writer = CaptureWriter(case.store.captures / "bbs" / "20170101T000000-000.warc.gz")
    writer.close()
    (case.store.captures / "paper").mkdir()
    CaptureWriter(case.store.captures / "paper" / "20170101T000000-000.warc.gz").close()
    runs = [each.run[:8] for each in expired(case.store, case.city, dt.date(2017, 11, 9))]
    assert runs == ["20170101", "20171009"]


def test_an_act_needs_somebody_a_reason_and_a_day_long_past(case: Case) -> None:
    day = dt.date(2018, 1, 1)
    for who, why, before in (("", "期满", day), ("某", "", day), ("某", "期满", dt.date(2018, 2, 28))):
        with pytest.raises(ActError):
            forget(case.store, case.city, before, who=who, why=why, at=NOW)
    for name in ("bbs", "bbs.w0", "bbs.w63"):  # alone, and two of those that share the site
        with FileLock(case.store.state / f"{name}.lock"), pytest.raises(RetentionError, match="正在采集"):
            forget(case.store, case.city, day, who="某", why="期满", at=NOW)
    assert len(expired(case.store, case.city, day)) == 2


@pytest.mark.parametrize("calls", [1, 2, 3])
def test_a_kill_in_between_is_made_up_for(case: Case, calls: int) -> None:
    child = os.fork()
    if child == 0:
        count = [0]
        real = Path.unlink

        def unlink(path: Path, missing_ok: bool = False) -> None:
            if path.name.endswith(".warc.gz"):
                count[0] += 1
                if count[0] == calls:
                    os.kill(os.getpid(), signal.SIGKILL)
            real(path, missing_ok)

        Path.unlink = unlink  # type: ignore[method-assign]
        forget(case.store, case.city, dt.date(2018, 1, 1), who="某", why="期满", at=NOW)
        os._exit(0)
    os.waitpid(child, 0)
    forget(case.store, case.city, dt.date(2018, 1, 1), who="某", why="期满", at=NOW)
    decided = [each for each in load_decisions(case.store.decisions) if each.kind == "capture_removal"]
    assert sum(each.after["runs"] for each in decided) == 2
    assert expired(case.store, case.city, dt.date(2018, 1, 1)) == []
