"""Owns why a thread got its tags: the evidence that is shown beside each of them."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.records import Evidence, TicketState
from pipeline.tagging.answers import Answering, Reply
from pipeline.tagging.followups import Again
from pipeline.tagging.items import ThreadPost
from pipeline.tagging.threads_kind import Kind
from pipeline.tagging.threads_phrases import Span
from pipeline.tagging.threads_reading import Reading


def at_all(reading: Reading, why: str) -> Evidence:
    """The sentence with the span of the whole opening post, or of the title where there is none: for what
    rests on all of it, or on what does not stand there."""
    title = reading.title_end
    if size := len(reading.text) - title - 1:
        return Evidence(why=why, field="posts[0]", start=0, end=size)
    return Evidence(why=why, field="title", start=0, end=title) if title else Evidence(why=why)


def at_span(reading: Reading, span: Span, why: str) -> Evidence:
    field, start, end = reading.field(span)
    return Evidence(why=why, field=field, start=start, end=end)


def at_place(shown: Evidence, why: str) -> Evidence:
    """Another sentence that rests on the same words."""
    return Evidence(why=why, field=shown.field, start=shown.start, end=shown.end)


def cue_evidence(reading: Reading, cue: str, why: str, otherwise: Span | None = None) -> Evidence:
    """The sentence with the words of a cue; where none stands in the text, with those that say most."""
    if spans := reading.spans(cue):
        words = "”“".join(reading.words(cue))
        return at_span(reading, spans[0], f"{why}：“{words}”")
    if otherwise is not None:
        words = reading.text[slice(*otherwise)]
        return at_span(reading, otherwise, f"{why}，最近于此的说法：“{words}”")
    return at_all(reading, f"全文{why}")


def words_evidence(reading: Reading, words: Sequence[str], why: str) -> Evidence:
    """The sentence with the place of the first of these words; of all where there are none."""
    at = reading.text.find(words[0]) if words else -1
    return at_all(reading, why) if at < 0 else at_span(reading, (at, at + len(words[0])), why)


def kind_evidence(reading: Reading, kind: Kind) -> Evidence:
    return cue_evidence(reading, kind.cue or "", kind.why, kind.place)


def urgency_evidence(reading: Reading, kind: Kind, is_urgent: bool) -> Evidence:
    if is_urgent:
        cue = next((cue for cue in ("urgent", "despair") if reading.has(cue)), "urgent")
        return cue_evidence(reading, cue, "正在发生的危险或扩散的谣言", kind.danger)
    if spans := reading.spans("urgent"):
        words = reading.text[slice(*spans[0])]
        return at_span(reading, spans[0], f"虽有“{words}”，但没有正在发生的危险")
    return at_all(reading, "没有正在发生的危险")


def named_evidence(reading: Reading, is_named: bool, kind: str) -> Evidence:
    """Whether the opening post names a unit of the city."""
    if not reading.named:
        return at_all(reading, "全文没有点名本市单位")
    entry = reading.named[0]
    words = f"“{reading.text[slice(*entry.span)]}”，即{entry.unit}"
    if is_named:
        return at_span(reading, entry.span, f"帖中点名{words}")
    if reading.elsewhere is not None:
        return at_span(reading, entry.span, f"写到{words}，但是{reading.elsewhere}的事")
    return at_span(reading, entry.span, f"写到{words}，但{kind}帖里的单位名称是地点或话题，不算点名")


def floor_evidence(
    reply: Reply | None, asked: bool, posts: Sequence[ThreadPost], reading: Reading, sort: str
) -> Evidence:
    """Why a floor stops a clock, or none does; `sort`: 初步回应 or 正式答复."""
    if not asked:
        return at_all(reading, f"不需要单位答复，不计{sort}")
    if reply is None:
        return at_all(reading, f"全帖没有官方账号的{sort}")
    return reply_evidence(reply, posts, f"算{sort}")


def reply_evidence(reply: Reply, posts: Sequence[ThreadPost], sort: str) -> Evidence:
    """What a reply is, with the words that show it, or all of it."""
    number = next(i for i, post in enumerate(posts) if post.floor == reply.floor)
    words = f"：“{reply.words}”" if reply.words else "（按全文判断）"
    start, end = reply.span or (0, len(posts[number].text or ""))
    return Evidence(
        why=f"{reply.floor} 楼官方账号{sort}{words}", field=f"posts[{number}]", start=start, end=end
    )


def needs_evidence(
    reading: Reading,
    kind: Kind,
    asked: bool,
    answering: Answering,
    again: Again | None,
    posts: Sequence[ThreadPost],
    shown: Evidence,
) -> Evidence:
    """Whether a unit must answer; `shown` is why the post is of its kind."""
    if reading.elsewhere is not None:
        spans = reading.found["city", reading.elsewhere]
        field, start, end = reading.field(spans[0])
        return Evidence(why=f"是{reading.elsewhere}的事，不属本市", field=field, start=start, end=end)
    if not asked:
        return at_place(shown, f"{kind.kind}帖，没有要单位答复的事")
    if again is not None:
        number, start, end = again
        return Evidence(
            why="答复后发帖人要求重新办理，由人确认是否二次反映",
            field=f"posts[{number}]",
            start=start,
            end=end,
        )
    if answering.answer is not None:
        return reply_evidence(answering.answer, posts, "已作答复")
    return at_place(shown, "群众提出诉求，帖内还没有官方答复")


def state_evidence(
    state: TicketState, answering: Answering, posts: Sequence[ThreadPost], reading: Reading
) -> Evidence:
    reply = answering.answer if state == "已答复" else answering.first_response
    if state == "退回改派":
        reply = answering.replies[-1]
    if state in ("无需回复", "待研判") or reply is None:
        silent = "全帖没有已登记官方账号的回复" if state == "待研判" else "全帖没有要单位答复的事"
        return at_all(reading, silent)
    sort = {"answer": "作出答复", "sent_back": "称不属其职责，不算答复"}.get(reply.kind, "只是初步回应")
    return reply_evidence(reply, posts, sort)
