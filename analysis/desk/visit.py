"""Owns one request to the desk: who asks, as of which day, what she may see; and how a page is answered."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import AsyncGenerator
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from anyio import to_thread
from litestar import Request
from litestar.enums import MediaType
from litestar.exceptions import PermissionDeniedException, ValidationException
from litestar.response import Redirect, Response
from litestar.template.base import csrf_token

from analysis.desk.accounts import Account
from analysis.desk.addresses import came_from, page_at
from analysis.desk.answers import Answers
from analysis.desk.audit import AuditEntry
from analysis.desk.commands_told import without_commands
from analysis.desk.flash import refilled, tell, typed_in
from analysis.desk.office import Office
from analysis.desk.page import Page
from analysis.desk.rights import Role, allowed
from pipeline.attachments import PICTURES, suffix_of
from pipeline.china import EARLIEST, LATEST


@dataclasses.dataclass
class Visit(Answers):
    """One request of somebody who is signed in: what she may do, and how she is answered."""

    @property
    def csrf(self) -> str:
        return csrf_token({"request": self.request})

    @cached_property
    def mark(self) -> str:
        """What its forms carry beside: under whose account they are filled in."""
        return self.office.unsent.mark(self.user)

    def may(self, permission: str) -> bool:
        return allowed(permission, self.user.roles)

    def told(self, text: str) -> str:
        """A text of the program: with its commands for the administrator, who has a command line."""
        return text if self.may("user.manage") else without_commands(text)

    def check_unit(self, unit: str | None) -> None:
        """Raises PermissionDeniedException where a liaison asks for another unit's."""
        if self.scope is not None and unit != self.scope:
            raise PermissionDeniedException(f"您只能查看和办理{self.scope}的事项")

    def check_today(self) -> None:
        """Raises ValidationException for an act in the past: what was decided then is not changed now."""
        if not self.is_today:
            raise ValidationException(f"现在看的是 {self.as_of} 的情况，只能查看；请回到今天再办理")

    def is_picture(self, sha256: str) -> bool:
        """Whether a file that was handed in can be shown in its place."""
        return suffix_of(self.office.store.folder, sha256) in PICTURES

    def link(self, path: str, **params: Any) -> str:
        """An address of the desk that keeps the day; parameters that are None or empty are left out."""
        days: dict[str, Any] = {}
        if self.as_of != self.office.today:
            days["as_of"] = self.as_of
        if self.known_by is not None:
            days["known_by"] = self.known_by
        query = urlencode(
            {k: v for k, v in (days | params).items() if v not in (None, "", False)}, doseq=True
        )
        return f"{path}?{query}" if query else path

    @property
    def place(self) -> str:
        """Where the page that is shown can be looked at again, also where an act answers with it."""
        path = self.request.url.path
        return path if self.request.method == "GET" else page_at(self.request.app, path)

    def here(self, **params: Any) -> str:
        """This address with some parameters changed; None takes one away."""
        return self.at_path(self.place, **params)

    def at_path(self, path: str, **params: Any) -> str:
        """Another address with the parameters of this one, some of them changed."""
        kept: dict[str, Any] = {}
        for key, value in self.request.query_params.multi_items():
            kept.setdefault(key, []).append(value)
        return self.link(path, **(kept | params))

    def on_day(self, step: int) -> str:
        """This address so many days later."""
        return self.here(as_of=self.as_of + dt.timedelta(days=step), screen=None, before=None)

    def now(self) -> str:
        """This address as of today, with all that is known."""
        return self.here(as_of=None, known_by=None, screen=None, before=None)

    def show(self, page: Page, status: int = 200) -> Response[str]:
        """The page as HTML, its form filled in again where it was refused."""
        flash = self._take_flash()
        html = self.office.templates.get_template(page.template).render(page=page, visit=self, flash=flash)
        typed = typed_in(self.request) if status >= 400 else (flash or {}).get("typed")
        if typed is not None:
            html = refilled(html, typed)
        return Response(html, media_type=MediaType.HTML, status_code=status)

    def back(
        self, path: str, said: str = "", is_error: bool = False, is_stale: bool = False, **params: Any
    ) -> Redirect:
        """To another page of the desk after an act, saying there what came of it. What was refused leads to
        the page as it was looked at, with its query; `is_stale`: because somebody else was first."""
        came = came_from(self.request) if is_error else ""
        if came.partition("?")[0] == path.partition("?")[0]:
            path = came
        if said:
            tell(self.request, said, is_error, is_stale=is_stale)
        return Redirect(path if "?" in path else self.link(path, **params), status_code=303)

    def offer(self, path: str, label: str, **fields: list[str]) -> None:
        """With what is told of an act that was done, a button that undoes it."""
        flash = self.request.session.get("flash")
        if flash and not flash["is_error"]:
            flash["undo"] = {"path": path, "label": label, "fields": fields}

    def _take_flash(self) -> dict[str, Any] | None:
        found: dict[str, Any] | None = self.request.session.pop("flash", None)
        return found

    def log(self, act: str, target: str = "", **more: Any) -> None:
        """Write to the audit log; `more`: before, after, why, decision, refused."""
        client = self.request.client
        self.office.audit.write(
            AuditEntry(
                at=self.office.clock(),
                who=self.user.name,
                role="、".join(sorted(role.value for role in self.user.roles)),
                act=act,
                target=target,
                address=client.host if client else "",
                **more,
            )
        )


def day_of(request: Request[Any, Any, Any], name: str) -> dt.date | None:
    """A day in the address. Raises ValidationException."""
    text = request.query_params.get(name)
    if not text:
        return None
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        raise ValidationException(f"参数 {name}：日期应写成 2017-12-31，而不是“{text[:40]}”") from None
    if not EARLIEST <= day <= LATEST:
        raise ValidationException(f"参数 {name}：日期应在 {EARLIEST} 与 {LATEST} 之间")
    return day


async def provide_visit(request: Request[Any, Any, Any]) -> AsyncGenerator[Visit, None]:
    """The visit of a request; its connection is closed when the request is over."""
    office: Office = request.app.state.desk
    as_of, known_by = day_of(request, "as_of"), day_of(request, "known_by")
    await to_thread.run_sync(office.renew)
    opt = request.route_handler.opt
    is_fresh = request.method != "GET" or bool(opt.get("fresh"))
    con, edition = await to_thread.run_sync(office.warehouse.open, request.user.name, is_fresh)
    try:
        yield Visit(request, office, request.user, as_of or office.today, known_by, con, edition)
    finally:
        con.close()


def visit_ahead(office: Office) -> Visit:
    """A visit of nobody, of somebody who may see all: to ask what the first visitor will."""
    scope: Any = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []}
    roles = frozenset(Role) - {Role.LIAISON}  # a liaison would see her unit alone
    nobody = Account(name="", person="", roles=roles, password="", at=office.clock(), by="")
    con, edition = office.warehouse.open()
    con.close()
    return Visit(Request(scope), office, nobody, office.today, None, con, edition)
