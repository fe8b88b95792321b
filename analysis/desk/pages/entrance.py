"""Owns the way in: signing in and out, the first account, one's own password."""

from __future__ import annotations

import dataclasses
import secrets
import threading
from typing import Any, ClassVar

import msgspec
from litestar import Request
from litestar.enums import MediaType
from litestar.exceptions import NotFoundException
from litestar.middleware.rate_limit import RateLimitConfig
from litestar.response import Redirect, Response
from litestar.template.base import csrf_token

from analysis.desk.accounts import Account, AccountError, hash_password
from analysis.desk.addresses import page_at
from analysis.desk.audit import AuditEntry
from analysis.desk.flash import refilled, tell, typed_in
from analysis.desk.forms import Form
from analysis.desk.office import Office
from analysis.desk.page import Page
from analysis.desk.rendering import problem_page
from analysis.desk.rights import PUBLIC, Role
from analysis.desk.routing import act, see
from analysis.desk.sessions import sign_in
from analysis.desk.visit import Visit

# Guesses of one address: a person who mistypes is not hindered, a program is.
LIMIT = RateLimitConfig(rate_limit=("minute", 20), store="rate_limit").middleware

# What is said of a form that was not taken: at the entrance, and on the page to which one is led from there.
LOST = {
    "1": "登录已失效，刚才的没有提交：请登录后再办一次",
    "kept": "登录已失效，刚才的没有提交：请用原来的账号登录，填写的内容会放回表单里",
}
NOT_SENT = {
    "kept": "登录失效前填写的没有提交：内容已放回表单，请核对后再提交",
    "stale": "没有提交：表单已过期。内容已放回表单，请核对后再提交",
}
OF_ANOTHER = "没有提交：表单是用另一个账号填写的。那个账号再登录时，内容会放回表单里"


@dataclasses.dataclass(kw_only=True)
class PasswordPage(Page):
    """One's own password.

    Attributes:
        is_forced: whether it must be changed before anything else.
        problem: what was wrong with the last try; "" for none.
    """

    template: ClassVar[str] = "password.html"
    heading: ClassVar[str] = "修改密码"
    section: ClassVar[str] = ""
    is_forced: bool
    problem: str = ""


def _bare(request: Request[Any, Any, Any], template: str, status: int = 200, **context: Any) -> Response[str]:
    office: Office = request.app.state.desk
    token = csrf_token({"request": request})
    html = problem_page(office.templates, {"template": template, "office": office, "csrf": token, **context})
    typed = typed_in(request) if status >= 400 else None
    html = html if typed is None else refilled(html, typed)
    return Response(html, media_type=MediaType.HTML, status_code=status)


def _log(request: Request[Any, Any, Any], who: str, act: str, **more: Any) -> None:
    office: Office = request.app.state.desk
    address = request.client.host if request.client else ""
    office.audit.write(AuditEntry(at=office.clock(), who=who, act=act, address=address, **more))


def _page_of_unsent(request: Request[Any, Any, Any], account: Account, wanted: str, said: str) -> str | None:
    """The page with the form that was not sent, which will be filled in again with what she typed, under what
    is `said`; None: none is kept for her."""
    office: Office = request.app.state.desk
    if (unsent := office.unsent.take(account, wanted)) is None:
        return None
    if left := office.unsent.count(account):
        said = f"{said}。另有 {left} 份没有提交的，再登录时放回"
    tell(request, said, is_error=True, typed=unsent.typed)
    return unsent.page


@see("/login", PUBLIC)
def login_page(request: Request[Any, Any, Any], next: str = "/", lost: str = "") -> Response[Any]:
    """Name and password; `lost`: a form came when nobody was signed in any more, or with an old token, and
    what became of it (`LOST`)."""
    wanted = page_at(request.app, next)
    if request.user is not None:
        page = _page_of_unsent(request, request.user, wanted, NOT_SENT.get(lost, NOT_SENT["kept"]))
        if page is None and lost == "stale":
            tell(request, OF_ANOTHER, is_error=True)
        return Redirect(page or wanted, status_code=303)
    is_new, problem = not request.app.state.desk.accounts.all(), LOST.get(lost, "")
    return _bare(request, "login.html", next=wanted, problem=problem, name="", is_new=is_new)


@act("/login", PUBLIC, middleware=[LIMIT])
def login(request: Request[Any, Any, Any], form: Form) -> Response[Any]:
    """Sign in, or say that name and password do not fit, whichever of the two is wrong."""
    office: Office = request.app.state.desk
    name = form.text("name", "账号", limit=200)
    wanted = page_at(request.app, form.text("next", limit=2000))
    address = request.client.host if request.client else ""
    if office.guesses.is_closed(name, address):
        _log(request, name[:30], "登录", refused="输错次数过多")
        problem = "这个账号输错次数过多，请 15 分钟后再试，或请管理员重置密码"
        return _bare(request, "login.html", 429, next=wanted, name=name, is_new=False, problem=problem)
    account = office.accounts.check(name, form.secret("password"))
    if account is None:
        office.guesses.failed(name)
        _log(request, name[:30], "登录", refused="账号或密码不对")
        return _bare(
            request,
            "login.html",
            401,
            next=wanted,
            name=name,
            is_new=False,
            problem="账号或密码不对，请重新输入",
        )
    sign_in(request.session, account)
    office.guesses.passed(name, address)
    _log(request, account.name, "登录")
    if account.must_change:
        return Redirect("/password", status_code=303)
    page = _page_of_unsent(request, account, wanted, NOT_SENT["kept"])
    return Redirect(page or wanted, status_code=303)


@act("/logout", "self.write")
def logout(request: Request[Any, Any, Any]) -> Redirect:
    """Sign out."""
    _log(request, request.user.name, "退出")
    request.session.clear()
    return Redirect("/login", status_code=303)


_SETTING_UP = threading.Lock()


@see("/setup", PUBLIC)
def setup_page(request: Request[Any, Any, Any], key: str = "") -> Response[str]:
    """Make the first account; the key stands in the address that the desk printed."""
    _check_key(request, key)
    return _bare(request, "setup.html", key=key, problem="", name="", person="", min_password=10)


@act("/setup", PUBLIC, middleware=[LIMIT])
def setup(request: Request[Any, Any, Any], form: Form) -> Response[Any]:
    """The first account: an administrator, who may hold the offices' roles too."""
    office: Office = request.app.state.desk
    key, name = form.text("key", limit=200), form.text("name", "账号", limit=200)
    person = form.text("person", "姓名", limit=200)
    with _SETTING_UP:  # of two at once the second finds the key used
        return _set_up(request, form, office, key, name, person)


def _set_up(
    request: Request[Any, Any, Any], form: Form, office: Office, key: str, name: str, person: str
) -> Response[Any]:
    _check_key(request, key)
    roles = {Role.ADMINISTRATOR, *(role for role in Role if role.value in form.all("roles"))} - {Role.LIAISON}
    try:
        if form.secret("password") != form.secret("again"):
            raise AccountError("两次输入的密码不一样")
        account = Account(
            name=name,
            person=person,
            roles=frozenset(roles),
            password=hash_password(form.secret("password"), name),
            at=office.clock(),
            by="首次启动",
        )
        office.accounts.write(account)
    except AccountError as error:
        return _bare(
            request, "setup.html", 400, key=key, problem=str(error), name=name, person=person, min_password=10
        )
    office.setup_key = None
    sign_in(request.session, account)
    _log(request, account.name, "设立管理员", target=account.name, after={"roles": sorted(roles)})
    return Redirect("/", status_code=303)


def _check_key(request: Request[Any, Any, Any], key: str) -> None:
    expected = request.app.state.desk.setup_key
    if expected is None or not secrets.compare_digest(key.encode(), expected.encode()):
        raise NotFoundException("这个一次性地址已经用过或不完整，请使用启动时打印的完整地址")


@see("/password", "self.write")
def password_page(visit: Visit) -> Response[str]:
    """Change one's own password."""
    return visit.show(PasswordPage(is_forced=visit.user.must_change))


@act("/password", "self.write", middleware=[LIMIT])
def change_password(visit: Visit, form: Form) -> Response[Any]:
    """Check the present password, record the new one; all other sessions of the account end."""
    user, accounts = visit.user, visit.office.accounts
    try:
        if accounts.check(user.name, form.secret("present")) is None:
            raise AccountError("现在的密码不对")
        if form.secret("password") != form.secret("again"):
            raise AccountError("两次输入的新密码不一样")
        if form.secret("password") == form.secret("present"):
            raise AccountError("新密码不能与现在的相同")
        fresh = msgspec.structs.replace(
            user,
            password=hash_password(form.secret("password"), user.name),
            must_change=False,
            at=visit.office.clock(),
            by=user.name,
        )
        accounts.write(fresh)
    except AccountError as error:
        return visit.show(PasswordPage(is_forced=user.must_change, problem=str(error)), 400)
    sign_in(visit.request.session, fresh)
    visit.log("修改密码", user.name)
    said = "密码已修改，其他设备上的登录已失效"
    page = _page_of_unsent(visit.request, fresh, "/", f"{said}。{NOT_SENT['kept']}")
    return visit.back("/", said) if page is None else Redirect(page, status_code=303)


ROUTES = [login_page, login, logout, setup_page, setup, password_page, change_password]
