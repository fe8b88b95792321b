"""Owns the issue of a report: its number, what is frozen with it, and the decision that records it.

A report once issued stays as it was. A correction is a new one, with a number of its own, that names the old.
"""

from __future__ import annotations

import datetime as dt

import msgspec
from filelock import FileLock, Timeout

from analysis.acts.record import ActError, decision_of, line, reason, text
from analysis.record import said_in
from analysis.reports import issued
from analysis.reports.build import compose, stem_of
from analysis.reports.collect import Context, collect
from analysis.reports.issued import Issue, IssueError, Kept, Known
from analysis.reports.model import Kind
from analysis.reports.rules import load_report_rules, number_of
from analysis.reports.word import title_of
from analysis.warehouse import ask
from pipeline.city import City
from pipeline.decisions import KINDS, append_decision
from pipeline.store import Store, ensure_folder

WAIT_SECONDS = 60.0


def issue_report(
    store: Store,
    context: Context,
    kind: Kind,
    as_of: dt.date,
    *,
    who: str,
    at: dt.datetime,
    unit: str | None = None,
    signed: dt.date | None = None,
    replaces: str | None = None,
    why: str = "",
) -> Issue:
    """Issue a report and keep it: figures, files, the rules of the day, what was known.

    Args:
        signed: 成文日期; None: the day after `as_of`.
        replaces: id or 发文字号 of the report that this one corrects; needs a reason.

    Raises:
        ActError: the same report was issued already, or what it replaces does not fit.
        ValueError: as `collect`.
    """
    signed = signed or as_of + dt.timedelta(days=1)
    if signed < as_of:
        raise ActError(f"成文日期 {signed} 早于数据截至日期 {as_of}")
    who, why = line(who, "印发人"), reason(why, "更正的理由") if replaces else text(why)
    rules = load_report_rules(context.city)
    figures = collect(context, kind, as_of, unit)
    known = _known(context)
    ensure_folder(store.bulletins)
    try:
        with FileLock(store.bulletins / ".lock", timeout=WAIT_SECONDS):
            issued.settle(store.bulletins, store.decisions)
            old = _checked(store, kind, as_of, unit, replaces)
            number = issued.next_number(store.bulletins, store.decisions, kind, signed.year)
            shown = number_of(rules, kind, context.city.name, signed.year, number)
            report = compose(
                figures,
                rules,
                number=number,
                signed=signed,
                replaces=_named(old) if old is not None else None,
            )
            files = report.files(stem_of(figures)) | {issued.KNOWN: msgspec.json.encode(known)}
            files[issued.FIGURES] = files.pop(f"{stem_of(figures)}.json")
            frozen = _rules_of(context.city)
            issue = Issue(
                id=issued.id_of(kind, signed.year, number),
                kind=kind,
                number=number,
                title=title_of(figures).replace("\n", ""),
                shown_number=shown,
                as_of=as_of,
                known_by=context.known_by,
                unit=unit,
                signed=signed,
                issued_at=at.replace(microsecond=0, tzinfo=None),
                who=who,
                why=why,
                replaces=old.issue.id if old is not None else None,
                files={name: issued.sha256(content) for name, content in sorted(files.items())},
                rules={name: issued.sha256(content) for name, content in sorted(frozen.items())},
            )
            sheet = msgspec.json.format(msgspec.json.encode(issue), indent=1)
            after = {
                "number": shown,
                "as_of": as_of.isoformat(),
                "title": issue.title,
                "sha256": issued.sha256(sheet),
            }
            after |= {"unit": unit} if unit else {}
            after |= {"replaces": issue.replaces} if issue.replaces else {}
            decision = decision_of("bulletin_issue", issue.id, who=who, at=at, after=after, why=why)
            contents = files | {f"rules/{name}": content for name, content in frozen.items()}
            issued.write_issue(store.bulletins, issue, contents, decision)
            append_decision(store.decisions, decision)
    except Timeout as error:
        raise ActError("另一份报表正在印发，请稍后再试") from error
    return issue


def _checked(store: Store, kind: Kind, as_of: dt.date, unit: str | None, replaces: str | None) -> Kept | None:
    """The report that a new one replaces; None: it is the first of its day. Raises ActError."""
    kept = issued.load_issues(store.bulletins, store.decisions)
    replaced = {each.issue.replaces for each in kept}
    same = [
        each
        for each in kept
        if (each.issue.kind, each.issue.as_of, each.issue.unit) == (kind, as_of, unit)
        and each.issue.id not in replaced
    ]
    if replaces is None:
        if same:
            raise ActError(
                f"截至 {as_of} 的这份报表已印发为 {same[-1].issue.id}（{same[-1].issue.shown_number}）；"
                "需要更正的，请写明更正哪一份（--replaces）和理由"
            )
        return None
    try:
        old = issued.load_issue(store.bulletins, store.decisions, replaces)
    except IssueError as error:
        raise ActError(str(error)) from error
    if (old.issue.kind, old.issue.as_of, old.issue.unit) != (kind, as_of, unit):
        raise ActError(f"{old.issue.id} 是另一种或另一天的报表（截至 {old.issue.as_of}），不能由这一份更正")
    if old.issue.id in replaced:
        newer = next(each.issue.id for each in kept if each.issue.replaces == old.issue.id)
        raise ActError(f"{old.issue.id} 已由 {newer} 更正，请更正 {newer}")
    return old


def _named(kept: Kept) -> str:
    """《关于…的通报》（防绩办通〔2017〕3号）."""
    return f"《{kept.issue.title}》（{kept.issue.shown_number}）"


def _known(context: Context) -> Known:
    return Known(
        decisions=[each.id for each in said_in(context.con, KINDS, context.known_by)],
        landing={row["file"]: row["end_offset"] for row in ask(context.con, "loaded_up_to")},
    )


def _rules_of(city: City) -> dict[str, bytes]:
    """The city's data as it is now, file by file, its own before what it inherits."""
    found = {name: city.content(name) for name in issued.RULES}
    return {name: content for name, content in found.items() if content is not None}
