"""Owns the tags of a plain message of a citizen, which stands in no thread."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from pipeline.city import City
from pipeline.records import Evidence, PostTags, Sentiment
from pipeline.tagging.calibration import load_calibration
from pipeline.tagging.grams import GramBank, load_gram_model
from pipeline.tagging.items import PostItem
from pipeline.tagging.linear import softmax
from pipeline.tagging.segment import begins_word
from pipeline.tagging.sentiment import ChatSentiment, PostSentiment
from pipeline.tagging.threads_evidence import at_all, at_place, kind_evidence, words_evidence
from pipeline.tagging.threads_kind import Kind, KindReader
from pipeline.tagging.threads_reading import PostReader, Reading
from pipeline.tagging.threads_units import UnitChoice, UnitChooser, texts_to_read

# Below this score no public matter was recognised: the text is read as chat.
MATTER = 2.0
# Kinds whose mere question is not negative, nor a chat that ends in one, unless one of these cues
# stands in it.
CALM = ("咨询", "建议")
_ASKS = re.compile(r"[吗么呢？?]")
HARSH = ("complaint", "grievance", "sarcasm", "rhetorical", "fear", "harm", "sad", "urgent")


class Topic(NamedTuple):
    """What one text of a batch is about."""

    name: str
    share: float
    words: list[str]


class PostTagger:
    """Tags plain messages of one city."""

    def __init__(self, city: City) -> None:
        self._reader = PostReader(city)
        self._units_of = UnitChooser(city, self._reader.router)
        self._kinds = KindReader()
        self._sentiment = PostSentiment()
        self._chat = ChatSentiment()
        self._topics = load_gram_model("citizen-topic")
        self._chance = load_calibration().chance
        self._bank = GramBank(
            [self._kinds.model, self._units_of.learned.model, self._chat.model, self._topics]
        )

    def tag(self, item: PostItem) -> PostTags:
        return self.tag_all([item])[0]

    def tag_all(self, items: Sequence[PostItem]) -> list[PostTags]:
        """Tag messages together: what numpy does, it does for all of them at once."""
        read = [(item, self._reader.read(item.title, item.text)) for item in items]
        order = sorted(range(len(read)), key=lambda place: not read[place][1].named)  # named ones first
        readings = [read[place][1] for place in order]
        size = len(readings)
        of_kinds, of_units, of_chat, known = self._bank.read(*texts_to_read(readings))
        kinds = self._kinds.read(readings, of_kinds.part(0, size), [None] * size)
        asked = [number for number, kind in enumerate(kinds) if kind.asked]
        shares = self._units_of.shares(readings, of_units, asked)
        chatty = [n for n, kind in enumerate(kinds) if not _is_matter(readings[n], kind)]
        chat = dict(
            zip(
                chatty,
                self._chat.tag_all(of_chat.pick(chatty), [readings[n] for n in chatty]),
                strict=True,
            )
        )
        topics = softmax(self._topics.scores(known.part(0, size)))
        best = topics.argmax(axis=1).tolist()
        names = [self._topics.classes[place] for place in best]
        texts = [reading.text for reading in readings]
        words = self._topics.words_of(self._topics.telling(known.part(0, size), texts, names))
        tags: dict[int, PostTags] = {}
        for number, (place, kind, share) in enumerate(
            zip(order, kinds, topics.max(axis=1).tolist(), strict=True)
        ):
            item, reading = read[place]
            units = None
            if kind.asked:
                place_of = self._units_of.placer(reading, of_units, number, size)
                units = self._units_of.choose(reading, shares[number], kind.kind == "表扬", locate=place_of)
            topic = Topic(names[number], share, words[number])
            tags[place] = self._tag(item, reading, kind, units, chat.get(number), topic)
        return [tags[place] for place in range(size)]

    def _tag(
        self,
        item: PostItem,
        reading: Reading,
        kind: Kind,
        units: UnitChoice | None,
        chat: tuple[Sentiment, float, Evidence] | None,
        topic: Topic,
    ) -> PostTags:
        asked = kind.asked
        shown = kind_evidence(reading, kind)
        if chat is None:
            sentiment, score, why = self._sentiment.tag(reading, kind, shown)
        else:
            sentiment, score, why = chat
            if (
                sentiment == "negative"
                and (kind.kind in CALM or asked or _ASKS.search(item.text[-2:]))
                and not _harsh(reading)
            ):
                sentiment, score = ("positive", 0.3) if reading.has("joy") else ("neutral", 0.0)
                why = at_all(reading, "全文没有抱怨、担忧或受害的话")
        words = "”“".join(topic.words)
        says = f"与“{topic.name}”类来信最像的词：“{words}”" if words else "没有可据以归类的词，按最常见的类"
        need = "群众提出诉求，要单位答复" if asked else f"{kind.kind}，没有要单位答复的事"
        return PostTags(
            id=item.id,
            kind=kind.kind,
            needs_reply=asked,
            sentiment=sentiment,
            sentiment_score=score,
            citizen_topic=topic.name,
            units=units.units if units else [],
            why={
                "kind": _in_text(shown),
                "needs_reply": _in_text(at_place(shown, need)),
                "sentiment": _in_text(why),
                "citizen_topic": _in_text(words_evidence(reading, topic.words, says)),
                **({"units": _in_text(units.why)} if units and units.why else {}),
            },
            confidence={
                "kind": round(self._chance("kind", kind.confidence), 3),
                "citizen_topic": round(topic.share, 3),
                **({"units": round(units.chance(self._chance), 3)} if units else {}),
            },
        )


def _is_matter(reading: Reading, kind: Kind) -> bool:
    """Whether the kind of a text tells its sentiment; it is chat otherwise."""
    if kind.kind in ("广告", "表扬"):
        return True
    return kind.asked and (bool(reading.named) or reading.matter >= MATTER)


def _harsh(reading: Reading) -> bool:
    """Whether a harsh cue stands where a word begins: 今天天气 does not hold 天天."""
    return any(begins_word(reading.text, span[0]) for cue in HARSH for span in reading.spans(cue))


def _in_text(evidence: Evidence) -> Evidence:
    """Evidence of a plain message: what stands in a thread's first post stands in its text."""
    return msgspec.structs.replace(evidence, field="text") if evidence.field == "posts[0]" else evidence
