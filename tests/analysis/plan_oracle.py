"""Owns a second reading of the plan on the sample city: from gold labels, decisions and plan.yaml alone.

It shares no code with analysis/: what it says is what a person finds who goes through sample/content with
the plan in hand. Tasks whose verdict rests on deadlines of posts, on scores or on other verdicts (m10, r5,
r4) have tests of their own and are left out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import yaml

from sample.content import load_content
from sample.people import load_sample_decisions
from sample.truth import article_truth

MET, UNMET, UNKNOWN, NOT_YET, NOT_ASKED = "达标", "未达标", "无法判定", "未开始", "不适用"
CITY = "全市"
LEFT_OUT = ("forum_response", "score", "deduction")
ROOT = Path(__file__).resolve().parents[2]
NEWS = {"paper", "tv", "portal", "gov", "unit_site"}
CLASS = {
    "防城港日报": "paper",
    "防城港新闻(电视)": "tv",
    "防城港新闻网": "portal",
    "防城港市人民政府网站": "gov",
    "微信": "wechat",
}
CRAWLED = {"paper", "tv", "portal", "gov", "wechat"}
OWN_SITES = {"市教育局", "市水利局", "市环保局", "市卫计委", "上思县"}


class Oracle:
    """The verdicts of a day. `off`: days on which the paper could not be read."""

    def __init__(self, last: dt.date, off: list[tuple[dt.date, dt.date]]) -> None:
        self.plan: dict[str, Any] = yaml.safe_load((ROOT / "city" / "plan.yaml").read_text("utf-8"))
        self.units = _units()
        self.off = off
        self.pieces: list[dict[str, Any]] = []
        self.decisions = [msgspec.to_builtins(d) for d in load_sample_decisions(last)]
        root: dict[str, str] = {}
        first: dict[str, dt.date] = {}
        for truth in article_truth(load_content(), last):
            piece = truth.piece
            if CLASS.get(piece.outlet) == "paper" and any(a <= piece.day <= b for a, b in off):
                continue
            root[piece.id] = root.get(truth.reprint_of or "", truth.reprint_of or piece.id)
            first.setdefault(root[piece.id], piece.day)
            self.pieces.append(
                piece.gold
                | {
                    "id": piece.id,
                    "class": CLASS.get(piece.outlet, "unit_site"),
                    "own": piece.outlet.partition(":")[2] or None,
                    "day": piece.day,
                    "moment": piece.moment,
                    "title": piece.title,
                    "text": piece.title + piece.body,
                    "units": {c["unit"] for c in piece.gold.get("credits", [])},
                    "story": root[piece.id],
                }
            )
        for each in self.pieces:
            each["first"] = first[each["story"]]

    def verdicts(self, day: dt.date) -> Iterator[tuple[str, str, str]]:
        """Task, unit, verdict of every cell that this reading covers."""
        for task in self.plan["tasks"]:
            if task["kind"] in LEFT_OUT:
                continue
            for unit, verdict in getattr(self, task["kind"])(task, day):
                yield task["id"], unit, NOT_YET if day < task["window"]["start"] else verdict

    # ------------------------------------------------------------ pieces

    def quota(self, task: dict[str, Any], day: dt.date) -> Iterator[tuple[str, str]]:
        found = self._matched(task, day)
        for unit in [CITY] if task["scope"] != "unit" else self._members(task):
            own = self._stories(found, unit)
            parts = task.get("parts")
            short = (
                any(not any(self._is_part(p, f) for f in own) for p in parts)
                if parts
                else len(own) < task["quota"]
            )
            yield unit, self._of(task, day, short, unit)
        yield from self._carriers(task, day, found)

    def _carriers(self, task: dict[str, Any], day: dt.date, found: list[Any]) -> Iterator[tuple[str, str]]:
        for unit, outlet in task.get("carriers", {}).items():
            short = not [f for f in found if f["class"] == outlet]
            yield unit, self._of(task, day, short, None, {outlet})

    def weekly(self, task: dict[str, Any], day: dt.date) -> Iterator[tuple[str, str]]:
        found = self._matched(task, day)
        yield CITY, self._weeks(task, day, {f["day"] for f in self._stories(found, CITY)})
        for unit, outlet in task["carriers"].items():
            own = [f for f in found if f["class"] == outlet]
            yield unit, self._weeks(task, day, {f["day"] for f in self._stories(own, CITY)})

    def _weeks(self, task: dict[str, Any], day: dt.date, days: set[dt.date]) -> str:
        monday, short, blind = task["window"]["start"], 0, 0
        while monday + dt.timedelta(days=6) <= day and monday <= task["window"]["end"]:
            last = min(monday + dt.timedelta(days=6), task["window"]["end"])
            if not any(monday <= d <= last for d in days):
                short += 1
                blind += any(a <= last and b >= monday for a, b in self.off)
            monday += dt.timedelta(days=7)
        return MET if not short else UNKNOWN if blind == short else UNMET

    def series_topics(self, task: dict[str, Any], day: dt.date) -> Iterator[tuple[str, str]]:
        yield from self._items(task, day, self.plan["series"], "topic", self._matched(task, day))

    def indicators(self, task: dict[str, Any], day: dt.date) -> Iterator[tuple[str, str]]:
        owners = {name: [entry["unit"]] for name, entry in self.plan["indicators"].items()}
        found = self._matched(task, day)
        names = {o: n for n, e in self.plan["indicators"].items() for o in e.get("also", [])}
        named = [f | {"indicator": names.get(f.get("indicator"), f.get("indicator"))} for f in found]
        yield from self._items(task, day, owners, "indicator", named)
        yield from self._carriers(task, day, [f for f in named if f.get("indicator") in owners])

    def _items(
        self, task: dict[str, Any], day: dt.date, owners: dict[str, list[str]], key: str, found: list[Any]
    ) -> Iterator[tuple[str, str]]:
        told = {f.get(key) for f in self._stories(found, CITY)}
        yield CITY, self._of(task, day, not set(owners) <= told, CITY)
        for unit in self._members(task):
            items = {name for name, units in owners.items() if unit in units}
            own = {f.get(key) for f in self._stories(found, unit)}
            yield unit, self._of(task, day, not items <= own, unit) if items else NOT_ASKED

    def honours(self, task: dict[str, Any], day: dt.date) -> Iterator[tuple[str, str]]:
        found = self._stories(self._matched(task, day), CITY)
        told = {
            h["id"] for h in task["honours"] if any(any(w in f["text"] for w in h["words"]) for f in found)
        }
        yield CITY, self._of(task, day, not {h["id"] for h in task["honours"]} <= told, CITY)
        for unit in self._members(task):
            own = {h["id"] for h in task["honours"] if h["unit"] == unit}
            yield unit, self._of(task, day, not own <= told, unit) if own else NOT_ASKED

    def editor_note(self, task: dict[str, Any], day: dt.date) -> Iterator[tuple[str, str]]:
        found = self._matched(task, day)
        if found:
            yield CITY, MET if all(f["has_editor_note"] for f in found) else UNMET
        else:
            yield CITY, self._of(task, day, True, CITY)

    def emphasis_month(self, task: dict[str, Any], day: dt.date) -> Iterator[tuple[str, str]]:
        month = str(task["emphasis"]["month"])
        begin, end = dt.date.fromisoformat(f"{month}-01"), dt.date.fromisoformat(f"{month}-31")
        found = self._matched(task, day)
        for unit in self._members(task):
            own = self._stories(found, unit)
            none_in_month = day >= begin and not [f for f in own if begin <= f["day"] <= end]
            was_read = not any(a <= min(end, day) and b >= begin for a, b in self.off)
            if none_in_month and was_read and self._sources(task, unit):
                yield unit, UNMET
            elif own and none_in_month:  # only the month is lacking: only its own days matter
                yield unit, self._of(task, day, True, unit, None, (begin, min(end, day)))
            else:
                yield unit, self._of(task, day, not own or none_in_month, unit)

    def exposure_gate(self, task: dict[str, Any], day: dt.date) -> Iterator[tuple[str, str]]:
        for fact in self._stories(self._matched(task, day), CITY):
            before = {
                d["after"]["step"]
                for d in self.decisions
                if d["kind"] == "exposure_approval"
                and d["target"] == fact["title"]
                and dt.datetime.fromisoformat(d["at"]) < fact["moment"]
            }
            if before < set(task["proof"]["steps"]):
                yield CITY, UNMET
                return
        yield CITY, MET

    def announcement_presence(self, task: dict[str, Any], day: dt.date) -> Iterator[tuple[str, str]]:
        if "proof" in task:
            yield from self._handed_in(task, day)
            return
        for unit in self._members(task):
            host = task["hosts"].get(unit)
            own = [
                f
                for f in self.pieces
                if f["form"] == "公告"
                and f["day"] <= day
                and any(w in f["title"] for w in task["title_words"])
                and (f["own"] == unit or (f["own"] is None and host == f["class"]))
            ]  # fmt: skip
            spans = [
                (d["after"]["until"], d["after"]["date"])
                for d in self._said("proof_received", unit, day)
                if d["after"].get("until")
            ]
            proven = any(
                dt.date.fromisoformat(b) >= dt.date.fromisoformat(a) + dt.timedelta(days=13) for b, a in spans
            )
            stood = any(f["class"] in ("paper", "tv") or (day - f["day"]).days >= 13 for f in own)
            if stood or proven:
                yield unit, MET
            elif unit in OWN_SITES or host in CRAWLED - {"wechat"}:
                yield unit, UNMET
            else:
                yield unit, UNKNOWN

    # ------------------------------------------------------------ records

    def register_by(self, task: dict[str, Any], day: dt.date) -> Iterator[tuple[str, str]]:
        yield from self._handed_in(task, day)

    def _handed_in(self, task: dict[str, Any], day: dt.date) -> Iterator[tuple[str, str]]:
        kind = task["proof"]["decision"]
        for unit in self._members(task):
            days = [
                str(d["after"].get("date") or d["at"])[:10]
                for d in self._said(kind, unit, day)
                if d["after"].get("task") == task["id"]
                or (kind != "proof_received" and not d["after"].get("task"))
            ]  # fmt: skip
            yield unit, MET if any(d <= task["proof"]["by"].isoformat() for d in days) else UNMET

    def meetings(self, task: dict[str, Any], day: dt.date) -> Iterator[tuple[str, str]]:
        first, last = (task["window"][key].isoformat() for key in ("start", "end"))
        for unit in self._members(task):
            days = [d["after"]["date"] for d in self._said("meeting_held", unit, day)]
            yield unit, MET if any(first <= d <= last for d in days) else UNMET

    def measures(self, task: dict[str, Any], day: dt.date) -> Iterator[tuple[str, str]]:
        first, last = (task["window"][key].isoformat() for key in ("start", "end"))
        said = [d["after"] for unit in self._members(task) for d in self._said("measure_taken", unit, day)]
        taken = [a for a in said if a["form"] in task["proof"]["forms"] and first <= a["date"] <= last]
        short = not taken and not self._stories(self._matched(task, day), CITY)
        yield CITY, self._of(task, day, short, CITY)

    def board_presence(self, task: dict[str, Any], day: dt.date) -> Iterator[tuple[str, str]]:
        for unit in self._members(task):
            said = self._said("board_proof", unit, day)
            taken = [d for d in said if d["after"].get("removed")]
            up = [d for d in said if d not in taken and d["after"]["date"] <= task["proof"]["by"].isoformat()]
            yield unit, MET if up and not taken else UNMET

    def _said(self, kind: str, unit: str, day: dt.date) -> list[dict[str, Any]]:
        return [
            d
            for d in self.decisions
            if d["kind"] == kind
            and d["target"] == unit
            and str(d["after"].get("date") or d["at"])[:10] <= day.isoformat()
        ]

    # ------------------------------------------------------------ what counts

    def _matched(self, task: dict[str, Any], day: dt.date) -> list[dict[str, Any]]:
        window = task["window"]
        found = []
        for f in self.pieces:
            forms = task.get("forms") or ["报道", "综述", "曝光"]
            counts = (
                window["start"] <= f["day"] <= min(window["end"], day)
                and (f["first"] >= window["start"] or task["kind"] == "editor_note")
                and (not task.get("outlets") or f["class"] in task["outlets"])
                and (f["class"] not in task.get("column_in", []) or f["plan_column"])
                and f["form"] in forms
                and all(w in f["text"] for w in task.get("words_all", []))
                and (not task.get("words") or any(w in f["text"] for w in task["words"]))
                and (not task.get("parts") or any(self._is_part(p, f) for p in task["parts"]))
            )
            named = task.get("notice_title_words")
            if counts and named and f["form"] == "公告":
                counts = any(w in f["title"] for w in named)
            outside = task.get("words_outside_column")
            if counts and outside and not f["plan_column"]:
                counts = any(w in f["text"] for w in outside)
            if counts:
                found.append(f)
        return found

    @staticmethod
    def _is_part(part: dict[str, Any], f: dict[str, Any]) -> bool:
        return (not part.get("forms") or f["form"] in part["forms"]) and (
            not part.get("words") or any(w in f["text"] for w in part["words"])
        )

    @staticmethod
    def _stories(found: list[dict[str, Any]], unit: str) -> list[dict[str, Any]]:
        by_story: dict[str, dict[str, Any]] = {}
        for f in found:
            if unit == CITY or unit in f["units"]:
                by_story.setdefault(f["story"], f)
        return list(by_story.values())

    def _sources(self, task: dict[str, Any], unit: str | None) -> set[str]:
        wanted = set(task.get("outlets") or NEWS)
        return {c for c in wanted if c in CRAWLED or (c == "unit_site" and unit in OWN_SITES)}

    def _of(
        self,
        task: dict[str, Any],
        day: dt.date,
        short: bool,
        unit: str | None,
        classes: set[str] | None = None,
        span: tuple[dt.date, dt.date] | None = None,
    ) -> str:
        """Short is not met, unless the paper was off in the days that matter, or nobody looks at all."""
        if not short:
            return MET
        sources = self._sources(task, unit) if classes is None else classes & CRAWLED
        first, last = span or (task["window"]["start"], min(task["window"]["end"], day))
        is_off = "paper" in sources and any(a <= last and b >= first for a, b in self.off)
        return UNKNOWN if is_off or not sources else UNMET

    def _members(self, task: dict[str, Any]) -> list[str]:
        chosen: set[str] = set()
        for name in task.get("units", []):
            group = self.plan["groups"].get(name)
            if group is None:
                chosen.add(name)
            else:
                chosen |= set(group.get("units", []))
                chosen |= {u for u, kind in self.units.items() if kind in group.get("kinds", [])}
        return [unit for unit in self.units if unit in chosen]


def _units() -> dict[str, str]:
    """Units of the notice's day with their kind."""
    import csv

    rows = csv.DictReader((ROOT / "city" / "units.csv").read_text("utf-8").splitlines())
    return {
        row["short"]: row["kind"]
        for row in rows
        if (row.get("valid_from") or "0") <= "2017-09-27" <= (row.get("valid_to") or "9")
    }
