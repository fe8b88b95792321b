"""Owns the index of a proof package: what is inside, as tables for HTML that opens offline and for Excel."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence

from analysis.columns import ROLES
from analysis.exposure import UNCLEAR
from analysis.handed_in import PROOF_KINDS
from analysis.overview import DERIVED_KINDS
from analysis.quotes import nested
from analysis.record import Said
from analysis.record_words import change_words, kind_words
from analysis.reports import day_words, wording
from analysis.reports.annexes import lateness
from analysis.reports.official_text import chinese_time
from analysis.reports.proof_archive import WACZ_NAME, Copied
from analysis.reports.proof_selection import PERSONAL_KINDS, Selected
from analysis.reports.proof_table import Cell, Part, Table, exact_time, text
from pipeline.privacy import mask_personal

_STYLES = {"达标": "met", "未达标": "unmet", "无法判定": "unknown"}


@dataclasses.dataclass(frozen=True)
class Shot:
    """A screenshot of a page in the package."""

    url: str
    name: str
    taken_at: dt.datetime | None


def tables(
    chosen: Selected, copied: Sequence[Copied], shots: Sequence[Shot], files: dict[str, str]
) -> list[Table]:
    """All tables of the index.

    Args:
        files: SHA-256 of an attachment → its name in the package.
    """
    held = {each.capture.sha256 for each in copied if each.fault is None}
    pictures = {shot.url: shot for shot in shots}
    return [
        _verdicts(chosen),
        _pieces(chosen, held, pictures, files),
        _exposures(chosen, held),
        _posts(chosen),
        _captures(copied, pictures),
        _decisions(chosen, files),
    ]


def _said(words: Sequence[str]) -> str:
    """Sentences of ours, with the days in them as documents write them."""
    return day_words.dated_words("；".join(filter(None, words)))


def _verdicts(chosen: Selected) -> Table:
    rows = [
        [
            text(line.unit),
            text(f"{line.task} {line.paragraph}"),
            text(line.title),
            text(line.verdict, _STYLES.get(line.verdict)),
            text(f"{line.done_count}/{line.needed_count}"),
            text(_said(chosen.masked([*line.missing, *line.silent, line.note or ""]))),
            text("；".join(line.evidence)),
        ]
        for line in chosen.lines
        if line.kind not in DERIVED_KINDS and line.verdict != "不适用"
    ]
    note = "每一结论所依据的稿件号、决定号见末列，在以下各表中可查到。"
    heads = ["单位", "事项", "名称", "结论", "完成", "缺什么、说明", "依据"]
    return Table("verdicts", "对账结论", note, heads, [16, 12, 34, 10, 8, 40, 30], rows)


def _pieces(chosen: Selected, held: set[str | None], shots: dict[str, Shot], files: dict[str, str]) -> Table:
    credited: dict[str, list[str]] = {}
    for piece in chosen.pieces:
        role = ROLES.get(piece.role, piece.role)
        by = "人工" if piece.decided_by == "person" else "规则"
        credited.setdefault(piece.article_id, []).append(
            f"{piece.unit}（{role}，{by}认定：{nested(piece.why)}；{piece.points:g}分）"
        )
    texts = {row["article_id"] for row in chosen.texts}
    first: dict[str, str] = {}
    for fact in chosen.facts:
        first.setdefault(fact.story_id, fact.article_id)
    rows = []
    for fact in chosen.facts:
        copy_of = first[fact.story_id]
        proof = [Part("网页存证", f"#c-{fact.sha256}")] if fact.sha256 in held else []
        if fact.sha256 in files:
            proof.append(Part("附件", files[str(fact.sha256)]))
        if fact.article_id in texts:
            proof.append(Part("正文", f"texts/{fact.article_id}.txt"))
        if fact.url in shots:
            proof.append(Part("截图", shots[fact.url].name))
        rows.append(
            [
                Cell([Part(fact.article_id)], id=f"a-{fact.article_id}"),
                text(fact.published_day),
                text(f"{fact.outlet} {fact.page or ''}".strip()),
                Cell([_out(fact.title, fact.url)]),
                Cell([Part(mask_personal(each)) for each in credited.get(fact.article_id, [])])
                if credited.get(fact.article_id)
                else text("转载，不重复计" if copy_of != fact.article_id else ""),
                Cell(proof) if proof else text("没有存证", "unmet"),
            ]
        )
    note = "一篇及其转载各一行；记入单位只在首次刊发处列出。"
    heads = ["稿件号", "刊发日期", "媒体、版次", "标题（原网页）", "记入单位、依据", "证据"]
    return Table("pieces", "稿件", note, heads, [16, 12, 22, 42, 60, 12], rows)


def _exposures(chosen: Selected, held: set[str | None]) -> Table:
    rows = [
        [
            text(line.published_day or line.planned_day),
            text(line.title),
            text("、".join(line.exposed)),
            text(line.state, "unmet" if line.is_alarm else "unknown" if line.state == UNCLEAR else None),
            text(_said(line.approvals)),
            Cell([Part("网页存证", f"#c-{line.sha256}")]) if line.sha256 in held else text(""),
        ]
        for line in chosen.exposures
    ]
    heads = ["日期", "标题", "涉及单位", "状态", "审批", "证据"]
    return Table("exposures", "曝光稿件与审批", "刊发前须经两级审批。", heads, [12, 42, 22, 16, 50, 12], rows)


def _posts(chosen: Selected) -> Table:
    rows = [
        [
            text(post.ticket_id),
            text(post.unit),
            text(mask_personal(post.title)),
            text(post.state),
            text(post.opened_at),
            text(f"{chinese_time(post.first_response_at)}（时限 {chinese_time(post.first_response_due)}）"),
            text(f"{chinese_time(post.answer_at)}（时限 {chinese_time(post.answer_due)}）"),
            text(lateness(post) if post.is_open else ""),
            Cell([Part(post.sha256 or "", code=True)]),
        ]
        for post in chosen.posts
    ]
    left = chosen.left_out_count
    note = "发帖人不具名。" + (
        f"论坛网页存证 {left} 份含发帖人用户名等个人信息，没有放入本包；"
        "末列为其 SHA-256，需要时到系统内核对。"
        if left
        else ""
    )
    heads = ["帖号", "单位", "标题", "状态", "发帖时间", "初步回应", "正式答复", "时限情况", "存证 SHA-256"]
    return Table("posts", "论坛帖文", note, heads, [18, 14, 36, 11, 18, 26, 26, 16, 34], rows)


def _captures(copied: Sequence[Copied], shots: dict[str, Shot]) -> Table:
    rows, seen = [], set()
    for each in copied:
        capture = each.capture
        name = f"c-{capture.sha256}" if capture.sha256 not in seen else None
        seen.add(capture.sha256)
        shot = shots.get(capture.url)
        rows.append(
            [
                Cell([_out(capture.url, capture.url)], id=name),
                exact_time(capture.fetched_at),
                text(f"{capture.status or ''} {capture.outcome}".strip()),
                text(each.fault or "在包内", "unmet" if each.fault else None),
                Cell([Part(f"截图 {chinese_time(shot.taken_at, '')}", shot.name, image=True)])
                if shot
                else text(""),
                Cell([Part(capture.sha256 or "", code=True)]),
            ]
        )
    note = (
        f"网页按采集时的原始字节存于 {WACZ_NAME}（WARC/1.1），用 ReplayWeb.page 打开即可回看；"
        "SHA-256 为网页正文字节的。"
    )
    heads = ["网址", "采集时间（北京时间）", "结果", "存证", "截图", "SHA-256"]
    return Table("captures", "网页存证", note, heads, [60, 20, 14, 22, 16, 44], rows)


def _decisions(chosen: Selected, files: dict[str, str]) -> Table:
    rows = [
        [
            exact_time(said.at),
            text(chosen.masked(said.who)),
            text(kind_words(said.kind)),
            text(chosen.masked(said.target)),
            Cell([Part(_content(chosen, said)), *_attached(said, files)]),
            text(mask_personal(said.why)),
            text(said.id),
        ]
        for said in chosen.decisions
    ]
    heads = ["时间", "经办", "决定", "对象", "内容", "理由", "决定号"]
    return Table(
        "decisions", "人工决定", "只增不改，后一决定覆盖前一决定。", heads, [18, 18, 14, 30, 40, 30, 24], rows
    )


def _content(chosen: Selected, said: Said) -> str:
    if said.kind in PERSONAL_KINDS:
        return "（联系人信息不导出）"
    return "；".join(change_words(chosen.masked(said.before), chosen.masked(said.after)))


def _attached(said: Said, files: dict[str, str]) -> list[Part]:
    """The file that was handed in with a decision."""
    name = files.get(str(said.after.get("sha256"))) if said.kind in PROOF_KINDS else None
    return [Part("附件", name)] if name else []


def _out(shown: str, url: str) -> Part:
    """A link to the page as it was on the web; anything but http stays a text."""
    return Part(shown, url, out=True) if url.startswith(("http://", "https://")) else Part(shown)


def about(chosen: Selected, copied: Sequence[Copied], organ: str, plan: str) -> list[tuple[str, str]]:
    """What the reader must know: selection, day, how to check and replay, what personal data is inside."""
    choice = chosen.choice
    held = sum(each.fault is None for each in copied)
    picked = [
        choice.unit and f"单位 {choice.unit}",
        choice.task and f"事项 {choice.task}",
        (choice.first or choice.last)
        and f"刊发日期 {chinese_time(choice.first, '不限')}至{chinese_time(choice.last, '不限')}",
    ]
    forum = (
        "包含论坛网页的原始存证，其中有发帖人用户名，可能有电话等个人信息：只供核验，不得外传、公开"
        if choice.with_forum
        else "没有放入论坛网页的原始存证（含发帖人用户名）"
    )
    return [
        ("编制", organ),
        ("依据", wording.plan_name(plan)),
        ("选择", "；".join(part for part in picked if part) or "全部"),
        ("截至", wording.day_until(choice.as_of, chosen.until)),
        (
            "内容",
            f"稿件 {len(chosen.facts)} 篇次，网页存证 {held} 份，决定 {len(chosen.decisions)} 项",
        ),
        (
            "核验",
            "gangqing proof verify 本文件：任何一个字节改动、缺少或多出文件都能查出；"
            "也可解压后运行 sha256sum -c SHA256SUMS",
        ),
        (
            "回看",
            f"解压后用 ReplayWeb.page 打开“{WACZ_NAME}”，或用 pywb 载入（wb-manager add --unpack-wacz）",
        ),
        (
            "个人信息",
            f"索引、正文和决定中的电话、证件号已遮盖，联系人信息不导出；{forum}。"
            "媒体网页的存证是发布时的原始字节，其中媒体公开过的姓名、电话没有遮盖（遮盖即失去证据效力）",
        ),
    ]
