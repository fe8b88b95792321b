"""The API and the exports: the same rights as the pages, fired at by schemathesis, no cell executed."""

from __future__ import annotations

import io
from urllib.parse import unquote

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from litestar.testing import TestClient
from openpyxl import load_workbook
from schemathesis.checks import CHECKS, load_all_checks

from analysis.desk import tables
from analysis.desk.app import create_app
from analysis.desk.office import Office
from analysis.desk.pages import log
from analysis.desk.rights import Role
from analysis.desk.tables import TABLES, Table, to_csv, to_excel
from pipeline.search_index import update_index
from tests.analysis.desk.people import NAMES, NOW, UNIT, browser, sign_in, token

V1 = "/api/v1"
load_all_checks()


@pytest.fixture(scope="module", autouse=True)
def indexed(office: Office) -> None:
    update_index(office.warehouse.path)


def bearer(office: Office, role: Role, unit: str | None = None) -> dict[str, str]:
    _, secret = office.tokens.make("考评系统", role, unit, "guanli", NOW)
    return {"Authorization": f"Bearer {secret}"}


def test_it_answers_what_the_pages_show(office: Office) -> None:
    with browser(office) as client:
        headers = bearer(office, Role.EVALUATION)
        rows = client.get(f"{V1}/coverage", params={"unit": UNIT, "task": "m02"}, headers=headers).json()[
            "rows"
        ]
        assert [(row["verdict"], row["done_count"]) for row in rows] == [("达标", 1)]
        found = client.get(f"{V1}/articles", params={"q": "冬修"}, headers=headers).json()
        assert found["total"] == 1
        one = client.get(f"{V1}/articles/{found['rows'][0]['article_id']}", headers=headers).json()
        assert one["credits"][0]["unit"] == UNIT and "m02" in {each["task"] for each in one["counts_for"]}
        tickets = client.get(f"{V1}/tickets", headers=headers).json()["rows"]
        days = client.get(f"{V1}/tickets/{tickets[0]['ticket_id']}/explain", headers=headers).json()["days"]
        assert days and {"day", "is_counted", "why"} <= set(days[0])
        past = client.get(f"{V1}/credits", params={"as_of": "2017-10-01"}, headers=headers).json()
        assert past["total"] == 0 and past["as_of"] == "2017-10-01"


def test_a_token_reads_as_its_role_and_no_longer_when_ended(office: Office) -> None:
    with browser(office) as client:
        assert client.get(f"{V1}/units").status_code == 401
        assert client.get(f"{V1}/units", headers={"Authorization": "Bearer gq_wrong"}).status_code == 401
        liaison = bearer(office, Role.LIAISON, UNIT)
        assert [u["short"] for u in client.get(f"{V1}/units", headers=liaison).json()["rows"]] == [UNIT]
        assert client.get(f"{V1}/sources", headers=liaison).status_code == 403
        credits = client.get(f"{V1}/credits", params={"unit": "市教育局"}, headers=liaison).json()["rows"]
        assert {row["unit"] for row in credits} <= {UNIT}
        # What it may ask is told it, too; pages want a session.
        assert f"{V1}/units" in client.get("/schema/openapi.json", headers=liaison).json()["paths"]
        assert client.get("/schema/openapi.json", headers={"Authorization": "Bearer x"}).status_code == 401
        assert client.get("/settings", headers=liaison, follow_redirects=False).status_code == 303
        newest = max(office.tokens.all().values(), key=lambda t: list(office.tokens.all()).index(t.id))
        office.tokens.revoke(newest.id, "guanli", NOW)
        assert client.get(f"{V1}/units", headers=liaison).status_code == 401
    kept = (office.store.accounts / "tokens.jsonl").read_text("utf-8")
    assert liaison["Authorization"].split()[1] not in kept


def test_an_administrator_makes_and_ends_tokens(office: Office) -> None:
    with browser(office, Role.ADMINISTRATOR) as client:
        data = {"_csrf_token": token(client.get("/tokens").text), "name": "大屏", "role": "核验组"}
        page = client.post("/tokens/make", data=data).text
        assert "只显示这一次" in page and "gq_" in page
        assert "gq_" not in client.get("/tokens").text
        assert client.post("/tokens/make", data=data | {"role": "单位联络员"}).status_code == 400
        made = next(t for t in office.tokens.all().values() if t.name == "大屏")
        assert "名称：大屏" in client.get("/log").text
        assert "已停用" in client.post("/tokens/revoke", data=data | {"id": made.id}).text
    with browser(office, Role.EVALUATION) as client:
        assert client.get("/tokens").status_code == 403


@pytest.mark.parametrize(
    "address, told",
    [
        ("articles?as_of=", "参数 as_of：日期应写成 2017-12-31"),
        ("units?as_of=x", "参数 as_of：日期应写成 2017-12-31，而不是“x”"),
        ("units?known_by=1950-01-01", "参数 known_by：日期应在 1990-01-01 与 2100-12-31 之间"),
        ("articles?start=x&limit=0", "参数 start：日期应写成 2017-12-31；参数 limit：不能小于 1"),
        ("articles?limit=1001", "参数 limit：不能大于 1000"),
        ("articles?offset=1.5", "参数 offset：应是整数"),
        ("articles?q=" + "a" * 201, "参数 q：最多 200 个字"),
        ("articles?form=" + "a" * 101, "参数 form：最多 100 个字"),
        ("tickets?state=" + "a" * 101, "参数 state：最多 100 个字"),
        ("tickets/" + "a" * 101, "参数 ticket_id：最多 100 个字"),
        ("articles?copies=x", "参数 copies：应是 first、reprint 之一，而不是“x”"),
        ("articles?copies=first&sort=x", "参数 sort：应是 rank、newest、oldest 之一，而不是“x”"),
        ("threads?q=a&sort=x", "参数 sort：应是 rank、newest、oldest 之一，而不是“x”"),
        ("threads", "参数 q：必须写"),
    ],
)
def test_a_parameter_that_cannot_be_read_is_named(office: Office, address: str, told: str) -> None:
    with browser(office) as client:
        answer = client.get(f"{V1}/{address}", headers=bearer(office, Role.EVALUATION))
    assert answer.json() == {"status_code": 400, "detail": told}


def test_every_refusal_says_something(office: Office) -> None:
    with browser(office) as client:
        assert client.get(f"{V1}/units").json()["detail"]
        assert client.get(f"{V1}/nothing").json() == {"status_code": 404, "detail": "没有这个页面"}
        assert client.get(f"{V1}/sources", headers=bearer(office, Role.LIAISON, UNIT)).json()["detail"]


def test_the_schema_under_schemathesis(office: Office) -> None:
    """Every operation, a few examples each: no answer of 500, each of the shape that the schema says."""
    with TestClient(create_app(office), raise_server_exceptions=False) as client:
        sign_in(client, NAMES[Role.EVALUATION])
        document = client.get("/schema/openapi.json").json()
        assert all(path.startswith(V1) for path in document["paths"]), list(document["paths"])
        schema = schemathesis.openapi.from_dict(document)
        wanted = ("not_a_server_error", "content_type_conformance", "response_schema_conformance")
        checks = [CHECKS.get_one(name) for name in wanted]
        count = 0
        for result in schema.get_all_operations():
            operation = result.ok()

            @settings(max_examples=8, deadline=None, database=None, suppress_health_check=list(HealthCheck))
            def fire(case: schemathesis.Case) -> None:
                query = {k: v for k, v in (case.query or {}).items() if v is not None}
                path = case.formatted_path
                answer = client.request(case.method, path, params=query)
                case.validate_response(
                    schemathesis.Response.from_any(answer), checks=checks
                ) if answer.status_code < 400 else None
                assert answer.status_code < 500, f"{path} {query} {answer.text}"
                if answer.status_code >= 400:
                    assert answer.json()["status_code"] == answer.status_code

            from hypothesis import given

            given(case=operation.as_strategy())(fire)()
            count += 1
        assert count == 11


def test_exports_follow_filters_and_rights(office: Office) -> None:
    with browser(office, Role.EVALUATION) as client:
        for name in TABLES:
            for kind, start in (("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK"), ("json", b"{")):
                answer = client.get(f"/export/{name}/{kind}")
                assert answer.content.startswith(start), f"{name}.{kind} {answer.text[:300]}"
        some = client.get("/export/ledger/json", params={"unit": UNIT, "verdict": "达标"}).json()["rows"]
        assert some and {row["unit"] for row in some} == {UNIT}
        counties = client.get("/export/ledger/json", params={"group": "县（市、区）"}).json()["rows"]
        assert {row["unit"] for row in counties} == {"东兴市", "港口区", "防城区", "上思县"}
        mine = client.get("/export/deductions/json", params={"unit": UNIT}).json()["rows"]
        assert mine and {row["unit"] for row in mine} == {UNIT}
        found = client.get("/export/articles/csv", params={"q": "冬修"}).text
        assert "市水利局部署冬修水利" in found and "教学质量" not in found
        assert client.get("/export/articles/csv", params={"q": '"'}).status_code == 400
        assert client.get("/export/tickets/exe").status_code == 404
        assert "/export/tickets/xlsx?state=" in client.get("/tickets", params={"state": "待签收"}).text
    with browser(office, Role.LIAISON) as client:
        rows = client.get("/export/tickets/json", params={"state": "全部"}).json()["rows"]
        assert rows and {row["unit"] for row in rows} == {UNIT}
        assert client.get("/export/sources/csv").status_code == 403


def test_the_log_leaves_as_a_file_by_its_filters(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    with browser(office, Role.INSPECTOR) as client:
        page = client.get("/log", params={"act": "登录"}).text
        assert "/export/log/xlsx?act=" in page
        rows = client.get("/export/log/json", params={"act": "登录"}).json()["rows"]
        assert rows and {row["act"] for row in rows} == {"登录"} and rows[0]["at"].startswith("2017-12-04")
        decided = client.get("/export/log/csv", params={"view": "decisions"})
        assert unquote(decided.headers["content-disposition"]).endswith("决定记录-2017-12-04.csv")
        monkeypatch.setattr(log, "MOST_IN_FILE", 1)
        cut = client.get("/export/log/json")
        assert len(cut.json()["rows"]) == 1
        assert "（1条，更早的请翻页再导出）" in unquote(cut.headers["content-disposition"])
    with browser(office, Role.LIAISON) as client:
        assert client.get("/export/log/csv").status_code == 403


def test_a_table_that_is_cut_says_of_how_many(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    with browser(office, Role.EVALUATION) as client:
        whole = client.get("/export/articles/json").headers["content-disposition"]
        monkeypatch.setattr(tables, "MAX_HITS", 1)
        answer = client.get("/export/articles/json")
        assert len(answer.json()["rows"]) == 1
    assert "（前1篇，共3篇）" in unquote(answer.headers["content-disposition"])
    assert "共3篇" not in unquote(whole)


def test_the_exposures_leave_with_their_approvals(office: Office) -> None:
    with browser(office, Role.EVALUATION) as client:
        head = client.get("/export/exposures/csv").content.decode("utf-8-sig").split("\r\n")[0]
    assert {"审批", "所缺审批", "拟刊日期", "登记人", "链接"} <= set(head.split(","))


def test_an_exported_csv_holds_whole_numbers() -> None:
    table = Table("表", {"points": "分值"}, [{"points": 1234.5678}])
    assert to_csv(table).decode("utf-8-sig").split("\r\n")[1] == "1234.5678"


def test_no_cell_of_an_export_is_a_formula(office: Office) -> None:
    texts = ["=1+1", "+1+1", "-1+cmd|'/c calc'!A0", "@SUM(A1)", "\t=1", "http://a.test", "<script>"]
    texts += ["＝1+1", "＋1+1", "－1+1", "＠SUM(A1)"]
    table = Table("表", {"title": "标题"}, [{"title": text} for text in texts])
    lines = to_csv(table).decode("utf-8-sig").split("\r\n")[1:]
    assert all(not line.strip('"').startswith(tuple("=+-@\t＝＋－＠")) for line in lines)

    class Day:
        as_of, office = NOW.date(), None

    Day.office = office  # type: ignore[assignment]
    sheet = load_workbook(io.BytesIO(to_excel(table, Day)))["表"]  # type: ignore[arg-type]
    cells = [sheet.cell(row, 1) for row in range(4, 4 + len(texts))]
    assert all(cell.data_type == "s" and cell.hyperlink is None for cell in cells)
    quoted = [cell.value for cell in cells if cell.quotePrefix]
    assert set(quoted) >= {text for text in texts if text[0] in "=+-@＝＋－＠"}
