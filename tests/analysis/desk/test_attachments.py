"""What was handed in can be looked at by who decides on it, and by no other unit; nothing of it runs."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from pathlib import Path

import pytest

from analysis.desk.office import Office, open_office
from analysis.desk.rights import Role
from pipeline.attachments import keep_attachment
from pipeline.batch import APPEAL
from pipeline.captures import CaptureWriter
from pipeline.decisions import Decision, append_decision
from tests.analysis.case import Case
from tests.analysis.desk.people import NOW, UNIT, browser, open_accounts, small_office
from tests.analysis.desk.test_imports import send, upload
from tests.analysis.desk.walk import PHOTO
from tests.analysis.imports.test_import import BOARD, GOOD, workbook

PDF = b"%PDF-1.4\n<script>alert(1)</script>"
OTHER = PHOTO + b"\0"
SEES_ALL = (Role.PUBLICITY, Role.EVALUATION, Role.INSPECTOR, Role.ADMINISTRATOR)


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def decide(office: Office, kind: str, target: str, after: dict[str, object], number: str) -> None:
    at = NOW.isoformat(timespec="seconds") + "+08:00"
    append_decision(
        office.store.decisions,
        Decision(
            id=number, kind=kind, target=target, who="市绩效办 李某", at=at, after=after, why="现场查看"
        ),
    )


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """A photo of 市水利局, a scan of 市教育局."""
    found = small_office(tmp_path_factory.mktemp("attachments"))
    keep_attachment(found.store.folder, OTHER, ".png")
    keep_attachment(found.store.folder, b"PK\x03\x04 all units", ".xlsx")
    after: dict[str, object] = {
        "task": "m08",
        "date": "2017-12-01",
        "file": "别家.png",
        "sha256": digest(OTHER),
    }
    decide(found, "board_proof", "市教育局", after, "d1")
    table = {"file": "报送.xlsx", "sha256": digest(b"PK\x03\x04 all units"), "rows": 2, "skipped": 0}
    decide(found, "import_batch", "i20171204093000-abcdef", table, "d2")
    with browser(found, Role.LIAISON) as liaison:
        assert "已" in send(liaison, "/appeals/open", files={"file": ("漏计.png", PHOTO)}, title="漏计的稿")
        assert "已" in send(liaison, "/appeals/open", files={"file": ("扫描.pdf", PDF)}, title="另一篇")
    return found


def test_who_decides_sees_the_photo_in_its_place(office: Office) -> None:
    path = f"/attachments/{digest(PHOTO)}"
    for role in (*SEES_ALL, Role.LIAISON):
        with browser(office, role) as client:
            page = client.get("/appeals").text
            assert f'<img src="{path}"' in page
            assert f'href="/attachments/{digest(PDF)}"' in page
            answer = client.get(path)
            assert answer.status_code == 200 and answer.content == PHOTO, role
            assert answer.headers["content-type"] == "image/png"
            assert answer.headers["content-disposition"].startswith("inline")
            assert answer.headers["x-content-type-options"] == "nosniff"
            policy = answer.headers["content-security-policy"]
            assert "sandbox" in policy and "default-src 'none'" in policy and "unsafe" not in policy


def test_all_but_pictures_is_only_to_be_kept(office: Office) -> None:
    with browser(office, Role.EVALUATION) as client:
        for path in (f"/attachments/{digest(PDF)}", f"/attachments/{digest(PHOTO)}?save=1"):
            answer = client.get(path)
            assert answer.status_code == 200
            assert answer.headers["content-disposition"].startswith("attachment")
        table = client.get(f"/attachments/{digest(b'PK' + bytes([3, 4]) + b' all units')}")
        assert table.headers["content-type"] == "application/octet-stream"
        assert table.headers["content-disposition"].startswith("attachment")
    assert any(entry.act == "下载附件" and entry.target == digest(PDF) for entry in office.audit.entries())


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<!doctype html><script>alert(1)</script>",
    ],
)
def test_what_pretends_to_be_a_picture_is_never_shown(office: Office, content: bytes) -> None:
    keep_attachment(office.store.folder, content, ".png")
    with browser(office, Role.EVALUATION) as client:
        answer = client.get(f"/attachments/{digest(content)}")
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["content-disposition"].startswith("attachment")
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_liaison_opens_nothing_of_another_unit(office: Office) -> None:
    with browser(office, Role.LIAISON) as client:
        for content in (OTHER, b"PK\x03\x04 all units"):
            answer = client.get(f"/attachments/{digest(content)}")
            assert answer.status_code == 403
            assert "与它无关" in answer.text
    with browser(office, Role.INSPECTOR) as client:
        assert client.get(f"/attachments/{digest(OTHER)}").content == OTHER


def test_no_such_file_and_one_that_was_changed_are_told(office: Office) -> None:
    with browser(office, Role.EVALUATION) as client:
        for name in ("0" * 64, "none", digest(PHOTO).upper(), digest(PHOTO)[:12]):
            assert client.get(f"/attachments/{name}").status_code == 404, name
        changed = keep_attachment(office.store.folder, PHOTO + b"\1", ".png")
        (path,) = (office.store.folder / "attachments").rglob(f"{changed}.*")
        path.write_bytes(PHOTO + b"\2")
        answer = client.get(f"/attachments/{changed}")
        assert answer.status_code == 404
        assert "内容已变" in answer.text


def test_the_photo_of_an_import_is_linked_from_its_page_and_its_cell(tmp_path: Path) -> None:
    office = small_office(tmp_path)
    board = BOARD | {"责任单位": UNIT, "日期": "2017-12-02", "附件": "板报.png"}
    with browser(office, Role.EVALUATION) as client:
        upload(client, "板报.xlsx", workbook([board]), {"板报.png": PHOTO})
        sha256 = re.search(r'name="sha256" value="(\w+)"', client.get("/imports").text)
        assert sha256
        assert "证明 1 条" in send(client, "/imports/confirm", sha256=sha256[1])
        page = client.get("/imports").text
        assert f'href="/attachments/{sha256[1]}"' in page
        assert f'<img src="/attachments/{digest(PHOTO)}"' in page
        cell = client.get("/ledger/cell", params={"unit": UNIT, "task": "m08"}).text
        assert f'<img src="/attachments/{digest(PHOTO)}"' in cell
    with browser(office, Role.LIAISON) as liaison:
        assert liaison.get(f"/attachments/{digest(PHOTO)}").status_code == 200
        assert liaison.get(f"/attachments/{sha256[1]}").status_code == 403


def test_a_piece_imported_with_a_photo_shows_it(tmp_path: Path) -> None:
    """The photo is what stands for its page: shown as a picture, to be had by the units that it concerns."""
    case = Case(tmp_path)
    case.edition("2017-11-22")
    case.build()
    office = open_office(case.city, case.home, lambda: NOW, case.warehouse)
    open_accounts(office)
    pieces = [
        GOOD | {"附件": "截图.png", "链接": None},
        GOOD | {"附件": "别家.png", "链接": None, "责任单位": "市教育局", "标题": "课堂"},
    ]
    with browser(office, Role.EVALUATION) as client:
        upload(client, "报送.xlsx", workbook(pieces), {"截图.png": PHOTO, "别家.png": OTHER})
        sha256 = re.search(r'name="sha256" value="(\w+)"', client.get("/imports").text)
        assert sha256
        assert "稿件 2 条" in send(client, "/imports/confirm", sha256=sha256[1])
    case.build()
    with browser(office, Role.LIAISON) as liaison:
        found = re.search(r'href="(/articles/a\w+)"', liaison.get("/articles").text)
        assert found
        page = liaison.get(found[1]).text
        assert f'src="/captures/{digest(PHOTO)}"' in page
        assert f'href="/attachments/{digest(PHOTO)}?save=1"' in page
        answer = liaison.get(f"/captures/{digest(PHOTO)}")
        assert answer.headers["content-type"] == "image/png" and answer.content == PHOTO
        assert liaison.get(f"/attachments/{digest(PHOTO)}").status_code == 200
        assert liaison.get(f"/attachments/{digest(OTHER)}").status_code == 403
        refused = liaison.get(f"/captures/{digest(OTHER)}")
        assert refused.status_code == 403
        assert "这份存证与它无关" in refused.text
    with browser(office, Role.INSPECTOR) as inspector:
        assert inspector.get(f"/captures/{digest(OTHER)}").content == OTHER


def test_the_link_of_an_appeal_is_shown_as_captured_before_the_next_build(office: Office) -> None:
    body = "<html><p>汛期备料到位</p><script>alert(1)</script></html>".encode()
    folder = office.store.captures / APPEAL
    folder.mkdir(parents=True, exist_ok=True)
    writer = CaptureWriter(folder / "one.warc.gz")
    offset = writer.add_resource("https://example.test/1", "text/html", body, dt.datetime(2017, 12, 4, 9))
    writer.close()
    number = "s20171204-000001"
    opened = {"unit": UNIT, "title": "汛期备料", "url": "https://example.test/1"}
    decide(office, "appeal_open", number, opened, "d3")
    place = {"outcome": "captured", "url": opened["url"], "sha256": digest(body)}
    decide(
        office,
        "appeal_capture",
        number,
        place | {"warc": f"{APPEAL}/one.warc.gz", "warc_offset": offset},
        "d4",
    )
    with browser(office, Role.EVALUATION) as client:
        assert f'href="/captures/{digest(body)}"' in client.get("/appeals").text
        answer = client.get(f"/captures/{digest(body)}")
        assert "汛期备料到位" in answer.text and "alert" not in answer.text
    with browser(office, Role.LIAISON) as client:
        assert "汛期备料到位" in client.get(f"/captures/{digest(body)}").text  # her unit appealed with it


def test_the_link_of_an_appeal_into_a_forum_stays_closed(office: Office) -> None:
    con, _ = office.warehouse.open()
    ((thread,),) = con.execute("SELECT MIN(url) FROM thread_page_version").fetchall()
    con.close()
    scheme, _, rest = thread.partition("://")
    url = f"{'https' if scheme == 'http' else 'http'}://{rest.partition('/')[0]}/anything"
    body = "<html><p>楼主张三说</p></html>".encode()
    folder = office.store.captures / APPEAL
    folder.mkdir(parents=True, exist_ok=True)
    writer = CaptureWriter(folder / "two.warc.gz")
    offset = writer.add_resource(url, "text/html", body, dt.datetime(2017, 12, 4, 9))
    writer.close()
    number = "s20171204-000002"
    decide(office, "appeal_open", number, {"unit": UNIT, "title": "一帖", "url": url}, "d5")
    place = {"outcome": "captured", "url": url, "sha256": digest(body)}
    decide(
        office,
        "appeal_capture",
        number,
        place | {"warc": f"{APPEAL}/two.warc.gz", "warc_offset": offset},
        "d6",
    )
    for role in (Role.EVALUATION, Role.LIAISON):
        with browser(office, role) as client:
            answer = client.get(f"/captures/{digest(body)}")
            assert answer.status_code == 403 and "张三" not in answer.text


def test_a_cell_that_is_not_met_tells_who_saw_what_and_when(tmp_path: Path) -> None:
    office = small_office(tmp_path)
    keep_attachment(office.store.folder, OTHER, ".png")
    up = {"task": "m08", "date": "2017-12-01", "file": "板报.jpg"}
    decide(office, "board_proof", UNIT, up, "d1")
    taken = {"task": "m08", "date": "2017-12-03", "removed": "2017-12-03", "file": "现场.png"}
    decide(office, "board_proof", UNIT, taken | {"sha256": digest(OTHER)}, "d2")
    decide(office, "board_proof", "市教育局", up | {"file": "别家的.jpg"}, "d3")
    decide(office, "proof_received", UNIT, {"task": "a3", "date": "2017-10-25", "file": "截图.png"}, "d4")
    with browser(office, Role.LIAISON) as client:
        cell = client.get("/ledger/cell", params={"unit": UNIT, "task": "m08"}).text
        assert "2017-12-03 已撤下" in cell
        assert "报送、记录和裁定（2）" in cell
        assert "市绩效办 李某" in cell and "现场查看" in cell and "2017-12-04 09:30" in cell
        assert f'<img src="/attachments/{digest(OTHER)}"' in cell
        assert "别家的" not in cell and "截图.png" not in cell
        assert cell.count("只登记了文件名") == 1
        standing = client.get("/ledger/cell", params={"unit": UNIT, "task": "m05"}).text
        assert "截图.png" in standing  # it proves for both lines of the plan
        assert '<span class="tag">计入</span>' not in cell  # what was there before does not count any more
        before = client.get("/ledger/cell", params={"unit": UNIT, "task": "m08", "as_of": "2017-12-02"}).text
        assert "报送、记录和裁定（1）" in before and "现场.png" not in before
        assert '<span class="tag">计入</span>' in before


def test_a_cell_tells_the_appeals_and_the_deduction_of_its_task(tmp_path: Path) -> None:
    office = small_office(tmp_path)
    decide(
        office,
        "appeal_open",
        "s1",
        {"unit": UNIT, "title": "漏计的稿", "task": "m02", "url": "https://a.test"},
        "d1",
    )
    decide(office, "appeal_refusal", "s1", {"unit": UNIT}, "d2")
    decide(
        office,
        "appeal_open",
        "s2",
        {"unit": "市教育局", "title": "别家的", "task": "m02", "url": "https://b.test"},
        "d3",
    )
    decide(office, "deduction", UNIT, {"task": "m02", "points": 0.5}, "d4")
    with browser(office, Role.EVALUATION) as client:
        cell = client.get("/ledger/cell", params={"unit": UNIT, "task": "m02"}).text
    assert "报送、记录和裁定（3）" in cell
    assert "申诉不予计分" in cell and "裁定预扣分" in cell and "漏计的稿" in cell
    assert "别家的" not in cell


def test_a_cell_says_which_line_asks_the_same_and_the_term_of_both(tmp_path: Path) -> None:
    office = small_office(tmp_path)
    with browser(office, Role.EVALUATION) as client:
        row = client.get("/ledger/cell", params={"unit": "上思县", "task": "a1"}).text
        first = client.get("/ledger/cell", params={"unit": "上思县", "task": "m06"}).text
        alone = client.get("/ledger/cell", params={"unit": "市环保局", "task": "a4"}).text
        proof = client.get("/ledger/cell", params={"unit": "上思县", "task": "a3"}).text
    assert "2017-10-01 至 2018-02-28" in row
    assert (
        "2017-10-11 至 2017-10-24，本项最迟 2017-10-26" in proof
    )  # the notice's term, and that of the proof
    assert "三（六）（m06）</a>要求的是同一件事" in row and "附件1（a1）</a>要求的是同一件事" in first
    assert all("两项都缺时预扣分只建议一次，列在 m06 名下" in page for page in (row, first))
    assert "同一件事" not in alone  # 三（七） does not ask 市环保局
