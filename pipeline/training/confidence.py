"""Owns the calibration of threads' tags: what share of tags of a confidence a person would sign.

Whole files of gold are held out in turn, so that each thread is judged by models that have not seen it nor
its neighbours; a scale of the log odds (Platt) is fitted on what came out, one for each tag.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
from sklearn.linear_model import LogisticRegression

from pipeline.city import City
from pipeline.records import ThreadTags
from pipeline.selective import THRESHOLDS, Judged, coverage_rows
from pipeline.tagging.calibration import FILE, RAW, Calibration, log_odds
from pipeline.tagging.items import ThreadItem
from pipeline.tagging.threads import ThreadTagger
from pipeline.training.examples import gold_files, load_examples
from pipeline.training.kinds import fit_threads, read_rows
from pipeline.training.matters import fit_matters, load_matters
from pipeline.training.reply_kinds import fit_replies, load_replies
from pipeline.training.unit_rank import Case, fit_rank

AS_IT_IS = (1.0, 0.0)  # slope and shift of what needs no scale
PARTS = 3  # into which the files of gold are dealt
NAMES = {"needs_reply": "是否要答复", "units": "首个单位", "kind": "类型"}


class Held(NamedTuple):
    """What the models said of threads that they had not seen: tag → confidence and whether it was right."""

    judged: dict[str, list[Judged]]
    files: list[str]


def held_out_tags(data_dir: Path, city: City, cases: Sequence[Case]) -> Held:
    """Tags of every thread with gold, by models trained without its file; `cases` are what the signs of units
    are weighed by."""
    judged: dict[str, list[Judged]] = {name: [] for name in NAMES}
    files = gold_files(data_dir)
    for part in (files[start::PARTS] for start in range(PARTS)):
        without = frozenset(path.name for path in part)
        examples = load_examples(data_dir, without)
        kinds = fit_threads(examples, read_rows(examples, city))
        matters = fit_matters(load_matters(data_dir, city, without))
        replies = fit_replies(load_replies(data_dir, without))
        tagger = ThreadTagger(city, kinds, matters, RAW, replies, fit_rank(cases, without))
        for path in part:
            rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
            items = [msgspec.convert({k: v for k, v in r.items() if k != "gold"}, ThreadItem) for r in rows]
            for row, tags in zip(rows, tagger.tag_all(items), strict=True):
                _judge(row, tags, judged)
    return Held(judged, [path.name for path in files])


def _judge(row: dict[str, Any], tags: ThreadTags, judged: dict[str, list[Judged]]) -> None:
    if row["posts"][0].get("is_registered_official"):
        return  # nothing of an announcement was learned
    gold, sure = row["gold"], tags.confidence
    judged["kind"].append(Judged(sure["kind"], tags.kind == gold["kind"]))
    if tags.units:
        judged["units"].append(Judged(sure["units"], tags.units[:1] == gold["units"][:1]))
    if tags.answer_floor is None:  # else the answer decides
        judged["needs_reply"].append(Judged(sure["needs_reply"], tags.needs_reply == gold["needs_reply"]))


def fit_calibration(held: Held) -> Calibration:
    """The scales; the same tags give the same."""
    return Calibration({name: _scale(judged) for name, judged in held.judged.items()})


def _scale(judged: Sequence[Judged]) -> tuple[float, float]:
    """Slope and shift; none where a confidence is as good a probability without."""
    margins = np.array([[log_odds(j.confidence)] for j in judged])
    fitted = LogisticRegression(C=10.0).fit(margins, [j.right for j in judged])
    scale = round(float(fitted.coef_[0][0]), 4), round(float(fitted.intercept_[0]), 4)
    scaled = Calibration({"": scale})
    better = _brier(Judged(scaled.chance("", j.confidence), j.right) for j in judged) < _brier(judged)
    return scale if better else AS_IT_IS


def write_calibration(folder: Path, held: Held) -> Calibration:
    """Write `confidence.json`: the scales, and what they were fitted on."""
    fitted = fit_calibration(held)
    card = {
        "model": "confidence",
        "what": "帖子标签的把握：原始分换算成“人也会这样判”的概率",
        "kind": "每个标签一条 Platt 换算（对数几率的斜率与截距），整文件留出的预测上拟合",
        "scales": fitted.scales,
        "data": held.files,
        "cases": {name: len(judged) for name, judged in held.judged.items()},
        "brier": {
            name: {
                "raw": _brier(judged),
                "calibrated": _brier(Judged(fitted.chance(name, j.confidence), j.right) for j in judged),
            }
            for name, judged in held.judged.items()
        },
        "limits": "标注帖子大多是写出来的；换算只在这些帖子的错法范围内可信",
    }
    text = json.dumps(card, ensure_ascii=False, indent=2) + "\n"
    (folder / FILE).write_text(text, encoding="utf-8")
    return fitted


def _brier(judged: Iterable[Judged]) -> float:
    return round(float(np.mean([(j.confidence - j.right) ** 2 for j in judged])), 4)


def write_confidence_table(path: Path, held: Held, fitted: Calibration) -> None:
    """The page of docs that tells what a threshold costs."""
    lines = [
        "# 帖子标签的把握",
        "",
        "本页由 `gangqing train 数据目录 --docs docs/models.md` 生成，请勿手改。",
        "每个帖子都由没有见过它所在文件的模型判定，再换算成概率。“由程序定”是把握不低于门槛的份额，",
        "“判对”是其中与人一致的份额；其余进入待判断名单（`gangqing judge`）。",
        "`gangqing evaluate` 对任何标注文件给出同样的表。稿件计分的同一张表在 models-roles.md。",
    ]
    for name, judged in held.judged.items():
        calibrated = [Judged(fitted.chance(name, j.confidence), j.right) for j in judged]
        lines += ["", f"## {NAMES[name]}（{len(judged)} 帖）", ""]
        lines += ["| 门槛 | 由程序定 | 判对 |", "|---:|---:|---:|"]
        for row in coverage_rows(calibrated, (0.0, *THRESHOLDS)):
            right = "–" if row.precision is None else f"{row.precision:.3f}"
            lines.append(f"| {row.threshold} | {row.share:.3f} | {right} |")
        lines += ["", "| 平均把握 | 判对 | 帖数 |", "|---:|---:|---:|"]
        lines += [f"| {mean:.2f} | {right:.2f} | {count} |" for mean, right, count in _bins(calibrated)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _bins(judged: Sequence[Judged]) -> list[tuple[float, float, int]]:
    found = []
    for low, high in ((0.0, 0.5), (0.5, 0.7), (0.7, 0.85), (0.85, 0.95), (0.95, 1.01)):
        part = [j for j in judged if low <= j.confidence < high]
        if part:
            mean = sum(j.confidence for j in part) / len(part)
            found.append((mean, sum(j.right for j in part) / len(part), len(part)))
    return found
