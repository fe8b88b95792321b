"""Owns hot issues: posts on one matter as one case, a heat that can be added up by hand, sudden rises."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Annotated

import msgspec

from analysis.warehouse import Connection, ask, moment
from pipeline.city import City, CityError
from pipeline.records import ThreadKind

HOT_COLUMNS = ("id", "title", "words", "heat", "heat_why", "first_at", "last_at", "rise_why", "members")
_LINKED = 0.15  # share of the pairs between two groups that must be alike for them to be one
Points = Annotated[float, msgspec.Meta(ge=0, le=1000)]
_SIGNS = " 　，。、；：？！“”‘’（）()《》【】,.;:?!-—…"  # say nothing at the ends of a phrase

Pairs = Iterable[tuple[str, str, float, str]]  # id, id, strength, shared words


class Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of hot-rules.yaml: a misspelt key is an error."""


class Heat(Strict, frozen=True, kw_only=True):
    """Points of a hot issue."""

    post: Points = 10
    person: Points = 5
    reply: Points = 1
    vote: Points = 0.1


class Rise(Strict, frozen=True, kw_only=True):
    """When a matter rises suddenly: `min_posts` in `days`, and `times` as many as in so many days before."""

    days: Annotated[int, msgspec.Meta(ge=1, le=60)] = 7
    min_posts: Annotated[int, msgspec.Meta(ge=2)] = 3
    times: Annotated[float, msgspec.Meta(ge=1)] = 3


class HotRules(Strict, frozen=True, kw_only=True):
    """hot-rules.yaml of a city."""

    window_days: Annotated[int, msgspec.Meta(ge=1, le=3660)] = 90
    min_posts: Annotated[int, msgspec.Meta(ge=2)] = 2
    kinds: tuple[ThreadKind, ...] = ("投诉", "求助", "咨询", "建议", "讨论")
    heat: Heat = Heat()
    rise: Rise = Rise()


@dataclasses.dataclass(frozen=True)
class Member:
    """One post of a hot issue, as far as its heat goes."""

    id: str
    title: str
    url: str | None
    opened_at: dt.datetime | None
    opener: str | None  # a pseudonym; None: anonymous, counted as a person of its own
    reply_count: int = 0
    vote_count: int = 0
    kind: str | None = None
    forum: str | None = None
    urgency: str | None = None


@dataclasses.dataclass(frozen=True)
class HotIssue:
    """Posts on one matter. `id` is the id of its earliest post, so it stays while the case grows."""

    id: str
    title: str  # of the post that is alike to most others
    words: list[str]  # phrases that its posts share, the most frequent first
    heat: float
    heat_why: str  # the sum, in Chinese
    post_count: int
    person_count: int
    reply_count: int
    vote_count: int
    first_at: dt.datetime | None
    last_at: dt.datetime | None
    recent_count: int  # posts in the last `rise.days` days
    is_rising: bool
    rise_why: str | None  # the evidence, in Chinese
    members: list[Member]  # in order of opening


def load_hot_rules(city: City) -> HotRules:
    """The city's rules for hot issues, with defaults where it says nothing. Raises CityError."""
    try:
        return msgspec.convert(city.mapping("hot-rules.yaml"), HotRules)
    except msgspec.ValidationError as error:
        raise CityError(f"hot-rules.yaml：内容有误（{error}）") from error


def hot_issues(
    con: Connection,
    rules: HotRules,
    as_of: dt.date | dt.datetime,
    known_by: dt.date | dt.datetime | None = None,
) -> list[HotIssue]:
    """Hot issues at a moment, the hottest first.

    Args:
        as_of: a day means its end; posts opened within the rules' window before it count.
        known_by: only what had been captured by then; None: all that is known now.
    """
    at = moment(as_of)
    assert at is not None
    start = at - dt.timedelta(days=rules.window_days)
    rows = ask(con, "hot_thread", start=start, as_of=at, known_by=moment(known_by))
    members = {
        row["thread_id"]: Member(
            id=row["thread_id"],
            title=row["title"],
            url=row["url"],
            opened_at=row["opened_at"],
            opener=row["opener"],
            reply_count=row["reply_count"],
            kind=row["kind"],
            forum=row["forum"],
            urgency=row["urgency"],
        )
        for row in rows
        if row["kind"] in rules.kinds
    }
    pairs = ask(con, "alike", threads=sorted(members))
    return group(
        members, ((p["thread_id"], p["other_id"], p["strength"], p["words"]) for p in pairs), rules, at
    )


def group(members: Mapping[str, Member], pairs: Pairs, rules: HotRules, at: dt.datetime) -> list[HotIssue]:
    """Cases from pairs of posts that are alike, the hottest first; whatever the order of the pairs."""
    near: dict[str, dict[str, tuple[float, str]]] = defaultdict(dict)
    ordered = sorted((-strength, min(a, b), max(a, b), words) for a, b, strength, words in pairs)
    for strength, a, b, words in ordered:
        near[a][b] = near[b][a] = (-strength, words)
    case_of = {id_: id_ for id_ in near}
    cases = {id_: [id_] for id_ in near}
    # How many pairs of each two cases are alike; kept up, so that a flood of alike posts costs no recount.
    links = {id_: dict.fromkeys(others, 1) for id_, others in near.items()}
    for _, a, b, _ in ordered:
        one, other = case_of[a], case_of[b]
        if one == other or links[one][other] < _LINKED * len(cases[one]) * len(cases[other]):
            continue
        if (len(cases[one]), other) < (len(cases[other]), one):
            one, other = other, one
        for id_ in cases[other]:
            case_of[id_] = one
        cases[one] += cases.pop(other)
        for third, count in links.pop(other).items():
            del links[third][other]
            if third != one:
                links[third][one] = links[one][third] = links[one].get(third, 0) + count
    found = [
        _issue([members[id_] for id_ in ids], near, rules, at)
        for ids in cases.values()
        if len(ids) >= rules.min_posts
    ]
    return sorted(found, key=lambda issue: (-issue.heat, issue.id))


def _issue(
    members: Sequence[Member],
    near: Mapping[str, Mapping[str, tuple[float, str]]],
    rules: HotRules,
    at: dt.datetime,
) -> HotIssue:
    members = sorted(members, key=lambda m: (m.opened_at is None, m.opened_at or at, m.id))
    ids = {m.id for m in members}
    people = len({m.opener for m in members if m.opener}) + sum(m.opener is None for m in members)
    counts = {
        "post": len(members),
        "person": people,
        "reply": sum(m.reply_count for m in members),
        "vote": sum(m.vote_count for m in members),
    }
    points = {name: getattr(rules.heat, name) for name in counts}
    labels = {"post": "帖", "person": "人", "reply": "跟帖", "vote": "票"}
    recent, rise_why = _rise(members, rules.rise, at)
    center = max(
        members, key=lambda m: (sum(s for o, (s, _) in near[m.id].items() if o in ids), -members.index(m))
    )
    return HotIssue(
        id=members[0].id,
        title=center.title,
        words=_words(ids, near),
        heat=round(sum(counts[name] * points[name] for name in counts), 1),
        heat_why=" + ".join(
            f"{counts[name]} {labels[name]} × {points[name]:g}" for name in counts if counts[name]
        ),
        post_count=counts["post"],
        person_count=people,
        reply_count=counts["reply"],
        vote_count=counts["vote"],
        first_at=members[0].opened_at,
        last_at=max((m.opened_at for m in members if m.opened_at), default=None),
        recent_count=recent,
        is_rising=rise_why is not None,
        rise_why=rise_why,
        members=members,
    )


def _rise(members: Sequence[Member], rise: Rise, at: dt.datetime) -> tuple[int, str | None]:
    """Posts of the last days, and why that is a sudden rise: against the mean of the four spans before."""
    span = dt.timedelta(days=rise.days)
    ages = [(at - m.opened_at) // span for m in members if m.opened_at is not None and m.opened_at <= at]
    recent = sum(age == 0 for age in ages)
    before = sum(1 <= age <= 4 for age in ages) / 4
    if recent < rise.min_posts or recent < rise.times * before:
        return recent, None
    return recent, f"近 {rise.days} 天 {recent} 帖，此前四个 {rise.days} 天平均 {before:g} 帖"


def _words(ids: Collection[str], near: Mapping[str, Mapping[str, tuple[float, str]]]) -> list[str]:
    shared = (words for id_ in ids for other, (_, words) in near[id_].items() if other in ids)
    counts = Counter(words.strip(_SIGNS) for words in shared)
    del counts[""]
    chosen: list[str] = []
    for words, _ in sorted(counts.items(), key=lambda item: (-item[1] * len(item[0]), item[0])):
        if not any(words in other or other in words for other in chosen):
            chosen.append(words)
    return chosen[:3]
