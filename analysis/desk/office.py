"""Owns what the desk works with: one city's data, plan, rules, clock, warehouse, records and people."""

from __future__ import annotations

import dataclasses
import datetime as dt
import secrets
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Annotated

import msgspec
from jinja2 import Environment

from analysis.credits import Points, load_points
from analysis.desk.accounts import Accounts
from analysis.desk.audit import AuditLog
from analysis.desk.guesses import Guesses
from analysis.desk.jobs import Job, JobError, Jobs
from analysis.desk.metrics import Metrics
from analysis.desk.rendering import environment
from analysis.desk.standing import Standing
from analysis.desk.tokens import Tokens
from analysis.desk.unsent import UnsentForms
from analysis.desk.warehouse import DeskWarehouse
from analysis.plan import Plan, load_plan
from analysis.ticket import Rules, load_rules
from analysis.warehouse import WarehouseError
from pipeline.city import City, CityError
from pipeline.city_edits import city_edits, lay_edits
from pipeline.decisions import Decision, decisions_state
from pipeline.retention import TERM, term_days
from pipeline.store import Store, ensure_folder, open_store, write_once


class JobKind(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of long work that people or the schedule start; `steps` are arguments of `gangqing`."""

    label: str
    steps: tuple[tuple[str, ...], ...]


JOB_KINDS = {
    "refresh": JobKind(label="采集并建库", steps=(("crawl",), ("build",))),
    "build": JobKind(label="建库", steps=(("build",),)),
    "check": JobKind(label="检查全部来源", steps=(("sites", "check"),)),
    # Pages of the announcement while it must stand (notice, 三（五）), each with its picture.
    "presence": JobKind(label="核查公告页", steps=(("presence", "check"), ("build",), ("proof", "shoot"))),
    "notify": JobKind(label="发出到期的通知", steps=(("notify", "send"),)),
    # Raw forum pages past the term that the city has set.
    "forget": JobKind(label="清除期满的论坛原始网页", steps=(("forget", "--expired"),)),
    "index": JobKind(label="更新全文索引", steps=(("search", "--update-only"),)),
}


# What is said instead of a check that could only fail.
SAMPLE_IS_DOWN = "没有检查：样例城市的网站只在演示采集时开着；在自己的城市里可以随时检查"
Time = Annotated[str, msgspec.Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class DeskSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`desk` in city.yaml. Times are of the working clock of China, "HH:MM"; an empty list: never."""

    crawl_at: list[Time] = []  # crawl and build
    check_at: list[Time] = []  # whether every source can still be read
    presence_at: list[Time] = []  # pages of the announcement, fetched and pictured
    notify_at: list[Time] = []  # messages to units and offices
    forget_at: list[Time] = []  # raw forum pages past their term (city.yaml: raw_forum_days) are removed

    def in_words(self) -> list[str]:
        """When what is started, a line each; one line that says so where nothing is."""
        found = [
            f"{JOB_KINDS[kind].label}：每天 {'、'.join(times)}"
            for kind, times in self.times().items()
            if times
        ]
        return found or ["没有设定时任务（在 city.yaml 的 desk 一节里设）"]

    def times(self) -> dict[str, list[str]]:
        """By kind of job, the times of day."""
        return {
            "refresh": self.crawl_at,
            "check": self.check_at,
            "presence": self.presence_at,
            "notify": self.notify_at,
            "forget": self.forget_at,
        }


@dataclasses.dataclass
class Office:
    """What one desk works with.

    Attributes:
        base: the city as its files say it; `city`: with what people decided of it.
        home: folder in which var/ and the warehouse lie.
        clock: the only source of the time; a sample city's shows the day that it plays.
        paths: addresses that the desk answers: the menu shows no other.
        is_played: whether the clock shows a day that is over: all is told as of its end.
        setup_key: opens the page on which the first account is made; None: there is one already.
    """

    base: City
    city: City
    home: Path
    clock: Callable[[], dt.datetime]
    plan: Plan
    rules: Rules
    points: Points
    store: Store
    settings: DeskSettings
    warehouse: DeskWarehouse
    accounts: Accounts
    audit: AuditLog
    jobs: Jobs
    tokens: Tokens
    is_sample: bool = False
    is_played: bool = False
    setup_key: str | None = None
    paths: frozenset[str] = frozenset()
    guesses: Guesses = dataclasses.field(default_factory=Guesses)
    standing: Standing = dataclasses.field(default_factory=Standing)
    metrics: Metrics = dataclasses.field(default_factory=Metrics)
    _edits: list[Decision] = dataclasses.field(default_factory=list)
    _laid: str = ""

    def renew(self) -> None:
        """Lay what people decided of the city's data since then over it, here or on the command line."""
        state = decisions_state(self.store.decisions)
        if state == self._laid:
            return
        edits = city_edits(self.store.decisions)
        if edits != self._edits:
            city = lay_edits(self.base, edits)
            plan = load_plan(city)
            assert plan is not None
            self.city, self.plan = city, plan
            self.rules, self.points = load_rules(city), load_points(city)
            self._edits = edits
            self.warehouse.use_city(city)
        self._laid = state

    @property
    def today(self) -> dt.date:
        return self.clock().date()

    @property
    def is_before_close(self) -> bool:
        """Whether the working day still goes on: what is due today is not late yet. Not on a day that is
        only played."""
        return not self.is_played and self.clock().time() < self.rules.calendar.close

    @property
    def moment(self) -> tuple[dt.date, bool]:
        """What the answers of the present hang on beside the warehouse."""
        return self.today, self.is_before_close

    def command(self, *arguments: str) -> list[str]:
        """Arguments of `gangqing` with the city and the folder that this desk works with."""
        return [*arguments, "--city", str(self.city.folder.resolve()), "--home", str(self.home.resolve())]

    def start_job(self, kind: str, by: str) -> Job:
        """Start one of JOB_KINDS. The sample city is played anew up to its day: its sites run only then.

        Raises:
            JobError: one of its kind is running, or it would ask sites that do not run.
        """
        if kind == "check" and self.is_sample:
            raise JobError(SAMPLE_IS_DOWN)
        steps = [self.command(*step) for step in JOB_KINDS[kind].steps]
        if kind == "notify" and self.is_sample:
            steps = [[*step, "--as-of", self.clock().isoformat(timespec="minutes")] for step in steps]
        if kind == "refresh" and self.is_sample:
            steps = [["run", "--as-of", str(self.today), "--home", str(self.home.resolve())]]
        return self.jobs.start(kind, JOB_KINDS[kind].label, steps, by)

    @cached_property
    def templates(self) -> Environment:
        return environment()

    @cached_property
    def secret(self) -> str:
        """Signs the tokens of forms; made once, kept in var/<city>/desk."""
        path = ensure_private(self.store.desk) / "secret"
        if not path.exists() or not path.read_bytes().strip():  # empty: a kill of an earlier version
            path.unlink(missing_ok=True)
            write_once(path, secrets.token_hex(32))
        return path.read_text("utf-8").strip()

    @cached_property
    def unsent(self) -> UnsentForms:
        return UnsentForms(ensure_private(self.store.desk) / "unsent", self.secret)


def ensure_private(folder: Path) -> Path:
    """Create a folder that only its owner may enter."""
    ensure_folder(folder)
    folder.chmod(0o700)
    return folder


def open_office(
    city: City,
    home: Path,
    clock: Callable[[], dt.datetime],
    warehouse: Path,
    *,
    is_sample: bool = False,
    is_played: bool = False,
    lag: float = 0,
) -> Office:
    """Everything that a desk works with.

    Args:
        lag: seconds by which a page may be older than what is recorded, while the next is prepared.

    Raises:
        CityError, WorktimeError, WarehouseError: the city's data is wrong or lacks what a desk needs.
    """
    if load_plan(city) is None:
        raise WarehouseError(f"{city.folder} 没有 plan.yaml，无法对账")
    try:
        settings = msgspec.convert(city.settings.get("desk") or {}, DeskSettings)
    except msgspec.ValidationError as error:
        names = "、".join(DeskSettings.__struct_fields__)
        raise CityError(f"city.yaml 的 desk 有误：{names} 各是一列时刻，写成 '07:30'（{error}）") from error
    if term_days(city) is None and settings.forget_at:
        raise CityError(f"city.yaml 的 desk 有 forget_at，却没有 {TERM}：请写明原始网页保存几天")
    store = open_store(home, city)
    edits = city_edits(store.decisions)
    base, city = city, lay_edits(city, edits)
    plan = load_plan(city)
    assert plan is not None
    return Office(
        base=base,
        city=city,
        home=home,
        clock=clock,
        plan=plan,
        rules=load_rules(city),
        points=load_points(city),
        store=store,
        settings=settings,
        warehouse=DeskWarehouse(warehouse, city, store.decisions, lag),
        accounts=Accounts(ensure_private(store.accounts)),
        audit=AuditLog(store.audit),
        tokens=Tokens(store.accounts),
        jobs=Jobs(store.jobs, clock),
        is_sample=is_sample,
        is_played=is_played,
        _edits=edits,
    )
