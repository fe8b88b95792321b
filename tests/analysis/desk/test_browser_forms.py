"""What is typed in a real browser is not lost: forms that are refused, too large, or sent too late."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, Locator, Page

from analysis.desk.rights import Role
from tests.analysis.desk.chromium import sign_in
from tests.analysis.desk.people import NAMES, PASSWORD, UNIT


def _sent_with_a_large_file(page: Page, address: str, folder: Path) -> Locator:
    large = folder / "大.png"
    large.write_bytes(bytes(21 * 1024 * 1024))
    page.goto(f"{address}/appeals")
    page.get_by_text("提出申诉或补报").click()
    form = page.locator("form[action='/appeals/open']")
    form.locator("#unit").select_option(UNIT)
    form.get_by_label("稿件标题").fill("河长来了")
    form.locator("#file").set_input_files(large)
    form.get_by_role("button", name="提出").click()
    return form


def test_a_file_that_is_too_large_is_told_before_it_is_sent(
    browser: Browser, address: str, tmp_path: Path
) -> None:
    page = browser.new_page()
    sign_in(page, address, NAMES[Role.PUBLICITY])
    form = _sent_with_a_large_file(page, address, tmp_path)
    told = form.locator("#file").evaluate("field => field.validationMessage")
    assert told == "所选文件共 21 MB，最多 20 MB：请压缩或拆分后再传"
    assert page.url == f"{address}/appeals" and form.get_by_label("稿件标题").input_value() == "河长来了"


def test_a_form_that_is_refused_comes_back_in_the_browser(browser: Browser, address: str) -> None:
    page = browser.new_page()
    sign_in(page, address, NAMES[Role.PUBLICITY])
    for _ in range(2):  # the second is refused
        page.goto(f"{address}/exposures")
        page.get_by_text("登记拟曝光稿件").click()
        form = page.locator("form[action='/exposures/register']").last
        form.get_by_label("标题").fill("曝光：“窗口”空岗")
        form.locator("#unit").select_option(["市水利局", "市住建委"])
        form.get_by_label("说明").fill("已核实")
        form.get_by_role("button", name="登记").click()
        page.locator(".flash").wait_for()
    assert "“曝光：‘窗口’空岗”已于 2017-12-04 登记" in page.locator(".flash").inner_text()
    assert form.get_by_label("标题").input_value() == "曝光：“窗口”空岗"
    assert form.locator("#unit option:checked").all_inner_texts() == ["市住建委", "市水利局"]
    assert form.get_by_label("说明").is_visible() and form.get_by_label("说明").input_value() == "已核实"


def test_without_scripts_the_way_back_from_a_file_that_is_too_large_finds_what_was_typed(
    browser: Browser, address: str, tmp_path: Path
) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    sign_in(page, address, NAMES[Role.PUBLICITY])
    form = _sent_with_a_large_file(page, address, tmp_path)
    said = page.locator("main").inner_text()
    assert "刚才的没有提交：表单连同所选文件共 22 MB，单次不超过 20 MB" in said and "“后退”键" in said
    page.go_back()
    assert form.locator("#title").input_value() == "河长来了"
    assert form.locator("#unit").input_value() == UNIT
    page.context.close()


def test_without_scripts_what_was_typed_when_the_session_ended_comes_back(
    browser: Browser, address: str
) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    sign_in(page, address, NAMES[Role.EVALUATION])
    page.goto(f"{address}/exposures")
    page.get_by_text("登记拟曝光稿件").click()
    form = page.locator("form[action='/exposures/register']").last
    form.get_by_label("标题").fill("曝光：渠道淤堵")
    form.locator("#unit").select_option(UNIT)
    page.context.clear_cookies(name="gangqing")
    form.get_by_role("button", name="登记").click()
    assert "填写的内容会放回表单里" in page.get_by_role("alert").inner_text()
    page.get_by_label("账号").fill(NAMES[Role.EVALUATION])
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    assert page.url == f"{address}/exposures"
    assert "请核对后再提交" in page.locator(".flash").inner_text()
    assert form.get_by_label("标题").input_value() == "曝光：渠道淤堵"
    assert form.get_by_label("标题").is_visible()
    form.get_by_role("button", name="登记").click()
    assert "已登记拟曝光" in page.locator(".flash").inner_text()
    page.context.close()


def _correction(page: Page, address: str, article: str) -> Locator:
    page.goto(f"{address}{article}")
    page.get_by_text("更正计分和标签").click()
    return page.locator("form[action$='/correct']")


def test_what_somebody_else_changed_meanwhile_is_not_put_back(browser: Browser, address: str) -> None:
    """Two correct one piece: the second changes a credit, and the first one's tags and units stay."""
    one, two = browser.new_page(), browser.new_context().new_page()
    sign_in(one, address, NAMES[Role.PUBLICITY])
    sign_in(two, address, NAMES[Role.EVALUATION])
    one.goto(f"{address}/articles")
    article = one.locator("main a", has_text="市教育局抓教学质量").first.get_attribute("href") or ""
    first, second = (_correction(page, address, article) for page in (one, two))
    first.locator("[name=sentiment]").select_option("negative")
    first.get_by_label("单位 2").select_option("市国土局")
    first.get_by_label("理由").fill("转述投诉")
    first.get_by_role("button", name="记录更正").click()
    one.locator(".flash-good").wait_for()
    for told in ("已是最新的，请看清后再定", "已更正标签"):
        second.get_by_label("理由").fill("联合行动")
        if told != "已更正标签":  # the second time it stands there still
            second.get_by_label("单位 2").select_option(UNIT)
        second.get_by_role("button", name="记录更正").click()
        two.locator(".flash", has_text=told).wait_for()
        assert told == "已更正标签" or second.locator("[name=sentiment]").input_value() == "negative"
    tags, credits = (
        two.locator(f"section[aria-labelledby={name}]").inner_text() for name in ("tags", "credits")
    )
    assert "负面" in tags
    assert all(unit in credits for unit in ("市教育局", "市国土局", UNIT))
