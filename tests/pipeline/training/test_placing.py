"""New models take the place of the old ones all at once, or not at all."""

import os
from pathlib import Path

import pytest

from pipeline import exchange
from pipeline.training import train as training
from pipeline.training.inputs import TrainingDataError
from pipeline.training.manifest import NAME, write_manifest
from pipeline.training.placing import drafted


def models(folder: Path, **content: str) -> dict[str, str]:
    """Write models with a list of them; what then lies there."""
    (folder / "news").mkdir(parents=True, exist_ok=True)
    for name, text in content.items():
        (folder / "news" / f"{name}.json").write_text(text)
    write_manifest(folder)
    return contents(folder)


def contents(folder: Path) -> dict[str, str]:
    return {str(p.relative_to(folder)): p.read_text() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    models(tmp_path / "models", a="old", gone="old")
    return tmp_path / "models"


@pytest.mark.parametrize("at_once", [True, False])
def test_the_new_ones_take_the_place_of_the_old(
    out: Path, at_once: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not at_once:
        monkeypatch.setattr(exchange.ctypes, "CDLL", lambda *_, **__: object())
    with drafted(out) as draft:
        expected = models(draft, a="new", b="new")
    assert contents(out) == expected
    assert [path.name for path in out.parent.iterdir()] == ["models"]


def test_what_else_lies_in_the_folder_stays(out: Path) -> None:
    (out / "mine.txt").write_text("mine")
    with drafted(out) as draft:
        expected = models(draft, a="new")
    assert contents(out) == expected | {"mine.txt": "mine"}


def test_a_training_that_fails_leaves_the_old_ones(out: Path) -> None:
    before = contents(out)
    with pytest.raises(InterruptedError), drafted(out) as draft:
        models(draft, a="new")
        raise InterruptedError
    assert contents(out) == before
    assert [path.name for path in out.parent.iterdir()] == ["models"]


def kill_training(out: Path) -> None:
    child = os.fork()
    if child == 0:
        with drafted(out) as draft:
            models(draft, a="new")
            os._exit(9)
    os.waitpid(child, 0)


def test_a_kill_leaves_all_old_ones_or_all_new_ones(out: Path) -> None:
    before = contents(out)
    kill_training(out)
    assert contents(out) == before


def test_what_a_kill_left_goes_with_the_next_training_but_nothing_that_is_held(out: Path) -> None:
    within = out / ".training-abcdefgh" / "models"
    within.mkdir(parents=True)
    (out.parent / ".models.training-mine").mkdir()
    (out.parent / ".models.training-mine" / "notes.txt").write_text("mine")
    kill_training(out)
    (left,) = out.parent.glob(".models.training-*/models")
    with drafted(out) as running:
        models(running, a="running")
        assert not left.exists() and not within.exists()
        kill_training(out)
        with drafted(out) as draft:
            models(draft, a="new")
        assert running.exists()
    assert sorted(path.name for path in out.parent.iterdir()) == [".models.training-mine", "models"]


def test_what_a_kill_left_behind_the_rename_goes_once_it_is_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "models"
    with monkeypatch.context() as patched:
        patched.setattr("pipeline.training.placing.sync_folder", lambda folder: os._exit(9))
        child = os.fork()
        if child == 0:
            with drafted(out) as draft:
                models(draft, a="new")
        os.waitpid(child, 0)
    assert contents(out)["news/a.json"] == "new"
    (left,) = tmp_path.glob(".models.training-*")
    with drafted(out) as draft:
        models(draft, a="newer")
        assert left.exists(), "it may be of a training that has just begun"
    os.utime(left, (0, 0))
    with drafted(out) as draft:
        models(draft, a="newest")
    assert [path.name for path in tmp_path.iterdir()] == ["models"]


def test_a_folder_that_is_not_there_is_made(tmp_path: Path) -> None:
    with drafted(tmp_path / "deep" / "models") as draft:
        expected = models(draft, a="new")
    assert contents(tmp_path / "deep" / "models") == expected and NAME in expected


def test_nothing_is_written_where_the_data_is_wrong(tmp_path: Path, out: Path) -> None:
    before = contents(out)
    with pytest.raises(TrainingDataError, match="缺少训练数据"):
        training.train(tmp_path, out)
    assert contents(out) == before
