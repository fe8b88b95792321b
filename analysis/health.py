"""Owns whether the installation is well: last crawl and build, disk, backup, failed work, notifications."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Protocol

import msgspec

from analysis.notify.outbox import load_outbox
from analysis.notify.rules import NotifyError
from pipeline.backup import LAST_BACKUP
from pipeline.china import CHINA
from pipeline.city import RESERVED_SLUGS, City, CityError
from pipeline.landing import landing_files
from pipeline.retention import TERM, overdue, term_day
from pipeline.search_parts import index_path, index_state
from pipeline.store import Store

State = Literal["ok", "warn", "bad"]
CRAWL_LATE, CRAWL_DEAD = dt.timedelta(hours=26), dt.timedelta(hours=72)
BACKUP_LATE = dt.timedelta(days=7)
DISK_LOW, DISK_OUT = 0.10, 0.03  # shares of the disk that are free
DISK_OUT_BYTES = 500_000_000
LOGS_LARGE_BYTES = 2_000_000_000


class Work(Protocol):
    """A piece of long work, as the desk's jobs record it."""

    @property
    def kind(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def started_at(self) -> dt.datetime: ...


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was looked at. `said` says in Chinese what is and, where it is not well, what to do."""

    key: str
    label: str
    state: State
    said: str
    value: float | None = None  # for machines: seconds, bytes or a count


def look(
    store: Store,
    warehouse: Path,
    jobs: Sequence[Work],
    now: dt.datetime,
    *,
    city: City,
    is_crawled_daily: bool,
    is_sample: bool = False,
) -> list[Check]:
    """All checks of an installation.

    Args:
        warehouse: its file.
        jobs: long work, the newest first.
        city: whose forums, and the term of their raw pages.
        now: wall-clock time of China, or of the day that is played.
        is_crawled_daily: whether the city's schedule crawls.
    """
    return [
        _crawl(store, now, is_crawled_daily and not is_sample),
        _build(store, warehouse),
        _index(index_path(warehouse)),
        _disk(store.folder),
        _logs(store),
        _jobs(jobs),
        _backup(store, now, is_sample),
        _outbox(store),
        _retention(store, city, now),
    ]


def worst(checks: Sequence[Check]) -> State:
    """The state of the whole."""
    states = {check.state for check in checks}
    return "bad" if "bad" in states else "warn" if "warn" in states else "ok"


def _crawl(store: Store, now: dt.datetime, is_due: bool) -> Check:
    runs = [p.stem for p in store.landing.glob("*/*.jsonl") if p.parent.name not in RESERVED_SLUGS]
    key, label = "crawl", "最近采集"
    try:
        last = dt.datetime.fromisoformat(max(runs).partition("-")[0])
    except ValueError:
        said = "还没有采集过，请在“任务”里启动采集"
        return Check(key=key, label=label, state="bad" if is_due else "warn", said=said)
    age = now - last
    state: State = "ok"
    if is_due:
        state = "bad" if age > CRAWL_DEAD else "warn" if age > CRAWL_LATE else "ok"
    said = f"{last:%Y-%m-%d %H:%M}" + ("，已过了该采集的时间，请看任务日志" if state != "ok" else "")
    return Check(key=key, label=label, state=state, said=said, value=max(0.0, age.total_seconds()))


def _build(store: Store, warehouse: Path) -> Check:
    key, label = "build", "最近建库"
    try:
        built = warehouse.stat().st_mtime
    except FileNotFoundError:
        return Check(key=key, label=label, state="bad", said="没有数据仓库，请在“任务”里建库")
    files = [store.landing / name for name in landing_files(store.folder)]
    landed = max((path.stat().st_mtime for path in files), default=0.0)
    at = dt.datetime.fromtimestamp(built, CHINA)
    is_behind = landed > built + 3600
    said = f"{at:%Y-%m-%d %H:%M}" + ("，此后又有采集，请建库" if is_behind else "")
    return Check(key=key, label=label, state="warn" if is_behind else "ok", said=said, value=built)


def _index(index: Path) -> Check:
    state = index_state(index)
    words = {
        "whole": "完好，与建立时一致",
        "missing": "没有",
        "damaged": "已损坏",
        "other version": "由另一版本的程序建立",
    }
    said = words[state] + ("" if state == "whole" else "：下次检索或建库时自动重建，也可在“任务”里更新")
    return Check(key="index", label="全文索引", state="ok" if state == "whole" else "warn", said=said)


def _disk(folder: Path) -> Check:
    usage = shutil.disk_usage(folder)
    share = usage.free / usage.total
    state: State = "warn" if share < DISK_LOW else "ok"
    if share < DISK_OUT or usage.free < DISK_OUT_BYTES:
        state = "bad"
    said = f"剩 {usage.free / 1e9:.1f} GB（{share:.0%}）" + ("，请腾出空间" if state != "ok" else "")
    return Check(key="disk", label="磁盘", state=state, said=said, value=float(usage.free))


def _size(path: Path) -> int:
    """Bytes of a file; 0 of what is none, or is no longer there."""
    try:
        return path.stat().st_size if path.is_file() else 0
    except FileNotFoundError:
        return 0


def _logs(store: Store) -> Check:
    sizes = {
        name: sum(_size(path) for path in folder.rglob("*"))
        for name, folder in (("操作日志", store.audit), ("任务", store.jobs), ("运行日志", store.logs))
        if folder.is_dir()
    }
    total = sum(sizes.values())
    state: State = "warn" if total > LOGS_LARGE_BYTES else "ok"
    said = "，".join(f"{name} {size / 1e6:.1f} MB" for name, size in sizes.items()) or "还没有"
    return Check(key="logs", label="日志", state=state, said=said, value=float(total))


def _jobs(jobs: Sequence[Work]) -> Check:
    """Of each kind the newest counts: what failed and was done again is well."""
    newest: dict[str, Work] = {}
    for job in jobs:
        newest.setdefault(job.kind, job)
    failed = [job for job in newest.values() if job.state in ("失败", "中断")]
    said = "，".join(f"{job.label}（{job.started_at:%m-%d %H:%M}）{job.state}" for job in failed)
    return Check(
        key="jobs",
        label="任务",
        state="warn" if failed else "ok",
        said=f"{said}，请看任务日志" if failed else "没有失败的",
        value=float(len(failed)),
    )


def _backup(store: Store, now: dt.datetime, is_sample: bool) -> Check:
    key, label = "backup", "最近备份"
    try:
        noted = msgspec.json.decode((store.state / LAST_BACKUP).read_bytes())
        last = dt.datetime.fromisoformat(noted["at"])
    except (OSError, msgspec.DecodeError, KeyError, TypeError, ValueError):
        if is_sample:
            return Check(key=key, label=label, state="ok", said="没有记录（样例城市不要求备份）")
        return Check(key=key, label=label, state="warn", said="没有记录；请管理员安排每天备份")
    age = now - last
    is_late = age > BACKUP_LATE and not is_sample
    said = f"{last:%Y-%m-%d %H:%M}，{noted.get('size', 0) / 1e6:.1f} MB" + ("，请再做一次" if is_late else "")
    return Check(
        key=key,
        label=label,
        state="warn" if is_late else "ok",
        said=said,
        value=max(0.0, age.total_seconds()),
    )


def _outbox(store: Store) -> Check:
    key, label = "outbox", "通知"
    try:
        parts = load_outbox(store.outbox).parts.values() if store.outbox.is_dir() else []
    except NotifyError as error:
        return Check(key=key, label=label, state="bad", said=f"发件箱读不出：{str(error)[-80:]}")
    aside = sum(part.is_aside for part in parts)
    waiting = sum(part.is_waiting for part in parts)
    said = f"待发 {waiting} 条" + (f"，放弃 {aside} 条，请管理员检查渠道" if aside else "")
    return Check(key=key, label=label, state="warn" if aside else "ok", said=said, value=float(waiting))


def _retention(store: Store, city: City, now: dt.datetime) -> Check:
    key, label = "retention", "论坛原始网页"
    try:
        before = term_day(city, now)
    except CityError as error:
        return Check(key=key, label=label, state="bad", said=str(error))
    if before is None:
        said = f"没有设保存期限（city.yaml 的 {TERM}），清除由人决定：gangqing forget --before"
        return Check(key=key, label=label, state="ok", said=said)
    past = overdue(store, city, before)
    said = f"保存 {(now.date() - before).days} 天"
    if past:
        said += f"，{len(past)} 批已期满（最早 {past[0]}），请运行 gangqing forget --expired"
    state: State = "warn" if past else "ok"
    return Check(key=key, label=label, state=state, said=said, value=float(len(past)))
