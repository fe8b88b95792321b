"""One pass finds all phrases; gaps stay within a sentence."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.tagging.threads_phrases import PhraseIndex, fold


def index(**groups: list[str]) -> PhraseIndex[str]:
    found: PhraseIndex[str] = PhraseIndex()
    for key, phrases in groups.items():
        found.add(phrases, key)
    return found


def test_overlapping_phrases_are_all_found() -> None:
    found = index(a=["农贸市场", "市场"], b=["市场"]).find("老农贸市场")
    assert found == {"a": [(1, 5), (3, 5)], "b": [(3, 5)]}


def test_a_gap_is_bridged_within_a_sentence_only() -> None:
    phrases = index(a=["讲好…没"])
    assert phrases.find("讲好每月发，一分没见") == {"a": [(0, 9)]}
    assert phrases.find("讲好了。没有下文") == {}
    assert phrases.find("讲好一二三四五六七八九十一二三四没") == {}


def test_case_does_not_matter() -> None:
    assert index(a=["KTV"]).find("楼下ktv") == {"a": [(2, 5)]}


@given(st.text(max_size=50))
def test_folding_never_moves_characters(text: str) -> None:
    assert len(fold(text)) == len(text)


@given(st.text(alphabet="路灯坏了没人修", max_size=30))
def test_spans_are_the_phrases(text: str) -> None:
    for spans in index(a=["路灯", "坏了"], b=["没人"]).find(text).values():
        for start, end in spans:
            assert text[start:end] in ("路灯", "坏了", "没人")
