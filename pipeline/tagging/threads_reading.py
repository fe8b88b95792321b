"""Owns reading a citizen's post once: cues, matters, names and places found in title and opening post."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec

from pipeline.city import City, load_own_yaml
from pipeline.tagging.duties import DutyRouter, Routed, split
from pipeline.tagging.fold import fold_post
from pipeline.tagging.segment import begins_word
from pipeline.tagging.threads_names import LEXICON as NAMES
from pipeline.tagging.threads_names import Named, UnitNames
from pipeline.tagging.threads_phrases import PhraseIndex, Span, covered
from pipeline.tagging.threads_places import county_names

LEXICON = Path(__file__).resolve().parent.parent / "lexicon" / "threads.yaml"

# 在东莞交的社保，辞工回|防城: what was left behind elsewhere is asked of the city to which one came home
_HOME_AGAIN = re.compile("(?:辞工|辞职|打工|毕业|退伍|转业|退休|现在|如今|今年)[^，。；\n]{0,4}回(?:到|了)?")
# 在东莞办厂，想回来开: who means to come home asks the city that he comes from
_MEANS_TO_COME = re.compile(
    "(?:想|要|打算|准备|计划|商量)(?:搬|迁|带[^，。；\n]{1,8})?(?:回来|回乡|回家乡|返乡|回老家)"
)
_MOVED_HERE = re.compile(
    "(?:社保|医保|户口|学籍|公积金|档案|组织关系)[^，。；\n]{0,3}(?:转|迁)(?:回|来|入)(?:到|了)?"
)
# Before or after a city's name: the way there, not the place of the matter.
_ON_THE_WAY_BEFORE = (
    "从",
    "去",
    "到",
    "回",
    "往",
    "来",
    "至",
    "飞",
    "像",
    "学",
    "和",
    "跟",
    "比",
    "发",
    "人在",
    "住在",
    "于",
)
_ON_THE_WAY_AFTER = (
    "到",
    "回",
    "往",
    "至",
    "打工",
    "那边的医院",
    "带孙",
    "带娃",
    "直接刷卡",
    "住院",
    "上班",
    "人",
    "游客",
    "朋友",
    "老板",
    "号牌",
    "牌",
    "路",
    "青",  # 上海青 is a vegetable
    "米粉",
    "螺蛳粉",
    "白菜",
    "烤鸭",
)


_NOWHERE: list[Span] = []
STEM = 2  # characters of a county's name without its ending
_BEGS = ("请", "求", "恳请", "请求", "麻烦")
_COMES = re.compile("[^，。！？；\n]{0,14}(?:来|派|出面|救|处理|查|管一?管)")
HAILS = frozenset("，,：:！!？?")  # behind a name that is spoken to
# Behind a name in a title: what it should do, or is asked.
_URGES = (
    "能不能", "能否", "可不可以", "可否", "可以", "什么时候", "几时", "何时", "为什么", "为何", "为啥",
    "请", "能帮", "能管", "到底", "敢不敢", "管管", "管一管", "管不管", "出来", "来看", "该", "要不要",
    "的来", "的请",
)  # fmt: skip


class Reading(msgspec.Struct):
    """What stands in title and opening post. Spans count from the start of `text` = title, newline, post."""

    text: str
    title_end: int
    found: dict[tuple[str, str], list[Span]]
    routed: dict[str, Routed]
    named: list[Named]
    elsewhere: str | None  # another city whose matter it is
    counties: list[str]  # counties whose places are named, most often named first

    def spans(self, cue: str) -> list[Span]:
        """Where the phrases of a cue stand."""
        return self.found.get(("cue", cue), _NOWHERE)

    def count(self, cue: str, title: float = 1.0) -> float:
        """Number of distinct phrases of a cue; one in the title counts `title` times."""
        spans = self.spans(cue)
        heads = set(covered([s for s in spans if s[0] < self.title_end], self.text))
        rest = set(covered([s for s in spans if s[0] >= self.title_end], self.text)) - heads
        return title * len(heads) + len(rest)

    def has(self, cue: str) -> bool:
        return ("cue", cue) in self.found

    def in_title(self, cue: str) -> bool:
        return any(start < self.title_end for start, _ in self.spans(cue))

    def words(self, cue: str, most: int = 3) -> list[str]:
        return covered(self.spans(cue), self.text)[:most]

    def field(self, span: Span) -> tuple[str, int, int]:
        """Field and characters of a span, for evidence."""
        if span[0] < self.title_end:
            return "title", span[0], min(span[1], self.title_end)
        offset = self.title_end + 1
        return "posts[0]", span[0] - offset, span[1] - offset

    @property
    def hailed(self) -> bool:
        """Whether the title begins with a unit's name and speaks to it: "港口区政府，…", "教育局能不能…";
        or one of its later clauses begins so and says what it should do: "…，外事办能帮忙吗"; or the text
        begs one to come: "请渔政的人带工具来"."""
        return any(
            (self.text.endswith(_BEGS, 0, start) and _COMES.match(self.text, end) is not None)
            if start > self.title_end
            else end < self.title_end
            and (
                (start == 0 and self.text[end] in HAILS)
                or (
                    (start == 0 or self.text[start - 1] in HAILS)
                    and self.text.startswith(_URGES, end, self.title_end)
                )
            )
            for start, end in (entry.span for entry in self.named)
        )

    @property
    def matter(self) -> float:
        """Score of the best routed unit; 0 where no matter was recognised."""
        return max((routed.score for routed in self.routed.values()), default=0.0)


class PostReader:
    """Reads posts of one city."""

    def __init__(self, city: City) -> None:
        self._index: PhraseIndex[tuple[str, str]] = PhraseIndex()
        self.router = DutyRouter(city, self._index)
        self.names = UnitNames(city, self._index)
        for cue, words in load_own_yaml(LEXICON)["cues"].items():
            self._index.add(split(words), ("cue", cue))
        own: dict[str, Any] = city.data("duties.yaml", {}) or {}
        for name in load_own_yaml(NAMES)["cities"]:
            if name != city.stem:
                self._index.add([name], ("city", name))
        local = [city.stem, city.name, *own.get("local", [])]
        self._stems: set[str] = set()  # of counties: the names that other words may hold by chance
        for unit in city.units:
            if unit.is_county:
                names = county_names(unit.short)
                self._index.add(names, ("county", unit.short))
                self._stems.update(name for name in names if len(name) == STEM)
        for county, places in own.get("places", {}).items():
            self._index.add(places, ("county", county))
        self._index.add(local, ("local", ""))

    def read(self, title: str, text: str) -> Reading:
        title = title.strip("\n")
        whole = fold_post(f"{title}\n{text or ''}")
        found = self._index.find(whole)
        # "防城港" is the city, not its district 防城 (nor 港口 a place in "防城港口岸").
        stems = dict(found.get(("local", ""), ()))
        for key in [key for key in found if key[0] == "county"]:
            kept = [
                span
                for span in found[key]
                if not (span[0] in stems and stems[span[0]] > span[1]) and self._is_name(whole, span)
            ]
            if kept:
                found[key] = kept
            else:
                del found[key]
        title_end = len(title)
        counties = sorted(
            (key[1] for key in found if key[0] == "county"), key=lambda c: (-len(found["county", c]), c)
        )
        return Reading(
            text=whole,
            title_end=title_end,
            found=found,
            routed=self.router.route(found, whole, title_end),
            named=self.names.find(found, whole, title_end),
            elsewhere=self._elsewhere(found, whole, title_end),
            counties=counties,
        )

    def _is_name(self, text: str, span: Span) -> bool:
        """Whether a county's stem begins where a word begins: 上思 does not in 晚上思来想去."""
        start, end = span
        return end - start != STEM or text[start:end] not in self._stems or begins_word(text, start)

    @staticmethod
    def _elsewhere(found: dict[tuple[str, str], list[Span]], text: str, title_end: int) -> str | None:
        """The other city that the matter plays in, if it does: named oftener and earlier than this one."""
        cities = {name: spans for (kind, name), spans in found.items() if kind == "city"}
        if not cities:
            return None
        own, places = 0.0, set[int]()
        for (kind, _), spans in found.items():
            if kind in ("local", "county"):
                own += sum(3.0 if start < title_end else 1.0 for start, _ in spans)
                places.update(start for start, _ in spans)
        if places and any(match.end() in places for match in _HOME_AGAIN.finditer(text)):
            return None
        if _MEANS_TO_COME.search(text):
            return None
        others = {start for spans in cities.values() for start, _ in spans}
        if places and any(match.end() not in others for match in _MOVED_HERE.finditer(text)):
            return None
        best, score = None, 0.0
        for name, spans in cities.items():
            points = 0.0
            last = -1
            for start, end in spans:
                # A tout's cry, "南宁南宁马上走", names it once.
                called_again, last = start == last, end
                if called_again:
                    continue
                if text.endswith(_ON_THE_WAY_BEFORE, 0, start) or text.startswith(_ON_THE_WAY_AFTER, end):
                    if start >= title_end:
                        points += 0.4
                    continue
                points += 3.0 if start < title_end else 1.0
            if points > score:
                best, score = name, points
        return best if score >= 2.0 and score > own else None
