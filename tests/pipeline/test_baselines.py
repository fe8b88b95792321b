"""The baselines of `gangqing evaluate` say of threads what their names promise."""

import msgspec

from pipeline.city import load_city
from pipeline.evaluation import evaluate


def _thread(ident: str, title: str, text: str, units: list[str]) -> bytes:
    post = {"floor": 1, "author": "甲", "is_registered_official": False, "time": None, "text": text}
    return msgspec.json.encode({"id": ident, "title": title, "posts": [post], "gold": {"units": units}})


def test_units_of_threads_are_compared_with_names_and_with_the_most_frequent() -> None:
    lines = [
        _thread("a", "请市水利局看看", "市教育局也来", ["市水利局"]),
        _thread("b", "路灯不亮", "市教育局门口黑，市市政局来修", ["市市政局"]),
        _thread("c", "停水", "一周没水了", ["市水利局"]),
        _thread("d", "晚安", "大家早点睡", []),
    ]
    found = evaluate(lines, load_city()).baselines
    by_name = {
        name: {score.name: score.value for score in scores if score.name.startswith("unit（")}
        for name, scores in found.items()
    }
    assert by_name["别名匹配（单位）"] == {"unit（第一）": 1 / 3, "unit（前三）": 2 / 3, "unit（无）": 1.0}
    assert by_name["多数类"] == {"unit（第一）": 2 / 3, "unit（前三）": 1.0, "unit（无）": 0.0}
