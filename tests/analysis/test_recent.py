"""Answers that were given of late are given again only while they hold."""

from __future__ import annotations

import threading

import pytest

from analysis.recent import RecentAnswers


def test_an_answer_is_kept_while_its_basis_is_the_same_object() -> None:
    recent, basis = RecentAnswers(2), ["a"]
    assert recent.once("k", basis, lambda: 1) == 1
    assert recent.once("k", basis, lambda: 2) == 1
    assert recent.once("k", ["a"], lambda: 3) == 3


def test_those_asked_for_longest_ago_go_first() -> None:
    recent = RecentAnswers(2)
    for key in ("a", "b", "a", "c"):
        recent.once(key, None, lambda key=key: key)  # type: ignore[misc]
    assert recent.once("a", None, lambda: "new") == "a"
    assert recent.once("b", None, lambda: "new") == "new"


def test_what_was_asked_before_clear_is_not_kept_after_it() -> None:
    recent, begun, go_on = RecentAnswers(2), threading.Event(), threading.Event()

    def slow() -> str:
        begun.set()
        assert go_on.wait(10)
        return "old"

    found: list[str] = []
    thread = threading.Thread(target=lambda: found.append(recent.once("k", None, slow)))
    thread.start()
    assert begun.wait(10)
    recent.clear()
    go_on.set()
    thread.join()
    assert found == ["old"]
    assert recent.once("k", None, lambda: "new") == "new"


def test_an_error_is_not_kept() -> None:
    recent = RecentAnswers(2)
    with pytest.raises(ZeroDivisionError):
        recent.once("k", None, lambda: 1 // 0)
    assert recent.once("k", None, lambda: 1) == 1
