"""Owns what becomes of an error at the desk: a page that says what to do next, JSON for programs."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote, urlencode

from litestar import Request
from litestar.enums import MediaType
from litestar.exceptions import (
    HTTPException,
    NotAuthorizedException,
    NotFoundException,
    ValidationException,
)
from litestar.response import Redirect, Response

from analysis.acts.record import ActError
from analysis.desk.accounts import Account
from analysis.desk.addresses import came_from, is_page, page_at
from analysis.desk.audit import AuditEntry
from analysis.desk.commands_told import without_commands
from analysis.desk.flash import tell, typed_as
from analysis.desk.forms import form_read
from analysis.desk.jobs import JobError
from analysis.desk.office import Office
from analysis.desk.parameters import told_of
from analysis.desk.rendering import problem_page
from analysis.desk.rights import allowed
from analysis.desk.unsent import OfAnother
from analysis.notify.rules import NotifyError
from analysis.quotes import nested
from analysis.warehouse import WarehouseError
from analysis.worktime import UnknownYear
from pipeline.decisions import DecisionError

T = TypeVar("T", bound=Response[Any])


class NotYet(NotFoundException):
    """What was asked for began after the day that is looked at; `way`: address and label of where it is."""

    def __init__(self, detail: str, way: tuple[str, str]) -> None:
        super().__init__(detail)
        self.way = way


_MB = 1024 * 1024
REFUSED_ACT = "未受理的办理"
_LOG = logging.getLogger("gangqing.desk")
_SAID = {
    400: "请求有误",
    401: "请先登录",
    403: "没有权限",
    404: "没有这个页面",
    405: "这个地址不能这样用",
    409: "别人刚刚改过",
    413: "上传的内容太大",
    429: "尝试过于频繁",
    500: "程序出错",
    503: "暂时不可用",
}
_NEXT = {
    400: "请返回上一页检查填写的内容。",
    403: "如确需办理，请联系管理员调整角色。",
    404: "请回到首页，从菜单重新进入。",
    409: "请返回刷新，看清别人改了什么，再决定是否还要改。",
    413: "请按浏览器的“后退”键回到刚才的表单：填写的内容还在（折起的请点开），文件压缩或拆分后重新选择。",
    429: "请过一分钟再试。",
    500: "请把出错的时间告诉管理员；已经保存的内容不受影响。",
    503: "请稍后刷新；若一直如此，请联系管理员。",
}
_STALE = (
    "表单已过期",
    "页面开得太久，或换了人登录：请返回上一页，刷新后再提交（写好的理由先复制下来）。",
)
_FORBIDDEN_TOKEN = "CSRF"
FORM_COOKIE = "gangqing_form"


def status_of(error: Exception) -> int:
    """Which status an error of the program's own means."""
    if isinstance(error, HTTPException):
        return error.status_code
    if isinstance(error, WarehouseError | NotifyError):
        return 503
    if isinstance(error, DecisionError):
        return 409 if type(error).__name__ == "StaleDecision" else 400
    if isinstance(error, UnknownYear | JobError | ActError):
        return 400
    return 500


def answer_error(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """A page or, below /api, JSON. Nothing of the inside of a fault is told outside."""
    status = status_of(error)
    office = request.app.state.desk
    detail = _too_large(request) if status == 413 else without_places(office, _detail(error, status))
    user: Account | None = request.scope.get("user")
    if user is None or not allowed("user.manage", user.roles):
        detail = without_commands(detail)
    if not detail and isinstance(error, ValidationException):
        detail = told_of(request, error)
    _record_refusal(request, detail or _SAID.get(status, _SAID[500]))
    if status >= 500 and not isinstance(error, WarehouseError | NotifyError):
        _LOG.error("%s %s", request.method, request.url.path, exc_info=error)
    if request.url.path.startswith(("/api/", "/schema")):
        return Response(
            {"status_code": status, "detail": detail or _SAID.get(status, "")},
            status_code=status,
            media_type=MediaType.JSON,
        )
    page = _page_of_form(request)
    if status in (400, 409) and page and "form" in request.scope["state"]:
        tell(request, f"没有办成：{detail or _SAID[status]}", is_error=True, is_stale=status == 409)
        return Redirect(page, status_code=303)
    if isinstance(error, NotAuthorizedException) and request.url.path == "/metrics":
        return Response("请带上令牌：Authorization: Bearer …", status_code=401, media_type=MediaType.TEXT)
    if isinstance(error, NotAuthorizedException):
        return _to_entrance(request, error)
    if _is_stale_form(error) and _keep_unsent(request):
        return _let_in_again(request, error, "stale" if request.scope.get("user") else "kept")
    said, next_step = _SAID.get(status, "请求未能完成"), _NEXT.get(status, _NEXT[400])
    if _is_stale_form(error):
        said, next_step = _STALE
    html = problem_page(
        office.templates,
        {
            "template": "problem.html",
            "office": office,
            "status": status,
            "said": said,
            "detail": detail,
            "way": getattr(error, "way", None),
            "back": page,
            "back_label": "打开空白表单" if status == 413 else "返回刚才的页面",
            "next_step": next_step,
        },
    )
    headers = getattr(error, "headers", None)
    answer = Response(html, status_code=status, media_type=MediaType.HTML, headers=headers)
    return _without_token(answer, error)


def _page_of_form(request: Request[Any, Any, Any]) -> str:
    """The page with the form that was sent, of somebody who is signed in; "" where there is none."""
    if request.method != "POST" or request.scope.get("user") is None:
        return ""
    page = came_from(request)
    return page if is_page(request.app, page) else ""


def _too_large(request: Request[Any, Any, Any]) -> str:
    """What was too large, and how many MB this address takes at once. It was not read, so nothing is kept."""
    most = (request.route_handler.resolve_request_max_body_size() or 0) // _MB
    size = request.headers.get("content-length", "")
    told = f"连同所选文件共 {-(-int(size) // _MB)} MB，" if size.isdecimal() else ""
    return f"刚才的没有提交：表单{told}单次不超过 {most} MB"


def _is_stale_form(error: Exception) -> bool:
    """Was the form filled in under another account, or does its token hold no longer?"""
    return isinstance(error, OfAnother) or _is_old_token(error)


def _is_old_token(error: Exception) -> bool:
    return isinstance(error, HTTPException) and _FORBIDDEN_TOKEN in error.detail


def _record_refusal(request: Request[Any, Any, Any], said: str) -> None:
    """An act that did not come to its page stands in the audit log too: by whom, which, and why not. Who has
    not signed in does nothing that could be logged here: the entrance logs those who try."""
    user: Account | None = request.scope.get("user")
    if request.method in ("GET", "HEAD", "OPTIONS") or user is None:
        return
    office = request.app.state.desk
    office.audit.write(
        AuditEntry(
            at=office.clock(),
            who=user.name,
            role="、".join(sorted(role.value for role in user.roles)),
            act=REFUSED_ACT,
            target=unquote(request.url.path)[:200],
            address=request.client.host if request.client else "",
            refused=said,
        )
    )


def _detail(error: Exception, status: int) -> str:
    if isinstance(error, HTTPException):
        if _is_old_token(error):
            return "没有提交：表单已过期，或不是从本系统提交的"
        if any("\u4e00" <= char <= "\u9fff" for char in error.detail):
            return nested(error.detail)
        return "" if status in _SAID else error.detail
    return "" if status == 500 else nested(str(error))


def without_places(office: Office, detail: str) -> str:
    """What is told, without where on this machine the city and its data lie: names are left."""
    folders = [office.home, *office.city.folders]
    for place in sorted(
        {str(path) for folder in folders for path in (folder, folder.resolve())}, reverse=True
    ):
        if place.startswith("/") and place != "/":
            detail = detail.replace(f"{place}/", "").replace(place, Path(place).name)
    return detail


def _to_entrance(request: Request[Any, Any, Any], error: NotAuthorizedException) -> Redirect:
    """To the page on which one signs in, and from there back to where one wanted to go."""
    if "一次性密码" in error.detail:
        return Redirect("/password", status_code=303)
    if request.app.state.desk.setup_key is not None and not request.app.state.desk.accounts.all():
        return Redirect("/login", status_code=303)
    if request.method != "GET":  # it was not done: say so, and lead back to the page with the form
        return _let_in_again(request, error, "kept" if _keep_unsent(request) else "1")
    path = request.url.path
    wanted = f"{path}?{request.url.query}" if request.url.query else path
    query = urlencode({"next": wanted}) if wanted != "/" else ""
    return Redirect(f"/login?{query}" if query else "/login", status_code=303)


def _keep_unsent(request: Request[Any, Any, Any]) -> bool:
    """Keep what was typed in a form for the account under which it was typed; False where that is not known,
    or there is nothing, or too much."""
    office, form = request.app.state.desk, form_read(request)
    owner = office.unsent.owner(office.accounts, form.mark()) if form is not None else None
    typed = typed_as(request, form) if owner is not None and form is not None else None
    if typed is None or not any(value for values in typed["fields"].values() for value in values):
        return False
    try:
        office.unsent.keep(owner, page_at(request.app, came_from(request)), typed)
    except OSError as error:  # no room: she is told that it was not kept
        _LOG.error("unsent form", exc_info=error)
        return False
    return True


def _let_in_again(request: Request[Any, Any, Any], error: Exception, lost: str) -> Redirect:
    """To the entrance, and from there back to the page with the form; `lost` says there what became of it."""
    query = urlencode({"next": page_at(request.app, came_from(request)), "lost": lost})
    answer = Redirect(f"/login?{query}", status_code=303)
    return _without_token(answer, error)


def _without_token(answer: T, error: Exception) -> T:
    """Take back a token that was refused: else the next page would take it over."""
    if _is_old_token(error):
        answer.delete_cookie(FORM_COOKIE)
    return answer


HANDLERS: dict[Any, Callable[..., Response[Any]]] = {HTTPException: answer_error, Exception: answer_error}
