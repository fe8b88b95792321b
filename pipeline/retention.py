"""Owns the end of raw pages: captures of forums, in which posters' names and numbers stand as they were
fetched, are removed when their term is over; what was removed, by whom and why stays.

What was landed (masked, with pseudonyms) is not touched, so every count and every answer stays. A list of
what goes (address, SHA-256, time) is written first, then the decision, then the files are removed: a kill
in between is made up for by the next run.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import glob
import hashlib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout

from pipeline.backup import maintenance
from pipeline.city import RESERVED_SLUGS, City, CityError
from pipeline.decisions import Decision, append_decision
from pipeline.faults import ToldError
from pipeline.landing import iter_landed
from pipeline.records import Record, from_json, to_json
from pipeline.store import Store, crawl_locks, sync_folder, write_durably

FORUM = "论坛"  # level of the sites whose raw pages have a term
FORUM_PLATFORMS = frozenset({"discuz", "hongdou"})  # whatever level a site of them is given
SUFFIX = ".removed.json"
# In city.yaml: for how many days raw forum pages are kept; null: until a person decides.
TERM = "raw_forum_days"
_THREAD = b'"kind":"thread"'  # in a line of a landing file
LEAST_DAYS = 30  # a page younger than that may still be needed to check a ticket


class RetentionError(ToldError, ValueError):
    """Captures cannot be removed now; the message says why, in Chinese."""


class RemovedPage(Record, frozen=True, kw_only=True):
    """A page whose raw bytes are gone. Its record in the landing stays."""

    url: str
    fetched_at: str
    sha256: str | None
    offset: int | None


class Removal(Record, frozen=True, kw_only=True):
    """What stands in the place of a removed capture file: captures/<site>/<run>.warc.gz.removed.json."""

    warc: str
    size: int  # bytes
    sha256: str  # of the file
    pages: list[RemovedPage]
    decision: Decision


class Expired(Record, frozen=True, kw_only=True):
    """A capture file whose last page was fetched before the day."""

    site: str
    run: str
    last_day: str
    page_count: int
    size: int


def term_days(city: City) -> int | None:
    """For how many days the city keeps raw forum pages; None: until a person decides. Raises CityError."""
    days = city.settings.get(TERM)
    if days is None:
        return None
    if not isinstance(days, int) or isinstance(days, bool) or days < LEAST_DAYS:
        raise CityError(
            f"city.yaml 的 {TERM} 应是天数（整数，至少 {LEAST_DAYS}），或 null（由人决定），而不是 {days!r}"
        )
    return days


def term_day(city: City, at: dt.datetime) -> dt.date | None:
    """The day before which raw forum pages are past the city's term; None: it has set none."""
    days = term_days(city)
    return None if days is None else at.date() - dt.timedelta(days=days)


def forums(store: Store, city: City) -> list[str]:
    """The sites whose raw pages have a term: the city's forums, and those that it does not name any more."""
    named = {site.slug: site for site in city.sites}
    found = {slug for slug, site in named.items() if site.level == FORUM or site.platform in FORUM_PLATFORMS}
    for folder in store.captures.glob("*/"):
        if folder.name not in named and folder.name not in RESERVED_SLUGS:
            landed = sorted((store.landing / folder.name).glob("*.jsonl"))
            if any(_has_threads(path, path.stat().st_size) for path in landed):
                found.add(folder.name)
    return sorted(found)


@lru_cache(maxsize=10_000)
def _has_threads(path: Path, size: int) -> bool:
    """Whether pages of threads stand in a landing file of so many bytes."""
    with path.open("rb") as file:
        return any(_THREAD in line for line in file)


def copies_beside(store: Store) -> list[Path]:
    """Other copies of the city's data, in which raw pages of forums may stand whose term is over: those that
    restores replaced, and what one that was killed left behind."""
    name, beside = store.folder.name, store.folder.parent
    found = [
        *beside.glob(f"{glob.escape(name)}.replaced-*"),
        *beside.glob(f".{glob.escape(name)}.restoring-*"),
    ]
    return sorted(path for path in found if path.is_dir())


def overdue(store: Store, city: City, before: dt.date) -> list[str]:
    """The days on which runs began whose forum captures a day's removal would take and did not, oldest first.

    Told by the names of the files alone, so that it may be asked often. A run ends within a day of its start:
    one that began on the day before `before` is not told yet.
    """
    last = (before - dt.timedelta(days=1)).isoformat()
    days = (
        _day_of_run(path.name)
        for site in forums(store, city)
        for path in (store.captures / site).glob("*.warc.gz")
    )
    return sorted(day for day in days if day and day < last)


def expired(store: Store, city: City, before: dt.date) -> list[Expired]:
    """Forum captures all of whose pages were fetched before a day, by site and run."""
    found = []
    for site in forums(store, city):
        days: dict[str, tuple[str, int]] = {}
        for file, _, landed in iter_landed(store.folder, site=site):
            run = Path(file).stem
            last, count = days.get(run, ("", 0))
            days[run] = (max(last, landed.fetched_at[:10]), count + (landed.warc is not None))
        for path in sorted((store.captures / site).glob("*.warc.gz")):
            run = path.name.removesuffix(".warc.gz")
            last, count = days.get(run) or (_day_of_run(run), 0)
            if last and last < before.isoformat():
                found.append(
                    Expired(site=site, run=run, last_day=last, page_count=count, size=path.stat().st_size)
                )
    return found


def remove_captures(store: Store, found: list[Expired], decisions: dict[str, Decision]) -> int:
    """Remove capture files, each with the decision of its site; returns how many bytes were freed.

    Raises:
        RetentionError: a crawl of a site is running.
        BackupError: a backup or restore is.
    """
    with maintenance(store), _no_crawl(store, sorted({each.site for each in found})):
        for each in found:
            _list_pages(store, each, decisions[each.site])
        return _finish(store)


def finish_removals(store: Store) -> int:
    """What a kill left undone is done; returns how many bytes were freed."""
    if not any(_open_removals(store)):
        return 0
    with maintenance(store):
        return _finish(store)


def removed(store_folder: Path, warc: str) -> Removal | None:
    """What is known of a capture file that was removed; None: it was not."""
    try:
        return from_json((store_folder / "captures" / f"{warc}{SUFFIX}").read_bytes(), Removal)
    except (OSError, ValueError):
        return None


def _list_pages(store: Store, each: Expired, decision: Decision) -> None:
    warc = f"{each.site}/{each.run}.warc.gz"
    path = store.captures / warc
    content = path.read_bytes()
    pages = [
        RemovedPage(
            url=landed.url, fetched_at=landed.fetched_at, sha256=landed.sha256, offset=landed.warc_offset
        )
        for _, _, landed in iter_landed(store.folder, site=each.site)
        if landed.warc == warc
    ]
    removal = Removal(
        warc=warc,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        pages=pages,
        decision=decision,
    )
    write_durably(path.with_name(path.name + SUFFIX), msgspec.json.format(to_json(removal), indent=1))


def _open_removals(store: Store) -> Iterator[tuple[Path, Path]]:
    """Lists whose capture file, or a torn end of it, is still there: the list and the file."""
    for sheet in sorted(store.captures.glob(f"*/*{SUFFIX}")):
        warc = sheet.with_name(sheet.name.removesuffix(SUFFIX))
        for path in (warc, *sorted(warc.parent.glob(f"{warc.name}.*.torn"))):
            if path.exists():
                yield sheet, path


def _finish(store: Store) -> int:
    freed = 0
    for sheet, path in list(_open_removals(store)):
        append_decision(store.decisions, from_json(sheet.read_bytes(), Removal).decision)
        freed += path.stat().st_size
        path.unlink()
        sync_folder(path.parent)
    return freed


@contextlib.contextmanager
def _no_crawl(store: Store, sites: list[str]) -> Iterator[None]:
    with contextlib.ExitStack() as stack:
        for site in sites:
            for path in crawl_locks(store.state, site):
                try:
                    stack.enter_context(FileLock(path, timeout=2))
                except Timeout as error:
                    raise RetentionError(f"正在采集 {site}，请等它结束再清除") from error
        yield


def _day_of_run(run: str) -> str:
    """A run that landed nothing is dated by its name."""
    digits = run[:8]
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}" if digits.isdigit() and len(digits) == 8 else ""
