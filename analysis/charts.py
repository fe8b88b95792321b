"""Owns the charts: coverage as a heat map, pieces by week, ages of open posts."""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import re
import warnings
from collections import Counter
from collections.abc import Collection, Sequence

import matplotlib as mpl
import pandas as pd
from matplotlib import font_manager
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from analysis.ground import MET, NOT_ASKED, NOT_YET, UNKNOWN, UNMET, CoverageRow
from analysis.plan import Task, weeks
from analysis.queue import Ticket

# Fonts with Chinese characters on Windows, macOS and Linux, best first.
FONTS = (
    "Source Han Sans SC",
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
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
_FONT_FILE = re.compile(r"cjk|hansans|wqy|simhei|simsun|msyh|pingfang|hiragino|uming|fallback", re.IGNORECASE)
# Verdicts in the order of the colours: they differ in lightness too, for print and for the colour-blind.
VERDICTS = {NOT_ASKED: "#f2f2f2", NOT_YET: "#c9d6e2", MET: "#3b8f5a", UNKNOWN: "#e8c15a", UNMET: "#b3392f"}


def _chinese_font() -> str | None:
    """The best installed font with Chinese characters, also one installed since matplotlib kept its list."""
    known = {entry.name for entry in font_manager.fontManager.ttflist}
    if not known.intersection(FONTS):
        for path in font_manager.findSystemFonts():
            if _FONT_FILE.search(path):
                with contextlib.suppress(OSError, RuntimeError):  # a damaged font file
                    font_manager.fontManager.addfont(path)
        known = {entry.name for entry in font_manager.fontManager.ttflist}
    return next((name for name in FONTS if name in known), None)


def use_chinese_font() -> str | None:
    """Make matplotlib use a font with Chinese characters; returns a note in Chinese where there is none."""
    found = _chinese_font()
    mpl.rcParams["axes.unicode_minus"] = False
    if found is None:
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")  # said once, here
        return (
            "本机没有中文字体，图中的汉字显示为方框；请安装一种，"
            "如 apt-get install fonts-wqy-zenhei，再重启 Jupyter（数字和表格不受影响）"
        )
    # Fonts of one weight only: matplotlib would say at each text that it takes the weight there is.
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
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


def weekly_bars(
    task: Task,
    days: Sequence[dt.date],
    as_of: dt.date,
    ax: Axes | None = None,
    silent_weeks: Collection[dt.date] = (),
) -> Axes:
    """Pieces a week of a task, with its quota as a line. Weeks that are over and short of it are red, with a
    cross where there is no bar; those in which the source was silent are hatched in grey: nothing is known.

    Args:
        days: of the pieces that count.
        silent_weeks: first days of short weeks in which the source was silent.
    """
    spans = [span for span in weeks(task.window.start, task.window.end) if span[0] <= as_of]
    counts = [sum(first <= day <= last for day in days) for first, last in spans]
    colours = [
        VERDICTS[UNMET] if count < task.quota and last <= as_of else VERDICTS[MET]
        for count, (_, last) in zip(counts, spans, strict=True)
    ]
    ax = ax or Figure(figsize=(10, 3)).subplots()
    ax.bar(range(len(spans)), counts, color=colours)
    silent = [n for n, (first, _) in enumerate(spans) if first in silent_weeks]
    none = [
        n
        for n, (count, (_, last)) in enumerate(zip(counts, spans, strict=True))
        if not count and last <= as_of and n not in silent
    ]
    height = max([task.quota, *counts])
    ax.bar(silent, [height] * len(silent), color="#e6e6e6", edgecolor="#8a8a8a", hatch="///", zorder=0)
    ax.plot(none, [0.06 * height] * len(none), "x", color=VERDICTS[UNMET], markersize=9, markeredgewidth=2.5)
    ax.axhline(task.quota, color="#555555", linewidth=1, linestyle="--")
    ax.set_xticks(
        range(len(spans)), [f"{first.month}月{first.day}日" for first, _ in spans], rotation=90, fontsize=8
    )
    ax.set_ylabel("篇")
    legend: list[Artist] = [
        Patch(color=VERDICTS[MET], label="达到"),
        Patch(color=VERDICTS[UNMET], label="不足"),
        Line2D(
            [], [], marker="x", color=VERDICTS[UNMET], linestyle="", markeredgewidth=2.5, label="没有刊发"
        ),
        Patch(facecolor="#e6e6e6", edgecolor="#8a8a8a", hatch="///", label="来源静默，无法判定"),
    ]
    ax.legend(handles=legend, loc="upper left", bbox_to_anchor=(1.01, 1), fontsize=8, frameon=False)
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
