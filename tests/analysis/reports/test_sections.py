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
