"""Owns the tables that leave the desk: what a page shows, whole, by the filters of its address, for files."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import io
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from analysis.columns import LABELS, ROLES, SENTIMENTS, as_dicts
from analysis.crawl_table import PLATFORM_NAMES
from analysis.desk.pages import (
    announcement,
    articles,
    contacts,
    deductions,
    exposures,
    hotspots,
    ledger,
    log,
    notices,
    sources,
    tickets,
    units,
)
from analysis.desk.visit import Visit
from analysis.formula import defuse
from analysis.queue import QUEUE_COLUMNS, queue_rows
from analysis.quotes import nested
from analysis.reports.day_words import dated_words
from analysis.reports.official_text import chinese_day
from analysis.reports.sheet import Column, Workbook
from analysis.search_hits import MAX_HITS
from analysis.terminal import cell_text, exact_text

CREDIT_COLUMNS = (
    "unit", "task", "published_day", "outlet", "title", "role", "why", "quote", "decided_by", "points",
    "points_why", "copy_count", "url", "article_id", "sha256",
)  # fmt: skip
COVERAGE_COLUMNS = (
    "unit", "task", "paragraph", "title", "verdict", "done_count", "needed_count", "missing_count", "missing",
    "days_left", "window_start", "window_end", "silent", "note",
)  # fmt: skip
ANNOUNCEMENT_COLUMNS = (
    "unit", "verdict", "run_days", "needed_count", "state", "gaps", "proof", "proof_day", "proof_by",
    "proof_verdict", "note",
)  # fmt: skip
_TEXT = 200  # characters beyond which a column is a wide one
_SAID = frozenset(
    {
        "missing",
        "silent",
        "note",
        "why",
        "points_why",
        "reason",
        "decision",
        "approvals",
        "trouble",
        "rise_why",
        "gaps",
    }
)  # sentences of ours, in which days stand and others are quoted


@dataclasses.dataclass(frozen=True)
class Table:
    """Rows under headings. `columns`: key of a row → heading, in Chinese."""

    title: str
    columns: dict[str, str]
    rows: list[dict[str, Any]]
    note: str = "电话、身份证号已遮盖，发帖人不具名。"  # below the title in Excel


def coverage_table(visit: Visit) -> Table:
    params, groups = visit.request.query_params, ledger.groups_of(visit)
    group = groups.get(params.get("group") or "")
    rows = [
        row
        for row in visit.proven_coverage()
        if all(not params.get(key) or getattr(row, key) == params[key] for key in ("unit", "task", "verdict"))
        and (group is None or row.unit in group)
    ]
    return Table("台账", _labels(COVERAGE_COLUMNS), as_dicts(rows))


def credits_table(visit: Visit) -> Table:
    params = visit.request.query_params
    rows = visit.credits(params.get("unit") or None, params.get("task") or None)
    return Table("计分", _labels(CREDIT_COLUMNS), as_dicts(rows))


def units_table(visit: Visit) -> Table:
    columns = {
        "unit": "单位", "kind": "类别", "met": "达标", "unmet": "未达标", "unknown": "无法判定",
        "story_count": "计分稿件", "points": "得分", "open_count": "待回复帖", "late_count": "超时",
    }  # fmt: skip
    return Table("单位", columns, [dataclasses.asdict(line) for line in units.unit_lines(visit)])


def articles_table(visit: Visit) -> Table:
    """At most as many as a search finds. Raises SearchError."""
    params = visit.request.query_params
    _, wanted = articles.read_filter(visit)
    found = articles.search_articles(
        visit, (params.get("q") or "").strip(), wanted, params.get("sort") or "", MAX_HITS
    )
    columns = {
        "published_at": "刊发时间", "outlet": "媒体", "page": "版次", "title": "标题", "form": "体裁",
        "topic": "专题", "indicator": "考评指标", "sentiment": "情感", "units": "计分单位",
        "exposed": "被曝光单位",
        "is_first": "首发", "copy_count": "同文数", "url": "链接", "article_id": "稿件号",
    }  # fmt: skip
    rows = [
        {key: getattr(row, key, None) for key in columns}
        | {
            "sentiment": SENTIMENTS.get(row.sentiment, row.sentiment),
            "units": [f"{c['unit']}（{ROLES.get(c['role'], c['role'])}）" for c in row.credits],
        }
        for row in found.rows
    ]
    cut = f"（前{len(rows)}篇，共{found.total}篇）" if found.total > len(rows) else ""
    return Table(f"稿件{cut}", columns, rows)


def tickets_table(visit: Visit) -> Table:
    rows = queue_rows(tickets.chosen_tickets(visit, tickets.choice_of(visit)))
    return Table("待回复帖", _labels((*QUEUE_COLUMNS, "forum", "url", "note")), rows)


def sources_table(visit: Visit) -> Table:
    columns = {
        "outlet": "来源", "site": "站点", "platform": "平台", "level": "级别", "last_fetched_at": "最近采集",
        "trouble": "问题", "week_count": "近七天", "habit_count": "平常每周", "failed_count": "四周内出错页",
        "lacking_count": "仍缺的网页", "silent": "四周内静默",
    }  # fmt: skip
    rows = [
        dataclasses.asdict(source)
        | {
            "platform": PLATFORM_NAMES.get(source.platform, source.platform),
            "trouble": [visit.told(each) for each in source.trouble],
        }
        for source in sources.all_sources(visit)
    ]
    return Table("来源", columns, rows)


def hotspots_table(visit: Visit) -> Table:
    columns = {
        "title": "事情", "heat": "热度", "heat_why": "热度怎么来", "post_count": "帖", "person_count": "人",
        "words": "共同的说法", "first_at": "最早", "last_at": "最近", "rise_why": "突然升温", "id": "编号",
    }  # fmt: skip
    rows = [{key: getattr(issue, key) for key in columns} for issue in hotspots.all_issues(visit)]
    return Table("热点", columns, rows)


def exposures_table(visit: Visit) -> Table:
    columns = (
        "state", "title", "exposed", "is_alarm", "outlet", "planned_day", "registered_at", "registered_by",
        "approvals", "lacking", "published_at", "copy_count", "article_id", "url", "sha256", "note",
    )  # fmt: skip
    rows = exposures.ledger_of(visit)
    return Table("曝光", _labels(columns), [{key: getattr(row, key) for key in columns} for row in rows])


def deductions_table(visit: Visit) -> Table:
    columns = (
        "unit", "task", "title", "state", "reason", "suggested_points", "decided_points", "decider",
        "decided_at", "decision", "note",
    )  # fmt: skip
    return Table("预扣分", _labels(columns), as_dicts(deductions.chosen_deductions(visit)))


def log_table(visit: Visit) -> Table:
    """What the page shows, by its filters; the newest first, from the screen that is looked at on."""
    columns = {
        "at": "时间", "who": "谁", "act": "操作", "title": "名称", "target": "对象", "changes": "改动",
        "why": "理由", "refused": "未办成的原因", "address": "网络地址",
    }  # fmt: skip
    page = log.build_log(visit, log.MOST_IN_FILE)
    cut = f"（{len(page.lines)}条，更早的请翻页再导出）" if page.older else ""
    rows = [dataclasses.asdict(line) | {"at": _moment(line.at)} for line in page.lines]
    return Table(f"{page.view}记录{cut}", columns, rows)


def notices_table(visit: Visit) -> Table:
    columns = {
        "at": "时间", "to": "发给", "role": "对象", "subject": "内容", "why": "为什么通知", "tickets": "帖号",
        "how": "方式", "channel": "渠道", "service": "服务", "address": "地址（已遮盖）", "state": "状态",
        "attempt_count": "已试次数", "delivered_at": "送达时间", "next_at": "下次再试",
        "trouble": "没有送达的原因", "ahead": "接下来", "id": "编号",
    }  # fmt: skip
    return Table("通知", columns, as_dicts(notices.chosen_notices(visit)), "电话、证件号、渠道地址已遮盖。")


def _moment(text: str) -> dt.datetime | str:
    """A time as a spreadsheet sorts and shows it; what is none stays as it is."""
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        return text


def announcement_table(visit: Visit) -> Table:
    columns = {key: LABELS[key] for key in ANNOUNCEMENT_COLUMNS} | {
        "verdict": "持续在线", "needed_count": "应在线（天）", "state": "最近一次检查", "gaps": "中断",
        "proof": "报送截图",
    }  # fmt: skip
    rows = announcement.build_announcement(visit).rows
    return Table("公告在线", columns, [{key: getattr(row, key) for key in columns} for row in rows])


def contacts_table(visit: Visit) -> Table:
    """With telephones: only for who calls."""
    columns = ("unit", "state", "leader", "contact", "phone", "first_day", "due_day", "recorded_by")
    rows = as_dicts(contacts.contact_rows(visit, with_phones=True))
    return Table("联系人", _labels(columns), rows, "电话只供联络，不要外传；导出已记入日志。")


# By name: the permission of the page, and the table.
TABLES: dict[str, tuple[str, Callable[[Visit], Table]]] = {
    "ledger": ("own.read", coverage_table),
    "credits": ("own.read", credits_table),
    "units": ("own.read", units_table),
    "articles": ("own.read", articles_table),
    "tickets": ("own.read", tickets_table),
    "sources": ("city.read", sources_table),
    "hotspots": ("city.read", hotspots_table),
    "exposures": ("city.read", exposures_table),
    "deductions": ("own.read", deductions_table),
    "log": ("log.read", log_table),
    "notices": ("notice.read", notices_table),
    "announcement": ("own.read", announcement_table),
    "contacts": ("phone.look", contacts_table),
}


def to_csv(table: Table) -> bytes:
    rows = ([row.get(key) for key in table.columns] for row in table.rows)
    return csv_bytes(table.columns.values(), rows)


def csv_bytes(heads: Iterable[str], rows: Iterable[Iterable[Any]]) -> bytes:
    """UTF-8 with the mark that Excel needs; a text that looks like a formula opens as text."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(list(heads))
    for row in rows:
        writer.writerow([defuse(exact_text(value)) for value in row])
    return ("\ufeff" + out.getvalue()).encode("utf-8", "replace")


def to_excel(table: Table, visit: Visit) -> bytes:
    """One sheet; nothing in it becomes a formula or a link."""
    book = Workbook(title=table.title, organ=visit.office.city.name, day=visit.as_of)
    columns = [Column(head, _width(table, key), _kind(table, key)) for key, head in table.columns.items()]
    rows = [[_cell(key, row.get(key)) for key in table.columns] for row in table.rows]
    note = f"截至{chinese_day(visit.as_of)}，{len(rows)} 行。{table.note}"
    book.table(table.title, f"{visit.office.city.name}{table.title}", note, columns, rows)
    return book.to_bytes()


def to_json(table: Table, visit: Visit) -> bytes:
    """The rows by their keys, with the day."""
    rows = [{key: row.get(key) for key in table.columns} for row in table.rows]
    return msgspec.json.format(
        msgspec.json.encode({"as_of": visit.as_of, "columns": table.columns, "rows": rows}), indent=1
    )


def _cell(key: str, value: Any) -> Any:
    """As a sheet holds it: numbers, days and times as such."""
    if isinstance(value, int | float | dt.date) and not isinstance(value, bool):
        return value
    return nested(dated_words(cell_text(value))) if key in _SAID else cell_text(value)


def _kind(table: Table, key: str) -> Any:
    values = [row.get(key) for row in table.rows if row.get(key) is not None]
    is_number = bool(values) and all(isinstance(v, int | float) and not isinstance(v, bool) for v in values)
    if is_number:
        return "points" if any(isinstance(v, float) for v in values) else "count"
    return "long" if any(len(cell_text(v)) > 20 for v in values) else "text"


def _width(table: Table, key: str) -> float:
    longest = max((len(cell_text(row.get(key))) for row in table.rows[:_TEXT]), default=4)
    return float(min(40, max(8, 2 * longest)))


def _labels(columns: tuple[str, ...]) -> dict[str, str]:
    return {key: LABELS[key] for key in columns}
