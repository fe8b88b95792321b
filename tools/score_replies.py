"""Owns the figure of retrieval: is the nearest answered message answered by the same kind of office?

`python tools/score_replies.py citizen-replies.csv.gz [--read 50]` hides one message after the other and asks
for the nearest of the rest. The office is read from the answer (教育局, 派出所 …), a weak label: messages
whose answer names none are left out. With --read it prints pairs for a person to read.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import random
import re
from collections import Counter
from pathlib import Path

from pipeline.tagging.alike_weights import Message
from pipeline.tagging.similar import Cases

OFFICES = {
    "教育": r"教育(体育)?局|教体局",
    "公安": r"公安(分)?局|派出所|交警",
    "住建房产": r"住房和城乡建设|住建(局|委)|房产局|不动产|房屋交易",
    "交通": r"交通运输局|交通局|运管|公交(公司|集团)",
    "城管": r"城管|城市管理|行政执法局",
    "人社": r"人社局|人力资源|社保局|医保局",
    "公积金": r"公积金",
    "环保": r"环(境)?保(护)?(分)?局|生态环境",
    "规划国土": r"规划(分)?局|国土|自然资源",
    "卫生": r"卫计|卫生(健康|和计划)|卫健|疾控",
    "民政": r"民政局",
    "市场监管": r"工商|食药|食品药品|市场监督|质监",
    "水务": r"水务|水利|自来水|供水公司",
    "供电": r"供电|电力公司",
    "地铁": r"轨道(交通)?(集团|公司)|地铁",
    "财税": r"财政局|税务",
    "街道乡镇": r"街道(办事处)?|[\u4e00-\u9fff]镇(人民政府|政府|党委)|乡政府",
}
GREETING = re.compile(r"^.{0,40}?(回复如下|答复如下|收悉[。，])")


def office(answer: str) -> str | None:
    """The kind of office that an answer names first."""
    text = GREETING.sub("", answer)[:300]
    found = [(m.start(), name) for name, pattern in OFFICES.items() if (m := re.search(pattern, text))]
    return min(found)[1] if found else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--read", type=int, default=0, help="print so many pairs to read")
    args = parser.parse_args()
    with gzip.open(args.file, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    messages = [Message(str(i), row["title"], row["text"], None) for i, row in enumerate(rows)]
    offices = [office(row["answer"]) for row in rows]
    cases = Cases(messages)
    counts = Counter(name for name in offices if name)
    total = sum(counts.values())
    chance = sum((n / total) ** 2 for n in counts.values())
    hits: Counter[tuple[str, int]] = Counter()
    for i, name in enumerate(offices):
        if name is None:
            continue
        near = [n for n in cases.nearest(messages[i], 12, 0.0) if offices[int(n.id)] is not None][:5]
        said = [offices[int(n.id)] for n in near]
        for k in (1, 3, 5):
            hits[name, k] += name in said[:k]
    print(
        f"{len(rows)} messages, {total} with an office; by chance {chance:.3f}, always the commonest "
        f"({counts.most_common(1)[0][0]}) {counts.most_common(1)[0][1] / total:.3f}"
    )
    print("office\tmessages\thit@1\thit@3\thit@5")
    for name, n in [*counts.most_common(), ("all", total)]:
        each = [sum(hits[o, k] for o in counts) if name == "all" else hits[name, k] for k in (1, 3, 5)]
        print(f"{name}\t{n}\t" + "\t".join(f"{e / n:.3f}" for e in each))
    for i in random.Random(17).sample(range(len(rows)), args.read):
        near = cases.nearest(messages[i], 1)
        print(f"\n[{i}] {rows[i]['title']} | {rows[i]['text'][:80]}")
        for n in near:
            j = int(n.id)
            print(f"   {n.likeness} {n.words}")
            print(f"   问 {rows[j]['title']} | {rows[j]['text'][:60]}")
            print(f"   答 {rows[j]['answer'][30:150]}")


if __name__ == "__main__":
    main()
