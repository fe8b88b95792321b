"""Owns why a thread got its tags: the evidence that is shown beside each of them."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.records import Evidence, TicketState
from pipeline.tagging.answers import Answering
from pipeline.tagging.followups import Again
from pipeline.tagging.items import ThreadPost
from pipeline.tagging.threads_kind import Kind
from pipeline.tagging.threads_reading import Reading


def cue_evidence(reading: Reading, cue: str, why: str) -> Evidence:
    spans = reading.spans(cue)
    if not spans:
        return Evidence(why=why)
    field, start, end = reading.field(spans[0])
    words = "”“".join(reading.words(cue))
    return Evidence(why=f"{why}：“{words}”", field=field, start=start, end=end)


def kind_evidence(reading: Reading, kind: Kind) -> Evidence:
    return Evidence(why=kind.why) if kind.cue is None else cue_evidence(reading, kind.cue, kind.why)


def needs_evidence(
    reading: Reading, kind: Kind, asked: bool, answering: Answering, again: Again | None
) -> Evidence:
    if reading.elsewhere is not None:
        spans = reading.found["city", reading.elsewhere]
        field, start, end = reading.field(spans[0])
        return Evidence(why=f"是{reading.elsewhere}的事，不属本市", field=field, start=start, end=end)
    if not asked:
        return Evidence(why=f"{kind.kind}帖，没有要单位答复的事")
    if again is not None:
        place, start, end = again
        return Evidence(
            why="答复后发帖人要求重新办理，由人确认是否二次反映",
            field=f"posts[{place}]",
            start=start,
            end=end,
        )
    if answering.answer is not None:
        return Evidence(why=f"{answering.answer.floor} 楼已有官方答复")
    return Evidence(why="群众提出诉求，帖内还没有官方答复")


def state_evidence(state: TicketState, answering: Answering, posts: Sequence[ThreadPost]) -> Evidence:
    reply = answering.answer if state == "已答复" else answering.first_response
    if state == "退回改派":
        reply = answering.replies[-1]
    if state in ("无需回复", "待研判") or reply is None:
        return Evidence(why="帖内没有已登记官方账号的回复" if state == "待研判" else "不需要单位答复")
    number = next(i for i, post in enumerate(posts) if post.floor == reply.floor)
    words = f"：“{reply.words}”" if reply.words else ""
    sort = {"answer": "作出答复", "sent_back": "称不属其职责，不算答复"}.get(reply.kind, "只是初步回应")
    start, end = reply.span or (None, None)
    return Evidence(
        why=f"{reply.floor} 楼官方账号{sort}{words}", field=f"posts[{number}]", start=start, end=end
    )
