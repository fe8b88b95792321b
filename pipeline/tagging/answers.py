"""Owns what an official reply in a thread is: a first response, an answer, or a sending-back.

Only registered official accounts count. "已收到，正在核实" is a first response; "不属我局职责", "请拨打…" is a
sending-back and no answer; an answer with no earlier response is both (domain.md, "Forum posts").
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec

from pipeline.city import load_yaml
from pipeline.tagging.items import ThreadPost
from pipeline.tagging.threads_phrases import PhraseIndex, Span

LEXICON = Path(__file__).resolve().parent.parent / "lexicon" / "threads_answers.yaml"

ReplyKind = Literal["response", "answer", "sent_back", "chat"]


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
        cues: dict[str, str] = load_yaml(LEXICON)["cues"]
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
        counted = [reply for reply in replies if reply.kind != "chat"]
        answer = next((reply for reply in counted if reply.kind == "answer"), None)
        return Answering(replies, counted[0] if counted else None, answer)

    def classify(self, floor: int, text: str) -> Reply:
        """What one official reply is."""
        found = self._index.find(text)

        def said(name: str) -> Reply:
            span = found[name][0]
            kind: ReplyKind = {"sent_back": "sent_back", "promise": "response"}.get(name, "answer")  # type: ignore[assignment]
            return Reply(floor, kind, span, text[span[0] : span[1]])

        if "answers" in found:
            return said("answers")
        done = len(found.get("done", ())) + len(found.get("facts", ()))
        promised = "promise" in found
        if "sent_back" in found and len(found.get("done", ())) < 1 and len(found.get("facts", ())) < 2:
            return said("sent_back")
        if promised:
            # "已停播该广告，复核结果另行答复" promises an answer; "已修好，后续将加强巡查" is one.
            if "later_answer" in found:
                span = found["later_answer"][0]
                return Reply(floor, "response", span, text[span[0] : span[1]])
            if done < 2:
                return said("promise")
        if "later_answer" in found and done < 2:
            span = found["later_answer"][0]
            return Reply(floor, "response", span, text[span[0] : span[1]])
        if "done" in found:
            return said("done")
        if "facts" in found:
            return said("facts")
        if len(text) < 30:
            return Reply(floor, "response", None, "")
        return Reply(floor, "answer", None, "")
