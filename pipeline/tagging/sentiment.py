"""Owns sentiment: of news, of citizens' posts and of chat, toward what a text reports (domain.md, "Sentiment").

A complaint is negative however polite; an exposure is negative; notices, plain questions and advertising are
neutral; a suggestion is negative only where it tells of harm. News is neutral unless gains or thanks are stated
as fact: a linear model of words and cues decides that (`pipeline.training.sentiment`).
"""

from __future__ import annotations

import re
from functools import cache
from math import log1p
from pathlib import Path
from typing import Any

from pipeline.city import City, load_yaml
from pipeline.records import Evidence, Sentiment, ThreadKind
from pipeline.tagging.items import ArticleItem
from pipeline.tagging.linear import LinearModel, load_model, softmax
from pipeline.tagging.segment import segment
from pipeline.tagging.threads_features import words
from pipeline.tagging.threads_names import LEXICON as NAMES
from pipeline.tagging.threads_phrases import PhraseIndex, Span, covered
from pipeline.tagging.threads_reading import Reading

LEXICON = Path(__file__).resolve().parent.parent / "lexicon" / "sentiment.yaml"

LEAD = 160  # characters of the body that count as its lead
UNIT = 300  # characters: cue counts are per this length

# The cues that explain a label, strongest first, and what they say.
_SHOWS: dict[str, tuple[tuple[str, str], ...]] = {
    "positive": (
        ("thanks", "写了群众的感受"),
        ("gain", "陈述了成效"),
        ("charity", "写关爱帮扶"),
        ("honour", "写荣誉或经验"),
        ("reform", "写改进工作"),
    ),
    "neutral": (
        ("enforcement", "执法、检查类报道，没有陈述成效"),
        ("meeting", "会议、培训、调研类报道"),
        ("court", "案件报道"),
        ("accident", "事故、灾情报道"),
        ("weather", "天气信息"),
        ("rule", "政策、通知类信息"),
        ("outside", "外地或全国的事"),
    ),
}


@cache
def news_cues() -> dict[str, list[str]]:
    """Cue name → phrases."""
    raw: dict[str, str] = load_yaml(LEXICON)["cues"]
    return {name: [p for p in phrases.split("|") if p] for name, phrases in sorted(raw.items())}


class NewsReader:
    """Turns an article into the numbers of the news model."""

    def __init__(self, stem: str) -> None:
        self._index: PhraseIndex[str] = PhraseIndex()
        for name, phrases in news_cues().items():
            self._index.add(phrases, name)
        self._index.add([c for c in load_yaml(NAMES)["cities"] if c != stem], "city")

    def find(self, whole: str) -> dict[str, list[Span]]:
        return self._index.find(whole)

    @staticmethod
    def numbers(found: dict[str, list[Span]], whole: str, title_end: int, form: str) -> list[float]:
        """Per cue: how dense, whether in the title, how often in title and lead; then the form of the text."""
        scale = max(1.0, len(whole) / UNIT)
        result: list[float] = []
        for name in news_cues():
            spans = found.get(name)
            if not spans:
                result += (0.0, 0.0, 0.0)
                continue
            early = sum(1 for start, _ in spans if start < title_end + LEAD)
            result += (
                log1p(len(covered(spans, whole)) / scale),
                1.0 if spans[0][0] < title_end else 0.0,
                log1p(early),
            )
        away = found.get("city")
        result += (
            1.0 if away and away[0][0] < max(title_end, 12) else 0.0,
            log1p(whole.count("“") / scale),
            log1p(len(whole)) / 6,
            1.0 if form == "综述" else 0.0,
            1.0 if "？" in whole[:title_end] else 0.0,
        )
        return result


class NewsSentiment:
    """Sentiment of an article, from its form, its words and its cues."""

    def __init__(self, city: City) -> None:
        self._reader = NewsReader(city.stem)
        self._model: LinearModel = load_model("news-sentiment")

    def tag(self, item: ArticleItem, form: str, tokens: list[str]) -> tuple[Sentiment, float, Evidence]:
        """Label, score -1..1 and why. `tokens` are those of title, newline, body."""
        if form == "曝光":
            return "negative", -0.9, Evidence(why="曝光稿，揭露问题")
        if form == "公告":
            return "neutral", 0.0, Evidence(why="公告，不带褒贬")
        title = item.title or ""
        whole = f"{title}\n{item.body}"
        found = self._reader.find(whole)
        features = list(dict.fromkeys(words(segment(title), tokens)))
        numbers = self._reader.numbers(found, whole, len(title), form)
        share = softmax(self._model.feature_scores(features, numbers))
        positive = float(share[self._model.classes.index("positive")])
        label: Sentiment = "positive" if positive >= 0.5 else "neutral"
        score = round(positive if label == "positive" else positive - 0.5, 4)
        return label, score, _shown(found, whole, len(title), label)


def _shown(found: dict[str, list[Span]], whole: str, title_end: int, label: str) -> Evidence:
    for cue, says in _SHOWS[label]:
        spans = found.get(cue)
        if spans:
            start, end = spans[0]
            said = "”“".join(covered(spans, whole)[:3])
            if start < title_end:
                return Evidence(why=f"{says}：“{said}”", field="title", start=start, end=min(end, title_end))
            offset = title_end + 1
            return Evidence(why=f"{says}：“{said}”", field="body", start=start - offset, end=end - offset)
    return Evidence(why="平实报道" if label == "neutral" else "通篇语气积极")


class ChatSentiment:
    """Sentiment of short chat (微博, forum talk) by a linear model; for texts that raise nothing for a unit."""

    def __init__(self) -> None:
        self._model: LinearModel = load_model("chat-sentiment")

    def tag(self, tokens: list[str]) -> tuple[Sentiment, float, Evidence]:
        share = softmax(self._model.scores(tokens))
        best = int(share.argmax())
        label: Sentiment = self._model.classes[best]  # type: ignore[assignment]
        score = float(share[self._model.classes.index("positive")] - share[self._model.classes.index("negative")])
        said = "”“".join(self._model.strongest(tokens, label))
        why = f"用词最像{_NAMES[label]}：“{said}”" if said else "没有明显褒贬"
        return label, round(score, 4), Evidence(why=why)


_NAMES: dict[Any, str] = {"negative": "不满", "neutral": "平叙", "positive": "赞许"}
_CALM = re.compile(r"谢谢|感谢|请问|想问|咨询|能不能|可不可以")


class PostSentiment:
    """Sentiment of a citizen's post, from its kind and its words."""

    def tag(self, r: Reading, kind: ThreadKind) -> tuple[Sentiment, float, Evidence]:
        def say(
            label: Sentiment, score: float, why: str, cue: str | None = None
        ) -> tuple[Sentiment, float, Evidence]:
            spans = r.found.get(("cue", cue)) if cue else None
            if not spans or cue is None:
                return label, score, Evidence(why=why)
            field, start, end = r.field(spans[0])
            said = "”“".join(r.words(cue))
            return label, score, Evidence(why=f"{why}：“{said}”", field=field, start=start, end=end)

        if kind in ("广告", "公告"):
            return say("neutral", 0.0, f"{kind}不带褒贬")
        if kind == "表扬":
            return say("positive", 0.9, "表扬或感谢", "praise")
        bad = r.count("grievance", 1.3)
        if kind == "投诉":
            return say("negative", -round(min(1.0, 0.55 + bad / 15), 4), "投诉，说得再客气也是不满", "grievance")
        if kind == "求助":
            plight = bad + r.count("sad") + r.count("urgent") + r.count("harm")
            if plight >= (2 if _CALM.search(r.text) or r.has("lost_item") else 1) or r.has("lost_pet"):
                return say("negative", -0.6, "求助者陷入困境", "sad" if r.has("sad") else "grievance")
            if r.has("private"):
                return say("negative", -0.5, "求助者有纠纷在身", "private")
            return say("neutral", -0.1, "平静的求助")
        if kind == "建议":
            if r.count("harm") >= 1 or bad >= 4:
                return say("negative", -0.4, "建议中讲到有人受害", "harm")
            return say("neutral", 0.0, "建议，没有讲到谁受害")
        if kind == "咨询":
            if r.count("fear") >= 2 or (r.has("rumour") and (r.has("fear") or bad >= 2)):
                return say("negative", -0.5, "带着害怕的询问", "fear")
            return say("neutral", 0.0, "平和的询问")
        joy = r.count("joy", 1.3)
        if joy >= 1 and joy > bad:
            return say("positive", 0.5, "语气愉快", "joy")
        if bad >= 3 and bad > 2 * joy:
            return say("negative", -0.4, "语气不满", "grievance")
        return say("neutral", 0.0, "没有明显褒贬")
