"""Owns the honest figure of threads: each gold file scored by models that have learned from all others.

    python tools/score_left_out.py [--only threads-tuned-5] [--misses] [--keep DIR]

Each file is another writer's, so a file left out stands for threads to come, as far as learning goes; the
lexicons are as they are and may have been mended after a file's misses were read.
"""

from __future__ import annotations

import argparse
import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from pipeline.city import City, load_city
from pipeline.evaluation import Evaluation, evaluate
from pipeline.tagging.grams import GramModel, load_gram_model
from pipeline.tagging.tagger import Tagger
from pipeline.tagging.threads import ThreadTagger
from pipeline.training.examples import gold_files, load_examples
from pipeline.training.kinds import fit_threads, read_rows
from pipeline.training.matters import fit_matters, load_matters
from pipeline.training.reply_kinds import fit_replies, load_replies

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("GANGQING_SHARED", ROOT.parent / "shared")) / "data"
SHOWN = (
    ("needs_reply", "precision"), ("needs_reply", "recall"), ("needs_reply", "F1"),
    ("unit（第一）", "accuracy"),
    ("unit（前三）", "accuracy"), ("unit（无）", "accuracy"), ("kind", "accuracy"), ("kind", "macro F1"),
    ("unit_named", "accuracy"), ("sentiment", "accuracy"), ("state", "accuracy"),
    ("first_response_floor", "accuracy"), ("answer_floor", "accuracy"), ("urgency", "accuracy"),
)  # fmt: skip


def models_without(name: str, city: City, keep: Path | None) -> tuple[GramModel, GramModel]:
    """The models of kinds and of duties that have not learned from a file; `keep` is where they are stored
    under a digest of what they learned from."""
    examples = load_examples(SHARED, frozenset([name]))
    rows = read_rows(examples, city)
    matters = load_matters(SHARED, city, frozenset([name]))
    kinds = [(e, numbers) for e, (_, numbers) in zip(examples, rows, strict=True)]
    return (
        _kept("thread", repr(kinds), keep) or _keep(fit_threads(examples, rows), repr(kinds), keep),
        _kept("duty", repr(matters), keep) or _keep(fit_matters(matters), repr(matters), keep),
    )


def _place(kind: str, learned: str, keep: Path) -> Path:
    return keep / f"{kind}-{hashlib.sha256(learned.encode()).hexdigest()[:16]}"


def _kept(kind: str, learned: str, keep: Path | None) -> GramModel | None:
    if keep is None or not (folder := _place(kind, learned, keep)).is_dir():
        return None
    return load_gram_model(kind, folder)


def _keep(model: GramModel, learned: str, keep: Path | None) -> GramModel:
    if keep is not None:
        folder = _place(model.name, learned, keep)
        folder.mkdir(parents=True, exist_ok=True)
        model.save(folder / f"{model.name}.npz")
    return model


def left_out(path: Path, city: City, keep: Path | None) -> Evaluation:
    """The scores of one file by models that have not learned from it."""
    kinds, duties = models_without(path.name, city, keep)
    replies = fit_replies(load_replies(SHARED, [path.name]))
    tagger = Tagger(city)
    tagger.thread_tagger = ThreadTagger(city, kinds, duties, replies=replies)
    return evaluate(path.read_bytes().splitlines(), city, with_baselines=False, tagger=tagger)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", help="stem of a file; may be given again")
    parser.add_argument("--misses", action="store_true", help="print each miss with its text")
    parser.add_argument("--keep", type=Path, help="folder to keep fitted models in, for the next run")
    args = parser.parse_args(arguments)
    city = load_city()
    total: dict[tuple[str, str], list[float]] = {}
    print("file", *(f"{name} {measure}" for name, measure in SHOWN), sep="\t")
    for path in gold_files(SHARED):
        if args.only and path.stem not in args.only:
            continue
        result = left_out(path, city, args.keep)
        values = [result.value(*measure) for measure in SHOWN]
        print(path.stem, *("-" if v is None else f"{v:.3f}" for v in values), sep="\t", flush=True)
        for measure, value in zip(SHOWN, values, strict=True):
            total.setdefault(measure, []).extend([] if value is None else [value])
        for miss in result.misses if args.misses else []:
            print(f"  {miss.id} {miss.field}: {miss.gold} / {miss.said} ({miss.why})\n    {miss.text}")
    print("mean", *(f"{sum(v) / len(v):.3f}" if v else "-" for v in total.values()), sep="\t")


if __name__ == "__main__":
    main()
