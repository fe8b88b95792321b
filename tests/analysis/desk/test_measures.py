"""通报约谈 at the desk: handed in, shown with its proof in the cell and on the unit's page, withdrawn."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from analysis.desk.office import Office
from analysis.desk.rights import Role
from pipeline.decisions import load_decisions
from tests.analysis.desk.people import browser, small_office
from tests.analysis.desk.test_attachments import digest
from tests.analysis.desk.test_imports import send, upload
from tests.analysis.desk.walk import PHOTO
from tests.analysis.imports.test_import import workbook
from tests.analysis.imports.test_measures import MEASURE

CELL = {"unit": "全市", "task": "m09"}


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """With a measure of 市绩效办 that was handed in at the desk."""
    found = small_office(tmp_path)
    with browser(found, Role.PUBLICITY) as clerk:
        table = workbook([MEASURE | {"附件": "通报.png"}])
        assert "还没有入库" in upload(clerk, "通报.xlsx", table, {"通报.png": PHOTO})
        page = clerk.get("/imports").text
        assert "通报约谈" in page and "新增稿件 0 条、证明 1 条" in page
        sha256 = re.search(r'name="sha256" value="(\w+)"', page)
        assert sha256 and "证明 1 条" in send(clerk, "/imports/confirm", sha256=sha256[1])
    return found


@pytest.fixture
def officer(office: Office) -> Iterator[TestClient[Litestar]]:
    with browser(office, Role.EVALUATION) as client:
        yield client


def measure_of(office: Office) -> str:
    [found] = [d.id for d in load_decisions(office.store.decisions) if d.kind == "measure_taken"]
    return found


def test_cell_and_unit_page_show_it_with_its_proof(office: Office, officer: TestClient[Litestar]) -> None:
    cell = officer.get("/ledger/cell", params=CELL).text
    assert "达标" in cell and "曝光 0 篇，通报 1 次" in cell and "也可报送" in cell
    assert '<span class="tag">计入</span>' in cell and "市绩效办；" in cell
    unit = officer.get("/units/市绩效办").text
    for page in (cell, unit):
        assert "东兴市政务服务中心" in page and f'<img src="/attachments/{digest(PHOTO)}"' in page
    assert "通报、约谈等措施（1）" in unit
    assert "通报、约谈等措施" not in officer.get("/units/市纪委").text
    before = officer.get("/ledger/cell", params=CELL | {"as_of": "2017-10-19"}).text
    assert "东兴市政务服务中心" not in before
    table = officer.get("/export/ledger/csv", params={"task": "m09"}).text
    assert "达标" in table and "通报 1 次" in table


def test_it_is_withdrawn_once_with_a_reason(office: Office, officer: TestClient[Litestar]) -> None:
    fields = CELL | {"proof": measure_of(office)}
    assert 'action="/ledger/withdraw"' in officer.get("/ledger/cell", params=CELL).text
    assert "请写明撤回的理由" in send(officer, "/ledger/withdraw", why="", **fields)
    assert "已撤回报送的证明" in send(officer, "/ledger/withdraw", why="报错了单位", **fields)
    cell = officer.get("/ledger/cell", params=CELL).text
    assert '<span class="tag">已撤回</span>' in cell and '<span class="tag">计入</span>' not in cell
    assert "报错了单位" in cell and 'action="/ledger/withdraw"' not in cell
    assert "通报、约谈等措施" not in officer.get("/units/市绩效办").text
    assert "撤回过" in send(officer, "/ledger/withdraw", why="再撤", **fields)


def test_what_may_be_recorded_twice_is_told_in_the_cell(
    office: Office, officer: TestClient[Litestar]
) -> None:
    assert "疑似重复" not in officer.get("/ledger/cell", params=CELL).text
    again = workbook([MEASURE | {"体裁": "约谈", "附件": "约谈.png"}])
    upload(officer, "约谈.xlsx", again, {"约谈.png": PHOTO})
    sha256 = re.search(r'name="sha256" value="(\w+)"', officer.get("/imports").text)
    assert sha256 and "证明 1 条" in send(officer, "/imports/confirm", sha256=sha256[1])
    cell = officer.get("/ledger/cell", params=CELL).text
    assert (
        "通报 1 次，约谈 1 次；疑似重复（没有合并，各计一次，请核对）：2017-10-20 的约谈“关于东兴市" in cell
    )
    assert "通知没有写哪些算同一次" in cell and cell.count('<span class="tag">计入</span>') == 2


@pytest.mark.parametrize("role", [Role.LIAISON, Role.INSPECTOR, Role.ADMINISTRATOR])
def test_others_do_not_withdraw(office: Office, role: Role) -> None:
    with browser(office, role) as client:
        send(client, "/ledger/withdraw", proof=measure_of(office), why="不许", **CELL)
        assert 'action="/ledger/withdraw"' not in client.get("/ledger/cell", params=CELL).text
    assert not [d for d in load_decisions(office.store.decisions) if d.kind == "proof_withdrawal"]
