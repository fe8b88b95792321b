"""Owns what the next page tells of an act: that it was done or why not, what was typed back in its form."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from typing import Any, TypedDict
from urllib.parse import urlsplit, urlunsplit

from litestar import Request
from selectolax.lexbor import LexborHTMLParser, LexborNode

from analysis.desk.forms import Form, is_kept
from analysis.quotes import nested

SAID = 1000  # characters
_NOT_TYPED = frozenset({"hidden", "password", "submit", "button", "image", "reset"})
_FILE = '<span class="muted small">文件须重新选择</span>'  # no page may choose a file for somebody

Fields = Mapping[str, list[str]]


class Typed(TypedDict):
    """What was sent to an address: the values of each field, in their order."""

    path: str
    fields: dict[str, list[str]]


def tell(request: Request[Any, Any, Any], said: str, is_error: bool) -> None:
    """Keep for the next page of this person what came of an act; of one refused what she typed, too."""
    flash: dict[str, Any] = {"said": nested(said)[:SAID], "is_error": is_error, "undo": None}
    if is_error and (typed := typed_in(request)) is not None:
        flash["typed"] = typed
    request.session["flash"] = flash


def typed_in(request: Request[Any, Any, Any]) -> Typed | None:
    """What came with a request; None: no form."""
    form = request.scope.get("state", {}).get("form")
    return Typed(path=request.url.path, fields=form.kept()) if isinstance(form, Form) else None


def came_from(request: Request[Any, Any, Any]) -> str:
    """The page of this desk on which the form stood, with its query; "" where the browser does not say."""
    came = urlsplit(request.headers.get("referer", ""))
    return urlunsplit(("", "", came.path, came.query, "")) if came.netloc == request.url.netloc else ""


def refilled(page: str, typed: Typed) -> str:
    """A page with its form filled in as it was sent, and unfolded; where the page has no such form any more,
    the reason that was given stands below what is told."""
    tree, fields = LexborHTMLParser(page), typed["fields"]
    forms = (form for form in tree.css("form[method=post]") if form.attributes.get("action") == typed["path"])
    form = max((form for form in forms if _is_that_of(form, fields)), key=_room_for(fields), default=None)
    if form is not None:
        _fill_form(form, fields)
        _unfold(form)
    elif why := fields.get("why", [""])[0]:
        for told in tree.css("p.flash"):
            told.insert_child(f"（您填写的内容：{why}）")
    return tree.html or page


def _is_that_of(form: LexborNode, fields: Fields) -> bool:
    """Whether what a form sends by itself is what was sent: of several forms each is for one thing."""
    own = (
        (each.attributes.get("name") or "", each.attributes.get("value") or "")
        for each in form.css("[type=hidden]")
    )
    return all(value in fields.get(name, []) for name, value in own if is_kept(name))


def _room_for(fields: Fields) -> Callable[[LexborNode], int]:
    """How many of the fields a form takes."""
    return lambda form: len(fields.keys() & {each.attributes.get("name") for each in _controls(form)})


def _controls(form: LexborNode) -> list[LexborNode]:
    found = form.css("input, select, textarea")
    return [each for each in found if each.attributes.get("type") not in _NOT_TYPED]


def _fill_form(form: LexborNode, fields: Fields) -> None:
    left = {name: list(values) for name, values in fields.items()}
    for control in _controls(form):
        values = left.get(control.attributes.get("name") or "", [])
        kind = control.attributes.get("type") if control.tag == "input" else control.tag
        if kind == "file":
            for note in LexborHTMLParser(_FILE).css("span"):
                control.insert_after(note)
        elif kind in ("checkbox", "radio"):
            _mark(control, "checked", values)
        elif kind == "select" and (values or "multiple" in control.attributes):
            wanted = values if "multiple" in control.attributes else [values.pop(0)]
            for option in control.css("option"):
                _mark(option, "selected", wanted)
        elif values:
            text = values.pop(0)
            if kind == "textarea":
                control.inner_html = html.escape(text)
            else:
                control.attrs["value"] = text


def _mark(choice: LexborNode, mark: str, values: list[str]) -> None:
    """Choose what is among the values, each once; nothing else is chosen."""
    value = choice.attributes.get("value")
    value = choice.text(strip=True) if value is None else value
    if value in values:
        values.remove(value)
        choice.attrs[mark] = ""
    elif mark in choice.attributes:
        del choice.attrs[mark]


def _unfold(form: LexborNode) -> None:
    parent = form.parent
    while parent is not None:
        if parent.tag == "details":
            parent.attrs["open"] = ""
        parent = parent.parent
