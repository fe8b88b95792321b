"""Owns who is meant where no name is said again (该局), and the parts of a unit that stand behind a name.

A piece that goes on with 该局 is about that unit's work, which the first name alone may not show;
市公安局消防支队 is 市公安局. Every pattern is bounded, and is matched only next to a name or to a
word that points back.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence

from pipeline.tagging.lexicon import load_lexicon
from pipeline.tagging.roles_occurrence import Occurrence
from pipeline.tagging.roles_signs import load_cue_pattern

_VERB = load_cue_pattern("actions")
_INNER = "[^，。；：！？、\\s“”（）()《》的在把将等与和及了被对向从由让为给到以已正也都还就则并是有会不]"
_TAIL = (
    "(?:支队|大队|中队|分局|(?:管理|监管|稽查|执法)局|分中心|工作组|专班|办公室|党委|党组|党支部|机关党委|工会(?!会)|团委"
    "|科(?![学技研普长员级])|处(?![理置罚分长于在级以])|所(?![属有在辖长谓以需得])|站(?![长在上])|室(?!内|外)"
    "|队(?![员长伍友])|组(?![织成长建员团])|中心(?![城区主任])|院(?![长校子])|馆(?!长))"
)
# 市公安局|消防支队, 市市政局|园林处; a verb before the tail begins a clause, but 督查科 and 检查组 are bodies
_PART = re.compile(rf"(?:(?:(?!{_VERB}){_INNER}){{1,8}}?|(?:{_VERB}){{1,2}}){_TAIL}")
_TAIL_NEAR = re.compile(_TAIL)
# Characters within which a part ends, by what may stand before its tail.
_PART_LENGTH = max(8, 2 * max(map(len, load_lexicon("units_cues.yaml")["actions"]))) + 4
_POINTER = re.compile(
    "该(局|委|办|中心|会|关|社|行|院|支队|大队|队|站|所|县|区|部(?!门|分|署)|单位|部门(?!制))"
)
_ANY = ("单位", "部门")
_COUNTY = frozenset("县区")
_REACH = 600  # characters back to the name that is meant


def part_end(whole: str, end: int) -> int:
    """Where the part of the unit ends whose name ends at `end`; `end` itself where none follows."""
    if _TAIL_NEAR.search(whole, end, end + _PART_LENGTH) is None:
        return end
    part = _PART.match(whole, end)
    return part.end() if part else end


def find_pointers(
    whole: str, named: Sequence[Occurrence], names: Mapping[str, Iterable[str]]
) -> list[Occurrence]:
    """Occurrences of 该局 and the like, each for the nearest unit before it that can be called so.

    Args:
        named: occurrences of names in the order of the text.
        names: unit → its names; what points back must agree with the end of one of them.
    """
    found: list[Occurrence] = []
    starts = [o.start for o in named]
    for match in _POINTER.finditer(whole):
        word = match[1]
        for place in range(bisect_left(starts, match.start()) - 1, -1, -1):
            o = named[place]
            if o.end > match.start():
                continue
            if match.start() - o.end > _REACH:
                break
            if o.place and word not in _COUNTY:
                continue
            said = whole[o.start : o.end]
            if (
                word in _ANY
                or said.endswith(word)
                or any(name.endswith(word) for name in names.get(o.unit, ()))
            ):
                found.append(Occurrence(o.unit, match.start(), match.end(), 3, anaphor=True))
                break
    return found
