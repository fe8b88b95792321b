"""Owns the template of an import: an empty table with its headings, choices, and how to fill it in."""

from __future__ import annotations

import csv
import datetime as dt
import io

import xlsxwriter

from analysis.imports import kinds
from analysis.imports.sheet import MAX_ROWS
from analysis.plan import Plan
from pipeline.city import City

_CREATED = dt.datetime(2017, 9, 27)  # noqa: DTZ001 - the notice's day: the same bytes each time
_WIDTHS = {kinds.TITLE: 40, kinds.LINK: 36, kinds.BODY: 40, kinds.FILE: 22, kinds.OUTLET: 20, kinds.NOTE: 24}


def excel_template(city: City, plan: Plan) -> bytes:
    """An Excel workbook: the table to fill in, how to fill it, and the units."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"title": "报送表", "created": _CREATED})
    head = book.add_format(
        {"bold": True, "bg_color": "#DDEBF7", "border": 1, "text_wrap": True, "valign": "vcenter"}
    )
    text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    table, guide, units = (book.add_worksheet(name) for name in ("报送表", "填表说明", "单位简称"))
    for column, heading in enumerate(kinds.HEADINGS):
        mark = "*" if heading in kinds.NEEDED else ""
        table.set_column(column, column, _WIDTHS.get(heading, 13), text)
        table.write_string(0, column, heading + mark, head)
        table.write_comment(0, column, kinds.HEADINGS[heading])
    table.freeze_panes(1, 2)
    table.set_landscape()
    table.fit_to_pages(1, 0)
    for heading, source in {
        kinds.KIND: list(kinds.KINDS),
        kinds.FORM: [*kinds.FORMS, *kinds.measure_forms(plan)],
        kinds.ROLE: list(kinds.ROLES),
        kinds.LEAD: ["是", "否"],
    }.items():
        column = list(kinds.HEADINGS).index(heading)
        table.data_validation(1, column, MAX_ROWS, column, {"validate": "list", "source": source})
    lines = [
        (
            "怎样报",
            "只填“报送表”，一行一件；第一行表头不要改。照片与本表放在同一个文件夹，“附件”栏写文件名。",
        ),
        ("", "每行至少有链接或附件。全部正确才会入库；有一行不对就整表退回，并逐行说明怎样改。"),
        ("", "已经采集到的稿件不重复计入；同一篇被转载只计一次。"),
        *kinds.HEADINGS.items(),
        ("类别可填", "、".join(kinds.KINDS)),
        ("事项编号", "；".join(f"{task.id} {task.title}" for task in _provable(plan))),
    ]
    guide.set_column(0, 0, 16, wrap)
    guide.set_column(1, 1, 90, wrap)
    for row, (name, says) in enumerate(lines):
        guide.write_string(row, 0, name, wrap)
        guide.write_string(row, 1, says, wrap)
    units.set_column(0, 1, 34)
    for row, unit in enumerate(city.units):
        units.write_string(row, 0, unit.short)
        units.write_string(row, 1, unit.official)
    book.close()
    return buffer.getvalue()


def csv_template() -> bytes:
    """The same as CSV: the headings only, UTF-8 with a mark by which Excel knows it."""
    text = io.StringIO(newline="")
    csv.writer(text).writerow(kinds.HEADINGS)
    return text.getvalue().encode("utf-8-sig")


def _provable(plan: Plan) -> list[kinds.Task]:
    return [task for kind in kinds.KINDS.values() if kind.decision for task in kind.tasks(plan)]
