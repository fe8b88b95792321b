"""设置 changes the city's data: who may, what is refused, that the command line and the tags read it too."""

from __future__ import annotations

import html
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from analysis.desk.office import Office
from analysis.desk.rights import Role
from commands.common import load_chosen
from pipeline.city_edits import city_edits
from pipeline.tagging.names import Names
from tests.analysis.desk.people import UNIT, browser, token

REPOSITORY = Path(__file__).resolve().parents[3]


def send(client: TestClient[Litestar], path: str, **fields: Any) -> str:
    data = fields | {"_csrf_token": token(client.get("/password").text)}
    answer = client.post(path, data=data, follow_redirects=True)
    found = re.search(r'class="flash.*?>(.*?)</p>', answer.text, re.DOTALL)
    return html.unescape(found[1]) if found else f"{answer.status_code}"


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found
    return html.unescape(found[1])


def test_a_rule_is_set_and_counts_at_once(office: Office) -> None:
    with browser(office, Role.ADMINISTRATOR) as admin:
        path = "/settings?tab=rules&rule=reply-rules.yaml%23answer_days.咨询"
        seen = hidden(admin.get(path).text, "seen")
        rule = {"name": "reply-rules.yaml#answer_days.咨询", "seen": seen}
        assert "应为 1 至 90 之间的整数" in send(admin, "/settings/rule", **rule, value="0", why="试")
        assert "请写明依据" in send(admin, "/settings/rule", **rule, value="3", why="")
        assert send(admin, "/settings/rule", **rule, value="3", why="市政府专题会议") == "已修改规则"
        assert office.rules.answer_days["咨询"] == 3
        # Whoever still looks at the old value is told, and nothing is overwritten.
        assert "本页已是最新的，请看清后再定" in send(admin, "/settings/rule", **rule, value="9", why="试")
        assert office.rules.answer_days["咨询"] == 3
        page = admin.get("/settings?tab=edits").text
        assert "市政府专题会议" in page
        assert "取值：5 → 3" in page
        log = admin.get("/log").text
        assert "规则：正式答复：咨询（工作日）" in log
        assert "取值：5 → 3" in log
    home = load_chosen(office.base.folder, office.home)  # as the command line reads it
    assert home.mapping("reply-rules.yaml")["answer_days"]["咨询"] == 3


def test_who_may_change_what(office: Office) -> None:
    rule = {"name": "points.yaml#lead", "value": "3", "why": "试"}
    with browser(office, Role.PUBLICITY) as clerk:
        assert send(clerk, "/settings/rule", **rule) == "403"
        assert send(clerk, "/settings/unit", short=UNIT, official="x", why="试") == "403"
    with browser(office, Role.INSPECTOR) as inspector:
        assert send(inspector, "/settings/alias", alias="防汛抗旱办", unit=UNIT, state="已核对") == "403"
        assert 'action="/settings/alias"' not in inspector.get(f"/settings?tab=units&unit={UNIT}").text
    with browser(office, Role.LIAISON) as liaison:
        assert liaison.get("/settings").status_code == 403


def test_a_name_is_proposed_confirmed_and_withdrawn(office: Office) -> None:
    with browser(office, Role.PUBLICITY) as clerk:
        one = {"alias": "港城治水办", "unit": UNIT}
        assert send(clerk, "/settings/alias", **one, state="待核对", why="日报") == "已登记待核对的别称"
        assert "港城治水办" not in office.city.unit_by_short[UNIT].aliases
        page = clerk.get(f"/settings?tab=units&unit={UNIT}").text
        assert "待核对" in page
        assert send(clerk, "/settings/alias", **one, state="已核对") == "已核对别称"
        office.renew()
        names = Names(office.city)
        assert names.by_text["港城治水办"].unit == UNIT  # the tagger of the next build knows it
        assert "有 1 处改动要到下次建库" in clerk.get("/settings?tab=units").text.replace("有 2", "有 1")
        taken = send(clerk, "/settings/alias", alias="港城治水办", unit="市教育局", state="已核对")
        assert "已是市水利局的名称" in taken
        for bad in ("水", "<b>水利</b>", "a|b", "abc"):
            assert "没有办成" in send(clerk, "/settings/alias", alias=bad, unit=UNIT, state="已核对")
        assert send(clerk, "/settings/alias", **one, state="停用") == "已停用别称"
        assert "港城治水办" not in Names(office.city).by_text


def test_a_unit_is_renamed_ended_and_succeeded(office: Office) -> None:
    with browser(office, Role.ADMINISTRATOR) as admin:
        new = {
            "short": "市水务中心", "official": "防城港市水务中心", "kind": "市直", "parent": "防城港市",
            "valid_from": "2019-03-01",
        }  # fmt: skip
        assert send(admin, "/settings/unit/add", **new, why="防编〔2019〕1 号") == "已新增单位"
        assert "已有单位" in send(admin, "/settings/unit/add", **new, why="再来")
        page = admin.get("/settings?tab=units&unit=市林业局").text
        seen = re.search(r'name="short" value="市林业局">.*?name="seen" value="([^"]*)"', page)
        assert seen
        kept = {"short": "市林业局", "official": "防城港市林业局", "kind": "市直", "parent": "防城港市"}
        ended = kept | {"seen": seen[1], "why": "机构改革", "successor": "市水务中心"}
        assert "请写明有效期到哪一天" in send(admin, "/settings/unit", **ended)
        assert send(admin, "/settings/unit", **ended, valid_to="2019-02-28") == "已修改单位"
        assert "本页已是最新的，请看清后再定" in send(admin, "/settings/unit", **ended, valid_to="2019-01-31")
    unit = office.city.unit_by_short["市林业局"]
    assert (str(unit.valid_to), unit.successor) == ("2019-02-28", "市水务中心")
    with browser(office, Role.INSPECTOR) as client:
        assert "至 2019-02-28，并入市水务中心" in client.get("/settings?tab=units").text


def test_an_account_is_registered_once_and_its_answers_count_after_the_build(office: Office) -> None:
    with browser(office, Role.PUBLICITY) as clerk:
        one = {"account": "防城港教育发布", "forum": "微信", "unit": "市教育局"}
        assert send(clerk, "/settings/account", **one, state="在用") == "已登记官方账号"
        again = send(clerk, "/settings/account", **(one | {"unit": UNIT}), state="在用")
        assert "已登记在市教育局名下" in again
        assert "防城港教育发布" in clerk.get("/settings?tab=accounts").text
        assert send(clerk, "/settings/account", **one, state="停用") == "已停用官方账号"


@pytest.mark.parametrize("tab", ["units", "accounts", "rules", "edits", "system"])
def test_a_day_in_the_past_offers_no_change(office: Office, tab: str) -> None:
    with browser(office, Role.ADMINISTRATOR) as admin:
        page = admin.get(f"/settings?tab={tab}&as_of=2017-11-01&unit={UNIT}&rule=points.yaml%23lead").text
        assert 'action="/settings/' not in page


def test_the_command_line_reads_what_the_desk_changed(office: Office) -> None:
    assert city_edits(office.store.decisions)
    done = subprocess.run(
        [sys.executable, "-m", "gangqing", "queue", "--json", "--all", "--city", str(office.base.folder),
         "--home", str(office.home), "--as-of", "2017-12-04"],
        cwd=REPOSITORY, capture_output=True, check=True,
    )  # fmt: skip
    asked = next(row for row in json.loads(done.stdout) if "水费怎么交" in row["title"])
    assert asked["answer_due"].startswith("2017-12-05")  # three working days, not five


def test_the_command_line_edits_what_the_desk_shows(office: Office) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, "-m", "gangqing", "edits", *arguments, "--city", str(office.base.folder),
             "--home", str(office.home)],
            cwd=REPOSITORY, capture_output=True, check=False,
        )  # fmt: skip

    done = run(
        "rule",
        "points.yaml#lead",
        "3",
        "--who",
        "绩效办 覃某",
        "--why",
        "会议定的",
        "--at",
        "2017-12-04T08:00",
    )
    assert "头条乘数，取值：2 → 3".encode() in done.stdout, done.stderr.decode()
    refused = run("rule", "points.yaml#lead", "99", "--who", "甲", "--why", "乙")
    assert refused.returncode == 2
    assert "应为 1 至 10 之间的数".encode() in refused.stderr
    assert run("alias", UNIT, "港城水务", "--who", "宣传部 韦某", "--at", "2017-12-04T08:01").returncode == 0
    listed = json.loads(run("--json").stdout)
    assert [row["target"] for row in listed][-2:] == ["规则：头条乘数", "别称：港城水务"]
    rules = {row["name"]: row["value"] for row in json.loads(run("rule", "--json").stdout)}
    assert rules["points.yaml#lead"] == "3"
    with browser(office, Role.ADMINISTRATOR) as admin:  # without a new start of the desk
        assert "取值：2 → 3" in admin.get("/settings?tab=edits").text
        assert "港城水务" in admin.get("/settings?tab=units").text
    assert office.points.lead == 3
