"""Owns the tags of a forum thread: kind, needs_reply, units, state, answering floors, urgency, sentiment."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from pipeline.city import City
from pipeline.records import Evidence, ThreadTags, TicketState
from pipeline.tagging.answers import Answering, AnswerReader
from pipeline.tagging.calibration import SURE, Calibration, load_calibration
from pipeline.tagging.fold import fold_threads
from pipeline.tagging.followups import Again, AgainReader
from pipeline.tagging.grams import GramBank, GramModel
from pipeline.tagging.items import ThreadItem, ThreadPost
from pipeline.tagging.sentiment import PostSentiment
from pipeline.tagging.threads_accounts import unit_of_account
from pipeline.tagging.threads_beside import dealt_with_here, is_feared_for, raised
from pipeline.tagging.threads_evidence import (
    at_all,
    floor_evidence,
    kind_evidence,
    named_evidence,
    needs_evidence,
    reply_evidence,
    state_evidence,
    urgency_evidence,
)
from pipeline.tagging.threads_kind import Kind, KindReader
from pipeline.tagging.threads_rank import UnitRank
from pipeline.tagging.threads_reading import PostReader, Reading
from pipeline.tagging.threads_replies import Repliers, read_repliers
from pipeline.tagging.threads_units import Place, UnitChoice, UnitChooser, texts_to_read
from pipeline.tagging.unit_days import UnitDays

_QUESTION = re.compile(
    r"请问|想问|问下|问一下|[？?]|吗(?:$|[，。！])|能不能|可以.{0,12}吗|怎么(?:办|走|去|出|进|报|交|领|查|算|坐|停)"
    r"|几时|几点|什么时候|要不要"
)
_NO_ADDRESS = ("广告", "讨论")  # a unit's name in these is a place or a tale
ASKED_AGAIN = 0.85  # confidence that an answer does not stand that the poster wants again
URGENT = 0.4  # share from which a danger is taken to be there now
DESPAIR = 2  # distinct words of one who speaks of dying
_JOKE = re.compile(r"哈哈|嘿嘿|\[.{1,4}\]|嘻嘻|滑稽|233|^顶|沙发")


class ThreadTagger:
    """Tags the threads of one city, by the models and the scale of confidence given or those shipped."""

    def __init__(
        self,
        city: City,
        kinds: GramModel | None = None,
        duties: GramModel | None = None,
        calibration: Calibration | None = None,
        replies: GramModel | None = None,
        rank: UnitRank | None = None,
    ) -> None:
        self._reader = PostReader(city)
        self._units_of = UnitChooser(city, self._reader.router, duties, rank)
        self._answers = AnswerReader(replies)
        self._again = AgainReader()
        self._kinds = KindReader(kinds)
        self._chance = (calibration or load_calibration()).chance
        self._bank = GramBank([self._kinds.model, self._units_of.learned.model])
        self._sentiment = PostSentiment()
        self._account_unit = unit_of_account(city)
        self._days = UnitDays(city)
        self._formal = frozenset(
            name for u in city.units for name in (u.short, u.official, f"{u.short}人民政府")
        )

    def tag(self, item: ThreadItem) -> ThreadTags:
        return self.tag_all([item])[0]

    def tag_all(self, items: Sequence[ThreadItem]) -> list[ThreadTags]:
        """Tag threads together: what numpy does, it does for all of them at once."""
        posts = fold_threads(item.posts for item in items)
        # A thread comes once for each of its floors in a build; its opening is read once.
        openings = [
            (item.title, (floors[0].text or "") if floors else "", item.board)
            for item, floors in zip(items, posts, strict=True)
        ]
        read = {opening: self._reader.read(*opening[:2]) for opening in dict.fromkeys(openings)}
        numbers = {
            opening: number
            for number, opening in enumerate(sorted(read, key=lambda opening: not read[opening].named))
        }
        readings = [read[opening] for opening in numbers]  # those with names first
        of_kinds, of_units = self._bank.read(*texts_to_read(readings))
        kinds = self._kinds.read(
            readings, of_kinds.part(0, len(readings)), [board for _, _, board in numbers]
        )
        shares = self._units_of.shares(readings, of_units, range(len(readings)))
        answering = self._answers.read_all(posts)
        places = [
            self._units_of.placer(reading, of_units, number, len(readings))
            for number, reading in enumerate(readings)
        ]
        return [
            self._days.dated(
                self._tag(
                    item, floors, readings[number], kinds[number], shares[number], answered, places[number]
                ),
                floors[0].time if floors else None,
            )
            for item, floors, number, answered in zip(
                items, posts, map(numbers.__getitem__, openings), answering, strict=True
            )
        ]

    def _tag(
        self,
        item: ThreadItem,
        posts: list[ThreadPost],
        reading: Reading,
        kind: Kind,
        shares: dict[str, float],
        answering: Answering,
        place: Place,
    ) -> ThreadTags:
        if posts and posts[0].is_registered_official:
            return self._announcement(item, posts, reading, answering)
        repliers = read_repliers(posts, answering, self._account_unit, self._reader)
        if dealt_with_here(reading, posts, answering):
            reading = msgspec.structs.replace(reading, elsewhere=None)
        despairs = reading.count("despair") >= DESPAIR or is_feared_for(posts)
        kind = raised(kind, reading, repliers, bool(answering.replies), despairs)
        asked = kind.asked
        units = self._units(kind, asked, reading, shares, repliers, place)
        again = self._again.find(posts, answering) if asked else None
        state = _state(asked, answering)
        why_kind = kind_evidence(reading, kind)
        sentiment, score, why = self._sentiment.tag(reading, kind, why_kind)
        urgent = _urgent(kind, asked)
        is_named = bool(reading.named) and reading.elsewhere is None and kind.kind not in _NO_ADDRESS
        first, answer = answering.first_response, answering.answer
        return ThreadTags(
            id=item.id,
            kind=kind.kind,
            needs_reply=asked and (answer is None or again is not None),
            units=units.units,
            unit_named=is_named,
            sentiment=sentiment,
            sentiment_score=score,
            state=state,
            first_response_floor=_floor(first) if asked else None,
            answer_floor=_floor(answer) if asked else None,
            urgency="紧急" if urgent else "普通",
            why={
                "kind": why_kind,
                "needs_reply": needs_evidence(reading, kind, asked, answering, again, posts, why_kind),
                "state": state_evidence(state, answering, posts, reading),
                "first_response_floor": floor_evidence(first, asked, posts, reading, "初步回应"),
                "answer_floor": floor_evidence(answer, asked, posts, reading, "正式答复"),
                "urgency": urgency_evidence(reading, kind, urgent),
                "sentiment": why,
                "unit_named": named_evidence(reading, is_named, kind.kind),
                **({"units": units.why} if units.why else {}),
            },
            confidence={
                "kind": round(self._chance("kind", kind.confidence), 3),
                "needs_reply": round(self._needs_confidence(kind, asked, answering, again), 3),
                "units": round(units.chance(self._chance), 3),
                "sentiment": round(min(0.98, 0.6 + abs(score) * 0.35), 3),
            },
        )  # fmt: skip

    def _units(
        self,
        kind: Kind,
        asked: bool,
        reading: Reading,
        shares: dict[str, float],
        repliers: Repliers,
        place: Place,
    ) -> UnitChoice:
        if not asked and kind.kind != "表扬":
            return UnitChoice([], None, 0.9)
        return self._units_of.choose(reading, shares, kind.kind == "表扬", repliers, place)

    def _needs_confidence(self, kind: Kind, asked: bool, answering: Answering, again: Again | None) -> float:
        if again is not None:
            return ASKED_AGAIN
        if asked and answering.answer is not None:
            return min(SURE, answering.answer.share)
        return self._chance("needs_reply", kind.asked_confidence)

    def _announcement(
        self, item: ThreadItem, posts: list[ThreadPost], reading: Reading, answering: Answering
    ) -> ThreadTags:
        """A 公告 by an official account: its announcer is the unit; questions below it count."""
        opening = posts[0]
        units: list[str] = []
        announcer = self._account_unit(opening.author)
        if announcer:
            units.append(announcer)
        question = next((p for p in posts[1:] if _is_question(p)), None)
        answers = [r for r in answering.replies if r.kind == "answer"]
        first = answer = None
        open_question = None
        if question is not None:
            later = [r for r in answering.replies if r.floor > question.floor and r.kind != "sent_back"]
            first = later[0].floor if later else None
            answer = next((r.floor for r in later if r.kind == "answer"), None)
            last = max((r.floor for r in answers), default=0)
            open_question = next(
                (p for p in posts[1:] if p.floor > last and _is_question(p)),
                None,
            )
        for post in posts[1:]:
            if post.is_registered_official:
                unit = self._account_unit(post.author)
                if unit and unit not in units:
                    units.append(unit)
        if not units:
            units = [named.unit for named in reading.named[:1]]
        needs = open_question is not None or (question is not None and answer is None)
        if question is None:
            state: TicketState = "无需回复"
        elif answer is not None:
            state = "已答复"
        else:
            state = "已初步回应" if first is not None else "待研判"
        # An announcer's stations, halls and places of its matter are no units that are named.
        is_named = any(reading.text[slice(*entry.span)] in self._formal for entry in reading.named)
        by = at_all(reading, f"首帖由已登记的官方账号“{opening.author}”发布")
        if question is None:
            why = replace(by, why="官方账号发布的公告，跟帖没有提问")
        else:
            why = Evidence(why=f"{question.floor} 楼向发布单位提问", field=f"posts[{posts.index(question)}]",
                           start=0, end=len(question.text or ""))  # fmt: skip
        return ThreadTags(
            id=item.id,
            kind="公告",
            needs_reply=needs,
            units=units[:3],
            unit_named=is_named,
            sentiment="neutral",
            sentiment_score=0.0,
            state=state,
            first_response_floor=first,
            answer_floor=answer,
            urgency="普通",
            why={
                "kind": by,
                "needs_reply": why,
                "state": why,
                "first_response_floor": _of_question(answering, first, posts, why),
                "answer_floor": _of_question(answering, answer, posts, why),
                "urgency": replace(by, why="公告不报告正在发生的危险"),
                "units": replace(by, why="发布账号所属单位"),
                "sentiment": replace(by, why="公告不带褒贬"),
                "unit_named": named_evidence(reading, is_named, "公告"),
            },
            confidence={"kind": 0.97, "needs_reply": 0.85, "units": 0.9 if units else 0.3, "sentiment": 0.95},
        )


def _of_question(answering: Answering, floor: int | None, posts: list[ThreadPost], why: Evidence) -> Evidence:
    """Why a floor answers the question below an announcement, or none does."""
    reply = next((r for r in answering.replies if r.floor == floor), None)
    return why if reply is None else reply_evidence(reply, posts, "回答跟帖的提问")


def _floor(reply: object) -> int | None:
    return getattr(reply, "floor", None)


def _is_question(post: ThreadPost) -> bool:
    """A citizen's serious question below an announcement."""
    text = post.text or ""
    return not post.is_registered_official and bool(_QUESTION.search(text)) and not _JOKE.search(text)


def _state(asked: bool, answering: Answering) -> TicketState:
    if not asked:
        return "无需回复"
    if answering.answer is not None:
        return "已答复"
    if answering.replies and answering.replies[-1].kind == "sent_back":
        return "退回改派"
    return "已初步回应" if answering.first_response is not None else "待研判"


def _urgent(kind: Kind, asked: bool) -> bool:
    if kind.kind in ("广告", "讨论", "表扬", "建议") or not asked:
        return False
    return kind.urgent >= URGENT
