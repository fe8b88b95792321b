"""Owns recording an import: all of its lines or none, each once, credited with the proof that came along."""

from __future__ import annotations

import dataclasses
import datetime as dt
import html
from collections.abc import Mapping

from analysis.acts.record import ActError, alone, decision_of, line
from analysis.exposure import plain
from analysis.handed_in import PROOF_KINDS, WITHDRAWAL, not_withdrawn
from analysis.handed_pieces import day_said, pieces_since
from analysis.imports.check import Checked, check_import
from analysis.imports.line import Fault, Item, same_proof
from analysis.plan import Plan
from analysis.record import said_on_disk
from analysis.warehouse import Connection, ask
from pipeline.attachments import keep_attachment
from pipeline.batch import IMPORT, Evidence, commit_batch
from pipeline.city import City
from pipeline.decisions import Decision
from pipeline.load_landing import article_id
from pipeline.records import Landed
from pipeline.store import Store


@dataclasses.dataclass(frozen=True)
class Skipped:
    """A line that is right but not new."""

    row_number: int
    title: str
    why: str


@dataclasses.dataclass(frozen=True)
class ImportReport:
    """What became of an import. With faults nothing was recorded."""

    import_id: str
    file: str
    sha256: str
    article_count: int
    proof_count: int
    skipped: list[Skipped]
    faults: list[Fault]


def record_import(
    store: Store,
    con: Connection,
    city: City,
    plan: Plan,
    content: bytes,
    name: str,
    *,
    files: Mapping[str, bytes],
    who: str,
    at: dt.datetime,
    only_check: bool = False,
) -> ImportReport:
    """Check an import and, if no line has a fault, record all that is new in it. The file is read before the
    lock of the acts is taken: nobody waits for it.

    Args:
        content, name: the Excel or CSV file as handed in; kept as evidence.
        files: attachments by name.
        only_check: say what would become of it, record nothing.

    Raises:
        SheetError: the file as a whole cannot be read.
        ActError: the same file was recorded before.
    """
    who = line(who, "报送人")
    checked = check_import(content, name, city, plan, files=files, today=at.date())
    if only_check:
        return preview_import(store, con, checked, at)
    return record_checked(store, con, checked, content, who=who, at=at)


def preview_import(store: Store, con: Connection, checked: Checked, at: dt.datetime) -> ImportReport:
    """What would become of an import that was checked.

    Raises:
        ActError: the same file was recorded before.
    """
    return _report(store, con, checked, at)[0]


def _report(
    store: Store, con: Connection, checked: Checked, at: dt.datetime
) -> tuple[ImportReport, list[Item]]:
    """What becomes of an import by the present state, and its lines that are new."""
    check_new(store, checked.sha256)
    known = _known(store, con, checked.items)
    new = [item for item in checked.items if item.row_number not in known]
    report = ImportReport(
        import_id=f"i{at:%Y%m%d%H%M%S}-{checked.sha256[:6]}",
        file=checked.name,
        sha256=checked.sha256,
        article_count=sum(item.article is not None for item in new),
        proof_count=sum(item.article is None for item in new),
        skipped=[
            Skipped(i.row_number, i.title, known[i.row_number])
            for i in checked.items
            if i.row_number in known
        ],
        faults=checked.faults,
    )
    return report, new


@alone
def record_checked(
    store: Store, con: Connection, checked: Checked, content: bytes, *, who: str, at: dt.datetime
) -> ImportReport:
    """Record all that is new in an import that was checked, if no line has a fault.

    Args:
        content: the file that was checked; kept as evidence.

    Raises:
        ActError: the same file was recorded before.
    """
    who = line(who, "报送人")
    report, new = _report(store, con, checked, at)
    if checked.faults:
        return report
    number = report.import_id
    keep_attachment(store.folder, content, ".xlsx" if content.startswith(b"PK") else ".csv")
    for item in new:
        if item.attachment is not None:
            keep_attachment(store.folder, item.attachment.content, item.attachment.suffix)
    lines = [
        (_landed(item, checked, number, at), _evidence(item, checked, who, at))
        for item in new
        if item.article is not None
    ]
    decisions = [decision for item in new for decision in _decisions(item, checked, number, who, at)]
    after = {
        "file": checked.name,
        "sha256": checked.sha256,
        "rows": len(new),
        "skipped": len(report.skipped),
    }
    decisions.append(
        decision_of(
            "import_batch",
            number,
            who=who,
            at=at,
            after=after,
            why=f"导入 {checked.name}：稿件 {report.article_count} 条，证明 {report.proof_count} 条",
        )
    )
    commit_batch(store, IMPORT, f"import-{number}", at, lines, decisions)
    return report


def check_new(store: Store, sha256: str) -> None:
    """Raises ActError for a file that was recorded before."""
    said = said_on_disk(store.decisions, ("import_batch",))
    before = next((each for each in said if each.after.get("sha256") == sha256), None)
    if before is not None:
        raise ActError(f"这个文件已由 {before.who} 于 {before.at:%Y-%m-%d %H:%M} 导入过，不重复计入")


def _known(store: Store, con: Connection, items: list[Item]) -> dict[int, str]:
    """Lines that are known already, each with why: crawled, imported, or recorded before."""
    handed = [(item, item.article) for item in items if item.article is not None]
    rows = ask(
        con,
        "article_keys",
        ids=[item.key for item, _ in handed],
        urls=[article.url for _, article in handed],
        days=sorted({item.day for item, _ in handed}),
    )
    by_id = {row["article_id"]: row["article_id"] for row in rows}
    by_url = {row["url"]: row["article_id"] for row in rows}
    by_title = {(row["outlet"], row["published_day"], plain(row["title"])): row["article_id"] for row in rows}
    for piece in pieces_since(store, con):
        key = article_id(piece.outlet, piece.url)
        by_id[key] = by_url[piece.url] = key
        by_title[piece.outlet, day_said(piece), plain(piece.title)] = key
    known: dict[int, str] = {}
    for item, article in handed:
        found = (
            by_id.get(item.key)
            or by_url.get(article.url)
            or by_title.get((article.outlet, item.day, plain(article.title)))
        )
        if found is not None:
            known[item.row_number] = (
                f"库中已有（稿件号 {found}），不重复计入；若没有计给{'、'.join(item.units)}，请提申诉"
            )
    proofs = not_withdrawn(said_on_disk(store.decisions, (*PROOF_KINDS, WITHDRAWAL)))
    said = {(s.kind, s.target, same_proof(s.after)) for s in proofs}
    for item in items:
        if item.decision is None:
            continue
        if all((item.decision, unit, same_proof(item.after)) in said for unit in item.units):
            known[item.row_number] = "已有同一天的记录，不重复计入"
    return known


def _landed(item: Item, checked: Checked, number: str, at: dt.datetime) -> Landed:
    assert item.article is not None
    return Landed(
        run="",
        site=IMPORT,
        url=item.article.url,
        fetched_at=at.isoformat(timespec="seconds"),
        kind="article",
        outcome="stored",
        detail=f"{number} {checked.name} 第 {item.row_number} 行",
        article=item.article,
    )


def _evidence(item: Item, checked: Checked, who: str, at: dt.datetime) -> Evidence:
    """The photo that came with the line, else the line itself as it was handed in."""
    assert item.article is not None
    if item.attachment is not None:
        return Evidence(
            uri=item.article.url,
            media_type=item.attachment.media_type,
            attachment=item.attachment.sha256,
        )
    said = {
        "类别": item.kind,
        "责任单位": "、".join(item.units),
        "标题": item.title,
        "媒体": item.article.outlet,
        "日期": item.day.isoformat(),
        "链接": item.link or "",
        "说明": item.note,
        "报送人": who,
        "导入时间": f"{at:%Y-%m-%d %H:%M:%S}",
        "原始文件": f"{checked.name} 第 {item.row_number} 行，SHA-256 {checked.sha256}",
        "正文": item.article.body,
    }
    rows = "".join(f"<tr><th>{html.escape(k)}</th><td>{html.escape(v)}</td></tr>" for k, v in said.items())
    head = '<!doctype html><html lang="zh"><meta charset="utf-8"><title>报送记录</title>'
    page = f"{head}<table>{rows}</table></html>"
    return Evidence(uri=item.article.url, media_type="text/html; charset=utf-8", text=page)


def _decisions(item: Item, checked: Checked, number: str, who: str, at: dt.datetime) -> list[Decision]:
    why = f"导入 {number}（{checked.name} 第 {item.row_number} 行）" + (f"：{item.note}" if item.note else "")
    if item.article is None:
        return [
            decision_of(item.decision, unit, who=who, at=at, after=item.after, why=why) for unit in item.units
        ]
    found: list[Decision] = []
    if item.form is not None:
        after: dict[str, object] = {"form": item.form}
        if item.form == "曝光":
            after["exposed"] = item.units
        found.append(decision_of("tag_correction", item.key, who=who, at=at, after=after, why=why))
    if item.form != "曝光":  # whose shortcoming it is earns nothing
        found += [
            decision_of(
                "credit_add", item.key, who=who, at=at, after={"unit": unit, "role": item.role}, why=why
            )
            for unit in item.units
        ]
    return found
