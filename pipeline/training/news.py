"""Owns the training of the sentiment model of news articles.

It learns from the project's own gold articles and, where the folder of shared data is at hand, from the even
half of the given gold (`articles-dev.jsonl`; the odd half is never learned from) and real pieces of other
cities that a person labelled (`tests/gold/local-news-topics.jsonl` holds ids and labels, never texts).
"""

from __future__ import annotations

import gzip
import hashlib
import json
import math
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression

from pipeline.city import City
from pipeline.tagging.classify import ArticleClassifier, Classes
from pipeline.tagging.items import ArticleItem
from pipeline.tagging.linear import Floats
from pipeline.tagging.news_sentiment import LABELS, SIGNALS, signals
from pipeline.tagging.news_sentiment_model import FOLDER, WORD_WEIGHT, NewsModel
from pipeline.tagging.segment import segment
from pipeline.tagging.units import UnitTagger, UnitTags

ROOT = Path(__file__).resolve().parents[2]
ARTICLES = ROOT / "sample" / "content"
LABELLED = ROOT / "tests" / "gold" / "local-news-topics.jsonl"
PIECES = "local-news.jsonl.gz"
GIVEN = "articles-dev.jsonl"

PENALTY = 1.0
REAL_WEIGHT = 0.5  # a piece of another city and another year counts half
GIVEN_WEIGHT = 2.0  # the given gold is what the tags are measured by
KINDS = {
    1.0: "项目自有标注稿件",
    GIVEN_WEIGHT: "给定标注稿件（偶数号）",
    REAL_WEIGHT: "其他城市真实稿件（人工标注）",
}
MIN_COUNT = 2
FOLDS = 6


class Example(NamedTuple):
    """One article to learn from. `story` keeps a story and its reprints in one fold."""

    story: str
    item: ArticleItem
    tokens: list[str]
    classes: Classes
    label: str
    weight: float


def load_examples(city: City, data_dir: Path | None) -> list[Example]:
    """The project's gold, the even half of the given gold, the labelled real pieces that are unchanged."""
    units, classifier = UnitTagger(city), ArticleClassifier(city)
    files = [(path, 1.0) for path in sorted(ARTICLES.glob("articles-*.jsonl"))]
    if data_dir and (data_dir / GIVEN).is_file():
        files.append((data_dir / GIVEN, GIVEN_WEIGHT))
    examples = [e for path, weight in files for e in _gold_articles(path, weight, units, classifier)]
    return [*examples, *_real_pieces(classifier, data_dir)]


def fit_news_sentiment(examples: list[Example]) -> NewsModel:
    """Fit the model; the same examples in the same order give the same model."""
    documents = [set(example.tokens) for example in examples]
    counts = Counter(token for document in documents for token in document if _is_word(token))
    vocabulary = tuple(sorted(token for token, count in counts.items() if count >= MIN_COUNT))
    number = {token: at for at, token in enumerate(vocabulary)}
    idf = np.array([math.log((1 + len(documents)) / (1 + counts[token])) + 1 for token in vocabulary])
    words = _matrix(documents, number, idf)
    matrix = hstack([words, csr_matrix(_numbers(examples))]).tocsr()
    fitted = LogisticRegression(C=PENALTY, max_iter=1000, tol=1e-6).fit(
        matrix, [example.label for example in examples], sample_weight=[e.weight for e in examples]
    )
    if tuple(fitted.classes_) != LABELS:
        raise ValueError("训练数据缺少某种情感的稿件，无法训练")
    weights = fitted.coef_.T.astype(np.float32)
    return NewsModel(
        vocabulary=vocabulary,
        rows=weights[: len(vocabulary)],
        idf=idf.astype(np.float32),
        numbers=weights[len(vocabulary) :],
        bias=fitted.intercept_.astype(np.float32),
    )


def build_news_models(city: City, data_dir: Path | None, folder: Path = FOLDER) -> dict[str, Any]:
    """Train, write `sentiment.npz` and its card, return the card. Deterministic.

    `data_dir` is the folder with the real pieces; where it is None or lacks them, the model is trained from
    the committed gold only and the card says so.
    """
    examples = load_examples(city, data_dir)
    model = fit_news_sentiment(examples)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "sentiment.npz"
    model.save(path)
    kinds = Counter(KINDS[example.weight] for example in examples)
    card = {
        "model": "news/sentiment",
        "what": "稿件情感（negative、neutral、positive）",
        "kind": "多项逻辑回归：词的 tf-idf 与线索分",
        "signals": list(SIGNALS),
        "data": {kind: kinds.get(kind) or "缺少文本，未使用" for kind in KINDS.values()},
        "labels": dict(sorted(Counter(example.label for example in examples).items())),
        "words": len(model.vocabulary),
        "bytes": path.stat().st_size,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "accuracy_cross_validated": cross_validate(examples),
        "limits": "自有稿件是写出来的，不是真实报道；曝光、公告和外地稿件由规则判定，不经过本模型",
    }
    text = json.dumps(card, ensure_ascii=False, indent=2) + "\n"
    (folder / "sentiment.json").write_text(text, encoding="utf-8")
    return card


def cross_validate(examples: list[Example]) -> dict[str, float]:
    """Share of held-out examples labelled right by the model alone, own articles and real pieces apart."""
    stories = sorted({example.story for example in examples}, key=_order)
    fold_of = {story: at % FOLDS for at, story in enumerate(stories)}
    right: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    for fold in range(FOLDS):
        model = fit_news_sentiment([e for e in examples if fold_of[e.story] != fold])
        for example in examples:
            if fold_of[example.story] == fold:
                kind = KINDS[example.weight]
                seen[kind] += 1
                shares = model.shares(example.tokens, _numbers([example])[0])
                right[kind] += LABELS[int(shares.argmax())] == example.label
    return {kind: round(right[kind] / seen[kind], 3) for kind in sorted(seen)}


def _gold_articles(
    path: Path, weight: float, units: UnitTagger, classifier: ArticleClassifier
) -> Iterator[Example]:
    for line in path.read_bytes().splitlines():
        raw = msgspec.json.decode(line)
        gold = raw.pop("gold")
        if path.name == GIVEN and _number(raw["id"]) % 2:
            continue
        story = f"{path.stem}:{raw.get('story_id', raw['id'])}"
        item = msgspec.convert(raw, ArticleItem)
        tokens = segment(item.title + "\n" + item.body)
        classes = classifier.tag(item, units.tag(item), tokens)
        yield Example(story, item, tokens, classes, gold["sentiment"], weight)


def _real_pieces(classifier: ArticleClassifier, data_dir: Path | None) -> Iterator[Example]:
    path = data_dir / PIECES if data_dir else None
    if path is None or not path.is_file():
        return
    nobody = UnitTags(credits=[], mentions=[], exposed=[])
    with gzip.open(path, "rt", encoding="utf-8") as file:
        pieces = {piece["id"]: piece for piece in map(json.loads, file)}
    for line in LABELLED.read_text(encoding="utf-8").splitlines():
        gold = json.loads(line)
        piece = pieces.get(gold["id"])
        if piece is None or gold["elsewhere"]:
            continue
        if hashlib.sha256(piece["body"].encode()).hexdigest()[: len(gold["sha256"])] != gold["sha256"]:
            continue
        item = ArticleItem(id=piece["id"], body=piece["body"])
        tokens = segment("\n" + item.body)
        # The piece is of another city, whose units are not at hand: its classes are the labelled ones.
        classes = msgspec.structs.replace(
            classifier.tag(item, nobody, tokens),
            topic=gold["topic"],
            form=gold["form"],
            credited=gold["topic"] is not None,
            elsewhere=False,
        )
        yield Example(gold["id"], item, tokens, classes, gold["sentiment"], REAL_WEIGHT)


def _numbers(examples: list[Example]) -> Floats:
    rows = []
    for example in examples:
        assert example.classes.mood is not None
        rows.append(signals(example.classes.mood, example.item, example.classes.form, example.classes))
    return np.array(rows, dtype=np.float32)


def _matrix(documents: list[set[str]], number: dict[str, int], idf: Floats) -> csr_matrix:
    """Tf-idf rows (presence, not counts) of length `WORD_WEIGHT`."""
    indptr: list[int] = [0]
    indices: list[int] = []
    data: list[float] = []
    for document in documents:
        ids = sorted(number[token] for token in document if token in number)
        values = idf[ids]
        norm = float(np.sqrt(values @ values)) or 1.0
        indices.extend(ids)
        data.extend(values * (WORD_WEIGHT / norm))
        indptr.append(len(indices))
    return csr_matrix((data, indices, indptr), shape=(len(documents), len(number)))


def _is_word(token: str) -> bool:
    return not token.isspace() and not token.isdigit()


def _number(name: str) -> int:
    return int("".join(filter(str.isdigit, name)) or 0)


def _order(story: str) -> str:
    """A fixed shuffle, so that neighbours in a file fall into different folds."""
    return hashlib.sha256(story.encode()).hexdigest()
