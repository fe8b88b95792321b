"""Owns the page of one article: its capture beside its text, the evidence, its credits, copies, history."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar, get_args

from litestar.exceptions import NotFoundException, PermissionDeniedException, ValidationException
from litestar.response import Redirect, Response

from analysis.acts.tag import ArticleCorrection, correct_article, read_correction, topics
from analysis.appeals import appeals
from analysis.article import FIELDS, ArticleShown, load_article, marks_of
from analysis.columns import CREDIT_ROLES, SENTIMENTS
from analysis.credits import credit_rows
from analysis.desk.acting import perform, seen_of, signature
from analysis.desk.errors import NotYet
from analysis.desk.forms import LONG, Form
from analysis.desk.page import Page
from analysis.desk.pages.articles import held_articles
from analysis.desk.pages.records import decisions_on
from analysis.desk.routing import act, see
from analysis.desk.visit import Visit
from analysis.desk.warehouse import ON_ARTICLES
from analysis.plan import PIECE_KINDS
from pipeline.attachments import suffix_of
from pipeline.records import Form as ArticleForm

NONE = "-"  # in a form: there is none, as told from: leave it
SPARE = 2  # empty lines for further units
LINES = 100  # of units in the form, those for further units the last of them


@dataclasses.dataclass(frozen=True)
class Counted:
    """A task of the plan for which the story counts.

    Attributes:
        task: its number. title: what it asks.
        unit: the unit for which it counts.
        points: in full. how: how they come about.
        is_here: whether this article is the copy that counts.
    """

    task: str
    title: str
    unit: str
    points: float
    how: str
    is_here: bool


@dataclasses.dataclass(kw_only=True)
class ArticlePage(Page):
    """One article.

    Attributes:
        shown: the article: text in pieces with the evidence, credits, tags, copies, versions.
        marked: what is marked in the text and what is said of it.
        fields: names of the parts of its text.
        counted: tasks of the plan for which it counts.
        history: decisions on it, oldest first.
        seen: by target, the newest decision on it, so that a second person is told.
        units, roles, topics, forms, sentiments: what can be chosen when correcting.
        spare: empty lines for further units.
        first_spare: number of the first of them, whatever stands above: in a form that comes back after
            somebody else credited a unit, they are the same.
        is_handed_in: whether what stands for its page is a file that somebody handed in.
    """

    template: ClassVar[str] = "article.html"
    heading: ClassVar[str] = "稿件"
    section: ClassVar[str] = "/articles"
    shown: ArticleShown
    marked: list[tuple[str, str]]
    fields: dict[str, str]
    counted: list[Counted]
    history: list[dict[str, Any]]
    seen: dict[str, str]
    units: list[str]
    roles: dict[str, str]
    topics: dict[str, list[str]]
    forms: list[str]
    sentiments: dict[str, str]
    spare: int
    first_spare: int
    is_handed_in: bool


def find_article(visit: Visit, target: str, content_hash: str | None = None) -> ArticleShown:
    """The article as this person may see it on the day.

    Raises:
        NotFoundException: there is none, or not yet: before its day, or before the next build.
        PermissionDeniedException: it does not concern her unit.
    """
    held = held_articles(visit)
    found = held.recent.once(
        (target, content_hash, visit.edition.count(ON_ARTICLES)),
        None,
        lambda: load_article(visit.con, target, visit.known_by, content_hash, held),
    )
    day = None
    if found is not None:
        captured = found.fact["first_captured_at"]
        day = found.fact["published_day"] or (captured and captured.date())
    if found is None or (day is not None and day > visit.as_of):
        if found is None:
            _check_handed_in(visit, target)
        when = f"（截至 {visit.as_of} 还没有刊发）" if found is not None else ""
        raise NotFoundException(f"没有这篇稿件{when}")
    if visit.scope is not None and visit.scope not in found.units:
        raise PermissionDeniedException(f"您只能查看和办理{visit.scope}的事项；这篇稿件与它无关")
    return found


def _check_handed_in(visit: Visit, target: str) -> None:
    """Raises NotYet for a piece that was credited on an appeal and that no build has read yet."""
    if any(appeal.article_id == target for appeal in appeals(visit.con, visit.as_of, unit=visit.scope)):
        way = ("/jobs", "去建库") if visit.may("job.run") else ("/appeals", "返回补报与申诉")
        raise NotYet("这篇稿件是申诉时新收的，已记录计分；下次建库后计入各表，也才能打开", way)


def build_article(visit: Visit, article_id: str) -> ArticlePage:
    shown = find_article(visit, article_id, visit.request.query_params.get("version"))
    targets = [shown.article_id, shown.fact["url"]]
    city = visit.office.city
    return ArticlePage(
        shown=shown,
        marked=marks_of(shown.texts),
        fields=FIELDS,
        counted=counted(visit, shown),
        history=decisions_on(visit, targets=targets),
        seen=seen_of(visit, targets),
        units=[unit.short for unit in city.units],
        roles=CREDIT_ROLES,
        topics=topics(),
        forms=list(get_args(ArticleForm)),
        sentiments=SENTIMENTS,
        spare=SPARE,
        first_spare=LINES - SPARE,
        is_handed_in=suffix_of(visit.office.store.folder, shown.version["sha256"] or "") is not None,
    )


def counted(visit: Visit, shown: ArticleShown) -> list[Counted]:
    """For which tasks its story counts, for whom, and by which copy."""
    plan = visit.office.plan
    facts = visit.by_story().get(shown.fact["story_id"], [])
    return [
        Counted(task.id, task.title, row.unit, row.points, row.points_why, row.article_id == shown.article_id)
        for task in plan.tasks
        if facts and task.kind in PIECE_KINDS
        for row in credit_rows(plan, task, facts, visit.office.points)
        if visit.scope in (None, row.unit)
    ]


@see("/articles/{article_id:str}", "own.read")
def article(visit: Visit, article_id: str) -> Response[Any]:
    """One article."""
    return visit.show(build_article(visit, article_id))


@act("/articles/{article_id:str}/correct", "tag.correct")
def correct(visit: Visit, form: Form, article_id: str) -> Redirect:
    """Say what its tags and credits should be: what was changed in the form, or that all is right."""
    shown = find_article(visit, article_id)
    office, why = visit.office, form.text("why", "理由", limit=LONG)
    said = said_of(form, shown)
    right: ArticleCorrection = read_correction(ArticleCorrection, said)
    targets = [shown.article_id, shown.fact["url"]]
    seen = {target: form.text(f"seen{n}", limit=200) for n, target in enumerate(targets)}
    return perform(
        visit,
        "更正标签",
        shown.article_id,
        lambda: correct_article(
            visit.con,
            office.city,
            office.store.decisions,
            shown.article_id,
            right,
            who=signature(visit),
            at=office.clock(),
            why=why,
            expected={target: newest or None for target, newest in seen.items()},
        ),
        visit.link(f"/articles/{shown.article_id}"),
        seen=seen,
        why=why,
    )


def said_of(form: Form, shown: ArticleShown) -> dict[str, Any]:
    """What the form says otherwise than the tags do now.

    Raises:
        ValidationException: nothing is changed, or a unit stands without a role.
    """
    now = {tag.key: tag.value for tag in shown.tags}
    said: dict[str, Any] = {}
    for key in ("topic", "indicator", "reprint_of"):
        value = form.text(key, limit=LONG)
        wanted = None if value in ("", NONE) else value
        if wanted != now[key]:
            said[key] = wanted
    for key in ("form", "sentiment"):
        value = form.text(key)
        if value and value != now[key]:
            said[key] = value
    for key in ("has_editor_note", "plan_column", "leader_note"):
        if form.flag(key) != bool(now[key]):
            said[key] = form.flag(key)
    credits = read_credits(form)
    if {(c["unit"], c["role"]) for c in credits} != {(c["unit"], c["role"]) for c in shown.credits}:
        said["credits"] = credits
    exposed = form.all("exposed")
    if set(exposed) != set(now["exposed"]):
        said["exposed"] = exposed
    if not said and form.flag("confirm"):
        # Says what the tags say: that somebody has looked at them. The credits keep the words that show them.
        said = {key: now[key] for key in ("topic", "form", "sentiment", "exposed")}
    if not said:
        raise ValidationException("没有改动任何一项；如果都对，请勾选“核对无误”")
    return said


def read_credits(form: Form) -> list[dict[str, str]]:
    """The units of the form with their roles. Raises ValidationException."""
    found: list[dict[str, str]] = []
    for n in range(LINES):
        unit = form.text(f"unit{n}", "单位")
        if not unit or form.flag(f"drop{n}"):
            continue
        found.append({"unit": unit, "role": form.text(f"role{n}", "角色") or "subject"})
    return found


ROUTES = [article, correct]
