"""Signing in: the first account, wrong passwords, sessions that change and end, limits, where one is sent."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from urllib.parse import quote

import msgspec
import pytest
from argon2 import PasswordHasher, Type
from filelock import FileLock
from selectolax.lexbor import LexborHTMLParser

from analysis.desk.accounts import AccountError, Accounts, hash_password
from analysis.desk.office import Office
from analysis.desk.rights import Role, allowed
from analysis.desk.sessions import SessionFiles
from analysis.desk.uploads import Uploads
from pipeline.store import DESK_LOCK
from tests.analysis.case import Case
from tests.analysis.desk.people import NAMES, NOW, PASSWORD, browser, sign_in, small_office, token


def test_the_first_account_is_made_by_the_address_that_was_printed(tmp_path) -> None:
    office = small_office(tmp_path)
    office.accounts = Accounts(tmp_path / "empty")
    office.setup_key = "the-one-time-key"
    with browser(office) as client:
        assert "一次性地址" in client.get("/login").text
        assert client.get("/setup?key=guess").status_code == 404
        page = client.get("/setup?key=the-one-time-key")
        data = {
            "_csrf_token": token(page.text), "key": "the-one-time-key", "name": "admin", "person": "李明",
            "password": "short", "again": "short", "roles": "宣传部",
        }  # fmt: skip
        refused = client.post("/setup", data=data, follow_redirects=False)
        assert refused.status_code == 400
        assert "密码应为 10" in refused.text
        data |= {"password": "a-long-enough-one", "again": "a-long-enough-one"}
        made = client.post("/setup", data=data, follow_redirects=False)
        assert made.status_code == 303
        assert client.get("/").status_code == 200
        assert office.accounts.all()["admin"].roles == {Role.ADMINISTRATOR, Role.PUBLICITY}
        # The key is spent.
        assert (
            client.post("/setup", data=data | {"name": "second"}, follow_redirects=False).status_code == 404
        )
    assert b"a-long-enough-one" not in (tmp_path / "empty" / "accounts.jsonl").read_bytes()


def test_passwords_are_hashed_at_the_cost_that_rfc_9106_asks_for(shipped_hasher: PasswordHasher) -> None:
    """Its second recommended option, for machines with little memory."""
    assert shipped_hasher.type is Type.ID and shipped_hasher.parallelism >= 4
    assert shipped_hasher.time_cost >= 3 and shipped_hasher.memory_cost >= 64 * 1024


def test_a_wrong_password_and_a_wrong_name_sound_the_same_and_are_logged(office: Office) -> None:
    with browser(office) as client:
        form = token(client.get("/login").text)
        said = []
        for name in (NAMES[Role.PUBLICITY], "nobody"):
            data = {"_csrf_token": form, "name": name, "password": "wrong-password"}
            answer = client.post("/login", data=data, follow_redirects=False)
            assert answer.status_code == 401
            said.append("账号或密码不对" in answer.text)
        assert said == [True, True]
    refused = [entry for entry in office.audit.entries() if entry.refused]
    assert [entry.who for entry in refused][-2:] == [NAMES[Role.PUBLICITY], "nobody"]


def test_guesses_are_slowed_down(office: Office) -> None:
    with browser(office) as client:
        form = token(client.get("/login").text)
        codes = [
            client.post("/login", data={"_csrf_token": form, "name": "x", "password": f"{n}"}).status_code
            for n in range(24)
        ]
        assert codes[0] == 401
        assert codes[-1] == 429
        assert "频繁" in client.post("/login", data={"_csrf_token": form, "name": "x", "password": "y"}).text


def test_the_session_gets_a_new_number_when_somebody_signs_in(office: Office) -> None:
    with browser(office) as client:
        client.cookies.set("gangqing", "a-number-that-an-attacker-chose")
        sign_in(client, NAMES[Role.EVALUATION])
        numbers = [cookie.value for cookie in client.cookies.jar if cookie.name == "gangqing"]
        assert "a-number-that-an-attacker-chose" not in [numbers[-1]]
        assert client.get("/").status_code == 200
    with browser(office) as other:
        other.cookies.set("gangqing", "a-number-that-an-attacker-chose")
        assert other.get("/", follow_redirects=False).status_code == 303


def test_one_desk_is_open_on_the_data_of_a_city(tmp_path) -> None:
    case = Case(tmp_path)
    case.build()
    case.store.state.mkdir(exist_ok=True)
    with FileLock(case.store.state / DESK_LOCK):
        said = ["desk", "--city", str(case.city.folder), "--home", str(case.home), "--port", "0"]
        command = [sys.executable, "-m", "gangqing", *said]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 2 and "办公台已经打开" in done.stderr


def test_a_form_cookie_of_an_earlier_secret_is_taken_back(office: Office) -> None:
    """The desk's folder was deleted: a browser that kept the cookie signs in after one reload."""
    with browser(office) as client:
        client.get("/login")
        client.cookies.set("gangqing_form", "0f" * 52, domain="testserver.local")
        data = {"name": NAMES[Role.EVALUATION], "password": PASSWORD}
        stale = token(client.get("/login").text)
        refused = client.post("/login", data=data | {"_csrf_token": stale}, follow_redirects=False)
        assert refused.status_code == 403 and "刷新后再提交" in refused.text
        fresh = token(client.get("/login").text)
        answer = client.post("/login", data=data | {"_csrf_token": fresh}, follow_redirects=False)
        assert answer.status_code == 303


def test_cookies_are_closed_to_scripts_and_other_sites(office: Office) -> None:
    with browser(office) as client:
        page = client.get("/login")
        data = {"_csrf_token": token(page.text), "name": NAMES[Role.ADMINISTRATOR], "password": PASSWORD}
        answer = client.post("/login", data=data, follow_redirects=False)
        for cookie in (page.headers["set-cookie"], answer.headers["set-cookie"]):
            assert "HttpOnly" in cookie
            assert "SameSite" in cookie


def test_who_has_not_signed_in_costs_no_session(office: Office) -> None:
    with browser(office) as client:
        folder = office.store.desk / "sessions"
        before = len(list(folder.iterdir())) if folder.exists() else 0
        for _ in range(5):
            client.cookies.clear()
            client.get("/login")
        assert (len(list(folder.iterdir())) if folder.exists() else 0) == before


def test_a_closed_account_is_out_at_once(tmp_path) -> None:
    office = small_office(tmp_path)
    with browser(office, Role.INSPECTOR) as client:
        assert client.get("/").status_code == 200
        account = office.accounts.all()[NAMES[Role.INSPECTOR]]
        office.accounts.write(msgspec.structs.replace(account, is_active=False, at=NOW, by="管理员"))
        assert client.get("/", follow_redirects=False).status_code == 303


@pytest.mark.parametrize(
    "change",
    [
        {"password": hash_password("another-word-2017", "")},
        {"roles": frozenset({Role.PUBLICITY})},
        {"unit": "市教育局"},
    ],
)
def test_a_session_ends_when_password_roles_or_unit_change(tmp_path, change: dict) -> None:
    office = small_office(tmp_path)
    with browser(office, Role.LIAISON) as client:
        assert client.get("/").status_code == 200
        account = office.accounts.all()[NAMES[Role.LIAISON]]
        office.accounts.write(msgspec.structs.replace(account, person="改名", at=NOW, by="管理员"))
        assert client.get("/").status_code == 200
        office.accounts.write(msgspec.structs.replace(account, **change, at=NOW, by="管理员"))
        assert client.get("/", follow_redirects=False).status_code == 303


def test_a_one_time_password_must_be_changed_first(tmp_path) -> None:
    office = small_office(tmp_path)
    account = office.accounts.all()[NAMES[Role.LIAISON]]
    office.accounts.write(
        msgspec.structs.replace(account, password=hash_password("one-time-word", ""), must_change=True)
    )
    with browser(office) as client:
        sign_in(client, NAMES[Role.LIAISON], "one-time-word")
        assert client.get("/", follow_redirects=False).headers["location"] == "/password"
        form = token(client.get("/password").text)
        data = {"_csrf_token": form, "present": "one-time-word", "password": PASSWORD, "again": PASSWORD}
        assert client.post("/password", data=data, follow_redirects=False).status_code == 303
        assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    "wanted", ["//evil.test/", "https://evil.test/", "/\\evil.test", "javascript:alert(1)"]
)
def test_signing_in_sends_nobody_to_another_site(office: Office, wanted: str) -> None:
    with browser(office) as client:
        form = token(client.get("/login").text)
        data = {"_csrf_token": form, "name": NAMES[Role.EVALUATION], "password": PASSWORD, "next": wanted}
        answer = client.post("/login", data=data, follow_redirects=False)
        assert answer.headers["location"] == "/"


def test_accounts_outlive_a_kill_in_the_middle_of_a_line(tmp_path) -> None:
    office = small_office(tmp_path)
    path = office.store.accounts / "accounts.jsonl"
    with path.open("ab") as file:
        file.write(b'{"name": "ha')
    again = Accounts(office.store.accounts)
    assert set(again.all()) == set(NAMES.values())
    again.write(msgspec.structs.replace(again.all()[NAMES[Role.LIAISON]], name="second"))
    assert "second" in Accounts(office.store.accounts).all()


def test_a_liaison_with_another_role_is_still_her_units(office: Office) -> None:
    account = office.accounts.all()[NAMES[Role.LIAISON]]
    mixed = msgspec.structs.replace(account, roles=frozenset({Role.LIAISON, Role.INSPECTOR}))
    assert mixed.scope == account.unit is not None
    mixed = msgspec.structs.replace(account, roles=frozenset({Role.LIAISON, Role.PUBLICITY}))
    assert not allowed("ticket.handle", mixed.roles)
    assert allowed("ticket.answer", mixed.roles)
    with pytest.raises(AccountError, match="不能兼任"):
        office.accounts.write(mixed)


def test_what_was_sent_too_late_is_told_as_not_done(office: Office) -> None:
    with browser(office, Role.PUBLICITY) as client:
        form = token(client.get("/password").text)
        client.cookies.delete("gangqing")
        page = f"{client.base_url}/tickets?due=late"
        data = {"_csrf_token": form, "ticket": "t1-1"}
        answer = client.post(
            "/tickets/hand-over", data=data, headers={"referer": page}, follow_redirects=False
        )
        assert answer.headers["location"] == "/login?next=%2Ftickets%3Fdue%3Dlate&lost=1"
        assert "刚才的没有提交" in client.get(answer.headers["location"]).text
        for strange in ("http://evil.test/tickets", "http://["):
            foreign = {"referer": strange}
            answer = client.post("/tickets/hand-over", data=data, headers=foreign, follow_redirects=False)
            assert answer.headers["location"] == "/login?next=%2F&lost=1"


@pytest.mark.parametrize(
    ("came", "page"),
    [("/tokens/make", "/tokens"), ("/tickets/t1-1/move", "/tickets/t1-1"), ("/nowhere/at/all?q=1", "/")],
)
def test_signing_in_leads_to_a_page_and_to_no_act(office: Office, came: str, page: str) -> None:
    with browser(office, Role.ADMINISTRATOR) as client:
        data = {"_csrf_token": token(client.get("/password").text), "name": "大屏", "role": "核验组"}
        client.cookies.delete("gangqing")
        referer = {"referer": f"{client.base_url}{came}"}
        answer = client.post("/tokens/make", data=data, headers=referer, follow_redirects=False)
        assert answer.headers["location"] == f"/login?next={quote(page, safe='')}&lost=1"
        data = {"_csrf_token": data["_csrf_token"], "name": NAMES[Role.ADMINISTRATOR], "password": PASSWORD}
        answer = client.post("/login", data=data | {"next": came}, follow_redirects=False)
        assert answer.headers["location"] == page


def test_the_day_can_be_changed_on_the_answer_to_an_act(office: Office) -> None:
    with browser(office, Role.ADMINISTRATOR) as client:
        data = {"_csrf_token": token(client.get("/tokens").text), "name": "大屏", "role": "核验组"}
        for more, status in ({}, 200), ({"role": "单位联络员"}, 400):
            answer = client.post("/tokens/make", data=data | more)
            top = LexborHTMLParser(answer.text).css_first("form.day-switch")
            assert answer.status_code == status and top.attributes["action"] == "/tokens"
            for step in top.css("a.step"):
                assert client.get(step.attributes["href"] or "").status_code == 200


def test_a_form_that_is_too_old_is_no_want_of_rights(office: Office) -> None:
    with browser(office, Role.PUBLICITY) as client:
        answer = client.post("/tickets/hand-over", data={"_csrf_token": "0" * 128, "ticket": "t1-1"})
        assert answer.status_code == 403
        assert "<h1>表单已过期</h1>" in answer.text
        assert "联系管理员" not in answer.text


def test_an_act_that_ends_after_signing_out_brings_no_session_back(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    with browser(office, Role.PUBLICITY) as client, browser(office) as other, browser(office) as thief:
        data = {"_csrf_token": token(client.get("/password").text)}
        kept = {name: client.cookies[name] for name in ("gangqing", "gangqing_form")}
        for each in (other, thief):
            each.cookies.update(kept)

        def signed_out(*_: object) -> None:
            assert other.post("/logout", data=data, follow_redirects=False).headers["location"] == "/login"

        monkeypatch.setattr(Uploads, "drop", signed_out)
        assert client.post("/imports/discard", data=data, follow_redirects=False).status_code == 303
        assert thief.get("/", follow_redirects=False).headers["location"] == "/login"


def test_a_session_deleted_while_it_is_renewed_stays_deleted(
    tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = SessionFiles._load_from_path

    async def slowly(path):
        found = await read(path)
        await asyncio.sleep(0.2)
        return found

    async def both() -> bool:
        files = SessionFiles(tmp_path / "sessions")
        await files.set("number", b"{}", 60)
        monkeypatch.setattr(SessionFiles, "_load_from_path", staticmethod(slowly))
        reading = asyncio.create_task(files.get("number", renew_for=60))
        await asyncio.sleep(0.1)
        await files.delete("number")
        assert await reading == b"{}"
        return await files.exists("number")

    assert asyncio.run(both()) is False
