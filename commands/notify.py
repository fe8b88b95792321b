"""Owns the commands of notifications: notify plan, send, status, channels."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands.common import (
    HOME,
    CityOption,
    CsvOption,
    HomeOption,
    JsonOption,
    asked,
    emit_rows,
    load_chosen,
    parse_day,
    parse_moment,
    wall_clock,
)

if TYPE_CHECKING:
    from analysis.notify.channels import Channel
    from analysis.notify.plan import Plan
    from analysis.notify.rules import NotifyRules
    from analysis.worktime import Calendar

app = typer.Typer(rich_markup_mode=None)
notify_app = typer.Typer(
    rich_markup_mode=None,
    no_args_is_help=True,
    help="通知：该告诉谁什么（plan），发出（send），发得怎样（status），用哪些渠道（channels）。",
)
app.add_typer(notify_app, name="notify")

MomentOption = Annotated[
    str | None,
    typer.Option("--as-of", help="按这一刻算，如 2017-12-05 或 2017-12-05T08:30，不晚于现在；不写则为现在。"),
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="只列出要发什么、发给谁，不记录，不发送。")]


@notify_app.command("plan")
def notify_plan(
    city: CityOption = None,
    home: HomeOption = HOME,
    as_of: MomentOption = None,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """按规则算出此刻该通知的，记入发件箱；每件事对每个对象只通知一次。"""
    plan, _ = plan_now(city, home, as_of, keep=not dry_run)
    show_plan(plan, dry_run, as_json)
    if plan.unreachable:
        raise typer.Exit(1)


@notify_app.command("send")
def notify_send(
    city: CityOption = None,
    home: HomeOption = HOME,
    as_of: MomentOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """算出此刻该通知的，连同以前没送达的一并发出。可由定时任务每几分钟运行一次。"""
    from analysis.notify.delivery import Courier
    from analysis.notify.send import send_waiting

    plan, (folder, channels, rules, calendar, at) = plan_now(city, home, as_of, keep=not dry_run)
    if dry_run:
        show_plan(plan, True, False)
        _show_waiting(folder, at)
        return
    began = wall_clock()
    is_now = as_of is None and city is not None
    clock = wall_clock if is_now else lambda: at + (wall_clock() - began)
    report = send_waiting(folder, channels, rules, calendar, clock, Courier().deliver)
    typer.echo(
        f"送达 {len(report.delivered)} 条，未送达 {len(report.failed)} 条，留待以后 {report.later_count} 条"
        + (
            f"；上次中断、重新发出 {report.again_count} 条（可能重复，编号相同）"
            if report.again_count
            else ""
        )
    )
    for part, answer in report.failed:
        typer.echo(f"未送达 {part.id} → {part.message.channel}：{answer.why}", err=True)
    for event in plan.unreachable:
        typer.echo(f"没有渠道：{event.to}（{event.role}） {event.label}", err=True)
    if report.failed or plan.unreachable:
        raise typer.Exit(1)


@notify_app.command("status")
def notify_status(
    city: CityOption = None,
    home: HomeOption = HOME,
    everything: Annotated[bool, typer.Option("--all", help="连同已送达的。")] = False,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """发件箱：哪些还没送达、为什么、几时再试、哪些已搁置。"""
    from analysis.notify.outbox import load_outbox
    from pipeline.store import open_store

    store = open_store(home, load_chosen(city))
    parts = load_outbox(store.outbox).parts.values()
    rows = [
        {
            "part": part.id,
            "to": f"{part.message.to}（{part.message.role}）",
            "channel": part.message.channel,
            "state": _state(part),
            "attempt_count": part.attempt_count,
            "planned_at": part.planned_at,
            "delivered_at": part.delivered_at,
            "next_at": part.next_at if part.is_waiting else None,
            "last_failure": part.last_failure,
        }
        for part in parts
        if everything or part.delivered_at is None
    ]
    delivered = sum(part.delivered_at is not None for part in parts)
    emit_rows(
        rows,
        {
            "part": "编号",
            "to": "对象",
            "channel": "渠道",
            "state": "状态",
            "attempt_count": "已试",
            "planned_at": "计划于",
            "next_at": "下次再试",
            "last_failure": "原因",
        },
        as_json,
        as_csv,
        title=f"发件箱：共 {len(parts)} 条，已送达 {delivered} 条",
        styles={"已搁置": "bold red", "已中断": "yellow"},
    )


@notify_app.command("channels")
def notify_channels(city: CityOption = None, home: HomeOption = HOME, as_json: JsonOption = False) -> None:
    """检查通知渠道：谁用哪个服务，写法对不对；不显示地址，不发送。"""
    from analysis.notify.channels import load_channels
    from analysis.notify.delivery import open_plugin
    from analysis.notify.rules import NotifyError
    from pipeline.store import open_store

    chosen = load_chosen(city, home)
    store = open_store(home, chosen)
    rows = []
    for channel in load_channels(store.channels, chosen):
        try:
            open_plugin(channel)
            state = "可用"
        except NotifyError as error:
            state = str(error)
        rows.append(
            {
                "name": channel.name,
                "unit": channel.unit,
                "role": channel.role,
                "service": channel.service(),
                "limit": channel.limit(),
                "state": state,
            }
        )
    emit_rows(
        rows,
        {
            "name": "渠道",
            "unit": "单位",
            "role": "角色",
            "service": "服务",
            "limit": "每条字节数",
            "state": "检查",
        },
        as_json,
        False,
        title=f"通知渠道：{len(rows)} 个",
        caption=None if rows else f"还没有渠道；写法见 docs/notifications.md，文件为 {store.channels}",
    )


Ground = tuple[Path, "list[Channel]", "NotifyRules", "Calendar", dt.datetime]


def plan_now(folder: Path | None, home: Path, as_of: str | None, keep: bool) -> tuple[Plan, Ground]:
    """The plan of a moment, written to the outbox where `keep` says so."""
    from analysis.notify.channels import load_channels
    from analysis.notify.outbox import Planned, append_entry, load_outbox, outbox_lock
    from analysis.notify.rules import load_notify_rules
    from analysis.notify.run import compute_plan
    from analysis.ticket import load_rules
    from pipeline.store import open_store

    at = as_of_moment(as_of, folder, home)
    with asked(folder, home) as (chosen, con):
        store = open_store(home, chosen)
        rules = load_notify_rules(chosen)
        channels = load_channels(store.channels, chosen)
        with outbox_lock(store.outbox):
            plan = compute_plan(con, chosen, rules, channels, load_outbox(store.outbox), at)
            if keep and plan.messages:
                append_entry(store.outbox, Planned(at=at.isoformat(), messages=plan.messages))
    return plan, (store.outbox, channels, rules, load_rules(chosen).calendar, at)


def show_plan(plan: Plan, dry_run: bool, as_json: bool) -> None:
    if as_json:
        import msgspec

        typer.echo(msgspec.json.format(msgspec.json.encode(plan.messages), indent=1).decode())
        return
    from analysis.notify.messages import item_text

    done = "将发" if dry_run else "已记入发件箱"
    typer.echo(f"{done} {sum(len(m.parts) for m in plan.messages)} 条，{len(plan.messages)} 件通知")
    for message in plan.messages:
        for number, text in enumerate(message.parts, 1):
            typer.echo(f"\n── {message.id}-{number} → {message.to}（{message.role}），渠道 {message.channel}")
            if dry_run:
                typer.echo(text)
    if plan.held:
        typer.echo(f"\n等摘要或等静默时段过去的 {len(plan.held)} 件")
    if dry_run and plan.unreachable:
        typer.echo("\n以下没有渠道可发（连同宣传部的渠道也没有，请先写 channels.yaml）：")
        for event in plan.unreachable:
            typer.echo(f"\n── {event.to}（{event.role}）\n{item_text([event], event.to)}")
    elif plan.unreachable:
        typer.echo(f"没有渠道可发的 {len(plan.unreachable)} 件，请先写 channels.yaml", err=True)


def _show_waiting(folder: Path, at: dt.datetime) -> None:
    from analysis.notify.outbox import load_outbox

    for part in load_outbox(folder).waiting(at):
        message = part.message
        typer.echo(f"\n── {part.id} → {message.to}（{message.role}），渠道 {message.channel}（以前未送达）")
        typer.echo(part.text)


def _state(part: Any) -> str:
    if part.delivered_at is not None:
        return "已送达"
    if part.is_aside:
        return "已搁置"
    return "已中断" if part.is_trying else "待发"


def as_of_moment(text: str | None, city: Path | None, home: Path) -> dt.datetime:
    """A time that is over, a day to its end (today: to now), or now; in the sample city now is on its day.

    Raises:
        UserError: it is still to come: whoever is told of it would be told too early, and never again.
    """
    if text is not None and len(text) <= 10:
        day, now = parse_day(text), wall_clock()
        assert day is not None
        text = (now if day == now.date() else dt.datetime.combine(day, dt.time(23, 59, 59))).isoformat()
    return parse_moment(text, city, home, "--as-of").replace(microsecond=0)
