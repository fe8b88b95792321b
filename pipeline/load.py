"""Owns building the warehouse: from what was landed and decided to a new edition of the file.

A published file is never written again: a build works on a copy (or, where rules changed, on a new file)
and puts it in the place of the old one in one step. So readers and builds never block one another.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from pipeline.batch import finish_batches
from pipeline.city import City
from pipeline.decisions import decisions_state
from pipeline.definitions import schema_version, views_version
from pipeline.edition import build_lock, compact, copy_edition, publish, remove
from pipeline.lake import publish_lake
from pipeline.landing import Quarantined, landing_files
from pipeline.load_alike import link_threads, looked_for_links
from pipeline.load_checks import check, touched
from pipeline.load_city import load_city_tables
from pipeline.load_decisions import load_decision_tables
from pipeline.load_now import refresh_now
from pipeline.load_parts import read_parts
from pipeline.load_plan import load_plan
from pipeline.load_plan_facts import hold_reprints, refresh_plan_facts
from pipeline.load_stories import find_stories, spans_of
from pipeline.load_tags import TaggerLike, TextTagger
from pipeline.load_texts import DIGEST, hold_consumed, refreshed_digest
from pipeline.load_thread_past import tag_past
from pipeline.load_threads import tag_threads
from pipeline.load_tickets import decided_anew, hold_decisions, refresh_tickets
from pipeline.plan_match import plan_fingerprint
from pipeline.privacy import load_salt
from pipeline.rules import rules_fingerprint
from pipeline.store import Store, open_store
from pipeline.warehouse import (
    Warehouse,
    WarehouseDamaged,
    WarehouseError,
    told_in_chinese,
)

# What a transaction holds lies in memory (this, 100 MB more than a third of it), but each commit writes the
# last rows of every table once more. A draft that fails is thrown away anyway.
PAGES_PER_COMMIT = 30_000
Progress = Callable[[str, int, int | None], None]  # stage in Chinese, done, total


@dataclasses.dataclass(frozen=True)
class BuildReport:
    """What a build did. Counts are of this build, not of the warehouse."""

    city: str
    warehouse: Path
    is_rebuilt: bool
    why_rebuilt: str | None  # for the user, in Chinese
    page_count: int  # landed lines read
    article_count: int  # texts of articles tagged
    thread_count: int  # threads tagged
    reprint_count: int  # reprints known now
    decision_count: int  # decisions known now
    check_count: int  # zero-row checks passed
    # For the user, in Chinese: quarantined lines, decisions that could not be applied.
    notices: tuple[str, ...]


def build(
    city: City,
    *,
    home: Path,
    warehouse: Path,
    tagger: TaggerLike,
    rebuild: bool = False,
    progress: Progress | None = None,
    wait_seconds: float = 600,
) -> BuildReport:
    """Bring the warehouse up to date: read new landing lines and all decisions, tag what is new.

    A kill at any moment leaves the warehouse as it was before or as it is after. A file of another city, with
    other tables, or tagged by other rules is built from nothing instead of from a copy of the old one.

    Args:
        home: the folder in which var/ lies.
        wait_seconds: how long to wait for another build of the same warehouse.

    Raises:
        WarehouseError: another build did not end in time, or the file cannot be written.
        CheckError: a zero-row check found rows; nothing was changed.
        CityError, DecisionError, SaltError: data is wrong; the message says where.
    """
    say = progress or (lambda stage, done, total: None)
    store = open_store(home, city)
    finish_batches(store)
    identity = {
        "city": city.name,
        "schema": schema_version(),
        "views": views_version(),
        "rules": rules_fingerprint(city, tagger),
    }
    warehouse.parent.mkdir(parents=True, exist_ok=True)
    with build_lock(warehouse, wait_seconds, say), told_in_chinese(warehouse):
        reason = "按要求重建" if rebuild else _why_rebuild(warehouse, identity, store)
        draft = warehouse.with_name(warehouse.name + ".building")
        remove(draft)
        try:
            report = None
            if reason is None and warehouse.exists():
                try:
                    copy_edition(warehouse, draft)
                    with told_in_chinese(warehouse):
                        report = _fill(draft, city, store, tagger, identity, None, say)
                except WarehouseDamaged as error:
                    reason = f"原文件无法读取（{error}）"
                    remove(draft)
            if report is None:
                if reason:
                    say(f"重建数据仓库：{reason}", 0, None)
                report = _fill(draft, city, store, tagger, identity, reason, say)
                say("整理文件", 0, None)
                compact(draft)
            publish_lake(draft, city)
            publish(draft, warehouse)
        finally:
            remove(draft)
        return dataclasses.replace(report, warehouse=warehouse)


def _fill(
    path: Path,
    city: City,
    store: Store,
    tagger: TaggerLike,
    identity: dict[str, str],
    reason: str | None,
    say: Progress,
) -> BuildReport:
    # Before they are read: what comes meanwhile is laid over by readers.
    state = decisions_state(store.decisions)
    warehouse = Warehouse(path)
    try:
        warehouse.begin()
        known, plan = warehouse.meta(), load_plan(city)
        is_new_reading = known.get("views") != identity["views"]
        warehouse.create()
        meta = identity | {"decisions": state, "plan": plan_fingerprint(plan) if plan else ""}
        is_new_plan = is_new_reading or known.get("plan") != meta["plan"]
        hold_consumed(warehouse)
        salt = load_salt(store.salt)
        texts = TextTagger(warehouse, tagger)
        pages, threads, notices = _load_landing(warehouse, store, salt, texts, say)
        say("整理现状", 0, None)
        load_city_tables(warehouse, city, plan, salt)
        spans = spans_of(warehouse, texts.changed)
        if is_new_reading:
            refresh_now(warehouse)
        else:
            refresh_now(warehouse, texts.changed, threads)
        hold_decisions(warehouse)
        hold_reprints(warehouse)
        decisions = load_decision_tables(warehouse, city, store.decisions)
        reprints = warehouse.rows("SELECT COUNT(*) FROM article_reprint")[0][0]
        if texts.changed:
            say("查找转载", 0, None)
            spans |= spans_of(warehouse, texts.changed)
            reprints = find_stories(warehouse, tagger, None if is_new_reading else spans)
        with looked_for_links(warehouse, threads) as links:
            tag_threads(warehouse, tagger, threads, lambda done, total: say("标注帖子", done, total))
            tag_past(warehouse, tagger, threads)
            link_threads(
                warehouse, threads, links, lambda done, total: say("查找同一件事的帖子", done, total)
            )
        targets = decided_anew(warehouse)
        refresh_tickets(warehouse, None if is_new_reading else threads, targets)
        refresh_plan_facts(warehouse, plan, None if is_new_plan else texts.changed, targets)
        told = None if is_new_reading else known.get(DIGEST)
        meta[DIGEST] = refreshed_digest(warehouse, told, texts.changed, threads)
        warehouse.replace("meta", [{"key": key, "value": value} for key, value in meta.items()])
        say("检查", 0, None)
        checks = check(
            warehouse, None if is_new_reading else touched(warehouse, texts.changed, threads, targets)
        )
        say("写入", 0, None)
        warehouse.commit()
    finally:
        warehouse.close()
    return BuildReport(
        city=city.name,
        warehouse=path,
        is_rebuilt=reason is not None,
        why_rebuilt=reason,
        page_count=pages,
        article_count=texts.count,
        thread_count=len(threads),
        reprint_count=reprints,
        decision_count=decisions.count,
        check_count=checks,
        notices=(*notices, *decisions.notices),
    )


def _load_landing(
    warehouse: Warehouse, store: Store, salt: bytes, texts: TextTagger, say: Progress
) -> tuple[int, set[str], list[str]]:
    """Read what was landed since the last build, and tag its articles; returns how many lines, which threads,
    what to tell."""
    after = dict(warehouse.rows("SELECT file, end_offset FROM consumed"))
    bad: list[Quarantined] = []
    threads: set[str] = set()
    told: list[str] = []
    count = open_count = 0
    with closing(read_parts(store.folder, dict(after), salt)) as parts:
        for part in parts:
            for table, rows in part.tables.items():
                warehouse.insert_table(table, rows)
            texts.tag(part.tables.get("article_version"))
            after |= part.ends
            bad += part.bad
            threads |= part.threads
            told += part.told
            count += part.count
            open_count += part.count
            say("读取并标注", count, None)
            if open_count >= PAGES_PER_COMMIT:
                warehouse.commit()
                warehouse.begin()
                open_count = 0
    say("读取并标注", count, count)
    warehouse.replace("consumed", [{"file": f, "end_offset": o} for f, o in sorted(after.items())])
    known = {(file, begin) for file, begin in warehouse.rows("SELECT file, begin_offset FROM quarantine")}
    warehouse.insert(
        "quarantine",
        [
            {"file": b.file, "begin_offset": b.offset, "length_bytes": b.length, "reason": b.reason}
            for b in bad
            if (b.file, b.offset) not in known
        ],
    )
    told += [f"无法读取的采集行：{b.file} 第 {b.offset} 字节起，{b.reason}" for b in bad]
    return count, threads, told


def _why_rebuild(path: Path, identity: dict[str, str], store: Store) -> str | None:
    """Why the file cannot be brought up to date, in Chinese; None: it can, or there is none."""
    if not path.exists():
        return None
    try:
        warehouse = Warehouse(path, read_only=True)
    except WarehouseError as error:
        return f"原文件无法打开（{error}）"
    try:
        known = warehouse.meta()
        lost = _lost(warehouse, store) if known.get("schema") == identity["schema"] else []
    finally:
        warehouse.close()
    if known.get("city") != identity["city"]:
        return f"原文件属于“{known.get('city') or '未知'}”，现在是“{identity['city']}”"
    if known.get("schema") != identity["schema"]:
        return "表结构已更新"
    if known.get("rules") != identity["rules"]:
        return "城市数据或标注规则已更新，全部重新标注"
    if lost:
        return f"采集文件缺失或变短，请从备份恢复：{'、'.join(lost[:3])}{' 等' if len(lost) > 3 else ''}"
    return None


def _lost(warehouse: Warehouse, store: Store) -> list[str]:
    """Landing files that were read further than they reach now: what they held is evidence no more."""
    read = warehouse.rows("SELECT file, end_offset FROM consumed ORDER BY file")
    sizes = {name: (store.landing / name).stat().st_size for name in landing_files(store.folder)}
    return [file for file, end_offset in read if sizes.get(file, -1) < end_offset]
