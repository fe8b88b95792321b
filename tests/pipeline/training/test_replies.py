"""Weak labels: the office that answers tells whose matter it was, where one stands out."""

import csv
import gzip
from pathlib import Path

from pipeline.training.replies import OfficeNames, load_answered


def test_the_office_that_stands_out_is_taken() -> None:
    offices = OfficeNames()
    assert offices.function("您好，市环保局答复如下：经环保局现场监测，噪声达标。") == "环保"
    assert offices.function("您好，您的留言已收悉，请耐心等待。") is None
    assert offices.function("经城管局、环保局、公安局联合检查，现答复如下。") is None


def test_messages_without_a_clear_office_are_left_out(tmp_path: Path) -> None:
    assert list(load_answered(tmp_path)) == []
    with gzip.open(tmp_path / "citizen-replies.csv.gz", "wt", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "title", "asked_at", "text", "answer", "answered_at"])
        rows.writerow(["1", "停水", "", "停水三天", "我公司是自来水公司，正在抢修。自来水公司敬上", ""])
        rows.writerow(["2", "停水", "", "停水三天", "已收悉", ""])
    assert list(load_answered(tmp_path)) == [("供水", "停水", "停水三天")]
