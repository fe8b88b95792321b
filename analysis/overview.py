"""Owns the short tables of the terminal: the plan at a glance, units by lack, the size."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from analysis.ground import MET, NOT_ASKED, NOT_YET, UNKNOWN, UNMET, CoverageRow
from analysis.plan import CITY_ROW
from analysis.queue import QUEUE_COLUMNS
from analysis.warehouse import Connection, WarehouseError, ask, moment
from pipeline.city import City

TASK_COLUMNS = {
    "task": "号",
    "paragraph": "条款",
    "title": "宣传事项",
    "met_count": MET,
    "unmet_count": UNMET,
    "unknown_count": UNKNOWN,
    "not_yet_count": NOT_YET,
    "days_left": "剩余天数",
    "lacking": "谁还缺",
}
UNIT_COLUMNS = {
    "unit": "责任单位",
    "met_count": MET,
    "unmet_count": UNMET,
    "unknown_count": UNKNOWN,
    "not_yet_count": NOT_YET,
    "tasks": "未达标的事项",
}
# Tasks that only draw on the others: counting them by unit would count each failure again.
DERIVED_KINDS = ("deduction", "score")
VERDICT_STYLES = {MET: "green", UNMET: "red", UNKNOWN: "yellow", NOT_YET: "dim", NOT_ASKED: "dim"}
VERDICT_KEYS = (
    "task",
    "title",
    "unit",
    "verdict",
    "done_count",
    "needed_count",
    "missing",
    "days_left",
    "silent",
    "note",
)
TICKET_KEYS = QUEUE_COLUMNS
# As sources.silences writes it: outlet, first day or span, reason.
_SILENCE = re.compile(r"(?P<outlet>.+) (?P<first>\d{4}-\d\d-\d\d)(?:—(?P<last>\d{4}-\d\d-\d\d))? ")
_STEPS = 6  # how many commands to print
_NAMED = 6  # how many units a cell names before it counts the rest
TASKS_NAMED = 12  # and how many tasks


def _counts(rows: list[CoverageRow]) -> dict[str, int]:
    found = Counter(row.verdict for row in rows)
    return {
        "met_count": found[MET],
        "unmet_count": found[UNMET],
        "unknown_count": found[UNKNOWN],
        "not_yet_count": found[NOT_YET],
    }


def task_overview(rows: list[CoverageRow]) -> list[dict[str, Any]]:
    """One row a task, in the plan's order: how many units have which verdict, and who lacks something."""
    by_task: dict[str, list[CoverageRow]] = {}
    for row in rows:
        by_task.setdefault(row.task, []).append(row)
    return [
        {
            "task": task,
            "paragraph": of_task[0].paragraph,
            "title": of_task[0].title,
            **_counts(of_task),
            "days_left": max(row.days_left for row in of_task),
            "lacking": _named(_lack(row) for row in of_task if row.verdict in (UNMET, UNKNOWN)),
        }
        for task, of_task in by_task.items()
    ]


def _lack(row: CoverageRow) -> str:
    if row.verdict == UNKNOWN:
        return f"{row.unit}？"
    # What the whole city lacks is worth naming; of a unit its name says it.
    return f"{row.unit}（{_named(row.missing, 3)}）" if row.unit == CITY_ROW and row.missing else row.unit


def silence_lines(rows: list[CoverageRow]) -> list[str]:
    """Which source was silent when, of all verdicts that this leaves open (marked ？): one line, or none."""
    notes = sorted({note for row in rows if row.verdict == UNKNOWN for note in row.silent})
    return [f"？ 无法判定：{'；'.join(notes)}"] if notes else []


def sites_of_outlets(city: City) -> dict[str, list[str]]:
    """By outlet, the slugs of the sites that are crawled for it."""
    slugs: dict[str, list[str]] = {}
    for site in city.sites:
        slugs.setdefault(site.outlet, []).append(site.slug)
    return slugs


def next_step_lines(rows: list[CoverageRow], slugs: Mapping[str, list[str]]) -> list[str]:
    """The command that fetches a silent source again, a line for each span of it that leaves a verdict open;
    spans that overlap or touch, as those of several tasks do, are one.

    Args:
        slugs: outlet → the sites to crawl for it.
    """
    spans: dict[str, list[tuple[dt.date, dt.date]]] = {}
    for note in sorted({note for row in rows if row.verdict == UNKNOWN for note in row.silent}):
        found = _SILENCE.match(note)
        if found and found["outlet"] in slugs:
            first, last = (dt.date.fromisoformat(found[end] or found["first"]) for end in ("first", "last"))
            kept = spans.setdefault(" ".join(slugs[found["outlet"]]), [])
            if kept and first <= kept[-1][1] + dt.timedelta(days=1):
                first, last = kept[-1][0], max(last, kept.pop()[1])
            kept.append((first, last))
    lines = [
        f"gangqing crawl {sites} --from {first} --to {last}"
        for sites, kept in spans.items()
        for first, last in kept
    ]
    more = (
        [f"（另有 {len(lines) - _STEPS} 段，见 --json 的 silent，或导出的台账的“静默来源”）"]
        if len(lines) > _STEPS
        else []
    )
    return ["下一步（补采后再 gangqing build）：", *lines[:_STEPS], *more] if lines else []


def no_content_lines(con: Connection, known_by: dt.date | None = None) -> list[str]:
    """Sites whose lists never had an entry: no fault, but a wrong selector looks the same."""
    sites = ask(con, "no_content", known_by=moment(known_by))
    if not sites:
        return []
    names = _named(f"{row['outlet']}（{row['site']}）" for row in sites)
    return [f"尚无内容（列表页一直没有条目）：{names}；若其实已有稿件，请运行 gangqing sites check 代号 核对"]


def _named(names: Any, most: int = _NAMED) -> str:
    listed = list(names)
    shown = "、".join(listed[:most])
    return f"{shown} 等{len(listed)}" if len(listed) > most else shown


def unit_overview(rows: list[CoverageRow], most: int | None = TASKS_NAMED) -> list[dict[str, Any]]:
    """One row a unit, those who lack most first; without what derives from other tasks (预扣分, 评分).

    Args:
        most: how many tasks are named in words before the rest is counted; None: all, as a list.
    """
    by_unit: dict[str, list[CoverageRow]] = {}
    for row in rows:
        if row.kind in DERIVED_KINDS:
            continue
        by_unit.setdefault(row.unit, []).append(row)
    found = []
    for unit, of_unit in by_unit.items():
        tasks = [row.task for row in of_unit if row.verdict == UNMET]
        told = tasks if most is None else _named(tasks, most)
        found.append({"unit": unit, **_counts(of_unit), "tasks": told})
    return sorted(found, key=lambda row: (-row["unmet_count"], -row["unknown_count"], row["unit"]))


def latest_day(con: Connection, as_of: dt.date | None = None) -> dt.date:
    """The day of the newest capture, up to a day: what one can speak of at the latest.

    Raises:
        WarehouseError: nothing was ever fetched, or not by then.
    """
    fetched_at = ask(con, "latest_fetch", as_of=moment(as_of))[0]["fetched_at"]
    if fetched_at is None:
        raise WarehouseError("数据仓库里还没有任何采集结果，请先运行 gangqing crawl，再运行 gangqing build")
    return fetched_at.date()


def size_line(con: Connection) -> str:
    """How much there is, in one sentence."""
    size = ask(con, "latest_capture")[0]
    return (
        f"库中有网页 {size['page_count']} 次采集，稿件 {size['article_count']} 篇"
        f"（其中转载 {size['reprint_count']} 篇），"
        f"计分 {size['credit_count']} 条，帖子 {size['thread_count']} 个"
    )
