"""Owns the page 补报与申诉: what units say was missed, up to a credit or a refusal."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

from anyio import to_thread
from litestar import post
from litestar.exceptions import ValidationException
from litestar.response import Redirect, Response

from analysis.acts.appeal import open_appeal, withdraw_appeal
from analysis.acts.appeal_ruling import grant_appeal, refuse_appeal
from analysis.appeals import OPEN, TO_CAPTURE, Appeal, AppealCount, appeals, counts
from analysis.columns import CREDIT_ROLES
from analysis.desk.acting import perform, signature
from analysis.desk.forms import LONG, Form
from analysis.desk.page import Listing, Page, cut
from analysis.desk.routing import act, see
from analysis.desk.standing import standing
from analysis.desk.visit import Visit
from analysis.handed_pieces import not_built
from analysis.plan import PIECE_KINDS, Task
from pipeline.attachments import MAX_BYTES

HERE = "/appeals"
AT_NEXT_BUILD = "新收的稿件，下次建库后计入各表，也才能打开"
ROOM = 1_000_000  # bytes of a form beside its file


@dataclasses.dataclass(kw_only=True)
class AppealsPage(Page):
    """Appeals.

    Attributes:
        waiting: those that wait for a capture or a decision, the oldest first.
        done: those that are decided or withdrawn.
        counts: by unit, how many stand how.
        tasks: lines of the plan that pieces can meet.
        unit, task: what the form begins with, as the link that led here says; "" for nothing.
        roles: what a unit can be in a piece, in words.
        units: for whom one may appeal.
        outlets: names of outlets, to choose from.
        may_capture: whether a link can be captured from here.
        not_built: articles of decided ones that count, and can be looked at, from the next build on.
        at_next_build: what is said of these.
    """

    template: ClassVar[str] = "appeals.html"
    heading: ClassVar[str] = "补报与申诉"
    section: ClassVar[str] = HERE
    waiting: list[Appeal]
    done: Listing[Appeal]
    counts: list[AppealCount]
    tasks: list[Task]
    unit: str
    task: str
    roles: dict[str, str]
    units: list[str]
    outlets: list[str]
    may_capture: bool
    not_built: set[str]
    at_next_build: str = AT_NEXT_BUILD


@standing
def build_appeals(visit: Visit) -> AppealsPage:
    found = appeals(visit.con, visit.as_of, visit.known_by, unit=visit.scope)
    city = visit.office.city
    done = cut([appeal for appeal in found if appeal.state not in OPEN], visit.request.query_params)
    return AppealsPage(
        waiting=[appeal for appeal in found if appeal.state in OPEN],
        done=done,
        counts=counts(found),
        tasks=[task for task in visit.office.plan.tasks if task.kind in PIECE_KINDS],
        unit=visit.request.query_params.get("unit") or "",
        task=visit.request.query_params.get("task") or "",
        roles=CREDIT_ROLES,
        units=[visit.scope] if visit.scope else [unit.short for unit in city.units],
        outlets=list(dict.fromkeys(site.outlet for site in city.sites)),
        may_capture=visit.may("job.run")
        and visit.is_today
        and any(appeal.state == TO_CAPTURE and appeal.url for appeal in found),
        not_built=not_built(visit.con, {each.article_id for each in done.rows if each.article_id}),
    )


@see(HERE, "own.read")
def page(visit: Visit) -> Response[Any]:
    """补报与申诉."""
    return visit.show(build_appeals(visit))


@post(
    f"{HERE}/open",
    permission="appeal.submit",
    request_max_body_size=MAX_BYTES + ROOM,
    status_code=200,
    include_in_schema=False,
)
async def hand_in(visit: Visit, form: Form) -> Redirect:
    """Hand in an appeal with a link or a file."""
    upload = form.file("file")
    content = await upload.read() if upload is not None else b""
    file = (upload.filename, content) if upload is not None else None
    return await to_thread.run_sync(_hand_in, visit, form, file)


def _hand_in(visit: Visit, form: Form, file: tuple[str, bytes] | None) -> Redirect:
    office = visit.office
    unit = visit.scope or form.text("unit", "单位", required=True)
    visit.check_unit(unit)
    return perform(
        visit,
        "提出申诉",
        unit,
        lambda: open_appeal(
            office.store,
            office.city,
            office.plan,
            unit=unit,
            title=form.text("title", "稿件标题", limit=200),
            url=form.text("url", "链接", limit=LONG) or None,
            file=file,
            outlet=form.text("outlet", "媒体") or None,
            day=form.day("day", "刊发日期"),
            task=form.text("task") or None,
            who=signature(visit),
            at=office.clock(),
            why=form.text("why", "说明", limit=LONG),
        ),
        HERE,
        why=form.kept().get("why", [""])[0],
    )


@act(f"{HERE}/grant", "appeal.decide")
def grant(visit: Visit, form: Form) -> Redirect:
    """Grant an appeal: the unit is credited."""
    office, number, why = visit.office, form.text("number"), form.text("why", limit=LONG)

    def decide() -> str:
        found = grant_appeal(
            office.store,
            visit.con,
            office.city,
            number,
            role=form.text("role"),  # type: ignore[arg-type]  # checked by the act
            outlet=form.text("outlet", "媒体") or None,
            day=form.day("day", "刊发日期"),
            article=form.text("article", limit=LONG) or None,
            who=signature(visit),
            at=office.clock(),
            why=why,
            unit_of_decider=visit.user.unit,
        )
        return f"{found}（{AT_NEXT_BUILD}）" if not_built(visit.con, [found]) else found

    return perform(
        visit,
        "裁定计分",
        number,
        decide,
        HERE,
        seen={number: form.text("seen")} if form.text("seen") else None,
        why=why,
    )


@act(f"{HERE}/refuse", "appeal.decide")
def refuse(visit: Visit, form: Form) -> Redirect:
    """Refuse an appeal with a reason."""
    office, number, why = visit.office, form.text("number"), form.text("why", limit=LONG)
    return perform(
        visit,
        "裁定不予计分",
        number,
        lambda: refuse_appeal(
            office.store,
            office.city,
            number,
            who=signature(visit),
            at=office.clock(),
            why=why,
            unit_of_decider=visit.user.unit,
        ),
        HERE,
        why=why,
    )


@act(f"{HERE}/withdraw", "appeal.submit")
def withdraw(visit: Visit, form: Form) -> Redirect:
    """Take back an appeal of one's own unit."""
    office, number = visit.office, form.text("number")
    found = {appeal.appeal_id: appeal for appeal in appeals(visit.con, visit.as_of, unit=visit.scope)}
    if number not in found:
        raise ValidationException(f"没有这件申诉：{number}")
    return perform(
        visit,
        "撤回申诉",
        number,
        lambda: withdraw_appeal(
            office.store, number, who=signature(visit), at=office.clock(), why=form.text("why", limit=LONG)
        ),
        HERE,
    )


@act(f"{HERE}/capture", "job.run")
def capture(visit: Visit) -> Redirect:
    """Capture the links that wait for it, as a job."""
    visit.check_today()
    job = visit.office.jobs.start(
        "appeal-capture", "申诉取证", [visit.office.command("appeal", "capture")], visit.user.person
    )
    visit.log("启动任务", job.id, after={"label": job.label})
    return visit.back("/jobs", f"已启动：{job.label}")


ROUTES = [page, hand_in, grant, refuse, withdraw, capture]
