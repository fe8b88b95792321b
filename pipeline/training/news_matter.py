"""Owns fitting what the words of an article say of its topic and indicator, and what they say of examples
that the words' models have not seen: the weights of signals are learned from the latter, so that words are
believed as far as they are right."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pipeline.tagging.matter_words import INDICATOR, INDICATORS, TOPIC, MatterWords, Said
from pipeline.tagging.topic_signals import LABELS, NONE, WORDS
from pipeline.training.news_examples import REAL, Example
from pipeline.training.news_words import fit_words

PENALTY = 4.0
FOLDS = 6


def fit_matter_words(examples: Sequence[Example]) -> MatterWords:
    """Fit both models on the pieces of the city; the same examples in the same order give the same models."""
    own = [example for example in examples if example.file != REAL]
    tokens = [example.tokens for example in own]
    topics = [example.topic or NONE for example in own]
    said = [example.gold["indicator"] for example in own]
    indicators = [name if name in INDICATORS else NONE for name in said]
    return MatterWords(
        [
            fit_words(tokens, topics, LABELS, penalty=PENALTY),
            fit_words(tokens, indicators, INDICATORS, penalty=PENALTY),
        ]
    )


def with_words_held_out(examples: Sequence[Example]) -> list[Example]:
    """The examples with what models say of their words that have not seen their files."""
    files = sorted({example.file for example in examples})
    found = list(examples)
    for fold in range(FOLDS):
        held = set(files[fold::FOLDS])
        rest = [example for example in examples if example.file not in held]
        places = [place for place, example in enumerate(examples) if example.file in held]
        if not places or not any(example.file != REAL for example in rest):
            continue
        for place, example in zip(
            places, with_words([examples[at] for at in places], fit_matter_words(rest)), strict=True
        ):
            found[place] = example
    return found


def with_words(examples: Sequence[Example], models: MatterWords) -> list[Example]:
    """The examples with what these models say of their words."""
    said = models.read([example.tokens for example in examples])
    return [_with(example, one) for example, one in zip(examples, said, strict=True)]


def _with(example: Example, said: Said) -> Example:
    signals = example.signals.copy()
    signals[:, WORDS] = np.array(said.topics, dtype=np.float32)
    candidates = [
        candidate._replace(values=(*candidate.values[:-1], said.indicators[candidate.name]))
        for candidate in example.candidates
    ]
    return example._replace(signals=signals, candidates=candidates)


def save_matter_words(models: MatterWords, folder: Path, held_out: Sequence[Example]) -> None:
    """Write one .npz and one card for each; the same models give the same bytes.

    Args:
        held_out: the examples as `with_words_held_out` gives them, from which the cards' scores are taken.
    """
    own = [example for example in held_out if example.file != REAL]
    right = {
        TOPIC: [LABELS[int(e.signals[:, WORDS].argmax())] == (e.topic or NONE) for e in own],
        INDICATOR: [_best(e) == e.gold["indicator"] for e in own if e.candidates],
    }
    for name, labels, model in zip((TOPIC, INDICATOR), (LABELS, INDICATORS), models.models, strict=True):
        path = folder / f"{name}.npz"
        model.save(path)
        card = {
            "model": name,
            "what": "稿件用词与专题、与考评指标的联系，作为线索与职责之外的一项迹象",
            "kind": "多项逻辑回归，词的 tf-idf（只计有无）",
            "labels": list(labels),
            "data": dict(sorted(Counter(example.file for example in own).items())),
            "words": len(model.vocabulary),
            "bytes": path.stat().st_size,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "files_held_out": {"right": sum(right[name]), "of": len(right[name])},
            "limits": "只凭用词判定；指标一项在人工标注的专题之内",
        }
        text = json.dumps(card, ensure_ascii=False, indent=2) + "\n"
        path.with_suffix(".json").write_text(text, encoding="utf-8")


def _best(example: Example) -> str | None:
    """The indicator that the words alone give, among those of the labelled topic."""
    odds, name = max((candidate.values[-1], candidate.name) for candidate in example.candidates)
    return name if odds > 0 else None
