"""Traditional characters are read as simplified ones, and every offset stays that of the text as printed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from pipeline.city import load_city
from pipeline.tagging import fold
from pipeline.tagging.fold import beyond_simplified, fold_post, fold_threads, fold_traditional
from pipeline.tagging.items import ArticleItem, PostItem, ThreadItem, ThreadPost
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


def test_a_post_is_folded_only_where_it_is_traditional_or_wide():
    assert fold_post("路燈壞了，ＫＴＶ１２点还在吵") == "路灯坏了，KTV12点还在吵"
    for text in ("路灯坏了😡，KTV还在吵", "鎮政府的路灯", "我搵人修，嗰盏灯仲系坏"):
        assert fold_post(text) is text


@given(st.text(alphabet=st.sampled_from("路燈壞了乾嗰😡Ａｚ９，a1")))
def test_folding_a_post_keeps_its_length_and_is_done_at_once(text):
    assert len(fold_post(text)) == len(text)
    assert fold_post(fold_post(text)) == fold_post(text)


def thread(title: str, *texts: str) -> ThreadItem:
    posts = [
        ThreadPost(floor=n, author="乙" if n == 2 else "甲", text=text, is_registered_official=n == 2)
        for n, text in enumerate(texts, 1)
    ]
    return ThreadItem(id="x", title=title, posts=posts)


def test_a_traditional_thread_is_tagged_as_its_simplified_one():
    traditional = thread(
        "東興市教育局能不能管管",
        "東興市江平鎮的學校亂收費，家長們很憤怒，請東興市教育局處理",
        "您好，經查，亂收的費用已於昨日全部退還，感謝監督。",
        "根本沒有退，還是沒解決，請重新處理",
    )
    simplified = thread(
        "东兴市教育局能不能管管",
        "东兴市江平镇的学校乱收费，家长们很愤怒，请东兴市教育局处理",
        "您好，经查，乱收的费用已于昨日全部退还，感谢监督。",
        "根本没有退，还是没解决，请重新处理",
    )
    found, wanted = TAGGER.threads([traditional, simplified])
    assert found == wanted
    assert (found.kind, found.units[0], found.answer_floor, found.needs_reply) == ("投诉", "东兴市", 2, True)
    assert len({tuple(follow.floors) for follow in TAGGER.followups([traditional, simplified])}) == 1


def test_full_width_letters_are_read_as_half_width_ones():
    wide, usual = TAGGER.posts(
        [PostItem(id="x", text=f"小区楼下的{name}半夜太吵了，没人管") for name in ("ＫＴＶ", "KTV")]
    )
    assert wide == usual
    assert "市文化委" in wide.units


def test_the_floors_of_threads_are_folded_in_order_and_each_text_once(monkeypatch):
    read = []
    monkeypatch.setattr(fold, "fold_post", lambda text: read.append(text) or fold_post(text))
    plain, wide = "路灯不亮", "楼下ＫＴＶ半夜太吵"
    posts = [ThreadPost(floor=2, author="乙", text=wide), ThreadPost(floor=1, author="甲", text=plain)]
    empty = ThreadPost(floor=3, author="丙", text=None)
    first, second = fold_threads([posts, [*posts, empty]])
    assert [post.text for post in second] == [plain, "楼下KTV半夜太吵", None]
    assert first == second[:2] and first[0] is posts[1]
    assert sorted(read) == sorted([plain, wide])


def test_a_thread_told_at_each_of_its_moments_is_told_as_alone():
    whole = thread("路灯不亮", "求交警来管", "您好，已收到", "经查，已修好", "又不亮了，请重新处理")
    moments = [structs.replace(whole, posts=whole.posts[: n + 1]) for n in range(len(whole.posts))]
    assert TAGGER.threads(moments) == [TAGGER.threads([moment])[0] for moment in moments]
