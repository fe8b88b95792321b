"""Owns the page 设置: the city's units, rules and accounts as they are read, and who may sign in."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

import msgspec
from litestar.response import Redirect, Response

from analysis.city_settings import SettingRow, setting_rows
from analysis.desk.accounts import Account as Person
from analysis.desk.accounts import AccountError, hash_password, one_time_password
from analysis.desk.forms import Form
from analysis.desk.page import Listing, Page, cut
from analysis.desk.pages.edits import (
    EditLine,
    UnitRow,
    account_rows,
    chosen_rule,
    chosen_unit,
    edit_lines,
    unit_rows,
)
from analysis.desk.rights import PERMISSIONS, Role
from analysis.desk.routing import act, see
from analysis.desk.visit import Visit
from pipeline.city import Account

HERE = "/settings"
TABS = {
    "people": "用户",
    "units": "单位与别称",
    "accounts": "官方账号",
    "rules": "规则",
    "edits": "改动记录",
    "system": "系统",
}


@dataclasses.dataclass(kw_only=True)
class SettingsPage(Page):
    """Settings.

    Attributes:
        tab: which part is shown.
        tabs: all parts.
        people: accounts of the desk, the closed ones last.
        roles: all roles, each with what it may do.
        units: units of the city, those that fit `q`.
        unit: the unit that is being changed; None: none is.
        accounts: official accounts of units, those that fit `q`, each with the newest decision on it.
        places: forums and platforms on which accounts are.
        q: what was looked for; "" for all.
        rules: by group, the city's rules as they stand.
        rule: the rule that is being changed, with the newest decision on it; None: none is.
        edits: what was changed of the city's data, the newest first.
        waiting_count: how many of the changes hold from the next build on only.
        files: where the city's data lies, what is in which file.
        system: facts of the installation, a line each.
        may_manage: whether this person may change accounts.
        kinds: of units, those of the city before those that the tagging knows by their name.
    """

    template: ClassVar[str] = "settings.html"
    heading: ClassVar[str] = "设置"
    section: ClassVar[str] = HERE
    tab: str
    tabs: dict[str, str]
    people: list[Person]
    roles: dict[str, list[str]]
    units: list[UnitRow]
    unit: UnitRow | None
    accounts: list[tuple[Account, str]]
    places: list[str]
    q: str
    rules: dict[str, list[SettingRow]]
    rule: tuple[SettingRow, str] | None
    edits: Listing[EditLine]
    waiting_count: int
    files: list[tuple[str, str]]
    system: list[tuple[str, str]]
    may_manage: bool
    kinds: list[str]


WORDS = {
    "own.read": "查看",
    "city.read": "查看全市",
    "log.read": "看日志",
    "notice.read": "看通知",
    "settings.read": "看设置",
    "self.write": "改自己的密码",
    "ticket.handle": "研判转办",
    "ticket.answer": "签收退回",
    "tag.correct": "更正标签",
    "appeal.submit": "申诉",
    "appeal.decide": "裁定申诉",
    "import.record": "导入报送表、撤回报送的证明",
    "deduction.decide": "裁定预扣分",
    "exposure.propose": "登记曝光",
    "exposure.decide": "审批曝光",
    "contact.write": "登记联系人",
    "phone.look": "看联系人电话",
    "report.make": "出报表",
    "job.run": "运行任务",
    "unit.edit": "改单位",
    "name.edit": "改别称和官方账号",
    "rule.edit": "改规则",
    "user.manage": "管理账号",
}
KINDS = ("市直", "县（市、区）", "园区", "媒体")  # of units in any city; its own names stand beside them
_PLACES = ("微信", "微博")  # where a unit's account can be the source of a piece
FILES = {
    "units.csv": "单位、别称、职责", "official-accounts.csv": "官方账号", "outlets.yaml": "媒体和站点",
    "plan.yaml": "宣传方案各项", "points.yaml": "计分规则", "reply-rules.yaml": "回帖时限、上班时间、节假日",
    "city.yaml": "城市名称、考评季、定时任务",
}  # fmt: skip


def build_settings(visit: Visit) -> SettingsPage:
    params, office = visit.request.query_params, visit.office
    tab = params.get("tab") if params.get("tab") in TABS else "people"
    q = (params.get("q") or "").strip()[:50]
    city = office.city
    edits = edit_lines(visit)
    rules: dict[str, list[SettingRow]] = {}
    for row in setting_rows(city) if tab == "rules" else []:
        rules.setdefault(row.setting.group, []).append(row)
    return SettingsPage(
        tab=tab or "people",
        tabs=TABS,
        people=sorted(office.accounts.all().values(), key=lambda person: (not person.is_active, person.name)),
        roles={
            role.value: [WORDS[name] for name, roles in PERMISSIONS.items() if role in roles] for role in Role
        },
        units=unit_rows(visit, q) if tab == "units" else [],
        unit=chosen_unit(visit, params.get("unit") or "") if tab == "units" else None,
        accounts=account_rows(visit, q) if tab == "accounts" else [],
        places=sorted({*(a.forum for a in city.accounts), *_PLACES} - {"*"}),
        q=q,
        rules=rules,
        rule=chosen_rule(visit, params.get("rule") or "") if tab == "rules" else None,
        edits=cut(edits, params),
        waiting_count=sum(edit.is_waiting for edit in edits),
        files=[
            (str(path.resolve()) if (path := city.file(name)) else f"{name}（无）", says)
            for name, says in FILES.items()
        ],
        system=[
            ("城市数据", str(city.folder.resolve())),
            ("采集与决定", str(office.store.folder.resolve())),
            ("今天", f"{office.today}{'（样例城市演到这一天）' if office.is_sample else ''}"),
            ("定时任务", "；".join(office.settings.in_words())),
        ],
        may_manage=visit.may("user.manage"),
        kinds=list(dict.fromkeys([*(unit.kind for unit in city.all_units if unit.kind), *KINDS])),
    )


@see(HERE, "settings.read")
def page(visit: Visit) -> Response[Any]:
    """设置."""
    return visit.show(build_settings(visit))


@act(f"{HERE}/people/add", "user.manage")
def add(visit: Visit, form: Form) -> Redirect:
    """A new account with a one-time password, which is shown once."""
    password, accounts = one_time_password(), visit.office.accounts
    name = form.text("name", "账号", required=True)
    try:
        if name in accounts.all():
            raise AccountError(f"已有账号“{name}”")
        person = _written(visit, form, name, password=hash_password(password, ""), must_change=True)
        accounts.write(person)
    except AccountError as error:
        return visit.back(HERE, f"没有办成：{error}", is_error=True)
    visit.log("新设账号", name, after=_told(person))
    return visit.back(HERE, f"已设账号“{name}”，一次性密码：{password}（只显示这一次，请当面交给本人）")


@act(f"{HERE}/people/change", "user.manage")
def change(visit: Visit, form: Form) -> Redirect:
    """Name, roles, unit or standing of an account. The last administrator stays one."""
    accounts, name = visit.office.accounts, form.text("name", "账号", required=True)
    try:
        old = _found(visit, form, name)
        person = _written(visit, form, name, password=old.password, must_change=old.must_change)
        person = msgspec.structs.replace(person, is_active=form.flag("is_active"))
        others = [a for a in accounts.all().values() if a.name != name and a.is_active]
        if not any(Role.ADMINISTRATOR in a.roles for a in [*others, *([person] if person.is_active else [])]):
            raise AccountError("至少要留一个启用的管理员")
        accounts.write(person)
    except AccountError as error:
        return visit.back(HERE, f"没有办成：{error}", is_error=True)
    visit.log("变更账号", name, before=_told(old), after=_told(person))
    return visit.back(HERE, f"已变更账号“{name}”")


@act(f"{HERE}/people/reset", "user.manage")
def reset(visit: Visit, form: Form) -> Redirect:
    """A new one-time password; the account's sessions end."""
    name, password = form.text("name", "账号", required=True), one_time_password()
    try:
        old = _found(visit, form, name)
        fresh = msgspec.structs.replace(
            old,
            password=hash_password(password, ""),
            must_change=True,
            at=visit.office.clock(),
            by=visit.user.name,
        )
        visit.office.accounts.write(fresh)
    except AccountError as error:
        return visit.back(HERE, f"没有办成：{error}", is_error=True)
    visit.office.guesses.forget(name)
    visit.log("重置密码", name)
    return visit.back(HERE, f"“{name}”的一次性密码：{password}（只显示这一次，请当面交给本人）")


def _found(visit: Visit, form: Form, name: str) -> Person:
    old = visit.office.accounts.all().get(name)
    if old is None:
        raise AccountError(f"没有账号“{name}”")
    if form.text("seen") != old.mark:
        raise AccountError(f"{old.by} 刚刚改过账号“{name}”，请看清后再改")
    return old


def _written(visit: Visit, form: Form, name: str, *, password: str, must_change: bool) -> Person:
    unit = form.text("unit")
    if unit and unit not in visit.office.city.unit_by_short:
        raise AccountError(f"没有单位“{unit}”")
    return Person(
        name=name,
        person=form.text("person", "姓名", required=True),
        roles=frozenset(role for role in Role if role.value in form.all("roles")),
        unit=unit or None,
        password=password,
        must_change=must_change,
        at=visit.office.clock(),
        by=visit.user.name,
    )


def _told(person: Person) -> dict[str, Any]:
    """What the log keeps of an account: never the hash."""
    return {
        "person": person.person,
        "roles": sorted(person.roles),
        "unit": person.unit,
        "is_active": person.is_active,
    }


ROUTES = [page, add, change, reset]
