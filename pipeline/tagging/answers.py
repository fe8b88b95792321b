"""Owns what an official reply in a thread is: a first response, an answer, or a sending-back.

Only registered official accounts count. "已收到，正在核实" is a first response; "不属我局职责", "请拨打…" is
a sending-back and no answer; an answer with no earlier response is both (domain.md, "Forum posts").
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec

from pipeline.city import load_own_yaml
from pipeline.tagging.items import ThreadPost
from pipeline.tagging.threads_phrases import PhraseIndex, Span

LEXICON = Path(__file__).resolve().parent.parent / "lexicon" / "threads_answers.yaml"

ReplyKind = Literal["response", "answer", "sent_back"]

# A shorter reply without any cue is a courtesy, not an answer (characters).
ANSWER_LENGTH = 28
# A reply of this length tells something even where no cue was found (characters).
LONG = 160


class Reply(msgspec.Struct, frozen=True):
    """One official reply: what it is, and the words that say so."""

    floor: int
    kind: ReplyKind
    span: Span | None
    words: str


class Answering(msgspec.Struct, frozen=True):
    """What the officials of a thread said, by floor."""

    replies: list[Reply]
    first_response: Reply | None
    answer: Reply | None


class AnswerReader:
    """Reads official replies."""

    def __init__(self) -> None:
        cues: dict[str, str] = load_own_yaml(LEXICON)["cues"]
        self._index: PhraseIndex[str] = PhraseIndex()
        for name, phrases in cues.items():
            self._index.add([p for p in phrases.split("|") if p], name)

    def read(self, posts: Sequence[ThreadPost]) -> Answering:
        """The official replies after the opening post, and the floors that stop the two clocks."""
        replies = [
            self.classify(post.floor, post.text)
            for post in posts[1:]
            if post.is_registered_official and post.text and post.text.strip()
        ]
        counted = [reply for reply in replies if reply.kind != "sent_back"]
        answer = next((reply for reply in counted if reply.kind == "answer"), None)
        return Answering(replies, counted[0] if counted else None, answer)

    def classify(self, floor: int, text: str) -> Reply:
        """What one official reply is."""
        found = self._index.find(text)
        inquiry, done, facts = (len(found.get(name, ())) for name in ("found", "done", "facts"))

        def said(kind: ReplyKind, *names: str) -> Reply:
            span = next((found[name][0] for name in names if name in found), None)
            return Reply(floor, kind, span, "" if span is None else text[span[0] : span[1]])

        long = len(text) >= LONG
        if "not_ours" in found and not done and ("elsewhere" in found or facts < 3):
            return said("sent_back", "not_ours")
        if "answers" in found:
            return said("answer", "answers")
        # An address beside nothing else is all that there is.
        alone = not (facts or long)
        if (
            "elsewhere" in found
            and not (inquiry or done)
            and facts < 2
            and (alone or not self._besides(found))
        ):
            return said("sent_back", "elsewhere")
        if "later" in found and not (inquiry and (done or long)):
            # "已停播该广告，复核结果另行答复" promises an answer; "经查…，已修好" is one.
            return said("response", "later")
        if inquiry or done:
            return said("answer", "found", "done")
        if facts >= 2 or (facts and (long or "promise" not in found)):
            return said("answer", "facts")
        if len(text) < ANSWER_LENGTH or (not long and ("promise" in found or "measure" in found)):
            return said("response", "promise", "measure", "polite")
        return Reply(floor, "answer", None, "")

    @staticmethod
    def _besides(found: dict[str, list[Span]]) -> bool:
        """Whether each address stands behind "如有疑问", "详情": an addition, not a sending-away."""
        return all(
            any(start - 12 <= s and e <= start + 1 for s, e in found.get("besides", ()))
            for start, _ in found["elsewhere"]
        )
