"""Tests the hot issues of the sample city: which posts are one matter, and when that rises."""

from __future__ import annotations

import datetime as dt

import pytest

from analysis.hot import HotRules, Member, group
from pipeline.tagging.alike import alike
from pipeline.tagging.alike_weights import Message
from sample.content import load_content

LIGHTS = {"st087", "st088", "st089", "st090", "st091"}
BUS = {"st092", "st093"}
AT = dt.datetime(2018, 2, 26, 18)


@pytest.fixture(scope="module")
def found() -> list[tuple[set[str], bool]]:
    messages, members = [], {}
    for thread in load_content().threads:
        opening = thread.posts[0]
        at = dt.datetime.fromisoformat(opening.time)
        if at <= AT:
            messages.append(Message(thread.id, thread.title, opening.text or "", at.date()))
            members[thread.id] = Member(thread.id, thread.title, None, at, opening.author)
    pairs = ((p.first, p.second, p.strength, p.words) for p in alike(messages))
    issues = group(members, pairs, HotRules(), AT)
    return [({m.id for m in issue.members}, issue.is_rising) for issue in issues]


def test_street_lights_are_the_hottest_and_rising(found: list[tuple[set[str], bool]]) -> None:
    assert found[0] == (LIGHTS, True)


def test_nothing_but_one_matter_is_grouped(found: list[tuple[set[str], bool]]) -> None:
    assert [ids for ids, _ in found[1:]] == [BUS]
