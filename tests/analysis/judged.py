"""Owns pieces, sources, proofs and tickets made by hand, and the verdicts on them by the plan of the city."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from analysis import announcement, measures, proofs, verdicts
from analysis.ground import CoverageRow, Ground
from analysis.plan import Credited, Fact, Plan, Task, load_plan
from analysis.plan_facts import counted
from analysis.proofs import Record
from analysis.record import Said
from analysis.sources import Source
from analysis.ticket import Ticket
from pipeline.city import load_city
from tests.analysis.case import REPOSITORY

CITY = load_city(REPOSITORY / "city")
PLAN = load_plan(CITY) or pytest.fail("no plan")
PAPER = Source("防城港日报", "paper", None, {})
GOV = Source("防城港市人民政府网站", "gov", None, {})


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def silent(first: str, last: str, source: Source = PAPER, reason: str = "down") -> Source:
    days = (day(last) - day(first)).days + 1
    return Source(
        source.outlet,
        source.outlet_class,
        source.unit,
        {day(first) + dt.timedelta(days=n): reason for n in range(days)},
    )


def fact(published: str, *units: str, name: str = "", **more: Any) -> Fact:
    identity = name or f"{published}{units}{sorted(more.items(), key=str)}"
    values: dict[str, Any] = {
        "article_id": identity,
        "url": f"http://x.test/{identity}",
        "title": "一条消息",
        "outlet": "防城港日报",
        "outlet_class": "paper",
        "level": "市级报纸",
        "site": "paper",
        "site_unit": None,
        "page": None,
        "is_lead": False,
        "has_leader_note": False,
        "published_at": dt.datetime.fromisoformat(published),
        "published_day": day(published[:10]),
        "topic": None,
        "indicator": None,
        "form": "报道",
        "has_editor_note": False,
        "is_plan_column": True,
        "exposed": [],
        "story_id": identity,
        "story_first_day": day(published[:10]),
        "is_first": True,
        "copy_count": 1,
        "sha256": None,
        "words": frozenset(more.pop("words", ())),
        "title_words": frozenset(more.pop("title_words", ())),
        "credits": {unit: Credited(unit, "subject", "", None, "rule", 1.0) for unit in units},
    }
    return Fact(**values | more)


def rows(
    task: str,
    as_of: str,
    facts: list[Fact],
    sources: list[Source] | None = None,
    record: Record | None = None,
    plan: Plan = PLAN,
) -> dict[str, CoverageRow]:
    entry: Task = plan.task(task)
    known = counted(plan, [f for f in facts if f.published_day <= day(as_of)])
    ground = Ground(plan, day(as_of), known, sources or [PAPER, GOV])
    if hasattr(verdicts, entry.kind):
        return {row.unit: row for row in getattr(verdicts, entry.kind)(ground, entry)}
    module = next(each for each in (announcement, measures, proofs) if hasattr(each, entry.kind))
    return {row.unit: row for row in getattr(module, entry.kind)(ground, record or Record([], [], {}), entry)}


def proof(kind: str, target: str, on: str, **more: Any) -> dict[str, Any]:
    base = {
        "task": None,
        "until_day": None,
        "removed_day": None,
        "state": None,
        "form": None,
        "concerned": "",
        "title": None,
        "address": None,
    }
    return (
        base
        | {
            "id": f"{kind}{target}{on}{more}",
            "kind": kind,
            "target": target,
            "day": day(on[:10]),
            "decided_at": dt.datetime.fromisoformat(on),
        }
        | more
    )


def approval(target: str, on: str, step: str) -> Said:
    at = dt.datetime.fromisoformat(on)
    return Said(f"{target}{on}", "exposure_approval", target, "审批人", at, {}, {"step": step}, "")


def fetches(*found: tuple[str, str]) -> list[dict[str, Any]]:
    return [
        {"day": day(d), "is_present": what == "there", "is_gone": what == "gone", "outcome": what}
        for d, what in found
    ]


SITE = Source("单位网站:市水利局", "unit_site", "市水利局", {})


def notice(published: str = "2017-10-11") -> Fact:
    return fact(
        published,
        name="notice",
        form="公告",
        title="2017年度社会评价公告",
        title_words=["社会评价"],
        outlet_class="unit_site",
        site_unit="市水利局",
        is_plan_column=False,
    )


def ticket(
    unit: str | None, *, late: bool, is_open: bool = True, checked: str = "2017-11-30T00:00:00"
) -> Ticket:
    due = dt.datetime(2017, 10, 10, 18)
    return Ticket(
        ticket_id=f"t{unit}{late}",
        thread_id="t",
        title="",
        url="",
        forum="防城港人论坛",
        board=None,
        kind="投诉",
        urgency="普通",
        unit=unit,
        candidates=[],
        is_unit_decided=False,
        state="待研判" if is_open else "已答复",
        opened_at=dt.datetime(2017, 10, 9, 10),
        first_response_due=due,
        first_response_at=None,
        first_response_floor=None,
        answer_due=due,
        answer_at=None,
        answer_floor=None,
        is_first_response_overdue=late,
        is_answer_overdue=False,
        workdays_left=None,
        send_back_due=None,
        checked_at=dt.datetime.fromisoformat(checked),
        sha256=None,
        note=None,
    )


FORUM = Source("防城港人论坛", "forum", None, {})
