"""The sentiment of news: what decides it by rule, and the model's file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pipeline.city import load_city
from pipeline.tagging.classify import ArticleClassifier
from pipeline.tagging.items import ArticleItem
from pipeline.tagging.linear import ModelError
from pipeline.tagging.news_sentiment import SIGNALS, NewsSentiment
from pipeline.tagging.news_sentiment_model import NewsModel, load_news_model
from pipeline.tagging.segment import segment
from pipeline.tagging.units import UnitTagger

CITY = load_city()
UNITS, CLASSIFIER, SENTIMENT = UnitTagger(CITY), ArticleClassifier(CITY), NewsSentiment(CITY)


def mood(title: str, body: str) -> tuple[str, float, str]:
    item = ArticleItem(id="t", title=title, body=body, outlet=CITY.sites[0].outlet)
    tokens = segment(item.title + "\n" + item.body)
    classes = CLASSIFIER.tag(item, UNITS.tag(item))
    label, score, why = SENTIMENT.tag(item, classes.form, tokens, classes)
    return label, score, why.why


@pytest.mark.parametrize(
    ("title", "body", "label"),
    [
        ("【曝光台】水管修了三次还在漏", "【导语】市联合督查组暗访发现，水管三次维修走过场。", "negative"),
        (
            "关于停水的通告",
            "因抢修，现将停水事项通告如下：停水一天。\n防城港市市政管理局\n2017年10月9日",
            "neutral",
        ),
        (
            "全市防汛工作会议召开",
            "本报讯 全市防汛工作会议召开。会议强调，要落实责任。会议要求，各部门要加强值守，排查隐患。",
            "neutral",
        ),
        (
            "市公安局抓获两名盗窃嫌疑人",
            "本报讯 市公安局近日破获一起盗窃案，抓获犯罪嫌疑人两名，两人因涉嫌盗窃罪被刑事拘留。",
            "neutral",
        ),
        (
            "市残联帮他们开起小店",
            "本报讯 市残联免费培训残疾人三百名，开店八十家，月均增收一千元，群众满意率98%，大家笑着道谢。",
            "positive",
        ),
    ],
)
def test_label(title: str, body: str, label: str) -> None:
    found, score, why = mood(title, body)
    assert found == label
    assert (score > 0.2) == (label == "positive") and (score < -0.2) == (label == "negative")
    assert why


def test_a_missing_model_says_how_to_rebuild_it(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="gangqing train"):
        load_news_model("sentiment", tmp_path)


def test_saved_model_is_the_same_bytes_and_the_same_shares(tmp_path: Path) -> None:
    model = NewsModel(
        vocabulary=("好", "开会"),
        rows=np.array([[-1, 0, 1], [0, 1, -1]], dtype=np.float32),
        idf=np.ones(2, dtype=np.float32),
        numbers=np.zeros((len(SIGNALS), 3), dtype=np.float32),
        bias=np.zeros(3, dtype=np.float32),
    )
    for name in ("a", "b"):
        model.save(tmp_path / f"{name}.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    again = load_news_model("a", tmp_path)
    zero = np.zeros(len(SIGNALS), dtype=np.float32)
    assert again.shares(["好"], zero).argmax() == 2
    assert again.shares(["开会", "无关"], zero).argmax() == 1
    assert np.allclose(again.shares([], zero), 1 / 3)
