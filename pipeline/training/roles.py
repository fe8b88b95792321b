"""Owns the training of the model that decides whether a unit is credited by an article.

It learns from the project's own gold articles, the pieces written for this (`data/roles.jsonl`), and, where
the folder of shared data is at hand, the given gold and real copy of other cities that a person labelled (ids
and labels stay in tests/gold, the texts outside). One example is one unit in one article. What it holds is
judged by leaving one source out: a file of articles, or one city of the real copy. That also scales
the margins, so that the probability is one.
"""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from pipeline.city import City, load_city
from pipeline.tagging.items import ArticleItem
from pipeline.tagging.roles_beside import rule_confidence
from pipeline.tagging.roles_blame import NO_SPLIT, read_exposure
from pipeline.tagging.roles_candidate import Case, Piece
from pipeline.tagging.roles_model import PATH, RoleModel
from pipeline.tagging.units import TOWN_ORGAN_CONFIDENCE, UnitTagger
from pipeline.training.roles_report import Score, write_card, write_report

ROOT = Path(__file__).resolve().parents[2]
OWN = Path(__file__).resolve().parent / "data" / "roles.jsonl"
GOLD = ROOT / "tests" / "gold"
PENALTY = 0.2
OWN_WEIGHT = 0.5  # a piece written to be hard counts half: it is no sample of a paper
THRESHOLD = 0.7
THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95)


class Article(NamedTuple):
    """One article with the units that a person credits, and the candidates that the reading finds."""

    source: str
    item: ArticleItem
    gold: frozenset[str]
    bylines: frozenset[str]
    candidates: list[tuple[str, list[str]]]  # unit, its features
    by_rule: dict[str, float]  # unit → confidence of the plain rule, which the model replaced


# The credits of the first were right before (precision 1.000); learning from them lost an opening of
# tests/gold/openings. Those of the others gained nothing for all others together (F1 .983, with them .981).
UNLEARNED = frozenset(f"articles-tuned-{number}" for number in (5, 6, 7, 8, 9, 15, 16, 17, 18))


def load_articles(data_dir: Path | None, corrections: Path | None = None) -> list[Article]:
    """All sources, in a fixed order. `corrections`: what people corrected (`correct export`)."""
    home = UnitTagger(load_city())
    found: list[Article] = []
    for source, path in _gold_files(data_dir, corrections):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if "credits" not in row["gold"]:
                continue  # corrected in something else
            units = frozenset(c["unit"] for c in row["gold"]["credits"])
            if row["gold"].get("reprint_of"):
                continue  # it is credited for the text of another
            found.append(_read(source, home, _item(row), units))
    for source, city, item, units in _real_copy(data_dir):
        found.append(_read(source, UnitTagger(city) if city else home, item, units))
    return found


def _gold_files(data_dir: Path | None, corrections: Path | None) -> Iterator[tuple[str, Path]]:
    if data_dir and (data_dir / "articles-dev.jsonl").is_file():
        yield "dev", data_dir / "articles-dev.jsonl"
    for path in sorted((ROOT / "sample" / "content").glob("articles-*.jsonl")):
        yield path.stem.removeprefix("articles-"), path
    for path in sorted(GOLD.glob("articles-tuned-*.jsonl")):
        if path.stem in UNLEARNED:
            continue
        yield path.stem.removeprefix("articles-"), path
    yield "own", OWN
    if corrections is not None and corrections.is_file():
        yield "corrected", corrections


def _real_copy(data_dir: Path | None) -> Iterator[tuple[str, City | None, ArticleItem, frozenset[str]]]:
    news = data_dir / "local-news.jsonl.gz" if data_dir else None
    if news is None or not news.is_file():
        return
    with gzip.open(news, "rt", encoding="utf-8") as lines:
        texts = {row["id"]: row for row in map(json.loads, lines)}
    cities: dict[str, City] = {}
    for line in (GOLD / "local-news-labels.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        text, name = texts[row["id"]], row["city"]
        city = cities.setdefault(name, load_city(GOLD / "cities" / name))
        item = ArticleItem(id=row["id"], body=text["body"], published=text["published"])
        yield f"news-{name}", city, item, frozenset(c["unit"] for c in row["credits"])


def _item(row: dict[str, Any]) -> ArticleItem:
    known = {k: v for k, v in row.items() if k in ArticleItem.__struct_fields__ and v is not None}
    return msgspec.convert(known, ArticleItem)


def _read(source: str, tagger: UnitTagger, item: ArticleItem, gold: frozenset[str]) -> Article:
    text = tagger.reader.read(item)
    bylines = frozenset(byline.unit for byline in tagger.bylines.read(item, text))
    cases = tagger.read_cases(item, text)
    split = read_exposure(item, text, cases, bylines) or NO_SPLIT
    piece = Piece(text, cases, split)
    candidates = [
        (case.unit, piece.read_features(case, case.unit in tagger.names.counties))
        for case in piece.cases
        if case.unit not in bylines
    ]
    top = max((case.score for unit, case in cases.items() if unit not in split.exposed), default=0.0)
    alone = sum(case.score > 0.4 for case in cases.values()) == 1
    by_rule = {unit: _rule(cases[unit], top, alone) for unit, _ in candidates}
    return Article(source, item, gold, bylines, candidates, by_rule)


def _rule(case: Case, top: float, alone: bool) -> float:
    """The decision without learning: what the unit's acts add up to, over a fixed need."""
    value = 1.5 * (case.score - 1.6 + (1.05 if alone else 0))
    if case.score < 0.6 * top and case.best is not None and case.best.zone > 1:
        value -= 3
    return 1 / (1 + math.exp(-value))


def train_roles(articles: list[Article], penalty: float = PENALTY, threshold: float = THRESHOLD) -> RoleModel:
    """Fit the model; the same articles in the same order give the same weights."""
    names = sorted({feature for a in articles for _, found in a.candidates for feature in found})
    number = {name: at for at, name in enumerate(names)}
    indices: list[int] = []
    starts, labels, sizes = [0], [], []
    for article in articles:
        for unit, found in article.candidates:
            indices.extend(number[feature] for feature in found)
            starts.append(len(indices))
            labels.append(unit in article.gold)
            sizes.append(OWN_WEIGHT if article.source == "own" else 1.0)
    matrix = csr_matrix((np.ones(len(indices)), indices, starts), shape=(len(labels), len(names)))
    model = LogisticRegression(C=penalty, max_iter=5000, tol=1e-8).fit(matrix, labels, sizes)
    weights = {name: round(float(w), 4) for name, w in zip(names, model.coef_[0], strict=True)}
    return RoleModel(
        bias=round(float(model.intercept_[0]), 4),
        threshold=threshold,
        weights={name: weight for name, weight in weights.items() if weight},
    )


def calibrate(model: RoleModel, scale: tuple[float, float]) -> RoleModel:
    """The model whose margin is `scale[0]` times the old one, plus `scale[1]` (Platt)."""
    factor, shift = scale
    return RoleModel(
        bias=round(model.bias * factor + shift, 4),
        threshold=model.threshold,
        weights={name: round(weight * factor, 4) for name, weight in model.weights.items()},
    )


def fit_scale(scores: list[Score]) -> tuple[float, float]:
    """What turns margins of unseen articles into probabilities."""
    pairs = [(chance, unit in s.gold) for s in scores for unit, chance in s.chances.items()]
    margins = np.array([[math.log(p / (1 - p))] for p, _ in pairs])
    fitted = LogisticRegression(C=1e6).fit(margins, [label for _, label in pairs])
    return float(fitted.coef_[0][0]), float(fitted.intercept_[0])


def rescale(scores: list[Score], scale: tuple[float, float]) -> list[Score]:
    """Scores on another scale of log-odds: (slope, intercept)."""

    def moved(chance: float) -> float:
        odds = scale[1] + scale[0] * math.log(chance / (1 - chance))
        return RoleModel(bias=odds, threshold=0, weights={}).probability([])

    return [s._replace(chances={unit: moved(p) for unit, p in s.chances.items()}) for s in scores]


def judge_by_rule(articles: list[Article]) -> list[Score]:
    """What the plain rule says."""
    return [Score(a.source, a.item.id, a.gold, a.bylines, a.by_rule) for a in articles]


def add_rule(articles: list[Article]) -> list[Article]:
    """The same articles with the rule's verdict as one more feature."""
    return [
        a._replace(candidates=[(u, [*found, f"rule:{int(a.by_rule[u] * 5)}"]) for u, found in a.candidates])
        for a in articles
    ]


def cross_validate(articles: list[Article], penalty: float = PENALTY) -> list[Score]:
    """Each source judged by a model that has learned from all others."""
    found = []
    for source in dict.fromkeys(article.source for article in articles):
        model = train_roles([a for a in articles if a.source != source], penalty)
        for article in articles:
            if article.source == source:
                chances = {unit: _chance(model, names) for unit, names in article.candidates}
                found.append(Score(source, article.item.id, article.gold, article.bylines, chances))
    return found


def _chance(model: RoleModel, names: list[str]) -> float:
    """As the tagger decides: a township's organ is the county's by rule."""
    chance = rule_confidence(model.probability(names), names)
    return max(chance, TOWN_ORGAN_CONFIDENCE) if "town_organ" in names else chance


def build_role_model(
    data_dir: Path | None, folder: Path, corrections: Path | None = None
) -> tuple[Path, list[Article], list[Score]]:
    """Train and write `credit.json` and `card.json` into `folder`; the same data give the same bytes.

    Returns:
        The file, the articles learned from, and what a model says of each that has not seen its source.
    """
    articles = load_articles(data_dir, corrections)
    raw = cross_validate(articles)
    scale = fit_scale(raw)
    model, scores = calibrate(train_roles(articles), scale), rescale(raw, scale)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / PATH.name
    path.write_bytes(msgspec.json.format(msgspec.json.encode(model, order="sorted"), indent=1) + b"\n")
    write_card(path, model, scores, PENALTY)
    return path, articles, scores


def write_tables(path: Path, model: RoleModel, articles: list[Article], scores: list[Score]) -> None:
    """Write docs/models-roles.md: the model beside the rule alone and beside both together."""
    combined = cross_validate(add_rule(articles))
    rivals = {
        "rule": (judge_by_rule(articles), 0.5),
        "model": (scores, model.threshold),
        "model with the rule's verdict": (rescale(combined, fit_scale(combined)), model.threshold),
    }
    write_report(path, rivals, THRESHOLDS)
