"""Owns alarms to the desk: exposures without approval, silent sources, rises, channels that take nothing."""

from __future__ import annotations

import datetime as dt

from analysis.exposure import KINDS
from analysis.ground import Ground
from analysis.hot import HotRules, hot_issues
from analysis.notify.events import CONTACT, Event
from analysis.notify.outbox import Outbox, Part
from analysis.notify.rules import Alarm, NotifyRules
from analysis.plan import Plan, load_facts
from analysis.plan_facts import counted
from analysis.proofs import Record, exposure_gate
from analysis.queue_lists import floors_to_confirm
from analysis.record import said_in
from analysis.source_causes import Cause, source_causes
from analysis.sources import DOUBTFUL, REASONS, load_sources
from analysis.warehouse import Connection
from analysis.worktime import Calendar
from pipeline.china import monday_of

LOOK_BACK_DAYS = 31  # a silence that is longer is told once more, as one of more than a month
CAUSE_DAYS = 7  # what a site's pages told is news for so long; one that is not crawled tells nothing since


def alarm_events(
    con: Connection,
    plan: Plan | None,
    rules: NotifyRules,
    calendar: Calendar,
    at: dt.datetime,
    known_by: dt.datetime | None = None,
) -> list[Event]:
    """What the desk must hear of besides tickets, as of a moment."""
    found = []
    if plan is not None and rules.alarms.exposure is not None:
        found += _exposures(con, plan, rules, at, known_by)
    if rules.alarms.confirm is not None:
        found += _confirmations(con, rules, rules.alarms.confirm, at, known_by)
    if rules.alarms.silence is not None:
        found += _silences(con, rules, calendar, at, known_by)
    return found


def _exposures(
    con: Connection, plan: Plan, rules: NotifyRules, at: dt.datetime, known_by: dt.datetime | None
) -> list[Event]:
    """Notice, 四（三）: every exposure is approved before it appears."""
    alarm = rules.alarms.exposure
    assert alarm is not None
    facts = [fact for fact in load_facts(con, plan, at, known_by) if fact.published_at <= at]
    said = [each for each in said_in(con, KINDS, known_by) if each.at <= at]
    record = Record(proofs=[], tickets=[], fetches={}, said=said)
    ground = Ground(plan, at.date(), counted(plan, facts), [])
    found = []
    for task in plan.tasks:
        if task.kind != "exposure_gate":
            continue
        steps = task.proof.steps if task.proof is not None else []
        for row in exposure_gate(ground, record, task):
            for piece in row.missing:
                text = f"曝光稿刊发前未经审批：{piece}"
                found.append(
                    Event(
                        key=f"exposure|{piece}|{rules.desk}",
                        to=rules.desk,
                        role=CONTACT,
                        how=alarm.how,
                        at=at,
                        label="曝光未经审批",
                        why=f"曝光性报道须先经{'、再经'.join(steps)}同意再刊发（方案{task.paragraph}）",
                        text=text,
                    )
                )
    return found


def _confirmations(
    con: Connection, rules: NotifyRules, alarm: Alarm, at: dt.datetime, known_by: dt.datetime | None
) -> list[Event]:
    """Floors on which a person must decide: a poster disputes an answer or says that it is solved."""
    return [
        Event(
            key=f"confirm|{floor.ticket_id}|{floor.floor}|{floor.kind}|{rules.desk}",
            to=rules.desk,
            role=CONTACT,
            how=alarm.how,
            at=floor.said_at,
            label="待确认",
            why=f"{floor.question}（{floor.floor} 楼，{floor.said_at:%m-%d %H:%M}）",
            text=f"{floor.ticket_id} {floor.title}",
        )
        for floor in floors_to_confirm(con, at, known_by)
    ]


def _silences(
    con: Connection,
    rules: NotifyRules,
    calendar: Calendar,
    at: dt.datetime,
    known_by: dt.datetime | None,
) -> list[Event]:
    """Sources that were silent on each of the last days, today not counted since it is not over."""
    alarm = rules.alarms.silence
    assert alarm is not None
    causes = [cause for each in source_causes(con, at, known_by).values() for cause in each]
    last = at.date() - dt.timedelta(days=1)
    start = last - dt.timedelta(days=LOOK_BACK_DAYS)
    found = []
    for source in load_sources(con, start, last, known_by, calendar):
        first = last
        while source.silent.get(first, DOUBTFUL) != DOUBTFUL:
            first -= dt.timedelta(days=1)
            if first < start:
                break
        length = (last - first).days
        if length < alarm.days:
            continue
        is_long = first < start
        first += dt.timedelta(days=1)
        since = dt.datetime.combine(first + dt.timedelta(days=alarm.days), dt.time())
        began = "一个月以前" if is_long else str(first)
        own = [cause for cause in causes if (cause.outlet, cause.unit) == (source.outlet, source.unit)]
        causes = [cause for cause in causes if cause not in own]
        why = f"（{'；'.join(cause.text for cause in own)}）" if own else ""
        found.append(
            Event(
                key=f"silence|{source.outlet}|{source.unit or ''}|{began}|{rules.desk}",
                to=rules.desk,
                role=CONTACT,
                how=alarm.how,
                at=since,
                label="来源静默",
                why=f"连续 {alarm.days} 天没有采集到；没有稿件与没有采集到是两回事",
                text=f"来源静默：{source.outlet} 自 {began} 起 {REASONS[source.silent[first]]}{why}",
            )
        )
    since_day = at.date() - dt.timedelta(days=CAUSE_DAYS)
    return [*found, *(_cause_event(cause, alarm, rules, at) for cause in causes if cause.day >= since_day)]


def _cause_event(cause: Cause, alarm: Alarm, rules: NotifyRules, at: dt.datetime) -> Event:
    """A source behind a guard or with a new layout that is not silent: once a week while it lasts."""
    return Event(
        key=f"cause|{cause.site}|{cause.kind}|{monday_of(at.date())}|{rules.desk}",
        to=rules.desk,
        role=CONTACT,
        how=alarm.how,
        at=at,
        label="来源读不全",
        why=cause.advice,
        text=f"来源读不全：{cause.outlet}（{cause.site}）{cause.day:%m-%d} {cause.text}",
    )


def rise_events(
    con: Connection,
    hot_rules: HotRules,
    rules: NotifyRules,
    at: dt.datetime,
    known_by: dt.datetime | None = None,
) -> list[Event]:
    """Matters on which posts suddenly rise, with the evidence; each at most once a calendar week."""
    alarm = rules.alarms.rise
    if alarm is None:
        return []
    monday = monday_of(at.date())
    return [
        Event(
            key=f"rise|{issue.id}|{monday}|{rules.desk}",
            to=rules.desk,
            role=CONTACT,
            how=alarm.how,
            at=issue.last_at or at,
            label="热点突增",
            why=issue.rise_why,
            text=f"{issue.title}：共 {issue.post_count} 帖、{issue.person_count} 人，热度 {issue.heat:g}",
        )
        for issue in hot_issues(con, hot_rules, at, known_by)
        if issue.rise_why is not None
    ]


def undelivered_events(outbox: Outbox, rules: NotifyRules, at: dt.datetime) -> list[Event]:
    """Channels that took nothing for a day: the desk telephones. Its own channel cannot tell it so itself."""
    alarm = rules.alarms.undelivered
    if alarm is None:
        return []
    took_at: dict[str, dt.datetime] = {}
    for part in outbox.parts.values():
        if part.delivered_at is not None:
            name = part.message.channel
            took_at[name] = max(part.delivered_at, took_at.get(name, part.delivered_at))
    waiting: dict[str, list[Part]] = {}
    for part in outbox.parts.values():
        is_old = at - part.planned_at >= dt.timedelta(days=alarm.days)
        if is_old and _is_stuck(part, took_at.get(part.message.channel)):
            waiting.setdefault(part.message.channel, []).append(part)
    found = []
    for channel, parts in sorted(waiting.items()):
        first = min(part.planned_at for part in parts)
        units = "、".join(sorted({part.message.to for part in parts}))
        found.append(
            Event(
                key=f"undelivered|{channel}|{first:%Y-%m-%d}|{rules.desk}",
                to=rules.desk,
                role=CONTACT,
                how=alarm.how,
                at=first + dt.timedelta(days=alarm.days),
                label="通知未送达",
                why=f"{alarm.days} 天没有送达：{parts[-1].last_failure}",
                text=f"渠道 {channel}（{units}）自 {first:%m-%d %H:%M} 起 {len(parts)} 条未送达，请电话告知",
            )
        )
    return found


def _is_stuck(part: Part, took_at: dt.datetime | None) -> bool:
    """Whether a part failed and is still to be told of. One that was put aside before its channel `took_at`
    last something is of a trouble that is over: with it a new one would have the key of the old."""
    if part.delivered_at is not None or part.failed_at is None:
        return False
    return not part.is_aside or took_at is None or part.failed_at > took_at
