"""Owns tagging the threads that changed, each cut at every moment that can change its state."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import groupby
from operator import itemgetter
from typing import Any

import msgspec

from pipeline.load_tags import BATCH, TaggerLike, as_json
from pipeline.records import ThreadTags
from pipeline.tagging.followups import ThreadFollowUp
from pipeline.tagging.items import ThreadItem, ThreadPost
from pipeline.warehouse import Warehouse

BATCHES_PER_COMMIT = 20
MAX_CUTS = 200  # cuts of one thread; a longer one keeps its first and last hundred
_READ = ("thread_page_version", "thread_post_version", "thread_floor_now", "thread_now")
Count = Callable[[int, int], None]
# The posts of which `tagged` makes rows, of the threads that are seen.
HOLD_POSTS = """
CREATE OR REPLACE TEMP TABLE todo_post AS
SELECT thread_id, p.floor, p.forum, p.author, p.is_official, p.official_account, p.official_unit, p.posted,
  p.posted_at, p.first_captured_at, p.text, t.title, t.board
FROM thread_post_at(NULL) AS p JOIN thread_at(NULL) AS t USING (thread_id)
ORDER BY thread_id, floor
"""
TABLES = ("thread_state", "thread_floor", "thread_call")


def tag_threads(warehouse: Warehouse, tagger: TaggerLike, threads: Collection[str], count: Count) -> int:
    """Tag threads anew at each of their moments, and each of their floors; returns how many threads.

    Args:
        threads: ids of the threads that changed.
    """
    warehouse.hold("todo", "thread_id", sorted(threads))
    for table in TABLES:
        warehouse.rows(f"DELETE FROM {table} WHERE thread_id IN (SELECT thread_id FROM todo)")  # noqa: S608
    ids = sorted(threads)
    with warehouse.narrowed("thread_id", ids, _READ):
        warehouse.rows(HOLD_POSTS)
    count(0, len(ids))
    parts = [ids[start : start + BATCH] for start in range(0, len(ids), BATCH)]
    read = held_posts(warehouse, parts[0]) if parts else []
    with ThreadPoolExecutor(1) as beside:
        written: Future[None] | None = None
        for number, part in enumerate(parts, 1):
            made = tagged(tagger, read)
            if written is not None:
                written.result()
            for table, rows in zip(TABLES, made, strict=True):
                warehouse.insert(table, rows)
            count((number - 1) * BATCH + len(part), len(ids))
            read = held_posts(warehouse, parts[number]) if number < len(parts) else []
            # Memory is bounded; the draft is published whole or never. While one part is written the next is
            # tagged, for which nobody asks the warehouse.
            written = beside.submit(_commit, warehouse) if number % BATCHES_PER_COMMIT == 0 else None
        if written is not None:
            written.result()
    warehouse.rows("DROP TABLE todo_post")
    return len(ids)


Posts = list[dict[str, Any]]  # of one thread
Rows = list[dict[str, Any]]


def _commit(warehouse: Warehouse) -> None:
    warehouse.commit()
    warehouse.begin()


def held_posts(warehouse: Warehouse, threads: Sequence[str]) -> list[Posts]:
    """The posts that `HOLD_POSTS` left of threads that follow one another, by thread. A range of a table in
    that order: only its own part of the table is read."""
    found = warehouse.records(
        f"SELECT * FROM todo_post WHERE thread_id BETWEEN '{threads[0]}' AND '{threads[-1]}' "  # noqa: S608
        "ORDER BY thread_id, floor"
    )
    posts = [row for batch in found for row in batch]
    return [list(group) for _, group in groupby(posts, key=itemgetter("thread_id"))]


def tagged(tagger: TaggerLike, threads: Sequence[Posts]) -> tuple[Rows, Rows, Rows]:
    """Rows of `TABLES`."""
    cuts = [cut for posts in threads for cut in _cuts(posts)]
    tags = tagger.threads([item for item, _ in cuts])
    states = [_state_row(c[1], t) for c, t in zip(cuts, tags, strict=True)]
    for _, of_thread in groupby(states, key=itemgetter("thread_id")):
        _chain(list(of_thread))
    follow = tagger.followups([_item(posts, len(posts)) for posts in threads])
    floors = [row for posts, f in zip(threads, follow, strict=True) for row in _floors(posts, f)]
    return states, floors, [row for f in follow for row in _calls(f)]


Cut = tuple[ThreadItem, dict[str, Any]]


def _item(posts: Sequence[Mapping[str, Any]], count: int) -> ThreadItem:
    """The first posts of a thread, as a tagger reads them."""
    return ThreadItem(
        id=posts[0]["thread_id"],
        posts=[
            ThreadPost(
                floor=post["floor"],
                author=post["official_account"] or post["author"],
                is_registered_official=post["is_official"],
                time=post["posted"],
                text=post["text"],
            )
            for post in posts[:count]
        ],
        title=posts[0]["title"],
        forum=posts[0]["forum"],
        board=posts[0]["board"],
    )


def _floors(posts: Sequence[Mapping[str, Any]], follow: ThreadFollowUp) -> Iterator[dict[str, Any]]:
    by_floor = {post["floor"]: post for post in posts}
    said_at = _said_at(posts)
    for said in follow.floors:
        post = by_floor[said.floor]
        yield {
            "thread_id": follow.id,
            "floor": said.floor,
            "said_at": said_at[said.floor],
            "is_dated": post["posted_at"] is not None,
            "known_at": post["first_captured_at"],
            "kind": said.kind,
            "unit": follow.heirs.get(post["official_unit"], post["official_unit"]),
            "words": said.words[:100],
        }


def _said_at(posts: Sequence[Mapping[str, Any]]) -> dict[int, dt.datetime | None]:
    """When each floor was said. Of one whose time cannot be read, the latest that it can have been: when it
    was first seen, or when a later one was said."""
    found: dict[int, dt.datetime | None] = {}
    later: dt.datetime | None = None  # the earliest of those behind it
    for post in reversed(posts):
        said = post["posted_at"] or _earlier(post["first_captured_at"], later)
        found[post["floor"]] = said
        later = _earlier(said, later)
    return found


def _calls(follow: ThreadFollowUp) -> list[dict[str, Any]]:
    return [
        {"thread_id": follow.id, "number": number, "unit": unit}
        for number, unit in enumerate(dict.fromkeys(follow.called), 1)
    ]


def _cuts(posts: Sequence[Mapping[str, Any]]) -> Iterator[Cut]:
    moments = _moments(posts)
    times = _said_at(posts)
    at: dt.datetime | None = None
    known_at: dt.datetime | None = None
    whole = _item(posts, len(posts))
    for index, post in enumerate(posts):
        at = _later(at, times[post["floor"]])
        known_at = _later(known_at, post["first_captured_at"])
        if index in moments:
            item = msgspec.structs.replace(
                whole, id=f"{post['thread_id']}#{post['floor']}", posts=whole.posts[: index + 1]
            )
            cut = {
                "thread_id": post["thread_id"],
                "cut_floor": post["floor"],
                "cut_at": at,
                "known_at": known_at,
                "opening_floor": posts[0]["floor"],
                "opened_at": posts[0]["posted_at"],
                "first_captured_at": posts[0]["first_captured_at"],
                "times": times,
            }
            yield item, cut


def _chain(rows: Sequence[dict[str, Any]]) -> None:
    """Tell each state of a thread since when it is so and until when: no question need look around."""
    starts_silent = rows[0]["state"] == "无需回复"
    since = asked = None
    before: str | None = None
    for row, later in zip(rows, [*rows[1:], {}], strict=True):
        since = row["cut_at"] if row["state"] != before else since
        if starts_silent and asked is None and row["state"] != "无需回复":
            asked = row["cut_at"]
        row |= {
            "state_since_at": since,
            "asked_at": asked,
            "next_cut_at": later.get("cut_at"),
            "next_known_at": later.get("known_at"),
        }
        before = row["state"]


def _moments(posts: Sequence[Mapping[str, Any]]) -> set[int]:
    """Posts after which the state can change: opening, official ones, later ones of the opener, the last."""
    if posts[0]["is_official"]:  # an announcement: anybody's question under it can ask for an answer
        return set(range(len(posts))) if len(posts) <= MAX_CUTS else set(range(MAX_CUTS)) | {len(posts) - 1}
    opener = posts[0]["author"]
    is_answered = False
    moments = [0]
    for index, post in enumerate(posts):
        if post["is_official"]:
            is_answered = True
            moments.append(index)
        elif is_answered and opener is not None and post["author"] == opener:
            moments.append(index)
    moments.append(len(posts) - 1)
    if len(moments) > MAX_CUTS:
        moments = moments[: MAX_CUTS // 2] + moments[-MAX_CUTS // 2 :]
    return set(moments)


def _later(one: dt.datetime | None, other: dt.datetime | None) -> dt.datetime | None:
    if one is None or other is None:
        return one or other
    return max(one, other)


def _earlier(one: dt.datetime | None, other: dt.datetime | None) -> dt.datetime | None:
    if one is None or other is None:
        return one or other
    return min(one, other)


def _state_row(cut: dict[str, Any], tags: ThreadTags) -> dict[str, Any]:
    times = cut.pop("times")
    first, answer = tags.first_response_floor, tags.answer_floor
    return cut | {
        "state": tags.state,
        "kind": tags.kind,
        "needs_reply": tags.needs_reply,
        "units": tags.units,
        "is_unit_named": tags.unit_named,
        "sentiment": tags.sentiment,
        "sentiment_score": float(tags.sentiment_score),
        "urgency": tags.urgency,
        "first_response_floor": first,
        "first_response_at": times.get(first),
        "answer_floor": answer,
        "answer_at": times.get(answer),
        "why_json": as_json(tags.why),
        "confidence_json": as_json(tags.confidence),
    }
