"""What crawls and builds leave behind for who starts them from a timer: masked lines, however they end."""

from __future__ import annotations

import datetime as dt
import json
import logging
from pathlib import Path
from typing import Any

import pytest
import typer

from commands.collect import collect
from commands.common import UserError
from commands.logged import logged
from commands.stages import build_warehouse
from crawlers import run
from pipeline.log import KEPT_FILES, NAME, JsonLines, kept_log, lines_to, without_secrets
from pipeline.store import Store, open_store
from tests.crawlers.crawled import article, links, one_site
from tests.crawlers.servers import Web, serve

DAYS = (dt.date(2017, 10, 1), dt.date(2017, 10, 31))


def lines(store: Store, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (store.logs / f"{name}.jsonl").read_text("utf-8").splitlines()]


def test_a_crawl_and_a_build_leave_a_line_when_they_begin_when_something_fails_and_when_they_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "PROCESS_MODULE", "tests.crawlers.fake_process")
    with serve(Web()) as web:
        web.pages |= {"/list": links("/a", "/raise"), "/a": article("甲"), "/raise": article("乙")}
        city = one_site(tmp_path, web)
        collect(city, tmp_path, *DAYS, lambda: dt.datetime(2017, 10, 9, 8))
        store = open_store(tmp_path, city)
        with pytest.raises(UserError):
            collect(city, tmp_path, *DAYS, lambda: dt.datetime(2017, 10, 9, 9), sites=["nosuch"])
    begun, page, done, again, failed = lines(store, "crawl")
    assert (begun["said"], begun["first_day"], begun["level"]) == ("crawl begins", "2017-10-01", "info")
    assert page["said"].startswith("page failed: ") and "ValueError" in page["fault"]
    assert "13877012345" not in page["fault"]
    assert (done["said"], done["new_records"]) == ("crawl done", 1)
    assert done["sites"] == {"paper": {"listed": 1, "stored": 1, "parse_failed": 1}}
    assert again["sites"] == ["nosuch"]
    assert failed["level"] == "error" and "没有这个站点" in failed["said"] and "fault" not in failed
    build_warehouse(city, tmp_path)
    begun, done = lines(store, "build")
    assert (begun["said"], done["said"]) == ("build begins", "build done")
    assert done["page_count"] == 3 and done["seconds"] >= 0
    assert not logging.getLogger(NAME).handlers


def test_however_a_run_ends_it_is_told_and_nothing_of_it_is_left_behind(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    store = Store(tmp_path)
    with pytest.raises(typer.Exit), logged(store, "x", sites=None) as told:
        told["who"] = ["打13877012345", {"token": "gq_abcdefghij"}]
        raise typer.Exit(130)
    with pytest.raises(ZeroDivisionError), logged(store, "x"):
        logging.getLogger("pipeline.landing").warning("a line is broken")
        raise ZeroDivisionError("1/0")
    found = lines(store, "x")
    assert [line["level"] for line in found] == ["info", "warning", "info", "warning", "error"]
    assert found[1]["said"] == "x ends with code 130"
    assert found[1]["who"] == ["打〔电话〕", {"token": "gq_***"}]
    assert "ZeroDivisionError" in found[4]["fault"]
    logging.getLogger("pipeline.landing").warning("after the run")
    assert len(lines(store, "x")) == 5


def test_a_log_turns_over_before_a_run_and_not_under_one(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(b"x" * 10_000_001)
    for handler in (lines_to(tmp_path, "x"), lines_to(tmp_path, "x")):
        handler.close()
    assert path.stat().st_size == 0 and (tmp_path / "x.jsonl.1").stat().st_size == 10_000_001
    assert KEPT_FILES == 5


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_disk_that_takes_no_line_of_the_log_stops_no_work_and_is_told_once_without_a_traceback(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x.jsonl").symlink_to("/dev/full")
    with kept_log(tmp_path, "x") as log:
        log.info("begins")
        log.info("ends")
    said = capfd.readouterr().err
    assert said.count("日志写不进") == 1 and "x.jsonl" in said and "磁盘" in said
    assert "Traceback" not in said and "Logging error" not in said
    with kept_log(tmp_path, "y") as log:
        log.info("%d", "no number")
    assert "Logging error" in capfd.readouterr().err  # a fault of ours is not hushed up


@pytest.mark.parametrize(
    "said",
    ["monkey: banana", "the Turkey=12345", "主题 token: 水利 民生", "主题 token: 3个", "Unexpected token: }"],
)
def test_words_that_end_as_the_name_of_a_secret_stay_in_the_log(said: str) -> None:
    assert without_secrets(said) == said


@pytest.mark.parametrize(
    ("said", "secret"),
    [
        ("accessToken: abcd1234", "abcd1234"),
        ("X-Api-Key: 9f8e7d", "9f8e7d"),
        ("appkey=geheim7", "geheim7"),
        ("主题token=geheim7", "geheim7"),
        ("my_monkey=geheim7", "geheim7"),
        ("token=geheim7，请查", "geheim7"),
        ("dbpassword: x1", "x1"),
    ],
)
def test_a_secret_of_any_name_does_not(said: str, secret: str) -> None:
    assert secret not in without_secrets(said)


def test_a_field_of_a_secret_name_is_masked_whatever_its_value() -> None:
    fields = {"password": "geheim", "pwd": 12345, "api_key": "geheim", "monkey": "banana", "secret": True}
    record = logging.makeLogRecord({"msg": "said", "fields": {"told": fields}})
    line = json.loads(JsonLines().format(record))
    assert line["told"] == {
        "password": "***", "pwd": "***", "api_key": "***", "monkey": "banana", "secret": True
    }  # fmt: skip
