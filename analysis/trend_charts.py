"""Owns the drawing of the desk's charts as SVG or PNG, from their tables: the same table, the same bytes."""

from __future__ import annotations

import io
import threading
from typing import Any, Literal

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from analysis.charts import VERDICTS, use_chinese_font
from analysis.ground import MET, UNKNOWN, UNMET
from analysis.trends import TrendTable

Format = Literal["svg", "png"]
SHOWN_UNITS = 25  # of a ranking; the table has all
# Series by their heading; what a colour says differs in lightness or hatching too.
COLOURS = {
    "已达到": VERDICTS[MET], "未达到": "#dfe4e9", UNMET: VERDICTS[UNMET], UNKNOWN: VERDICTS[UNKNOWN],
    "正面": VERDICTS[MET], "中性": "#c3ccd5", "负面": VERDICTS[UNMET],
    "供稿": "#1c4f74", "主体": "#5b8c85", "联合": "#d9822b",
    "按时": VERDICTS[MET], "超时": VERDICTS[UNMET],
}  # fmt: skip
_OTHERS = ("#1c4f74", "#d9822b", "#7a5195", "#5b8c85", "#8a6d3b")
_HATCHES = {UNKNOWN: "//", "负面": "\\\\", "超时": "\\\\"}
_DRAWING = threading.Lock()  # matplotlib's settings are one for the process


def draw_trend(table: TrendTable, kind: Format = "svg") -> bytes:
    """The chart of a table: bars stacked by series, lying where the table ranks units."""
    with _DRAWING, mpl.rc_context({"svg.hashsalt": "gangqing"}):
        use_chinese_font()
        is_ranking = table.name == "gaps"
        rows = table.rows[:SHOWN_UNITS] if is_ranking else table.rows
        height = 1.1 + 0.24 * len(rows) if is_ranking else 3.0
        figure = Figure(figsize=(5.2, height), layout="constrained")
        ax = figure.subplots()
        if table.is_empty:
            ax.text(0.5, 0.5, "没有数据", ha="center", va="center", fontsize=13, color="#4f5d6c")
            ax.set_axis_off()
        else:
            (_lying if is_ranking else _standing)(ax, table, rows)
        title = table.title + (f"（前 {len(rows)} 名）" if len(rows) < len(table.rows) else "")
        figure.suptitle(title, fontsize=12, x=0.01, ha="left")
        out = io.BytesIO()
        metadata: dict[str, Any] = {"Date": None, "Creator": None} if kind == "svg" else {"Software": None}
        figure.savefig(out, format=kind, dpi=160, metadata=metadata)
        return out.getvalue()


def _standing(ax: Axes, table: TrendTable, rows: list[list[Any]]) -> None:
    places = range(len(rows))
    base = [0.0] * len(rows)
    for n, heading in enumerate(table.columns[1:], 1):
        values = [float(row[n] or 0) for row in rows]
        ax.bar(
            places,
            values,
            bottom=base,
            width=0.78,
            label=heading,
            color=COLOURS.get(heading, _OTHERS[(n - 1) % len(_OTHERS)]),
            hatch=_HATCHES.get(heading),
            edgecolor="white",
            linewidth=0.4,
        )
        base = [low + value for low, value in zip(base, values, strict=True)]
    ax.set_xticks(places, [str(row[0]) for row in rows], rotation=90 if len(rows) > 8 else 0, fontsize=9)
    ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlim(-0.6, len(rows) - 0.4)
    _dress(ax)


def _lying(ax: Axes, table: TrendTable, rows: list[list[Any]]) -> None:
    rows = rows[::-1]
    base = [0.0] * len(rows)
    for n, heading in enumerate(table.columns[1:], 1):
        values = [float(row[n] or 0) for row in rows]
        bars = ax.barh(
            range(len(rows)),
            values,
            left=base,
            height=0.74,
            label=heading,
            color=COLOURS.get(heading),
            hatch=_HATCHES.get(heading),
            edgecolor="white",
            linewidth=0.4,
        )
        ink = "black" if heading == UNKNOWN else "white"
        ax.bar_label(
            bars,
            [f"{value:g}" if value else "" for value in values],
            label_type="center",
            color=ink,
            fontsize=8,
        )
        base = [low + value for low, value in zip(base, values, strict=True)]
    ax.set_yticks(range(len(rows)), [str(row[0]) for row in rows], fontsize=9)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_ylim(-0.6, len(rows) - 0.4)
    _dress(ax)


def _dress(ax: Axes) -> None:
    ax.legend(
        fontsize=9, frameon=False, loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=4, borderaxespad=0.1
    )
    ax.tick_params(labelsize=9)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
