"""Owns that a number of a floor stands for one post of a page: what follows a thread is told apart by it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec

from pipeline.records import Post

REPEATED = 1_000_000  # no forum's own numbers reach so far


def each_floor_once(posts: Iterable[Post]) -> list[Post]:
    """The posts of a page. Of several to which the page gives one number the first keeps it; the others get
    it with a million added (5, then 1000005), so that none is lost or taken for another floor's. What stands
    there twice word for word is one post."""
    found: dict[int, Post] = {}
    last: dict[int, int] = {}  # what the page calls a floor → the number that was last given for it
    for post in posts:
        floor = post.floor
        if floor in found:
            if post == found[floor]:
                continue
            number = max(floor + REPEATED, last.get(floor, 0) + 1)
            while number in found:
                number += 1
            last[floor] = number
            floor = number
        found[floor] = post
    return [
        post if post.floor == floor else msgspec.structs.replace(post, floor=floor)
        for floor, post in found.items()
    ]


def repeated_floors(posts: Iterable[Post]) -> str:
    """What to tell, in Chinese, of the numbers that several posts of a page have; "" where none has."""
    count = Counter(post.floor for post in posts)
    repeated = [f"{floor} 楼有 {times} 个帖子" for floor, times in sorted(count.items()) if times > 1]
    return "、".join(repeated[:5])
