"""Owns the tagging benchmark: the whole tagger beside jieba and jieba + SnowNLP, in one process, one run.

    python tools/bench_tagging.py [--articles FILE] [--posts FILE] [--seconds 5]

Texts are those of the sample city, or the files given (JSON lines, .gz or not). Prints documents a second of
each candidate and the ratio to `jieba.lcut` over the same texts; the machine's noise cancels in the ratio.
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import jieba
from snownlp import SnowNLP

from pipeline.city import load_city
from pipeline.tagging.items import ArticleItem, PostItem
from pipeline.tagging.tagger import Tagger

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "sample" / "content"


def load_texts(path: Path) -> list[str]:
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    raw = [json.loads(line) for line in content.decode("utf-8").splitlines() if line.strip()]
    texts = [
        r.get("body") or r.get("text") or "".join(p["text"] or "" for p in r.get("posts", [])) for r in raw
    ]
    return [text for text in texts if text.strip()]


def rate(work: Callable[[list[str]], object], texts: list[str], seconds: float) -> float:
    """Documents a second, best of rounds that fill `seconds`."""
    best, end = 0.0, time.perf_counter() + seconds
    while True:
        begun = time.perf_counter()
        work(texts)
        best = max(best, len(texts) / (time.perf_counter() - begun))
        if time.perf_counter() > end:
            return best


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--articles", type=Path, action="append")
    arguments.add_argument("--posts", type=Path, action="append")
    arguments.add_argument("--seconds", type=float, default=5)
    chosen = arguments.parse_args()
    articles = [
        t
        for p in chosen.articles or [SAMPLE / "articles-a.jsonl", SAMPLE / "articles-b.jsonl"]
        for t in load_texts(p)
    ]
    posts = [t for p in chosen.posts or [SAMPLE / "threads.jsonl"] for t in load_texts(p)]
    tagger = Tagger(load_city())
    jieba.initialize()

    def tag_articles(texts: Iterable[str]) -> None:
        items = [ArticleItem(id=str(n), body=text) for n, text in enumerate(texts)]
        tagger.articles(items)
        tagger.reprints(items)

    def tag_posts(texts: Iterable[str]) -> None:
        tagger.posts([PostItem(id=str(n), text=text) for n, text in enumerate(texts)])

    for name, texts, tag in (("articles", articles, tag_articles), ("posts", posts, tag_posts)):
        tag(texts[:10])
        size = sum(map(len, texts)) / len(texts)
        plain = rate(lambda all_: [jieba.lcut(text) for text in all_], texts, chosen.seconds)
        ours = rate(tag, texts, chosen.seconds)
        few = texts[:20]
        snow = rate(lambda all_: [(jieba.lcut(text), SnowNLP(text).sentiments) for text in all_], few, 1)
        print(f"{name}: {len(texts)} texts of {size:.0f} characters")
        print(f"  jieba.lcut                     {plain:10.0f} docs/s   1.0")
        print(f"  jieba.lcut + SnowNLP.sentiments {snow:9.1f} docs/s   {snow / plain:.4f}")
        print(
            f"  gangqing, everything it tags   {ours:10.0f} docs/s   {ours / plain:.1f}"
            f"  ({ours / snow:.0f} x jieba + SnowNLP)"
        )


if __name__ == "__main__":
    main()
