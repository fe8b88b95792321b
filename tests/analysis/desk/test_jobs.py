"""Long work: told how far it is, cancelled, ended by failure, outliving the desk that started it."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from analysis.desk.jobs import Job, JobError, Jobs, ProcessMark, mark_of, write_job
from analysis.desk.office import Office, open_office
from analysis.desk.rights import Role
from analysis.desk.schedule import start_schedule
from pipeline.city import CityError
from pipeline.retention import TERM
from tests.analysis.desk.people import browser, small_office, token

NOW = dt.datetime(2017, 12, 4, 9, 30)
# A command that tells how far it is, and ends with the code that it is given after so many seconds.
CHILD = """
import sys, time
from pipeline.progress import tell
tell("标注稿件", 3, 10)
print("开始", flush=True)
time.sleep(float(sys.argv[1]))
sys.exit(int(sys.argv[2]))
"""


def jobs_in(folder: Path) -> Jobs:
    return Jobs(folder, lambda: NOW, [sys.executable, "-c", CHILD])


def wait(jobs: Jobs, job: Job, seconds: float = 20) -> Job:
    until = time.monotonic() + seconds
    while (found := jobs.get(job.id)).is_running:
        assert time.monotonic() < until, found
        time.sleep(0.05)
    return found


def test_steps_run_in_order_and_a_failure_ends_the_job(tmp_path) -> None:
    jobs = jobs_in(tmp_path)
    done = wait(jobs, jobs.start("a", "甲", [["0", "0"], ["0", "0"]], "张三"))
    assert (done.state, done.step, done.code) == ("完成", 1, 0)
    assert jobs.log(done).count("开始") == 2
    assert jobs.progress(done).stage == "标注稿件"
    failed = wait(jobs, jobs.start("a", "甲", [["0", "3"], ["0", "0"]], "张三"))
    assert (failed.state, failed.step, failed.code) == ("失败", 0, 3)
    partly = wait(jobs, jobs.start("a", "甲", [["0", "1"], ["0", "0"]], "张三"))
    assert (partly.state, partly.step, partly.code) == ("失败", 1, 1)
    assert jobs.log(partly).count("开始") == 2  # one source that is down keeps nobody's news out
    assert [job.id for job in jobs.all()][-1] == done.id or len(jobs.all()) == 3


def test_one_of_a_kind_runs_at_once_and_it_can_be_cancelled(tmp_path) -> None:
    jobs = jobs_in(tmp_path)
    job = jobs.start("a", "甲", [["60", "0"]], "张三")
    with pytest.raises(JobError, match="张三"):
        jobs.start("a", "甲", [["0", "0"]], "李四")
    until = time.monotonic() + 20
    while "开始" not in jobs.log(job) and time.monotonic() < until:
        time.sleep(0.05)
    jobs.cancel(job.id)
    ended = wait(jobs, job)
    assert ended.state == "已取消"
    assert "KeyboardInterrupt" in jobs.log(ended)  # asked to end as by Ctrl-C, not killed
    with pytest.raises(JobError, match="已经结束"):
        jobs.cancel(job.id)


def record(folder: Path, **more: Any) -> Job:
    """A record that a desk left behind."""
    job = Job(
        id="20171204093000-abcdef",
        kind="a",
        label="甲",
        by="张三",
        steps=[["60", "0"]],
        started_at=NOW,
        **more,
    )
    write_job(folder, job)
    return job


def test_a_job_that_outlives_the_desk_writes_down_its_own_end(tmp_path) -> None:
    desk = (
        "import datetime as dt, os, signal, sys\nfrom pathlib import Path\n"
        "program = [sys.executable, '-c', sys.argv[2]]\n"
        "from analysis.desk.jobs import Jobs\n"
        "jobs = Jobs(Path(sys.argv[1]), lambda: dt.datetime(2017, 12, 4, 9, 30), program)\n"
        "print(jobs.start('a', '甲', [['1', '0'], ['0', '0']], '张三').id, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", desk, str(tmp_path), CHILD], stdout=subprocess.PIPE, text=True
    )
    assert told.returncode == -signal.SIGKILL
    jobs = jobs_in(tmp_path)  # a desk that was started anew
    job = jobs.get(told.stdout.strip())
    assert job.is_running
    with pytest.raises(JobError, match="张三"):
        jobs.start("a", "甲", [["0", "0"]], "李四")
    ended = wait(jobs, job)
    assert (ended.state, ended.step, ended.code) == ("完成", 1, 0)
    assert ended.ended_at is not None and NOW < ended.ended_at < NOW + dt.timedelta(seconds=60)
    assert jobs.log(ended).count("开始") == 2


def begun(jobs: Jobs) -> tuple[Job, ProcessMark]:
    """A job whose step has begun, and what runs it."""
    job = jobs.start("a", "甲", [["60", "0"]], "张三")
    until = time.monotonic() + 20
    while "开始" not in jobs.log(job) and time.monotonic() < until:
        time.sleep(0.05)
    runner = jobs.get(job.id).runner
    assert runner is not None
    return job, runner


def test_what_runs_a_job_was_killed_and_the_step_is_still_told_of_and_cancelled(tmp_path) -> None:
    jobs = jobs_in(tmp_path)
    job, runner = begun(jobs)
    until = time.monotonic() + 20
    os.kill(runner.pid, signal.SIGKILL)
    while runner.is_alive and time.monotonic() < until:
        time.sleep(0.05)
    assert jobs_in(tmp_path).get(job.id).is_running
    jobs.cancel(job.id)
    assert wait(jobs, job).state == "已取消"
    assert "KeyboardInterrupt" in jobs.log(job)


def test_a_number_that_went_to_a_stranger_is_no_job_and_the_stranger_is_left_alone(tmp_path) -> None:
    stranger = subprocess.Popen(["sleep", "60"], start_new_session=True, preexec_fn=_interruptible)
    try:
        mark = mark_of(stranger.pid)
        assert mark is not None and mark.is_alive
        before = ProcessMark(mark.pid, mark.began - 3600)  # of the job that had the number before
        jobs = jobs_in(tmp_path)
        job = record(tmp_path, runner=before, child=before)
        with pytest.raises(JobError, match="已经结束（中断）"):
            jobs.cancel(job.id)
        assert jobs.get(job.id).state == "中断"
        # Nor one whose record is of an earlier version, with a bare number.
        path = tmp_path / f"{job.id}.json"
        path.write_bytes(msgspec.json.encode(msgspec.to_builtins(record(tmp_path)) | {"pid": stranger.pid}))
        with pytest.raises(JobError, match="已经结束（中断）"):
            jobs.cancel(job.id)
        # Nor is its kind blocked.
        assert wait(jobs, jobs.start("a", "甲", [["0", "0"]], "李四")).state == "完成"
        time.sleep(0.2)
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()
    assert not mark.is_alive


def test_a_job_that_the_machine_ends_is_told_as_broken_off_with_its_time(tmp_path) -> None:
    jobs = jobs_in(tmp_path)
    job, runner = begun(jobs)
    os.kill(runner.pid, signal.SIGTERM)
    ended = wait(jobs, job)
    assert ended.state == "中断" and ended.ended_at is not None


def _interruptible() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize("name", ["../../etc/passwd", "x", "", "20171204093000-abcdef/../x"])
def test_a_job_that_there_is_not_is_no_file(tmp_path, name: str) -> None:
    with pytest.raises(JobError):
        jobs_in(tmp_path).get(name)


def test_the_desk_starts_shows_and_cancels(office: Office) -> None:
    office.jobs = jobs_in(office.store.jobs)
    office.command = lambda *arguments: ["60", "0"]  # type: ignore[method-assign]
    with browser(office, Role.ADMINISTRATOR) as client:
        form = token(client.get("/jobs").text)
        page = client.post("/jobs/start", data={"_csrf_token": form, "kind": "build"}).text
        assert "已启动：建库" in page
        job = office.jobs.all()[0]
        state = client.get(f"/jobs/{job.id}/state").json()
        assert state["is_running"] is True
        client.post("/jobs/cancel", data={"_csrf_token": form, "job": job.id})
        assert wait(office.jobs, job).state == "已取消"
        assert client.get(f"/jobs/{job.id}/state").json()["said"] == "已取消"
        assert client.post("/jobs/start", data={"_csrf_token": form, "kind": "rm -rf"}).status_code == 400
    with browser(office, Role.INSPECTOR) as client:
        form = token(client.get("/jobs").text)
        assert client.post("/jobs/start", data={"_csrf_token": form, "kind": "build"}).status_code == 403


def test_the_schedule_is_the_citys_and_off_where_it_names_no_time(tmp_path) -> None:
    office = small_office(tmp_path)
    assert start_schedule(office) is None
    office.city.settings["desk"] = {"crawl_at": ["07:30"], "check_at": ["22:00"], "presence_at": ["09:00"]}
    office = open_office(office.city, office.home, office.clock, tmp_path / "warehouse.duckdb")
    clockwork = start_schedule(office)
    assert clockwork is not None
    assert {job.id for job in clockwork.get_jobs()} == {"refresh-07:30", "check-22:00", "presence-09:00"}
    clockwork.shutdown(wait=False)
    office.city.settings |= {"desk": {"forget_at": ["03:00"]}, TERM: 365}
    office = open_office(office.city, office.home, office.clock, tmp_path / "warehouse.duckdb")
    clockwork = start_schedule(office)
    assert clockwork is not None and [job.id for job in clockwork.get_jobs()] == ["forget-03:00"]
    clockwork.shutdown(wait=False)
    with browser(office, Role.PUBLICITY) as client:
        assert "清除期满的论坛原始网页" in client.get("/jobs").text
    del office.city.settings[TERM]
    with browser(office, Role.PUBLICITY) as client:  # no button for what nobody has set a term for
        assert 'value="forget"' not in client.get("/jobs").text
    with pytest.raises(CityError, match="raw_forum_days"):
        open_office(office.city, office.home, office.clock, tmp_path / "warehouse.duckdb")
    for wrong in ({"crawl_at": ["7:30"]}, {"crawl_at": ["25:00"]}, {"crwal_at": []}):
        office.city.settings["desk"] = wrong
        with pytest.raises(CityError, match="desk"):
            open_office(office.city, office.home, office.clock, tmp_path / "warehouse.duckdb")
