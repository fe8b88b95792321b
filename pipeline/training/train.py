"""Owns `train`: every model rebuilt from the data by one call, with its card; the same bytes each time."""

from __future__ import annotations

import hashlib
import json
import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import f1_score
from threadpoolctl import threadpool_limits

from pipeline.city import City, load_city
from pipeline.tagging.alike_weights import MODEL as FREQUENCY_MODEL
from pipeline.tagging.gram_keys import read_grams
from pipeline.tagging.grams import GramModel
from pipeline.tagging.linear import softmax
from pipeline.tagging.roles_model import load_role_model
from pipeline.training.alike import fit_frequencies
from pipeline.training.examples import Example, load_examples, load_rows, load_threads
from pipeline.training.inputs import check_inputs
from pipeline.training.kinds import ASKING, Row, fit_threads, read_rows
from pipeline.training.manifest import write_manifest
from pipeline.training.matters import (
    fit_matters,
    held_out_matters,
    load_matters,
    load_phrases,
    matter_scores,
)
from pipeline.training.placing import drafted
from pipeline.training.reply_kinds import OWN, count_kinds, fit_replies, load_replies, reply_scores
from pipeline.training.sentiment import fit_chat, load_chat
from pipeline.training.split import FOLDS, SEED, held_out
from pipeline.training.topics import fit_topics, load_topics, rank_held_out
from pipeline.training.unit_rank import rank_scores, read_cases, write_rank
from pipeline.training_files import ARTICLES, THREADS

Card = dict[str, Any]


@threadpool_limits.wrap(limits=1)
def train(
    data_dir: Path, out_dir: Path, docs: Path | None = None, corrections: Path | None = None
) -> list[Path]:
    """Rebuild all models and list them in their manifest; they take the place of those in `out_dir` at once,
    when all are made. With `docs`, also write the comparison of candidates there, and those of credits and
    news beside it (`<docs>-roles.md`, `-news.md`).
    One thread sums, so that the bytes are the same whatever the number of processors.

    `data_dir` holds the given data (citizen-topics.csv.gz, sentiment.csv.gz, threads-*.jsonl …).

    Args:
        corrections: folder into which `correct export` wrote what people corrected: learned from too.

    Raises:
        TrainingDataError: a file of the given data is missing or wrong; nothing was written.
    """
    check_inputs(data_dir, corrections)
    with drafted(out_dir) as draft:
        written = _train(data_dir, draft, docs, corrections)
        names = [path.relative_to(draft) for path in written]
    return [out_dir / name for name in names]


def _train(data_dir: Path, out_dir: Path, docs: Path | None, corrections: Path | None) -> list[Path]:
    # Articles' models import the whole article tagger; posts do not need it.
    from pipeline.training.confidence import held_out_tags, write_calibration, write_confidence_table
    from pipeline.training.news import build_news_models
    from pipeline.training.roles import build_role_model, write_tables

    city = load_city()
    routers = held_out_matters(data_dir, city)
    cases = read_cases(routers, city)
    routed, ranked = matter_scores(routers, city), rank_scores(cases)
    written = [
        _write(out_dir, *_threads(data_dir, city, corrections)),
        _write(out_dir, *_topics(data_dir)),
        _write(out_dir, *_chat(data_dir)),
        _write(out_dir, *_matters(data_dir, city, routed, corrections)),
        _write(out_dir, *_replies(data_dir, corrections)),
    ]
    articles = corrections / ARTICLES if corrections else None
    role_model, read, scores = build_role_model(data_dir, out_dir / "roles", articles)
    written.append(role_model)
    # The units in the examples of the news models are those that the new model credits.
    roles = load_role_model(role_model)
    table = docs.with_stem(f"{docs.stem}-news") if docs else None
    build_news_models(city, data_dir, out_dir / "news", table, articles, roles)
    write_rank(out_dir, cases, ranked)
    held = held_out_tags(data_dir, city, cases)
    calibration = write_calibration(out_dir, held)
    frequencies = out_dir / f"{FREQUENCY_MODEL}.npz"
    fit_frequencies(data_dir).save(frequencies)
    if docs is not None:
        from pipeline.training.compare import write_table

        write_table(data_dir, docs, routed, ranked)
        write_confidence_table(docs.with_stem(f"{docs.stem}-confidence"), held, calibration)
        write_tables(docs.with_stem(f"{docs.stem}-roles"), roles, read, scores)
    return [*written, out_dir / "news" / "sentiment.npz", frequencies, write_manifest(out_dir)]


def _write(out_dir: Path, model: GramModel, card: Card) -> Path:
    path = out_dir / f"{model.name}.npz"
    model.save(path)
    card = {
        "model": model.name,
        **card,
        "bytes": path.stat().st_size,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
    }
    text = json.dumps(card, ensure_ascii=False, indent=2) + "\n"
    (out_dir / f"{model.name}.json").write_text(text, encoding="utf-8")
    return path


def _threads(data_dir: Path, city: City, corrections: Path | None = None) -> tuple[GramModel, Card]:
    examples = load_examples(data_dir)
    if corrections is not None and (corrections / THREADS).is_file():
        examples += load_threads(corrections / THREADS)
    rows = read_rows(examples, city)
    card: Card = {
        "what": "帖子：类型、是否要单位答复、是否紧急",
        "kind": "逻辑回归加少许补集朴素贝叶斯：全文、标题、结尾的单字与双字，加电话、价钱、问号和自述"
        "（建议、请问、求助等在标题、正文、末句）共二十九个数",
        "data": dict(Counter(_origin(example.id) for example in examples)),
        "labels": dict(sorted(Counter(str(example.kind) for example in examples).items())),
        "cross_validated": thread_scores(examples, rows),
        "limits": "训练帖子大多是写出来的；真实论坛帖上的成绩应以人工抽查为准",
    }
    return fit_threads(examples, rows), card


def thread_scores(examples: Sequence[Example], rows: Sequence[Row]) -> dict[str, dict[str, float]]:
    """Held-out scores by origin of the post (folds with a fixed seed)."""
    order = list(range(len(examples)))
    random.Random(SEED).shuffle(order)
    said: dict[str, dict[str, str]] = {}
    for fold in range(FOLDS):
        kept = [i for place, i in enumerate(order) if place % FOLDS != fold]
        held = [i for place, i in enumerate(order) if place % FOLDS == fold]
        model = fit_threads([examples[i] for i in kept], [rows[i] for i in kept])
        grams = read_grams([rows[i][0].text for i in held], [rows[i][0].title_end for i in held])
        scores = model.scores(model.known(grams), np.array([rows[i][1] for i in held], dtype=np.float32))
        for i, margins in zip(held, scores.tolist(), strict=True):
            best: dict[str, tuple[float, str]] = {}
            for name, score in zip(model.classes, margins, strict=True):
                head, _, label = name.partition("|")
                best[head] = max(best.get(head, (-np.inf, "")), (score, label))
            said[examples[i].id] = {head: label for head, (_, label) in best.items()}
    groups: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        groups[_origin(example.id)].append(example)
    result: dict[str, dict[str, float]] = {}
    for origin, group in groups.items():
        asking = [e for e in group if e.kind in ASKING]
        kinds = [str(e.kind) for e in group], [said[e.id]["kind"] for e in group]
        measured = {
            "kind_accuracy": float(np.mean([a == b for a, b in zip(*kinds, strict=True)])),
            "kind_macro_f1": float(f1_score(*kinds, average="macro")),
        }
        if asking:
            right = [(said[e.id]["asked"] == "asked") == e.asked for e in asking]
            measured["asked_accuracy"] = float(np.mean(right))
        known = [e for e in group if e.urgent is not None]
        if known:
            urgent = [(said[e.id]["urgent"] == "urgent") == e.urgent for e in known]
            measured["urgent_accuracy"] = float(np.mean(urgent))
        result[origin] = {name: round(value, 3) for name, value in measured.items()}
    return result


def _origin(name: str) -> str:
    if name.startswith("told"):
        return "真实来帖（标题自报类型）"
    if name.startswith("read"):
        return "真实来帖（人读过）"
    if name.startswith("chat"):
        return "真实闲谈（车友、微博）"
    if name.startswith("own"):
        return "自写短帖"
    if name.startswith("st"):
        return "样例城市帖子"
    return "自写长帖" if name.startswith("p") else "给定标注帖子"


def _topics(data_dir: Path) -> tuple[GramModel, Card]:
    pairs = load_topics(data_dir)
    labels = np.array([topic for topic, _ in pairs])
    said = rank_held_out(pairs)[:, 0]
    card: Card = {
        "what": "群众来信主题（7 类）",
        "kind": "线性支持向量机：单字与双字的 tf-idf",
        "data": {"citizen-topics.csv.gz": len(pairs)},
        "labels": dict(sorted(Counter(labels.tolist()).items())),
        "cross_validated": {
            "macro_f1": round(float(f1_score(labels, said, average="macro")), 3),
            "accuracy": round(float(np.mean(said == labels)), 3),
        },
        "limits": "标注有交叉（公交归城乡建设或交通运输），线性模型约到 0.90；政法、民政等主题不在数据中",
    }
    return fit_topics(pairs), card


def _matters(
    data_dir: Path, city: City, held_out: dict[str, dict[str, float]], corrections: Path | None = None
) -> tuple[GramModel, Card]:
    matters = load_matters(data_dir, city, corrected=corrections / THREADS if corrections else None)
    card: Card = {
        "what": "帖子：所说的事属于哪项公共职能（再由 units.csv 对应到单位）",
        "kind": "线性支持向量机加补集朴素贝叶斯：单字与双字的 tf-idf；与职责词典合用",
        "data": {"样本": len(matters), "其中自写说法": len(load_phrases())},
        "labels": dict(sorted(Counter(function for function, _, _ in matters).items())),
        "held_out": held_out,
        "limits": "每项职能二十至数百条，多为自写，另有按答复单位推定的外地来信；点名和县区由规则判定",
    }
    return fit_matters(matters), card


def _replies(data_dir: Path, corrections: Path | None = None) -> tuple[GramModel, Card]:
    replies = load_replies(data_dir, corrected=corrections / THREADS if corrections else None)
    card: Card = {
        "what": "官方跟帖：初步回应、正式答复、退回",
        "kind": "逻辑回归：单字与双字的 tf-idf，加答复词典各类提示的个数和单凭提示的判断",
        "data": {"样本": len(replies), "其中自写跟帖": sum(1 for _ in load_rows(OWN))},
        "labels": count_kinds(replies),
        "held_out": reply_scores(data_dir),
        "limits": "标注跟帖大多是写出来的；只看已登记的官方账号",
    }
    return fit_replies(replies), card


def _chat(data_dir: Path) -> tuple[GramModel, Card]:
    rows = load_chat(data_dir)
    rest, test = held_out([f"{source}|{label}" for source, label, _ in rows])
    model = fit_chat([rows[i] for i in rest])
    card: Card = {
        "what": "闲谈短文的情感（negative、neutral、positive）",
        "kind": "逻辑回归：单字与双字的 tf-idf；按来源×情感分类，再按情感合并",
        "data": {"sentiment.csv.gz": len(rows)},
        "labels": dict(sorted(Counter(label for _, label, _ in rows).items())),
        "held_out": {name: round(value, 3) for name, value in chat_scores(model, rows, test).items()},
        "limits": "来自汽车论坛和疫情期间的微博；只用于没有诉求的短文，群众诉求按类型和词典判定",
    }
    return fit_chat(rows), card


def chat_scores(
    model: GramModel, rows: Sequence[tuple[str, str, str]], test: Sequence[int]
) -> dict[str, float]:
    """Macro F1 by source and over all."""
    said = say_chat(model, [rows[i][2] for i in test])
    gold = [rows[i][1] for i in test]
    result = {"all_macro_f1": float(f1_score(gold, said, average="macro"))}
    for source in sorted({rows[i][0] for i in test}):
        pairs = [(g, s) for i, g, s in zip(test, gold, said, strict=True) if rows[i][0] == source]
        result[f"{source}_macro_f1"] = float(f1_score(*zip(*pairs, strict=True), average="macro"))
    return result


def say_chat(model: GramModel, texts: Sequence[str]) -> list[str]:
    """The sentiment whose classes (source|sentiment) have most of the share, for each text."""
    shares = softmax(model.scores(model.known(read_grams(texts))))
    labels = sorted({name.rpartition("|")[2] for name in model.classes})
    columns = [[i for i, c in enumerate(model.classes) if c.endswith(f"|{label}")] for label in labels]
    total = np.stack([shares[:, column].sum(axis=1) for column in columns], axis=1)
    return [labels[i] for i in total.argmax(axis=1)]
