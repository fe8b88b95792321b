"""Answers that were given of late are given again only while they hold."""

from __future__ import annotations

import threading

import pytest

from analysis.late import LateAnswers


def test_an_answer_is_kept_while_its_basis_is_the_same_object() -> None:
    late, basis = LateAnswers(2), ["a"]
    assert late.once("k", basis, lambda: 1) == 1
    assert late.once("k", basis, lambda: 2) == 1
    assert late.once("k", ["a"], lambda: 3) == 3


def test_those_asked_for_longest_ago_go_first() -> None:
    late = LateAnswers(2)
    for key in ("a", "b", "a", "c"):
        late.once(key, None, lambda key=key: key)  # type: ignore[misc]
    assert late.once("a", None, lambda: "new") == "a"
    assert late.once("b", None, lambda: "new") == "new"


def test_what_was_asked_before_clear_is_not_kept_after_it() -> None:
    late, begun, go_on = LateAnswers(2), threading.Event(), threading.Event()

    def slow() -> str:
        begun.set()
        assert go_on.wait(10)
        return "old"

    found: list[str] = []
    thread = threading.Thread(target=lambda: found.append(late.once("k", None, slow)))
    thread.start()
    assert begun.wait(10)
    late.clear()
    go_on.set()
    thread.join()
    assert found == ["old"]
    assert late.once("k", None, lambda: "new") == "new"


def test_an_error_is_not_kept() -> None:
    late = LateAnswers(2)
    with pytest.raises(ZeroDivisionError):
        late.once("k", None, lambda: 1 // 0)
    assert late.once("k", None, lambda: 1) == 1
