"""Papers of the queue: 转办单 and 督办单, the Excel list and the calendar feed of a unit."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import shutil
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path

import icalendar
import pytest
from docx import Document
from openpyxl import load_workbook

from analysis.queue import queue
from analysis.reports import sheet as sheets
from analysis.reports.handover import qr_code, write_handover
from analysis.reports.official_text import width_in_characters
from analysis.reports.ticket_feed import change_counts, write_feed
from analysis.reports.ticket_list import standing, write_list
from analysis.ticket import Ticket, load_rules
from analysis.ticket_sheet import TicketSheet, build_sheet, day_words, quoted, shortened
from analysis.warehouse import open_warehouse
from tests.analysis.notify.town import Town

DAY = dt.date(2017, 12, 18)


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(tmp_path)


def sheet_of(town: Town, ticket: str, kind: str = "转办", day: str = "2017-12-05T18:00") -> TicketSheet:
    town.build()
    con = open_warehouse(town.warehouse)
    try:
        at = dt.datetime.fromisoformat(day)
        return build_sheet(con, town.city, load_rules(town.city), ticket, at, kind)  # type: ignore[arg-type]
    finally:
        con.close()


def tickets_of(town: Town, day: dt.date = DAY) -> tuple[list[Ticket], dict[str, int]]:
    town.build()
    con = open_warehouse(town.warehouse)
    try:
        found = queue(con, load_rules(town.city), day)
        return found, change_counts(con, found, day)
    finally:
        con.close()


def words(content: bytes) -> str:
    document = Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(p.text for p in document.paragraphs), *cells])


def test_a_handover_sheet_says_who_what_and_by_when(town: Town) -> None:
    ticket = town.post("1", "[投诉:市水利局]水浑", "2017-12-05 09:00", handed="2017-12-05T09:20:00")
    town.decide(
        "contact_register", "市委宣传部", "2017-09-29T09:00:00", after={"contact": "杨某", "phone": "0770-1"}
    )
    sheet = sheet_of(town, ticket)
    said = words(write_handover(sheet))
    for part in (
        "网民留言转办单",
        "中共防城港市委员会宣传部",
        f"港情转办 {ticket}",
        "防城港市水利局",
        "2017年12月6日 18:00前（1个工作日，发帖当日不计；计入12月6日）",
        "2017年12月14日 18:00前（7个工作日，发帖当日不计；"
        "计入12月6日至8日、12月11日至14日；不计12月9日、10日）",
        "http://bbs.test/thread-1-1.html",
        "杨某 0770-1",
        "签收人",
    ):
        assert part in said, part
    pictures = [
        zipfile.ZipFile(io.BytesIO(write_handover(sheet))).read(name)
        for name in zipfile.ZipFile(io.BytesIO(write_handover(sheet))).namelist()
        if name.startswith("word/media/")
    ]
    assert pictures == [qr_code("http://bbs.test/thread-1-1.html")]
    assert "请在1个工作日内退回" in said
    assert "请在2个工作日内退回" in words(write_handover(dataclasses.replace(sheet, send_back_days=2)))


def test_an_urging_sheet_says_how_late_the_steps_before_and_the_parent_body(town: Town) -> None:
    ticket = town.post("1", "[投诉:市水利局]水浑", "2017-12-05 09:00", handed="2017-12-05T09:20:00")
    town.decide("extension", ticket, "2017-12-06T10:00:00", after={"days": 9}, why="要挖开")
    sheet = sheet_of(town, ticket, "督办", "2017-12-20T09:00")
    assert sheet.late == [
        "初步回应应于12月6日 18:00前，截至12月20日 09:00未见，超时10个工作日",
        "正式答复应于12月18日 18:00前，截至12月20日 09:00未见，超时2个工作日",
    ]
    assert sheet.parent == "防城港市人民政府办公室"
    assert [step.split(" ", 2)[2].split(" ")[0] for step in sheet.steps] == ["网友发帖", "改变状态", "延期"]
    assert "要挖开" in sheet.steps[2] and "要挖开" in words(write_handover(sheet))


def test_the_same_sheet_gives_the_same_bytes(town: Town) -> None:
    sheet = sheet_of(town, town.post("1", "[投诉:市水利局]水浑", "2017-12-05 09:00"))
    assert write_handover(sheet) == write_handover(sheet)


def test_a_sheet_of_a_year_whose_holidays_are_not_known_says_so(town: Town) -> None:
    """Of ten units the first one's id begins the tenth one's."""
    units = "、".join(unit.short for unit in town.city.units[:10])
    ticket = town.post("1", f"[投诉:{units}][同办:{units}]水浑", "2051-12-05 09:00")
    sheet = sheet_of(town, ticket, day="2051-12-05T18:00")
    assert sheet.ticket_id == ticket and ticket.endswith("-1")
    said = [words.partition("：")[2] for _, words in sheet.deadlines]
    assert len(said) == 2 and all(each.startswith("2051 年的节假日安排尚不可知") for each in said)


HOSTILE = [
    "",
    "短",
    "我的电话13800138000，身份证450602199001011234",
    "长" * 20_000,
    "多行\n" * 3_000,
    "\n\n\n" + " " * 500 + "\t\t尾",
    '=HYPERLINK("http://evil.test","点")',
    "<script>alert(1)</script>&amp;<w:p/>]]>",
    "\x00\x01\x08\x0b\x0c\x1f\ufffe\uffff控制",
    "\u202e反写\u2066隐\u200b藏\ufeff",
    "👨‍👩‍👧‍👦😀" * 200,
    "𠀀𪛖㗎啲嘅" * 80,
    "無空格的英文" + "a" * 5_000,
    "http://long.test/" + "x" * 3_000,
    "{{ 7*7 }} ${jndi:ldap://x} %s %n",
    "  ".join("词" for _ in range(2_000)),
    "“引号”‘单’《书》——破折号……",
    "\r\n".join(["回车"] * 50),
    "ｆｕｌｌｗｉｄｔｈ１３８００１３８０００",
    "إزعاج السكان " * 60,
]


@pytest.mark.skipif(shutil.which("soffice") is None, reason="needs LibreOffice")
def test_hostile_and_long_posts_stay_on_one_page(town: Town, tmp_path: Path) -> None:
    assert len(HOSTILE) == 20
    base = sheet_of(
        town, town.post("1", "[投诉:市水利局]水浑", "2017-12-05 09:00", handed="2017-12-05T09:20:00"), "督办"
    )
    out = tmp_path / "sheets"
    out.mkdir()
    for number, text in enumerate(HOSTILE):
        kind = ("转办", "督办")[number % 2]
        sheet = replace(
            base,
            kind=kind,  # type: ignore[arg-type]
            title=shortened("[投诉:市水利局]" + text, 60, 1, "…"),
            quote=quoted(text, kind),  # type: ignore[arg-type]
            link="http://bbs.test/" + "p" * (number * 14),
            late=base.late * (number % 3),
            steps=[f"12月{n}日 09:00 " + "转" * 44 for n in range(1, 6)],
        )
        content = write_handover(sheet)
        said = words(content)
        assert "13800138000" not in said and "450602199001011234" not in said
        assert not set(said) & set("\x00\x01\x08\x0b\x0c\x1f\ufffe\uffff")
        (out / f"{number:02}.docx").write_bytes(content)
    run = ["soffice", "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to", "pdf"]
    files = sorted(str(path) for path in out.glob("*.docx"))
    subprocess.run([*run, "--outdir", str(out), *files], check=True, capture_output=True, timeout=180)
    pages = {
        path.name: subprocess.run(["pdfinfo", path], check=True, capture_output=True, text=True).stdout
        for path in sorted(out.glob("*.pdf"))
    }
    assert len(pages) == 20
    assert {name: info for name, info in pages.items() if "Pages:           1\n" not in info} == {}


def test_an_address_that_cannot_be_printed_has_no_code(town: Town) -> None:
    sheet = replace(sheet_of(town, town.post("1", "[投诉:市水利局]水浑", "2017-12-05 09:00")), link=None)
    content = write_handover(sheet)
    assert "请凭编号在港情中打开" in words(content)
    assert not [n for n in zipfile.ZipFile(io.BytesIO(content)).namelist() if n.startswith("word/media/")]


def test_days_are_told_in_runs() -> None:
    days = [dt.date(2017, 12, n) for n in (6, 7, 8, 11)] + [dt.date(2017, 12, 31), dt.date(2018, 1, 1)]
    assert day_words(days) == "12月6日至8日、12月11日、12月31日、1月1日"


def some_tickets(town: Town) -> None:
    town.post("1", "[投诉:市水利局]=HYPERLINK(1)", "2017-12-05 09:00", handed="2017-12-05T09:20:00")
    town.post("2", "[咨询:市水利局]何时通水", "2017-12-11 09:00", handed="2017-12-11T09:20:00")
    town.post("3", "[求助:市住建委]电话13800138000", "2017-12-15 09:00")
    received = ("防城港水利", "2017-12-11 10:00", "已收到")
    town.post("4", "[咨询:市水利局]几时收费", "2017-12-11 09:00", more=(received,))


def test_the_list_has_filters_frozen_heads_colours_and_no_formula(town: Town) -> None:
    some_tickets(town)
    tickets, _ = tickets_of(town)
    content = write_list(tickets, None, "防城港市", DAY)
    assert content == write_list(tickets, None, "防城港市", DAY)
    sheet = load_workbook(io.BytesIO(content)).active
    rows = list(sheet.iter_rows(min_row=4, values_only=True))
    assert len(rows) == 4 and sheet.freeze_panes == "E4" and sheet.auto_filter.ref
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    titles = [row[3] for row in rows]
    assert "[投诉:市水利局]=HYPERLINK(1)" in titles and not any("13800138000" in title for title in titles)
    by_title = {row[3]: row[1] for row in rows}
    assert by_title["[投诉:市水利局]=HYPERLINK(1)"] == "已超时 8 个工作日"
    assert by_title["[咨询:市水利局]几时收费"] == "今天到期，已过"  # at the end of the day
    formulas = [
        rule.formula for of in sheet.conditional_formatting for rule in of.rules if rule.type == "expression"
    ]
    assert formulas == [['LEFT($B4,3)="已超时"'], ['LEFT($B4,4)="今天到期"'], ['LEFT($B4,2)="暂停"']]


def test_a_list_with_done_ones_does_not_call_them_waiting(town: Town) -> None:
    some_tickets(town)
    answer = ("防城港水利", "2017-12-12 10:00", "答复：已修好")
    town.post("5", "[咨询:市水利局]何时修", "2017-12-11 09:00", more=(answer,))
    town.build()
    con = open_warehouse(town.warehouse)
    tickets = queue(con, load_rules(town.city), DAY, include_closed=True)
    con.close()
    sheet = load_workbook(io.BytesIO(write_list(tickets, None, "防城港市", DAY))).active
    rows = {row[3]: row[1] for row in sheet.iter_rows(min_row=4, values_only=True)}
    assert "共5件（在办4件）" in sheet["A2"].value
    assert rows["[咨询:市水利局]何时修"] == "已答复"


def test_a_paused_ticket_stands_still(town: Town) -> None:
    ticket = town.post("1", "[投诉:市水利局]水浑", "2017-12-05 09:00", handed="2017-12-05T09:20:00")
    town.decide("pause", ticket, "2017-12-05T10:00:00")
    tickets, changes = tickets_of(town)
    assert standing(tickets[0], DAY) == "暂停"
    assert icalendar.Calendar.from_ical(write_feed(tickets, None, "防城港市", DAY, changes)).events == []


def events_of(town: Town) -> dict[str, icalendar.Event]:
    tickets, changes = tickets_of(town)
    content = write_feed(tickets, "市水利局", "防城港市", DAY, changes)
    assert content == write_feed(tickets, "市水利局", "防城港市", DAY, changes)
    calendar = icalendar.Calendar.from_ical(content)
    assert calendar["x-wr-calname"] == "市水利局回帖时限"
    return {str(event["summary"]): event for event in calendar.events}


def test_the_feed_has_an_event_for_each_open_deadline_that_moves_with_it(town: Town) -> None:
    some_tickets(town)
    ticket = town.post("5", "[投诉:市水利局]坝漏;水,急\\n", "2017-12-15 09:00", handed="2017-12-15T09:20:00")
    before = events_of(town)
    assert len(before) == 2 * 4 + 1  # the one that was responded to has only its answer open
    answer = before["正式答复到期：[投诉:市水利局]坝漏;水,急\\n".translate(str.maketrans("[]\\", "［］＼"))]
    assert answer["dtend"].dt.isoformat() == "2017-12-26T18:00:00+08:00"
    assert answer["dtend"].params["TZID"] == "Asia/Shanghai"
    assert [alarm["trigger"].dt for alarm in answer.walk("VALARM")] == [dt.timedelta(hours=-3)]
    assert f"帖号 {ticket}" in answer["description"]
    town.decide("extension", ticket, "2017-12-18T10:00:00", after={"days": 9}, why="要挖开")
    after = {str(e["uid"]): e for e in events_of(town).values()}[str(answer["uid"])]
    assert after["dtend"].dt.isoformat() == "2017-12-28T18:00:00+08:00"
    assert after["sequence"] > answer["sequence"]


def test_the_commands_write_files(town: Town) -> None:
    from typer.testing import CliRunner

    from gangqing import app

    ticket = town.post("1", "[投诉:市水利局]水浑", "2017-12-05 09:00", handed="2017-12-05T09:20:00")
    town.build()
    where = ["--city", str(town.city.folder), "--home", str(town.home), "--as-of", "2017-12-06"]
    word, excel, feed = (str(town.home / name) for name in ("单.docx", "单.xlsx", "单.ics"))
    for arguments in (
        ["queue", "sheet", ticket[:9], "--out", word, "--kind", "督办"],
        ["queue", "export", "--unit", "市水利局", "--xlsx", excel, "--ics", feed],
    ):
        result = CliRunner().invoke(app, [*arguments, *where])
        assert result.exit_code == 0, result.output
    assert Path(word).read_bytes()[:2] == b"PK" and Path(excel).read_bytes()[:2] == b"PK"
    assert Path(feed).read_bytes().startswith(b"BEGIN:VCALENDAR")


def test_a_long_list_lays_out_each_row_once_and_makes_each_style_once(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """18,500 open posts took seconds, most of them for what was made again of each cell."""
    asked: list[object] = []
    made = sheets.Workbook._format

    def counted(book: sheets.Workbook, properties: dict[str, object]) -> object:
        asked.append(tuple(sorted(properties.items())))
        return made(book, properties)

    some_tickets(town)
    tickets, _ = tickets_of(town)
    monkeypatch.setattr(sheets, "_height", lambda *_: pytest.fail("the list says how high its rows are"))
    monkeypatch.setattr(sheets.Workbook, "_format", counted)
    many = [
        replace(tickets[0], title=f"{title}，第{n}次问") for n in range(40) for title in ("=1+1", "路灯" * 11)
    ]
    content = write_list(many, None, "防城港市", DAY)
    assert len(asked) == len(set(asked)) < 20
    rows = load_workbook(io.BytesIO(content)).active
    assert rows is not None and rows["D4"].data_type == "s" and rows["D4"].quotePrefix
    assert rows.row_dimensions[5].height == 30


@pytest.mark.parametrize("text", ["", "abc 123", "路灯坏了", "“引号”—至\u2000\u2001…", "é\n\0𠀀½"])
def test_widths_are_those_of_the_characters(text: str) -> None:
    assert sheets._width(text) == sum(2 if ord(each) > 0x2000 else 1 for each in text)
    assert width_in_characters(text) == sum(0.5 if ord(each) < 0x2000 else 1 for each in text)
