"""Loading: the same landing is the same warehouse, whole or not at all, and only what is new is tagged."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest
from filelock import FileLock

from analysis.warehouse import open_warehouse
from pipeline.city import load_city
from pipeline.load import build
from pipeline.load_alike import _windows
from pipeline.records import Article, ArticleTags, Credit, Evidence
from pipeline.tagging.alike import MAX_GAP_DAYS
from pipeline.tagging.items import ArticleItem
from pipeline.warehouse import CheckError, Warehouse, WarehouseError
from tests.analysis.case import FORUM, REPOSITORY, Case, MarkTagger


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


def digest(case: Case) -> str:
    warehouse = Warehouse(case.warehouse)
    try:
        return warehouse.digest()
    finally:
        warehouse.close()


def ask(case: Case, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(case.warehouse), read_only=True) as con:
        return con.execute(sql).fetchall()


def first_week(case: Case) -> None:
    case.edition("2017-10-09")
    case.article("2017-10-09", "[市水利局:subject][same=x] 河道整治", name="a")
    case.article("2017-10-10", "[市水利局:subject][same=x] 河道整治", site="gov", name="b")
    case.thread(
        "7",
        "井盖坏了[投诉:市水利局]",
        [("张三", "2017-10-09T10:00:00", "井盖没了")],
        at="2017-10-09T12:00:00",
    )


def second_week(case: Case) -> None:
    case.article("2017-10-09", "[市水利局:subject] 河道整治，更正", name="a", at="2017-10-16T12:00:00")
    case.article("2017-10-16", "[市住建委:subject] 危房改造", name="c")
    case.thread(
        "7",
        "井盖坏了[投诉:市水利局]",
        [("张三", "2017-10-09T10:00:00", "井盖没了"), ("防城港水利", "2017-10-12T09:00:00", "答复：已装好")],
        at="2017-10-16T12:00:00",
    )
    case.decide("credit_add", "http://paper.test/c.html", "2017-10-17T09:00:00", after={"unit": "市财政局"})


def test_a_reprint_is_found_in_its_own_span_and_the_one_before(case: Case) -> None:
    case.article("2017-10-30", "[市水利局:subject][same=x] 河道整治", name="first")
    case.article("2017-11-02", "[市水利局:subject][same=x] 河道整治", site="gov", name="next")
    case.build()
    case.article("2017-12-29", "[市水利局:subject][same=x] 河道整治", site="gov", name="later")
    case.article("2018-03-01", "[市水利局:subject][same=x] 河道整治", site="gov", name="too-late")
    case.build()
    told = (
        "SELECT v.published::VARCHAR, f.published::VARCHAR FROM article_reprint "
        "JOIN article_now AS v USING (article_id) JOIN article_now AS f ON f.article_id = story_id ORDER BY 1"
    )
    found = ask(case, told)
    assert [(str(one)[:10], str(other)[:10]) for one, other in found] == [
        ("2017-11-02", "2017-10-30"),
        ("2017-12-29", "2017-10-30"),  # over the one of November, which it was found to reprint
    ]
    in_pieces = digest(case)
    case.build(rebuild=True)
    assert digest(case) == in_pieces


def test_an_article_redated_into_another_span_leaves_the_stories_of_the_old_one(case: Case) -> None:
    case.article("2017-10-10", "[市水利局:subject][same=x] 河道整治", name="a")
    case.article("2017-10-11", "[市水利局:subject][same=x] 河道整治", site="gov", name="b")
    case.build()
    case.article("2017-05-10", "[市水利局:subject][same=x] 河道整治", name="a", at="2017-10-12T12:00:00")
    case.build()
    in_pieces = digest(case)
    case.build(rebuild=True)
    assert digest(case) == in_pieces


def test_same_landing_is_same_warehouse_whole_in_pieces_and_rebuilt(case: Case, tmp_path: Path) -> None:
    first_week(case)
    case.build()
    second_week(case)
    case.build()
    in_pieces = digest(case)
    report = case.build()
    assert (report.page_count, report.article_count, report.thread_count) == (0, 0, 0)
    assert digest(case) == in_pieces
    assert case.build(rebuild=True).is_rebuilt
    assert digest(case) == in_pieces
    case.warehouse.unlink()
    case.build()
    assert digest(case) == in_pieces


def test_only_new_and_changed_items_are_tagged(case: Case) -> None:
    first_week(case)
    case.build()
    case.tagger.tagged.clear()
    second_week(case)
    report = case.build()
    assert (report.article_count, report.thread_count) == (2, 1)
    assert len([t for t in case.tagger.tagged if t.startswith("a")]) == 2
    assert len([t for t in case.tagger.tagged if t.startswith("t")]) == 2  # opening and answer


def test_update_is_a_version_and_reprint_a_copy(case: Case) -> None:
    first_week(case)
    case.build()
    rows = ask(case, "SELECT outlet, is_first, copy_count, version_count FROM article ORDER BY url DESC")
    assert rows == [("防城港日报", True, 2, 1), ("防城港市人民政府网站", False, 2, 1)]
    second_week(case)
    case.build()
    assert ask(case, "SELECT version_count, copy_count FROM article WHERE url LIKE '%/a.html'") == [(2, 1)]
    known = "SELECT content_hash FROM article_at(TIMESTAMP '2017-10-15') WHERE url LIKE '%/a.html'"
    assert ask(case, known) != ask(case, known.replace("10-15", "10-17"))


def test_thread_is_the_union_of_newest_pages(case: Case) -> None:
    posts = [("楼主", f"2017-10-09T10:{m:02d}:00", f"第{m}楼") for m in range(3)]
    case.thread("9", "[求助:市住建委]", posts[:2], at="2017-10-09T12:00:00", pages=2)
    case.thread("9", "[求助:市住建委]", posts[2:], at="2017-10-09T12:00:01", page=2, pages=2, first_floor=3)
    edited = [posts[0], ("楼主", "2017-10-09T10:01:00", "改过的第2楼")]
    case.thread("9", "[求助:市住建委]", edited, at="2017-10-10T12:00:00", pages=2)
    case.build()
    assert ask(case, "SELECT floor, text FROM thread_post ORDER BY floor") == [
        (1, "第0楼"),
        (2, "改过的第2楼"),
        (3, "第2楼"),
    ]
    seen = ask(case, "SELECT DISTINCT first_captured_at FROM thread_post WHERE floor < 3")
    assert seen == [(dt.datetime(2017, 10, 9, 12),)]


def test_personal_data_is_masked_and_names_are_pseudonyms(case: Case) -> None:
    case.thread(
        "1",
        "求助，电话13977001234[求助:市住建委]",
        [("李四", "2017-10-09T08:00:00", "打13977001234")],
        at="2017-10-09T09:00:00",
    )
    case.article("2017-10-09", "热线：联系人手机13977001234", name="x")
    case.build()
    stored = str(
        ask(case, "SELECT title FROM thread_page_version UNION SELECT text FROM thread_post_version")
        + ask(case, "SELECT body FROM article_version UNION SELECT author FROM thread_post_version")
    )
    assert "13977001234" not in stored and "李四" not in stored
    assert "〔电话〕" in stored and "网友-" in stored


def test_official_account_is_known_by_its_pseudonym(case: Case) -> None:
    second_week(case)
    case.build()
    assert ask(case, "SELECT floor, official_unit FROM thread_post WHERE is_official") == [(2, "市水利局")]


def test_state_is_kept_for_each_moment(case: Case) -> None:
    posts = [
        ("张三", "2017-10-09T10:00:00", "路坏了"),
        ("路人", "2017-10-09T11:00:00", "同问"),
        ("防城港水利", "2017-10-10T09:00:00", "已收到"),
        ("防城港水利", "2017-10-12T09:00:00", "答复：修好了"),
    ]
    case.thread("7", "路坏了[投诉:市水利局]", posts, at="2017-10-12T12:00:00")
    case.build()
    for day, state, first, answer in [
        ("2017-10-09 23:00", "待研判", None, None),
        ("2017-10-10 23:00", "已初步回应", 3, None),
        ("2017-10-12 23:00", "已答复", 3, 4),
    ]:
        rows = ask(
            case, f"SELECT state, first_response_floor, answer_floor FROM ticket_at(TIMESTAMP '{day}', NULL)"
        )
        assert rows == [(state, first, answer)]
    assert ask(case, "SELECT * FROM ticket_at(TIMESTAMP '2017-10-08 23:00', NULL)") == []
    # What was known on the 11th is nothing: the thread was captured on the 12th.
    assert ask(case, "SELECT * FROM ticket_at(TIMESTAMP '2017-10-11', TIMESTAMP '2017-10-11')") == []


def test_two_decided_units_are_two_tickets_each_with_its_own_answer(case: Case) -> None:
    posts = [
        ("张三", "2017-10-09T10:00:00", "路和水都坏了"),
        ("防城港水利", "2017-10-10T09:00:00", "答复：水管已修"),
        ("港城住建", "2017-10-12T09:00:00", "答复：路已修"),
    ]
    thread = case.thread("7", "[投诉:市水利局]", posts, at="2017-10-12T12:00:00")
    case.build()
    assert ask(case, "SELECT unit, answer_floor FROM ticket") == [("市水利局", 2)]
    case.decide("tag_correction", thread, "2017-10-13T09:00:00", after={"units": ["市水利局", "市住建委"]})
    assert case.build().thread_count == 0  # nothing is tagged again for it
    rows = ask(case, "SELECT ticket_id, unit, answer_floor FROM ticket ORDER BY ticket_id")
    assert rows == [(f"{thread}-1", "市水利局", 2), (f"{thread}-2", "市住建委", 3)]
    rebuilt = digest(case)
    case.build(rebuild=True)
    assert digest(case) == rebuilt


def test_decisions_override_rules_and_outlive_a_rebuild(case: Case) -> None:
    url = case.article("2017-10-09", "[市水利局:subject][topic=生态建设]", name="a")
    case.decide("credit_refuse", url, "2017-10-10T09:00:00", before={"unit": "市水利局"}, why="写的是县里")
    case.decide("credit_add", url, "2017-10-10T09:01:00", after={"unit": "上思县", "role": "subject"})
    case.decide("tag_correction", url, "2017-10-10T09:02:00", after={"topic": None, "form": "综述"})
    for rebuild in (False, True):
        case.build(rebuild=rebuild)
        assert ask(case, "SELECT unit, decided_by FROM article_credit") == [("上思县", "person")]
        assert ask(case, "SELECT topic, form FROM article") == [(None, "综述")]
    before = "SELECT unit FROM article_credit_at(TIMESTAMP '2017-10-09 23:00')"
    assert ask(case, before) == [("市水利局",)]
    case.decide("credit_add", url, "2017-10-11T09:00:00", after={"unit": "市水利局"}, why="复核")
    case.build()
    assert ask(case, "SELECT unit FROM article_credit ORDER BY unit") == [("上思县",), ("市水利局",)]


def test_corrected_credits_replace_those_of_the_rules(case: Case) -> None:
    url = case.article("2017-10-09", "[市水利局:subject][市住建委:joint]", name="a")
    case.decide(
        "tag_correction",
        url,
        "2017-10-10T09:00:00",
        after={"credits": [{"unit": "上思县", "role": "byline"}]},
    )
    case.build()
    assert ask(case, "SELECT unit, role FROM article_credit") == [("上思县", "byline")]


def test_a_correction_of_the_credits_ends_what_was_added_or_refused_before_it(case: Case) -> None:
    url = case.article("2017-10-09", "[市住建委:subject]", name="a")
    units = "SELECT unit FROM article_credit ORDER BY unit"
    case.decide("credit_add", url, "2017-10-10T09:00:00", after={"unit": "市水利局"}, why="申诉 1")
    case.decide("credit_refuse", url, "2017-10-10T10:00:00", before={"unit": "上思县"}, why="写的是别处")
    case.decide("tag_correction", url, "2017-10-11T09:00:00", after={"credits": []})
    case.build()
    assert ask(case, units) == []
    case.decide("tag_correction", url, "2017-10-12T09:00:00", after={"credits": [{"unit": "上思县"}]})
    case.decide("tag_correction", url, "2017-10-13T09:00:00", after={"topic": "生态建设"})  # not of credits
    case.build()
    assert ask(case, units) == [("上思县",)]
    case.decide("credit_add", url, "2017-10-14T09:00:00", after={"unit": "市水利局"}, why="申诉 2")
    case.decide("credit_refuse", url, "2017-10-14T10:00:00", before={"unit": "上思县"}, why="复核")
    case.build()
    assert ask(case, units) == [("市水利局",)]
    assert ask(case, "SELECT unit FROM article_credit_at(TIMESTAMP '2017-10-10 23:00') ORDER BY unit") == [
        ("市住建委",),
        ("市水利局",),
    ]


def test_a_reprint_of_a_reprint_tells_the_first_ones_story_whoever_says_so(case: Case) -> None:
    """By the rules b tells a's story and f that of e."""
    names = {name: case.article(f"2017-10-{n:02}", f"[same={same}]", name=name)
             for n, (name, same) in enumerate(zip("dabcef", "xyyzuu", strict=True), 9)}  # fmt: skip
    ids = {name: case.article_id(url) for name, url in names.items()}

    def say(name: str, first: str | None, at: str) -> None:
        after = {"reprint_of": first and ids[first]}
        case.decide("tag_correction", names[name], f"2017-11-{at}T09:00:00", after=after)

    def told(known_by: str = "NULL") -> str:
        rows = ask(case, f"SELECT article_id, story_id FROM article_fact_at({known_by})")
        story = dict(rows)
        by_id = {article: name for name, article in ids.items()}
        return " ".join(name + by_id[story[ids[name]]] for name in "abcdef")

    case.build()
    assert told() == "aa ba cc dd ee fe"
    say("c", "b", "01")
    case.build()
    assert told() == "aa ba ca dd ee fe"
    say("a", "d", "02")
    say("e", "f", "02")  # the rules said the opposite: the newest word tells which is the first
    case.build()
    assert told() == "ad bd cd dd ef ff"
    assert told("TIMESTAMP '2017-11-01 10:00'") == "aa ba ca dd ee fe"
    say("d", "c", "03")  # a circle: d, the first of them, is now c's
    say("e", None, "03")
    case.build()
    assert told() == "ac bc cc dc ee fe"
    say("b", "a", "04")
    case.build()
    assert told() == "aa ba ca da ee fe"
    before = digest(case)
    case.build(rebuild=True)
    assert digest(case) == before


def test_one_credit_a_unit_and_piece_byline_first(case: Case) -> None:
    case.article("2017-10-09", "[市水利局:joint][市水利局:subject][市水利局:byline]", name="a")
    case.build()
    assert ask(case, "SELECT unit, role FROM article_credit") == [("市水利局", "byline")]


def test_decision_about_an_unknown_unit_is_told_and_changes_nothing(case: Case) -> None:
    url = case.article("2017-10-09", "[市水利局:subject]", name="a")
    case.decide("credit_add", url, "2017-10-10T09:00:00", after={"unit": "没有的局"})
    report = case.build()
    assert report.notices and "没有的局" in report.notices[0]
    assert ask(case, "SELECT unit FROM article_credit") == [("市水利局",)]


class WrongTagger(MarkTagger):
    def _article(self, item: ArticleItem) -> ArticleTags:
        tags = super()._article(item)
        wrong = Credit(unit="没有的局", role="subject", evidence=Evidence(why=""))
        return ArticleTags(**{f: getattr(tags, f) for f in tags.__struct_fields__} | {"credits": [wrong]})


def test_violated_check_names_itself_and_undoes_the_build(case: Case) -> None:
    first_week(case)
    case.build()
    before = digest(case)
    second_week(case)
    wrong = WrongTagger()
    wrong.__class__.__qualname__ = MarkTagger.__qualname__  # the same rules, as far as the warehouse can tell
    with pytest.raises(CheckError, match="credit_unit_known"):
        build(case.city, home=case.home, warehouse=case.warehouse, tagger=wrong)
    assert digest(case) == before


def test_damaged_landing_line_is_told_and_kept_apart(case: Case) -> None:
    first_week(case)
    with (case.store.landing / "paper" / "20171009.jsonl").open("ab") as file:
        file.write(b'{"run": 1}\n')
    report = case.build()
    assert any("paper/20171009.jsonl" in notice for notice in report.notices)
    case.build()
    assert ask(case, "SELECT COUNT(*) FROM quarantine") == [(1,)]


def test_other_city_other_rules_and_damaged_file_are_rebuilt_and_told(case: Case) -> None:
    first_week(case)
    case.build()
    (case.city.folder / "city.yaml").write_text("name: 北海市\n", "utf-8")
    case.city = load_city(case.city.folder)
    report = case.build()
    assert report.is_rebuilt and report.why_rebuilt and "北海市" in report.why_rebuilt
    (case.city.folder / "topics.yaml").write_text("{}\n", "utf-8")
    assert "标注规则" in (case.build().why_rebuilt or "")
    case.warehouse.write_bytes(b"not a database" * 100)
    assert case.build().is_rebuilt
    assert ask(case, "SELECT COUNT(*) FROM article") == [(2,)]


def test_second_build_waits_and_says_so(case: Case) -> None:
    said: list[str] = []
    with FileLock(case.home / "warehouse.duckdb.lock"), pytest.raises(WarehouseError, match="另一个构建"):
        build(
            case.city,
            home=case.home,
            warehouse=case.warehouse,
            tagger=case.tagger,
            progress=lambda stage, done, total: said.append(stage),
            wait_seconds=0.1,
        )
    assert any("等待" in stage for stage in said)


def test_reader_and_build_do_not_block_one_another(case: Case) -> None:
    first_week(case)
    case.build()
    count = "SELECT COUNT(*) FROM article"
    script = (
        f"import duckdb, sys; c = duckdb.connect({str(case.warehouse)!r}, read_only=True); "
        f"print(c.execute({count!r}).fetchone()[0], flush=True); sys.stdin.readline(); "
        f"print(c.execute({count!r}).fetchone()[0], flush=True)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as reader:
        assert reader.stdout is not None and reader.stdin is not None
        before = int(reader.stdout.readline())
        case.article("2017-10-20", "又一条", name="later")
        case.build(wait_seconds=0)
        con = open_warehouse(case.warehouse)
        assert con.execute(count).fetchone() == (before + 1,)  # who opens it now sees the new edition
        con.close()
        reader.stdin.write("\n")
        reader.stdin.flush()
        assert int(reader.stdout.readline()) == before  # who had it open keeps the old one


@pytest.mark.parametrize("cut", [True, False])
def test_lost_landing_is_told_and_the_warehouse_made_of_what_is_left(case: Case, cut: bool) -> None:
    first_week(case)
    second_week(case)
    case.build()
    newest = max(case.store.landing.glob("paper/*.jsonl"))
    if cut:
        lines = newest.read_bytes().splitlines(keepends=True)
        newest.write_bytes(b"".join(lines[:-1]))
    else:
        newest.unlink()
    report = case.build()
    assert report.why_rebuilt is not None and newest.name in report.why_rebuilt
    in_place = digest(case)
    case.warehouse.unlink()
    case.build()
    assert digest(case) == in_place


def test_write_fault_is_told_and_leaves_the_old_state(case: Case) -> None:
    """A full disk, as a limit on the size of files: DuckDB says so in its own words."""
    first_week(case)
    case.build()
    before = digest(case)
    script = LIMITED.format(repository=str(REPOSITORY), home=str(case.home))
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("WarehouseError"), done.stdout
    assert "写入失败" in done.stdout
    assert digest(case) == before
    assert not list(case.home.glob("*.building*"))


LIMITED = """
import resource, sys
sys.path.insert(0, {repository!r})
from pathlib import Path
from pipeline.city import load_city
from pipeline.load import build
from pipeline.load_alike import _windows
from tests.analysis.case import MarkTagger

home = Path({home!r})
city = load_city(home / "town")
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
try:
    build(city, home=home, warehouse=home / "warehouse.duckdb", tagger=MarkTagger(), rebuild=True)
except Exception as error:
    print(type(error).__name__, error)
"""


KILLED = """
import sys, time
sys.path.insert(0, {repository!r})
from pathlib import Path
from pipeline.city import load_city
from pipeline.load import build
from pipeline.load_alike import _windows
from tests.analysis.case import MarkTagger

class Slow(MarkTagger):
    def threads(self, items):
        print("tagging", flush=True)
        time.sleep(60)

Slow.__qualname__ = "MarkTagger"
home = Path({home!r})
city = load_city(home / "town")
build(city, home=home, warehouse=home / "warehouse.duckdb", tagger=Slow(), rebuild={rebuild})
"""


@pytest.mark.parametrize("rebuild", [False, True])
def test_kill_in_the_middle_leaves_the_old_state_and_the_next_build_goes_on(
    case: Case, rebuild: bool
) -> None:
    first_week(case)
    case.build()
    before = digest(case)
    second_week(case)
    script = KILLED.format(repository=str(REPOSITORY), home=str(case.home), rebuild=rebuild)
    child = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
    assert child.stdout is not None and child.stdout.readline().strip() == b"tagging"
    time.sleep(0.1)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    assert digest(case) == before
    assert case.build().page_count == 3  # the second week; the first was loaded before the kill
    after = digest(case)
    case.build(rebuild=True)
    assert digest(case) == after


def test_bodies_are_stored_compressed(case: Case) -> None:
    for number in range(60):
        case.article("2017-10-09", f"第{number}篇，" + "全市河道整治扎实推进。" * 300, name=f"n{number}")
    case.build()
    found = ask(
        case,
        "SELECT DISTINCT compression FROM pragma_storage_info('article_version') "
        "WHERE column_name = 'body' AND segment_type = 'VARCHAR'",
    )
    assert found == [("ZSTD",)]


def test_nothing_landed_is_an_empty_warehouse(case: Case) -> None:
    assert case.build().page_count == 0
    assert ask(case, "SELECT COUNT(*) FROM article") == [(0,)]
    assert ask(case, "SELECT COUNT(*) FROM plan_task WHERE task LIKE 'm%'") == [(12,)]
    assert ask(case, "SELECT COUNT(*) FROM plan_task WHERE task LIKE 'a%'") == [(7,)]


def test_unreadable_times_stay_null(case: Case) -> None:
    article = Article(
        outlet="防城港日报", url="http://paper.test/z.html", title="", body="", published="昨天"
    )
    case.fetch("paper", article.url, "2017-10-09T12:00:00", "article", "no_date", article=article)
    case.thread("5", "[投诉:市水利局]", [("张三", "刚刚", "路坏了")], at="2017-10-09T12:00:00")
    case.build()
    assert ask(case, "SELECT published, published_at FROM article_version") == [("昨天", None)]
    assert ask(case, "SELECT published_day FROM article") == [(None,)]
    assert ask(case, "SELECT opened_at, forum FROM ticket") == [(None, FORUM)]


def test_exposed_unit_stands_in_the_exposure_ledger_and_earns_nothing(case: Case) -> None:
    url = case.article("2017-11-09", "[form=曝光][exposed=市行政审批局][市绩效办:subject]", name="e")
    case.build()
    assert ask(case, "SELECT unit, url FROM exposure") == [("市行政审批局", url)]
    assert ask(case, "SELECT unit FROM article_credit") == [("市绩效办",)]
    case.decide("tag_correction", url, "2017-11-10T09:00:00", after={"exposed": []})
    case.build()
    assert ask(case, "SELECT unit FROM exposure") == []


@pytest.mark.parametrize("clock_set_back", [False, True])
def test_day_without_an_edition_is_no_failure_once_the_server_said_so(
    case: Case, clock_set_back: bool
) -> None:
    """The first crawl met a server that did not answer, the second was told that there is no such page."""
    case.edition("2017-10-09", "server_error", at="2017-10-09T11:00:00")
    later = "2017-10-09T10:00:00" if clock_set_back else "2017-10-09T12:00:00"
    case.edition("2017-10-09", "not_found", at=later)
    case.build()
    assert ask(case, "SELECT DISTINCT state FROM source_day_at(NULL) WHERE day = '2017-10-09'") == [
        ("no_news",)
    ]
    case.edition("2017-10-09", "server_error", at="2017-10-10T12:00:00")
    case.build()
    assert ask(case, "SELECT DISTINCT state FROM source_day_at(NULL) WHERE day = '2017-10-09'") == [("down",)]


def test_damage_inside_the_file_is_built_anew(case: Case) -> None:
    first_week(case)
    case.build()
    before = digest(case)
    content = bytearray(case.warehouse.read_bytes())
    content[50_000:] = bytes(b ^ 0x5A for b in content[50_000:])
    case.warehouse.write_bytes(content)
    report = case.build()
    assert report.why_rebuilt is not None and "无法" in report.why_rebuilt
    assert digest(case) == before


def test_half_a_decision_is_told(case: Case) -> None:
    first_week(case)
    second_week(case)
    record = next(case.store.decisions.glob("*.jsonl"))
    record.write_bytes(record.read_bytes()[:-20])
    assert any("半行" in notice and record.name in notice for notice in case.build().notices)


def test_tables_of_now_are_what_the_histories_say(case: Case) -> None:
    first_week(case)
    case.build()
    case.article("2017-10-20", "又一条", name="later")
    case.thread(
        "9", "[投诉:市水利局] 路灯", [("甲", "2017-10-20 10:00", "路灯坏了")], at="2017-10-20T12:00:00"
    )
    case.build()
    pairs = {
        "article_now": "SELECT * EXCLUDE (body) FROM article_history(NULL)",
        "thread_floor_now": "SELECT * EXCLUDE (text, quote_text) FROM thread_post_history(NULL)",
        "source_day_now": "SELECT * FROM source_day_history(NULL)",
    }
    for table, history in pairs.items():
        now = ask(case, f"SELECT * FROM {table} ORDER BY ALL")
        assert now and now == ask(case, f"{history} ORDER BY ALL")


def test_threads_are_compared_in_windows_that_miss_no_pair() -> None:
    days = {f"t{n:02d}": dt.date(2017, 1, 1) + dt.timedelta(days=17 * n) for n in range(60)}
    given: dict[str, dt.date | None] = {**days, "undated": None}
    changed = {thread for number, thread in enumerate(sorted(given)) if number % 3 == 0} | {"undated"}
    compared = [(one, other) for new, near in _windows(given, changed) for one in new for other in near]
    assert {one for one, _ in compared} == changed
    for one in changed:
        for other in given:
            first, second = given[one], given[other]
            if first is None or second is None or abs(first - second) <= dt.timedelta(days=MAX_GAP_DAYS):
                assert (one, other) in compared or (other, one) in compared
    windows = [
        frozenset((one, other))
        for new, near in _windows(given, changed)
        for one in new
        for other in near
        if one < other or other not in new
    ]
    assert len(windows) == len(set(windows)), "each pair once"
    whole = sum(len(new) * len(near) for new, near in _windows(days, days))
    assert whole < 0.6 * len(days) ** 2, "not all with all"
