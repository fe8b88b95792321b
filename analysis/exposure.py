"""Owns the exposure ledger: what was planned, who approved it when, what appeared, and what unapproved.

The rule is 四（三） of the notice: 所有曝光性报道，须与市绩效办研究审核报市分管领导同意后再予以报道. The
steps and their order are data (`proof.steps` of the plan's exposure_gate).
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

from analysis.plan import Fact, Plan, Task, load_facts, matched, stories
from analysis.record import Said, said_in
from analysis.warehouse import Connection, moment

KINDS = (
    "exposure_plan",
    "exposure_approval",
    "exposure_refusal",
    "exposure_withdrawal",
    "exposure_link",
)
APPROVED, LINKED, LATE, PARTLY, BARE = (
    "已批准待刊",
    "已审批刊发",
    "刊发后补批",
    "审批不全刊发",
    "未经审批刊发",
)
REFUSED, WITHDRAWN = "未获同意", "已撤回"
UNCLEAR = "审批先后无法判定"  # approved on the day of a publication whose time is not known
ALARMS = frozenset({LATE, PARTLY, BARE})


@dataclasses.dataclass(frozen=True)
class Planned:
    """A planned exposure, as decided. `steps`: approvals since its registration, by the plan's names."""

    target: str  # its title, as registered
    registered: Said | None  # None: approved without ever having been registered
    steps: dict[str, Said]
    refused: Said | None
    withdrawn: Said | None
    links: frozenset[str]  # articles that a person linked to it
    said: tuple[Said, ...] = ()  # all decisions on it, in their order

    def next_step(self, order: Sequence[str]) -> str | None:
        """The step that it waits for; None: all are done."""
        return next((step for step in order if step not in self.steps), None)

    @property
    def is_open(self) -> bool:
        return self.refused is None and self.withdrawn is None

    @property
    def in_force(self) -> dict[str, Said]:
        """The approvals on which it may appear."""
        return self.steps if self.is_open else {}


@dataclasses.dataclass(frozen=True)
class ExposureRow:
    """One line of the exposure ledger: a planned exposure, a published one, or both joined."""

    title: str
    state: str  # 待市绩效办, 待分管领导, 已批准待刊, 未获同意, 已撤回, or a constant above; alarms: 见 ALARMS
    is_alarm: bool
    exposed: list[str]  # units whose shortcoming it is: of the piece, else as planned
    outlet: str | None
    planned_day: dt.date | None
    registered_at: dt.datetime | None
    registered_by: str | None
    approvals: list[str]  # 市绩效办：主任覃某 2017-10-08 10:37 防绩办曝审〔2017〕1号
    file_number: str | None
    lacking: list[str]  # steps not taken, or not before it appeared
    published_at: dt.datetime | None
    article_id: str | None
    url: str | None
    sha256: str | None
    copy_count: int
    note: str | None


def gate_of(plan: Plan) -> Task | None:
    """The plan's line that asks for approvals; None: the plan has none."""
    return next((task for task in plan.tasks if task.kind == "exposure_gate"), None)


def steps_of(plan: Plan) -> list[str]:
    """Names of the approvals in their order; [] where the plan asks for none."""
    task = gate_of(plan)
    return list(task.proof.steps) if task is not None and task.proof is not None else []


def exposures(
    con: Connection,
    plan: Plan,
    as_of: dt.date | dt.datetime,
    known_by: dt.date | dt.datetime | None = None,
    facts: list[Fact] | None = None,
) -> list[ExposureRow]:
    """The ledger as of a day: alarms first, then what waits for approval, then the rest by day.

    Args:
        facts: of this day (`load_facts`), where one has them.
    """
    task = gate_of(plan)
    if task is None:
        return []
    until = moment(as_of)
    assert until is not None
    planned = fold((s for s in said_in(con, KINDS, known_by) if s.at <= until), steps_of(plan))
    if facts is None:
        facts = load_facts(con, plan, as_of, known_by)
    return exposure_rows(task, facts, planned, until)


def exposure_rows(
    task: Task, facts: list[Fact], planned: list[Planned], until: dt.datetime
) -> list[ExposureRow]:
    """The rows of one gate."""
    order = list(task.proof.steps) if task.proof is not None else []
    rows: list[ExposureRow] = []
    used: set[str] = set()
    for fact in stories(matched(task, facts)):
        found = planned_for(fact, planned, order)
        used |= {found.target} if found is not None else set()
        rows.append(_published_row(fact, found, order))
    for each in planned:
        if each.target not in used:
            rows.append(_planned_row(each, order, until))
    return sorted(
        rows, key=lambda r: (not r.is_alarm, r.published_at is not None, str(r.published_at or r.planned_day))
    )


def fold(said: Iterable[Said], order: Sequence[str]) -> list[Planned]:
    """Planned exposures from decisions in their order.

    An approval counts only after those that stand before it; a refusal or a new registration begins anew.
    """
    found: dict[str, Planned] = {}
    for each in said:
        old = found.get(each.target) or Planned(each.target, None, {}, None, None, frozenset())
        before = old.said
        if each.kind == "exposure_plan":
            old = Planned(each.target, each, {}, None, None, old.links)
        elif each.kind == "exposure_approval":
            step = str(each.after.get("step"))
            if old.is_open and step not in old.steps and step == old.next_step(order):
                old = dataclasses.replace(old, steps=old.steps | {step: each})
        elif each.kind == "exposure_refusal":
            old = dataclasses.replace(old, steps={}, refused=each)
        elif each.kind == "exposure_withdrawal":
            old = dataclasses.replace(old, withdrawn=each)
        elif each.kind == "exposure_link":
            old = dataclasses.replace(old, links=old.links | {str(each.after.get("article"))})
        found[each.target] = dataclasses.replace(old, said=(*before, each))
    return list(found.values())


def planned_for(fact: Fact, planned: Iterable[Planned], order: Sequence[str]) -> Planned | None:
    """The planned exposure that a published piece is: linked by a person, or of the same title or address; of
    several the one that had most approvals when it appeared."""
    names = {fact.article_id, fact.url, fact.story_id}
    title = plain(fact.title)
    hits = [
        each
        for each in planned
        if each.links & names or each.target in names or (title and plain(each.target) == title)
    ]
    if len(hits) < 2:
        return hits[0] if hits else None
    return max(hits, key=lambda each: (len(_best(fact, each, order).in_force), each.target))


def is_known_by_day(fact: Fact) -> bool:
    """Whether only the day of a publication is known: its time is midnight then."""
    return fact.published_at.time() == dt.time()


def standing(fact: Fact, planned: Planned | None, order: Sequence[str]) -> list[Planned]:
    """How the planned exposure stood when a piece appeared: by the decisions before that minute; where only
    the day is known, after each decision of the day too, for any of them may have been the last before it.

    What is decided afterwards (a withdrawal, a new registration) changes nothing of it. An approval of the
    day that was recorded as late is late.
    """
    said = planned.said if planned is not None else ()
    before = [s for s in said if s.at < fact.published_at]
    of_day = [s for s in said if s.at.date() == fact.published_day and not s.after.get("late")]
    on_day = of_day if is_known_by_day(fact) else []
    folded = (fold([*before, *on_day[:count]], order) for count in range(len(on_day) + 1))
    return [once[0] if once else Planned("", None, {}, None, None, frozenset()) for once in folded]


def _best(fact: Fact, planned: Planned | None, order: Sequence[str]) -> Planned:
    return max(standing(fact, planned, order), key=lambda once: len(once.in_force))


def unclear_steps(fact: Fact, planned: Planned | None, order: Sequence[str]) -> list[str]:
    """The steps that may have been in force when the piece appeared, or not: nobody can say."""
    chances = standing(fact, planned, order)
    return [step for step in order if 0 < sum(step in once.in_force for once in chances) < len(chances)]


def lacking_steps(fact: Fact, planned: Planned | None, order: Sequence[str]) -> list[str]:
    """The steps that were certainly not in force when the piece appeared: its very minute is too late."""
    chances = standing(fact, planned, order)
    return [step for step in order if not any(step in once.in_force for once in chances)]


@lru_cache(maxsize=20_000)
def plain(title: str) -> str:
    """A title without spaces and punctuation: how it is printed differs in these."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", title))


def _published_row(fact: Fact, planned: Planned | None, order: list[str]) -> ExposureRow:
    lacking = lacking_steps(fact, planned, order)
    unclear = unclear_steps(fact, planned, order)
    state = UNCLEAR if unclear else LINKED
    if lacking:
        steps = planned.steps if planned is not None else {}
        late = [step for step in lacking if step in steps and steps[step].at >= fact.published_at]
        state = LATE if late and len(late) == len(lacking) else PARTLY if len(lacking) < len(order) else BARE
    notes = [f"警示：刊发前缺{'、'.join(lacking)}审批"] if lacking else []
    stood = standing(fact, planned, order)[0]
    ends = ((stood.withdrawn, "撤回，撤回前的审批不作数"), (stood.refused, "不同意刊发"))
    notes += [f"{said.who} 已于 {said.at:%Y-%m-%d} {what}" for said, what in ends if lacking and said]
    if unclear:
        notes.append(f"{'、'.join(unclear)}的审批或撤回在刊发当日，刊发时刻不详，先后无法判定")
    if planned is not None and planned.registered is not None and fact.exposed:
        other = sorted(set(planned.registered.units()) ^ set(fact.exposed))
        notes += [f"登记的与稿件的被曝光单位不一致：{'、'.join(other)}"] if other else []
    base = _base(planned if lacking else _best(fact, planned, order), order)
    return dataclasses.replace(
        base,
        title=fact.title,
        state=state,
        is_alarm=bool(lacking),
        exposed=list(fact.exposed) or base.exposed,
        outlet=fact.outlet,
        lacking=lacking,
        published_at=fact.published_at,
        article_id=fact.article_id,
        url=fact.url,
        sha256=fact.sha256,
        copy_count=fact.copy_count,
        note="；".join(notes) or None,
    )


def _planned_row(planned: Planned, order: list[str], until: dt.datetime) -> ExposureRow:
    row = _base(planned, order)
    if planned.withdrawn is not None:
        return dataclasses.replace(row, state=WITHDRAWN, note=planned.withdrawn.why or None)
    if planned.refused is not None:
        said = planned.refused
        return dataclasses.replace(row, state=REFUSED, note=f"{said.who} {said.at:%Y-%m-%d}：{said.why}")
    waiting = planned.next_step(order)
    note = None
    if row.planned_day is not None and row.planned_day < until.date():
        note = "拟刊日期已过，未见刊发" if waiting is None else "拟刊日期已过，审批未完"
    return dataclasses.replace(row, state=APPROVED if waiting is None else f"待{waiting}", note=note)


def _base(planned: Planned | None, order: list[str]) -> ExposureRow:
    said = planned.registered if planned is not None else None
    steps = planned.steps if planned is not None else {}
    numbers = list(dict.fromkeys(str(s.after.get("number")) for s in steps.values() if s.after.get("number")))
    return ExposureRow(
        title=planned.target if planned is not None else "",
        state="",
        is_alarm=False,
        exposed=said.units() if said is not None else [],
        outlet=said.after.get("outlet") if said is not None else None,
        planned_day=said.day() if said is not None else None,
        registered_at=said.at if said is not None else None,
        registered_by=said.who if said is not None else None,
        approvals=[
            " ".join(
                filter(None, [f"{step}：{s.who}", f"{s.at:%Y-%m-%d %H:%M}", str(s.after.get("number") or "")])
            )
            for step in order
            if (s := steps.get(step)) is not None
        ],
        file_number="、".join(numbers) or None,
        lacking=[step for step in order if step not in steps],
        published_at=None,
        article_id=None,
        url=None,
        sha256=None,
        copy_count=0,
        note=None,
    )
