"""Owns the pictures of charts: the same table is drawn once, whatever is decided meanwhile."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from pathlib import Path

import msgspec

from analysis.desk.office import ensure_private
from analysis.trends import TrendTable

KEPT = 64  # in memory
KEPT_ON_DISK = 400  # pictures of some 20 KB
_LOCK = threading.Lock()
_MEMORY: OrderedDict[str, bytes] = OrderedDict()


def picture_of(folder: Path, table: TrendTable, kind: str) -> bytes:
    """The chart of a table as SVG or PNG, drawn where it was not yet.

    Args:
        folder: where pictures are kept between two runs of the desk; derived, may be deleted.
    """
    key = digest(table, kind)
    with _LOCK:
        if key in _MEMORY:
            _MEMORY.move_to_end(key)
            return _MEMORY[key]
    path = ensure_private(folder) / f"{key}.{kind}"
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        from analysis.trend_charts import draw_trend  # matplotlib is slow to import

        content = draw_trend(table, "png" if kind == "png" else "svg")
        draft = path.with_suffix(f".{threading.get_ident()}")
        draft.write_bytes(content)
        draft.replace(path)
        _tidy(folder)
    with _LOCK:
        _MEMORY[key] = content
        while len(_MEMORY) > KEPT:
            _MEMORY.popitem(last=False)
    return content


def digest(table: TrendTable, kind: str) -> str:
    """Changes with what is drawn and with how it is drawn."""
    code = Path(__file__).resolve().parents[1] / "trend_charts.py"
    said = msgspec.json.encode([kind, table, code.stat().st_mtime_ns], order="deterministic")
    return hashlib.sha256(said).hexdigest()[:32]


def warm_up(folder: Path) -> None:
    """Import what draws, find the font: what the first chart would else wait for."""
    picture_of(folder, TrendTable("warm", "", "", ["", ""], []), "svg")


def _tidy(folder: Path) -> None:
    """Pictures that were drawn longest ago go first."""
    kept = sorted(folder.glob("*.*"), key=lambda path: path.stat().st_mtime)
    for path in kept[:-KEPT_ON_DISK]:
        path.unlink(missing_ok=True)
