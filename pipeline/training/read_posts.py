"""Owns real posts of other cities of which a reader said, as if they stood here, whose matter they are.

Only ids and functions are kept in `data/functions-*.tsv`; the posts themselves are read from the given data.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from pathlib import Path

from pipeline.training.examples import DATA, forum_posts, load_rows
from pipeline.training.replies import LONGEST

FORUM, MESSAGES = DATA / "functions-forum.tsv", DATA / "functions-messages.tsv"  # id, functions: best first


def load_read(data_dir: Path) -> Iterator[tuple[list[str], str, str]]:
    """(functions, title, text) of the posts that were read; none of a file that is not given."""
    for path, posts in ((FORUM, forum_posts(data_dir)), (MESSAGES, _messages(data_dir))):
        functions = {row["id"]: row["functions"].split(",") for row in load_rows(path)}
        for name, title, text in posts:
            if name in functions:
                yield functions[name], title, text[:LONGEST]


def _messages(data_dir: Path) -> Iterator[tuple[str, str, str]]:
    path = data_dir / "citizen-messages.csv.gz"
    if path.is_file():
        with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                yield row["id"], row["title"], row["text"]
