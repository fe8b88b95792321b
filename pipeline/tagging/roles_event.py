"""Owns what an event makes of a unit beyond its own clause: people come to its police, it is a victim, its
figures are quoted, its police end what the piece opened with.

Every pattern is bounded, and is matched only next to a name.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from pipeline.tagging.roles_occurrence import Text
from pipeline.tagging.roles_police import is_called, is_reported_only
from pipeline.tagging.roles_signs import ATTACKED, CALLED, REPORTED

# 某中心报警称, 某局网络遭攻击: what befell it is no work of its own
_REPORTS = re.compile("(?:已|也|便|遂|随后|立即|当即)?(?:报警|报案)(?:称|说|[，。])")
_REPORTED = ("报警称", "报案称")
_ATTACKED = re.compile("[^，。；、“”]{0,12}?遭[受到遇]?[^，。；、“”]{0,12}?(?:攻击|入侵|诈骗|勒索|盗窃)")
_PLANTED = re.compile("[^，。；、“”]{0,12}?被(?:境外|非法|黑客)?(?:植入|入侵|攻击|勒索)")
_FIGURES_SAY = re.compile("(?:最新|统计|监测)?数据(?:显示|表明)")
# 某法院联合某管委会、市某局分局|共同为…揭牌
_ALONGSIDE = re.compile("(?:联合|会同|携手)(?:[^，。；]{2,36}[、和与及]|[^，。；、]{0,4})$")
# …被处以行政拘留。…某分局依法对李某处以行政拘留: the outcome stands first
_PUNISHES = re.compile("(?:已)?依法(?:对|给予|将)[^，。；]{1,16}?(?:拘留|罚款|处罚)")
_PUNISHED = re.compile("拘留|刑拘|被拘")


# First characters of what the patterns may match
_MAY_REPORT = frozenset("已也便遂随立当报")
_MAY_COUNT = frozenset("最统监数")
_MAY_PUNISH = frozenset("已依")
_EVENTFUL = frozenset({"act", "speak", "source"})


class Event(NamedTuple):
    """What becomes of an act, and where in the text it then counts."""

    act: str
    why: str
    zone: int
    victim: bool = False


def read_event(text: Text, act: str, start: int, end: int, zone: int, begin: int) -> Event | None:
    """What becomes of the act of a name or a list of names, or None where it stays what its clause says.

    Args:
        text: the article.
        act: what its clause says (roles.py).
        start: where the names start.
        end: where they end.
        zone: where they stand: 0 title, 1 lead, 2 opening, 3 later.
        begin: where their clause begins.
    """
    whole, signs = text.whole, text.signs
    weak = act == "weak"
    if weak or act == "address":
        only_reported = zone == 3 and "法院" in signs and is_reported_only(whole, end)
        if not CALLED.isdisjoint(signs) and not only_reported and is_called(whole, start, end):
            return Event("act", "报警", zone)
        if not weak:
            return None
        if whole.find("共同", end, end + 16) >= 0 and _ALONGSIDE.search(whole, max(begin, start - 40), start):
            return Event("act", "共同", zone)
    elif act not in _EVENTFUL:
        return None
    first = whole[end : end + 1]
    if act != "source":
        if not REPORTED.isdisjoint(signs) and (
            (first in _MAY_REPORT and _REPORTS.match(whole, end))
            or whole.endswith(_REPORTED, 0, max(0, begin - 1))
        ):
            return Event("address", "报警", zone, True)
        if not ATTACKED.isdisjoint(signs) and _ATTACKED.match(whole, end):
            return Event("weak", "遭受", zone, True)
        if not ATTACKED.isdisjoint(signs) and _PLANTED.match(whole, end):
            return Event("address", "被入侵", zone, True)
    if first in _MAY_COUNT and not weak and _FIGURES_SAY.match(whole, end):
        # later in a text a figure is only quoted
        return Event("source" if zone < 2 else "address", "数据", zone)
    if first in _MAY_PUNISH and (weak or act == "act") and (done := _PUNISHES.match(whole, end)):
        first_told = zone > 1 and _PUNISHED.search(whole, 0, text.lead_end)
        return Event("act", done[0], 1 if first_told else zone)
    return None
