"""Owns where in a text the characters stand that speak most for a class of a gram model: what is shown of a
tag that no cue of a lexicon explains."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.tagging.gram_keys import END, SECOND
from pipeline.tagging.grams import GramModel, Known
from pipeline.tagging.linear import Floats
from pipeline.tagging.segment import words_with

Span = tuple[int, int]
_SECOND, _END = int(SECOND), int(END)


def find_places(model: GramModel, known: Known, asked: Sequence[tuple[int, str, str]]) -> list[Span | None]:
    """The words that speak most for classes, in many texts at once; None where none speaks for it.

    Args:
        known: the model's grams of a batch of texts.
        asked: number of a text in the batch, the text, and a class.
    """
    pairs: list[tuple[str, str]] = []
    for number, text, name in asked:
        ids, times = known.of(number)
        parts = model.pair_columns[model.classes.index(name)].take(ids) * times
        pairs.append((_strongest(model, known, number, parts), text))
    return _words(pairs)


def find_place(model: GramModel, known: Known, number: int, text: str, names: Sequence[str]) -> Span | None:
    """The two characters that speak most for a unit's classes in one text: to look for their word alone takes
    longer than all the rest."""
    ids, times = known.of(number)
    parts = [model.pair_columns[model.classes.index(name)].take(ids) * times for name in names]
    if not parts:
        return None
    best = parts[0] if len(parts) == 1 else max(parts, key=lambda part: float(part.sum()))
    return _place(text, _strongest(model, known, number, best), None)


def _strongest(model: GramModel, known: Known, number: int, parts: Floats) -> str:
    """The two characters that add most, with a $ where they do at the end of the text; "" where none adds."""
    if not len(parts) or parts[at := int(parts.argmax())] <= 0:
        return ""
    key = int(model.keys[known.of(number)[0][at]])
    return chr(key >> 16 & _SECOND) + chr(key & _SECOND) + ("$" if key & _END else "")


def _words(pairs: Sequence[tuple[str, str]]) -> list[Span | None]:
    words = words_with([(pair[:2] or "\0", text) for pair, text in pairs])
    return [_place(text, pair, word) for (pair, text), word in zip(pairs, words, strict=True)]


def _place(text: str, pair: str, word: str | None) -> Span | None:
    if not pair:
        return None
    shown = pair[:2] if len(pair) > 2 else word or pair
    at = text.rfind(shown) if len(pair) > 2 else text.find(shown)
    return (at, at + len(shown)) if at >= 0 else None
