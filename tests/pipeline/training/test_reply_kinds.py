"""What official replies are is learned from the floors that stop the clocks, the same model each time."""

import hashlib
import json
from pathlib import Path

from pipeline.tagging.answers import AnswerReader
from pipeline.training.reply_kinds import fit_replies, load_replies, replies_of


def thread(
    name: str, state: str, first: int | None, answer: int | None, *texts: str, official: int = 2
) -> str:
    posts = [
        {"floor": n, "author": "某局" if n >= official else "甲", "text": text,
         "is_registered_official": n >= official}
        for n, text in enumerate(texts, 1)
    ]  # fmt: skip
    gold = {"state": state, "first_response_floor": first, "answer_floor": answer}
    return json.dumps({"id": name, "posts": posts, "gold": gold}, ensure_ascii=False)


def test_labels_come_from_the_floors(tmp_path: Path) -> None:
    path = tmp_path / "threads-x.jsonl"
    lines = [
        thread("a", "已答复", 3, 4, "灯坏了", "请找别家", "在查", "修好了", "不客气"),
        thread("b", "退回改派", 2, None, "占道", "在查", "不归我们"),
        thread("c", "退回改派", None, None, "占道", "请找别家"),
        thread("d", "已初步回应", 2, None, "占道", "在查", "还在查"),  # the second may be anything
        thread("e", "无需回复", None, None, "闲聊", "同乐"),
        thread("f", "已答复", 2, 2, "公告", "已延期", official=1),
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    assert list(replies_of(path)) == [
        ("sent_back", "请找别家"),
        ("response", "在查"),
        ("answer", "修好了"),
        ("response", "在查"),
        ("sent_back", "不归我们"),
        ("sent_back", "请找别家"),
        ("response", "在查"),
    ]


def test_a_file_is_left_out_and_training_repeats(tmp_path: Path) -> None:
    path = tmp_path / "threads-x.jsonl"
    path.write_text(thread("a", "已答复", 2, 2, "灯坏了", "灯已经亮了，独一无二的句子"), encoding="utf-8")
    replies = load_replies(tmp_path)
    assert ("answer", "灯已经亮了，独一无二的句子") in replies
    rest = load_replies(tmp_path, [path.name])
    assert len(rest) == len(replies) - 1
    sums = set()
    for name in ("a", "b"):
        fit_replies(rest).save(tmp_path / f"{name}.npz")
        sums.add(hashlib.sha256((tmp_path / f"{name}.npz").read_bytes()).hexdigest())
    assert len(sums) == 1


def test_what_people_decided_is_learned_from(tmp_path: Path) -> None:
    decided = tmp_path / "corrected.jsonl"
    decided.write_text(thread("a", "退回改派", None, None, "占道", "这个要去隔壁楼问"), encoding="utf-8")
    assert ("sent_back", "这个要去隔壁楼问") in load_replies(tmp_path, corrected=decided)
    assert load_replies(tmp_path, corrected=tmp_path / "none.jsonl") == load_replies(tmp_path)


def test_a_batch_is_read_as_its_replies_one_by_one() -> None:
    reader = AnswerReader()
    texts = ["收到。", "您好，经查属实，已全部退还。", "不归我局管，请找城管。", "", "😀"]
    both = reader.classify_all([(n, text) for n, text in enumerate(texts)])
    assert both == [reader.classify(n, text) for n, text in enumerate(texts)]
    assert all(0 < reply.share <= 1 for reply in both)
    assert reader.classify_all([]) == []
