"""Owns who wrote or supplied an article: byline, source, own site, the signature below a notice."""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import NamedTuple

from pipeline.city import City
from pipeline.records import Evidence
from pipeline.tagging.items import ArticleItem
from pipeline.tagging.names import Hit, NameFinder, Names
from pipeline.tagging.names_county import CountyReader
from pipeline.tagging.roles_occurrence import Text
from pipeline.tagging.roles_signs import SUPPLIERS, load_cue_pattern

_SITE = re.compile(
    r"^(?:单位)?(?:门户)?(?:网站|官网|微博|微信|公众号|视频号|抖音|快手|头条|客户端|政务)[^:：\s]{0,5}[:：]\s*(.+)$"
)
_SITE_TAIL = re.compile(
    r"^(.+?)(?:门户网站|官方网站|官网|网站|微信公众号|公众号|官方微信|官方微博|微博|微信)$"
)
_SOURCE_MARK = re.compile(
    r"(?<![图频片])(?:来源|源自|转自|作者单位|供稿单位|供稿|特约作者|撰稿|图文|文图)\s*(?:[：:]|/{1,2})\s*"
    r"|(?<![图频片])(?:转自|转载自|来源)\s*[【「《“]"
)
_SUPPLIED = re.compile(r"(?:(?<!\s)\s+)?(?:供稿|/文|文/|文图|图文)")
# 本报讯（通讯员 某某 市气象局）, and a last line in brackets
_HEAD_BRACKETS = re.compile(r"[\s　]*[一-鿿]{0,10}讯?\s?[（(]([^）)\n。，]{2,60})[）)]")
_TAIL_BRACKETS = re.compile(r"[\s　]*[（(]([^）)\n。，]{2,60})[）)]")
# …送到考生手里。（通讯员 陆某 市公安局交警支队）: at the end of the last line
_END_BRACKETS = re.compile(r"[（(]((?:通讯员|供稿|作者|文|图文|撰稿)[^）)\n。，]{2,60})[）)]\s*$")
_RUNS_ON = re.compile(r"(?:(?!据|近|记者|综合)[^，。；！？\n])*$")
_ORGANS = ("局", "委", "办", "站")
_PICTURE = re.compile(r"\s*(?:供图|图|摄)")
_OWN_COPY = re.compile(rf"{load_cue_pattern('own_copy')}")
_DATE = re.compile(r"\s*(?:20\d\d|二[〇○零].{2})年\d{0,2}[^，。]{0,6}日")
_NEWS_HEAD = re.compile(r"^[\s　]*(?:本报讯|[一-鿿]{2,8}(?:网|报|社|台)讯)")


MOST_OUTLETS = 1000  # names of outlets to remember
SIGNED = 2000  # characters of the end in which a signature stands
REACH = 40  # characters from 来源： to a name that it speaks of
SHOWN = 200  # characters of a byline that are told again


class Byline(NamedTuple):
    """One unit that supplied the piece."""

    unit: str
    evidence: Evidence
    confidence: float


_PLACED = ("于", "在")  # before a county that is only where something was


class Bylines:
    """Reads bylines for one city."""

    def __init__(self, city: City, names: Names, finder: NameFinder) -> None:
        self.city = city
        self.names = names
        self.finder = finder
        self.counties = CountyReader(names)
        self.media = names.media
        self.hosts: dict[str, str] = {site.outlet: site.unit for site in city.sites if site.unit}
        self.hosts |= names.extra.get("outlets") or {}
        for unit in city.units:
            if unit.kind == "媒体":
                for name in unit.names:
                    self.hosts.setdefault(name, unit.short)
        self.accounts = {account.account: account.unit for account in city.accounts}
        self._site_units: dict[str, str | None] = {}  # by outlet: what was read once
        notices = names.extra.get("uniform_notices") or []
        self._uniform = (
            re.compile("|".join(re.escape(n).replace(r"\*", ".{0,12}") for n in notices)) if notices else None
        )

    def read(self, item: ArticleItem, text: Text) -> list[Byline]:
        found: list[Byline] = []
        own = self._own_site(item)
        uniform = bool(self._uniform and self._uniform.search(item.title))
        if uniform:
            signed = [] if own else self._in_text(text)
            host = own or self.hosts.get(item.outlet or "")
            if signed:
                return signed[:1]  # a paper that prints it is the outlet, not the announcer
            if host:
                why = f"统一公告，由“{item.outlet}”发布，发布单位按供稿计"
                return [
                    Byline(host, Evidence(why=why, field="outlet", start=0, end=len(item.outlet or "")), 0.95)
                ]
        for name in ("byline", "source"):
            value = getattr(item, name)
            if value:
                found.extend(self._named(name, value, text))
        if own and not any(b.unit == own for b in found) and self._is_own_copy(item):
            why = f"{own}自有网站的自有稿件，按供稿计"
            found.append(
                Byline(own, Evidence(why=why, field="outlet", start=0, end=len(item.outlet or "")), 0.9)
            )
        found.extend(self._in_text(text))
        unique: dict[str, Byline] = {}
        for byline in found:
            unique.setdefault(byline.unit, byline)
        return list(unique.values())

    def _own_site(self, item: ArticleItem) -> str | None:
        outlet = item.outlet or ""
        if outlet not in self._site_units:
            if len(self._site_units) > MOST_OUTLETS:
                self._site_units.clear()
            self._site_units[outlet] = self._read_site(outlet)
        return self._site_units[outlet]

    def _read_site(self, outlet: str) -> str | None:
        if outlet in self.accounts:
            return self.accounts[outlet]
        match = _SITE.match(outlet) or _SITE_TAIL.match(outlet)
        name = match[1] if match else outlet
        if name in self.accounts:
            return self.accounts[name]
        hits = self.finder.find(name)
        if match is not None and not any(
            hit.name.unit for hit in hits
        ):  # 微信:防城港海事 leaves out what kind of organ it is
            hits = [h for organ in _ORGANS for h in self.finder.find(name + organ) if h.end > len(name)]
        if match is None:  # an account that is called as its unit is
            hits = [hit for hit in hits if (hit.start, hit.end) == (0, len(name))]
        return next((h.name.unit for h in hits if h.name.unit and h.name.unit not in self.media), None)

    def _is_own_copy(self, item: ArticleItem) -> bool:
        source = (item.source or "").removeprefix("来源：").removeprefix("来源:").strip()
        if source and not _OWN_COPY.match(source):
            return False
        return not (_NEWS_HEAD.match(item.body) or "记者" in (item.byline or ""))

    def _named(self, field: str, value: str, text: Text) -> list[Byline]:
        found = []
        account = self.accounts.get(value.removeprefix("来源：").removeprefix("来源:").strip())
        if account and field == "source":
            return [
                Byline(
                    account,
                    Evidence(
                        why=f"来源“{value}”是{account}的账号，按供稿计", field=field, start=0, end=len(value)
                    ),
                    0.95,
                )
            ]
        label, said = "署名" if field == "byline" else "来源", value.strip()[:SHOWN]
        seen: set[str] = set()
        for hit in self.finder.find(value):
            unit, end = self._unit(value, hit, text)
            if unit is None or unit in self.media or unit in seen:
                continue
            seen.add(unit)
            word = value[hit.start : end]
            why = f"{label}“{said}”写明“{word}”，{unit}按供稿计"
            found.append(Byline(unit, Evidence(why=why, field=field, start=hit.start, end=end), 0.95))
        return found

    def _unit(self, value: str, hit: Hit, text: Text) -> tuple[str | None, int]:
        kind = hit.name.kind
        if kind in ("county", "stem"):
            organ = self.counties.read(value, hit)
            # 摄于东兴市 names no supplier; （上思县） behind a correspondent does.
            if organ is None or (organ.place and value.endswith(_PLACED, 0, hit.start)):
                return None, hit.end
            return organ.unit, organ.end
        if kind in ("own", "police", "account"):
            return hit.name.unit, hit.end
        if kind in ("city", "bare"):
            return text.scope.owner_of(value, hit), hit.end
        return None, hit.end

    def _in_text(self, text: Text) -> list[Byline]:
        whole = text.whole
        found: list[Byline] = []
        if not text.hits:
            return found
        marks = []
        if not SUPPLIERS.isdisjoint(text.signs):
            marks = [(mark.end(), mark[0]) for mark in _SOURCE_MARK.finditer(whole)]
        signature = text.body + self._signature_start(whole[text.body :])
        supplied = "供稿" in text.signs or "文" in whole
        brackets = [m.span(1) for m in (_HEAD_BRACKETS.match(whole, text.body), _last_line(whole)) if m]
        if not brackets or brackets[-1][1] < len(whole) - 4:
            ending = _END_BRACKETS.search(whole, max(text.body, len(whole) - 70))
            brackets += [ending.span(1)] if ending else []
        for hit in text.hits:
            kind = hit.name.kind
            if kind in ("foreign", "block", "list", "city_name"):
                continue
            inside = bool(brackets) and any(start <= hit.start < stop for start, stop in brackets)
            near = _near(whole, marks, hit.start) if marks else []
            if not (
                inside
                or near
                or hit.start >= signature
                or (supplied and _SUPPLIED.search(whole, hit.end, hit.end + 12))
            ):
                continue
            unit, end = self._unit(whole, hit, text)
            if unit is None or unit in self.media:
                continue
            why = None
            if inside and not _PICTURE.match(whole, end):
                why = f"稿件署名括注“{whole[hit.start : end]}”，按供稿计"
            elif near:
                why = f"文中注明“{near[-1].strip()}{whole[hit.start : end]}”，按供稿计"
            if why is None and hit.start >= signature and self._is_signature(whole, hit.start, end):
                why = f"落款“{whole[hit.start : end]}”，按供稿计"
            if why is None and _SUPPLIED.match(whole, end):
                why = f"文中注明“{whole[hit.start : end]}供稿”"
            if why is not None:
                field_start, name = next((s, n) for s, n in reversed(text.fields) if s <= hit.start)
                evidence = Evidence(why=why, field=name, start=hit.start - field_start, end=end - field_start)
                found.append(Byline(unit, evidence, 0.9))
        return found

    @staticmethod
    def _signature_start(body: str) -> int:
        """Where the last five lines begin: a signature stands nowhere else, and not far from the end."""
        at = len(body)
        for _ in range(5):
            at = body.rfind("\n", 0, at)
            if at < 0:
                return max(0, len(body) - 60)
        return max(at, len(body) - SIGNED)

    @staticmethod
    def _is_signature(whole: str, start: int, end: int) -> bool:
        line_start = whole.rfind("\n", 0, start) + 1
        line_end = whole.find("\n", end)
        line_end = len(whole) if line_end < 0 else line_end
        before, after = whole[line_start:start].strip(), whole[end:line_end].strip()
        if not before and (not after or _DATE.fullmatch(after)):
            return True
        return bool(_DATE.match(whole, end)) and whole[start - 1 : start] in "。\n "


def _last_line(whole: str) -> re.Match[str] | None:
    """The last line, if it is one in brackets and not the first."""
    end = len(whole.rstrip())
    start = whole.rfind("\n", 0, end) + 1
    return _TAIL_BRACKETS.fullmatch(whole, start, end) if start else None


def _near(whole: str, marks: list[tuple[int, str]], start: int) -> list[str]:
    """The marks (来源：) that speak of a name which starts at `start`; `marks` are their ends and words."""
    first, last = bisect_left(marks, (start - REACH + 1,)), bisect_left(marks, (start + 1,))
    return [mark for at, mark in marks[first:last] if _RUNS_ON.match(whole, at, start)]
