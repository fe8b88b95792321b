"""Owns recording the contacts of units, one by one or from a table: all lines of it or none."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import re
import unicodedata
from pathlib import Path

from analysis.acts.record import ActError, decision_of, known_units, line
from analysis.contacts import KIND
from analysis.imports.fields import FieldError, text_of
from analysis.imports.line import Fault
from analysis.imports.sheet import read_sheet
from analysis.mistakes import unknown_unit
from pipeline.batch import IMPORT, commit_batch
from pipeline.city import City
from pipeline.decisions import Decision, append_decision, load_decisions
from pipeline.store import Store

UNIT, LEADER, CONTACT, PHONE = "责任单位", "分管领导", "联系人", "电话"
HEADINGS = {UNIT: "简称", LEADER: "姓名（职务）", CONTACT: "姓名", PHONE: "座机带区号，或手机"}
_PHONE = re.compile(r"(?:0\d{2,3}-?)?[2-8]\d{6,7}(?:-\d{1,6})?|1[3-9]\d{9}")


@dataclasses.dataclass(frozen=True)
class ContactReport:
    """What became of a table of contacts. With faults nothing was recorded."""

    count: int
    faults: list[Fault]


def register_contact(
    decisions: Path,
    city: City,
    unit: str,
    *,
    leader: str,
    contact: str,
    who: str,
    at: dt.datetime,
    phone: str | None = None,
    why: str = "",
) -> Decision:
    """Record the 分管领导 and 联系人 of a unit; a later register overrides it, the first one's day stays.

    Args:
        phone: None: the one that is registered already stays.

    Raises:
        ActError: unit, name or telephone is missing or wrong.
    """
    known_units(city, [unit])
    known = _standing(decisions).get(unit, {})
    decision = _register(known, unit, (leader, contact, phone), who=who, at=at, why=why)
    append_decision(decisions, decision)
    return decision


def import_contacts(
    store: Store, city: City, content: bytes, name: str, *, who: str, at: dt.datetime
) -> ContactReport:
    """Record a table of contacts (责任单位, 分管领导, 联系人, 电话), if no line has a fault.

    An empty telephone leaves the one that is registered.

    Raises:
        SheetError: the file as a whole cannot be read.
    """
    faults: list[Fault] = []
    decisions: list[Decision] = []
    seen: dict[str, int] = {}
    known = _standing(store.decisions)
    for row in read_sheet(content, name, HEADINGS, (UNIT, LEADER, CONTACT)):
        values: dict[str, str] = {}
        if row.merged is not None:
            faults.append(Fault(row.number, "", f"在合并单元格 {row.merged} 中，请取消合并，逐行填写"))
        for heading in HEADINGS:
            try:
                values[heading] = text_of(row.cells[heading], 60) if heading in row.cells else ""
            except FieldError as error:
                faults.append(Fault(row.number, heading, str(error)))
                values[heading] = "?"
        unit = values[UNIT]
        if unit not in city.unit_by_short:
            faults.append(
                Fault(row.number, UNIT, unknown_unit(unit, city.units) if unit else "没有填责任单位")
            )
        elif unit in seen:
            faults.append(Fault(row.number, UNIT, f"与第 {seen[unit]} 行重复"))
        seen.setdefault(unit, row.number)
        try:
            given = (values[LEADER], values[CONTACT], values[PHONE] or None)
            decisions.append(_register(known.get(unit, {}), unit, given, who=who, at=at, why=f"导入 {name}"))
        except ActError as error:
            faults.append(Fault(row.number, "", str(error)))
    if not faults:
        digest = hashlib.sha256(content).hexdigest()[:6]
        commit_batch(store, IMPORT, f"contacts-{at:%Y%m%d%H%M%S}-{digest}", at, [], decisions)
    return ContactReport(0 if faults else len(decisions), faults)


def _standing(decisions: Path) -> dict[str, dict[str, object]]:
    """By unit, what its newest register says."""
    said = sorted((each for each in load_decisions(decisions) if each.kind == KIND), key=lambda d: d.at)
    return {each.target: each.after for each in said}


def _register(
    known: dict[str, object],
    unit: str,
    given: tuple[str, str, str | None],
    *,
    who: str,
    at: dt.datetime,
    why: str,
) -> Decision:
    """The decision that registers leader, contact and telephone over what is known."""
    before, after = dict(known), _after(*given)
    known_phone = before.pop("phone", None)  # it stands once in a decision, not twice
    if known_phone is not None:
        after.setdefault("phone", known_phone)
    return decision_of(KIND, unit, who=who, at=at, before=before, after=after, why=why)


def _after(leader: str, contact: str, phone: str | None) -> dict[str, object]:
    after: dict[str, object] = {"leader": line(leader, LEADER, 60), "contact": line(contact, CONTACT, 60)}
    if phone:
        plain = re.sub(r"[\s—－]+", "-", unicodedata.normalize("NFKC", phone).strip())
        if not _PHONE.fullmatch(plain):
            raise ActError("电话应写成 0770-2821234 或 13800001234")
        after["phone"] = plain
    return after
