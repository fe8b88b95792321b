"""Owns the tagging benchmark: the whole tagger beside jieba and jieba + SnowNLP, in one run.

    python tools/bench_tagging.py [--articles FILE] [--posts FILE] [--seconds 5] [--jobs 2]

Texts are those of the sample city, or the files given (JSON lines or CSV with a column text, .gz or not).
Everything `gangqing tag` prints is made, JSON included. Prints documents a second of each candidate and the
ratio to `jieba.lcut` over the same texts, measured in turns, so that the machine's noise cancels; then what
`--jobs` processes do beside one, and how long one line takes from a cold start.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import jieba
from snownlp import SnowNLP

from pipeline.city import load_city
from pipeline.tagging.stream import tag_lines
from pipeline.tagging.tagger import Tagger

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "sample" / "content"
FEW = 20  # texts that SnowNLP gets: it is slow
MANY = 3000  # texts that several processes share
LEAST = 400  # texts of a measurement; fewer are repeated


def load_texts(path: Path) -> list[str]:
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    lines = content.decode("utf-8")
    if ".csv" in path.suffixes:
        raw: list[dict[str, object]] = list(csv.DictReader(io.StringIO(lines)))
    else:
        raw = [json.loads(line) for line in lines.splitlines() if line.strip()]
    texts = [str(r.get("body") or r.get("text") or _floors(r)) for r in raw]
    return [text for text in texts if text.strip()]


def _floors(record: dict[str, object]) -> str:
    posts = record.get("posts")
    return "".join(str(p["text"] or "") for p in posts) if isinstance(posts, list) else ""


def best_rates(works: Iterable[tuple[Callable[[], object], int]], seconds: float) -> list[float]:
    """Documents a second of each work (and its number of documents), best of turns that fill `seconds`."""
    works = list(works)
    best, end = [0.0] * len(works), time.perf_counter() + seconds * len(works)
    while True:
        for place, (work, count) in enumerate(works):
            begun = time.perf_counter()
            work()
            best[place] = max(best[place], count / (time.perf_counter() - begun))
        if time.perf_counter() > end:
            return best


def cold_start(line: bytes) -> float:
    """Seconds of `gangqing tag` over one line, in a new process."""
    command = [sys.executable, "-m", "gangqing", "tag", "-"]
    begun = time.perf_counter()
    subprocess.run(command, input=line, cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - begun


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--articles", type=Path, action="append")
    arguments.add_argument("--posts", type=Path, action="append")
    arguments.add_argument("--seconds", type=float, default=5)
    arguments.add_argument("--jobs", type=int, default=2)
    chosen = arguments.parse_args()
    sorts = {
        "articles": ("body", chosen.articles or [SAMPLE / "articles-a.jsonl", SAMPLE / "articles-b.jsonl"]),
        "posts": ("text", chosen.posts or [SAMPLE / "threads.jsonl"]),
    }
    city = load_city()
    tagger = Tagger(city)
    jieba.initialize()
    for name, (field, paths) in sorts.items():
        texts = [text for path in paths for text in load_texts(path)]
        texts *= -(-LEAST // len(texts)) if len(texts) < LEAST else 1
        lines = [json.dumps({"id": str(n), field: text}).encode() for n, text in enumerate(texts)]
        size, count = sum(map(len, texts)) / len(texts), len(texts)

        def tag(lines: list[bytes] = lines) -> None:
            for _ in tag_lines(lines, city, tagger=tagger):
                pass

        def cut(texts: list[str] = texts) -> None:
            for text in texts:
                jieba.lcut(text)

        def shipped(texts: list[str] = texts) -> None:
            for text in texts[:FEW]:
                jieba.lcut(text)
                _ = SnowNLP(text).sentiments

        tag(lines[:10])
        plain, ours, snow = best_rates([(cut, count), (tag, count), (shipped, FEW)], chosen.seconds)
        print(f"{name}: {count} texts of {size:.0f} characters")
        print(f"  jieba.lcut                     {plain:10.0f} docs/s   1.0")
        print(f"  jieba.lcut + SnowNLP.sentiments {snow:9.1f} docs/s   {snow / plain:.4f}")
        print(
            f"  gangqing, everything it tags   {ours:10.0f} docs/s   {ours / plain:.1f}"
            f"  ({ours / snow:.0f} x jieba + SnowNLP)"
        )
        if chosen.jobs > 1:
            many = lines * -(-MANY // count)
            single, parallel = (_whole(many, city, jobs) for jobs in (1, chosen.jobs))
            print(f"  {chosen.jobs} processes beside one        {single / parallel:19.2f}")
    seconds = cold_start(json.dumps({"id": "1", "text": "路灯坏了"}).encode())
    print(f"one line from a cold start: {seconds:.2f} s")


def _whole(lines: list[bytes], city: object, jobs: int) -> float:
    """Seconds of tagging lines on `jobs` processes, without loading them."""
    stream = tag_lines(lines, city, jobs)  # type: ignore[arg-type]
    next(stream)
    begun = time.perf_counter()
    for _ in stream:
        pass
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
