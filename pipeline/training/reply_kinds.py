"""Owns the training of the reply model: whether an official reply responds, answers or sends back.

Labels come from the gold of threads (the floors that stop the clocks) and from a table of our own replies.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from pipeline.tagging.answers import LENGTH, MODEL, AnswerReader, CueReader
from pipeline.tagging.gram_keys import read_grams
from pipeline.tagging.grams import GramModel
from pipeline.training.examples import DATA, gold_files, load_rows
from pipeline.training.fit import GramTable

OWN = DATA / "replies.tsv"  # kind, text
PENALTY = 3.0  # inverse strength of the regularisation

Labelled = tuple[str, str]  # kind, text


def load_replies(
    data_dir: Path, without: Collection[str] = (), corrected: Path | None = None
) -> list[Labelled]:
    """All labelled replies, in a fixed order; `without` names files of gold that are held out."""
    decided = [corrected] if corrected is not None and corrected.is_file() else []
    return [
        *((row["kind"], row["text"]) for row in load_rows(OWN)),
        *(
            reply
            for path in [*gold_files(data_dir), *decided]
            if path.name not in without
            for reply in replies_of(path)
        ),
    ]


def replies_of(path: Path) -> Iterator[Labelled]:
    """The official replies of a file of threads with gold, as far as the floors tell what they are: what
    comes after the answer may be anything, and nothing is told below an announcement."""
    for line in path.read_text(encoding="utf-8").splitlines():
        thread: dict[str, Any] = json.loads(line)
        posts, gold = sorted(thread["posts"], key=lambda post: post["floor"]), thread["gold"]
        if posts[0].get("is_registered_official") or gold["state"] == "无需回复":
            continue
        first, answer = gold["first_response_floor"], gold["answer_floor"]
        for post in posts[1:]:
            floor, text = post["floor"], (post.get("text") or "").strip()
            if not text or not post.get("is_registered_official"):
                continue
            if floor == answer:
                yield "answer", text
                break
            if first is None or floor < first:
                yield "sent_back", text
            elif floor == first:
                yield "response", text
            elif gold["state"] == "退回改派":
                yield "sent_back", text


def fit_replies(replies: Sequence[Labelled]) -> GramModel:
    """Fit the model of replies."""
    cues = CueReader()
    texts = [text for _, text in replies]
    table = GramTable(
        read_grams(texts),
        numbers=np.array([cues.numbers(text, cues.find(text)) for text in texts], dtype=np.float32),
        size=LENGTH,
    )
    return table.fit(
        MODEL,
        [kind for kind, _ in replies],
        LogisticRegression(C=PENALTY, max_iter=4000, class_weight="balanced"),
    )


def reply_scores(data_dir: Path) -> dict[str, dict[str, int]]:
    """File held out → its replies, those that the model reads otherwise, and those that the cues alone do."""
    cues = CueReader()
    result: dict[str, dict[str, int]] = {}
    for path in gold_files(data_dir):
        held = list(replies_of(path))
        reader = AnswerReader(fit_replies(load_replies(data_dir, [path.name])))
        said = [reply.kind for reply in reader.classify_all([(0, text) for _, text in held])]
        alone = [cues.alone(text, cues.find(text)) for _, text in held]
        result[path.name] = {
            "replies": len(held),
            "wrong": sum(kind != right for kind, (right, _) in zip(said, held, strict=True)),
            "wrong_by_cues": sum(kind != right for kind, (right, _) in zip(alone, held, strict=True)),
        }
    return result


def count_kinds(replies: Sequence[Labelled]) -> dict[str, int]:
    return dict(sorted(Counter(kind for kind, _ in replies).items()))
