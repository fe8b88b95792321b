"""The reports of the sample city: figures that add up, sentences and sheets that say them, the same bytes."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
from collections import Counter

import msgspec
import openpyxl
import pytest
from docx import Document

from analysis.coverage import coverage
from analysis.exposure import UNCLEAR
from analysis.overview import DERIVED_KINDS
from analysis.reports import model, wording
from analysis.reports.build import build_report, compose, stem_of
from analysis.reports.collect import Context, collect
from analysis.reports.collect_pieces import piece_figure
from analysis.reports.excel import _in_lines
from analysis.reports.model import Figures, Report
from analysis.reports.rules import load_report_rules
from analysis.scoring import score
from tests.analysis.judged import fact

DAYS = [dt.date(2017, 10, 31), dt.date(2017, 12, 31), dt.date(2018, 2, 28)]


@pytest.fixture(scope="module")
def bulletins(context: Context) -> dict[dt.date, Report]:
    return {day: build_report("bulletin", context, day) for day in DAYS}


def text_of(report: Report) -> str:
    document = Document(io.BytesIO(report.docx))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def sheets_of(report: Report) -> dict[str, list[tuple[object, ...]]]:
    book = openpyxl.load_workbook(io.BytesIO(report.xlsx))
    return {sheet.title: list(sheet.values) for sheet in book.worksheets}


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_figures_are_those_of_the_coverage(
    day: dt.date, context: Context, bulletins: dict[dt.date, Report]
) -> None:
    rows = coverage(context.con, context.plan, day, rules=context.rules, points=context.points)
    wanted = Counter(row.verdict for row in rows if row.kind not in DERIVED_KINDS)
    figures = bulletins[day].figures
    found: Counter[str] = Counter()
    for task in figures.tasks:
        if task.kind not in DERIVED_KINDS:
            found["达标"] += task.verdicts.met_count
            found["未达标"] += task.verdicts.unmet_count
            found["无法判定"] += task.verdicts.unknown_count
            found["未开始"] += task.verdicts.not_yet_count
    assert found == {name: wanted[name] for name in found}
    ends = {task.task: task.window_end for task in figures.tasks}
    for task in ends:  # the term of a line of the plan is that of its units, everywhere the same
        assert ends[task] == max(row.window_end for row in rows if row.task == task), task
        assert ends[task] == max(line.window_end for line in figures.lines if line.task == task), task
    # 附件3: the screenshot is due two days after the announcement's end.
    assert ends["a3"] == dt.date(2017, 10, 26)
    text = text_of(bulletins[day])
    assert f"达标{wanted['达标']}项次，未达标{wanted['未达标']}项次" in text
    assert f"而无法判定{wanted['无法判定']}项次" in text
    assert f"{wanted['达标'] / (wanted['达标'] + wanted['未达标']):.1%}" in text


def test_points_are_those_of_the_score_with_its_cap(context: Context) -> None:
    day, capped = DAYS[2], msgspec.structs.replace(context.points, cap_per_task=3.0)
    figures = collect(dataclasses.replace(context, points=capped), "bulletin", day)
    scores = score(context.con, context.plan, day, points=capped)
    assert scores and any("封顶" in line.points_why for each in scores for line in each.lines)
    points = {unit.unit: unit.points for unit in figures.units}
    assert {s.unit: round(s.earned_points, 2) for s in scores if s.unit in points} == {
        s.unit: points[s.unit] for s in scores if s.unit in points
    }


def test_decided_deductions_stand_beside_the_suggestions(
    context: Context, bulletins: dict[dt.date, Report]
) -> None:
    figures = bulletins[DAYS[2]].figures
    line = figures.deductions[0]
    assert line.decisions == [""] * len(line.reasons)  # nobody has decided in the sample
    decided = msgspec.structs.replace(
        line, decisions=["已扣分 0.5 分（市绩效办 黄，2018-02-20）", *line.decisions[1:]]
    )
    changed = _with(figures, deductions=[decided, *figures.deductions[1:]])
    made = compose(changed, load_report_rules(context.city))
    assert "已扣分 0.5 分（市绩效办 黄，2018年2月20日）" in text_of(made)
    assert "已决定1项" in text_of(made)
    assert any("已扣分 0.5 分" in str(cell) for row in sheets_of(made)["预扣分建议"] for cell in row)


def test_the_proof_of_a_verdict_is_seen_whole(bulletins: dict[dt.date, Report]) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(bulletins[DAYS[2]].xlsx))["对账明细"]
    head = next(cell for row in sheet.iter_rows() for cell in row if cell.value == "证据")
    width = sheet.column_dimensions[head.column_letter].width
    most = 0
    for row in range(head.row + 1, sheet.max_row + 1):
        lines = str(sheet.cell(row, head.column).value or "").split("\n")
        assert max(len(line) + line.count("；") for line in lines) <= width - 1.5  # no program breaks a line
        assert sheet.row_dimensions[row].height >= 13.5 * len(lines)
        most = max(most, len(lines))
    assert most > 3
    many = _in_lines([f"a{n:012}" for n in range(300)]).split("\n")
    assert (len(many), many[-1]) == (29, "等 300 件")


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_posts_add_up(day: dt.date, bulletins: dict[dt.date, Report]) -> None:
    forum = bulletins[day].figures.forum
    assert forum.due_count == forum.in_time_count + forum.late_answered_count + forum.open_overdue_count
    assert forum.total_count == forum.due_count + forum.waiting_count == len(bulletins[day].figures.posts)


def test_bulletin_says_which_weeks_lack_and_keeps_silence_apart(bulletins: dict[dt.date, Report]) -> None:
    # The column had nothing from 16 to 22 October; from 6 to 10 November the paper could not be fetched.
    october, december = text_of(bulletins[DAYS[0]]), text_of(bulletins[DAYS[1]])
    assert "全市缺1项（10月16日至22日）" in october
    assert "全市缺1项，另1项无法判定（10月16日至22日、11月6日至12日（来源静默）" in december
    assert "11月6日至12日（来源静默）" in december and "11月6日" not in october
    assert "应复帖" in december and "待复帖" not in december  # those that were answered are among them
    assert "防城港日报2017年11月6日至10日采集失败，涉及" in december
    assert "市教育局（缺14天）" in december
    assert "不按未达标处理" in december
    # Only October's own bulletin has the two exposures of its month; that of 15 December lacks an approval.
    assert "工期过半 路基还在“纸上”" in october and "审批不全" in december
    assert "刊发前均已按规定审批" in october


def test_what_cannot_be_decided_is_not_told_as_missed(context: Context) -> None:
    text = text_of(build_report("bulletin", context, dt.date(2018, 2, 26)))
    assert "分7个专题综述报道年度经济社会发展主要成效（三（七），2月28日前，2项次无法判定）" in text
    assert "从多个专题宣传各级各部门的绩效工作成就（三（十一），2月28日前，2项次未达标）" in text


def test_bulletin_is_an_official_document(bulletins: dict[dt.date, Report]) -> None:
    text = text_of(bulletins[DAYS[0]])
    for part in (
        "防城港市绩效考评领导小组办公室文件",
        "防绩办通〔2017〕　号",
        "关于2017年10月全市绩效考评宣传工作",
        "各县（市、区）党委和人民政府，市直、驻港各单位：",
        "一、总体情况",
        "附件：1.各单位对账情况表",
        "2017年11月1日",
        "抄送：",
        "口径：达标率＝达标÷（达标＋未达标）",
        "由防城港市绩效考评领导小组办公室研究决定",
    ):
        assert part in text, part
    assert "上月52篇" in text  # September's stories, in a plan that began on the first of it


def test_who_is_short_stands_with_how_many_and_the_days_left(bulletins: dict[dt.date, Report]) -> None:
    text = text_of(bulletins[DAYS[0]])
    assert "应完成的17个单位中，市委改革办、市司法局、市住建委、市市政局、市乡村办未达标。" in text
    assert "10月31日已到期" in text and "还剩61天" in text
    assert "市教育局（缺14天）" in text  # the announcement was not on its site for any of 14 days


@pytest.mark.parametrize("kind", ["weekly", "monthly", "unit"])
def test_other_kinds(kind: str, context: Context) -> None:
    unit = "市水利局" if kind == "unit" else None
    report = build_report(kind, context, DAYS[1], unit)  # type: ignore[arg-type]
    text = text_of(report)
    if kind == "weekly":
        assert "2017年12月25日至31日" in text and "火箭“上天” 鸡蛋“下地”" in text
        assert report.figures.start == dt.date(2017, 12, 25)
    elif kind == "monthly":
        assert "按媒体分：防城港日报" in text and "按专题分：" in text
    else:
        assert "防城港市水利局" in text and "河长来了，河边的猪栏走了" in text
        assert {line.unit for line in report.figures.lines} == {"市水利局"}
        assert {piece.unit for piece in report.figures.credits} == {"市水利局"}
        assert stem_of(report.figures) == "单位情况表-市水利局-2017-12-31"


def test_same_data_and_day_same_bytes(context: Context, bulletins: dict[dt.date, Report]) -> None:
    again = build_report("bulletin", context, DAYS[0])
    assert again.files("x") == bulletins[DAYS[0]].files("x")
    other = bulletins[DAYS[1]].files("x")
    assert other["x.docx"] != again.docx and other["x.xlsx"] != again.xlsx


def test_figures_survive_json_and_make_the_same_files(
    context: Context, bulletins: dict[dt.date, Report]
) -> None:
    figures = model.from_json(model.to_json(bulletins[DAYS[2]].figures))
    assert figures == bulletins[DAYS[2]].figures
    assert compose(figures, load_report_rules(context.city)).docx == bulletins[DAYS[2]].docx


def test_excel_has_filters_panes_colours_links_and_print_setup(bulletins: dict[dt.date, Report]) -> None:
    book = openpyxl.load_workbook(io.BytesIO(bulletins[DAYS[1]].xlsx))
    assert {"说明", "单位汇总", "对账矩阵", "对账明细", "稿件台账", "帖文台账", "来源静默", "图表"} <= set(
        book.sheetnames
    )
    lines = book["对账明细"]
    assert lines.auto_filter.ref and lines.freeze_panes == "B4"
    assert lines.page_setup.orientation == "landscape" and lines.print_title_rows == "$3:$3"
    coloured = [rule for area in lines.conditional_formatting for rule in area.rules]
    assert {"达标", "未达标", "无法判定"} <= {rule.text for rule in coloured}
    pieces = book["稿件台账"]
    links = [cell.hyperlink.target for row in pieces.iter_rows(min_row=4) for cell in row if cell.hyperlink]
    assert len(links) == pieces.max_row - 3 and all(link.startswith("http://127.0.0.1") for link in links)
    assert len(book["图表"]._images) == 3


def test_heads_of_the_matrix_are_shown_whole(bulletins: dict[dt.date, Report]) -> None:
    """A paragraph's name may take three lines of a narrow column; 13 points a line."""
    sheet = openpyxl.load_workbook(io.BytesIO(bulletins[DAYS[1]].xlsx))["对账矩阵"]
    room = sheet.column_dimensions["B"].width - 2
    lines = [
        sum(-(-len(part.encode("gbk")) // int(room)) for part in cell.value.split("\n"))
        for cell in sheet[3]
        if cell.column > 1
    ]
    assert max(lines) > 2
    assert sheet.row_dimensions[3].height >= 13 * max(lines)


def test_excel_rows_are_those_of_the_figures(bulletins: dict[dt.date, Report]) -> None:
    figures = bulletins[DAYS[1]].figures
    sheets = sheets_of(bulletins[DAYS[1]])
    asked = [line for line in figures.lines if line.kind not in DERIVED_KINDS and line.verdict != "不适用"]
    assert len(sheets["对账明细"]) == len(asked) + 3
    assert Counter(row[5] for row in sheets["对账明细"][3:]) == Counter(line.verdict for line in asked)
    assert [row[4] for row in sheets["稿件台账"][3:]] == [piece.title for piece in figures.credits]
    assert len(sheets["单位汇总"]) == len(figures.units) + 3


def test_no_text_becomes_a_formula_and_no_poster_is_named(context: Context) -> None:
    figures = collect(context, "bulletin", DAYS[0])
    evil = '=HYPERLINK("http://x","点")'
    posts = [_renamed(figures, title) for title in (evil, "+1", "-1+1", "@SUM(A1)", "\t=1", "\x00\x0b甲")]
    report = compose(
        _with(figures, posts=posts, lines=[_noted(figures, "=1+1|cmd")]), load_report_rules(context.city)
    )
    book = openpyxl.load_workbook(io.BytesIO(report.xlsx))
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    shown = {cell.value: cell for cell in cells if cell.data_type == "s"}
    assert {evil, "+1", "-1+1", "@SUM(A1)", "=1+1|cmd", "甲"} <= set(shown)
    assert shown[evil].quotePrefix and shown["=1+1|cmd"].quotePrefix
    assert evil in text_of(report)


def test_links_that_are_none_stay_texts(context: Context) -> None:
    figures = collect(context, "bulletin", DAYS[0])
    bad = [
        _url(figures, url)
        for url in ("javascript:alert(1)", "file:///etc/passwd", "http://a b", "http://" + "x" * 3000)
    ]
    report = compose(_with(figures, credits=bad), load_report_rules(context.city))
    pieces = openpyxl.load_workbook(io.BytesIO(report.xlsx))["稿件台账"]
    assert not [cell for row in pieces.iter_rows() for cell in row if cell.hyperlink]
    shown = [cell.value for row in pieces.iter_rows() for cell in row]
    assert "打开原网页 http://a b" in shown  # the address is not lost


def test_a_day_before_everything_and_a_unit_with_nothing(context: Context) -> None:
    early = build_report("bulletin", context, dt.date(2017, 8, 1))
    assert "没有未达标的事项" in text_of(early) or early.figures.pieces.period_count == 0
    quiet = build_report("unit", context, DAYS[0], "市统计局")
    assert "尚无记入本单位的稿件" in text_of(quiet) and "没有需要本单位答复的帖文" in text_of(quiet)


def test_wrong_calls(context: Context) -> None:
    with pytest.raises(ValueError, match="unit"):
        build_report("unit", context, DAYS[0])
    with pytest.raises(ValueError, match="unit"):
        build_report("weekly", context, DAYS[0], "市水利局")
    with pytest.raises(ValueError, match="没有的局"):
        build_report("unit", context, DAYS[0], "没有的局")


def _with(figures: Figures, **changes: object) -> Figures:
    values = {name: getattr(figures, name) for name in figures.__struct_fields__}
    return Figures(**values | changes)  # type: ignore[arg-type]


def _renamed(figures: Figures, title: str) -> model.PostLine:
    post = figures.posts[0]
    values = {name: getattr(post, name) for name in post.__struct_fields__}
    return model.PostLine(**values | {"title": title, "is_open": True})


def _noted(figures: Figures, note: str) -> model.VerdictLine:
    line = figures.lines[0]
    values = {name: getattr(line, name) for name in line.__struct_fields__}
    return model.VerdictLine(**values | {"note": note, "verdict": "未达标"})


def _url(figures: Figures, url: str) -> model.PieceLine:
    piece = figures.credits[0]
    values = {name: getattr(piece, name) for name in piece.__struct_fields__}
    return model.PieceLine(**values | {"url": url, "sha256": None})


def test_the_period_before_is_that_of_the_kind_of_report(context: Context) -> None:
    """A week that begins on the first of a month is compared with a week."""
    weeks = [collect(context, "weekly", dt.date(2017, month, 7)) for month in (10, 11)]
    days = [collect(context, "weekly", dt.date(2017, month, day)) for month, day in ((9, 30), (10, 31))]
    assert [each.start.day for each in weeks] == [1, 1]
    assert [each.pieces.previous_count for each in weeks] == [each.pieces.period_count for each in days]
    month = collect(context, "monthly", dt.date(2017, 11, 7))
    assert month.pieces.previous_count == collect(context, "monthly", DAYS[0]).pieces.period_count


def test_a_story_is_of_the_period_in_which_it_was_first_told(context: Context) -> None:
    """One of 31 January is reprinted on 1 February: the months add up to the season."""
    days = [dt.date(2017, 9, 30), dt.date(2017, 10, 31), dt.date(2017, 11, 30), dt.date(2017, 12, 31)]
    found = [collect(context, "monthly", day) for day in [*days, dt.date(2018, 1, 31), dt.date(2018, 2, 26)]]
    last = found[-1]
    assert sum(each.pieces.period_count for each in found) == last.pieces.season_count
    assert sum(each.pieces.column_count for each in found) == last.pieces.season_column_count
    for number, unit in enumerate(last.units):
        assert sum(each.units[number].period_count for each in found) == unit.season_count, unit.unit
    for names in ("outlets", "topics"):
        months: Counter[str] = Counter()
        for each in found:
            months.update({one.name: one.period_count for one in getattr(each, names)})
        assert months == Counter({one.name: one.season_count for one in getattr(last, names)})
    own = [line for line in last.credits if last.start <= line.published_day <= last.end]
    assert last.pieces.credited_count == len({line.article_id for line in own})
    assert last.pieces.credited_unit_count == len({line.unit for line in own})


def test_a_unit_that_only_a_reprint_credits_has_its_piece(context: Context) -> None:
    """As the ledger and the score count it: by the first copy that credits the unit."""
    first = fact("2017-10-31", "市水利局", name="first", story_id="first")
    copy = fact("2017-11-01", "市水利局", "市农业局", name="copy", story_id="first", is_first=False)
    start, end = dt.date(2017, 11, 1), dt.date(2017, 11, 30)
    found = piece_figure(context.plan, "monthly", [first, copy], start, end)
    assert (found.period_count, found.reprint_count, found.previous_count, found.season_count) == (0, 1, 1, 1)
    assert (found.credited_count, found.credited_unit_count) == (1, 1)


def test_a_reprint_of_a_story_from_before_the_season_is_none_of_it(context: Context) -> None:
    start = context.plan.season.start
    first = fact(str(start - dt.timedelta(days=2)), name="first", story_id="first")
    copy = fact(str(start + dt.timedelta(days=1)), name="copy", story_id="first", is_first=False)
    found = piece_figure(context.plan, "monthly", [first, copy], start, start + dt.timedelta(days=29))
    assert (found.period_count, found.season_count) == (0, 0)


def test_a_report_of_a_day_that_is_not_over_claims_no_hour_that_has_not_passed(context: Context) -> None:
    day = dt.date(2017, 12, 18)
    now = dt.datetime(2017, 12, 18, 10, 5, 30)
    running = collect(dataclasses.replace(context, now=now), "weekly", day)
    whole = collect(dataclasses.replace(context, now=now + dt.timedelta(days=1)), "weekly", day)
    for figures, said in ((running, "2017年12月18日10时5分"), (whole, "2017年12月18日24时")):
        report = compose(figures, load_report_rules(context.city))
        assert f"（数据截至{said}" in text_of(report)
        assert any(f"{said}；所用资料" in str(row) for row in sheets_of(report)["说明"])
    assert whole == collect(context, "weekly", day)
    at = {post.ticket_id: post for post in running.posts}
    due_later = [p for p in whole.posts if p.answer_due and now < p.answer_due and p.ticket_id in at]
    assert not any(at[post.ticket_id].is_answer_overdue for post in due_later if post.answer_at is None)
    assert model.from_json(model.to_json(running)) == running


def test_the_season_ends_with_the_plan(context: Context) -> None:
    season = context.plan.season
    days = [season.start - dt.timedelta(days=1), season.start, season.end, season.end + dt.timedelta(days=1)]
    facts = [fact(str(day), "市水利局", name=str(day), story_id=str(day)) for day in days]
    assert all(each.is_plan_column for each in facts)
    march = dt.date(2018, 3, 31)
    found = collect(context, "monthly", march, facts=facts)
    assert (found.pieces.period_count, found.pieces.season_count) == (1, 2)
    assert (found.pieces.column_count, found.pieces.season_column_count) == (1, 2)
    unit = next(each for each in found.units if each.unit == "市水利局")
    assert (unit.period_count, unit.season_count) == (1, 2)
    for names in (found.outlets, found.topics):
        assert [(each.period_count, each.season_count) for each in names] == [(1, 2)]
    assert "2017年9月1日至2018年2月28日累计首发2篇，专栏2篇。" in wording.pieces(found)
    assert "自2017年9月1日以来累计首发" in wording.pieces(
        collect(context, "monthly", season.end, facts=facts)
    )


def test_an_approval_whose_order_is_open_is_not_told_as_given_before(
    bulletins: dict[dt.date, Report],
) -> None:
    figures = bulletins[DAYS[0]].figures
    line = next(each for each in figures.exposures if each.published_day)
    for state, is_alarm, verdict, said in (
        (UNCLEAR, False, "无法判定", "其中1篇在刊发当日审批"),
        (line.state, False, "达标", "均已按规定审批"),
        (line.state, True, "未达标", "其中1篇刊发前审批不全"),
    ):
        one = msgspec.structs.replace(line, state=state, is_alarm=is_alarm)
        text = wording.exposures(msgspec.structs.replace(figures, exposures=[one]))
        assert (wording.exposure_verdict(one), said in text) == (verdict, True)
        assert ("均已" in text) == (verdict == "达标")


def test_what_was_refused_or_withdrawn_does_not_wait_to_appear(bulletins: dict[dt.date, Report]) -> None:
    figures = bulletins[DAYS[0]].figures
    line = msgspec.structs.replace(figures.exposures[0], state="已撤回", is_alarm=False, published_day=None)
    said = wording.exposures(msgspec.structs.replace(figures, exposures=[line]))
    assert "已撤回1篇" in said and "待刊" not in said


def test_a_unit_that_the_plan_does_not_score_is_told_no_points(context: Context) -> None:
    figures = collect(context, "unit", DAYS[0], "市水利局")
    rules = load_report_rules(context.city)
    assert "，累计" in text_of(compose(figures, rules))
    units = [msgspec.structs.replace(each, points=None) for each in figures.units]
    assert "，累计" not in text_of(compose(_with(figures, units=units), rules))


def test_suggestions_of_deductions_name_their_tasks(bulletins: dict[dt.date, Report]) -> None:
    figures = bulletins[DAYS[2]].figures
    titles = {task.task: task.title for task in figures.tasks}
    assert figures.deductions
    for line in figures.deductions:
        assert line.reasons == [f"{task} {titles[task]}" for task in line.tasks]
        assert sorted(line.reasons) == sorted(
            item for each in figures.lines
            if (each.unit, each.kind) == (line.unit, "deduction") for item in each.missing
        )  # fmt: skip
        assert "；".join(titles[task] for task in line.tasks) in text_of(bulletins[DAYS[2]])


def test_a_units_posts_have_room_for_their_state(context: Context) -> None:
    report = build_report("unit", context, DAYS[2], unit="市市政局")
    tables = Document(io.BytesIO(report.docx)).tables
    (posts,) = [table for table in tables if table.rows[0].cells[0].text == "帖文"]
    heads = [cell.text for cell in posts.rows[0].cells]
    assert heads == ["帖文", "论坛", "发帖日期", "状态", "回应、答复", "时限情况"]
    widths = dict(zip(heads, (cell.width.cm for cell in posts.rows[1].cells), strict=True))
    assert widths["帖文"] > 2.8 and widths["状态"] > 1.3  # 待研判 on one line
    answered = {row.cells[4].text for row in posts.rows[1:]}
    assert {"—", "初步回应1月2日，正式答复1月15日"} <= answered
