"""Owns the training of the model of critical pieces (曝光), and what it holds on files that it has not read.

It learns from all gold with a form and from short pieces of our own (`data/news-critical.tsv`), half of which
only look critical. Each file of gold is judged by a model that has not read it; that also scales the margins,
so that the share is a probability.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score

from pipeline.tagging.critical import DENIED, LABELS, NAME, THRESHOLD, is_open, overrules
from pipeline.tagging.linear import Floats
from pipeline.tagging.news_sentiment_model import WORD_WEIGHT, NewsModel
from pipeline.training.news_examples import CRITICAL, REAL, Example
from pipeline.training.news_words import fit_words

PENALTY = 2.0
REAL_WEIGHT = 0.75  # a piece of another city and another year counts less
LATEST = "articles-tuned-9"  # the file whose misses were read last
THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.7)


def is_critical(example: Example) -> bool:
    return bool(example.gold["form"] == "曝光")


def fit_critical(examples: Sequence[Example], *, tail: bool = True) -> NewsModel:
    """Fit the model, margins as they come; the same examples in the same order give the same model."""
    known = [example for example in examples if "form" in example.gold]
    return fit_words(
        [example.tokens for example in known],
        [LABELS[not is_critical(example)] for example in known],
        LABELS,
        penalty=PENALTY,
        weights=[REAL_WEIGHT if example.file == REAL else 1.0 for example in known],
        tail=tail,
        balanced=True,
    )


def held_out_margins(examples: Sequence[Example], *, tail: bool = True) -> Floats:
    """The log odds of each example by a model that has not read its file; of our own pieces nought."""
    margins = np.zeros(len(examples), dtype=np.float32)
    for file in sorted({e.file for e in examples if e.file != CRITICAL.stem and "form" in e.gold}):
        model = fit_critical([e for e in examples if e.file != file], tail=tail)
        places = [place for place, e in enumerate(examples) if e.file == file]
        words = model.bank.read([examples[place].tokens for place in places])[0]
        margins[places] = (model.bias + words) @ np.array([1.0, -1.0], dtype=np.float32)
    return margins


def fit_scale(examples: Sequence[Example], margins: Floats) -> tuple[float, float]:
    """What turns margins of pieces not read before into log odds (Platt)."""
    places = [p for p, e in enumerate(examples) if e.file != CRITICAL.stem and "form" in e.gold]
    said = [is_critical(examples[place]) for place in places]
    fitted = LogisticRegression(C=1e6).fit(margins[places, None], said)
    return float(fitted.coef_[0][0]), float(fitted.intercept_[0])


def rescale(model: NewsModel, scale: tuple[float, float]) -> NewsModel:
    """The model whose margin is `scale[0]` times the old one, plus `scale[1]`."""
    factor, shift = scale
    return dataclasses.replace(
        model,
        rows=model.rows * np.float32(factor),
        bias=(model.bias * factor + np.array([shift, -shift]) / 2).astype(np.float32),
    )


def chances_of(margins: Floats, scale: tuple[float, float]) -> Floats:
    """The probabilities that a scale gives to margins."""
    chances: Floats = 1 / (1 + np.exp(-(scale[0] * margins + scale[1])))
    return chances


def as_judged(examples: Sequence[Example], chances: Floats, threshold: float = THRESHOLD) -> list[Example]:
    """The examples as they are read once the model has been asked about those that no rule decides."""
    found = []
    for example, chance in zip(examples, chances.tolist(), strict=True):
        if is_open(example.item, example.classes) and overrules(example.item, chance, threshold):
            units, classes, signals = example.if_not if chance < DENIED else example.if_critical
            example = example._replace(units=units, classes=classes, signals=signals)
        found.append(example)
    return found


def build_critical(examples: Sequence[Example], folder: Path) -> tuple[NewsModel, Floats]:
    """Train and write `critical.npz` with its card.

    Returns:
        The model, and of each example the probability by a model that has not read its file.
    """
    margins = held_out_margins(examples)
    scale = fit_scale(examples, margins)
    chances = chances_of(margins, scale)
    model = rescale(fit_critical(examples), scale)
    path = folder / f"{NAME}.npz"
    model.save(path)
    measured = [
        (e, float(chance))
        for e, chance in zip(examples, chances, strict=True)
        if e.file != CRITICAL.stem and "form" in e.gold
    ]
    card: dict[str, Any] = {
        "model": "news/critical",
        "what": "稿件是否揭短（曝光）：规则没有认出、也没有栏目标明的",
        "kind": "逻辑回归：词的 tf-idf（只记有无），结尾五十词另计；整文件留出的分数换算成概率（Platt）",
        "penalty": PENALTY,
        "threshold": THRESHOLD,
        "data": dict(sorted(Counter(e.file for e in examples if "form" in e.gold).items())),
        "critical": sum(is_critical(e) for e in examples if "form" in e.gold),
        "words": len(model.vocabulary),
        "bytes": path.stat().st_size,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "leave_one_file_out": {
            f"≥ {at}": {
                "found": sum(is_critical(e) and chance >= at for e, chance in measured),
                "of": sum(is_critical(e) for e, _ in measured),
                "wrong": sum(not is_critical(e) and chance >= at for e, chance in measured),
            }
            for at in THRESHOLDS
        },
        "limits": "曝光稿大多是写出来的；单位是否被曝光仍由规则定，模型只说全文是不是揭短",
    }
    text = json.dumps(card, ensure_ascii=False, indent=2) + "\n"
    (folder / f"{NAME}.json").write_text(text, encoding="utf-8")
    return model, chances


def count_exposed(examples: Sequence[Example]) -> tuple[int, int, int]:
    """Units rightly exposed, wrongly exposed, and missed, in those with gold of it."""
    found = wrong = missed = 0
    for example in examples:
        if "exposed" in example.gold:
            gold, said = set(example.gold["exposed"]), set(example.units.exposed)
            found, wrong, missed = (
                found + len(gold & said),
                wrong + len(said - gold),
                missed + len(gold - said),
            )
    return found, wrong, missed


def write_critical(examples: Sequence[Example], chances: Floats) -> list[str]:
    """The part of docs/models-news.md that justifies the model: candidates, and what it adds to the rules."""
    measured = [p for p, e in enumerate(examples) if e.file != CRITICAL.stem and "form" in e.gold]
    truth = np.array([is_critical(examples[p]) for p in measured])
    gold = [examples[p] for p in measured]
    own = [e for e in examples if e.file == CRITICAL.stem]
    texts = [e.item.title + "\n" + e.item.body for e in gold]
    own_texts = [e.item.title + "\n" + e.item.body for e in own]
    by_rule = np.array([e.classes.form == "曝光" for e in gold])
    candidates = {
        "字 1–2 + 逻辑回归": _by_characters(gold, own, texts, own_texts),
        "词 + 逻辑回归": held_out_margins(examples, tail=False)[measured],
        "词，不用自写短稿": held_out_margins(gold),
        "采用：词，结尾五十词另计": chances[measured],
    }
    lines = [
        "",
        "## 揭短的稿件（曝光）",
        "",
        f"标注稿件 {len(gold)} 篇，其中曝光 {int(truth.sum())} 篇；另有自写短稿 {len(own)} 篇（曝光"
        f" {sum(map(is_critical, own))} 篇，其余只是看着像），只学不测。每个文件由没有读过它的模型判定；",
        "“至多错 n 篇时找出”按分数从高到低取。只用规则（词表参照过其中多数稿件）找出"
        f" {int((by_rule & truth).sum())} 篇、错 {int((by_rule & ~truth).sum())} 篇。",
        "",
        "| 候选 | 平均精度 | 至多错 0 篇时找出 | 错 2 篇 | 错 8 篇 |",
        "|---|---|---|---|---|",
    ]
    for name, scores in candidates.items():
        highest = np.sort(scores[~truth])[::-1]
        cells = " | ".join(str(int((truth & (scores > highest[at])).sum())) for at in (0, 2, 8))
        lines.append(f"| {name} | {average_precision_score(truth, scores):.3f} | {cells} |")
    lines += [
        "",
        "采用末行：这些词本来就为情感切好，不必另读一遍。改用首行的单字双字，标注要慢一些。",
        "",
        f"规则没有认出的，模型的把握不低于 {THRESHOLD} 即按曝光读；是谁的短处仍由规则定。把握低于 {DENIED}",
        "而只有标题正文里一个“暗访”“红黑榜”之类的词，则不算曝光。门槛与结果（曝光对象：对 / 错 / 漏；",
        "给错的计分；形式判错的篇数）：",
        "",
        f"| 门槛 | 曝光对象 | 其中 {LATEST} | 错计分 | 形式判错 |",
        "|---|---|---|---|---|",
    ]
    for at in (None, *THRESHOLDS):
        read = gold if at is None else as_judged(gold, chances[measured], at)
        wrong = sum(
            len({c.unit for c in e.units.credits} - {c["unit"] for c in e.gold["credits"]})
            for e in read
            if "credits" in e.gold and not e.gold.get("reprint_of")
        )
        last = [e for e in read if e.file == LATEST]
        form = sum(e.classes.form != e.gold["form"] for e in read)
        cells = " | ".join(" / ".join(map(str, count_exposed(part))) for part in (read, last))
        lines.append(f"| {'只用规则' if at is None else at} | {cells} | {wrong} | {form} |")
    lines += [
        "",
        f"规则的词表参照过各文件，所以各行都偏高；自写短稿写完时 {LATEST} 还没有人读过。",
        "",
    ]
    return lines


def _by_characters(
    gold: Sequence[Example], own: Sequence[Example], texts: Sequence[str], own_texts: Sequence[str]
) -> Floats:
    """The same by single characters and pairs of them."""
    scores = np.zeros(len(gold), dtype=np.float32)
    said = [is_critical(e) for e in gold]
    for file in sorted({e.file for e in gold}):
        rest = [place for place, e in enumerate(gold) if e.file != file]
        held = [place for place, e in enumerate(gold) if e.file == file]
        reader = TfidfVectorizer(analyzer="char", ngram_range=(1, 2), min_df=2, binary=True)
        matrix = reader.fit_transform([*(texts[place] for place in rest), *own_texts])
        fitted = LogisticRegression(C=PENALTY * WORD_WEIGHT**2, class_weight="balanced", max_iter=500).fit(
            matrix, [*(said[place] for place in rest), *map(is_critical, own)]
        )
        scores[held] = fitted.decision_function(reader.transform([texts[place] for place in held]))
    return scores
