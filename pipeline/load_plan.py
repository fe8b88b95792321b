"""Owns plan.yaml: reads the plan of a city, checks it against the units, resolves groups to units.

The source of every line is a paragraph of the notice (`paragraph`); docs/plan-table.md maps them.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

import msgspec

from pipeline.city import City, CityError
from pipeline.plan_check import check_task, check_unit

VerdictKind = Literal[
    "quota",
    "weekly",
    "series_topics",
    "indicators",
    "announcement_presence",
    "board_presence",
    "editor_note",
    "exposure_gate",
    "forum_response",
    "emphasis_month",
    "register_by",
    "honours",
    "meetings",
    "measures",
    "deduction",
    "score",
]
CITY_ROW = "全市"  # the row of verdicts that no single unit owns


class Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of plan.yaml: an unknown key is an error, since a misspelt one would ask for nothing."""


class Window(Strict, frozen=True, kw_only=True):
    """Days of a task, both inclusive."""

    start: dt.date
    end: dt.date


class Emphasis(Strict, frozen=True, kw_only=True):
    """A month (YYYY-MM) in which `quota` pieces must fall."""

    month: str
    quota: int = 1


class Proof(Strict, frozen=True, kw_only=True):
    """What is handed in: the kind of decision that records it, and its last day; of measures their forms."""

    decision: str
    what: str
    by: dt.date | None = None
    steps: list[str] = []
    forms: list[str] = []


class Honour(Strict, frozen=True, kw_only=True):
    """An honour or innovation to be covered; `unit` None: asked of the city."""

    id: str
    unit: str | None
    words: list[str]


class Outlet(Strict, frozen=True, kw_only=True):
    """A class of outlets; `match` are names of outlets, `prefix*` matches a beginning. `level`: key of
    points.yaml for a piece that came from none of the city's sites (handed in)."""

    name: str
    match: list[str] = []
    level: str | None = None


class Group(Strict, frozen=True, kw_only=True):
    """Units that the notice names together."""

    kinds: list[str] = []
    units: list[str] = []


class Indicator(Strict, frozen=True, kw_only=True):
    """An indicator, its unit, other spellings of its name."""

    unit: str
    also: list[str] = []


class Part(Strict, frozen=True, kw_only=True):
    """One of several things that a task asks for; `quota` pieces of the task must be of each."""

    id: str
    forms: list[str] = []
    words: list[str] = []  # at least one stands in title or body


class Task(Strict, frozen=True, kw_only=True):
    """One 宣传事项."""

    id: str
    paragraph: str
    title: str
    short: str | None = None  # a few characters, where there is no room for the title
    kind: VerdictKind
    scope: Literal["unit", "city", "both"]
    window: Window
    quota: int = 1
    quota_stated: bool = True
    outlets: list[str] = []
    column_in: list[str] = []
    forms: list[str] = []
    words: list[str] = []  # at least one stands in title or body
    words_all: list[str] = []  # all stand there
    words_outside_column: list[str] = []  # at least one stands in a piece outside the plan's column
    title_words: list[str] = []  # at least one stands in the title
    notice_title_words: list[str] = []  # at least one stands in the title of a 公告
    parts: list[Part] = []
    units: list[str] = []
    carriers: dict[str, str] = {}  # unit → class of outlet in which it must carry the task
    hosts: dict[str, str] = {}  # unit → class of outlet that is its own place of publication
    publish_by: dt.date | None = None  # last day on which what must stand `min_days` may appear
    min_days: int | None = None
    keep_until: dt.date | None = None
    emphasis: Emphasis | None = None
    honours: list[Honour] = []
    proof: Proof | None = None
    repeats: str | None = None  # the task that asks the same of the same units: what both lack is one lack
    note: str | None = None

    @property
    def name(self) -> str:
        """What it is called where there is little room."""
        return self.short or self.id


class Plan(Strict, frozen=True, kw_only=True):
    """The whole plan. `members` and `carriers` resolve a task to units of the city."""

    season: Window
    issued: dt.date
    source: str
    column: str
    min_silent_days: int = 1  # missing editions in a row, in working days, that make a paper silent
    outlets: dict[str, Outlet] = {}
    groups: dict[str, Group] = {}
    series: dict[str, list[str]] = {}
    indicators: dict[str, Indicator] = {}
    tasks: list[Task] = []
    members: dict[str, list[str]] = {}  # task → units, in the order of units.csv

    def task(self, task_id: str) -> Task:
        """Raises KeyError for an unknown id."""
        return {task.id: task for task in self.tasks}[task_id]

    def first_day(self, task: Task) -> dt.date:
        """From when on what is handed in counts for a task: the season's first day, or the window's where it
        is earlier. What came before was handed in for an earlier plan."""
        return min(self.season.start, self.issued, task.window.start)

    @property
    def score(self) -> Task | None:
        """The task by which units are scored; None where the plan scores none."""
        return next((task for task in self.tasks if task.kind == "score"), None)

    @property
    def repeats(self) -> dict[str, str]:
        """Tasks that ask again what another asks → that one."""
        return {task.id: task.repeats for task in self.tasks if task.repeats is not None}

    def outlet_class(self, outlet: str) -> str | None:
        """The class of an outlet by its name, None for one that the plan does not name."""
        best: tuple[int, str] | None = None
        for name, entry in self.outlets.items():
            for pattern in entry.match:
                is_hit = outlet.startswith(pattern[:-1]) if pattern.endswith("*") else outlet == pattern
                if is_hit and (best is None or len(pattern) > best[0]):
                    best = (len(pattern), name)
        return best[1] if best else None

    def indicator(self, name: str | None) -> str | None:
        """The plan's own name of an indicator."""
        if name is None or name in self.indicators:
            return name
        return next((key for key, entry in self.indicators.items() if name in entry.also), None)


def load_plan(city: City) -> Plan | None:
    """The city's plan, or None for a city without one.

    Raises:
        CityError: plan.yaml is wrong; the message says where.
    """
    raw = city.data("plan.yaml")
    return None if raw is None else parse_plan(raw, city)


def parse_plan(raw: Any, city: City) -> Plan:
    """Raises CityError where the data is wrong or names a unit that the city does not have."""
    try:
        plan = msgspec.convert(raw, Plan)
    except msgspec.ValidationError as error:
        raise CityError(f"plan.yaml: {error}") from error
    seen: set[str] = set()
    members: dict[str, list[str]] = {}
    for task in plan.tasks:
        where = f"plan.yaml: 事项 {task.id}"
        if task.id in seen:
            raise CityError(f"{where}：编号重复")
        seen.add(task.id)
        if task.window.end < task.window.start:
            raise CityError(f"{where}：时限的结束早于开始")
        if task.publish_by is not None and not task.window.start <= task.publish_by <= task.window.end:
            raise CityError(f"{where}：publish_by 不在时限之内")
        check_task(task, where)
        for name in [*task.outlets, *task.column_in, *task.carriers.values(), *task.hosts.values()]:
            if name not in plan.outlets:
                raise CityError(f"{where}：没有媒体类别 {name}")
        for unit in [*task.carriers, *task.hosts, *(h.unit for h in task.honours if h.unit)]:
            check_unit(plan, city, unit, where)
        members[task.id] = _resolve(plan, city, task.units, where)
    for again, first in plan.repeats.items():
        if first not in seen or first in plan.repeats:
            raise CityError(
                f"plan.yaml: 事项 {again}：repeats 应为一个本身不重复别项的事项编号，不是 {first}"
            )
    for topic, units in plan.series.items():
        for unit in units:
            check_unit(plan, city, unit, f"plan.yaml: series {topic}")
    for name, entry in plan.indicators.items():
        check_unit(plan, city, entry.unit, f"plan.yaml: indicators {name}")
    return msgspec.structs.replace(plan, members=members)


def _resolve(plan: Plan, city: City, names: list[str], where: str) -> list[str]:
    wanted: set[str] = set()
    for name in names:
        group = plan.groups.get(name)
        if group is None:
            wanted.add(check_unit(plan, city, name, where))
            continue
        wanted |= {check_unit(plan, city, unit, f"{where}（{name}）") for unit in group.units}
        wanted |= {
            unit.short for unit in city.units if unit.kind in group.kinds and unit.valid_on(plan.issued)
        }
    return [unit.short for unit in city.units if unit.short in wanted]
