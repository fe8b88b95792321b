"""Owns the tagging benchmark: the whole tagger beside jieba and jieba + SnowNLP, in one run.

    python tools/bench_tagging.py [--articles FILE] [--posts FILE] [--seconds 5] [--jobs 2]

Texts are the city's own articles (sample and gold), and, where the folder of shared data is at hand, real
copy of other cities and citizens' messages, each text once; or the files given (JSON lines or CSV with a
column body or text, .gz or not). Everything `gangqing tag` prints is made, reprints and JSON included; jieba
cuts title and text of the same. Candidates are measured in turns, in seconds of this process, so that the
machine's noise cancels; SnowNLP, which is slow, on some texts beside jieba on the same. Loading the models is
stated apart. Then what `--jobs` processes do beside one by the clock, and how long one line takes from a cold
start.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import json
import os
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jieba
from snownlp import SnowNLP

from pipeline.city import City, load_city
from pipeline.tagging.stream import spare_collector, tag_lines
from pipeline.tagging.tagger import Tagger

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("GANGQING_SHARED", ROOT.parent / "shared")) / "data"
FEW = 30  # texts that SnowNLP gets: it is slow
MOST = 3000  # texts of a kind
MANY = 12_000  # texts that several processes share: enough that loading the models hardly counts
TURNS = 3  # at least

_CLAUSE_END = re.compile(r"(?=[，。：！？；\n])|(?<=[一不上])")

Item = dict[str, Any]


def load_items(path: Path) -> Iterator[Item]:
    """The articles, or the opening posts and messages, of a file, as `gangqing tag` reads them."""
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    lines = content.decode("utf-8")
    if ".csv" in path.suffixes:
        raw: list[Item] = list(csv.DictReader(io.StringIO(lines)))
    else:
        raw = [json.loads(line) for line in lines.splitlines() if line.strip()]
    for number, record in enumerate(raw):
        name, title = f"{path.stem}-{number}", record.get("title") or ""
        if record.get("body"):
            kept = ("outlet", "published", "page", "column", "kicker", "subtitle", "byline", "source")
            yield {"id": name, "title": title, "body": record["body"]} | {k: record.get(k) for k in kept}
        elif text := record.get("text") or "".join(post["text"] or "" for post in record.get("posts") or []):
            yield {"id": name, "title": title, "text": text}


def corpora(chosen: argparse.Namespace) -> dict[str, list[Item]]:
    """Name → items: what was chosen, else all that there is."""
    gold, sample = ROOT / "tests" / "gold", ROOT / "sample" / "content"
    if chosen.articles or chosen.posts:
        files = {"articles": chosen.articles or [], "posts": chosen.posts or []}
    else:
        own = [*sorted(sample.glob("articles-*.jsonl")), *sorted(gold.glob("articles-*.jsonl"))]
        threads = [sample / "threads.jsonl", *sorted(gold.glob("threads-*.jsonl"))]
        files = {
            "the city's own articles": [*own, SHARED / "articles-dev.jsonl"],
            "real articles of other cities": [SHARED / "local-news.jsonl.gz"],
            "posts of the city's forums": [*threads, SHARED / "threads-dev.jsonl"],
            "real messages of citizens": [SHARED / "citizen-messages.csv.gz"],
        }
    found = {
        name: [item for path in paths if path.is_file() for item in load_items(path)][:MOST]
        for name, paths in files.items()
    }
    return {name: items for name, items in found.items() if items}


def text_of(item: Item) -> str:
    return f"{item['title']}\n{item.get('body') or item.get('text')}"


def best_times(works: list[Callable[[], object]], seconds: float) -> list[float]:
    """Seconds of this process that each work takes, best of turns that fill `seconds` for each."""
    best, turn, end = [float("inf")] * len(works), 0, time.perf_counter() + seconds * len(works)
    while turn < TURNS or time.perf_counter() < end:
        for place, work in enumerate(works):
            begun = time.process_time()
            work()
            best[place] = min(best[place], time.process_time() - begun)
        turn += 1
    return best


def cold_start(line: bytes) -> float:
    """Seconds of `gangqing tag` over one line, in a new process."""
    command = [sys.executable, "-m", "gangqing", "tag", "-"]
    begun = time.perf_counter()
    subprocess.run(command, input=line, cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - begun


def measure(name: str, items: list[Item], city: City, chosen: argparse.Namespace) -> None:
    """Print the ratios of one corpus."""
    texts = [text_of(item) for item in items]
    lines = [json.dumps(item).encode() for item in items]
    few = texts[:: max(1, len(texts) // FEW)][:FEW]
    begun = time.process_time()
    tagger = Tagger(city)
    _exhaust(tag_lines(lines[:10], city, tagger=tagger))
    loaded = time.process_time() - begun
    cut, ours = best_times(
        [
            lambda: [jieba.lcut(text) for text in texts],
            lambda: _exhaust(tag_lines(lines, city, tagger=tagger)),
        ],
        chosen.seconds,
    )
    begun = time.process_time()
    for text in few:
        jieba.lcut(text)
    middle = time.process_time()
    for text in few:
        _ = jieba.lcut(text), SnowNLP(text).sentiments
    snow = (time.process_time() - middle) / (middle - begun)
    count, size = len(texts), sum(map(len, texts)) / len(texts)
    print(f"{name}: {count} texts of {size:.0f} characters; models loaded in {loaded:.2f} s")
    print(f"  jieba.lcut                      {count / cut:10.0f} docs/s   1.0")
    print(f"  jieba.lcut + SnowNLP.sentiments {count / cut / snow:10.1f} docs/s   {1 / snow:.4f}")
    print(
        f"  gangqing, everything it tags    {count / ours:10.0f} docs/s   {cut / ours:.1f}"
        f"  ({cut / ours * snow:.0f} x jieba + SnowNLP)",
        flush=True,
    )
    if chosen.jobs > 1:
        # Copies would be reprints of each other: what is repeated is told apart.
        many = [
            line for turn in range(-(-MANY // count)) for line in _apart(items, turn)
        ] if "body" in items[0] else lines * -(-MANY // count)  # fmt: skip
        turns = [[_whole(many, city, jobs) for jobs in (1, chosen.jobs)] for _ in range(TURNS)]
        single, several = (min(turn[place] for turn in turns) for place in (0, 1))
        print(f"  {chosen.jobs} processes beside one, by the clock {single / several:15.2f}", flush=True)


def _apart(items: list[Item], turn: int) -> list[bytes]:
    """The items with other common characters for each turn, and one more before each sign and behind each
    frequent character by which edited copies are looked for, so that no two turns look like reprints."""
    table = {ord(a): chr(ord(a) + turn) for a in "的了是在和有为年月日人大中"}
    mark = chr(0x9F00 + turn)
    return [
        json.dumps(
            item
            | {"id": f"{item['id']}-{turn}", "body": _CLAUSE_END.sub(mark, item["body"].translate(table))}
        ).encode()
        for item in items
    ]


def _exhaust(lines: Iterator[bytes]) -> None:
    for _ in lines:
        pass


def _whole(lines: list[bytes], city: City, jobs: int) -> float:
    """Seconds of tagging lines on `jobs` processes, loading the models included."""
    begun = time.perf_counter()
    _exhaust(tag_lines(lines, city, jobs))
    return time.perf_counter() - begun


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--articles", type=Path, action="append")
    arguments.add_argument("--posts", type=Path, action="append")
    arguments.add_argument("--seconds", type=float, default=5)
    arguments.add_argument("--jobs", type=int, default=2)
    chosen = arguments.parse_args()
    spare_collector()
    jieba.initialize()
    _ = SnowNLP("开始").sentiments
    city = load_city()
    for name, items in corpora(chosen).items():
        measure(name, items, city, chosen)
    line = json.dumps({"id": "1", "text": "路灯坏了"}).encode()
    print(f"one line from a cold start: {min(cold_start(line) for _ in range(TURNS)):.2f} s")
    print(
        f"most memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB, jieba's included"
    )


if __name__ == "__main__":
    main()
