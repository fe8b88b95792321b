"""Owns the training of the learned router: labelled posts, and how citizens put their matters."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sklearn.svm import LinearSVC

from pipeline.city import City
from pipeline.tagging.grams import GramModel
from pipeline.tagging.threads_reading import PostReader
from pipeline.tagging.threads_router import MODEL, LearnedRouter, functions_of
from pipeline.training.examples import DATA, gold_files, load_rows, own_tables
from pipeline.training.fit import Odds, fit_grams
from pipeline.training.read_posts import load_read
from pipeline.training.replies import load_answered
from pipeline.training.split import SEED

# What the first, second and third unit of a post count for.
SHARES = (1.0, 0.4, 0.25)
# What a real message counts for whose function is guessed from the office that answered.
GUESSED = 0.3
# What one counts for that was read, but not written as posts are here.
READ = 0.6
# Scales margins so that shares tell how sure the model is.
SHARPNESS = 3.0
# The odds of grams know more of rare functions, the margins more of close ones.
ODDS = Odds(worth=1 / 3, smoothing=0.1)

Matter = tuple[str, str, float]  # function, text, weight


def load_phrases() -> list[tuple[str, str]]:
    """(function, phrase) of our own tables of everyday phrasings."""
    found: list[tuple[str, str]] = []
    for path in sorted(DATA.glob("matters*.tsv")):
        with path.open(encoding="utf-8", newline="") as file:
            for function, phrases in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                found += [(function, phrase) for phrase in phrases.split("|")]
    return found


def load_routed(path: Path) -> Iterator[tuple[str, str, list[str]]]:
    """(title, text, units) of the labelled opening posts of a file that have a unit; 公告 are left out."""
    for line in path.read_text(encoding="utf-8").splitlines():
        post: dict[str, Any] = json.loads(line)
        gold = post.get("gold", post)
        if gold["units"] and gold["kind"] != "公告":
            text = post["posts"][0].get("text") if "posts" in post else post["text"]
            yield post.get("title") or "", text or "", gold["units"]


def load_matters(
    data_dir: Path, city: City, without: frozenset[str] = frozenset(), corrected: Path | None = None
) -> list[Matter]:
    """All there is to learn from, but for the files named `without`; `corrected`: posts of which people said
    whose they are (`correct export`)."""
    phrases = load_phrases()
    unit_of = PostReader(city).router.unit_of
    known = functions_of(unit_of, frozenset(name for name, _ in phrases))
    matters: list[Matter] = [(function, phrase, 1.0) for function, phrase in phrases]

    def standing(function: str) -> str | None:
        return known.get(unit_of.get(function, ""))

    def learn(names: Sequence[str], title: str, text: str, worth: float = 1.0) -> None:
        for name, share in zip(names, SHARES, strict=False):
            function = standing(name)
            if function is not None:
                matters.append((function, f"{title}\n{text}", worth * share))

    # The latter teach nothing of kinds: nearly all of them ask.
    for path in [*own_tables(), *sorted(DATA.glob("routes-*.tsv"))]:
        for row in load_rows(path):
            learn(row["functions"].split(","), row["title"], row["text"])
    for names, title, text in load_read(data_dir):
        learn(names, title, text, READ)
    for name, title, text in load_answered(data_dir):
        learn([name], title, text, GUESSED)
    decided = [corrected] if corrected is not None and corrected.is_file() else []
    for path in [*sorted(DATA.glob("posts-*.jsonl")), *gold_files(data_dir), *decided]:
        if path.name in without:
            continue
        for title, text, units in load_routed(path):
            for unit, share in zip(units, SHARES, strict=False):
                if unit in known:
                    matters.append((known[unit], f"{title}\n{text}", share))
    return matters


def fit_matters(matters: Sequence[Matter]) -> GramModel:
    """Fit the model of functions."""
    return fit_grams(
        MODEL,
        [text for _, text, _ in matters],
        [function for function, _, _ in matters],
        LinearSVC(C=1.0, random_state=SEED),
        min_count=2,
        most_grams=42_000,
        sharpness=SHARPNESS,
        odds=ODDS,
        weights=[weight for _, _, weight in matters],
    )


def held_out_matters(data_dir: Path, city: City) -> dict[Path, GramModel]:
    """File of labelled posts → the model of functions that has not seen it."""
    files = [*sorted(DATA.glob("posts-*.jsonl")), *gold_files(data_dir)]
    return {path: fit_matters(load_matters(data_dir, city, frozenset([path.name]))) for path in files}


def matter_scores(held: dict[Path, GramModel], city: City) -> dict[str, dict[str, float]]:
    """File held out → share of its posts whose first unit the model alone gives first, and among three."""
    unit_of = PostReader(city).router.unit_of
    result: dict[str, dict[str, float]] = {}
    for path, model in held.items():
        router = LearnedRouter(unit_of, model)
        first = three = count = 0
        routed = list(load_routed(path))
        shared = router.read([f"{title}\n{text}" for title, text, _ in routed])
        for (_, _, units), shares in zip(routed, shared, strict=True):
            order = sorted(shares, key=lambda unit: (-shares[unit], unit))[:3]
            count += 1
            first += order[:1] == units[:1]
            three += units[0] in order
        if count:
            result[path.name] = {"first": round(first / count, 3), "in_three": round(three / count, 3)}
    return result
