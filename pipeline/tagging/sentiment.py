"""Owns the sentiment of citizens' posts and of chat, toward what a text reports (domain.md, "Sentiment").

A complaint is negative however polite; plain questions and advertising are neutral; a suggestion is negative
only where it tells of harm; a frightened question is negative. Sentiment of articles: `news_sentiment`.
"""

from __future__ import annotations

import re
from typing import Any, cast

from pipeline.records import Evidence, Sentiment, ThreadKind
from pipeline.tagging.grams import GramModel, Keys, load_gram_model
from pipeline.tagging.linear import Floats, softmax
from pipeline.tagging.threads_reading import Reading


class ChatSentiment:
    """Sentiment of short chat by a linear model, for texts that raise nothing for a unit."""

    def __init__(self) -> None:
        self._model: GramModel = load_gram_model("chat-sentiment")

    def tag(self, keys: Keys, times: Floats, tokens: list[str]) -> tuple[Sentiment, float, Evidence]:
        """`keys` and `times` are the grams of the text, `tokens` its words for the explanation."""
        ids, known = self._model.known(keys, times)
        share = softmax(self._model.scores(ids, known))
        total = dict.fromkeys(("negative", "neutral", "positive"), 0.0)
        strongest = dict.fromkeys(total, (-1.0, ""))
        for name, part in zip(self._model.classes, share, strict=True):
            # A class is source|sentiment.
            label = name.rpartition("|")[2]
            total[label] += float(part)
            strongest[label] = max(strongest[label], (float(part), name))
        best = cast(Sentiment, max(total, key=lambda label: total[label]))
        said = "”“".join(self._model.words(ids, known, tokens, strongest[best][1]))
        why = f"用词最像{_NAMES[best]}：“{said}”" if said else f"语气最像{_NAMES[best]}"
        return best, round(total["positive"] - total["negative"], 4), Evidence(why=why)


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
            return say(
                "negative", -round(min(1.0, 0.55 + bad / 15), 4), "投诉，说得再客气也是不满", "grievance"
            )
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
