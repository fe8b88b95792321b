"""Owns the page 联系人: each unit's 分管领导 and 联系人, who is missing, who was late; registering them."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

from litestar.response import Redirect, Response

from analysis.acts.contact import register_contact
from analysis.contacts import ContactRow, contacts
from analysis.desk.acting import perform, seen_of, signature
from analysis.desk.forms import LONG, Form
from analysis.desk.page import Page
from analysis.desk.routing import act, see
from analysis.desk.visit import Visit

HERE = "/contacts"


@dataclasses.dataclass(kw_only=True)
class ContactsPage(Page):
    """The register of contacts.

    Attributes:
        with_phones: whether the telephones are shown.
        rows: units that must register, those that are missing first.
        counts: how many stand how.
        units: units that can be registered.
        chosen: the unit whose contacts are to be registered; "" for none.
        own: its contacts as they stand; None: it has none, or need not have any.
        seen: the newest decision on it; "" for none.
    """

    template: ClassVar[str] = "contacts.html"
    heading: ClassVar[str] = "联系人"
    section: ClassVar[str] = "/units"
    with_phones: bool
    rows: list[ContactRow]
    counts: dict[str, int]
    units: list[str]
    chosen: str
    own: ContactRow | None
    seen: str


def contact_rows(visit: Visit, with_phones: bool = False) -> list[ContactRow]:
    """The register as this person may see it, units that are missing first.

    Args:
        with_phones: only for who has the permission phone.look, and where the look is logged.
    """
    order = {"未报": 0, "逾期报送": 1}
    found = contacts(visit.con, visit.office.plan, visit.as_of, visit.known_by, with_phones=with_phones)
    rows = [row for row in found if visit.scope in (None, row.unit)]
    return sorted(rows, key=lambda row: order.get(row.state, 2))


def build_contacts(visit: Visit, with_phones: bool = False) -> ContactsPage:
    found = contact_rows(visit, with_phones)
    counts: dict[str, int] = {}
    for row in found:
        counts[row.state] = counts.get(row.state, 0) + 1
    units = [unit.short for unit in visit.office.city.units]
    asked = visit.request.query_params.get("unit") or ""
    chosen = asked if asked in units and visit.may("contact.write") else ""
    return ContactsPage(
        with_phones=with_phones,
        rows=found,
        counts=counts,
        units=units,
        chosen=chosen,
        own=next((row for row in found if row.unit == chosen), None),
        seen=seen_of(visit, [chosen])[chosen] if chosen else "",
    )


@see(HERE, "own.read")
def page(visit: Visit) -> Response[Any]:
    """联系人."""
    return visit.show(build_contacts(visit))


@see(f"{HERE}/phones", "phone.look", fresh=True)
def phones(visit: Visit) -> Response[Any]:
    """联系人 with their telephones."""
    shown = build_contacts(visit, with_phones=True)
    visit.log("查看联系人电话", "联系人", after={"rows": sum(row.has_phone for row in shown.rows)})
    return visit.show(shown)


@act(f"{HERE}/register", "contact.write")
def register(visit: Visit, form: Form) -> Redirect:
    """Record the contacts of a unit; a later register overrides it, the first one's day stays."""
    office, unit = visit.office, form.text("unit", "单位")
    return perform(
        visit,
        "登记联系人",
        unit,
        lambda: register_contact(
            office.store.decisions,
            office.city,
            unit,
            leader=form.text("leader", "分管领导"),
            contact=form.text("contact", "联系人"),
            phone=form.text("phone", "电话") or None,
            who=signature(visit),
            at=office.clock(),
            why=form.text("why", limit=LONG),
        ),
        HERE,
        seen={unit: form.text("seen", limit=LONG)},
    )


ROUTES = [page, phones, register]
