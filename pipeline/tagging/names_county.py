"""Owns what stands behind a county's name: an organ of the county, a town in it, a court, or only a place."""

from __future__ import annotations

import re
from typing import NamedTuple

from pipeline.tagging.lexicon import load_lexicon
from pipeline.tagging.names import Hit, Names

_COLONS = ("：", ":")


class Organ(NamedTuple):
    """A county's name with what belongs to it. `place`: nothing says that it does anything."""

    unit: str
    end: int
    place: bool
    unsure: bool = False


def _words(words: list[str]) -> str:
    return "(?:" + "|".join(map(re.escape, sorted(words, key=lambda w: (-len(w), w)))) + ")"


# By which an alias of a county ends that is a place in it: 某街道, 某科学城
_PLACES = frozenset("市县区镇乡街道城港谷园岛村湖")
# 某区团结路某医院: where it is, not the district's
_STREET = re.compile("[一-鿿]{1,5}?(?:路|大道|巷)(?!社区|派出所)[一-鿿]{1,12}医院$")
_LEVEL = re.compile("团?([市县区])(?:委|政府|人民政府)$")
_BRANCH = re.compile("(?:分|支)?(?:局|处|所|站|大队)(?![部长员限])")
# 上思县农信社发放首笔…, 东兴市某某公司推出…: not the county's organ, though a verb of work follows
_BUSINESS = re.compile(
    "[^，。；：！？、\\s“”（）()的在把将被对向从由为给与和]{0,8}?(?:公司|集团|农信社|农商行|农商银行|信用社|信用联社|支行|分行)(?![法登注])"
)
_CLAUSE_HEAD = frozenset("，。；\n年月日来后起")
_TOWN_DOES = re.compile("(?:把|将|给|为|还|就|先后|今年|去年|一共|共)[^，。；、的“\n]{0,14}?[一-鿿]")
# 那良镇的镇干部、网格员拎着手电筒…: the town's people at their work
_TOWN_PEOPLE = re.compile(
    "的?(?:镇村|镇|乡|街道)?(?:党员)?干部(?:[、和](?:网格员|工作人员|民警|村干部|志愿者|党员)){0,2}"
    "(?=[^，。；“”、]{0,8}?(?:[拎提扛背打拿握举推抬][着了]|[钻走深]进|进村|挨[家户]|逐户|入户|上门|巡查|排查|劝导|转移))"
)
# 某区规定，…；某区是如何让…: it acts, without a verb of the lists
_ACTS_TOO = re.compile("规定[，：]|是?(?:如何|怎样|怎么)(?:让|把|将|破解|做到|推进|管好|治理)")
_OTHER_LEVEL = re.compile("[县区](?![域间位块别划内分])")


def _is_of_other_level(head: str, unit: str) -> bool:
    """东兴区委 is no organ of 东兴市, but of a district of the same name elsewhere."""
    level = _LEVEL.match(head)
    return level is not None and unit[-1] in "市县区" and level[1] != unit[-1]


class CountyReader:
    """Reads on behind the names and stems of a city's counties."""

    def __init__(self, names: Names) -> None:
        lexicon = names.lexicon
        cues = load_lexicon("units_cues.yaml")
        self.names = names
        inner = "[^，。；：！？、\\s“”（）()的在是把将等与了被对向从召举开由让]"
        offices = _words(lexicon["organs"]["offices"]).replace(
            "|办|", "|(?<![主承协举创兴经代督交申])办(?![理学案事结好实]|公(?!室))|"
        )
        # A department may be called 城市管理和综合执法局, but a second unit may stand behind 和 at once.
        self._office = re.compile(
            rf"(?!和){inner}{{0,12}}?{offices}(?![员法]|代表|委员)(?:(?!和){inner}{{0,6}}?{offices}(?![员法]|代表|委员))?"
        )
        stem = _words([s for d in lexicon["departments"] for s in d["stems"]] + list(lexicon["list_stems"]))
        self._departments = re.compile(
            rf"{stem}(?:[、和与]{stem}){{0,6}}(?:等)?(?:多个|有关|相关|[两三四五六七八]个?)?(?:部门|单位)"
        )
        self._town = re.compile(r"[^，。；：！？、\s“”（）()的在是把将等和与了]{1,5}?(?:镇|乡|街道)")
        # 王府街道|党员志愿服务队: a body of its own, not a company's
        self._team = re.compile(rf"(?!和){inner}{{0,10}}?(?:队|小组|工作组|宣讲团|专班)(?![员长伍友])")
        self._stem_head = re.compile(_words(lexicon["organs"]["stem_heads"]))
        self._police = re.compile(_words(lexicon["police"]["heads"]))
        self._unofficial = re.compile(_words(lexicon["unofficial"]))
        self._court = re.compile(r"(?:人民)?(?:法院|检察院)")
        self._action = re.compile(
            rf"(?:\d{{4}}年|\d{{1,2}}[月日])?{_words(cues['coverbs'])}"
            rf"|[^，。；：、的“]{{0,6}}?{_words(cues['actions'])}(?!于)"
        )
        # 上思县在南屏乡挖了七公里的沟: any short verb that is done
        self._done = re.compile(
            r"(?:还|也|又|已|先后|随后|专门|一共|共|今年|去年|及时|主动|并|则|正|就)?"
            r"(?:(?:在|从|到|为|给|把|用|向|对)[^，。；、的“\n]{1,14}?|[^，。；、的“\n]{0,1})"
            r"(?:[请聘挖埋建修铺种送办腾花掏凑搬挪装配补划定立改抽守盯约邀买调摆收帮教查抓捞救拆清搭开停换租签派拉引添设投]"
            r"|[一-鿿](?=[掉出上来][了])|聘请|邀请|协调|联系|争取|筹备|抽调)(?:[了出起来下好成着掉上]|的[^，。；、]{2,6}员)"
        )
        # 新洲民政开展…: a department's stem is an organ only where it acts
        self._acting_stem = re.compile(rf"{stem}(?={_words(cues['actions'])}|部门)")
        self._town_action = re.compile(
            rf"(?:(?:在|于)[^，。；：、的“]{{0,20}}?|[^，。；：、的“]{{0,6}}?){_words(cues['actions'])}(?!于)"
        )
        self._unnamed = {
            level: re.compile(
                rf"(?:(?<![一-鿿])|(?<=[来年月日天时后由是]))(?:{level}(?:政府|{stem}(?:局|委|办))|{level}委(?![员托任])|{level}里(?![面程头]))"
                r"(?![员法]|代表)"
            )
            for level in "县区"
        }
        self._tails = {key: tuple(tails) for key, tails in lexicon["county_tails"].items()}
        self._common = frozenset(lexicon["common_nouns"])
        self._vertical = re.compile(_words(sorted(names.vertical))) if names.vertical else None

    def read_unnamed(self, text: str, unit: str, since: int) -> list[tuple[int, int]]:
        """区教育局, 县委: where organs of the one county that a text names stand, from where it is named."""
        pattern = self._unnamed.get(unit[-1])
        if pattern is None:
            return []
        return [match.span() for match in pattern.finditer(text, since)]

    def town_after(self, text: str, end: int) -> str | None:
        """港口区|企沙镇: the town that stands behind a county's name."""
        town = self._town.match(text, end)
        return town[0] if town and len(town[0]) > 2 else None

    def read_town_acts(self, text: str, town: str, since: int) -> list[tuple[int, int]]:
        """企沙镇把调解点设在…: where a town acts by its name alone, at the head of a clause."""
        found = []
        at = text.find(town, since)
        while at >= 0:
            end = at + len(town)
            if text[at - 1 : at] in _CLAUSE_HEAD and (
                self._town_action.match(text, end)
                or self._done.match(text, end)
                or _TOWN_DOES.match(text, end)
            ):
                found.append((at, end))
            at = text.find(town, end)
        return found

    def read_vertical(self, text: str, end: int) -> tuple[str, int] | None:
        """某开发区|税务局: the unit whose branch it is, and where its name ends."""
        vertical = self._vertical.match(text, end) if self._vertical else None
        office = _BRANCH.match(text, vertical.end()) if vertical else None
        return (self.names.vertical[vertical[0]], office.end()) if vertical and office else None

    def read(self, text: str, hit: Hit) -> Organ | None:
        unit = hit.name.unit
        assert unit is not None
        end = hit.end
        if self._court.match(text, end):
            return None
        if hit.name.kind == "stem":
            return self._read_stem(text, hit, unit)
        word = hit.name.text
        following = text[end : end + 2]
        if following[:1] in self._tails.get(word[-1], ()) and following not in (
            "民政",
            "民族",
            "区委",
            "内涝",
        ):
            return Organ(unit, end, True) if following[:1] in "区内郊城" and word[-1] != "区" else None
        return self._read_organ(text, hit, unit, end)

    def _read_organ(self, text: str, hit: Hit, unit: str, end: int) -> Organ | None:
        if self._vertical and (vertical := self._vertical.match(text, end)):
            office = self._office.match(text, end)
            if office:
                return Organ(self.names.vertical[vertical[0]], office.end(), False, True)
        if departments := self._departments.match(text, end):
            return Organ(unit, departments.end(), False)
        town = self._town.match(text, end)
        if town:
            office = self._office.match(text, town.end()) or self._team.match(text, town.end())
            if office:
                return Organ(unit, office.end(), False)
            if people := _TOWN_PEOPLE.match(text, town.end()):
                return Organ(unit, people.end(), False)
            return Organ(unit, town.end(), not self._town_action.match(text, town.end()))
        office = self._office.match(text, end) or self._team.match(text, end)
        if office:
            if self._court.search(office[0]):
                return None
            if self._unofficial.search(office[0]) or _STREET.match(office[0]):
                return Organ(unit, end, True)
            return Organ(unit, office.end(), False)
        if hit.name.text != unit and hit.name.text[-1] not in _PLACES:
            return Organ(unit, end, False)  # an alias that is an organ itself: 上思县委
        if _BUSINESS.match(text, end):
            return Organ(unit, end, True)
        if (
            text.startswith(_COLONS, end)
            or self._action.match(text, end)
            or self._done.match(text, end)
            or _ACTS_TOO.match(text, end)
        ):
            return Organ(unit, end, False)
        return Organ(unit, end, True)

    def _read_stem(self, text: str, hit: Hit, unit: str) -> Organ | None:
        if branch := self.read_vertical(text, hit.end):  # 防城供电局, 东兴海事处
            return Organ(*branch, False, True)
        common = hit.name.text in self._common
        head = (self._police if common else self._stem_head).match(text, hit.end)
        if head is None and not common:
            head = self._acting_stem.match(text, hit.end)
        if head is None:
            return None if common else self._read_bare_stem(text, hit, unit)
        if common and head[0] == "公安":
            return None  # 港口公安局 is the harbour's
        if self._court.match(text, head.end()) or _is_of_other_level(head[0], unit):
            return None
        return Organ(unit, head.end(), False)

    def _read_bare_stem(self, text: str, hit: Hit, unit: str) -> Organ | None:
        """上思叫安镇, 东兴：…; else only a place: 从上思赶来."""
        end = hit.end
        if _OTHER_LEVEL.match(text, end):
            return None
        if text.startswith(_COLONS, end) and text[hit.start - 1 : hit.start] in ("", "\n", "】"):
            return Organ(unit, end, False)
        if town := self._town.match(text, end):
            office = self._office.match(text, town.end())
            if office:
                return Organ(unit, office.end(), False)
            return Organ(unit, town.end(), not self._town_action.match(text, town.end()))
        return None
