"""Traditional characters are read as simplified ones, and every offset stays that of the text as printed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.city import load_city
from pipeline.tagging.fold import beyond_simplified, fold_traditional
from pipeline.tagging.items import ArticleItem
from pipeline.tagging.tagger import Tagger

TAGGER = Tagger(load_city())


def test_a_traditional_text_is_folded_and_a_simplified_one_is_itself():
    assert fold_traditional("市發改委召開項目調度會") == "市发改委召开项目调度会"
    text = "市发改委召开项目调度会，投资37亿元"
    assert fold_traditional(text) is text


def test_one_traditional_name_is_left_as_it_is():
    assert fold_traditional("李喆、張某参加了市水利局的活动") == "李喆、張某参加了市水利局的活动"


@given(st.text())
def test_what_lies_beyond_the_simplified_is_what_cannot_be_encoded_so(text):
    try:
        text.encode("gb2312")
    except UnicodeEncodeError:
        assert beyond_simplified().search(text)
    else:
        assert beyond_simplified().search(text) is None


@given(st.text())
def test_the_length_never_changes(text):
    assert len(fold_traditional(text)) == len(text)


def test_a_mirror_in_traditional_characters_credits_as_its_original_does():
    body = "本報訊（記者 黃某）11月6日，市發改委召開第四季度重大項目調度會。市國土局、市海洋局參加會議。"
    tags = Tagger(load_city()).articles(
        [ArticleItem(id="x", outlet="防城港日报", title="市發改委召開項目調度會", body=body)]
    )[0]
    assert [c.unit for c in tags.credits] == ["市发改委"]
    assert tags.mentions == ["市国土局", "市海洋局"]
    evidence = tags.credits[0].evidence
    assert "市發改委召開項目調度會"[evidence.start : evidence.end] == "市發改委"


def test_half_width_commas_between_chinese_words_part_clauses_as_full_ones_do():
    full = "11月6日，市水利局联合市环保局，开展河道清理行动，清运垃圾3,200吨。"
    half, usual = TAGGER.articles(
        [ArticleItem(id="a", body=each, outlet="防城港日报") for each in (full.replace("，", ","), full)]
    )
    assert [c.unit for c in half.credits] == ["市水利局", "市环保局"]
    assert half == usual
