"""The desk in a real browser: nothing is refused by its own policy, nothing bars who cannot use a mouse."""

from __future__ import annotations

from itertools import pairwise

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from analysis.desk.app import create_app
from analysis.desk.office import Office
from analysis.desk.rights import PUBLIC, Role
from pipeline.search_index import update_index
from tests.analysis.desk.chromium import sign_in
from tests.analysis.desk.people import NAMES, UNIT

WIDTH = "document.documentElement.scrollWidth"
GRAVE = ("serious", "critical")
# Pages with parameters, beside all those that the route table knows without one.
MORE = (
    f"/ledger/cell?unit={UNIT}&task=m02", f"/units/{UNIT}", "/tickets?view=board", "/settings?tab=units",
    "/articles?q=水利", "/articles?in=threads&q=河道", "/sources/paper", "/reports/preview?kind=bulletin",
)  # fmt: skip


def _paths(office: Office) -> list[str]:
    """Every page of the route table that needs no parameter, and some that do."""
    found = []
    for route in create_app(office).routes:
        for handler in getattr(route, "route_handlers", []):
            permission = handler.opt.get("permission")
            is_page = "GET" in handler.http_methods and not route.path_parameters
            # Files are walked by test_hostile.
            is_file = route.path.startswith(("/api", "/schema", "/imports/")) or "export" in route.path
            if is_page and permission not in (PUBLIC, None) and not is_file:
                found.append(route.path)
    return [*found, *MORE]


@pytest.mark.parametrize("width", [1440, 360])
def test_every_page_is_clean_in_a_real_browser(
    browser: Browser, address: str, office: Office, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, locale="zh-CN")
    page = context.new_page()
    told: list[str] = []
    page.on("console", lambda message: told.append(f"{page.url} {message.text}"))
    page.on("pageerror", lambda error: told.append(f"{page.url} {error}"))
    page.goto(f"{address}/login")
    faults = _grave(page, "/login")
    for role in (Role.ADMINISTRATOR, Role.PUBLICITY):
        context.clear_cookies()
        sign_in(page, address, NAMES[role])
        for path in _paths(office):
            answer = page.goto(f"{address}{path}")
            assert answer is not None
            if answer.status in (400, 403, 404) and path not in MORE:
                continue  # not this role's, or it wants parameters
            if "html" not in answer.headers.get("content-type", ""):
                continue  # of programs, not of people
            assert answer.status == 200, f"{path}: {answer.status}"
            assert page.evaluate(WIDTH) <= width, f"{path} is wider than {width}"
            faults += _grave(page, path)
    context.close()
    assert not faults, "\n".join(faults)
    assert not [line for line in told if "status of 40" not in line], told


def _grave(page, path: str) -> list[str]:
    response = Axe().run(page).response
    return [
        f"{path}: {found['id']} {found['help']}: {[node['html'][:160] for node in found['nodes'][:3]]}"
        for found in response["violations"]
        if found["impact"] in GRAVE
    ]


def test_pages_work_without_scripts(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, address, NAMES[Role.PUBLICITY])
    page.get_by_role("link", name="回帖").click()
    page.get_by_label("标题或帖号").fill("电梯")
    page.get_by_role("button", name="筛选").click()
    page.get_by_role("link", name="电梯困人").click()
    assert page.get_by_role("heading", level=1).inner_text().endswith("电梯困人")
    context.close()


def test_how_to_answer_stands_above_the_moves_in_their_whole_width(browser: Browser, address: str) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    sign_in(page, address, NAMES[Role.PUBLICITY])
    page.goto(f"{address}/tickets?q=水费怎么交")
    page.get_by_role("link", name="水费怎么交").click()
    told = page.get_by_text("答复请用已登记的官方账号").bounding_box()
    card = page.locator("section.acts").bounding_box()
    move = page.locator("section.acts details").first.bounding_box()
    assert told and card and move
    assert told["width"] > 0.9 * card["width"] and told["y"] + told["height"] <= move["y"]
    page.close()


TOPS_OF_CHARACTERS = """() => [...document.querySelectorAll('.task-name')].map(name => {
  const text = name.firstChild, range = document.createRange();
  return [...text.data].map((_, at) => {
    range.setStart(text, at); range.setEnd(text, at + 1);
    return range.getBoundingClientRect().top;
  });
})"""


def test_names_of_tasks_can_be_read_above_the_ledger(browser: Browser, address: str) -> None:
    """One character below the other, none on top of another, in whatever font there is."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    sign_in(page, address, NAMES[Role.PUBLICITY])
    page.goto(f"{address}/ledger")
    size = page.evaluate("parseFloat(getComputedStyle(document.querySelector('.task-name')).fontSize)")
    found = page.evaluate(TOPS_OF_CHARACTERS)
    assert found
    for tops in found:
        assert all(lower - upper >= 0.9 * size for upper, lower in pairwise(tops)), tops


def test_the_keyboard_walks_through_the_queue(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 1200, "height": 800})
    page = context.new_page()
    sign_in(page, address, NAMES[Role.PUBLICITY])
    page.goto(f"{address}/tickets")
    page.keyboard.press("j")
    first = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.textContent") != first
    for way_out in ("Escape", "?", "Enter"):  # after the list of keys one goes on where one was
        page.keyboard.press("?")
        page.get_by_role("dialog").wait_for()
        page.keyboard.press(way_out)
        page.get_by_role("dialog").wait_for(state="detached")
        assert page.evaluate("document.activeElement.matches('[data-row]')"), way_out
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.textContent") == first
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert page.get_by_role("dialog").is_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tickets/t*")
    assert page.get_by_role("heading", level=1).inner_text() == first
    context.close()


def test_the_morning_of_a_clerk_and_of_a_liaison(browser: Browser, address: str, office: Office) -> None:
    """Chosen, handed over with a key, signed for by the unit, seen in the log."""
    clerk, liaison = browser.new_context().new_page(), browser.new_context().new_page()
    sign_in(clerk, address, NAMES[Role.PUBLICITY])
    clerk.get_by_role("link", name="帖待研判").click()
    clerk.keyboard.press("j")
    clerk.get_by_label("选择：[咨询:市水利局] 水费怎么交").check()
    assert clerk.get_by_text("已选 1 件").is_visible()
    clerk.get_by_label("说明").fill("请今天答复")
    clerk.keyboard.press("Escape")
    clerk.on("dialog", lambda dialog: dialog.accept())
    clerk.keyboard.press("h")
    clerk.get_by_text("已转办").wait_for()
    sign_in(liaison, address, NAMES[Role.LIAISON])
    liaison.get_by_role("link", name="帖待签收").click()
    liaison.get_by_role("link", name="水费怎么交").click()
    liaison.locator("summary", has_text="签收").first.click()
    liaison.get_by_role("button", name="签收", exact=True).click()
    liaison.get_by_text("已签收").wait_for()
    clerk.get_by_role("link", name="日志").click()
    assert clerk.get_by_role("rowheader", name="签收").first.is_visible()


def test_the_morning_of_an_officer_and_of_an_inspector(browser: Browser, address: str) -> None:
    """From the matrix to the words that earned a credit; the inspector changes nothing."""
    for role in (Role.EVALUATION, Role.INSPECTOR):
        page = browser.new_context(accept_downloads=True).new_page()
        sign_in(page, address, NAMES[role])
        page.get_by_role("link", name="台账").click()
        page.get_by_label("结论").select_option("达标")
        page.wait_for_url("**verdict=**")
        page.get_by_role("link", name=f"{UNIT} m02 达标，1/1").click()
        assert page.get_by_text("市水利局部署冬修水利").is_visible()
        page.locator("#as_of").fill("2017-10-08")
        page.get_by_role("button", name="看这天").click()
        assert page.get_by_text("正在看 2017-10-08").is_visible()
        assert page.get_by_text("市水利局部署冬修水利").count() == 0  # not published yet
        page.get_by_role("link", name="回到今天").click()
        page.get_by_role("link", name="曝光审批").click()
        register = page.get_by_text("登记拟曝光稿件")
        assert register.count() == (1 if role is Role.EVALUATION else 0)


def test_an_officer_searches_corrects_a_credit_and_takes_the_report(
    browser: Browser, address: str, office: Office
) -> None:
    """From words to the evidence, a correction in place, the report as a file; axe on one article."""
    update_index(office.warehouse.path)
    page = browser.new_context(accept_downloads=True).new_page()
    sign_in(page, address, NAMES[Role.EVALUATION])
    page.get_by_role("link", name="稿件", exact=True).click()
    page.wait_for_url("**/articles")
    page.keyboard.press("/")
    page.keyboard.type("教学质量")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=**")
    assert page.locator(".result-text mark").first.inner_text() == "教学质量"
    page.get_by_role("link", name="市教育局抓教学质量").click()
    assert page.locator("mark.mark-unit").first.is_visible()
    assert not _grave(page, "/articles/one")
    page.keyboard.press("e")
    page.get_by_label("情感").select_option("positive")
    page.locator("#why").fill("核对原版")
    page.get_by_role("button", name="记录更正").click()
    page.get_by_text("已更正标签").wait_for()
    assert page.get_by_text("情感：中性 → 正面").or_(page.get_by_text("核对原版")).first.is_visible()
    page.get_by_role("link", name="报表", exact=True).click()
    page.get_by_role("button", name="预览").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="下载 Word").click()
    assert download.value.suggested_filename.endswith(".docx")


def test_what_cannot_be_undone_is_asked_first(browser: Browser, address: str) -> None:
    """The key h asks; who says no has done nothing."""
    page = browser.new_context().new_page()
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    sign_in(page, address, NAMES[Role.PUBLICITY])
    page.goto(f"{address}/tickets?q=电梯困人")
    page.get_by_label("选择：[求助:市住建委] 电梯困人").check()
    page.keyboard.press("Escape")
    page.keyboard.press("h")
    page.wait_for_timeout(300)
    assert asked == ["把所选的 1 件帖转办？转办后单位即可签收。"]
    assert page.get_by_text("已转办").count() == 0
    page.context.close()


def test_the_draft_of_a_similar_case_comes_into_the_page(browser: Browser, address: str) -> None:
    page = browser.new_context(viewport={"width": 1366, "height": 800}).new_page()
    sign_in(page, address, NAMES[Role.PUBLICITY])
    page.goto(f"{address}/tickets?q=水费怎么交&state=全部")
    page.get_by_role("link", name="水费怎么交").click()
    box = page.locator("[data-load]")
    box.scroll_into_view_if_needed()
    box.locator("[data-part]").wait_for()
    page.context.close()


def test_boxes_stand_apart_and_titles_are_not_squeezed(browser: Browser, address: str) -> None:
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    sign_in(page, address, NAMES[Role.EVALUATION])
    page.goto(f"{address}/units/{UNIT}")
    assert page.locator(".split .folds tbody th").first.evaluate("cell => cell.offsetWidth") >= 150
    page.goto(f"{address}/ledger")
    gap = "box => box.nextElementSibling.getBoundingClientRect().top - box.getBoundingClientRect().bottom"
    assert page.locator(".columns.charts").first.evaluate(gap) >= 8
