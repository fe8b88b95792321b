"""A post and a piece full of script, formula and markup, walked through every page: it stays text."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator

import openpyxl
import pytest
from litestar.handlers import HTTPRouteHandler

from analysis.desk.app import create_app
from analysis.desk.office import Office, open_office
from analysis.desk.rights import PUBLIC, Role
from tests.analysis.case import Case
from tests.analysis.desk.chromium import launched, serving, sign_in
from tests.analysis.desk.people import NAMES, NOW, browser, open_accounts
from tests.analysis.desk.test_ticket_acts import find
from tests.analysis.desk.walk import exports

MARK = "attack7f3a"
PAYLOADS = (
    f"<script>window.{MARK}=1;alert('{MARK}')</script>",
    f'<img src=x onerror="window.{MARK}=1">',
    f"\"'><svg onload=window.{MARK}=1>",
    f"</textarea></title><iframe srcdoc='<script>parent.{MARK}=1</script>'></iframe>",
    f'<a href="javascript:window.{MARK}=1">{MARK}</a>',
    f'=HYPERLINK("http://evil.test/{MARK}","点我")',
    f"{{{{ 7*7 }}}}{{% raw %}}{MARK}",
    f"\u202e{MARK}\u2066\x00\u200b",
)
TEXT = "\n".join(PAYLOADS)
RAW = ("<script>window", "<img src=x", "<svg onload", "<iframe srcdoc", 'href="javascript:')


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Office:
    case = Case(tmp_path_factory.mktemp("hostile"))
    case.edition("2017-12-01")
    case.article("2017-12-01", f"[市水利局:subject][column]{TEXT}", title=f"{PAYLOADS[0]}{PAYLOADS[2]}")
    case.article("2017-12-01", f"[form=曝光][exposed=市住建委]{TEXT}", title=PAYLOADS[5])
    for number, payload in enumerate(PAYLOADS):
        posts = [(payload, "2017-12-01 10:00:00", TEXT), (f"={payload}", "2017-12-01 11:00:00", payload)]
        case.thread(f"{number}", f"[投诉:市水利局] {payload} {MARK}{number}", posts, at="2017-12-03T08:00:00")
    said = {"who": PAYLOADS[0], "after": {"state": TEXT}, "why": TEXT}
    case.decide("state_change", f"{MARK}-1", "2017-12-03T09:00:00", **said)
    case.build()
    office = open_office(case.city, case.home, lambda: NOW, case.warehouse)
    open_accounts(office)
    return office


def _paths(office: Office) -> Iterator[str]:
    for route in create_app(office).routes:
        for handler in getattr(route, "route_handlers", []):
            assert isinstance(handler, HTTPRouteHandler)
            is_page = "GET" in handler.http_methods and not route.path_parameters
            if is_page and handler.opt.get("permission") not in (PUBLIC, None):
                yield route.path
    yield from ("/tickets?view=board", "/tickets?state=全部", "/log?view=decisions", "/units/市水利局")
    yield "/ledger/cell?unit=市水利局&task=m02"
    for payload in PAYLOADS[:4]:
        yield f"/tickets?q={payload}&unit={payload}&sort={payload}&view={payload}"
        yield f"/log?who={payload}&target={payload}"
        yield f"/settings?tab=units&q={payload}"


def test_it_is_escaped_wherever_it_is_shown(hostile: Office) -> None:
    shown = 0
    with browser(hostile, Role.PUBLICITY) as client:
        paths = [*_paths(hostile), *(find(client, f"{MARK}{n}")[0] for n in range(len(PAYLOADS)))]
        for path in paths:
            answer = client.get(path)
            assert answer.status_code < 500, path
            if "html" in answer.headers["content-type"]:
                shown += MARK in answer.text
                for raw in RAW:
                    assert raw not in answer.text, f"{path}: {raw}"
                assert ">49{" not in answer.text
    assert shown > len(PAYLOADS)


def test_nothing_of_it_runs_in_a_real_browser(hostile: Office) -> None:
    with serving(hostile) as address, launched() as chromium:
        page = chromium.new_page()
        dialogs: list[str] = []
        page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
        requested: list[str] = []
        page.on("request", lambda request: requested.append(request.url))
        sign_in(page, address, NAMES[Role.PUBLICITY])
        with browser(hostile, Role.PUBLICITY) as client:
            paths = [find(client, f"{MARK}{n}")[0] for n in range(len(PAYLOADS))]
        for path in ["/", "/tickets?state=全部", "/ledger/cell?unit=市水利局&task=m02", "/exposures", *paths]:
            page.goto(f"{address}{path}")
            assert page.evaluate(f"window.{MARK}") is None, path
        assert not dialogs
        assert not [url for url in requested if not url.startswith(address)]


def test_a_table_that_is_taken_away_holds_no_formula(hostile: Office) -> None:
    """Every file that the desk hands out as a table: a cell that a spreadsheet would run is text there."""
    held = 0
    with browser(hostile, Role.PUBLICITY) as clerk, browser(hostile, Role.EVALUATION) as officer:
        for path in exports(hostile):
            answer = (officer if "/contacts/" in path else clerk).get(path)  # telephones are for one office
            assert answer.status_code == 200, path
            cells = list(_cells(answer.headers["content-type"], answer.content))
            held += any(MARK in str(cell) for cell, _ in cells)
            for cell, kind in cells:
                assert kind != "f", f"{path}: {cell}"
                if kind == "csv":
                    assert not str(cell).startswith(("=HYP", "=<", "+", "@", "\t")), (
                        f"{path}: {str(cell)[:60]}"
                    )
    assert held >= 8


def _cells(media_type: str, content: bytes) -> Iterator[tuple[object, str]]:
    """Every cell of a table, with its kind: "csv", or what Excel calls it (f: a formula)."""
    if "csv" in media_type:
        for row in csv.reader(io.StringIO(content.decode("utf-8-sig"))):
            yield from ((cell, "csv") for cell in row)
    elif "spreadsheet" in media_type:
        for sheet in openpyxl.load_workbook(io.BytesIO(content)).worksheets:
            for line in sheet.iter_rows():
                yield from ((found.value, found.data_type) for found in line)
    else:
        yield json.loads(content), "json"
