"""Owns the cue words, and those by whose presence it is told which patterns are worth a try: one pass over a
text for all.

A pattern that begins anywhere in a long text costs more than the whole pass.
"""

from __future__ import annotations

import re

from ahocorasick_rs import AhoCorasick, Implementation

from pipeline.tagging.names import load_lexicon

CUES = load_lexicon("units_cues.yaml")


def load_cue_pattern(*keys: str) -> str:
    """The words of these lists of lexicon/units_cues.yaml as one alternation, longest first."""
    words = sorted({word for key in keys for word in CUES[key]}, key=lambda w: (-len(w), w))
    return "(?:" + "|".join(map(re.escape, words)) + ")"


COMPANY = frozenset(("本公司", "公司董事会", "投资者", "股份有限公司", "公司公告", "股东"))
COURT = frozenset(("法院", "判决", "仲裁", "原告", "被告", "起诉", "上诉"))
SUPPLIERS = frozenset(("来源", "源自", "转自", "作者", "供稿", "撰稿", "图文", "文图"))
ADMITTED = frozenset(("属实", "为真", "真的", "确有"))
UNCOVERED = frozenset(CUES["uncover"])
COMPLAINED = frozenset(CUES["complaint"])
POINTER = "该"
DEMANDS = ("要求", "强调", "建议", "提议", "呼吁", "希望", "指出", "责成", "提出")
DEMANDED = frozenset(f"{word}{mark}" for word in DEMANDS for mark in "，：")

_FINDER = AhoCorasick(
    sorted({*COMPANY, *COURT, *SUPPLIERS, *ADMITTED, *UNCOVERED, *COMPLAINED, *DEMANDED, POINTER}),
    implementation=Implementation.DFA,
)


def find_signs(text: str) -> frozenset[str]:
    """Those of the words that stand in a text."""
    return frozenset(_FINDER.find_matches_as_strings(text, overlapping=True))
