"""Owns what is written about the model of credits: its card, and what it holds on unseen sources."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from pipeline.tagging.roles_model import RoleModel
from pipeline.tagging.units import DOUBTFUL


class Score(NamedTuple):
    """One article as a model sees it that has not learned from its source."""

    source: str
    id: str
    gold: frozenset[str]
    bylines: frozenset[str]
    chances: dict[str, float]  # unit → probability of a credit

    def hits(self, threshold: float) -> tuple[int, int, int]:
        """Hits, misses, false credits."""
        said = self.bylines | {unit for unit, chance in self.chances.items() if chance >= threshold}
        return len(said & self.gold), len(self.gold - said), len(said - self.gold)


def rates(counts: Iterable[tuple[int, int, int]]) -> tuple[float, float, float]:
    """Precision, recall and F1 of the sum."""
    hit, missed, wrong = (sum(column) for column in zip(*counts, strict=True))
    precision = hit / (hit + wrong) if hit + wrong else 1.0
    recall = hit / (hit + missed) if hit + missed else 1.0
    return precision, recall, 2 * hit / (2 * hit + missed + wrong) if hit else 0.0


def calibration(scores: list[Score], bins: int = 5) -> list[tuple[float, float, int]]:
    """Per fifth of the scale: the mean probability, the share that a person credits, the number of units."""
    found: dict[int, list[tuple[float, bool]]] = {}
    for score in scores:
        for unit, chance in score.chances.items():
            found.setdefault(min(bins - 1, int(chance * bins)), []).append((chance, unit in score.gold))
    return [
        (sum(c for c, _ in pairs) / len(pairs), sum(g for _, g in pairs) / len(pairs), len(pairs))
        for _, pairs in sorted(found.items())
    ]


def write_card(path: Path, model: RoleModel, scores: list[Score], penalty: float) -> None:
    precision, recall, f1 = rates(score.hits(model.threshold) for score in scores)
    card = {
        "model": "roles/credit",
        "what": "一篇稿件是否给一个单位计分（报道主体、共同主体；署名供稿按规则）",
        "kind": "逻辑回归，特征为规则读出的线索",
        "penalty": penalty,
        "threshold": model.threshold,
        "features": len(model.weights),
        "articles": dict(Counter(score.source for score in scores)),
        "left_one_source_out": {
            "precision": round(precision, 3),
            "recall": round(recall, 3),
            "f1": round(f1, 3),
        },
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "limits": "线索词表在其中部分来源上调过，留一来源的成绩仍偏高；own 是为找难例而写的稿件。",
    }
    path.with_name("card.json").write_text(
        json.dumps(card, ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
    )


def write_report(
    path: Path, rivals: dict[str, tuple[list[Score], float]], thresholds: Iterable[float]
) -> None:
    """The tables of docs/models-roles.md. `rivals`: each way to decide, with its threshold; "model" won."""
    scores, chosen = rivals["model"]
    lines = [
        "# The model of credits",
        "",
        "Made by `gangqing train DATA --docs docs/models.md` (`pipeline/training/roles.py`). Each source is",
        "judged by a model that has not seen it. A source is a file of articles, or a city of the real copy;",
        "`own` are pieces written to be hard. Reprints are left out: they take the credits of their first",
        "publication. The lists of cue words, and with them the rule, were tuned on some of the sources, so",
        "the figures flatter.",
        "",
        "## By source: precision / recall / F1",
        "",
        "| source | articles | " + " | ".join(f"{name} (≥ {at})" for name, (_, at) in rivals.items()) + " |",
        "|---|---:|" + "---|" * len(rivals),
    ]
    for source in [*dict.fromkeys(score.source for score in scores), "all"]:
        cells = []
        for judged, threshold in rivals.values():
            some = [s for s in judged if source in (s.source, "all")]
            cells.append(" / ".join(f"{rate:.3f}" for rate in rates(s.hits(threshold) for s in some)))
        lines.append(f"| {source} | {len(some)} | " + " | ".join(cells) + " |")
    lines.append(f"\nThe model is used, with a threshold of {chosen}.")
    lines += [
        "",
        "## The model by threshold, all sources",
        "",
        "`left`: units from 0.2 up to the threshold, which `gangqing judge` lists for a person;",
        "`coverage`: share of the articles in which no unit is left.",
        "",
        "| threshold | precision | recall | F1 | left | coverage |",
        "|---:|---:|---:|---:|---:|---:|",
    ]
    for threshold in thresholds:
        precision, recall, f1 = rates(s.hits(threshold) for s in scores)
        left = [sum(DOUBTFUL <= chance < threshold for chance in s.chances.values()) for s in scores]
        coverage = sum(count == 0 for count in left) / len(scores)
        lines.append(
            f"| {threshold} | {precision:.3f} | {recall:.3f} | {f1:.3f} | {sum(left)} | {coverage:.3f} |"
        )
    lines += [
        "",
        "## Is the probability one?",
        "",
        "| mean probability | share credited by a person | units |",
        "|---:|---:|---:|",
    ]
    lines += [f"| {mean:.2f} | {share:.2f} | {number} |" for mean, share, number in calibration(scores)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
