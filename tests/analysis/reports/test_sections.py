"""What a report says of days: each unit's own, where the units of a task have different ones."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest

from analysis.reports import sections, wording

AS_OF = dt.date(2017, 12, 1)
DAY, LATER = dt.date(2017, 12, 15), dt.date(2018, 1, 10)


class Written:
    """A document that keeps what is written into it."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def heading(self, level: int, text: str) -> None:
        self.texts.append(text)

    def text(self, text: str, lead: str = "") -> None:
        self.texts.append(lead + text)


def line(end: dt.date, verdict: str = "未达标") -> Any:
    left = (end - AS_OF).days
    return SimpleNamespace(task="m02", verdict=verdict, window_end=end, days_left=left)


TASK: Any = SimpleNamespace(
    task="m02",
    title="专栏",
    paragraph="三（二）",
    kind="articles",
    window_start=AS_OF,
    window_end=LATER,
    days_left=40,
)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([line(DAY), line(DAY), line(DAY, "无法判定")], "12月15日前，2项次未达标、1项次无法判定）"),
        (
            [line(LATER), line(DAY), line(DAY, "达标"), line(LATER), line(DAY, "无法判定")],
            "12月15日前，1项次未达标、1项次无法判定；2018年1月10日前，2项次未达标）",
        ),
    ],
)
def test_what_falls_due_is_told_with_the_day_of_each_unit(lines: list[Any], said: str) -> None:
    figures: Any = SimpleNamespace(
        as_of=AS_OF, tasks=[TASK], lines=lines, next_month_end=dt.date(2018, 1, 31), season_end=LATER
    )
    document: Any = Written()
    sections.upcoming(document, figures, [])
    assert document.texts == ["下一步工作", f"按期完成到期事项。专栏（三（二），{said}。"]


def test_the_last_day_of_several_is_told_as_the_last() -> None:
    assert wording.due(TASK, [line(DAY), line(DAY)], AS_OF) == "三（二），12月15日到期，还剩14天"
    assert wording.due(TASK, [line(LATER), line(DAY)], AS_OF) == "三（二），最迟2018年1月10日到期，还剩40天"


def test_what_nobody_can_make_up_is_over_though_the_window_of_who_did_it_runs_on() -> None:
    about = {"kind": "emphasis_month", "missing": ["2017-11 重点宣传"], "missing_count": 1}
    past = dt.date(2017, 11, 30)
    missed = SimpleNamespace(**vars(line(past)) | about | {"unit": "上思县", "days_left": 0})
    done = SimpleNamespace(**vars(line(LATER, "达标")) | about | {"unit": "防城区"})
    document: Any = Written()
    figures: Any = SimpleNamespace(as_of=AS_OF, tasks=[TASK], lines=[missed, done])
    sections.gaps(document, figures, "附件2")
    assert document.texts == [
        "未达标事项",
        "已到期仍未达标的",
        "专栏（三（二），11月30日已到期）。应完成的2个单位中，上思县未达标。",
    ]
