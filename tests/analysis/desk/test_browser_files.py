"""Each role takes away files from a real browser, opened by what others read such files with."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import docx
import openpyxl
from playwright.sync_api import Browser, Page

from analysis.desk.office import Office
from analysis.desk.rights import Role
from tests.analysis.case import REPOSITORY
from tests.analysis.desk.chromium import sign_in
from tests.analysis.desk.people import NAMES, UNIT


def test_each_role_takes_away_a_file_that_opens(
    browser: Browser, address: str, office: Office, tmp_path: Path
) -> None:
    """From login to a Word, Excel or CSV file, opened by what others read such files with."""

    def taken(page: Page, link: str) -> Path:
        with page.expect_download() as download:
            page.get_by_role("link", name=link, exact=True).first.click()
        path = tmp_path / download.value.suggested_filename
        download.value.save_as(path)
        return path

    def opened(role: Role) -> Page:
        page = browser.new_context(accept_downloads=True).new_page()
        sign_in(page, address, NAMES[role])
        return page

    rules = (REPOSITORY / "city" / "notify-rules.yaml").read_bytes()
    (office.base.folder / "notify-rules.yaml").write_bytes(rules)
    clerk = opened(Role.PUBLICITY)
    clerk.get_by_role("link", name="回帖", exact=True).click()
    sheet = openpyxl.load_workbook(taken(clerk, "办理清单（Excel）")).active
    assert "电梯困人" in _cells(sheet)
    clerk.get_by_role("link", name="电梯困人").click()
    word = docx.Document(str(taken(clerk, "转办单")))
    said = "\n".join(cell.text for table in word.tables for row in table.rows for cell in row.cells)
    assert "电梯困人" in said + "\n".join(paragraph.text for paragraph in word.paragraphs)

    officer = opened(Role.EVALUATION)
    officer.get_by_role("link", name="台账", exact=True).click()
    lines = list(csv.reader(io.StringIO(taken(officer, "CSV").read_text("utf-8-sig"))))
    place = {heading: n for n, heading in enumerate(lines[0])}
    row = next(line for line in lines if line[place["责任单位"]] == UNIT and line[place["事项"]] == "m02")
    assert row[place["结论"]] == "达标"
    officer.get_by_role("link", name="报表", exact=True).click()
    officer.get_by_role("button", name="预览").click()
    report = docx.Document(str(taken(officer, "下载 Word")))
    assert any(paragraph.text.strip() for paragraph in report.paragraphs)
    figures = openpyxl.load_workbook(taken(officer, "下载 Excel"))
    assert len(figures.sheetnames) > 1

    inspector = opened(Role.INSPECTOR)
    inspector.get_by_role("link", name="单位", exact=True).click()
    inspector.get_by_role("link", name=UNIT, exact=True).click()
    credits = openpyxl.load_workbook(taken(inspector, "Excel")).active
    assert "市水利局部署冬修水利" in _cells(credits)
    assert "市教育局抓教学质量" not in _cells(credits)  # of this unit only
    inspector.get_by_role("link", name="表（CSV）").first.click()

    liaison = opened(Role.LIAISON)
    liaison.get_by_role("link", name="回帖", exact=True).click()
    mine = list(csv.reader(io.StringIO(taken(liaison, "CSV").read_text("utf-8-sig"))))
    assert any("水费怎么交" in line[1] + line[0] + "".join(line) for line in mine)
    assert not any("电梯困人" in "".join(line) for line in mine)


def _cells(sheet: Any) -> str:
    return "\n".join(
        str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None
    )
