"""Names that lead elsewhere: in addresses of files, captures, reports, jobs, and in what is uploaded."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest
from litestar.handlers import HTTPRouteHandler

from analysis.desk.app import create_app
from analysis.desk.office import Office
from analysis.desk.rights import Role
from pipeline.attachments import plain_name, read_attachment
from pipeline.captures import CaptureError, read_capture
from tests.analysis.desk.people import browser

CLIMBS = (
    "../../../../etc/passwd", "..%2f..%2f..%2fetc%2fpasswd", "....//....//etc/passwd", "/etc/passwd",
    "..\\..\\etc\\passwd", "%00", "a%0d%0aset-cookie:x=y", "accounts/accounts.jsonl",
    "../accounts/accounts.jsonl",
    "%2e%2e%2fsalt", "con", "~root", "x" * 5000,
)  # fmt: skip
INSIDE = ("root:x:0:0", "argon2", "import ", '"sha256"')


def test_no_address_with_a_parameter_leads_to_a_file_that_it_should_not(office: Office) -> None:
    (office.store.folder / "salt").write_text("0123456789abcdef" * 4)
    tried = 0
    with browser(office, Role.PUBLICITY) as client:
        for route in create_app(office).routes:
            for handler in getattr(route, "route_handlers", []):
                assert isinstance(handler, HTTPRouteHandler)
                if "GET" not in handler.http_methods or not route.path_parameters:
                    continue
                for climb in CLIMBS:
                    path = route.path_format
                    for parameter in route.path_parameters.values():
                        path = path.replace("{" + parameter.name + "}", quote(climb, safe="%/"))
                    answer = client.get(path, follow_redirects=False)
                    tried += 1
                    assert answer.status_code < 500, f"{path[:120]}: {answer.status_code}"
                    assert "set-cookie:x" not in answer.headers
                    for piece in (*INSIDE[:2], "0123456789abcdef0123456789abcdef"):
                        assert piece not in answer.text, f"{path[:120]} shows {piece}"
    assert tried > 100


@pytest.mark.parametrize("climb", CLIMBS)
def test_what_is_uploaded_is_kept_by_its_digest_not_by_its_name(climb: str) -> None:
    found = read_attachment(climb, b"\xff\xd8\xff" + b"x")
    assert "/" not in found.name and "\\" not in found.name and "\x00" not in found.name
    assert ".." not in Path(found.name).parts
    assert len(plain_name(climb)) <= 100


@pytest.mark.parametrize("climb", ["../accounts/accounts.jsonl", "/etc/passwd", "../../../../etc/passwd"])
def test_a_capture_is_read_from_its_folder_only(office: Office, climb: str) -> None:
    with pytest.raises(CaptureError):
        read_capture(office.store.folder, climb, 0)
