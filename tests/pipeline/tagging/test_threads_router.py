"""The learned router: what a post asks for carries it, not an incidental word; other cities by function."""

import pytest

from pipeline.city import load_city
from pipeline.tagging.duties import units_of_functions
from pipeline.tagging.items import PostItem
from pipeline.tagging.posts import PostTagger
from pipeline.tagging.threads_router import LearnedRouter, functions_of


@pytest.fixture(scope="module")
def tagger() -> PostTagger:
    return PostTagger(load_city())


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("通信资费太贵了，套餐想退都退不掉，请管一管", "市工信委"),
        ("隔壁连夜违建加层，把我家的光全挡住了，没人管", "市规划局"),
        ("村口那座桥被冲垮三个月了没人修，小孩上学绕道", "市交通局"),
        ("冷库氨泄漏了，味道好呛，有人已经吐了，快来人", "市安监局"),
    ],
)
def test_matters_without_a_name_find_their_unit(tagger: PostTagger, text: str, unit: str) -> None:
    assert tagger.tag(PostItem(id="1", title="", text=text)).units[0] == unit


def test_a_friendly_question_is_not_negative(tagger: PostTagger) -> None:
    for text in ("今天天气真好，有人去钓鱼吗", "南宁地铁什么时候修到防城港？"):
        assert tagger.tag(PostItem(id="1", title="", text=text)).sentiment != "negative"


def test_evidence_of_a_message_points_into_its_text(tagger: PostTagger) -> None:
    tags = tagger.tag(PostItem(id="1", title="", text="路灯坏了一个月没人修，投诉"))
    fields = {evidence.field for evidence in tags.why.values()} - {None}
    assert fields == {"text"}
    empty = tagger.tag(PostItem(id="1", title="", text=""))
    assert "“”" not in empty.why["citizen_topic"].why


def test_another_citys_units_are_found_by_function() -> None:
    router = LearnedRouter({"市政": "某市城管局", "供电": "某市供电公司"})
    lamps, empty = router.read(["路灯不亮\n路灯坏了没人修", ""])
    assert max(lamps, key=lambda unit: lamps[unit]) == "某市城管局"
    assert empty == {}
    assert LearnedRouter({}).read(["路灯不亮"]) == [{}]


def test_each_unit_has_one_function_in_training() -> None:
    unit_of = units_of_functions(load_city(), {"城管": "市政管理", "市政": "市政管理"})
    assert functions_of(unit_of, frozenset({"市政"})) == {"市市政局": "市政"}
