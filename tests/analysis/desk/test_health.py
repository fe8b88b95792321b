"""Health: what is well, what is not, who may know; metrics without names; nothing secret in the log."""

from __future__ import annotations

import datetime as dt
import json
import logging
import os

import msgspec
import pytest

from analysis.desk.accounts import Accounts
from analysis.desk.jobs import Job
from analysis.desk.office import Office
from analysis.desk.rights import Role
from analysis.health import look, worst
from analysis.notify.outbox import append_entry
from pipeline.backup import write_backup
from pipeline.log import open_log, without_secrets
from pipeline.retention import TERM
from tests.analysis.desk.people import NAMES, NOW, PASSWORD, browser, sign_in, small_office, token


def states(office: Office, **more: bool) -> dict[str, str]:
    asked = {"is_crawled_daily": False} | more
    checks = look(office.store, office.warehouse.path, office.jobs.all(), NOW, city=office.city, **asked)
    return {check.key: check.state for check in checks}


def test_the_page_tells_each_check_and_the_watch_dog_gets_no_figures(tmp_path) -> None:
    office = small_office(tmp_path)
    with browser(office, Role.ADMINISTRATOR) as client:
        page = client.get("/status")
        assert page.status_code == 200
        for label in ("最近采集", "最近建库", "全文索引", "磁盘", "日志", "任务", "最近备份", "通知"):
            assert label in page.text
        assert "没有记录；请管理员安排每天备份" in page.text
    with browser(office, Role.LIAISON) as client:
        assert client.get("/status").status_code == 403
    with browser(office) as client:
        answer = client.get("/health")
        assert answer.status_code == 200
        assert answer.json()["status"] == "warn"
        assert set(answer.json()["checks"].values()) <= {"ok", "warn", "bad"}
        assert not any(char.isdigit() for char in answer.text)
        office.warehouse.path.unlink()
        assert client.get("/health").status_code == 503


def test_what_is_not_well_is_told(tmp_path) -> None:
    office = small_office(tmp_path)
    assert states(office)["crawl"] == "ok"
    late = states(office, is_crawled_daily=True)
    assert late["crawl"] == "warn"  # the last run was on the day before
    assert states(office, is_crawled_daily=True, is_sample=True)["crawl"] == "ok"
    about = {"city": office.city, "is_crawled_daily": False, "is_sample": True}
    sample = look(office.store, office.warehouse.path, [], NOW, **about)
    assert [c.said for c in sample if c.key == "backup"] == ["没有记录（样例城市不要求备份）"]
    job = Job(
        id="20171204090000-abcdef",
        kind="build",
        label="建库",
        by="某",
        steps=[],
        started_at=NOW,
        state="失败",
    )
    office.store.jobs.mkdir()
    path = office.store.jobs / f"{job.id}.json"
    path.write_bytes(msgspec.json.encode(job))
    assert states(office)["jobs"] == "warn"
    again = msgspec.structs.replace(job, id="20171204100000-abcdef", state="完成")
    (office.store.jobs / f"{again.id}.json").write_bytes(msgspec.json.encode(again))
    assert states(office)["jobs"] == "ok"
    write_backup(office.city, office.home, tmp_path / "b.tar.zst", NOW - dt.timedelta(days=1), "1")
    assert states(office)["backup"] == "ok"
    write_backup(office.city, office.home, tmp_path / "c.tar.zst", NOW - dt.timedelta(days=9), "1")
    assert states(office)["backup"] == "warn"
    newest = max(office.store.landing.glob("*/*.jsonl"))
    os.utime(newest, (office.warehouse.path.stat().st_mtime + 7200,) * 2)
    assert states(office)["build"] == "warn"
    office.store.outbox.mkdir()
    (office.store.outbox / "2017-12.jsonl").write_text('{"what":"unknown"}\n')
    checks = look(office.store, office.warehouse.path, [], NOW, city=office.city, is_crawled_daily=False)
    assert worst(checks) == "bad"
    assert append_entry


def test_raw_forum_pages_past_the_term_of_the_city_are_told(tmp_path) -> None:
    office = small_office(tmp_path)
    folder = office.store.captures / "bbs"
    folder.mkdir(parents=True)

    def said(days: object) -> tuple[str, str]:
        office.city.settings[TERM] = days
        checks = look(office.store, office.warehouse.path, [], NOW, city=office.city, is_crawled_daily=False)
        return next((check.state, check.said) for check in checks if check.key == "retention")

    (folder / "20171001T180000-000.warc.gz").touch()
    (folder / "20171031T180000-000.warc.gz").touch()
    (folder / "20170901T180000-000.warc.gz.removed.json").touch()
    assert said(None) == (
        "ok",
        "没有设保存期限（city.yaml 的 raw_forum_days），清除由人决定：gangqing forget --before",
    )
    assert said(90) == ("ok", "保存 90 天")
    assert said(63)[0] == "ok"  # the run of 1 October may have ended on the 2nd
    assert said(30) == ("warn", "保存 30 天，2 批已期满（最早 2017-10-01），请运行 gangqing forget --expired")
    for wrong in (29, 0, -1, True, "365", 40.5):
        assert said(wrong)[0] == "bad", wrong


def test_metrics_need_a_token_and_hold_routes_not_addresses(tmp_path) -> None:
    office = small_office(tmp_path)
    _, secret = office.tokens.make("监控", Role.ADMINISTRATOR, None, "guanli", NOW)
    _, of_unit = office.tokens.make("单位系统", Role.LIAISON, "市水利局", "guanli", NOW)
    with browser(office, Role.PUBLICITY) as client:
        client.get("/tickets?q=13877012345")
        client.get("/tickets/t-nothing-here")
    with browser(office) as client:
        assert client.get("/metrics", follow_redirects=False).status_code == 401
        refused = client.get("/metrics", headers={"authorization": "Bearer gq_guess"}, follow_redirects=False)
        assert refused.status_code == 401
        assert client.get("/metrics", headers={"authorization": f"Bearer {of_unit}"}).status_code == 403
        answer = client.get("/metrics", headers={"authorization": f"Bearer {secret}"})
        assert answer.status_code == 200
        assert 'gangqing_health{check="disk"}' in answer.text
        assert 'gangqing_requests_total{method="GET",route="/tickets",status="200"}' in answer.text
        assert "13877012345" not in answer.text
        assert "nothing-here" not in answer.text
        # A token opens nothing but the API and the metrics.
        headers = {"authorization": f"Bearer {secret}"}
        assert client.get("/status", headers=headers, follow_redirects=False).status_code == 303


def test_guesses_at_one_account_from_many_addresses_are_stopped_but_its_owner_is_not(tmp_path) -> None:
    office = small_office(tmp_path)
    name = NAMES[Role.EVALUATION]
    seconds = [0.0]
    office.guesses._clock = lambda: seconds[0]
    office.guesses.passed(name, "10.0.0.7")
    for _ in range(10):
        assert not office.guesses.is_closed(name, "203.0.113.9")
        office.guesses.failed(name)
    assert office.guesses.is_closed(name, "203.0.113.9")
    assert not office.guesses.is_closed(name, "10.0.0.7")
    with browser(office) as client:
        form = token(client.get("/login").text)
        data = {"_csrf_token": form, "name": name, "password": PASSWORD}
        refused = client.post("/login", data=data, follow_redirects=False)
        assert refused.status_code == 429
        assert "15 分钟" in refused.text
        seconds[0] = 16 * 60
        assert client.post("/login", data=data, follow_redirects=False).status_code == 303
    assert [entry.refused for entry in office.audit.entries() if entry.refused] == ["输错次数过多"]


def test_names_that_do_not_exist_are_closed_too_and_cost_no_memory(tmp_path) -> None:
    office = small_office(tmp_path)
    for _ in range(10):
        office.guesses.failed("nobody")
    assert office.guesses.is_closed("nobody", "203.0.113.9")
    for number in range(12_000):
        office.guesses.failed(f"n{number}")
    assert len(office.guesses._wrong) == 10_000


def test_a_reset_password_opens_the_account_again(tmp_path) -> None:
    office = small_office(tmp_path)
    name = NAMES[Role.LIAISON]
    for _ in range(10):
        office.guesses.failed(name)
    with browser(office, Role.ADMINISTRATOR) as client:
        page = client.get("/settings")
        data = {"_csrf_token": token(page.text), "name": name, "seen": office.accounts.all()[name].mark}
        assert client.post("/settings/people/reset", data=data).status_code == 200
    assert not office.guesses.is_closed(name, "203.0.113.9")


@pytest.mark.parametrize(
    ("said", "secret"),
    [
        ("token gq_abcdefgh123456", "gq_abcdefgh123456"),
        ("Authorization: Bearer abc.def-123456", "abc.def-123456"),
        ("password=fang-cheng&next=/", "fang-cheng"),
        ("'key': 'one-time-key'", "one-time-key"),
        ("mailtos://user:pa55word@host", "pa55word"),
        ("redis://:pa55word@10.0.0.5:6379/0", "pa55word"),
        ("url: /robot/send?access_token=4f2a9c1b03", "4f2a9c1b03"),
        ("Cookie: theme=dark; session=abc123def", "abc123def"),
        ("$argon2id$v=19$m=65536,t=3$c2FsdA$aGFzaA", "aGFzaA"),
        ("电话 13877012345", "13877012345"),
    ],
)
def test_no_secret_is_written_to_the_log(tmp_path, said: str, secret: str) -> None:
    assert secret not in without_secrets(said)
    logger = open_log(tmp_path, "desk")
    try:
        try:
            raise RuntimeError(said)
        except RuntimeError:
            logger.exception("%s", said, extra={"fields": {"detail": said}})
        text = (tmp_path / "desk.jsonl").read_text("utf-8")
        assert secret not in text
        line = json.loads(text)
        assert line["level"] == "error" and "RuntimeError" in line["fault"]
        assert (tmp_path / "desk.jsonl").stat().st_mode & 0o077 == 0
    finally:
        for name in ("gangqing", "uvicorn", "litestar", "apscheduler"):
            logging.getLogger(name).handlers.clear()
            logging.getLogger(name).propagate = True


def test_a_working_day_at_the_desk_leaves_no_secret_anywhere(tmp_path, caplog) -> None:
    """Sign in, fail, change the password, use a token, break a page: then look through every file."""
    office = small_office(tmp_path)
    folder = office.store.folder
    open_log(office.store.logs, "desk")
    secrets = [PASSWORD, "wrong-guess-77", "another-long-password"]
    try:
        with browser(office) as client:
            form = token(client.get("/login").text)
            data = {"_csrf_token": form, "name": NAMES[Role.ADMINISTRATOR], "password": "wrong-guess-77"}
            client.post("/login", data=data)
            sign_in(client, NAMES[Role.ADMINISTRATOR])
            secrets.append(client.cookies["gangqing"])
            form = token(client.get("/password").text)
            data = {"_csrf_token": form, "present": PASSWORD, "password": "another-long-password",
                    "again": "another-long-password"}  # fmt: skip
            assert client.post("/password", data=data, follow_redirects=False).status_code == 303
            made, secret = office.tokens.make("某系统", Role.INSPECTOR, None, "guanli", NOW)
            secrets.append(secret)
            client.get("/api/v1/tickets", headers={"authorization": f"Bearer {secret}"})
            fault = RuntimeError(f"token {secret}")
            office.warehouse.open = lambda *_: (_ for _ in ()).throw(fault)  # type: ignore[method-assign]
            assert client.get("/").status_code == 500
    finally:
        for name in ("gangqing", "uvicorn", "litestar", "apscheduler"):
            logging.getLogger(name).handlers.clear()
            logging.getLogger(name).propagate = True
    logged = (office.store.logs / "desk.jsonl").read_text("utf-8")
    assert "RuntimeError" in logged and '"status": 500' in logged
    for path in folder.rglob("*"):
        if path.is_file() and path.parent.name != "sessions":
            content = path.read_bytes()
            for secret in secrets:
                assert secret.encode() not in content, f"{path}: {secret}"
    assert Accounts(office.store.accounts).check(NAMES[Role.ADMINISTRATOR], "another-long-password")
    assert made.id


def test_who_signs_in_too_often_is_counted_as_refused_not_as_a_fault_of_the_desk(tmp_path) -> None:
    office = small_office(tmp_path)
    with browser(office) as client:
        for _ in range(25):
            form = token(client.get("/login").text)
            data = {"_csrf_token": form, "name": "nobody", "password": "wrong"}
            answer = client.post("/login", data=data, follow_redirects=False)
        assert answer.status_code == 429
    counted = office.metrics.text([]).decode()
    assert 'route="/login",status="429"' in counted
    assert 'status="500"' not in counted
