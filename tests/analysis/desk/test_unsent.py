"""What was typed when the session ended, or the token was old, comes back to who typed it, to nobody else."""

from __future__ import annotations

import os
import time
from pathlib import Path
from urllib.parse import quote

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from analysis.desk.accounts import hash_password
from analysis.desk.office import Office
from analysis.desk.rights import Role
from analysis.desk.sessions import IDLE_SECONDS
from analysis.desk.unsent import MOST_FORMS
from tests.analysis.desk.filled import form_of
from tests.analysis.desk.people import NAMES, PASSWORD, UNIT, browser, small_office, token

PAGE, PATH = "/exposures?as=form", "/exposures/register"
TYPED = {
    "title": "曝光：渠道淤堵",
    "unit": UNIT,
    "outlet": "防城港日报",
    "day": "2017-12-20",
    "why": "已核实\n<b>",
}


def marks(client: TestClient[Litestar], page: str = "/exposures") -> dict[str, str]:
    """What each form of a page carries beside what is typed."""
    text = client.get(page).text
    return {"_csrf_token": token(text), "_by": text.split('name="_by" value="')[1].split('"')[0]}


def sent(client: TestClient[Litestar], carried: dict[str, str], page: str = PAGE, **more: object) -> str:
    """Send the form of `PATH` from a page; where one is led."""
    headers = {"referer": f"{str(client.base_url).rstrip('/')}{quote(page, safe='/?=')}"}
    answer = client.post(PATH, data=TYPED | more | carried, headers=headers, follow_redirects=False)
    assert answer.status_code == 303, answer.text[:500]
    return answer.headers["location"]


def entered(client: TestClient[Litestar], way: str, role: Role, password: str = PASSWORD) -> str:
    """Sign in on the page to which one was led; the page that follows."""
    page = client.get(way).text
    data = {"_csrf_token": token(page), "name": NAMES[role], "password": password}
    return client.post(
        "/login", data=data | {"next": page.split('name="next" value="')[1].split('"')[0]}
    ).text


def holds(page: str) -> bool:
    return {name: [value] for name, value in TYPED.items()}.items() <= form_of(page, PATH, -1).items()


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return small_office(tmp_path)


def test_what_was_typed_comes_back_after_signing_in_again(office: Office) -> None:
    with browser(office, Role.PUBLICITY) as clerk:
        carried = marks(clerk)
        clerk.cookies.delete("gangqing")
        way = sent(clerk, carried)
        assert way == f"/login?next={quote(PAGE, safe='')}&lost=kept"
        assert "渠道淤堵" not in clerk.get(way).text and "会放回表单里" in clerk.get(way).text
        page = entered(clerk, way, Role.PUBLICITY)
        assert holds(page) and "内容已放回表单，请核对后再提交" in page
        assert "渠道淤堵" not in clerk.get("/exposures").text  # once
        assert not list(office.unsent.folder.iterdir())


def test_nobody_else_who_signs_in_there_sees_it(office: Office) -> None:
    with browser(office, Role.PUBLICITY) as client:
        carried = marks(client)
        client.cookies.delete("gangqing")
        way = sent(client, carried)
        seen = entered(client, way, Role.EVALUATION)
        seen += client.get(PAGE).text + client.get(way).text + client.get("/").text
        assert "渠道淤堵" not in seen
        client.post("/logout", data=marks(client))
        assert holds(entered(client, "/login", Role.PUBLICITY))  # led to the form, from the start page too


def test_an_old_token_brings_the_form_back_at_once(office: Office) -> None:
    with browser(office, Role.PUBLICITY) as clerk:
        carried = marks(clerk)
        clerk.cookies.delete("gangqing_form")
        fresh = marks(clerk)
        assert fresh["_csrf_token"] != carried["_csrf_token"] and fresh["_by"] == carried["_by"]
        way = sent(clerk, carried)
        page = clerk.get(way).text
        assert holds(page) and "没有提交：表单已过期。" in page
        again = clerk.post(PATH, data=TYPED | {"_csrf_token": token(page)})
        assert "已登记拟曝光" in again.text


def test_an_old_token_and_an_ended_session_bring_it_back_too(office: Office) -> None:
    with browser(office, Role.PUBLICITY) as clerk:
        carried = marks(clerk)
        clerk.cookies.clear()
        assert holds(entered(clerk, sent(clerk, carried), Role.PUBLICITY))


def test_a_form_of_another_account_with_an_old_token_is_kept_for_that_account(office: Office) -> None:
    with browser(office, Role.PUBLICITY) as client, browser(office, Role.EVALUATION) as other:
        carried = marks(client)
        way = sent(other, carried)
        page = other.get(way).text
        assert "渠道淤堵" not in page and "用另一个账号填写的" in page
        assert "渠道淤堵" not in other.get(PAGE).text
        assert holds(client.get("/login").text)


def test_a_form_filled_in_before_somebody_else_signed_in_is_not_acted_on(office: Office) -> None:
    with browser(office, Role.PUBLICITY) as client:
        carried = marks(client)
        client.post("/logout", data=carried)
        entered(client, "/login", Role.EVALUATION)
        # Of one browser, the token does not tell them apart.
        assert marks(client)["_csrf_token"] == carried["_csrf_token"]
        page = client.get(sent(client, carried)).text
        assert "渠道淤堵" not in page and "用另一个账号填写的" in page
        answer = client.post("/logout", data=carried)  # nothing was typed
        assert answer.status_code == 403 and "没有提交：表单是用另一个账号填写的" in answer.text
        again = client.post(PATH, data=TYPED | {"why": "自己的"} | marks(client))  # what is hers is taken
        assert "已登记拟曝光" in again.text and "渠道淤堵" in again.text
        client.post("/logout", data=marks(client))
        assert holds(entered(client, "/login", Role.PUBLICITY))


@pytest.mark.parametrize(
    "by", ["", "guanli", f"{'0' * 32}.{NAMES[Role.PUBLICITY]}", "\ud800.", ".", "长" * 3000]
)
def test_of_a_form_without_a_mark_of_this_desk_nothing_is_kept(office: Office, by: str) -> None:
    with browser(office, Role.PUBLICITY) as clerk:
        carried = marks(clerk) | {"_by": by.encode("utf-8", "replace").decode()}
        clerk.cookies.delete("gangqing")
        assert sent(clerk, carried).endswith("&lost=1")
        assert not office.unsent.folder.exists()
        clerk.cookies.clear()
        assert clerk.post(PATH, data=TYPED | carried).status_code == 403


def test_a_mark_ends_with_the_password_and_too_much_is_not_kept(office: Office) -> None:
    with browser(office, Role.PUBLICITY) as clerk:
        carried = marks(clerk)
        clerk.cookies.delete("gangqing")
        assert sent(clerk, carried, outlet=["长" * 2000] * 40).endswith("&lost=1")
        account = office.accounts.all()[NAMES[Role.PUBLICITY]]
        hashed = hash_password("another-word-2017", "")
        office.accounts.write(msgspec.structs.replace(account, password=hashed, must_change=True))
        assert sent(clerk, carried).endswith("&lost=1")


def test_forms_of_several_pages_come_back_each_on_its_own(office: Office) -> None:
    pages = [f"/exposures?n={n}" for n in range(MOST_FORMS + 1)]
    with browser(office, Role.PUBLICITY) as clerk:
        carried = marks(clerk)
        clerk.cookies.delete("gangqing")
        ways = [sent(clerk, carried, page, why=f"第{n}页") for n, page in enumerate(pages)]
        assert len(list(office.unsent.folder.iterdir())) == MOST_FORMS
        page = entered(clerk, ways[2], Role.PUBLICITY)
        assert form_of(page, PATH, -1)["why"] == ["第2页"]
        assert form_of(clerk.get(ways[1]).text, PATH, -1)["why"] == ["第1页"]
        assert form_of(clerk.get(ways[0]).text, PATH, -1)["why"] == [""]  # one too many


def test_of_two_tabs_of_one_page_both_forms_come_back(office: Office) -> None:
    with browser(office, Role.PUBLICITY) as clerk:
        carried = marks(clerk)
        clerk.cookies.delete("gangqing")
        ways = [sent(clerk, carried, why=why) for why in ("第一页", "第二页", "第二页")]
        assert len(list(office.unsent.folder.iterdir())) == 2  # what was sent twice is kept once
        first = entered(clerk, ways[0], Role.PUBLICITY)
        assert form_of(first, PATH, -1)["why"] == ["第二页"] and "另有 1 份没有提交的" in first
        second = clerk.get(ways[1]).text
        assert form_of(second, PATH, -1)["why"] == ["第一页"] and "另有" not in second


def test_who_must_change_her_password_first_finds_the_form_after_that(office: Office) -> None:
    account = office.accounts.all()[NAMES[Role.PUBLICITY]]
    with browser(office, Role.PUBLICITY) as clerk:
        carried = marks(clerk)
        clerk.cookies.delete("gangqing")
        way = sent(clerk, carried)
        hashed = hash_password("one-time-word-1", "")
        office.accounts.write(msgspec.structs.replace(account, password=hashed, must_change=True))
        assert "一次性密码" in entered(clerk, way, Role.PUBLICITY, "one-time-word-1")
        data = {"present": "one-time-word-1", "password": "my-own-word-17", "again": "my-own-word-17"}
        page = clerk.post("/password", data=data | {"_csrf_token": token(clerk.get("/password").text)}).text
        assert holds(page) and "密码已修改" in page


def test_what_nobody_came_back_for_goes_as_sessions_do(office: Office) -> None:
    with browser(office, Role.PUBLICITY) as clerk:
        carried = marks(clerk)
        clerk.cookies.delete("gangqing")
        way = sent(clerk, carried)
        [path] = office.unsent.folder.iterdir()
        assert path.stat().st_mode & 0o077 == 0 or path.parent.parent.stat().st_mode & 0o077 == 0
        os.utime(path, (0, time.time() - IDLE_SECONDS - 1))
        assert not holds(entered(clerk, way, Role.PUBLICITY))
    with browser(office):
        assert not path.exists()
