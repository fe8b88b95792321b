"""Owns the pictures of a report: PNG charts with Chinese labels, from its figures alone."""

from __future__ import annotations

import io

import matplotlib as mpl
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from analysis.charts import VERDICTS, use_chinese_font
from analysis.ground import MET, NOT_YET, UNKNOWN, UNMET
from analysis.overview import DERIVED_KINDS
from analysis.reports.model import Figures

_ORDER = ((MET, "met_count"), (UNMET, "unmet_count"), (UNKNOWN, "unknown_count"), (NOT_YET, "not_yet_count"))
_HATCH = {UNKNOWN: "//", UNMET: ""}  # what is not known differs in more than its colour
_TITLE_LENGTH = 22
_DPI = 160


def draw(figures: Figures) -> dict[str, bytes]:
    """Name → PNG: verdicts by task, weeks of the weekly task, posts; only of what there is to show."""
    with mpl.rc_context():
        use_chinese_font()
        found = {}
        if any(task.verdicts.asked_count for task in figures.tasks):
            found["tasks"] = _tasks(figures)
        if figures.weeks:
            found["weeks"] = _weeks(figures)
        if figures.forum.total_count:
            found["forum"] = _forum(figures)
        return found


def _tasks(figures: Figures) -> bytes:
    """Stacked bars: of each line of the plan, the share of its units with each verdict, and the numbers."""
    tasks = [t for t in figures.tasks if t.kind not in DERIVED_KINDS and t.verdicts.asked_count][::-1]
    canvas = Canvas(figsize=(7.2, 0.62 + 0.235 * len(tasks)))
    ax = canvas.subplots()
    for row, task in enumerate(tasks):
        left = 0.0
        for verdict, field in _ORDER:
            count = getattr(task.verdicts, field)
            if not count:
                continue
            share = count / task.verdicts.asked_count
            bar = ax.barh(row, share, left=left, height=0.74, color=VERDICTS[verdict], edgecolor="white")
            if _HATCH.get(verdict):
                bar[0].set_hatch(_HATCH[verdict])
            if share > 0.035:
                ink = "black" if verdict in (UNKNOWN, NOT_YET) else "white"
                ax.text(left + share / 2, row, str(count), ha="center", va="center", fontsize=7, color=ink)
            left += share
    ax.set_yticks(range(len(tasks)), [f"{t.task} {_short(t.title)}" for t in tasks], fontsize=7.5)
    ax.set_xlim(0, 1)
    ax.set_ylim(-0.6, len(tasks) - 0.4)
    ax.xaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
    ax.tick_params(axis="x", labelsize=7.5)
    for side in ("top", "right", "left"):
        ax.spines[side].set_visible(False)
    _legend(canvas, [verdict for verdict, _ in _ORDER])
    return _png(canvas)


def _weeks(figures: Figures) -> bytes:
    """Pieces of each week; a week without its piece and one whose source was silent do not look alike."""
    weeks = figures.weeks
    canvas = Canvas(figsize=(7.2, 2.5))
    ax = canvas.subplots()
    top = max([figures.week_quota, *(week.count for week in weeks)])
    colours = {
        "met": VERDICTS[MET],
        "short": VERDICTS[UNMET],
        "silent": VERDICTS[UNKNOWN],
        "running": "#8fa8bf",
    }
    for place, week in enumerate(weeks):
        if week.state == "silent":
            ax.bar(place, top, color="#f2f2f2", edgecolor="#9a9a9a", hatch="///", width=0.7)
        ax.bar(place, week.count, color=colours[week.state], width=0.7)
        mark = "？" if week.state == "silent" else str(week.count)
        ink = VERDICTS[UNMET] if week.state == "short" else "black"
        ax.text(place, week.count + 0.05 * top, mark, ha="center", va="bottom", fontsize=7.5, color=ink)
    ax.axhline(figures.week_quota, color="#555555", linewidth=0.8, linestyle="--")
    ax.set_xticks(
        range(len(weeks)), [f"{w.first.month}月{w.first.day}日" for w in weeks], rotation=90, fontsize=7.5
    )
    ax.set_ylim(0, top * 1.25)
    ax.set_ylabel("篇", rotation=0, labelpad=10, fontsize=8)
    ax.tick_params(axis="y", labelsize=7.5)
    ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    names = {"met": "达到", "short": "不足", "silent": "来源静默，无法判定", "running": "本周未完"}
    present = {week.state for week in weeks}
    patches = [
        Patch(
            facecolor="#f2f2f2" if state == "silent" else colours[state],
            edgecolor="#9a9a9a" if state == "silent" else "none",
            hatch="///" if state == "silent" else "",
            label=label,
        )
        for state, label in names.items()
        if state in present
    ]
    canvas.legend(handles=patches, loc="outside upper center", ncols=4, fontsize=8, frameon=False)
    return _png(canvas)


def _forum(figures: Figures) -> bytes:
    """Posts by what became of them, one bar."""
    forum = figures.forum
    parts = (
        ("按时答复", forum.in_time_count, VERDICTS[MET]),
        ("超时后答复", forum.late_answered_count, "#e08a5b"),
        ("超时未办结", forum.open_overdue_count, VERDICTS[UNMET]),
        ("时限未到", forum.waiting_count, VERDICTS[NOT_YET]),
    )
    canvas = Canvas(figsize=(7.2, 1.1))
    ax = canvas.subplots()
    left = 0
    for _, count, colour in parts:
        ax.barh(0, count, left=left, color=colour, height=0.5, edgecolor="white")
        if count:
            ink = "black" if colour == VERDICTS[NOT_YET] else "white"
            ax.text(left + count / 2, 0, str(count), ha="center", va="center", fontsize=8, color=ink)
        left += count
    ax.set_xlim(0, left)
    ax.set_yticks([])
    ax.tick_params(axis="x", labelsize=7.5)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    for side in ("top", "right", "left"):
        ax.spines[side].set_visible(False)
    patches = [Patch(color=colour, label=f"{name} {count}") for name, count, colour in parts]
    canvas.legend(handles=patches, loc="outside upper center", ncols=4, fontsize=8, frameon=False)
    return _png(canvas)


def _short(title: str) -> str:
    return title if len(title) <= _TITLE_LENGTH else title[: _TITLE_LENGTH - 1] + "…"


def _legend(canvas: Canvas, verdicts: list[str]) -> None:
    patches = [
        Patch(facecolor=VERDICTS[v], hatch=_HATCH.get(v, ""), edgecolor="white", label=v) for v in verdicts
    ]
    canvas.legend(handles=patches, loc="outside upper center", ncols=4, fontsize=8, frameon=False)


def _png(canvas: Canvas) -> bytes:
    canvas.set_layout_engine("constrained")
    out = io.BytesIO()
    canvas.savefig(out, format="png", dpi=_DPI, metadata={"Software": None})
    return out.getvalue()
