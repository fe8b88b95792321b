"""Owns what an official reply in a thread is: a first response, an answer, or a sending-back.

Only registered official accounts count. "已收到，正在核实" is a first response; "不属我局职责", "请拨打…" is
a sending-back and no answer; an answer with no earlier response is both (domain.md, "Forum posts"). A linear
model of characters decides (`pipeline.training.reply_kinds`), which sees how many cues of the lexicon stand
in a reply and what they alone would say; the cues show a person why.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import log1p
from pathlib import Path
from typing import Literal, cast

import msgspec
import numpy as np

from pipeline.city import load_own_yaml
from pipeline.tagging.gram_keys import read_grams
from pipeline.tagging.grams import GramModel, load_gram_model
from pipeline.tagging.items import ThreadPost
from pipeline.tagging.linear import softmax
from pipeline.tagging.threads_phrases import PhraseIndex, Span

LEXICON = Path(__file__).resolve().parent.parent / "lexicon" / "threads_answers.yaml"
MODEL = "reply"

ReplyKind = Literal["response", "answer", "sent_back"]
Found = dict[str, list[Span]]
KINDS: tuple[ReplyKind, ...] = ("answer", "response", "sent_back")
CUES = (
    "answers", "found", "done", "facts", "promise", "later", "not_ours", "elsewhere", "besides", "measure",
    "polite",
)  # fmt: skip
# The cues that show a kind to a person, most telling first.
SHOWN: dict[ReplyKind, tuple[str, ...]] = {
    "answer": ("answers", "found", "done", "facts"),
    "response": ("later", "promise", "measure", "polite"),
    "sent_back": ("not_ours", "elsewhere"),
}

# A shorter reply without any cue is a courtesy, not an answer (characters).
ANSWER_LENGTH = 28
# A reply of this length tells something even where no cue was found (characters).
LONG = 160
MOST = 3  # phrases of one cue that are counted
WORTH = 0.3  # of a number beside the grams
ALONE = 2.0  # of what the cues alone would say
LENGTH = 4.0  # of the grams of a reply beside its numbers
# An answer to a part that hands on the rest: 锁车事宜属物业管理部门职责，已转请核处.
_REST = re.compile(
    r"(?:问题|事宜|事项|方面|一事|部分)[^。；\n]{0,8}(?:不?属|不归|由)[^。；\n]{2,16}[，,][^。；\n]{0,4}已[^。；\n]{0,6}(?:转|函)"
)
_DID = ("found", "done", "facts", "measure")
OWN_PART = 40  # characters that stand before the rest is handed on
_NUMBER = re.compile(r"\d+")


class Reply(msgspec.Struct, frozen=True):
    """One official reply: what it is, how sure (0..1), and the words that say so."""

    floor: int
    kind: ReplyKind
    span: Span | None
    words: str
    share: float


class Answering(msgspec.Struct, frozen=True):
    """What the officials of a thread said, by floor."""

    replies: list[Reply]
    first_response: Reply | None
    answer: Reply | None


class CueReader:
    """Finds the cues of the lexicon in official replies: what the model sees beside the characters."""

    def __init__(self) -> None:
        cues: dict[str, str] = load_own_yaml(LEXICON)["cues"]
        self._index: PhraseIndex[str] = PhraseIndex()
        for name, phrases in cues.items():
            self._index.add([p for p in phrases.split("|") if p], name)

    def find(self, text: str) -> Found:
        """Cue → where its phrases stand."""
        return self._index.find(text)

    def numbers(self, text: str, found: Found) -> list[float]:
        """How many cues stand in a reply, what they alone say, how long it is, how many figures it gives."""
        alone = self.alone(text, found)
        return [
            *(WORTH * min(MOST, len(found.get(name, ()))) for name in CUES),
            *(WORTH * ALONE * (kind == alone) for kind in KINDS),
            WORTH * log1p(len(text)) / 2,
            WORTH * log1p(len(_NUMBER.findall(text))),
        ]

    def alone(self, text: str, found: Found) -> ReplyKind:
        """What a reply is by its cues alone."""
        inquiry, done, facts = (len(found.get(name, ())) for name in ("found", "done", "facts"))
        long = len(text) >= LONG
        if "not_ours" in found and not done and ("elsewhere" in found or facts < 3):
            return "sent_back"
        if "answers" in found:
            return "answer"
        # An address beside nothing else is all that there is.
        bare = not (facts or long)
        if (
            "elsewhere" in found
            and not (inquiry or done)
            and facts < 2
            and (bare or not self._besides(found))
        ):
            return "sent_back"
        if "later" in found and not (inquiry and (done or long)):
            # "已停播该广告，复核结果另行答复" promises an answer; "经查…，已修好" is one.
            return "response"
        if inquiry or done:
            return "answer"
        if facts >= 2 or (facts and (long or "promise" not in found)):
            return "answer"
        if len(text) < ANSWER_LENGTH or (not long and ("promise" in found or "measure" in found)):
            return "response"
        return "answer"

    @staticmethod
    def _besides(found: Found) -> bool:
        """Whether each address stands behind "如有疑问", "详情": an addition, not a sending-away."""
        return all(
            any(start - 12 <= s and e <= start + 1 for s, e in found.get("besides", ()))
            for start, _ in found["elsewhere"]
        )


class AnswerReader:
    """Reads official replies, by the model given or the one shipped."""

    def __init__(self, model: GramModel | None = None) -> None:
        self._cues = CueReader()
        self._model = model or load_gram_model(MODEL)
        self._kinds = [cast(ReplyKind, name) for name in self._model.classes]

    def read(self, posts: Sequence[ThreadPost]) -> Answering:
        """`read_all` of one thread."""
        return self.read_all([posts])[0]

    def read_all(self, threads: Sequence[Sequence[ThreadPost]]) -> list[Answering]:
        """For each thread the official replies after the opening post, and the floors that stop the two
        clocks."""
        found = [
            [
                (post.floor, post.text)
                for post in posts[1:]
                if post.is_registered_official and post.text and post.text.strip()
            ]
            for posts in threads
        ]
        # A thread may come once for each of its moments: a reply that comes again is not read again.
        asked = list(dict.fromkeys(reply for replies in found for reply in replies))
        kinds = dict(zip(asked, self.classify_all(asked), strict=True))
        return [_answering([kinds[reply] for reply in replies]) for replies in found]

    def classify(self, floor: int, text: str) -> Reply:
        """What one official reply is."""
        return self.classify_all([(floor, text)])[0]

    def classify_all(self, replies: Sequence[tuple[int, str]]) -> list[Reply]:
        """What official replies are, each given with its floor."""
        if not replies:
            return []
        texts = [text for _, text in replies]
        found = [self._cues.find(text) for text in texts]
        numbers = [self._cues.numbers(text, cues) for text, cues in zip(texts, found, strict=True)]
        known = self._model.known(read_grams(texts))
        shares = softmax(self._model.scores(known, np.array(numbers, dtype=np.float32)))
        result = []
        for (floor, text), cues, share in zip(replies, found, shares.tolist(), strict=True):
            best = max(range(len(share)), key=share.__getitem__)
            kind = self._kinds[best]
            if kind != "response" and hands_on_the_rest(text) and any(name in cues for name in _DID):
                kind = "response"  # the matter of two units waits for the other one's answer
            span = next((cues[name][0] for name in SHOWN[kind] if cues.get(name)), None)
            words = "" if span is None else text[span[0] : span[1]]
            result.append(Reply(floor, kind, span, words, share[best]))
        return result


def hands_on_the_rest(text: str) -> bool:
    """Whether a reply, behind a part of its own, says that another part is not its own and was handed on."""
    rest = _REST.search(text)
    return rest is not None and rest.start() >= OWN_PART


def _answering(replies: list[Reply]) -> Answering:
    counted = [reply for reply in replies if reply.kind != "sent_back"]
    answer = next((reply for reply in counted if reply.kind == "answer"), None)
    return Answering(replies, counted[0] if counted else None, answer)
