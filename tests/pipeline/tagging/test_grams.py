"""Grams: a batch says of each text what the text alone says; keys that share a slot are all found."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.tagging.gram_keys import read_grams
from pipeline.tagging.grams import GramBank, GramModel

TEXT = st.text(alphabet=st.characters(codec="utf-8"), max_size=30)
POST = st.tuples(TEXT, TEXT).map(lambda parts: (f"{parts[0]}\n{parts[1]}", len(parts[0])))

KEY = st.integers(1, 3 * 2**32 - 1)


@given(st.lists(POST, min_size=1, max_size=5))
def test_a_batch_is_its_texts_one_by_one(posts: list[tuple[str, int]]) -> None:
    together = read_grams([text for text, _ in posts], [end for _, end in posts])
    for number, (text, end) in enumerate(posts):
        part = slice(together.starts[number], together.starts[number + 1])
        alone = read_grams([text], [end])
        assert np.array_equal(together.keys[part], alone.keys)
        assert np.array_equal(together.times[part], alone.times)


def test_a_batch_of_nothing_is_nothing() -> None:
    assert len(read_grams([])) == 0
    assert len(read_grams(["", " "]).keys) == 0


def test_title_and_end_stand_out() -> None:
    grams = read_grams(["路灯\n" + "黑" * 20 + "谁来修"], [2])
    places = (grams.keys >> np.uint64(32)).tolist()
    assert places.count(1) == 3  # 路, 灯, 路灯
    assert places.count(2) == 4  # 黑黑, 黑谁, 谁来, 来修


@given(
    st.sets(st.integers(1, 3 * 2**32 - 1), min_size=1, max_size=300), st.sets(st.integers(1, 3 * 2**32 - 1))
)
def test_every_key_of_a_model_is_found_and_no_other(keys: set[int], others: set[int]) -> None:
    known = np.array(sorted(keys), dtype=np.uint64)
    size = len(known)
    model = GramModel("m", ("a",), known, np.ones((size, 1), np.float32), np.ones(size, np.float32),
                      np.zeros(1, np.float32))  # fmt: skip
    asked = np.array(sorted(keys | others), dtype=np.uint64)
    grams = read_grams([""])
    found = model.known(type(grams)(asked, np.ones(len(asked), np.float32), np.array([0, len(asked)])))
    assert known[found.ids].tolist() == sorted(keys)


def test_hundred_thousand_keys_share_slots_and_are_all_found() -> None:
    known = np.arange(1, 400_000, 4, dtype=np.uint64) << np.uint64(7)
    size = len(known)
    model = GramModel("m", ("a",), known, np.ones((size, 1), np.float32), np.ones(size, np.float32),
                      np.zeros(1, np.float32))  # fmt: skip
    grams = read_grams([""])
    found = model.known(type(grams)(known, np.ones(size, np.float32), np.array([0, size])))
    assert np.array_equal(found.ids, np.arange(size))


@given(st.lists(POST, min_size=1, max_size=5), st.sets(st.text("路灯坏了\n 黑", min_size=1, max_size=2)))
def test_reading_texts_finds_what_looking_up_their_grams_finds(
    posts: list[tuple[str, int]], known: set[str]
) -> None:
    texts = [text + "路灯 坏了" for text, _ in posts]
    ends = [end for _, end in posts]
    halves = [read_grams(texts[:1]).keys[::2], read_grams([*known, texts[-1]], [0] * (len(known) + 1)).keys]
    models = []
    for keys in halves:
        keys = np.unique(keys)
        rows, idf = np.ones((len(keys), 1), np.float32), np.ones(len(keys), np.float32)
        models.append(GramModel("m", ("a",), keys, rows, idf, np.zeros(1, np.float32)))
    bank = GramBank(models)
    for one, other in zip(bank.read(texts, ends), bank.known(read_grams(texts, ends)), strict=True):
        assert np.array_equal(one.ids, other.ids)
        assert np.array_equal(one.times, other.times)
        assert np.array_equal(one.starts, other.starts)


def _model(texts: list[str]) -> GramModel:
    keys = np.unique(read_grams(texts).keys)
    # With ties and noughts.
    rows = np.random.default_rng(1).integers(-3, 4, (len(keys), 2)).astype(np.float32)
    return GramModel("m", ("a", "b"), keys, rows, np.ones(len(keys), np.float32), np.zeros(2, np.float32))


@given(st.lists(st.text("路灯坏了谁来修𠀀 ", max_size=40), min_size=1, max_size=6), st.data())
def test_texts_picked_from_a_batch_tell_what_each_alone_tells(texts: list[str], data: st.DataObject) -> None:
    model = _model([*texts, "路灯坏了谁来修"])
    known = model.read(texts)
    numbers = data.draw(st.lists(st.integers(0, len(texts) - 1), max_size=5))
    picked, said = known.pick(numbers), [texts[number] for number in numbers]
    assert np.allclose(model.scores(picked), model.scores(known)[numbers], atol=1e-5)
    names = [data.draw(st.sampled_from("ab")) for _ in numbers]
    told = model.telling(picked, said, names)
    for (pairs, text), number, name in zip(told, numbers, names, strict=True):
        assert text == texts[number]
        assert pairs == _strongest_pairs(model, *known.of(number), model.classes.index(name))


def _strongest_pairs(model: GramModel, ids: np.ndarray, times: np.ndarray, column: int) -> list[str]:
    weights = sorted(
        (-float(time * model.rows[row, column]), int(model.keys[row]))
        for row, time in zip(ids.tolist(), times, strict=True)
    )
    least = min(weights[min(len(weights), 12) - 1][0], 0.0) if weights else 0.0
    return [
        chr(key >> 16 & 0xFFFF) + chr(key & 0xFFFF)
        for weight, key in weights
        if weight < 0 and weight <= least and key & 0xFFFF
    ]
