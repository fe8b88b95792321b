"""What each sign of a unit is worth is learned from posts that no router has seen, the same each time."""

import json
from pathlib import Path

import numpy as np
import pytest
from sklearn.svm import LinearSVC

from pipeline.city import load_city
from pipeline.tagging.gram_keys import read_grams
from pipeline.tagging.linear import ModelError
from pipeline.tagging.threads_rank import FILE, SIGNS, UnitRank, load_rank
from pipeline.training.fit import Odds, fit_grams
from pipeline.training.unit_rank import Case, fit_rank, rank_scores, read_cases, write_rank

SHARE, NAMED = SIGNS.index("share"), SIGNS.index("named")


def signs(**values: float) -> list[float]:
    return [values.get(name, 0.0) for name in SIGNS]


def case(file: str, right: str, **of: list[float]) -> Case:
    return Case(file, [right], of)


CASES = [
    *(case("a", "x", x=signs(share=0.6), y=signs(share=0.3)) for _ in range(5)),
    *(
        case("b", "x", x=signs(named=1.0, share=0.1), y=signs(share=0.8), z=signs(share=0.1))
        for _ in range(5)
    ),
]


def test_what_the_right_unit_has_more_of_is_worth_something_and_nothing_else_is() -> None:
    weights = fit_rank(CASES).weights
    assert weights["named"] > weights["share"] > 0
    assert all(weights[sign] == 0 for sign in SIGNS if sign not in ("named", "share"))
    assert fit_rank(CASES) == fit_rank(CASES)
    assert fit_rank(CASES, ["b"]).weights["named"] == 0
    # A unit that no sign speaks for cannot be learned from.
    assert fit_rank([*CASES, case("c", "nobody", x=signs(share=1.0))]) == fit_rank(CASES)


def test_scores_of_a_file_are_by_weights_that_have_not_seen_it() -> None:
    assert [fit_rank(CASES, [name]).weights["share"] > 0 for name in "ba"] == [True, False]
    # Each file teaches what the other one contradicts.
    assert rank_scores(CASES) == {name: {"first": 0.0, "in_three": 1.0} for name in "ab"}


def test_the_weights_are_written_with_what_they_were_learned_from(tmp_path: Path) -> None:
    fitted = write_rank(tmp_path, CASES, rank_scores(CASES))
    assert load_rank(tmp_path / FILE) == fitted == fit_rank(CASES)
    assert json.loads((tmp_path / FILE).read_text("utf-8"))["data"] == {"a": 5, "b": 5}
    (tmp_path / FILE).write_text(json.dumps({"weights": {"share": 1.0}}), "utf-8")
    with pytest.raises(ModelError, match="gangqing train"):
        load_rank(tmp_path / FILE)


def test_cases_are_the_posts_that_ask_with_what_the_held_out_router_says(tmp_path: Path) -> None:
    def thread(name: str, state: str, units: list[str], official: bool = False) -> dict[str, object]:
        posts = [{"floor": 1, "text": "东兴的公厕断水", "is_registered_official": official}]
        return {"id": name, "title": "东兴的公厕", "posts": posts, "gold": {"state": state, "units": units}}

    path = tmp_path / "threads-x.jsonl"
    rows = [
        thread("asks", "待研判", ["市市政局"]),
        thread("chat", "无需回复", ["市市政局"]),
        thread("nobody", "待研判", []),
        thread("notice", "已答复", ["市市政局"], official=True),
    ]
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    model = fit_grams("duty", ["公厕断水"] * 3 + ["公交晚点"] * 3, ["市政"] * 3 + ["交通"] * 3, LinearSVC())
    (found,) = read_cases({path: model}, load_city())
    assert (found.file, found.gold) == (path.name, ["市市政局"])
    assert found.signs["市市政局"][SHARE] > 0.5 and not found.signs["市市政局"][NAMED]
    assert found.signs["东兴市"][SIGNS.index("place_own")] == 1.0
    assert {len(each) for each in found.signs.values()} == {len(SIGNS)}


def test_scores_take_signs_that_end_early() -> None:
    rank = UnitRank(dict.fromkeys(SIGNS, 1.0) | {"place": 5.0})
    assert rank.scores({"x": (0.5, 0.25), "y": signs(place=1.0)}) == {"x": 0.75, "y": 5.0}


def test_the_odds_of_grams_are_a_part_of_the_one_linear_model() -> None:
    texts = ["路灯坏了", "路灯不亮", "路灯闪", "公交晚点", "公交不停"] * 2
    labels = ["灯", "灯", "灯", "车", "车"] * 2
    known = read_grams(["路灯", "公交", "没见过"])

    def margins(odds: Odds | None) -> np.ndarray:
        model = fit_grams("m", texts, labels, LinearSVC(random_state=1), odds=odds)
        scores = model.scores(model.known(known))
        return scores[:, model.classes.index("车")] - scores[:, model.classes.index("灯")]

    plain, both, twice = margins(None), margins(Odds(1.0, 0.1)), margins(Odds(2.0, 0.1))
    assert both[0] < plain[0] < 0 < plain[1] < both[1]
    np.testing.assert_allclose(twice - plain, 2 * (both - plain), atol=1e-4)
    assert both[2] == plain[2]  # a text without any known gram
