"""Owns putting trained models in their place: all of them or none, what else lies in the folder untouched."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from pipeline.exchange import exchange_at_once, sync_folders
from pipeline.store import sync_folder
from pipeline.training.manifest import NAME

DRAFT = "models"  # all that a folder of drafts holds
STARTS_SECONDS = 60.0  # a training that has made its folder holds it long before


@contextlib.contextmanager
def drafted(folder: Path) -> Iterator[Path]:
    """A folder in which to write models. Where nothing was raised, they take the place of those in `folder`;
    else these stay as they are.

    Raises:
        OSError: nothing can be written there; raised before anything is drafted.
    """
    folder = folder.resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside, within = f".{folder.name}.training-", ".training-"
    _remove_left(folder.parent, beside)
    _remove_left(folder, within)
    try:
        staging = Path(tempfile.mkdtemp(prefix=beside, dir=folder.parent))
    except PermissionError:  # only the folder itself may be written to
        staging = Path(tempfile.mkdtemp(prefix=within, dir=folder))
    with _held(staging):
        try:
            draft = staging / DRAFT
            draft.mkdir()
            yield draft
            place(draft, folder)
        finally:
            shutil.rmtree(staging, ignore_errors=True)


@contextlib.contextmanager
def _held(staging: Path) -> Iterator[bool]:
    """Whether nobody else holds a folder of drafts. It is then held until the end, also that of a kill. False
    where the file system knows no locks, too."""
    handle = os.open(staging, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            is_free = True
        except OSError:
            is_free = False
        yield is_free
    finally:
        os.close(handle)


def _remove_left(parent: Path, prefix: str) -> None:
    """Remove what trainings that were killed left there. One that runs holds its folder before it puts a
    draft into it: so what has a draft and is not held is of none, and neither is what has lain empty for a
    while: its draft took the place of the models."""
    for staging in parent.glob(".*"):
        with contextlib.suppress(OSError):
            if staging.name.startswith(prefix) and _is_draft_or_left(staging):
                with _held(staging) as is_left:
                    if is_left:
                        shutil.rmtree(staging, ignore_errors=True)


def _is_draft_or_left(staging: Path) -> bool:
    names = [path.name for path in staging.iterdir()]
    return names == [DRAFT] or (not names and time.time() - staging.stat().st_mtime > STARTS_SECONDS)


def place(draft: Path, folder: Path) -> None:
    """Put the models of `draft` into `folder`: in one step, unless the folder holds something else or cannot
    be moved; then file by file, each whole, the list of them last."""
    fresh = _files(draft)
    _sync_files(draft, fresh)
    if not folder.exists():
        draft.rename(folder)
        sync_folder(folder.parent)
        return
    former = _listed(folder) | {NAME}
    if _files(folder) <= fresh | former and exchange_at_once(draft, folder):
        sync_folder(folder.parent)
        return
    for name in sorted(fresh):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(draft / name, _beside(folder / name))
    for name in sorted(fresh, key=lambda name: (name == NAME, name)):
        if name == NAME:
            for gone in former - fresh:
                (folder / gone).unlink(missing_ok=True)
        _beside(folder / name).replace(folder / name)
    _sync_files(folder, fresh)


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.new")


def _files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}


def _listed(folder: Path) -> set[str]:
    """What the list of models says that training made there; nothing where it cannot be read."""
    try:
        names = json.loads((folder / NAME).read_bytes())
    except (OSError, ValueError):
        return set()
    return {name for name in names if ".." not in Path(name).parts and not Path(name).is_absolute()}


def _sync_files(folder: Path, names: set[str]) -> None:
    for name in names:
        with (folder / name).open("rb") as file:
            os.fsync(file.fileno())
    sync_folders(folder)
