"""What the page of models says beside its tables is counted in the run that writes it."""

import re

import pytest

from pipeline.training import compare
from tests.analysis.case import REPOSITORY

LAMPS = ["路灯坏了没人修", "路灯不亮", "路灯装好了", "街上路灯闪"]
BUSES = ["公交车不停站", "公交司机态度差", "公交晚点", "公交车太挤"]
ASKEW = ["公交车不停站了", "公交司机态度很差"]  # their label is not what their words say


def test_the_page_counts_what_the_adopted_model_takes_for_what(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compare, "_common", lambda: [(compare.HEAD, compare._majority)])
    pairs = [
        *(("灯", f"{text}{n}") for n in range(3) for text in LAMPS),
        *(("车", f"{text}{n}") for n in range(3) for text in BUSES),
        *(("灯", text) for text in ASKEW),
    ]
    head, ours, *words = compare.topic_lines(pairs)
    said = "".join(words)
    right = float(ours.split("|")[3])
    wrong = round((1 - right) * len(pairs))
    assert wrong == len(ASKEW)
    assert f"末行判错的 {wrong} 条中{wrong} 条的标注是第二选；混得最多的是灯与车 {wrong} 条。" in said
    less = float(head.split("|")[2]) - float(ours.split("|")[2])
    told = re.search(r"宏 F1 相差 ([-+]\d\.\d+)", said)
    assert told is not None and float(told[1]) == pytest.approx(less, abs=0.0011)
    assert [told[1].lstrip("+-")] == re.findall(r"\d[\d,]*\.\d+", said)  # no figure but what was counted here


@pytest.mark.parametrize(
    "path",
    [
        "docs/models.md",
        "docs/models-news.md",
        "pipeline/training/compare.py",
        "pipeline/training/news_critical.py",
    ],
)
def test_no_page_of_models_tells_what_no_command_measures(path: str) -> None:
    text = (REPOSITORY / path).read_text(encoding="utf-8")
    assert not re.search("量过一次|程序未留|百分之", text)
