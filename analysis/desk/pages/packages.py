"""Owns the page of proof packages: packed as a job, since captures may be thousands; then downloaded."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from pathlib import Path
from typing import Any, ClassVar

from litestar.exceptions import NotFoundException
from litestar.response import File, Redirect, Response

from analysis.desk.acting import signature
from analysis.desk.forms import LONG, Form
from analysis.desk.jobs import Job, JobError
from analysis.desk.office import ensure_private
from analysis.desk.page import Page
from analysis.desk.routing import act, see
from analysis.desk.visit import Visit

HERE = "/packages"
KIND = "package"
_NAME = re.compile(r"[0-9]{14}[\w（）、.-]*\.zip")


@dataclasses.dataclass(frozen=True)
class Package:
    """A package on disk."""

    name: str
    size_bytes: int
    made_at: dt.datetime


@dataclasses.dataclass(kw_only=True)
class PackagesPage(Page):
    """Proof packages.

    Attributes:
        packages: those that were made, newest first.
        running: the job that packs now; None: none does.
        units: of which one may be made.
        tasks: number → title of the tasks of which one may be made.
    """

    template: ClassVar[str] = "packages.html"
    heading: ClassVar[str] = "核验材料包"
    section: ClassVar[str] = "/reports"
    packages: list[Package]
    running: Job | None
    units: list[str]
    tasks: dict[str, str]


def folder_of(visit: Visit) -> Path:
    return ensure_private(visit.office.store.desk / "packages")


def packages_of(visit: Visit) -> list[Package]:
    found = []
    for path in sorted(folder_of(visit).glob("*.zip"), reverse=True):
        if _NAME.fullmatch(path.name):
            made = dt.datetime.fromisoformat(f"{path.name[:8]}T{path.name[8:14]}")
            found.append(Package(path.name, path.stat().st_size, made))
    return found


@see(HERE, "city.read")
def page(visit: Visit) -> Response[Any]:
    """Proof packages."""
    running = (job for job in visit.office.jobs.all() if job.is_running and job.kind == KIND)
    return visit.show(
        PackagesPage(
            packages=packages_of(visit),
            running=next(running, None),
            units=[unit.short for unit in visit.office.city.units],
            tasks={task.id: task.title for task in visit.office.plan.tasks},
        )
    )


@act(f"{HERE}/make", "report.make")
def make(visit: Visit, form: Form) -> Redirect:
    """Pack what is chosen, as of the day, in the background."""
    visit.check_today()
    office = visit.office
    unit = form.chosen("unit", "单位", office.city.unit_by_short, required=False)
    task = form.chosen("task", "事项", {each.id for each in office.plan.tasks}, required=False)
    first, last = form.day("first", "刊发自"), form.day("last", "至")
    name = "-".join(part for part in (f"{office.clock():%Y%m%d%H%M%S}", unit or "全市", task) if part)
    steps = ["proof", "pack", f"--out={folder_of(visit) / f'{name}.zip'}", f"--as-of={visit.as_of}"]
    steps += [f"--{option}={value}" for option, value in (("unit", unit), ("task", task)) if value]
    steps += [f"--{option}={day}" for option, day in (("from", first), ("to", last)) if day]
    steps += [f"--who={signature(visit)}", f"--why={form.text('why', '用途', limit=LONG)}"]
    try:
        job = office.jobs.start(KIND, f"打包核验材料：{name}", [office.command(*steps)], visit.user.person)
    except JobError as error:
        return visit.back(HERE, str(error), is_error=True)
    visit.log("打包核验材料", name, after={"job": job.id})
    return visit.back(f"/jobs/{job.id}", f"已启动：{job.label}。完成后到“报表—核验材料包”下载")


@see(f"{HERE}/{{name:str}}", "city.read", fresh=True)
def download(visit: Visit, name: str) -> File:
    """A package."""
    path = folder_of(visit) / name
    if not _NAME.fullmatch(name) or not path.is_file():
        raise NotFoundException("没有这个材料包")
    visit.log("下载核验材料包", name)
    return File(path, filename=name, content_disposition_type="attachment", media_type="application/zip")


ROUTES = [page, make, download]
