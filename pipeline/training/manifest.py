"""Owns the list of what `train` made: every artefact with the SHA-256 of its bytes.

The list is what a second training must agree with, and what a damaged or hand-edited artefact differs from.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

NAME = "manifest.json"


def digests(folder: Path) -> dict[str, str]:
    """Path below `folder` → SHA-256 of every artefact and card that lies there, sorted."""
    files = sorted(path for path in folder.rglob("*") if path.suffix in (".npz", ".json"))
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
        if path.name != NAME
    }


def write_manifest(folder: Path) -> Path:
    path = folder / NAME
    path.write_text(json.dumps(digests(folder), indent=1) + "\n", encoding="utf-8")
    return path


def differences(one: Path, other: Path) -> list[str]:
    """The artefacts that the two folders do not hold with the same bytes."""
    first, second = digests(one), digests(other)
    return sorted(name for name in first.keys() | second.keys() if first.get(name) != second.get(name))
