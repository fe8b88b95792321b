"""Forms that are refused come back as they were filled in, whichever page they stand on."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from analysis.desk.office import Office
from analysis.desk.rights import Role
from analysis.desk.sessions import IDLE_SECONDS
from tests.analysis.desk.filled import form_of, send
from tests.analysis.desk.people import UNIT, browser, small_office, token


def test_a_refused_registration_of_an_exposure_keeps_all_that_was_typed(office: Office) -> None:
    with browser(office, Role.PUBLICITY) as clerk:
        fields = {
            "title": "曝光：“窗口”空岗", "unit": ["市水利局", "没有的局"], "outlet": "防城港日报",
            "day": "2017-12-20", "why": "第一行\n<b>第二行</b>",
        }  # fmt: skip
        said = send(clerk, "/exposures", "/exposures/register", **fields)
        assert "没有单位“没有的局”" in said
        found = form_of(said, "/exposures/register", -1)
        assert found == {name: [value] for name, value in (fields | {"unit": "市水利局"}).items()}
        form = LexborHTMLParser(said).css('form[action="/exposures/register"]')[-1]
        assert form.parent is not None and "open" in form.parent.attributes
        assert "窗口" not in clerk.get("/exposures").text  # once


@pytest.mark.parametrize(
    ("fields", "told"),
    [({"day": "昨天"}, "拟刊发日期应写成"), ({"title": "曝" * 201}, "标题太长"), ({"title": ""}, "请填写")],
)
def test_what_is_refused_before_the_act_comes_back_too(
    office: Office, fields: dict[str, str], told: str
) -> None:
    with browser(office, Role.PUBLICITY) as clerk:
        sent = {"title": "曝光：渠道淤堵", "unit": UNIT, "why": "已核实"} | fields
        said = send(clerk, "/exposures", "/exposures/register", **sent)
        assert told in said
        found = form_of(said, "/exposures/register", -1)
        assert {name: [value] for name, value in sent.items()}.items() <= found.items()


def test_an_extension_and_units_of_a_ticket_come_back(office: Office) -> None:
    with browser(office, Role.PUBLICITY) as clerk:
        [ticket] = set(re.findall(r"/tickets/([\w-]+-1)", clerk.get("/tickets?q=电梯困人").text))
        page, path = f"/tickets/{ticket}", f"/tickets/{ticket}/move"
        send(clerk, page, path, move="decide_units", unit="市住建委", why="职责")
        chosen = ["市住建委", "", "市水利局"]
        said = send(clerk, page, path, move="decide_units", unit=chosen, why="两家", seen="旧/旧")
        assert "没有办成" in said
        assert form_of(said, path)["unit"] == chosen
        said = send(clerk, page, path, move="extend", days="200", why="须送检")
        assert "至多到发帖后第 15 个工作日" in said
        forms = [form_of(said, path, place) for place in range(said.count(f'action="{path}"'))]
        [extension] = [form for form in forms if form["move"] == ["extend"]]
        assert (extension["days"], extension["why"]) == (["200"], ["须送检"])
        assert all(form["why"] == [""] for form in forms if form["move"] != ["extend"])


def test_a_page_with_a_query_comes_back_with_it(office: Office) -> None:
    with browser(office, Role.EVALUATION) as officer:
        page = f"/contacts?unit={UNIT}"
        fields = {"unit": UNIT, "leader": "", "contact": "黄某", "phone": "0770-2822222", "seen": ""}
        found = form_of(send(officer, page, "/contacts/register", **fields), "/contacts/register")
        assert (found["contact"], found["phone"]) == (["黄某"], ["0770-2822222"])


def test_a_correction_that_is_refused_comes_back(office: Office) -> None:
    with browser(office, Role.EVALUATION) as officer:
        article = re.search(r"/articles/(a[0-9a-f]{12})\"", officer.get("/articles").text)
        assert article is not None
        page = f"/articles/{article[1]}"
        data = {
            "form": "诗歌",
            "unit98": "市教育局",
            "role98": "joint",
            "topic": "法治建设",
            "why": "文中写明",
        }
        said = send(officer, page, f"{page}/correct", **data)
        assert "没有体裁“诗歌”" in said
        found = form_of(said, f"{page}/correct")
        assert [found[name] for name in ("unit98", "role98", "topic", "why")] == [
            ["市教育局"], ["joint"], ["法治建设"], ["文中写明"],
        ]  # fmt: skip


def test_what_is_too_large_leads_back_to_its_form(office: Office) -> None:
    with browser(office, Role.PUBLICITY) as clerk:
        headers = {
            "content-type": "multipart/form-data; boundary=b", "content-length": str(30 * 1024 * 1024),
            "x-csrftoken": token(clerk.get("/appeals").text), "referer": f"{clerk.base_url}/appeals?screen=2",
        }  # fmt: skip
        answer = clerk.post("/appeals/open", content=b"x", headers=headers)
        assert answer.status_code == 413
        assert '<a class="button" href="/appeals?screen=2">打开空白表单</a>' in answer.text
        assert "刚才的没有提交：表单连同所选文件共 30 MB，单次不超过 20 MB" in answer.text
        assert "浏览器的“后退”键" in answer.text


def test_a_token_and_the_first_account_keep_what_was_chosen(tmp_path: Path) -> None:
    office = small_office(tmp_path)
    with browser(office, Role.ADMINISTRATOR) as admin:
        fields = {"name": "大屏", "role": "单位联络员", "unit": ""}
        data = {"_csrf_token": token(admin.get("/tokens").text), **fields}
        answer = admin.post("/tokens/make", data=data)
        assert answer.status_code == 400
        found = form_of(answer.text, "/tokens/make")
        assert (found["name"], found["role"]) == (["大屏"], ["单位联络员"])
    office.setup_key = "key"
    with browser(office) as nobody:
        fields = {"key": "key", "name": "admin", "person": "李明", "password": "short", "again": "short"}
        data = {"_csrf_token": token(nobody.get("/setup?key=key").text), **fields, "roles": "绩效办"}
        found = form_of(nobody.post("/setup", data=data).text, "/setup")
        assert (found["roles"], found["person"], found["password"]) == (["绩效办"], ["李明"], [""])


def test_passwords_do_not_come_back(office: Office) -> None:
    with browser(office, Role.EVALUATION) as officer:
        fields = {"present": "falsch-wort", "password": "geheim-wort", "again": "geheim-worte"}
        data = {"_csrf_token": token(officer.get("/password").text), **fields}
        officer.post("/password", data=data)
        kept = "".join(path.read_text("utf-8", "replace") for path in office.store.desk.rglob("sessions/*"))
        assert kept and "-wort" not in kept


@pytest.mark.parametrize("path", ["//evil.test/x", "/\\evil.test", "", "/exposures/register", "/nowhere"])
def test_no_refusal_leads_away_from_the_pages_of_the_desk(office: Office, path: str) -> None:
    with browser(office, Role.PUBLICITY) as clerk:
        data = {"_csrf_token": token(clerk.get("/exposures").text), "title": "曝" * 201}
        came = {"referer": f"{clerk.base_url}{path}"}
        answer = clerk.post("/exposures/register", data=data, headers=came, follow_redirects=False)
        assert answer.status_code == 400 and "evil" not in answer.text


def test_no_refusal_leads_to_the_address_of_an_act_with_a_number_in_it(office: Office) -> None:
    with browser(office, Role.PUBLICITY) as clerk:
        [ticket] = set(re.findall(r"/tickets/([\w-]+-1)", clerk.get("/tickets?q=电梯困人").text))
        data = {"_csrf_token": token(clerk.get("/exposures").text), "title": "曝" * 201}
        for page, status in ((f"/tickets/{ticket}/move", 400), (f"/tickets/{ticket}", 303)):
            came = {"referer": f"{clerk.base_url}{page}"}
            answer = clerk.post("/exposures/register", data=data, headers=came, follow_redirects=False)
            assert answer.status_code == status


@pytest.mark.parametrize(("count", "is_kept"), [(20, True), (40, False)])
def test_of_what_is_too_long_nothing_is_kept(office: Office, count: int, is_kept: bool) -> None:
    with browser(office, Role.PUBLICITY) as clerk:
        fields = {"title": "曝" * 201, "unit": UNIT, "why": "已核实", "outlet": ["长" * 2000] * count}
        said = send(clerk, "/exposures", "/exposures/register", **fields)
        assert "标题太长" in said
        assert form_of(said, "/exposures/register", -1)["why"] == (["已核实"] if is_kept else [""])


def test_what_was_typed_goes_with_the_session_that_ended(tmp_path: Path) -> None:
    office = small_office(tmp_path)
    folder = office.store.desk / "sessions"
    with browser(office, Role.PUBLICITY):
        [ended] = folder.iterdir()
    (folder / f"{ended.name}.tmp").write_bytes(b"half")
    with browser(office, Role.PUBLICITY):
        assert ended.exists()  # a start ends no session that lasts
    for path in (ended, folder / f"{ended.name}.tmp"):
        os.utime(path, (0, time.time() - IDLE_SECONDS - 1))
    with browser(office):
        assert len(list(folder.iterdir())) == 1 and not ended.exists()
