"""Training is deterministic to the byte, and its artefacts are small, whole and used."""

import gzip
import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from sklearn.svm import LinearSVC
from threadpoolctl import threadpool_info

from pipeline.city import load_city
from pipeline.tagging.gram_keys import read_grams
from pipeline.tagging.grams import load_gram_model
from pipeline.tagging.linear import MODELS, ModelError
from pipeline.training import train as training
from pipeline.training.examples import FORUM_LABELS, load_examples, load_labelled
from pipeline.training.fit import fit_grams, say
from pipeline.training.kinds import fit_threads, read_rows
from pipeline.training.manifest import NAME, differences, digests, write_manifest
from pipeline.training.split import folds, held_out

TEXTS = ["路灯坏了没人修", "路灯不亮", "公交车不停站", "公交司机态度差", "路灯装好了", "公交晚点"] * 3
LABELS = ["灯", "灯", "车", "车", "灯", "车"] * 3


def test_thread_model_is_the_same_bytes_twice(tmp_path: Path) -> None:
    examples = load_examples(tmp_path)[::4]
    rows = read_rows(examples, load_city())
    sums = set()
    for name in ("a", "b"):
        path = tmp_path / f"{name}.npz"
        fit_threads(examples, rows).save(path)
        sums.add(hashlib.sha256(path.read_bytes()).hexdigest())
    assert len(sums) == 1


def test_labels_of_real_posts_name_what_lies_in_the_data_alone(tmp_path: Path) -> None:
    posts = [
        {"id": "351518", "title": "酒吧吵到天亮", "text": "没人处理"},
        {"id": "1", "title": "没有人标过", "text": "不学"},
    ]
    with gzip.open(tmp_path / "forum-posts.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(post) + "\n" for post in posts)
    (found,) = load_labelled(tmp_path)
    assert (found.id, found.kind, found.asked, found.title) == ("read351518", "投诉", True, "酒吧吵到天亮")
    assert load_labelled(tmp_path / "nowhere") == []
    header, *rows = FORUM_LABELS.read_text(encoding="utf-8").splitlines()
    assert header == "id\tkind\tasked" and len(rows) == len(set(rows)) > 100
    assert all(len(row.split("\t")) == 3 and row[:6].isdigit() for row in rows)  # no text of others


def test_training_sums_on_one_thread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On several, sums and so bytes would be those of one number of processors."""
    seen: list[int] = []

    def look() -> None:
        seen.extend(pool["num_threads"] for pool in threadpool_info())
        raise InterruptedError

    monkeypatch.setattr(training, "check_inputs", lambda *_: None)
    monkeypatch.setattr(training, "load_city", look)
    with pytest.raises(InterruptedError):
        training.train(tmp_path, tmp_path / "out")
    assert set(seen) == {1}


def test_gram_model_survives_saving(tmp_path: Path) -> None:
    model = fit_grams("m", TEXTS, LABELS, LinearSVC(random_state=1))
    model.save(tmp_path / "m.npz")
    model.save(tmp_path / "n.npz")
    assert (tmp_path / "m.npz").read_bytes() == (tmp_path / "n.npz").read_bytes()
    loaded = load_gram_model("m", tmp_path)
    assert say(loaded, ["楼下路灯", "等公交"]) == ["灯", "车"]
    known = loaded.known(read_grams(["", "路灯坏了"]))
    assert np.array_equal(loaded.scores(known)[0], loaded.bias)
    assert loaded.words(known, 1, "路灯坏了", "灯") == ["路灯"]


def test_damaged_models_say_how_to_mend(tmp_path: Path) -> None:
    (tmp_path / "m.npz").write_bytes(b"no model")
    for name in ("m", "missing"):
        with pytest.raises(ModelError, match="gangqing train"):
            load_gram_model(name, tmp_path)


def test_artefacts_are_small_and_have_cards() -> None:
    files = list(MODELS.rglob("*.npz"))
    assert sum(path.stat().st_size for path in files) < 10_000_000
    posts = {"thread", "duty", "citizen-topic", "chat-sentiment", "reply"}
    counts = {"gram-frequency"}  # counted, not learned: no scores to tell
    assert {path.stem for path in MODELS.glob("*.npz")} == posts | counts
    assert all(path.with_suffix(".json").is_file() for path in files if path.stem not in counts)


def test_shipped_artefacts_are_those_that_train_made(tmp_path: Path) -> None:
    assert json.loads((MODELS / NAME).read_text(encoding="utf-8")) == digests(MODELS)
    shutil.copytree(MODELS, tmp_path / "models")
    assert differences(tmp_path / "models", MODELS) == []
    (tmp_path / "models" / "news" / "topic.json").write_text("{}", encoding="utf-8")
    (tmp_path / "models" / "duty.npz").unlink()
    assert differences(tmp_path / "models", MODELS) == ["duty.npz", "news/topic.json"]
    write_manifest(tmp_path / "models")
    assert "duty.npz" not in json.loads((tmp_path / "models" / NAME).read_text(encoding="utf-8"))


def test_splits_are_fixed_and_apart() -> None:
    labels = ["a", "b"] * 50
    assert held_out(labels) == held_out(labels)
    for rest, fold in folds(labels):
        assert not set(rest) & set(fold) and len(rest) + len(fold) == len(labels)
