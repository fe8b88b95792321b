"""稿件 and one article: search, filters, evidence, correction in place, and what a liaison may see."""

from __future__ import annotations

import hashlib
import re
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from analysis.desk.office import Office
from analysis.desk.rights import Role
from pipeline.decisions import load_decisions
from pipeline.seal import seal_path
from pipeline.search_index import update_index
from pipeline.search_parts import index_path
from tests.analysis.desk.people import NOW, UNIT, browser, token

HOSTILE = [
    '"',
    "'; DROP TABLE doc; --",
    "NEAR(a b",
    "<script>alert(1)</script>",
    "a\0b",
    "*",
    "水" * 5_000,
    "((((",
    "{{7*7}}",
]


@pytest.fixture(scope="module", autouse=True)
def indexed(office: Office) -> Path:
    update_index(office.warehouse.path)
    return index_path(office.warehouse.path)


def first_article(client: TestClient[Litestar], words: str) -> str:
    page = client.get("/articles", params={"q": words}).text
    found = re.search(r'href="/articles/(a[0-9a-f]+)"', page)
    assert found, page[:3000]
    return found[1]


def test_words_are_found_and_marked(office: Office) -> None:
    with browser(office, Role.PUBLICITY) as client:
        page = client.get("/articles", params={"q": "水利"}).text
        assert "<mark>水利</mark>" in page
        assert "市教育局抓教学质量" not in page
        assert "没有找到符合条件的稿件" in client.get("/articles", params={"q": "沙漠"}).text
        threads = client.get("/articles", params={"q": "垃圾", "in": "threads"}).text
        assert "河道<mark>垃圾</mark>无人清" in threads
        assert client.get(re.search(r'href="(/threads/[^"]+)"', threads)[1]).status_code == 200  # type: ignore[index]


def test_filters_stay_in_the_form_and_cut_the_list(office: Office) -> None:
    with browser(office, Role.EVALUATION) as client:
        page = client.get("/articles", params={"unit": "市教育局", "form": "报道"}).text
        assert "市教育局抓教学质量" in page and "市水利局部署冬修水利" not in page
        assert "<option selected>市教育局</option>" in page
        exposed = client.get("/articles", params={"role": "exposed"}).text
        assert "曝光：围挡占道" in exposed and "市教育局抓教学质量" not in exposed
        assert client.get("/articles?start=nonsense").status_code == 400
        before = client.get("/articles?as_of=2017-10-10").text
        assert "市水利局部署冬修水利" in before and "市教育局抓教学质量" not in before


def test_hostile_words_give_a_result_or_a_message(office: Office) -> None:
    with browser(office, Role.INSPECTOR) as client:
        for words in HOSTILE:
            for more in ({}, {"in": "threads"}):
                answer = client.get("/articles", params={"q": words, **more})
                assert answer.status_code == 200, words
                assert "<script>alert" not in answer.text
                assert "没有找到" in answer.text or 'role="alert"' in answer.text, words


def _wait(office: Office) -> None:
    """Until the renewal that a search started is over."""
    until = time.monotonic() + 60
    while any(job.is_running for job in office.jobs.all()):
        assert time.monotonic() < until, [office.jobs.log(job) for job in office.jobs.all()]
        time.sleep(0.1)
    job = next(job for job in office.jobs.all() if job.kind == "index")
    assert job.state == "完成", office.jobs.log(job)


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


@pytest.mark.parametrize(
    ("said", "damage"),
    [
        ("还没有全文索引", lambda path: path.unlink()),
        ("全文索引已损坏", lambda path: path.write_bytes(b"")),
        ("全文索引已损坏", _flip),
    ],
)
def test_an_index_that_cannot_be_asked_is_told_and_mends_itself(
    office: Office, indexed: Path, said: str, damage: Callable[[Path], object]
) -> None:
    damage(indexed)
    _, secret = office.tokens.make(f"系统{said}", Role.INSPECTOR, None, "guanli", NOW)
    with browser(office, Role.PUBLICITY) as client:
        for more in ({}, {"in": "threads"}):
            page = client.get("/articles", params={"q": "水利", **more}).text
            assert said in page and "正在自动重建" in page and "没有找到" not in page
        assert "市水利局部署冬修水利" in client.get("/articles").text  # a list without words needs none
        assert client.get("/export/articles/csv", params={"q": "水利"}).status_code == 503
        headers = {"authorization": f"Bearer {secret}"}
        for path in ("/api/v1/articles", "/api/v1/threads"):
            answer = client.get(path, params={"q": "水利"}, headers=headers)
            assert answer.status_code == 503 and "正在自动重建" in answer.json()["detail"]
        _wait(office)
        assert "<mark>水利</mark>" in client.get("/articles", params={"q": "水利"}).text
    assert sum(job.kind == "index" for job in office.jobs.all()) >= 1


def test_a_renewal_that_fails_is_told_and_not_begun_at_each_click(
    office: Office, indexed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in office.store.jobs.glob("*"):
        path.unlink()
    indexed.write_bytes(b"")
    monkeypatch.setattr(office.jobs, "_program", ["false"])
    with browser(office, Role.PUBLICITY) as client:
        client.get("/articles", params={"q": "水利"})
        until = time.monotonic() + 60
        while any(job.is_running for job in office.jobs.all()) and time.monotonic() < until:
            time.sleep(0.05)
        for _ in range(3):
            page = client.get("/articles", params={"q": "水利"}).text
            assert "自动重建没有成功" in page and "没有找到" not in page
    assert len(office.jobs.all()) == 1
    for path in office.store.jobs.glob("*"):
        path.unlink()
    update_index(office.warehouse.path)


def test_an_index_that_lags_never_says_that_there_is_nothing(office: Office, indexed: Path) -> None:
    with sqlite3.connect(indexed) as con:  # as it is between a build and its index
        con.execute("UPDATE consumed SET end_offset = 1")
    con.close()
    seal_path(indexed).write_text(hashlib.sha256(indexed.read_bytes()).hexdigest())
    with browser(office, Role.PUBLICITY) as client:
        page = client.get("/articles", params={"q": "沙漠"}).text
        assert "没有跟上最近的建库" in page and "没有找到" not in page
        _wait(office)
        assert "没有找到符合条件的稿件" in client.get("/articles", params={"q": "沙漠"}).text


def test_an_article_shows_its_evidence_credits_and_tasks(office: Office) -> None:
    with browser(office, Role.INSPECTOR) as client:
        page = client.get(f"/articles/{first_article(client, '冬修')}").text
        assert '<mark class="mark-unit " title="市水利局：标记">[市水利局:subject]</mark>' in page
        listed = page.split("标记的说明（")[1].split("</details>")[0]  # for who has no mouse
        assert "<mark>[市水利局:subject]</mark>" in listed and "市水利局：标记" in listed
        assert "m02" in page and 'sandbox=""' in page
        assert "更正计分和标签" not in page  # an inspector changes nothing
        assert client.get("/articles/none").status_code == 404
        assert client.get(f"/articles/{first_article(client, '冬修')}?as_of=2017-10-01").status_code == 404


def test_a_piece_of_which_a_page_is_lacking_says_so(office: Office) -> None:
    with browser(office, Role.INSPECTOR) as client:
        page = client.get(f"/articles/{first_article(client, '教学质量')}").text
        assert "正文不全，下次再取：缺第 2 页（超时）" in page
        assert "正文不全" not in client.get(f"/articles/{first_article(client, '冬修')}").text


def test_a_liaison_sees_articles_of_her_unit_only(office: Office) -> None:
    with browser(office, Role.PUBLICITY) as client:
        other = first_article(client, "教学质量")
    with browser(office, Role.LIAISON) as client:
        page = client.get("/articles").text
        assert "市水利局部署冬修水利" in page and "市教育局" not in page and "曝光：围挡" not in page
        assert client.get("/articles?unit=市教育局").text.count('class="results"') == 0
        assert client.get(f"/articles/{other}").status_code == 403
        assert client.get(f"/articles/{first_article(client, '冬修')}").status_code == 200
        assert (
            "电梯"
            not in client.get("/articles", params={"q": "电梯", "in": "threads"})
            .text.split("<main")[1]
            .split("value=")[0]
        )


def fields(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="(seen\d)" value="([^"]*)"', page)) | {"_csrf_token": token(page)}


def test_a_correction_is_recorded_and_the_second_person_is_told(office: Office) -> None:
    with browser(office, Role.EVALUATION) as client:
        number = first_article(client, "教学质量")
        page = client.get(f"/articles/{number}").text
        said = fields(page) | {
            "unit0": "市教育局", "role0": "subject", "unit1": UNIT, "role1": "joint",
            "topic": "社会建设", "indicator": "-",
            "form": "报道", "sentiment": "positive", "why": "核对原版",
        }  # fmt: skip
        done = client.post(f"/articles/{number}/correct", data=said).text
        assert "已更正标签" in done and "核对原版" in done
        assert "人工更正" in done and UNIT in done  # seen at once, before the next build
        second = client.post(f"/articles/{number}/correct", data=said | {"sentiment": "negative"}).text
        assert "没有办成" in second and "绩效办张三" in second
        assert ">正面" in second
        nothing = client.post(
            f"/articles/{number}/correct",
            data=fields(second) | {k: v for k, v in said.items() if k[:4] != "seen" and k[0] != "_"},
        )
        assert nothing.status_code == 400 and "核对无误" in nothing.text
        strange = client.post(f"/articles/{number}/correct", data=fields(second) | {"unit0": "没有的局"})
        assert "没有办成" in strange.text
    decided = list(office.audit.entries())[-4:]
    assert any(entry.refused for entry in decided) and any(entry.decision for entry in decided)


def test_a_note_of_a_superior_is_set_and_taken_back(office: Office) -> None:
    with browser(office, Role.EVALUATION) as client:
        number = first_article(client, "冬修")
        page = client.get(f"/articles/{number}").text
        for is_noted in (True, False):
            said = fields(page) | {
                "unit0": UNIT, "role0": "subject", "topic": "-", "indicator": "-", "form": "报道",
                "sentiment": "neutral", "plan_column": "1", "why": "批示",
            }  # fmt: skip
            page = client.post(
                f"/articles/{number}/correct", data=said | ({"leader_note": "1"} if is_noted else {})
            ).text
            assert "已更正标签" in page
            assert ('name="leader_note" value="1" checked>' in page) is is_noted
            shown = page.split('<th scope="row">上级领导批示</th>')[1].split("</tr>")[0]
            assert ">是<" in shown if is_noted else ">否<" in shown
    decided = [d for d in load_decisions(office.store.decisions) if "leader_note" in d.after]
    assert [(d.before, d.after) for d in decided] == [
        ({"leader_note": False}, {"leader_note": True}),
        ({"leader_note": True}, {"leader_note": False}),
    ]


def test_only_the_offices_correct_and_not_in_the_past(office: Office) -> None:
    with browser(office, Role.LIAISON) as client:
        number = first_article(client, "冬修")
        data = {"_csrf_token": token(client.get("/password").text)}
        assert client.post(f"/articles/{number}/correct", data=data).status_code == 403
    with browser(office, Role.PUBLICITY) as client:
        page = client.get(f"/articles/{number}").text
        past = client.post(
            f"/articles/{number}/correct?as_of=2017-11-01", data=fields(page) | {"form": "综述"}
        )
        assert past.status_code == 400 and "回到今天" in past.text
