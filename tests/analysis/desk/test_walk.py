"""Every route of the desk, with its parameters: no attack runs, nothing bars the hand, it fits a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from analysis.desk.office import Office
from analysis.desk.rights import Role
from analysis.hot import HotIssue, Member
from pipeline.search_index import update_index
from tests.analysis.case import REPOSITORY
from tests.analysis.desk.chromium import launched, serving, sign_in
from tests.analysis.desk.people import NAMES, UNIT, browser
from tests.analysis.desk.test_hostile import MARK, PAYLOADS, RAW, hostile  # noqa: F401 - a fixture
from tests.analysis.desk.walk import furnish, routes, walk

# Met by no link: a form sends its parameters, a program asks, or one needs what a small city has not; the
# telephones are for a role that does not walk here (test_acts.py follows the link).
UNLINKED = {
    "/reports/preview", "/api/v1/articles/{article_id}", "/api/v1/tickets/{ticket_id}",
    "/api/v1/tickets/{ticket_id}/explain", "/api/v1/threads", "/imports/faults", "/ledger/cell",
    "/jobs/{job_id}/state", "/captures/{sha256}", "/captures/{sha256}/bytes",
}  # fmt: skip
# What is no page: files, answers for programs, what a frame shows.
FILES = re.compile(
    r"\.(svg|png|csv|json|xlsx|docx|zip)|/export/|/sheet|/captures/|/attachments/|/state|/api/|/packages/|/issued/.*/|/template"
)
ROLES = (Role.PUBLICITY, Role.EVALUATION, Role.ADMINISTRATOR, Role.LIAISON)


@pytest.fixture(scope="module")
def town(hostile: Office) -> Iterator[Office]:  # noqa: F811
    """The city of the attack, with a hot issue, a report, a job and a package that carry it too."""
    from analysis.desk.pages import hotspots

    words = PAYLOADS[0] + MARK
    member = Member("t0", words, None, None, None)
    issue = HotIssue(
        id="t0", title=words, words=[words], heat=10.0, heat_why=words, post_count=1, person_count=1,
        reply_count=0, vote_count=0, first_at=None, last_at=None, recent_count=0, is_rising=True,
        rise_why=words, members=[member],
    )  # fmt: skip
    rules = (REPOSITORY / "city" / "notify-rules.yaml").read_bytes()
    (hostile.base.folder / "notify-rules.yaml").write_bytes(rules)
    patch = pytest.MonkeyPatch()
    patch.setattr(hotspots, "hot_issues", lambda *args: [issue])
    with browser(hostile, Role.PUBLICITY) as client:
        furnish(hostile, client, PAYLOADS[1] + MARK)
    update_index(hostile.warehouse.path)
    yield hostile
    patch.undo()


@pytest.fixture(scope="module")
def walked(town: Office) -> dict[Role, dict[str, list[str]]]:
    """By role, by route, what one comes to by links."""
    found = {}
    for role in ROLES:
        with browser(town, role) as client:
            found[role] = walk(town, client, f"/articles?in=threads&q={MARK}", "/articles?in=threads")
    return found


Walked = dict[Role, dict[str, list[str]]]


def test_every_route_is_met_by_somebody_who_follows_links(town: Office, walked: Walked) -> None:
    met = {route for found in walked.values() for route, addresses in found.items() if addresses}
    assert ";".join(sorted(set(routes(town)) - met - UNLINKED)) == ""


def test_no_attack_leaves_its_place_on_any_of_them(town: Office, walked: Walked) -> None:
    shown = 0
    for role, found in walked.items():
        with browser(town, role) as client:
            for address in [each for addresses in found.values() for each in addresses]:
                answer = client.get(address)
                assert answer.status_code < 500, address
                if "html" not in answer.headers["content-type"] or "/captures/" in address:
                    continue  # a captured page is shown as it was, in a frame that runs nothing
                shown += MARK in answer.text
                for raw in RAW:
                    assert raw not in answer.text, f"{address}: {raw}"
    assert shown > 3 * len(PAYLOADS)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with launched() as found:
        yield found


@pytest.mark.parametrize("width", [1366, 360])
def test_pages_with_parameters_are_clean_in_a_real_browser(
    chromium: Browser, town: Office, walked: Walked, width: int
) -> None:
    found = walked[Role.PUBLICITY]
    pages = [addresses[0] for route, addresses in found.items() if "{" in route and addresses]
    pages += [f"/ledger/cell?unit={UNIT}&task=m02", "/reports/preview?kind=bulletin", "/imports"]
    faults: list[str] = []
    seen = 0
    with serving(town) as address:
        page = chromium.new_context(viewport={"width": width, "height": 800}).new_page()
        dialogs: list[str] = []
        page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
        sign_in(page, address, NAMES[Role.PUBLICITY])
        for path in pages:
            if FILES.search(path):
                continue
            answer = page.goto(f"{address}{path}", wait_until="networkidle")
            assert answer is not None and answer.status == 200, path
            assert page.evaluate(f"window.{MARK}") is None, path
            assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{path}: too wide"
            violations = Axe().run(page).response["violations"]
            faults += [
                f"{path}: {v['id']} {[n['html'][:120] for n in v['nodes'][:2]]}"
                for v in violations
                if v["impact"] in ("serious", "critical")
            ]
            seen += 1
        page.context.close()
    assert not faults, "\n".join(faults)
    assert not dialogs
    assert seen > 8
