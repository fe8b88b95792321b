"""Owns how the tests of the desk send a form from its page and read what a form of a page holds."""

from __future__ import annotations

from urllib.parse import quote

from litestar import Litestar
from litestar.testing import TestClient
from selectolax.lexbor import LexborHTMLParser

from tests.analysis.desk.people import token


def send(client: TestClient[Litestar], page: str, path: str, **fields: object) -> str:
    """Send a form from the page on which it stands, as a browser does; the page to which one is led."""
    data = {"_csrf_token": token(client.get("/password").text), **fields}
    came = {"referer": f"{str(client.base_url).rstrip('/')}{quote(page, safe='/?=')}"}
    answer = client.post(path, data=data, headers=came)
    assert answer.status_code == 200, answer.text[:500]
    return answer.text


def form_of(page: str, action: str, place: int = 0) -> dict[str, list[str]]:
    """What a form of a page would send now, by field; not the marks that each form has."""
    form = LexborHTMLParser(page).css(f'form[method=post][action="{action}"]')[place]
    found: dict[str, list[str]] = {}
    for each in form.css("input, textarea, option[selected]"):
        owner = each
        while each.tag == "option" and owner.tag != "select":
            owner = owner.parent
        value = each.text() if each.tag == "textarea" else each.attributes.get("value", each.text())
        if each.attributes.get("type") in ("checkbox", "radio") and "checked" not in each.attributes:
            continue
        found.setdefault(owner.attributes.get("name") or "", []).append(value or "")
    return {name: values for name, values in found.items() if not name.startswith("_")}
