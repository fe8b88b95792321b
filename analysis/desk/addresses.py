"""Owns to which addresses of the desk a browser is led: its own pages only, which exist to be looked at."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

from litestar import Litestar, Request
from litestar.exceptions import MethodNotAllowedException, NotFoundException
from litestar.utils.path import normalize_path


def is_local(address: str) -> bool:
    """Whether a browser that is led to an address, without a host, stays at this desk."""
    is_path = address.startswith("/") and not address.startswith("//") and "\\" not in address
    return is_path and address.isprintable()


def came_from(request: Request[Any, Any, Any]) -> str:
    """The address at this desk on which the form stood, with its query; "" where the browser does not say."""
    try:
        came = urlsplit(request.headers.get("referer", ""))
    except ValueError:  # http://[
        return ""
    page = urlunsplit(("", "", came.path, came.query, ""))
    return page if came.netloc == request.url.netloc and is_local(page) else ""


def is_page(app: Litestar, address: str) -> bool:
    """Whether an address can be looked at, and not only acted on."""
    try:
        app.asgi_router.handle_routing(path=normalize_path(unquote(urlsplit(address).path)), method="GET")
    except (NotFoundException, MethodNotAllowedException):
        return False
    return True


def page_at(app: Litestar, address: str) -> str:
    """The address itself where it is a page of this desk, else the nearest page above it (/tokens for
    /tokens/make), else the start page."""
    if not is_local(address):
        return "/"
    while not is_page(app, address):
        address = urlsplit(address).path.rstrip("/").rpartition("/")[0] or "/"
    return address
