"""Owns how an evaluation is shown: scores beside baselines, confusions, misses with their text."""

from __future__ import annotations

import msgspec

from analysis.terminal import Output, console, emit
from pipeline.evaluation import Evaluation
from pipeline.selective import ThresholdRow

UNKNOWN_SHOWN = 5  # names of a sort


def print_evaluation(result: Evaluation, *, as_json: bool, with_misses: bool) -> None:
    if as_json:
        console().print(msgspec.json.format(msgspec.json.encode(result), indent=1).decode(), soft_wrap=True)
        return
    names = {(s.name, s.measure): s for s in result.scores}
    rows = []
    for (name, measure), score in names.items():
        row: dict[str, object] = {
            "name": name,
            "measure": measure,
            "value": "–" if score.value is None else f"{score.value:.3f}",
            "cases": score.cases,
        }
        for baseline, scores in result.baselines.items():
            value = next((s.value for s in scores if (s.name, s.measure) == (name, measure)), None)
            row[baseline] = "" if value is None else f"{value:.3f}"
        rows.append(row)
    columns = {"name": "标签", "measure": "指标", "value": "港情", "cases": "条数"}
    columns |= {baseline: baseline for baseline in result.baselines}
    kind = "稿件" if result.kind == "articles" else "帖子"
    emit(rows, columns, Output.TABLE, title=f"评测：{result.items} 条{kind}")
    for sort, unknown in result.unknown.items():
        first = "、".join(list(unknown)[:UNKNOWN_SHOWN]) + (" 等" if len(unknown) > UNKNOWN_SHOWN else "")
        console().print(
            f"注意：标准答案里有 {sum(unknown.values())} 处{sort}认不出（城市数据或程序里没有），"
            f"判不对：{first}；请核对写法，或用 --city 指明城市",
            soft_wrap=True,
        )
    confusions = [
        {"field": field, "pair": pair, "count": count}
        for field, pairs in result.confusions.items()
        for pair, count in pairs.items()
    ]
    if confusions:
        emit(
            confusions,
            {"field": "标签", "pair": "标准答案 → 所给", "count": "条数"},
            Output.TABLE,
            title="混淆",
        )
    for name, of_name in result.coverage.items():
        _print_coverage(name, of_name)
    if with_misses:
        out = console()
        for miss in result.misses:
            out.print(
                f"✗ {miss.id} {miss.field}：标准 {miss.gold}，所给 {miss.said}（{miss.why or '无理由'}）"
            )
            out.print(f"    {miss.text[:400]}")


def _print_coverage(name: str, rows: list[ThresholdRow]) -> None:
    """What a threshold of confidence leaves to the program, and to a person's list."""
    columns = {
        "threshold": "把握不低于",
        "share": "由程序定",
        "precision": "其中判对",
        "decided": "条数",
        "left": "留给人看",
    }
    shown = [
        {
            "threshold": row.threshold,
            "share": f"{row.share:.3f}",
            "precision": "–" if row.precision is None else f"{row.precision:.3f}",
            "decided": row.decided,
            "left": row.left,
        }
        for row in rows
    ]
    emit(shown, columns, Output.TABLE, title=f"门槛：{name}")
