"""Owns sentiment: of citizens' posts and of news, toward what the text reports (domain.md, "Sentiment").

A complaint is negative however polite; an exposure is negative; notices, plain questions and advertising are
neutral; a suggestion is negative only where it tells of harm; news of enforcement, meetings, crime and safety
is neutral unless gains or thanks are stated as fact.
"""

from __future__ import annotations

from pipeline.city import City
from pipeline.records import Evidence, Sentiment, ThreadKind
from pipeline.tagging.items import ArticleItem
from pipeline.tagging.threads_reading import Reading


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
            words = "”“".join(r.words(cue))
            return label, score, Evidence(why=f"{why}：“{words}”", field=field, start=start, end=end)

        if kind in ("广告", "公告"):
            return say("neutral", 0.0, f"{kind}不带褒贬")
        if kind == "表扬":
            return say("positive", 0.9, "表扬或感谢", "praise")
        bad = r.count("grievance", 1.3)
        if kind == "投诉":
            return say("negative", -min(1.0, 0.55 + bad / 15), "投诉，说得再客气也是不满", "grievance")
        if kind == "求助":
            if bad + r.count("sad") + r.count("urgent") + r.count("private") + r.count("harm") >= 1:
                return say("negative", -0.6, "求助者陷入困境", "grievance" if bad else "sad")
            return say("neutral", -0.1, "平静的求助")
        if kind == "建议":
            if r.count("harm") >= 1 or bad >= 4:
                return say("negative", -0.4, "建议中讲到有人受害", "harm")
            return say("neutral", 0.0, "建议，没有讲到谁受害")
        if kind == "咨询":
            if r.count("fear") >= 2 or (r.has("rumour") and r.has("fear")):
                return say("negative", -0.5, "带着害怕的询问", "fear")
            return say("neutral", 0.0, "平和的询问")
        joy = r.count("joy", 1.3)
        if joy >= 1 and joy > bad:
            return say("positive", 0.5, "语气愉快", "joy")
        if bad >= 2:
            return say("negative", -0.4, "语气不满", "grievance")
        return say("neutral", 0.0, "没有明显褒贬")


class NewsSentiment:
    """Sentiment of an article, from its form and its words."""

    def __init__(self, city: City) -> None:
        del city

    def tag(self, item: ArticleItem, form: str, tokens: list[str]) -> tuple[Sentiment, float, Evidence]:
        if form == "曝光":
            return "negative", -0.9, Evidence(why="曝光稿")
        if form == "公告":
            return "neutral", 0.0, Evidence(why="公告")
        return "neutral", 0.0, Evidence(why="平实报道")
