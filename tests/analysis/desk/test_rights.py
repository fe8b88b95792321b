"""All routes × all roles, from the route table: let through is whom the table of rights names, no other."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from litestar.exceptions import PermissionDeniedException
from litestar.handlers import HTTPRouteHandler

from analysis.desk.app import create_app
from analysis.desk.office import Office
from analysis.desk.rights import PERMISSIONS, PUBLIC, Role, allowed, permission_guard
from tests.analysis.desk.people import UNIT, browser, token

# What a path's parameters are filled with: nothing that there is, since only the guard is asked.
FILL = "none"
REFUSED = "您的角色不能做这件事"  # said by the guard, before anything of the page is done
PASSED = {200, 201, 303, 400, 404, 409, 422, 503}


def _handlers(office: Office) -> list[tuple[str, str, str | None]]:
    """(method, path with parameters filled, permission) of every route."""
    found = []
    for route in create_app(office).routes:
        for handler in getattr(route, "route_handlers", []):
            assert isinstance(handler, HTTPRouteHandler)
            path = route.path_format
            for parameter in route.path_parameters.values():
                path = path.replace("{" + parameter.name + "}", FILL)
            for method in sorted(handler.http_methods - {"OPTIONS", "HEAD"}):
                found.append((method, path, handler.opt.get("permission")))
    return found


def test_every_route_names_a_permission_of_the_table(office: Office) -> None:
    for method, path, permission in _handlers(office):
        if path.startswith("/schema"):
            continue
        assert permission == PUBLIC or permission in PERMISSIONS, f"{method} {path}"


@pytest.mark.parametrize("role", list(Role))
def test_each_role_is_let_through_where_the_table_says(office: Office, role: Role) -> None:
    with browser(office, role) as client:
        form = token(client.get("/password").text)
        for method, path, permission in _handlers(office):
            if permission in (PUBLIC, None, "self.write"):
                continue
            data = {"_csrf_token": form} if method == "POST" else None
            answer = client.request(method, path, data=data, follow_redirects=False)
            said = f"{role} {method} {path}: {answer.status_code} {answer.text[:300]}"
            if allowed(permission, frozenset({role})):
                is_of_another_unit = answer.status_code == 403 and "您只能查看和办理" in answer.text
                assert answer.status_code in PASSED or is_of_another_unit, said
            else:
                assert answer.status_code == 403, said
                assert REFUSED in answer.text, said


def test_nobody_sees_anything_before_signing_in(office: Office) -> None:
    with browser(office) as client:
        form = token(client.get("/login").text)
        for method, path, permission in _handlers(office):
            if permission == PUBLIC:
                continue
            data = {"_csrf_token": form} if method == "POST" else None
            answer = client.request(method, path, data=data, follow_redirects=False)
            is_sent_away = answer.status_code == 303 and answer.headers["location"].startswith("/login")
            assert is_sent_away or answer.status_code in (401, 403), f"{method} {path}: {answer.status_code}"


def test_every_unsafe_request_needs_the_token_of_a_form(office: Office) -> None:
    with browser(office, Role.PUBLICITY) as client:
        for method, path, _ in _handlers(office):
            if method == "POST":
                answer = client.post(path, data={"a": "b"}, follow_redirects=False)
                assert answer.status_code == 403, path
                assert "表单已过期" in answer.text or "表单已过期" in answer.json().get("detail", ""), path


def test_who_is_a_liaison_is_nothing_else() -> None:
    """However a line of the accounts came to name a second role: she sees her unit alone."""
    both = frozenset({Role.LIAISON, Role.ADMINISTRATOR})
    for permission in PERMISSIONS:
        assert allowed(permission, both) is allowed(permission, frozenset({Role.LIAISON})), permission


@pytest.mark.parametrize(
    "address", ["/units/{unit}", "/ledger/cell?unit={unit}&task=m02", "/charts/replies.csv?unit={unit}"]
)
def test_a_liaison_is_refused_what_is_another_units(office: Office, address: str) -> None:
    with browser(office, Role.LIAISON) as liaison:
        refused = liaison.get(address.format(unit="市教育局"))
        assert refused.status_code == 403 and f"您只能查看和办理{UNIT}的事项" in refused.text
        assert liaison.get(address.format(unit=UNIT)).status_code == 200


@pytest.mark.parametrize("named", [{}, {"permission": None}, {"permission": "misspelt.read"}])
def test_a_route_that_names_no_permission_of_the_table_is_closed_to_all(named: dict[str, Any]) -> None:
    user = SimpleNamespace(roles=frozenset(Role) - {Role.LIAISON}, must_change=False)
    asked: Any = SimpleNamespace(scope={"user": user})
    route: Any = SimpleNamespace(opt=named)
    with pytest.raises(PermissionDeniedException, match="没有写明"):
        permission_guard(asked, route)


def test_an_inspector_changes_nothing() -> None:
    changing = {name for name in PERMISSIONS if not name.endswith(".read") and name != "self.write"}
    assert all(Role.INSPECTOR not in PERMISSIONS[name] for name in changing)
    assert all(Role.INSPECTOR in PERMISSIONS[name] for name in set(PERMISSIONS) - changing)
