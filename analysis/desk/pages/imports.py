"""Owns the page 导入报送表: a table of what no crawler sees is uploaded, looked at, confirmed."""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections.abc import Mapping
from typing import Any, ClassVar

from anyio import to_thread
from litestar import post
from litestar.datastructures import UploadFile
from litestar.exceptions import NotFoundException
from litestar.response import Redirect, Response

from analysis.acts.importing import ImportReport, check_new, preview_import, record_checked
from analysis.acts.record import ActError
from analysis.desk.acting import perform, signature
from analysis.desk.commands_told import without_commands
from analysis.desk.forms import Form
from analysis.desk.page import Listing, Page, cut
from analysis.desk.routing import act, file_answer, see
from analysis.desk.tables import csv_bytes
from analysis.desk.uploads import MOST_BYTES, MOST_FILES, Draft, UploadError, Uploads
from analysis.desk.visit import Visit
from analysis.handed_in import PROOF_KINDS
from analysis.imports.check import check_import
from analysis.imports.line import Fault, Item
from analysis.imports.package import SheetError
from analysis.imports.sheet import MAX_BYTES
from analysis.imports.template import csv_template, excel_template
from analysis.record import Said, said_in
from pipeline.attachments import plain_name

HERE = "/imports"
ROOM = 1_000_000  # bytes of a form beside its files
# How analysis/acts/importing.py names the import in the reason of a proof.
_IMPORT = re.compile(r"导入 (i\w+-\w+)（")
TEMPLATES = ("xlsx", "csv")


@dataclasses.dataclass(kw_only=True)
class ImportsPage(Page):
    """Imports.

    Attributes:
        draft: what this person uploaded and has not confirmed; None: nothing.
        refused: why the table as a whole cannot be taken; "" where it can.
        report: what would become of it; None where it cannot be read.
        faults: its faults by line, as a list cut into screens.
        items: its lines that are right, with why one is passed over.
        done: imports that were recorded, the newest first.
        proofs: by import, the proofs in it that came with a file.
        most: how many files, and how many MB in all, can come at once.
    """

    template: ClassVar[str] = "imports.html"
    heading: ClassVar[str] = "导入报送表"
    section: ClassVar[str] = "/appeals"
    draft: Draft | None
    refused: str
    report: ImportReport | None
    faults: Listing[Fault]
    items: list[tuple[Item, str]]
    done: list[Said]
    proofs: dict[str, list[Said]]
    most: tuple[int, int]


def uploads_of(visit: Visit) -> Uploads:
    return Uploads(visit.office.store.desk / "uploads")


def build_imports(visit: Visit) -> ImportsPage:
    uploads = uploads_of(visit)
    draft = uploads.find(visit.user.name, visit.office.clock()) if visit.is_today else None
    refused, report = "", None
    items: list[tuple[Item, str]] = []
    if draft is not None:
        try:
            content, files = uploads.content(visit.user.name), uploads.files(visit.user.name, draft)
            report, items = _preview(visit, draft.name, content, files)
        except (SheetError, ActError) as error:
            refused = without_commands(str(error))
        except FileNotFoundError:  # it was confirmed or thrown away meanwhile
            draft = None
    return ImportsPage(
        draft=draft,
        refused=refused,
        report=report,
        faults=cut(report.faults if report else [], visit.request.query_params),
        items=items,
        proofs=_proofs(visit),
        done=[s for s in said_in(visit.con, ("import_batch",)) if s.at.date() <= visit.as_of][::-1],
        most=(MOST_FILES, MOST_BYTES // 1024 // 1024),
    )


def _proofs(visit: Visit) -> dict[str, list[Said]]:
    """By import, the proofs in it that came with a file; a file that proves for several units stands once."""
    found: dict[str, dict[str, Said]] = {}
    for said in said_in(visit.con, PROOF_KINDS):
        number = _IMPORT.match(said.why)
        if number and said.after.get("sha256"):
            found.setdefault(number[1], {}).setdefault(str(said.after["sha256"]), said)
    return {number: list(files.values()) for number, files in found.items()}


def _preview(
    visit: Visit, name: str, content: bytes, files: Mapping[str, bytes]
) -> tuple[ImportReport, list[tuple[Item, str]]]:
    """What would become of a table, and its lines. Raises SheetError, ActError."""
    office, at = visit.office, visit.office.clock()
    checked = check_import(content, name, office.city, office.plan, files=files, today=at.date())
    report = preview_import(office.store, visit.con, checked, at)
    skipped = {line.row_number: line.why for line in report.skipped}
    return report, [(item, skipped.get(item.row_number, "")) for item in checked.items]


@see(HERE, "import.record")
def page(visit: Visit) -> Response[Any]:
    """导入报送表."""
    return visit.show(build_imports(visit))


@see(f"{HERE}/template", "import.record")
def template(visit: Visit, kind: str = "xlsx") -> Response[bytes]:
    """An empty table to fill in."""
    if kind not in TEMPLATES:
        raise NotFoundException("没有这种模板")
    content = csv_template() if kind == "csv" else excel_template(visit.office.city, visit.office.plan)
    return file_answer(content, f"报送表.{kind}")


@see(f"{HERE}/faults", "import.record")
def faults(visit: Visit) -> Response[bytes]:
    """What is to be mended, line by line, to be sent back to who filled the table in."""
    report = build_imports(visit).report
    if report is None:
        raise NotFoundException("没有正在检查的报送表")
    rows = ((fault.row_number, fault.heading, fault.fault) for fault in report.faults)
    return file_answer(csv_bytes(("行", "栏", "怎样改"), rows), "报送表-要改的地方.csv")


@post(
    f"{HERE}/check",
    permission="import.record",
    request_max_body_size=MOST_BYTES + ROOM,
    status_code=200,
    include_in_schema=False,
)
async def check(visit: Visit, form: Form) -> Redirect:
    """Upload a table with its attachments, to be looked at."""
    table = form.file("table")
    content = await _read(table, MAX_BYTES) if table is not None else b""
    files = [(each.filename, await _read(each, MOST_BYTES)) for each in form.files("files")]
    return await to_thread.run_sync(_check, visit, table, content, files)


async def _read(file: UploadFile, most: int) -> bytes:
    """At most one byte more than may be: what is too large is refused by who reads it."""
    return await file.read(most + 1)


def _check(
    visit: Visit, table: UploadFile | None, content: bytes, files: list[tuple[str, bytes]]
) -> Redirect:
    visit.check_today()
    if table is None or not content:
        return visit.back(HERE, "没有办成：请选择填好的报送表（.xlsx 或 .csv）", is_error=True)
    uploads, account = uploads_of(visit), visit.user.name
    try:
        by_name = uploads.check(content, files)
    except UploadError as error:
        visit.log("上传报送表", table.filename[:100], refused=str(error))
        return visit.back(HERE, f"没有办成：{error}", is_error=True)
    name, after = plain_name(table.filename), {"sha256": hashlib.sha256(content).hexdigest()}
    uploads.drop(account)  # what follows is about this upload, not about an earlier one
    try:
        report, _ = _preview(visit, name, content, by_name)
    except (SheetError, ActError) as error:
        said = without_commands(str(error))
        visit.log("上传报送表", name, after=after, refused=said)
        if isinstance(error, ActError):  # a table that can be read; in another there is nothing to look at
            uploads.keep(account, name, content, files, visit.office.clock())
        return visit.back(HERE, f"没有办成：“{name}”没有入库：{said}", is_error=True)
    draft = uploads.keep(account, name, content, files, visit.office.clock())
    visit.log("上传报送表", draft.name, after={"sha256": draft.sha256, "count": len(files)})
    if report.faults:
        said = f"“{draft.name}”有 {len(report.faults)} 处要改，没有入库：请改好后重新上传"
        return visit.back(HERE, said, is_error=True)
    return visit.back(HERE, f"已上传“{draft.name}”，还没有入库：请核对后确认")


@act(f"{HERE}/confirm", "import.record")
def confirm(visit: Visit, form: Form) -> Redirect:
    """Record the draft that was looked at: all of its lines or none."""
    office, uploads, name = visit.office, uploads_of(visit), visit.user.name
    at = office.clock()
    draft = uploads.find(name, at)
    content, checked = b"", None
    if draft is not None and draft.sha256 == form.text("sha256"):
        try:  # read before the desk acts: nobody waits for it
            content, files = uploads.content(name), uploads.files(name, draft)
            checked = check_import(
                content, draft.name, office.city, office.plan, files=files, today=at.date()
            )
        except SheetError as error:  # the city's data changed since it was looked at
            return visit.back(HERE, f"没有办成：{error}", is_error=True)
        except FileNotFoundError:  # of two clicks the first was done meanwhile
            checked = None

    def record() -> str:
        if checked is None:
            check_new(office.store, form.text("sha256"))
            raise ActError("上传的报送表已过期或已换成另一个，请重新上传、核对")
        report = record_checked(office.store, visit.con, checked, content, who=signature(visit), at=at)
        if report.faults:
            raise ActError(f"还有 {len(report.faults)} 处要改，整表没有入库")
        uploads.drop(name)
        return f"{report.import_id}：稿件 {report.article_count} 条、证明 {report.proof_count} 条"

    return perform(visit, "导入报送表", draft.name if draft else "", record, HERE)


@act(f"{HERE}/discard", "import.record")
def discard(visit: Visit) -> Redirect:
    """Throw the draft away; nothing of it was recorded."""
    uploads_of(visit).drop(visit.user.name)
    visit.log("放弃上传的报送表")
    return visit.back(HERE, "已放弃上传的报送表，没有入库")


ROUTES = [page, template, faults, check, confirm, discard]
