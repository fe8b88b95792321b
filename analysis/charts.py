"""Owns the charts: coverage as a heat map, pieces by week, ages of open posts."""

from __future__ import annotations

import datetime as dt
import warnings
from collections import Counter
from collections.abc import Sequence

import matplotlib as mpl
import pandas as pd
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from analysis.plan import Task, weeks
from analysis.queue import Ticket
from analysis.verdicts import MET, NOT_ASKED, NOT_YET, UNKNOWN, UNMET, CoverageRow

# Fonts with Chinese characters on Windows, macOS and Linux, best first.
FONTS = (
    "Source Han Sans SC",
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Microsoft YaHei",
    "PingFang SC",
    "Hiragino Sans GB",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "SimHei",
    "SimSun",
    "Noto Serif CJK SC",
    "AR PL UMing CN",
    "Droid Sans Fallback",
)
# Verdicts in the order of the colours: they differ in lightness too, for print and for the colour-blind.
VERDICTS = {NOT_ASKED: "#f2f2f2", NOT_YET: "#c9d6e2", MET: "#3b8f5a", UNKNOWN: "#e8c15a", UNMET: "#b3392f"}


def use_chinese_font() -> str | None:
    """Make matplotlib use a font with Chinese characters; returns a note in Chinese where there is none."""
    known = {entry.name for entry in font_manager.fontManager.ttflist}
    found = next((name for name in FONTS if name in known), None)
    mpl.rcParams["axes.unicode_minus"] = False
    if found is None:
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")  # said once, here
        return "本机没有中文字体，图中的汉字显示为方框；请安装 Noto Sans CJK SC（数字和表格不受影响）"
    mpl.rcParams["font.family"] = [found, *mpl.rcParams["font.family"]]
    return None


def coverage_heat(rows: Sequence[CoverageRow], ax: Axes | None = None) -> Axes:
    """Units × tasks, coloured by verdict; units with most unmet tasks first."""
    names = list(VERDICTS)
    table = pd.DataFrame(
        [(r.unit, r.task, names.index(r.verdict)) for r in rows], columns=["unit", "task", "v"]
    )
    tasks = list(dict.fromkeys(row.task for row in rows))
    wide = table.pivot_table(index="unit", columns="task", values="v", aggfunc="max").reindex(columns=tasks)
    unmet = (wide == names.index(UNMET)).sum(axis=1)
    wide = wide.loc[unmet.sort_values(ascending=False, kind="stable").index].fillna(names.index(NOT_ASKED))
    ax = ax or Figure(figsize=(12, max(3.0, 0.2 * len(wide)))).subplots()
    ax.imshow(wide.to_numpy(), aspect="auto", cmap=ListedColormap(list(VERDICTS.values())), vmin=0, vmax=4)
    ax.set_xticks(range(len(tasks)), tasks, rotation=90, fontsize=8)
    ax.set_yticks(range(len(wide)), list(wide.index), fontsize=7)
    legend = [Patch(color=colour, label=verdict) for verdict, colour in VERDICTS.items()]
    ax.legend(handles=legend, loc="upper left", bbox_to_anchor=(1.01, 1), fontsize=8, frameon=False)
    ax.set_title("各单位 × 各事项")
    return ax


def weekly_bars(task: Task, days: Sequence[dt.date], as_of: dt.date, ax: Axes | None = None) -> Axes:
    """Pieces a week of a task, with its quota as a line; weeks that are over and short of it in red."""
    spans = [span for span in weeks(task.window.start, task.window.end) if span[0] <= as_of]
    counts = [sum(first <= day <= last for day in days) for first, last in spans]
    colours = [
        VERDICTS[UNMET] if count < task.quota and last <= as_of else VERDICTS[MET]
        for count, (_, last) in zip(counts, spans, strict=True)
    ]
    ax = ax or Figure(figsize=(10, 3)).subplots()
    ax.bar(range(len(spans)), counts, color=colours)
    ax.axhline(task.quota, color="#555555", linewidth=1, linestyle="--")
    ax.set_xticks(range(len(spans)), [f"{first:%m-%d}" for first, _ in spans], rotation=90, fontsize=8)
    ax.set_ylabel("篇")
    ax.set_title(f"{task.id} {task.title}（截至 {as_of}）")
    return ax


def queue_ages(tickets: Sequence[Ticket], as_of: dt.date, ax: Axes | None = None) -> Axes:
    """Open posts by the working days left to their next deadline; negative: so many days late."""
    waiting = [ticket.workdays_left for ticket in tickets if ticket.is_open]
    left = Counter(days for days in waiting if days is not None)
    undated = waiting.count(None)
    span = range(min(left, default=0), max(left, default=0) + 1)
    ax = ax or Figure(figsize=(10, 3)).subplots()
    ax.bar(list(span), [left[n] for n in span], color=[VERDICTS[UNMET if n < 0 else MET] for n in span])
    ax.axvline(-0.5, color="#555555", linewidth=1, linestyle="--")
    ax.set_xlabel("距下一时限的工作日（负数为已超时）")
    ax.set_ylabel("帖")
    ax.set_title(f"待回复帖（截至 {as_of}）" + (f"，另有 {undated} 帖无时限" if undated else ""))
    return ax
