"""Owns the figures of a report: what was counted, as plain data that JSON holds; no file format, no database.

A report is built from its figures alone, so that a frozen one can be made again and two can be compared.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

import msgspec

from analysis.handed_in import ProofRow

Kind = Literal["weekly", "monthly", "bulletin", "unit"]
WeekState = Literal["met", "short", "silent", "running"]
KIND_NAMES: dict[str, str] = {"weekly": "周报", "monthly": "月报", "bulletin": "通报", "unit": "单位情况表"}


class Figure(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of the figures. Days are dates, times wall-clock times of China."""


class Verdicts(Figure, frozen=True, kw_only=True):
    """How many verdicts of each kind."""

    met_count: int = 0
    unmet_count: int = 0
    unknown_count: int = 0
    not_yet_count: int = 0

    @property
    def decided_count(self) -> int:
        return self.met_count + self.unmet_count

    @property
    def asked_count(self) -> int:
        return self.decided_count + self.unknown_count + self.not_yet_count


class TaskFigure(Figure, frozen=True, kw_only=True):
    """One line of the plan over all its units."""

    task: str
    paragraph: str
    title: str
    kind: str
    window_start: dt.date
    window_end: dt.date
    days_left: int
    verdicts: Verdicts


class UnitFigure(Figure, frozen=True, kw_only=True):
    """One unit over all its tasks; pieces are stories, a reprint is none."""

    unit: str
    group: str  # 市直, 驻港, 县（市、区）, 园区, 媒体; 全市
    verdicts: Verdicts
    period_count: int
    season_count: int
    points: float | None
    post_count: int
    late_post_count: int
    deduction_count: int


class VerdictLine(Figure, frozen=True, kw_only=True):
    """One unit's verdict on one task."""

    unit: str
    group: str
    task: str
    paragraph: str
    title: str
    kind: str
    verdict: str
    done_count: int
    needed_count: int
    missing_count: int
    missing: list[str]
    days_left: int
    window_start: dt.date
    window_end: dt.date
    silent: list[str]
    note: str | None
    evidence: list[str]


class PieceLine(Figure, frozen=True, kw_only=True):
    """One story credited to one unit, in the tasks that it counts for (none: for the score only)."""

    unit: str
    tasks: list[str]
    article_id: str
    published_day: dt.date
    outlet: str
    page: str | None
    title: str
    url: str
    role: str
    why: str
    decided_by: str
    copy_count: int
    points: float
    points_why: str
    sha256: str | None


class ExposureLine(Figure, frozen=True, kw_only=True):
    """One line of the exposure ledger: published (with an article), planned, or both."""

    title: str
    state: str
    is_alarm: bool
    exposed: list[str]
    outlet: str | None
    published_day: dt.date | None
    planned_day: dt.date | None
    approvals: list[str]
    lacking_steps: list[str]  # not taken before it appeared
    article_id: str | None
    url: str | None
    sha256: str | None
    note: str | None


class PostLine(Figure, frozen=True, kw_only=True):
    """One post that waits or waited for a unit's answer. No name of a poster stands here."""

    ticket_id: str
    title: str
    forum: str
    url: str
    kind: str
    urgency: str
    unit: str | None
    state: str
    opened_at: dt.datetime | None
    first_response_due: dt.datetime | None
    first_response_at: dt.datetime | None
    is_first_response_overdue: bool
    answer_due: dt.datetime | None
    answer_at: dt.datetime | None
    is_answer_overdue: bool
    is_open: bool
    workdays_left: int | None
    sha256: str | None


class ForumFigure(Figure, frozen=True, kw_only=True):
    """Posts that needed an answer, opened from the start of the plan to the day. Open overdue ones are in
    `due_count`; those whose answer is not due yet are not, nor are sent-back ones without a deadline."""

    total_count: int
    period_count: int
    due_count: int  # answered, or not and past the deadline
    in_time_count: int  # both clocks kept
    late_answered_count: int
    open_overdue_count: int
    waiting_count: int  # open, not late
    urgent_open_count: int
    unassigned_count: int


class SilenceLine(Figure, frozen=True, kw_only=True):
    """A silence that leaves verdicts open: which source when, and how many verdicts."""

    what: str
    verdict_count: int
    units: list[str]
    tasks: list[str]


class DeductionLine(Figure, frozen=True, kw_only=True):
    """Suggestions of 预扣分: the tasks, and beside each what a person decided, empty where nobody has yet."""

    unit: str
    group: str
    reasons: list[str]  # the task and its title
    decisions: list[str]
    tasks: list[str] = []  # of the reasons; reports issued without them have none


class Counted(Figure, frozen=True, kw_only=True):
    """Stories of one outlet, topic or kind of mood, in the period and since the start of the plan."""

    name: str
    period_count: int
    season_count: int


class PieceFigure(Figure, frozen=True, kw_only=True):
    """Published stories; `previous_count`: of the seven days before in a weekly report, else of
    the whole month before; None before the plan."""

    period_count: int
    previous_count: int | None
    season_count: int
    reprint_count: int
    credited_count: int  # stories whose first copy that credits a unit is of the period
    credited_unit_count: int
    column_count: int  # of the period, in the plan's column
    season_column_count: int


class WeekLine(Figure, frozen=True, kw_only=True):
    """One week of the weekly task."""

    first: dt.date
    last: dt.date
    count: int
    state: WeekState


class Figures(Figure, frozen=True, kw_only=True):
    """Everything that a report says."""

    kind: Kind
    city: str
    plan: str
    column: str
    as_of: dt.date
    known_by: dt.datetime | None
    start: dt.date
    end: dt.date
    season_start: dt.date
    season_end: dt.date
    unit: str | None
    unit_official: str | None
    next_month_end: dt.date
    pieces: PieceFigure
    outlets: list[Counted]
    topics: list[Counted]
    tasks: list[TaskFigure]
    units: list[UnitFigure]
    lines: list[VerdictLine]
    weeks: list[WeekLine]
    week_quota: int
    credits: list[PieceLine]
    exposures: list[ExposureLine]
    forum: ForumFigure
    posts: list[PostLine]
    silences: list[SilenceLine]
    deductions: list[DeductionLine]
    notices: list[str]  # what the reader must know: lists not filled in, outlets that nobody crawls
    measures: list[ProofRow] = []  # 通报, 约谈 … that units recorded; reports issued without them have none
    until: dt.datetime | None = None  # up to when there is data of a day that was not over; None: to its end


class Letterhead(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one kind of report says of itself, from reports.yaml. `{year}`, `{number}` and `{city}` are filled
    in where they stand."""

    mark: str  # 发文机关标志
    number: str  # 发文字号 or 期号
    addressee: str | None = None
    copies_to: str | None = None


class ReportRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """reports.yaml: who issues, to whom, under which number; how many cases a rate needs."""

    organ: str  # 发文机关署名
    printer: str | None = None  # 印发机关; None: the organ
    heads: dict[str, Letterhead]
    min_cases: int = 5
    desk_url: str | None = None  # where the desk answers: links to proof lead there
    demands: list[str] = []  # 下一步工作要求, sentences of the office


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A report with its files."""

    figures: Figures
    docx: bytes
    xlsx: bytes
    pictures: dict[str, bytes]  # name without suffix → PNG

    def files(self, stem: str) -> dict[str, bytes]:
        """File name → content, the figures among them."""
        pictures = {f"{stem}-{name}.png": png for name, png in sorted(self.pictures.items())}
        return {
            f"{stem}.docx": self.docx,
            f"{stem}.xlsx": self.xlsx,
            **pictures,
            f"{stem}.json": to_json(self.figures),
        }


def to_json(figures: Figures) -> bytes:
    """The figures as JSON, keys in the order of the fields: the same bytes for the same figures."""
    return msgspec.json.format(msgspec.json.encode(figures), indent=1)


def from_json(content: bytes) -> Figures:
    """Raises msgspec.ValidationError, msgspec.DecodeError."""
    return msgspec.json.decode(content, type=Figures)
