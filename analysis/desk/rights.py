"""Owns who may do what: one table of permissions × roles, and the guard that holds every route to it.

Each route names its permission (`permission="…"` of its handler); a route that names none is closed to all.
"""

from __future__ import annotations

from enum import StrEnum

from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException, PermissionDeniedException
from litestar.handlers.base import BaseRouteHandler


class Role(StrEnum):
    """Who one is at the desk. An account may hold several, but a liaison's no other."""

    PUBLICITY = "宣传部"
    EVALUATION = "绩效办"
    LIAISON = "单位联络员"  # sees and touches only her unit
    INSPECTOR = "核验组"  # reads everything, changes nothing
    ADMINISTRATOR = "管理员"  # people, sources, system; takes no decision on credits or tickets


_ALL = frozenset(Role)
_CITY = frozenset({Role.PUBLICITY, Role.EVALUATION, Role.INSPECTOR, Role.ADMINISTRATOR})
_OFFICES = frozenset({Role.PUBLICITY, Role.EVALUATION})

PUBLIC = "public"  # also for who has not signed in
PERMISSIONS: dict[str, frozenset[Role]] = {
    "own.read": _ALL,  # 今日, 台账, 单位, 稿件, 回帖, 公告在线, 补报与申诉: a liaison's are cut to her unit
    "city.read": _CITY,  # 热点, 曝光审批, 来源, 报表: of the whole city
    "log.read": _CITY,
    "notice.read": _CITY,  # 通知: what went to whom; a unit has its own by its channel
    "settings.read": _CITY,
    "self.write": _ALL,  # one's own password, signing out
    "ticket.handle": frozenset({Role.PUBLICITY}),  # judge, hand over, confirm, close
    "ticket.answer": frozenset({Role.PUBLICITY, Role.LIAISON}),  # sign for, send back, ask for more time
    "tag.correct": _OFFICES,
    "appeal.submit": _OFFICES | {Role.LIAISON},
    "appeal.decide": _OFFICES,
    "import.record": _OFFICES,  # and withdraw a proof of it
    "deduction.decide": frozenset({Role.EVALUATION}),
    "exposure.propose": _OFFICES,
    "exposure.decide": frozenset({Role.EVALUATION}),
    "contact.write": frozenset({Role.EVALUATION}),
    "phone.look": frozenset({Role.EVALUATION}),  # telephones of contacts; each look is logged
    "report.make": _OFFICES,
    "job.run": _OFFICES | {Role.ADMINISTRATOR},  # crawl, build, check
    "unit.edit": frozenset({Role.ADMINISTRATOR}),  # units: names, dates, parents
    "name.edit": frozenset({Role.PUBLICITY, Role.ADMINISTRATOR}),  # aliases and official accounts
    "rule.edit": frozenset({Role.EVALUATION, Role.ADMINISTRATOR}),  # thresholds, clocks, points
    "user.manage": frozenset({Role.ADMINISTRATOR}),
}


def allowed(permission: str, roles: frozenset[Role]) -> bool:
    """Whether someone with these roles has a permission. Who is a liaison is nothing else: she sees her unit.

    Raises:
        KeyError: the table lacks the permission.
    """
    held = frozenset({Role.LIAISON}) if Role.LIAISON in roles else roles
    return permission == PUBLIC or not PERMISSIONS[permission].isdisjoint(held)


def permission_guard(connection: ASGIConnection, handler: BaseRouteHandler) -> None:
    """Lets a request through to its route only where the table says so.

    Raises:
        NotAuthorizedException: nobody is signed in.
        PermissionDeniedException: the person's roles do not suffice, or the route names no permission.
    """
    permission = handler.opt.get("permission")
    if permission == PUBLIC:
        return
    user = connection.scope.get("user")
    if user is None:
        raise NotAuthorizedException("请先登录")
    if permission not in PERMISSIONS:
        raise PermissionDeniedException("这个页面没有写明谁可以打开")
    if getattr(user, "must_change", False) and permission != "self.write":
        raise NotAuthorizedException("请先改掉一次性密码")
    if not allowed(permission, user.roles):
        names = "、".join(role.value for role in Role if role in PERMISSIONS[permission])
        raise PermissionDeniedException(f"您的角色不能做这件事；可以做的是：{names}")
