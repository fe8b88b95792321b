"""What training reads is looked at first; what is wrong is told by file, line and field."""

import csv
import gzip
import io
import json
from pathlib import Path

import pytest

from pipeline.training.inputs import TABLES, TrainingDataError, check_inputs
from pipeline.training.split import FOLDS

THREAD = {
    "id": "t1",
    "posts": [{"floor": 1, "text": "路灯坏了"}],
    "gold": {
        "kind": "投诉", "state": "待研判", "urgency": "普通", "sentiment": "negative", "needs_reply": True,
        "units": [], "first_response_floor": None, "answer_floor": None,
    },
}  # fmt: skip


def packed(*rows: tuple[str, ...]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return gzip.compress(text.getvalue().encode())


def given(folder: Path) -> Path:
    """The least that training takes."""
    for name, columns in TABLES.items():
        rows = [
            tuple({"sentiment": mood, "topic": mood, "source": "s"}.get(c, f"{mood}{n}") for c in columns)
            for n in range(FOLDS)
            for mood in ("negative", "positive")
        ]
        (folder / name).write_bytes(packed(columns, *rows))
    return folder


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("citizen-topics.csv.gz", None, "缺少训练数据：citizen-topics.csv.gz"),
        ("citizen-topics.csv.gz", b"garbage", "不是 gz 文件"),
        ("citizen-topics.csv.gz", packed(("topic", "text"), ("a", "b"))[:-9], "不完整"),
        ("citizen-topics.csv.gz", packed(("topic", "words"), ("a", "b")), "缺少列：text"),
        ("citizen-topics.csv.gz", packed(("topic", "text"), ("a",)), "第 2 行缺少 text"),
        ("citizen-topics.csv.gz", packed(("topic", "text"), ("a", "b"), ("c", "d")), "每类不少于"),
        ("citizen-topics.csv.gz", gzip.compress("topic,text\n主题,正文\n".encode("gbk")), "不是 UTF-8"),
        ("citizen-replies.csv.gz", packed(("title", "text", "answer")), "没有数据"),
        ("sentiment.csv.gz", packed(TABLES["sentiment.csv.gz"], *(("s", m, t) for t in "12345" for m in "+")),
         "应为 negative"),
        ("threads-x.jsonl", b"{bad", "第 1 行不是 JSON"),
        ("threads-x.jsonl", json.dumps(THREAD | {"posts": []}).encode(), "posts 是空的"),
        ("threads-x.jsonl", json.dumps(THREAD | {"gold": {}}).encode(), "缺少 gold.kind"),
        ("articles-dev.jsonl", b'{"id": "1", "body": "x", "gold": null}', "gold 应是对象"),
        ("forum-posts.jsonl.gz", gzip.compress(b'{"id": "1"}'), "缺少 title"),
        ("local-news.jsonl.gz", gzip.compress(b""), "标注过的稿件"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(tmp_path: Path, name: str, content: bytes | None, said: str) -> None:
    path = given(tmp_path) / name
    check_inputs(tmp_path)
    path.unlink(missing_ok=True)
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(TrainingDataError, match=said) as told:
        check_inputs(tmp_path)
    assert name in str(told.value)


def test_corrections_are_looked_at(tmp_path: Path) -> None:
    corrections = tmp_path / "corrections"
    corrections.mkdir()
    path = corrections / "threads-corrected.jsonl"
    path.write_text(json.dumps(THREAD), "utf-8")
    check_inputs(given(tmp_path), corrections)
    path.write_text("[]", "utf-8")
    with pytest.raises(
        TrainingDataError, match=r"threads-corrected.jsonl 第 1 行：整行 应是对象，而不是列表"
    ):
        check_inputs(tmp_path, corrections)
