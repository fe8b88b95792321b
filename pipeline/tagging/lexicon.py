"""Owns the reading of pipeline/lexicon: rules of the language that hold in every city, each read once."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from pipeline.city import load_own_yaml

LEXICON = Path(__file__).resolve().parent.parent / "lexicon"


@cache
def load_lexicon(name: str) -> Any:
    """A file of pipeline/lexicon: language rules that hold in every city."""
    return load_own_yaml(LEXICON / name)
