"""Appeals: evidence first, never the unit's own decision, and a grant that credits with the same proof."""

from __future__ import annotations

import datetime as dt
import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from analysis.acts.appeal import open_appeal, record_capture, withdraw_appeal
from analysis.acts.appeal_ruling import grant_appeal, refuse_appeal
from analysis.acts.record import ActError
from analysis.appeals import Appeal, appeals, counts
from analysis.coverage import coverage
from analysis.plan import Plan, load_plan
from analysis.warehouse import ask, open_warehouse
from crawlers.pages import AddressError, check_address, fetch_pages
from gangqing import app, message_of
from pipeline.attachments import AttachmentError, find_attachment, keep_attachment
from pipeline.batch import finish_batches
from pipeline.decisions import load_decisions
from pipeline.landing import iter_landed, read_capture
from pipeline.records import Article
from sample.serve import running
from tests.analysis.case import Case

PHOTO = b"\xff\xd8\xff\xe0" + b"photo" * 50
AT = dt.datetime(2017, 11, 6, 9)


@pytest.fixture
def case(tmp_path: Path) -> Case:
    found = Case(tmp_path)
    found.edition("2017-10-09")
    return found


def plan_of(case: Case) -> Plan:
    plan = load_plan(case.city)
    assert plan is not None
    return plan


def hand_in(case: Case, **more: object) -> str:
    values: dict[str, object] = {
        "unit": "东兴市",
        "title": "东兴市推进绩效整改",
        "who": "东兴市 联络员",
        "at": AT,
        "outlet": "防城港日报",
        "day": dt.date(2017, 10, 12),
        "why": "见报未计，联系电话13800001234",
    }
    if "url" not in more:
        values["file"] = ("版面 照片.jpg", PHOTO)
    return open_appeal(case.store, case.city, plan_of(case), **values | more)  # type: ignore[arg-type]


def grant(case: Case, number: str, **more: object) -> str:
    case.build()
    con = open_warehouse(case.warehouse)
    values: dict[str, object] = {"role": "subject", "who": "市绩效办 李某", "at": AT, "why": "属实"}
    try:
        return grant_appeal(case.store, con, case.city, number, **values | more)  # type: ignore[arg-type]
    finally:
        con.close()


def listed(case: Case, day: str = "2017-11-30") -> list[Appeal]:
    case.build()
    con = open_warehouse(case.warehouse)
    try:
        return appeals(con, dt.date.fromisoformat(day))
    finally:
        con.close()


def test_a_granted_file_credits_the_unit_with_the_photo_as_proof(case: Case) -> None:
    number = hand_in(case, task="m02")
    [appeal] = listed(case, "2017-11-06")
    assert (appeal.state, appeal.sha256) == ("待裁定", hashlib.sha256(PHOTO).hexdigest())
    assert "13800001234" not in appeal.why
    found = grant(case, number, form="报道")
    [appeal] = listed(case)
    assert (appeal.state, appeal.decider, appeal.article_id) == ("已计分", "市绩效办 李某", found)
    con = open_warehouse(case.warehouse)
    rows = ask(
        con, "credit", start=dt.date(2017, 10, 1), end=dt.date(2017, 10, 31), known_by=None, articles=None
    )
    assert [(r["unit"], r["role"], r["decided_by"]) for r in rows] == [("东兴市", "subject", "person")]
    fact = ask(con, "article_named", ref=found, outlet=None, title=None, day=None)[0]
    con.close()
    assert fact["sha256"] == hashlib.sha256(PHOTO).hexdigest()
    [landed] = [r for _, _, r in iter_landed(case.store.folder, site="appeal")]
    assert landed.warc is not None and landed.warc_offset is not None
    headers, body = read_capture(case.store.folder, landed.warc, landed.warc_offset)
    assert (headers["content-type"], body) == ("image/jpeg", PHOTO)


def test_before_it_is_granted_nothing_counts_and_a_rebuild_says_the_same(case: Case) -> None:
    number = hand_in(case)
    case.build()
    con = open_warehouse(case.warehouse)
    assert ask(con, "latest_capture")[0]["article_count"] == 0
    con.close()
    grant(case, number)

    def verdicts() -> list[tuple[str, str, str]]:
        con = open_warehouse(case.warehouse)
        found = coverage(con, plan_of(case), dt.date(2017, 11, 30))
        con.close()
        return [(row.task, row.unit, row.verdict) for row in found]

    case.build()
    first = verdicts()
    case.build(rebuild=True)
    assert verdicts() == first


def test_a_unit_does_not_decide_its_own(case: Case) -> None:
    number = hand_in(case)
    for who, unit in (
        ("东兴市 李某", None),
        ("东兴市委宣传部", None),
        ("李某", "东兴市"),
        ("东兴市 联络员", None),
    ):
        with pytest.raises(ActError, match="不能裁定自己的申诉"):
            grant(case, number, who=who, unit_of_decider=unit)
        with pytest.raises(ActError, match="不能裁定自己的申诉"):
            refuse_appeal(case.store, case.city, number, who=who, at=AT, why="不", unit_of_decider=unit)


def test_who_handed_it_in_does_not_decide_it_under_a_name_without_a_unit(case: Case) -> None:
    number = hand_in(case, who="李某")
    with pytest.raises(ActError, match="不能裁定自己的申诉"):
        grant(case, number, who="李某")
    with pytest.raises(ActError, match="不能裁定自己的申诉"):
        refuse_appeal(case.store, case.city, number, who="李某", at=AT, why="不")


def test_who_is_exposed_in_an_article_is_not_credited_with_it(case: Case) -> None:
    title = "曝光：围挡占道"
    case.article("2017-10-12", "[form=曝光][exposed=市住建委] 围挡长期占道。", title=title)
    case.build()
    number = hand_in(case, unit="市住建委", title=title, who="市住建委 联络员")
    with pytest.raises(ActError, match="市住建委是这篇稿件里被曝光的单位，不计分"):
        grant(case, number)
    assert [appeal.state for appeal in listed(case)] == ["待裁定"]


@pytest.mark.parametrize("form", ["曝光", "新闻", ""])
def test_an_appeal_is_granted_in_a_form_that_credits_only(case: Case, form: str) -> None:
    number = hand_in(case)
    with pytest.raises(ActError, match=f"体裁应为 报道、公告、综述，而不是“{form}”"):
        grant(case, number, form=form)
    assert listed(case)[0].state == "待裁定"


def test_the_command_says_from_when_on_a_grant_counts(case: Case) -> None:
    case.article("2017-10-12", "没有标记", title="东兴市推进绩效整改")
    case.build()
    grants = {hand_in(case): "已记录，各表即时计入"}
    new = hand_in(case, title="另一篇", file=("二.jpg", PHOTO + b"2"))
    grants[new] = "已记录；这篇稿件是新收的，在下一次 gangqing build 后计入各表"
    for number, said in grants.items():
        arguments = [
            "appeal",
            "grant",
            number,
            "--role",
            "subject",
            "--who",
            "市绩效办 李某",
            "--why",
            "属实",
        ]
        place = ["--city", str(case.city.folder), "--home", str(case.home)]
        result = CliRunner().invoke(app, [*arguments, *place])
        assert result.exit_code == 0, result.output
        assert result.output.splitlines()[-1] == said


def test_a_refusal_needs_a_reason_and_is_final(case: Case) -> None:
    number = hand_in(case)
    with pytest.raises(ActError, match="请写明不予计分的理由"):
        refuse_appeal(case.store, case.city, number, who="市绩效办", at=AT, why=" ")
    refuse_appeal(case.store, case.city, number, who="市绩效办", at=AT + dt.timedelta(days=2), why="顺带提及")
    with pytest.raises(ActError, match="已由 市绩效办 于 2017-11-08 处理：不予计分"):
        grant(case, number, at=AT + dt.timedelta(days=3))
    [appeal] = listed(case)
    assert (appeal.state, appeal.decision, appeal.waiting_days) == ("不予计分", "顺带提及", 2)
    assert listed(case, "2017-11-07")[0].state == "待裁定"  # as of the day before
    [count] = counts(listed(case))
    assert (count.unit, count.appeal_count, count.open_count, count.refused_count) == ("东兴市", 1, 0, 1)


def test_the_same_evidence_is_handed_in_once_unless_it_was_withdrawn(case: Case) -> None:
    number = hand_in(case)
    with pytest.raises(ActError, match=f"已就此提出过申诉 {number}"):
        hand_in(case, at=AT + dt.timedelta(hours=1))
    withdraw_appeal(case.store, number, who="东兴市 联络员", at=AT)
    assert hand_in(case, at=AT + dt.timedelta(hours=2)) != number


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"unit": "东兴"}, "东兴市"),
        ({"title": " "}, "请填写稿件标题"),
        ({"day": dt.date(2017, 12, 1)}, "还没有到"),
        ({"task": "m99"}, "没有事项"),
        ({"file": ("a.jpg", b"")}, "空文件"),
        ({"file": ("a.jpg", b"MZ\x90" * 9)}, "不是照片"),
        ({"file": ("a.jpg", b"<svg onload=1>")}, "不是照片"),
        ({"file": None}, "二者择一"),
    ],
)
def test_what_is_wrong_is_refused_with_what_to_mend(case: Case, more: dict[str, object], says: str) -> None:
    with pytest.raises(ActError, match=says):
        hand_in(case, **more)
    assert not list(case.store.decisions.glob("*.jsonl"))


def test_a_known_article_is_credited_and_not_landed_again(case: Case) -> None:
    case.article("2017-10-12", "没有标记", title="东兴市：推进绩效整改")
    number = hand_in(case)
    grant(case, number)
    case.build()
    assert not list(iter_landed(case.store.folder, site="appeal"))
    con = open_warehouse(case.warehouse)
    assert ask(con, "latest_capture")[0]["article_count"] == 1
    con.close()


def test_a_piece_handed_in_since_the_last_build_is_credited_and_not_landed_again(case: Case) -> None:
    case.build()
    con = open_warehouse(case.warehouse)
    other = hand_in(
        case, unit="上思县", who="上思县 联络员", title="东兴市：推进绩效整改", file=("二.jpg", PHOTO + b"2")
    )
    by: dict[str, Any] = {"role": "subject", "who": "市绩效办 李某", "at": AT, "why": "属实"}
    first = grant_appeal(case.store, con, case.city, hand_in(case), **by)
    assert grant_appeal(case.store, con, case.city, other, **by) == first
    third = hand_in(case, unit="上思县", who="上思县 联络员", title="别的", file=("三.jpg", PHOTO + b"3"))
    assert grant_appeal(case.store, con, case.city, third, article=first, **by) == first
    assert len(list(iter_landed(case.store.folder, site="appeal"))) == 1
    exposed = {"form": "曝光", "exposed": ["防城区"]}
    case.decide("tag_correction", first, "2017-11-06T09:00:00", after=exposed)
    fourth = hand_in(case, unit="防城区", who="防城区 联络员", file=("四.jpg", PHOTO + b"4"))
    with pytest.raises(ActError, match="防城区是这篇稿件里被曝光的单位"):
        grant_appeal(case.store, con, case.city, fourth, **by)
    con.close()


def test_a_piece_is_known_by_the_title_under_which_it_was_handed_in(case: Case) -> None:
    url = case.article("2017-10-12", "没有标记", name="n", title="我市推进整改", at="2017-10-20T12:00:00")
    piece = Article(outlet="防城港日报", url=url, title="东兴市推进绩效整改", body="", published="2017-10-12")
    case.fetch("appeal", url, "2017-10-13T09:00:00", "article", "stored", article=piece)
    assert grant(case, hand_in(case)) == case.article_id(url)
    assert len(list(iter_landed(case.store.folder, site="appeal"))) == 1


def test_of_two_pieces_of_one_title_the_one_that_was_named_is_credited(case: Case) -> None:
    urls = [
        case.article("2017-10-12", "没有标记", title="东兴市推进绩效整改", name=f"n{n}") for n in range(4)
    ]
    case.build()
    con = open_warehouse(case.warehouse)
    ids = [ask(con, "tags_of_article", target=url)[0]["article_id"] for url in urls]
    con.close()
    for number, (url, article) in enumerate(zip(urls, ids, strict=True)):
        photo = (f"{number}.jpg", PHOTO + bytes([number]))
        assert grant(case, hand_in(case, file=photo), article=url) == article


def test_an_article_that_there_is_not_is_told_though_one_of_the_title_is_there(case: Case) -> None:
    case.article("2017-10-12", "没有标记", title="东兴市推进绩效整改")
    with pytest.raises(ActError, match="没有这篇稿件：a000000000000"):
        grant(case, hand_in(case), article="a000000000000")


def granted_then_killed(case: Case) -> str:
    """The number of an appeal whose batch counts and is not landed."""
    number = hand_in(case)
    grant(case, number)
    [done] = case.store.batches.glob("*.done")
    done.rename(done.with_suffix(".open"))  # as after a kill
    for path in (case.store.landing / "appeal").glob("*"):
        path.unlink()
    return number


def test_a_kill_between_commit_and_landing_is_finished_by_the_next_build(case: Case) -> None:
    granted_then_killed(case)
    assert finish_batches(case.store) == 1
    assert listed(case)[0].state == "已计分"
    assert len(list(iter_landed(case.store.folder, site="appeal"))) == 1
    assert finish_batches(case.store) == 0


def test_a_lost_file_of_an_open_batch_is_told_and_made_up_for_by_the_same_file(case: Case) -> None:
    number = granted_then_killed(case)
    find_attachment(case.store.folder, hashlib.sha256(PHOTO).hexdigest()).unlink()
    command = ["build", "--city", str(case.city.folder), "--home", str(case.home)]
    ended = CliRunner().invoke(app, command)
    assert isinstance(ended.exception, AttachmentError)
    said = message_of(ended.exception) or ""
    assert f"appeal-{number}" in said and "从备份恢复" in said and "再报送一次" in said
    keep_attachment(case.store.folder, PHOTO, ".jpg")
    assert finish_batches(case.store) == 1
    assert listed(case)[0].state == "已计分"


def test_a_kept_file_that_changed_is_told(case: Case) -> None:
    hand_in(case)
    digest = hashlib.sha256(PHOTO).hexdigest()
    path = find_attachment(case.store.folder, digest)
    path.write_bytes(PHOTO + b"x")
    with pytest.raises(AttachmentError, match="内容已变"):
        find_attachment(case.store.folder, digest)
    with pytest.raises(AttachmentError, match="没有这个附件"):
        find_attachment(case.store.folder, "../../etc/passwd")


@pytest.mark.parametrize(
    "url",
    ["ftp://a.b/c", "javascript:alert(1)", "http://a:22/", "http://user@a.cn/", "", "file:///etc/passwd"],
)
def test_addresses_that_are_no_websites(url: str) -> None:
    with pytest.raises(AddressError):
        check_address(url)


def test_a_link_is_captured_and_what_it_says_is_credited(case: Case, tmp_path: Path) -> None:
    day = dt.date(2017, 10, 20)
    with running(day) as (port, city):
        home = tmp_path / "sample"
        from pipeline.store import open_store

        store = open_store(home, city)
        plan = load_plan(city)
        assert plan is not None
        url = f"http://127.0.0.1:{port + 1}/slj/dtxx/"
        gone = f"http://127.0.0.1:{port + 1}/slj/dtxx/t99999.shtml"
        found = fetch_pages(city, "appeal", [url, gone], home=home, clock=lambda: AT)
    assert [each.outcome for each in found] == ["captured", "not_found"]
    assert found[0].sha256 is not None and found[0].warc is not None
    assert not [r for _, _, r in iter_landed(store.folder) if r.article is not None]  # evidence, no record
    number = hand_in(case, url=url)
    with pytest.raises(ActError, match="还没有存证"):
        grant(case, number)
    record_capture(
        case.store.decisions,
        number,
        outcome="captured",
        url=url,
        sha256="0" * 64,
        warc="appeal/x.warc.gz",
        warc_offset=7,
        article=None,
        who="系统取证",
        at=AT,
    )
    grant(case, number)
    [landed] = [r for _, _, r in iter_landed(case.store.folder, site="appeal")]
    assert (landed.warc, landed.warc_offset, landed.sha256) == ("appeal/x.warc.gz", 7, "0" * 64)


def test_what_is_read_of_a_captured_page_is_masked(case: Case) -> None:
    number = hand_in(case, url="http://paper.test/1")
    said = "周经理13877011240"
    article = Article(
        outlet="某网", url="http://paper.test/1", title=said, body=said, byline=said, source=said
    )
    decision = record_capture(
        case.store.decisions,
        number,
        outcome="captured",
        url=article.url,
        sha256="0" * 64,
        warc="appeal/x.warc.gz",
        warc_offset=7,
        article=article,
        who="系统取证",
        at=AT,
    )
    fields = ("title", "body", "byline", "source")
    assert {decision.after[name] for name in fields} == {"周经理〔电话〕"}


def test_private_addresses_are_not_fetched(case: Case, tmp_path: Path) -> None:
    [found] = fetch_pages(
        case.city, "appeal", ["http://127.0.0.1:8080/x"], home=tmp_path / "h", clock=lambda: AT
    )
    assert found.outcome == "blocked_address"


def test_two_who_decide_at_once_do_not_both_succeed(case: Case) -> None:
    number = hand_in(case)
    case.build()

    def act(turn: int) -> str:
        try:
            if turn % 2:
                refuse_appeal(case.store, case.city, number, who=f"市绩效办 {turn}", at=AT, why="不属实")
                return "不予计分"
            con = open_warehouse(case.warehouse)
            grant_appeal(
                case.store, con, case.city, number, role="subject", who=f"市绩效办 {turn}", at=AT, why="属实"
            )
            return "已计分"
        except ActError as error:
            assert "处理" in str(error)
            return ""

    with ThreadPoolExecutor(6) as pool:
        done = [each for each in pool.map(act, range(6)) if each]
    assert len(done) == 1
    assert listed(case)[0].state == done[0]
    kinds = [d.kind for d in load_decisions(case.store.decisions)]
    assert kinds.count("credit_add") == (done == ["已计分"])


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "ftp://paper.test/a.html", "file:///etc/passwd", "稿件"]
)
def test_link_that_is_no_web_page_is_refused_when_it_is_handed_in(case: Case, url: str) -> None:
    with pytest.raises(ActError, match="http"):
        hand_in(case, url=url)
