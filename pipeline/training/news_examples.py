"""Owns the articles that the news models learn from: own gold, given gold and labelled real pieces.

The own gold is committed; the given gold and the texts of the real pieces lie in the folder of shared data
(`tests/gold/local-news-topics.jsonl` holds ids and labels, never texts). Units come from the city's own
tagger; of a city whose units are not at hand nothing is known of who stands behind a piece.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from pipeline.city import City, load_city
from pipeline.records import Evidence
from pipeline.tagging.classify import ArticleClassifier, Classes
from pipeline.tagging.indicator import SIGNALS as INDICATOR_SIGNALS
from pipeline.tagging.indicator import Candidate, IndicatorModel
from pipeline.tagging.items import ArticleItem
from pipeline.tagging.linear import Floats
from pipeline.tagging.matter_words import MatterWords, cut_words
from pipeline.tagging.roles_model import RoleModel
from pipeline.tagging.topic_model import TopicModel
from pipeline.tagging.topic_signals import spelled
from pipeline.tagging.units import Criticism, UnitTagger, UnitTags

ROOT = Path(__file__).resolve().parents[2]
OWN = ("sample/content/articles-*.jsonl", "tests/gold/articles-tuned-*.jsonl")
LABELLED = ROOT / "tests" / "gold" / "local-news-topics.jsonl"
CITIES = ROOT / "tests" / "gold" / "cities"
KNOWN = {
    "南宁市": "nanning",
    "柳州市": "liuzhou",
    "桂林市": "guilin",
    "武汉市": "wuhan",
    "深圳市": "shenzhen",
    "北海市": "beihai",
}
PIECES = "local-news.jsonl.gz"
GIVEN = "articles-dev.jsonl"
REAL = "real"  # the file name that stands for the real pieces
# Openings of pieces of our own: mood (- 0 +), title, text. The sentiment alone learns from them.
LEADS = Path(__file__).resolve().parent / "data" / "news-moods.tsv"
MOODS = {"-": "negative", "0": "neutral", "+": "positive"}
# Short pieces of our own, critical ones and such as only look critical: form, mood, exposed, title, text.
CRITICAL = Path(__file__).resolve().parent / "data" / "news-critical.tsv"
PAPER = "防城港日报"  # where pieces of our own appear, so that 市某局 is this city's


# While the examples are read no indicator need be decided and words say nothing: a missing file must not keep
# the training from it.
SILENT = MatterWords([])
NO_INDICATORS = IndicatorModel(dict.fromkeys(INDICATOR_SIGNALS, 0.0), {}, -1.0)


Reading = tuple[UnitTags, Classes, Floats]


class Example(NamedTuple):
    """One labelled article. `file` is what is held out together, `signals` speak for its topic."""

    file: str
    item: ArticleItem
    tokens: list[str]
    units: UnitTags
    classes: Classes
    signals: Floats
    gold: dict[str, Any]
    candidates: list[Candidate]  # the indicators of the labelled topic with what speaks for each
    whole: bool  # the city's units are at hand, so that every field may be measured
    if_critical: Reading  # as it is read where it is known to be critical
    if_not: Reading  # and where it is known not to be

    @property
    def topic(self) -> str | None:
        """The labelled topic."""
        topic: str | None = self.gold["topic"]
        return topic


def load_examples(
    city: City,
    data_dir: Path | None,
    model: TopicModel | None = None,
    corrections: Path | None = None,
    roles: RoleModel | None = None,
) -> list[Example]:
    """All gold at hand, in a fixed order. Without `data_dir` the committed gold only; `corrections` are what
    people corrected (`correct export`), `roles` credits the units where it is not the shipped model."""
    reader = _Reader(city, model, roles)
    files = [path for pattern in OWN for path in sorted(ROOT.glob(pattern))]
    if data_dir and (data_dir / GIVEN).is_file():
        files.append(data_dir / GIVEN)
    if corrections is not None and corrections.is_file():
        files.append(corrections)
    examples = [example for path in files for example in _articles(path, reader)]
    return [*examples, *_real_pieces(data_dir, city, model, roles)]


def load_leads(city: City, model: TopicModel | None = None, roles: RoleModel | None = None) -> list[Example]:
    """Openings of our own with their sentiment alone, in a fixed order; of no file that is measured."""
    reader = _Reader(city, model, roles)
    with LEADS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [
        reader.read(
            LEADS.stem,
            ArticleItem(id=f"{LEADS.stem}-{number}", title=row["title"], body=row["text"]),
            {"sentiment": MOODS[row["mood"]], "topic": None},
        )
        for number, row in enumerate(rows)
    ]


def load_critical(
    city: City, model: TopicModel | None = None, roles: RoleModel | None = None
) -> list[Example]:
    """Short pieces of our own with form, sentiment and exposed units, in a fixed order; none is measured."""
    reader = _Reader(city, model, roles)
    with CRITICAL.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [
        reader.read(
            CRITICAL.stem,
            ArticleItem(id=f"{CRITICAL.stem}-{number}", outlet=PAPER, title=row["title"], body=row["text"]),
            {
                "form": row["form"],
                "sentiment": MOODS[row["mood"]],
                "exposed": row["exposed"].split(",") if row["exposed"] else [],
                "topic": None,
            },
        )
        for number, row in enumerate(rows)
    ]


# What is said of a piece that is known to be critical, or not to be.
_CRITICAL, _NOT_CRITICAL = Criticism(1.0, Evidence(why="")), Criticism(0.0, Evidence(why=""))


class _Reader:
    """Reads the examples of one city; `known` is False where its units are not at hand."""

    def __init__(
        self, city: City, model: TopicModel | None, roles: RoleModel | None, known: bool = True
    ) -> None:
        self._units = UnitTagger(city, roles) if known else None
        self._classifier = ArticleClassifier(city, model, NO_INDICATORS, SILENT)

    def read(self, file: str, item: ArticleItem, gold: dict[str, Any]) -> Example:
        tokens = cut_words(item)
        units, classes, signals = self._tag(item, None)
        topic = gold.get("topic")
        candidates = self._classifier.candidates(item, units, classes.form, topic) if topic else []
        return Example(
            file,
            item,
            tokens,
            units,
            classes,
            signals,
            gold,
            candidates,
            whole=self._units is not None,
            if_critical=self._tag(item, _CRITICAL),
            if_not=self._tag(item, _NOT_CRITICAL),
        )

    def _tag(self, item: ArticleItem, criticism: Criticism | None) -> Reading:
        found = criticism is not None and criticism.found
        nobody = UnitTags(credits=[], mentions=[], exposed=[], criticism=criticism, exposure=found)
        units = self._units.tag(item, criticism) if self._units else nobody
        classes, known = self._classifier.tag(item, units), self._units is not None
        return units, classes, self._classifier.signals(item, units, classes, known_city=known)


def _articles(path: Path, reader: _Reader) -> Iterator[Example]:
    for line in path.read_bytes().splitlines():
        raw = msgspec.json.decode(line)
        gold = {**raw.pop("stood", {}), **raw.pop("gold")}
        if "indicator" in gold:
            gold["indicator"] = spelled(gold["indicator"])
        yield reader.read(path.stem, msgspec.convert(raw, ArticleItem), gold)


def _real_pieces(
    data_dir: Path | None, city: City, model: TopicModel | None, roles: RoleModel | None
) -> Iterator[Example]:
    path = data_dir / PIECES if data_dir else None
    if path is None or not path.is_file():
        return
    with gzip.open(path, "rt", encoding="utf-8") as file:
        pieces = {piece["id"]: piece for piece in map(json.loads, file)}
    readers: dict[str, _Reader] = {city.name: _Reader(city, model, roles)}
    unknown = _Reader(city, model, roles, known=False)
    for line in LABELLED.read_text(encoding="utf-8").splitlines():
        gold = json.loads(line)
        piece = pieces.get(gold["id"])
        if piece is None or gold["elsewhere"]:
            continue
        if hashlib.sha256(piece["body"].encode()).hexdigest()[: len(gold["sha256"])] != gold["sha256"]:
            continue
        name = piece["city"]
        if name not in readers and name in KNOWN:
            readers[name] = _Reader(load_city(CITIES / KNOWN[name]), model, roles)
        item = ArticleItem(id=piece["id"], body=piece["body"])
        yield readers.get(name, unknown).read(REAL, item, gold)
