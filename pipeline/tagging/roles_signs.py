"""Owns the cue words, and those by whose presence it is told which patterns are worth a try: one pass over a
text for all.

A pattern that begins anywhere in a long text costs more than the whole pass.
"""

from __future__ import annotations

import re

from ahocorasick_rs import AhoCorasick, Implementation

from pipeline.tagging.lexicon import load_lexicon

CUES = load_lexicon("units_cues.yaml")


def load_cue_pattern(*keys: str) -> str:
    """The words of these lists of lexicon/units_cues.yaml as one alternation, longest first."""
    words = sorted({word for key in keys for word in CUES[key]}, key=lambda w: (-len(w), w))
    return "(?:" + "|".join(map(re.escape, words)) + ")"


COMPANY = frozenset(("本公司", "公司董事会", "投资者", "股份有限公司", "公司公告", "股东"))
# Words of a digest on a share
SHARE = frozenset(("主力资金", "换手率", "成交额", "融资余额", "市盈率"))
NOTICE = frozenset(("股份有限公司", "特此公告", "董事会"))
COURT = frozenset(("法院", "判决", "仲裁", "原告", "被告", "起诉", "上诉"))
SUPPLIERS = frozenset(("来源", "源自", "转自", "作者", "供稿", "撰稿", "图文", "文图"))
ADMITTED = frozenset(("属实", "为真", "真的", "确有"))
UNCOVERED = frozenset(CUES["uncover"])
COMPLAINED = frozenset(CUES["complaint"])
# People come to the police; somebody is a victim; a council holds a meeting
CALLED = frozenset(("报警", "报案", "求助", "民警", "消防员", "接警员", "警员"))
REPORTED = frozenset(("报警", "报案"))
ATTACKED = frozenset(("攻击", "入侵", "诈骗", "勒索", "盗窃"))
COUNCIL = frozenset(("政协", "人大"))
# With none of these and those above, no event makes more of a unit than its clause does (roles_event.py)
EVENTS = CALLED | ATTACKED | {"共同", "数据显示", "数据表明", "依法"}
SHORT = "简称"
POINTER = "该"
DEMANDS = ("要求", "强调", "建议", "提议", "呼吁", "希望", "指出", "责成", "提出")
DEMANDED = frozenset(f"{word}{mark}" for word in DEMANDS for mark in "，：")

_SIGNS: list[frozenset[str]] = [COMPANY, NOTICE, SHARE, COURT, EVENTS, COUNCIL]
_SIGNS += [SUPPLIERS, ADMITTED, UNCOVERED, COMPLAINED, DEMANDED, frozenset((POINTER, SHORT))]
_FINDER = AhoCorasick(
    sorted(frozenset().union(*_SIGNS)),
    implementation=Implementation.DFA,
)


def find_signs(text: str) -> frozenset[str]:
    """Those of the words that stand in a text."""
    return frozenset(_FINDER.find_matches_as_strings(text, overlapping=True))
