"""Owns the walk over the desk: from page to page by links, until every route of the table was met."""

from __future__ import annotations

import base64
import gzip
import html
import io
import re
import zipfile
from collections import deque
from collections.abc import Callable, Iterator
from urllib.parse import unquote, urlsplit

from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.testing import TestClient

from analysis.desk.app import create_app
from analysis.desk.office import Office
from analysis.desk.rights import PUBLIC
from tests.analysis.desk.people import UNIT, token

PER_ROUTE = 3  # addresses of one route that are looked at
MOST = 500  # pages that are opened in search of them
PHOTO = base64.b64decode(  # one grey point
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="
)
LINK = re.compile(r'(?:href|src|data-load)="(/[^"]*)"')


def routes(office: Office) -> dict[str, re.Pattern[str]]:
    """Every route that is seen when signed in, by its path with parameters, with what fits it."""
    found = {}
    for route in create_app(office).routes:
        for handler in getattr(route, "route_handlers", []):
            assert isinstance(handler, HTTPRouteHandler)
            path: str = route.path_format
            is_shown = "GET" in handler.http_methods and handler.opt.get("permission") not in (PUBLIC, None)
            if is_shown and not path.startswith(("/schema", "/static")):
                found[path] = re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path)))
    return found


def furnish(office: Office, client: TestClient[Litestar], label: str = "试运行") -> None:
    """What some pages show only once it was done: an issued report, a job, a package of proof, a photo."""
    data = {"_csrf_token": token(client.get("/password").text), "kind": "bulletin", "why": label}
    assert client.post("/reports/issue", data=data).status_code == 200
    appeal = {"_csrf_token": data["_csrf_token"], "unit": UNIT, "title": label}
    answer = client.post("/appeals/open", data=appeal, files={"file": ("照片.png", PHOTO)})
    assert answer.status_code == 200 and "照片.png" in answer.text
    office.jobs.start("walk", label, [["--help"]], label)
    folder = office.store.desk / "packages"
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(folder / "20171204093000-全市.zip", "w") as package:
        package.writestr("说明.txt", label)


def walk(
    office: Office,
    client: TestClient[Litestar],
    *more: str,
    look: Callable[[str, str, bytes], None] | None = None,
) -> dict[str, list[str]]:
    """By route, addresses that pages link to, at most PER_ROUTE of each, found from page to page.

    Args:
        more: further addresses from which it starts, as searches.
        look: is called with the route, the address and the bytes of each answer.
    """
    table = routes(office)
    found: dict[str, list[str]] = {path: [] for path in table}
    waiting = deque([*more, *(path for path in table if "{" not in path)])
    seen = set(waiting)
    opened = 0
    while waiting and opened < MOST:
        address = waiting.popleft()
        route = _route(table, address)
        if route is None or len(found[route]) >= PER_ROUTE:
            continue
        answer, opened = client.get(address), opened + 1
        if answer.status_code != 200:
            continue
        found[route].append(address)
        if look is not None:
            look(route, address, answer.content)
        if "html" in answer.headers["content-type"]:
            for link in _links(answer.text):
                if link not in seen:
                    seen.add(link)
                    waiting.append(link)
    return found


def _route(table: dict[str, re.Pattern[str]], address: str) -> str | None:
    path = unquote(urlsplit(address).path)
    fitting = [route for route, pattern in table.items() if pattern.fullmatch(path)]
    return min(fitting, key=lambda route: route.count("{"), default=None)


def _links(page: str) -> Iterator[str]:
    for link in LINK.findall(page):
        yield html.unescape(link).partition("#")[0]


def exports(office: Office) -> list[str]:
    """Every address at which the desk hands out a table as a file, closed tickets included."""
    found = []
    for path in sorted(routes(office)):
        if "export" in path:
            kinds = ("csv", "xlsx", "json") if "{kind}" in path else ("",)
            every = "?state=全部" if "tickets" in path else ""
            found += [path.replace("{kind}", kind) + every for kind in kinds]
    assert not [path for path in found if "{" in path]
    return found


def inside(content: bytes) -> Iterator[str]:
    """All that a file says, with its markup and without; of what is packed (Word, Excel, zip) all parts."""
    if content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            for part in package.namelist():
                yield part
                yield from inside(package.read(part))
    elif content.startswith(b"\x1f\x8b"):
        yield from inside(gzip.decompress(content))
    else:
        text = content.decode("utf-8", "ignore")
        yield text
        if "<" in text:
            yield html.unescape(re.sub(r"<[^>]*>", "", text))
        if "\\u" in text:
            yield re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), text)
