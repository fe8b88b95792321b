"""Imports: every kind of fault is told line by line, nothing is half imported, nothing counts twice."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
from typing import Any

import openpyxl
import pytest

from analysis.acts.appeal import open_appeal
from analysis.acts.appeal_ruling import grant_appeal
from analysis.acts.importing import ImportReport, record_import
from analysis.acts.record import ActError
from analysis.coverage import coverage
from analysis.handed_pieces import pieces_since
from analysis.imports import kinds
from analysis.imports.package import SheetError
from analysis.imports.template import csv_template, excel_template
from analysis.plan import Plan, load_facts, load_plan
from analysis.warehouse import ask, open_warehouse
from pipeline.batch import finish_batches
from pipeline.decisions import load_decisions
from pipeline.landing import iter_landed, read_capture
from tests.analysis.case import Case

PHOTO = b"\xff\xd8\xff\xe0" + b"board" * 40
OTHER = b"\xff\xd8\xff\xe0" + b"other" * 40
FILES = {"板报.jpg": PHOTO, "截图.png": b"\x89PNG\r\n\x1a\n" + b"x" * 50, "二.jpg": OTHER}
AT = dt.datetime(2017, 12, 20, 9)
GOOD: dict[str, Any] = {
    "类别": "微信",
    "责任单位": "市水利局",
    "日期": "2017-11-22",
    "媒体或地点": "防城港水利",
    "标题": "这36口水质监测井",
    "链接": "https://mp.weixin.qq.com/s/abc",
}


def plan_of(case: Case) -> Plan:
    plan = load_plan(case.city)
    assert plan is not None
    return plan


def workbook(
    rows: list[dict[str, Any]], headings: list[str] | None = None, merge: str | None = None
) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    names = headings or list(kinds.HEADINGS)
    sheet.append(names)
    for row in rows:
        sheet.append([row.get(name) for name in names])
    if merge:
        sheet.merge_cells(merge)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def table(rows: list[dict[str, Any]], encoding: str = "utf-8") -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(kinds.HEADINGS)
    writer.writerows([[row.get(name, "") for name in kinds.HEADINGS] for row in rows])
    return text.getvalue().encode(encoding)


def run(case: Case, content: bytes, name: str = "报送.xlsx", **more: Any) -> ImportReport:
    con = open_warehouse(case.warehouse)
    try:
        return record_import(
            case.store,
            con,
            case.city,
            plan_of(case),
            content,
            name,
            **{"files": FILES, "who": "市绩效办 李某某", "at": AT} | more,
        )
    finally:
        con.close()


def nothing_was_recorded(case: Case) -> bool:
    return not any(
        [
            list(load_decisions(case.store.decisions)) if case.store.decisions.exists() else [],
            list(iter_landed(case.store.folder, site="import")),
            list(case.store.batches.glob("*")) if case.store.batches.exists() else [],
            list(case.store.attachments.rglob("*.*")) if case.store.attachments.exists() else [],
        ]
    )


BOARD = {
    "类别": "板报橱窗",
    "责任单位": "上思县",
    "日期": "2017-12-12",
    "媒体或地点": "一楼大厅",
    "附件": "板报.jpg",
}
# One line each, with the column and the words by which its fault is told.
FAULTS: list[tuple[dict[str, Any], str, str]] = [
    (GOOD | {"类别": None}, "类别", "没有填类别"),
    (GOOD | {"类别": "微博客"}, "类别", "是不是“微博”"),
    (GOOD | {"责任单位": None}, "责任单位", "没有填责任单位"),
    (GOOD | {"责任单位": "、"}, "责任单位", "没有填责任单位"),
    (GOOD | {"责任单位": "水利局"}, "责任单位", "是不是 市水利局"),
    (GOOD | {"日期": None}, "日期", "没有填日期"),
    (GOOD | {"日期": "去年冬天"}, "日期", "认不出"),
    (GOOD | {"日期": "10月12日"}, "日期", "没有年份"),
    (GOOD | {"日期": "2017-02-30"}, "日期", "没有“2017-02-30”这一天"),
    (GOOD | {"日期": "2018-01-05"}, "日期", "还没有到"),
    (BOARD | {"截止或撤下日期": "2018-02-28"}, "截止或撤下日期", "还没有到：还挂着的请空着，撤下后再报"),
    (GOOD | {"日期": "1917-10-12"}, "日期", "过早"),
    (GOOD | {"日期": True}, "日期", "应写成"),
    (GOOD | {"标题": None}, "标题", "没有填标题"),
    (GOOD | {"标题": "\u200b"}, "标题", "没有填标题"),
    (GOOD | {"标题": "长" * 201}, "标题", "过长"),
    (GOOD | {"标题": dt.datetime(2017, 10, 12)}, "标题", "而不是日期"),
    (GOOD | {"标题": "<script>alert(1)</script>"}, "标题", "含网页代码"),
    (GOOD | {"标题": "=HYPERLINK(\"http://x\")"}, "标题", "是公式"),
    (GOOD | {"标题": "#REF!"}, "标题", "错误值"),
    (GOOD | {"标题": "@SUM(A1)"}, "标题", "像是公式"),
    (GOOD | {"链接": "www.fcgs.gov.cn/a"}, "链接", "应以 http"),
    (GOOD | {"链接": "javascript:alert(1)"}, "链接", "网页代码"),
    (GOOD | {"链接": "http://192.168.1.8/a"}, "链接", "内网地址"),
    (GOOD | {"链接": "http://localhost/a"}, "链接", "内网地址"),
    (GOOD | {"链接": "http://2130706433/a"}, "链接", "内网地址"),
    (GOOD | {"链接": "http://oa.fcg.local/a"}, "链接", "内网地址"),
    (GOOD | {"链接": "http://u:p@fcgs.gov.cn/a"}, "链接", "不是公开网站"),
    (GOOD | {"链接": None}, "附件", "没有链接也没有附件"),
    (GOOD | {"媒体或地点": None}, "媒体或地点", "账号名"),
    (GOOD | {"类别": "报纸", "媒体或地点": "南宁日报"}, "媒体或地点", "不是报纸"),
    (GOOD | {"体裁": "评论"}, "体裁", "没有体裁"),
    (GOOD | {"角色": "作者"}, "角色", "没有角色"),
    (GOOD | {"头条": "也许"}, "头条", "应填“是”或“否”"),
    (GOOD | {"版面": "头版"}, "版面", "应写成"),
    (GOOD | {"事项": "m99"}, "事项", "没有事项"),
    (BOARD | {"附件": "不在.jpg"}, "附件", "没有找到附件"),
    (BOARD | {"附件": "../../etc/passwd"}, "附件", "只写文件名"),
    (BOARD | {"附件": "假.jpg"}, "附件", "不是照片"),
    (BOARD | {"附件": "空.jpg"}, "附件", "空文件"),
    (BOARD | {"责任单位": "市科技局"}, "责任单位", "责任单位没有市科技局"),
    (BOARD | {"事项": "m03"}, "事项", "不收“板报橱窗”"),
    (BOARD | {"截止或撤下日期": "2017-12-01"}, "截止或撤下日期", "早于"),
]  # fmt: skip


def test_forty_kinds_of_faults_in_one_file_are_told_line_by_line_and_nothing_is_imported(case: Case) -> None:
    files = FILES | {"假.jpg": b"MZ\x90\x00", "空.jpg": b""}
    report = run(case, workbook([GOOD, *(row for row, _, _ in FAULTS)]), files=files)
    told = {(fault.row_number, fault.heading): fault.fault for fault in report.faults}
    for number, (_, heading, says) in enumerate(FAULTS, 3):
        assert says in told.get((number, heading), ""), (number, heading, says, told)
    assert not [fault for fault in report.faults if fault.row_number == 2]  # the good line has none
    assert len({says for _, _, says in FAULTS}) >= 30
    assert nothing_was_recorded(case)


def test_all_faults_of_a_line_are_told_at_once(case: Case) -> None:
    report = run(case, workbook([{"类别": "微信", "责任单位": "甲", "日期": "x", "链接": "y"}]))
    assert {fault.heading for fault in report.faults} == {"责任单位", "日期", "标题", "链接", "媒体或地点"}


def test_duplicate_lines_the_same_photo_and_merged_cells(case: Case) -> None:
    twice = run(case, workbook([GOOD, GOOD | {"说明": "再报一次"}]))
    assert [(f.row_number, f.fault) for f in twice.faults] == [(3, "与第 2 行重复，请删去一行")]
    photo = run(case, workbook([BOARD, BOARD | {"责任单位": "东兴市"}]))
    assert [f.fault for f in photo.faults] == ["与第 2 行是同一张照片，请各报各的"]
    merged = run(
        case,
        workbook([GOOD, GOOD | {"标题": "另一篇", "链接": "https://mp.weixin.qq.com/s/d"}], merge="B2:B3"),
    )
    assert {f.row_number for f in merged.faults if "合并单元格 B2:B3" in f.fault} == {2, 3}
    assert nothing_was_recorded(case)


def test_pieces_are_credited_with_their_proof_and_boards_meet_their_task(case: Case) -> None:
    rows = [
        GOOD,
        {
            "类别": "报纸", "责任单位": "上思县", "日期": dt.date(2017, 10, 12), "标题": "上思县推进整改",
            "附件": "截图.png", "版面": "01版", "头条": "是", "栏目": "抓绩效提升，促经济社会发展",
            "正文": "编者按：电话13800001234。[column]上思县召开绩效整改会。",
        },
        BOARD,
        {
            "类别": "会议走访", "责任单位": "市科技局、市民政局", "日期": "2017-11-02", "标题": "下乡走访",
            "附件": "二.jpg",
        },
    ]  # fmt: skip
    report = run(case, workbook(rows))
    assert (report.faults, report.article_count, report.proof_count) == ([], 2, 2)
    case.build()
    con = open_warehouse(case.warehouse)
    plan = plan_of(case)
    facts = {f.title: f for f in load_facts(con, plan, dt.date(2017, 12, 31))}
    paper, wechat = facts["上思县推进整改"], facts["这36口水质监测井"]
    assert (paper.outlet, paper.outlet_class, paper.level, paper.page, paper.is_lead) == (
        "防城港日报", "paper", "市级报纸", "01版", True,
    )  # fmt: skip
    assert (wechat.outlet_class, wechat.level) == ("wechat", "新媒体")
    assert wechat.credits["市水利局"].role == "byline" and wechat.credits["市水利局"].decided_by == "person"
    assert "导入 i20171220090000" in (wechat.credits["市水利局"].why or "")
    assert paper.sha256 == hashlib.sha256(FILES["截图.png"]).hexdigest()
    cells = {(r.task, r.unit): r for r in coverage(con, plan, dt.date(2018, 1, 5))}
    assert cells["m08", "上思县"].verdict == "达标"
    assert cells["m02", "上思县"].verdict == "达标"
    assert cells["m01", "市科技局"].verdict == cells["m01", "市民政局"].verdict == "达标"
    first = {key: (r.verdict, r.evidence) for key, r in cells.items()}
    bodies = con.execute("SELECT body FROM article_version").fetchall()
    assert "13800001234" not in str(bodies)
    # An import is no crawl.
    assert ask(con, "latest_fetch", as_of=None)[0]["fetched_at"] == dt.datetime(2017, 10, 9, 11)
    con.close()
    for _, _, landed in iter_landed(case.store.folder, site="import"):
        assert landed.warc is not None and landed.warc_offset is not None
        _, body = read_capture(case.store.folder, landed.warc, landed.warc_offset)
        assert hashlib.sha256(body).hexdigest() == landed.sha256
    case.build(rebuild=True)
    con = open_warehouse(case.warehouse)
    again = {(r.task, r.unit): (r.verdict, r.evidence) for r in coverage(con, plan, dt.date(2018, 1, 5))}
    con.close()
    assert again == first


def test_in_the_account_of_another_a_unit_is_not_the_one_that_supplied_the_piece(case: Case) -> None:
    case.build()
    url = "https://mp.weixin.qq.com/s/"
    run(case, workbook([GOOD, GOOD | {"标题": "送水", "责任单位": "市教育局", "链接": f"{url}d"},
                        GOOD | {"标题": "讲课", "媒体或地点": "某号", "链接": f"{url}e"}]))  # fmt: skip
    said = [d.after for d in load_decisions(case.store.decisions) if d.kind == "credit_add"]
    assert [(each["unit"], each["role"]) for each in said] == [
        ("市水利局", "byline"), ("市教育局", "subject"), ("市水利局", "byline"),
    ]  # fmt: skip


def test_what_is_known_is_not_counted_twice(case: Case) -> None:
    by_url = case.article("2017-11-20", "正文", site="gov", title="甲")
    case.article("2017-11-21", "正文", title="上思县：推进整改")
    case.build()
    rows = [
        {"类别": "政府网站", "责任单位": "上思县", "日期": "2017-11-20", "标题": "甲乙", "链接": "https://x.cn/1"},
        {"类别": "政府网站", "责任单位": "东兴市", "日期": "2017-11-20", "标题": "另题", "链接": by_url},
        {"类别": "报纸", "责任单位": "上思县", "日期": "2017-11-21", "标题": "上思县推进整改", "附件": "二.jpg"},  # noqa: E501
        BOARD,
    ]  # fmt: skip
    content = workbook(rows)
    report = run(case, content)
    assert report.faults == []
    assert [s.row_number for s in report.skipped] == [3, 4]
    assert (report.article_count, report.proof_count) == (1, 1)
    again = run(case, workbook([*rows, GOOD]), at=AT + dt.timedelta(days=1))  # before the next build, too
    assert [s.row_number for s in again.skipped] == [2, 3, 4, 5]
    with pytest.raises(ActError, match="已由 市绩效办 李某某 于 2017-12-20 09:00 导入过"):
        run(case, content)


@pytest.mark.parametrize("builds", [False, True])
def test_a_piece_sent_with_a_link_and_then_with_a_photo_counts_once(case: Case, builds: bool) -> None:
    linked = GOOD | {"标题": "这36口、水质监测井"}
    photo = {key: value for key, value in GOOD.items() if key != "链接"} | {"附件": "截图.png"}
    assert run(case, workbook([linked])).article_count == 1
    if builds:
        case.build()
    again = run(case, workbook([photo]), at=AT + dt.timedelta(hours=1))
    assert (again.article_count, [s.row_number for s in again.skipped]) == (0, [2])


def test_pieces_that_the_warehouse_has_are_not_read_again(case: Case) -> None:
    run(case, workbook([GOOD]))
    con = open_warehouse(case.warehouse)
    assert [piece.title for piece in pieces_since(case.store, con)] == [GOOD["标题"]]
    con.close()
    case.build()
    con = open_warehouse(case.warehouse)
    assert list(pieces_since(case.store, con)) == []
    con.close()
    other = GOOD | {"标题": "另一口监测井", "链接": "https://mp.weixin.qq.com/s/def"}
    assert run(case, workbook([other, GOOD]), at=AT + dt.timedelta(hours=1)).article_count == 1
    con = open_warehouse(case.warehouse)
    assert [piece.title for piece in pieces_since(case.store, con)] == ["另一口监测井"]
    con.close()


def test_a_piece_of_an_appeal_granted_since_the_last_build_is_known(case: Case) -> None:
    case.build()
    con = open_warehouse(case.warehouse)
    title, outlet, day = "东兴市推进绩效整改", "防城港日报", dt.date(2017, 11, 21)
    number = open_appeal(
        case.store, case.city, plan_of(case),
        unit="东兴市", title=title, outlet=outlet, day=day, file=("二.jpg", OTHER), who="东兴市 甲", at=AT,
    )  # fmt: skip
    by: dict[str, Any] = {"role": "subject", "who": "市绩效办 李某", "at": AT, "why": "属实"}
    found = grant_appeal(case.store, con, case.city, number, **by)
    con.close()
    row = {
        "类别": "报纸",
        "责任单位": "东兴市",
        "日期": str(day),
        "标题": "东兴市：推进绩效整改",
        "附件": "截图.png",
    }
    [skipped] = run(case, workbook([row | {"媒体或地点": outlet}])).skipped
    assert f"稿件号 {found}" in skipped.why


def test_a_proof_that_says_until_when_adds_to_one_that_did_not(case: Case) -> None:
    case.build()
    proof = {
        "类别": "公告证明", "责任单位": "市教育局", "日期": "2017-10-11", "附件": "截图.png", "事项": "a3",
    }  # fmt: skip
    until = proof | {"截止或撤下日期": "2017-10-24"}
    assert run(case, workbook([proof])).proof_count == 1
    assert run(case, workbook([until])).proof_count == 1
    assert [s.row_number for s in run(case, workbook([until, BOARD])).skipped] == [2]
    said = [d.after.get("until") for d in load_decisions(case.store.decisions) if d.kind == "proof_received"]
    assert said == [None, "2017-10-24"]


def test_a_near_copy_of_a_crawled_piece_is_its_reprint(case: Case) -> None:
    case.article("2017-11-20", "[same=k][市水利局:subject]", title="原稿")
    case.build()
    run(case, workbook([GOOD | {"正文": "[same=k] 同一件事"}]))
    case.build()
    con = open_warehouse(case.warehouse)
    facts = load_facts(con, plan_of(case), dt.date(2017, 12, 31))
    con.close()
    assert len({fact.story_id for fact in facts}) == 1 and len(facts) == 2


def test_a_kill_after_the_commit_is_finished_and_before_it_leaves_nothing(case: Case) -> None:
    run(case, workbook([GOOD, BOARD]))
    [done] = case.store.batches.glob("*.done")
    for path in [*(case.store.landing / "import").glob("*"), *case.store.decisions.glob("*.jsonl")]:
        path.unlink()
    done.rename(done.with_suffix(".open"))  # committed, then killed
    assert finish_batches(case.store) == 1
    assert len(list(iter_landed(case.store.folder, site="import"))) == 1
    assert len(list(load_decisions(case.store.decisions))) == 3
    (case.store.batches / ".half.open.draft").write_bytes(b'{"id": "half"')  # killed before the rename
    assert finish_batches(case.store) == 0


def test_exposures_handed_in_earn_nothing(case: Case) -> None:
    run(case, workbook([GOOD | {"体裁": "曝光", "类别": "电视", "媒体或地点": None}]))
    case.build()
    con = open_warehouse(case.warehouse)
    [fact] = load_facts(con, plan_of(case), dt.date(2017, 12, 31))
    con.close()
    assert (fact.form, fact.exposed, fact.credits) == ("曝光", ["市水利局"], {})


def test_template_is_the_same_bytes_and_can_be_filled_in(case: Case) -> None:
    made = excel_template(case.city, plan_of(case))
    assert made == excel_template(case.city, plan_of(case))
    with pytest.raises(SheetError, match="只有表头"):
        run(case, made)
    book = openpyxl.load_workbook(io.BytesIO(made))
    for column, heading in enumerate(kinds.HEADINGS, 1):
        book["报送表"].cell(2, column, GOOD.get(heading))
    buffer = io.BytesIO()
    book.save(buffer)
    assert run(case, buffer.getvalue()).article_count == 1
    with pytest.raises(SheetError, match="只有表头"):
        run(case, csv_template(), "x.csv")


def test_only_a_check_records_nothing(case: Case) -> None:
    assert run(case, workbook([GOOD]), only_check=True).article_count == 1
    assert nothing_was_recorded(case)


def test_numbers_in_names_of_files_are_kept_nowhere(case: Case) -> None:
    photo = "联系人13877011240.jpg"
    board = BOARD | {"附件": photo, "说明": "手机1\ufe0f\u20e33877011240"}
    table_name = "报送 138_7701_1240.xlsx"
    run(case, workbook([board, GOOD]), table_name, files={photo: PHOTO})
    case.build()
    kept = [path for path in case.store.folder.rglob("*.jsonl") if path.is_file()]
    kept += list(case.store.batches.glob("*"))
    said = "".join(path.read_text("utf-8", "replace") for path in kept)
    assert "报送 〔电话〕.xlsx" in said and "联系人〔电话〕.jpg" in said
    assert "7701" not in said and "77011240" not in said
    evidence = [r for _, _, r in iter_landed(case.store.folder, site="import")]
    for record in evidence:
        assert record.warc is not None and record.warc_offset is not None
        _, body = read_capture(case.store.folder, record.warc, record.warc_offset)
        assert b"7701" not in body
