"""Owns the pages of long work: what runs, how far it is, what it printed; starting and cancelling it."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

from litestar.exceptions import NotFoundException, ValidationException
from litestar.response import Redirect, Response

from analysis.desk.forms import Form
from analysis.desk.jobs import Job, JobError
from analysis.desk.office import JOB_KINDS, Office
from analysis.desk.page import Listing, Page, cut
from analysis.desk.routing import act, see
from analysis.desk.visit import Visit
from pipeline.progress import Progress
from pipeline.retention import term_days

HERE = "/jobs"


@dataclasses.dataclass(kw_only=True)
class JobsPage(Page):
    """All jobs.

    Attributes:
        listing: jobs, the newest first.
        progress: by id, how far a running one is.
        kinds: what can be started: key → label.
        schedule: when the desk starts what by itself, in words.
    """

    template: ClassVar[str] = "jobs.html"
    heading: ClassVar[str] = "任务"
    section: ClassVar[str] = "/settings"
    listing: Listing[Job]
    progress: dict[str, Progress]
    kinds: dict[str, str]
    schedule: list[str]


@dataclasses.dataclass(kw_only=True)
class JobPage(Page):
    """One job.

    Attributes:
        job: the job.
        progress: how far it is.
        log: the end of what it printed.
    """

    template: ClassVar[str] = "job.html"
    heading: ClassVar[str] = "任务"
    section: ClassVar[str] = "/settings"
    job: Job
    progress: Progress
    log: str


def build_jobs(visit: Visit) -> JobsPage:
    office = visit.office
    jobs = office.jobs.all()
    return JobsPage(
        listing=cut(jobs, visit.request.query_params),
        progress={job.id: office.jobs.progress(job) for job in jobs if job.is_running},
        kinds={key: kind.label for key, kind in JOB_KINDS.items() if key in offered(office)},
        schedule=office.settings.in_words(),
    )


def offered(office: Office) -> set[str]:
    """Kinds that people may start. Raw pages are removed by a job only where the city has set their term."""
    return set(JOB_KINDS) - (set() if term_days(office.city) else {"forget"})


def _job(visit: Visit, job_id: str) -> Job:
    try:
        return visit.office.jobs.get(job_id)
    except JobError as error:
        raise NotFoundException(str(error)) from error


@see(HERE, "settings.read")
def page(visit: Visit) -> Response[Any]:
    """All jobs."""
    return visit.show(build_jobs(visit))


@see(f"{HERE}/{{job_id:str}}", "settings.read")
def one(visit: Visit, job_id: str) -> Response[Any]:
    """One job with its log."""
    jobs, job = visit.office.jobs, _job(visit, job_id)
    return visit.show(JobPage(job=job, progress=jobs.progress(job), log=jobs.log(job)))


@see(f"{HERE}/{{job_id:str}}/state", "settings.read")
def state(visit: Visit, job_id: str) -> dict[str, Any]:
    """How far a job is, for the script of its page."""
    job = _job(visit, job_id)
    progress = visit.office.jobs.progress(job)
    return {
        "is_running": job.is_running,
        "said": said(job, progress),
        "done": progress.done,
        "total": progress.total,
    }


def said(job: Job, progress: Progress) -> str:
    """How far a job is, in words."""
    if not job.is_running:
        return job.state
    step = f"第 {job.step + 1}/{len(job.steps)} 步" if len(job.steps) > 1 else "进行中"
    if not progress.stage:
        return step
    count = f" {progress.done}/{progress.total}" if progress.total else f" {progress.done}"
    return f"{step}：{progress.stage}{count}"


@act(f"{HERE}/start", "job.run")
def start(visit: Visit, form: Form) -> Redirect:
    """Start one of the known kinds."""
    visit.check_today()
    kind = form.chosen("kind", "任务", offered(visit.office))
    try:
        job = visit.office.start_job(kind, visit.user.person)
    except JobError as error:
        return visit.back(HERE, str(error), is_error=True)
    visit.log("启动任务", job.id, after={"label": job.label})
    return visit.back(f"{HERE}/{job.id}", f"已启动：{job.label}。关掉网页也会继续")


@act(f"{HERE}/cancel", "job.run")
def cancel(visit: Visit, form: Form) -> Redirect:
    """Ask a job to end; what has landed stays."""
    try:
        job = visit.office.jobs.cancel(form.text("job", "任务", required=True))
    except JobError as error:
        raise ValidationException(str(error)) from error
    visit.log("取消任务", job.id, after={"label": job.label})
    return visit.back(f"{HERE}/{job.id}", "已请它结束；已落盘的内容都在")


ROUTES = [page, one, state, start, cancel]
