"""Owns the training of what each sign is worth for a unit to be the first of a post (`threads_rank`).

Whole files of gold are held out in turn: the shares are those of a router that has not seen the file, so that
they are believed as far as they are right on posts to come. What is learned are differences: the right
unit's signs less those of each other that stood beside it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from sklearn.linear_model import LogisticRegression

from pipeline.city import City
from pipeline.tagging.gram_keys import read_grams
from pipeline.tagging.grams import GramModel
from pipeline.tagging.linear import Floats
from pipeline.tagging.threads_rank import FILE, SIGNS, UnitRank
from pipeline.tagging.threads_reading import PostReader, Reading
from pipeline.tagging.threads_units import UnitChooser, texts_to_read

PENALTY = 3.0  # inverse strength of the regularisation
ALSO = 0.5  # what it counts that the first unit stands before the second and third


class Case(NamedTuple):
    """A post whose units are known, with what spoke for each unit that came into question."""

    file: str
    gold: list[str]
    signs: dict[str, list[float]]


def read_cases(held: dict[Path, GramModel], city: City) -> list[Case]:
    """The posts of each file with the signs that a router gives which has not seen it."""
    reader = PostReader(city)
    cases: list[Case] = []
    for path, model in held.items():
        chooser = UnitChooser(city, reader.router, model, UnitRank({}))
        asked = sorted(_asked(path, reader), key=lambda post: not post[0].named)  # those with names first
        readings = [reading for reading, _ in asked]
        known = model.known(read_grams(*texts_to_read(readings)))
        shares = chooser.shares(readings, known, range(len(readings)))
        cases += [
            Case(path.name, gold, {u: _filled(s) for u, s in chooser.signs(reading, shares[number]).items()})
            for number, (reading, gold) in enumerate(asked)
        ]
    return cases


def _asked(path: Path, reader: PostReader) -> list[tuple[Reading, list[str]]]:
    """Opening posts that ask a unit, with the units of their gold."""
    found: list[tuple[Reading, list[str]]] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        thread: dict[str, Any] = json.loads(line)
        if "gold" not in thread:
            continue
        opening, gold = thread["posts"][0], thread["gold"]
        if gold["units"] and gold["state"] != "无需回复" and not opening.get("is_registered_official"):
            found.append((reader.read(thread.get("title") or "", opening.get("text") or ""), gold["units"]))
    return found


def _filled(signs: Sequence[float]) -> list[float]:
    return [*signs, *[0.0] * (len(SIGNS) - len(signs))]


def fit_rank(cases: Sequence[Case], without: Collection[str] = ()) -> UnitRank:
    """Fit the weights; `without` names files that are held out."""
    rows: list[Floats] = []
    worth: list[float] = []
    for case in cases:
        first = case.gold[0]
        if case.file in without or first not in case.signs:
            continue
        right = np.array(case.signs[first])
        others = [unit for unit in case.signs if unit != first]
        for unit in others:
            rows.append(right - np.array(case.signs[unit]))
            # A post with many candidates says more than one with two, but not as many times more.
            worth.append((ALSO if unit in case.gold else 1.0) / len(others) ** 0.5)
    table = np.array(rows)
    model = LogisticRegression(C=PENALTY, fit_intercept=False, max_iter=4000).fit(
        np.vstack([table, -table]), [1] * len(rows) + [0] * len(rows), sample_weight=worth * 2
    )
    return UnitRank({sign: round(float(w), 4) for sign, w in zip(SIGNS, model.coef_[0], strict=True)})


def rank_scores(cases: Sequence[Case]) -> dict[str, dict[str, float]]:
    """File held out → share of its posts whose first unit comes first, and among three."""
    result: dict[str, dict[str, float]] = {}
    for name in dict.fromkeys(case.file for case in cases):
        rank = fit_rank(cases, [name])
        held = [case for case in cases if case.file == name]
        first = three = 0
        for case in held:
            scores = rank.scores(case.signs)
            order = sorted(scores, key=lambda unit: (-scores[unit], unit))[:3]
            first += order[:1] == case.gold[:1]
            three += case.gold[0] in order
        result[name] = {"first": round(first / len(held), 3), "in_three": round(three / len(held), 3)}
    return result


def write_rank(folder: Path, cases: Sequence[Case], held_out: dict[str, dict[str, float]]) -> UnitRank:
    """Write `unit-rank.json`: the weights, what they were fitted on, and their `rank_scores`."""
    fitted = fit_rank(cases)
    card = {
        "model": FILE.removesuffix(".json"),
        "what": "帖子的首个单位：各种迹象（同类来帖、职责说法、点名、事发县区）各值多少",
        "kind": "逐对逻辑回归：应为首位的单位与其他候选单位的迹象之差，不设截距",
        "weights": fitted.weights,
        "data": Counter(case.file for case in cases),
        "held_out": held_out,
        "limits": "只在标注帖子上学得；归口模型的份额取自没有见过该文件的模型",
    }
    text = json.dumps(card, ensure_ascii=False, indent=2) + "\n"
    (folder / FILE).write_text(text, encoding="utf-8")
    return fitted
