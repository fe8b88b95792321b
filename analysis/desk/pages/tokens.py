"""Owns the page of tokens: made for another system, shown once, ended by an administrator."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

from litestar.response import Redirect, Response

from analysis.desk.accounts import AccountError
from analysis.desk.forms import Form
from analysis.desk.page import Page
from analysis.desk.rights import Role
from analysis.desk.routing import act, see
from analysis.desk.tokens import Token
from analysis.desk.visit import Visit

HERE = "/tokens"


@dataclasses.dataclass(kw_only=True)
class TokensPage(Page):
    """Tokens of the API.

    Attributes:
        tokens: all of them, the newest first.
        roles: what a token can read as.
        units: whose a liaison's token can be.
        secret: the token just made, shown this once; "" for none.
        problem: why none was made; "" for none.
    """

    template: ClassVar[str] = "tokens.html"
    heading: ClassVar[str] = "接口令牌"
    section: ClassVar[str] = "/settings"
    tokens: list[Token]
    roles: list[str]
    units: list[str]
    secret: str = ""
    problem: str = ""


def build_tokens(visit: Visit, secret: str = "", problem: str = "") -> TokensPage:
    return TokensPage(
        tokens=sorted(visit.office.tokens.all().values(), key=lambda token: token.at, reverse=True),
        roles=[role.value for role in Role],
        units=[unit.short for unit in visit.office.city.all_units],
        secret=secret,
        problem=problem,
    )


@see(HERE, "user.manage")
def page(visit: Visit) -> Response[Any]:
    """Tokens of the API."""
    return visit.show(build_tokens(visit))


@act(f"{HERE}/make", "user.manage")
def make(visit: Visit, form: Form) -> Response[Any]:
    """Make a token and show it once."""
    visit.check_today()
    office = visit.office
    role = Role(form.chosen("role", "角色", {role.value for role in Role}))
    unit = form.chosen("unit", "单位", office.city.unit_by_short, required=False) or None
    try:
        token, secret = office.tokens.make(
            form.text("name", "系统名称"), role, unit, visit.user.name, office.clock()
        )
    except AccountError as error:
        return visit.show(build_tokens(visit, problem=str(error)), 400)
    visit.log("新设接口令牌", token.id, after={"name": token.name, "role": role.value, "unit": unit})
    return visit.show(build_tokens(visit, secret=secret))


@act(f"{HERE}/revoke", "user.manage")
def revoke(visit: Visit, form: Form) -> Redirect:
    """End a token: the next request with it is refused."""
    visit.check_today()
    try:
        token = visit.office.tokens.revoke(form.text("id"), visit.user.name, visit.office.clock())
    except AccountError as error:
        return visit.back(HERE, str(error), is_error=True)
    visit.log("停用接口令牌", token.id, before={"is_active": True}, after={"is_active": False})
    return visit.back(HERE, f"“{token.name}”的令牌已停用")


ROUTES = [page, make, revoke]
