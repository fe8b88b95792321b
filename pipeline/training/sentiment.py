"""Owns the training of the two sentiment models: news of the city, and chat (`sentiment.csv.gz`)."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from pipeline.city import load_city
from pipeline.tagging.linear import LinearModel
from pipeline.tagging.segment import segment
from pipeline.tagging.sentiment import NewsReader
from pipeline.tagging.threads_features import words
from pipeline.training.fit import fit_linear
from pipeline.training.mixed import Table

SAMPLE = Path(__file__).resolve().parents[2] / "sample" / "content"
GIVEN = 3.0  # weight of the given gold beside articles of our own writing
PENALTY = 0.3


class Labelled(msgspec.Struct, frozen=True, kw_only=True):
    """One labelled text; `group` keeps retellings of one story on one side of a split."""

    group: str
    label: str
    title: str
    body: str
    form: str
    weight: float


def load_news(data_dir: Path) -> list[Labelled]:
    """Articles with gold; exposures and notices are left out: their form decides."""
    paths = [(path, GIVEN) for path in sorted(data_dir.glob("articles-*.jsonl"))]
    paths += [(path, 1.0) for path in sorted(SAMPLE.glob("articles-*.jsonl"))]
    return [item for path, weight in paths for item in _articles(path, weight)]


def _articles(path: Path, weight: float) -> Iterator[Labelled]:
    for line in path.read_text(encoding="utf-8").splitlines():
        article = json.loads(line)
        gold = article["gold"]
        if gold["form"] in ("曝光", "公告") or gold["sentiment"] == "negative":
            continue
        yield Labelled(
            group=article.get("story_id") or article["id"],
            label=gold["sentiment"],
            title=article.get("title") or "",
            body=article["body"],
            form=gold["form"],
            weight=weight,
        )


def news_features(item: Labelled) -> list[str]:
    return list(dict.fromkeys(words(segment(item.title), segment(f"{item.title}\n{item.body}"))))


def news_numbers(reader: NewsReader, item: Labelled) -> list[float]:
    whole = f"{item.title}\n{item.body}"
    return reader.numbers(reader.find(whole), whole, len(item.title), item.form)


def fit_news(items: Sequence[Labelled]) -> LinearModel:
    reader = NewsReader(load_city().stem)
    table = Table([news_features(item) for item in items], [news_numbers(reader, item) for item in items])
    return table.fit(
        "news-sentiment",
        [item.label for item in items],
        penalty=PENALTY,
        balanced=False,
        weights=[item.weight for item in items],
    )


def load_chat(data_dir: Path) -> list[tuple[str, str, str]]:
    """(source, label, text) of each short text, once each."""
    with gzip.open(data_dir / "sentiment.csv.gz", "rt", encoding="utf-8", newline="") as file:
        rows = [(row["source"], row["sentiment"], row["text"]) for row in csv.DictReader(file)]
    return list(dict.fromkeys(rows))


def fit_chat(rows: Sequence[tuple[str, str, str]]) -> LinearModel:
    return fit_linear(
        "chat-sentiment",
        [segment(text) for _, _, text in rows],
        [label for _, label, _ in rows],
        min_count=2,
        most_features=80_000,
        penalty=0.1,
        sharpness=2.0,
    )
