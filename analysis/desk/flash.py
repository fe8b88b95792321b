"""Owns what the next page tells of an act: that it was done or why not, what was typed back in its form."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict

import msgspec
from litestar import Request
from selectolax.lexbor import LexborHTMLParser, LexborNode

from analysis.desk.forms import MANY, Form, as_kept, is_kept, is_named
from analysis.quotes import nested

SAID = 1000  # characters
MOST = 200_000  # bytes of what was typed; of more nothing is kept
_NOT_TYPED = frozenset({"hidden", "password", "submit", "button", "image", "reset"})
_FILE = '<span class="muted small">文件须重新选择</span>'  # no page may choose a file for somebody

Fields = Mapping[str, list[str]]


class Typed(TypedDict):
    """What was sent to an address: the values of each field, in their order; `names`: of all fields, those
    that are not kept, too; `left`: those that stayed as the page had shown them, where the browser tells."""

    path: str
    names: list[str]
    fields: dict[str, list[str]]
    left: NotRequired[list[str]]


def tell(
    request: Request[Any, Any, Any],
    said: str,
    is_error: bool,
    typed: Typed | None = None,
    *,
    is_stale: bool = False,
) -> None:
    """Keep for the next page of this person what came of an act; of one refused what she typed, too: now, or
    in a form that was not sent (`typed`). Where somebody else was first (`is_stale`), only what she changed
    is put back: the rest of her form is older than what he decided."""
    flash: dict[str, Any] = {"said": nested(said)[:SAID], "is_error": is_error, "undo": None}
    if is_error and (typed := typed or typed_in(request, is_stale=is_stale)) is not None:
        flash["typed"] = typed
    request.session["flash"] = flash


def typed_in(request: Request[Any, Any, Any], *, is_stale: bool = False) -> Typed | None:
    """What came with a request, all of it unless somebody else was first; None: no form, or too much."""
    form = request.scope.get("state", {}).get("form")
    typed = typed_as(request, form) if isinstance(form, Form) else None
    if typed is not None and not is_stale:
        typed["left"] = []
    return typed


def typed_as(request: Request[Any, Any, Any], form: Form) -> Typed | None:
    """What a form of a request holds; None: too much to be kept."""
    typed = Typed(path=request.url.path, names=form.names(), fields=form.kept(), left=form.left())
    return typed if len(msgspec.json.encode(typed)) <= MOST else None


def refilled(page: str, typed: Typed) -> str:
    """A page with its form filled in as it was sent, and unfolded: of those with all its fields, the one with
    the fewest others. Where the page has no such form any more, the reason that was given stands below what
    is told."""
    tree, fields = LexborHTMLParser(page), typed["fields"]
    forms = (form for form in tree.css("form[method=post]") if form.attributes.get("action") == typed["path"])
    sent = set(typed.get("names", fields))  # a session can be older than the program that reads it
    able = [(len(names - sent), form) for form in forms if sent <= (names := _names(form))]
    fitting = [(more, form) for more, form in able if _is_that_of(form, fields)]
    _, form = min(fitting, key=lambda each: each[0], default=(0, None))
    if form is not None:
        _fill_form(form, fields, set(typed.get("left", [])))
        _unfold(form)
    elif why := fields.get("why", [""])[0]:
        for told in tree.css("p.flash"):
            told.insert_child(f"（您填写的内容：{why}）")
    return tree.html or page


def _names(form: LexborNode) -> set[str]:
    """The fields of a form, hidden ones and named buttons too."""
    found = {each.attributes.get("name") or "" for each in form.css("input, select, textarea, button")}
    return {name for name in found if is_named(name)}


def _is_that_of(form: LexborNode, fields: Fields) -> bool:
    """Whether what a form sends by itself is what was sent: of several forms each is for one thing."""
    own: dict[str, list[str]] = {}
    for each in form.css("[type=hidden]"):
        own.setdefault(each.attributes.get("name") or "", []).append(
            as_kept(each.attributes.get("value") or "")
        )
    typed = {each.attributes.get("name") for each in _controls(form)}
    return all(
        set(values) <= set(fields.get(name, []))
        if name in typed
        else sorted(values[:MANY]) == sorted(fields.get(name, []))
        for name, values in own.items()
        if is_kept(name)
    )


def _controls(form: LexborNode) -> list[LexborNode]:
    found = form.css("input, select, textarea")
    return [each for each in found if each.attributes.get("type") not in _NOT_TYPED]


def _fill_form(form: LexborNode, fields: Fields, left: set[str]) -> None:
    """Fill in all fields but those that she had left as they were: these stay as the page shows them now."""
    typed = {name: list(values) for name, values in fields.items()}
    for control in _controls(form):
        name = control.attributes.get("name") or ""
        if name in left:
            continue
        control.attrs["data-typed"] = ""  # to the browser it is no default of the page
        values = typed.get(name, [])
        kind = control.attributes.get("type") if control.tag == "input" else control.tag
        if kind == "file":
            for note in LexborHTMLParser(_FILE).css("span"):
                control.insert_after(note)
        elif kind in ("checkbox", "radio"):
            _mark(control, "checked", values)
        elif kind == "select" and (values or "multiple" in control.attributes):
            is_multiple, options = "multiple" in control.attributes, control.css("option")
            wanted = values if is_multiple else [values.pop(0)]
            if is_multiple or wanted[0] in map(_value, options):  # else it keeps the choice of the page
                for option in options:
                    _mark(option, "selected", wanted)
        elif values:
            text = values.pop(0)
            if kind == "textarea":
                control.inner_html = html.escape(text)
            else:
                control.attrs["value"] = text


def _mark(choice: LexborNode, mark: str, values: list[str]) -> None:
    """Choose what is among the values, each once; nothing else is chosen."""
    value = _value(choice)
    if value in values:
        values.remove(value)
        choice.attrs[mark] = ""
    elif mark in choice.attributes:
        del choice.attrs[mark]


def _value(choice: LexborNode) -> str:
    value = choice.attributes.get("value")
    return as_kept(choice.text() if value is None else value)


def _unfold(form: LexborNode) -> None:
    parent = form.parent
    while parent is not None:
        if parent.tag == "details":
            parent.attrs["open"] = ""
        parent = parent.parent
