"""Dates in every form that the site notes name."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.dates import is_relative, parse_stamp, parse_time

NOW = dt.datetime(2017, 10, 20, 9, 30)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2017-9-7", "2017-09-07"),
        ("发表于 2017-9-7 8:05:09", "2017-09-07T08:05:09"),
        ("2017年9月7日08:05", "2017-09-07T08:05"),
        ("２０１７年９月７日　０８：０５", "2017-09-07T08:05"),
        ("2017.9.7", "2017-09-07"),
        ("2017/09/07 下午 3:05", "2017-09-07T15:05"),
        ("2017年09月07日 星期四", "2017-09-07"),
        ("2017\u200b-9-7&nbsp;8:05", "2017-09-07T08:05"),
        ("2017-09-07 00:00:00:0", "2017-09-07"),
        ("2017-09-07T00:05:09Z", "2017-09-07T08:05:09"),
        ("2017-09-07T08:05:09+08:00", "2017-09-07T08:05:09"),
        ("Thu, 07 Sep 2017 08:05:00 +0800", "2017-09-07T08:05:00"),
        ("二〇一七年九月二十七日", "2017-09-27"),
        ("20170907", "2017-09-07"),
        ("1504742700", "2017-09-07T08:05:00"),
        ("6&nbsp;天前", "2017-10-14"),
        ("昨天&nbsp;10:20", "2017-10-19T10:20"),
        ("前天 08:00", "2017-10-18T08:00"),
        ("半小时前", "2017-10-20T09:00"),
        ("3 小时前", "2017-10-20T06:30"),
        ("刚刚", "2017-10-20T09:30"),
        ("10-09 08:05", "2017-10-09T08:05"),
        ("12月31日", "2016-12-31"),
        ("2017-9-27 01:05 PM", "2017-09-27T13:05"),
        ("2017-9-27 01:05 pm +0800", "2017-09-27T13:05"),
        ("2017-9-27 01:05:09 AM", "2017-09-27T01:05:09"),
        ("2017-9-27 PM 01:05", "2017-09-27T13:05"),
        ("2017-9-27 12:05 AM", "2017-09-27T00:05"),
        ("2017-9-27 12:05 PM", "2017-09-27T12:05"),
        ("2017-9-27 13:05 PM", "2017-09-27T13:05"),
        ("2017年9月27日凌晨12:30", "2017-09-27T00:30"),
        ("2017年9月27日 中午12:30", "2017-09-27T12:30"),
        ("2017年9月27日 中午1:30", "2017-09-27T13:30"),
        ("2017年9月27日 下午12:30", "2017-09-27T12:30"),
        ("2017年9月27日 上午12:30", "2017-09-27"),  # noon or midnight
        ("2017年9月27日 晚上12:30", "2017-09-27"),
        ("2017-9-27 01:05 pmc", "2017-09-27T01:05"),
        ("昨天 1:20 pm", "2017-10-19T13:20"),
        ("10-09 12:05 am", "2017-10-09T00:05"),
        ("2017-09-0708:05:09", "2017-09-07T08:05:09"),  # day and clock in two elements
        ("发布时间：2017-09-0708:05", "2017-09-07T08:05"),
        ("2017-09-070", None),
        ("2017年9月 (12)", None),
        ("17-09-07 08:05", "2017-09-07T08:05"),
        ("[17/9/7]", "2017-09-07"),
        ("10/09/17", "2017-10-09"),  # not 2010: the month may come first
        ("2017-13-09", None),  # no thirteenth month, and no ninth of the thirteenth read the other way
        ("Thu Sep 07 08:05:09 CST 2017", "2017-09-07T08:05:09"),
        ("1970-01-01 08:00:00", None),
        ("1989-12-31", None),
        ("2017-10-21", "2017-10-21"),
        ("2017-10-22", None),
        ("2017-13-40", None),
        ("2017-9-7 25:61", "2017-09-07"),
        ("电话 0770-2822222", None),
        ("无", None),
        ("", None),
        (None, None),
    ],
)
def test_forms(text: str | None, expected: str | None) -> None:
    assert parse_time(text, NOW) == expected


def test_relative_is_told_from_absolute() -> None:
    assert is_relative("6&nbsp;天前") and is_relative("昨天 10:20") and is_relative("刚刚")
    assert not is_relative("2017-9-7 8:05") and not is_relative("") and not is_relative(None)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("发布时间：昨天 10:20", "2017-10-19T10:20"),
        ("前天 下午 3:05　来源：某报", "2017-10-18T15:05"),
        ("某报 · 今天", "2017-10-20"),
        ("发布于6&nbsp;天前", "2017-10-14"),
        ("3小时前 来自某报", "2017-10-20T06:30"),
        ("（10小时前更新）", "2017-10-19T23:30"),
        ("刚刚", "2017-10-20T09:30"),
        ("3个月前", None),  # names no day
        ("几天前", None),
        ("昨天，记者从市水利局获悉", None),
        ("昨天上午，我市召开会议", None),
        ("停水两天前他们就接到了通知", None),
        ("比原计划3天前完工", None),
        ("昨日热点", None),
        ("", None),
    ],
)
def test_a_relative_date_counts_in_a_line_of_facts_and_not_in_prose(line: str, expected: str | None) -> None:
    assert parse_stamp(line, NOW) == expected


@given(st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2017, 10, 20)), st.sampled_from("-/."))
def test_every_padded_and_unpadded_date_comes_back(moment: dt.datetime, mark: str) -> None:
    expected = moment.strftime("%Y-%m-%dT%H:%M")
    padded = moment.strftime(f"%Y{mark}%m{mark}%d %H:%M")
    unpadded = f"{moment.year}{mark}{moment.month}{mark}{moment.day} {moment.hour}:{moment.minute:02}"
    assert parse_time(padded, NOW) == parse_time(unpadded, NOW) == expected


@given(st.text(max_size=60))
def test_any_text_is_a_plausible_date_or_none(text: str) -> None:
    found = parse_time(text, NOW)
    assert found is None or "1990" <= found[:4] <= "2017"
