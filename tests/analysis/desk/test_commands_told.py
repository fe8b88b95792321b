"""No command of the command line is told to who has none; the administrator is told it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from analysis.crawl_table import UNREACHED
from analysis.desk.commands_told import steps_told, without_commands
from analysis.desk.office import Office
from analysis.desk.pages import sources
from analysis.desk.rights import Role
from analysis.source_causes import ADVICE
from analysis.warehouse import WarehouseError
from tests.analysis.desk.people import browser, token

ANALYSIS = Path(__file__).resolve().parents[3] / "analysis"
# For the command line only: no page of the desk shows what they say; the desk's own table of words.
NOT_SHOWN = {"overview.py", "commands_told.py", "office.py", "search_hits.py", "proof_index.py"}


def texts() -> list[str]:
    """All that analysis/ says with a command in it, what is filled in left out."""
    found = []
    for path in ANALYSIS.rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        docs = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
                is_chinese = any("\u4e00" <= char <= "\u9fff" for char in node.value)
                if "gangqing " in node.value and is_chinese and path.name not in NOT_SHOWN:
                    found.append(node.value)
    return found


def test_every_command_that_is_told_has_other_words() -> None:
    found = texts()
    assert len(found) > 8
    for text in [*found, *ADVICE.values()]:
        told = without_commands(text.format(site="gov") if "{site}" in text else text)
        assert "gangqing" not in told and "outlets.yaml" not in told and "--" not in told, (text, told)
        assert "请管理员处理" not in told, (text, told)  # has words of its own


def test_the_words_read_well() -> None:
    assert without_commands(UNREACHED) == "一页也没取到，请管理员检查这个来源，看原因"
    assert without_commands("没有数据仓库 x，请先运行 gangqing build") == "没有数据仓库 x，请管理员重新建库"
    assert without_commands("改了就用 gangqing queue show 看") == "改了就请管理员处理 看"
    assert without_commands("与命令无关") == "与命令无关"
    lines = [
        "下一步（补采后再 gangqing build）：",
        "gangqing crawl a b --from 2017-12-01 --to 2017-12-03",
        "（另有 2 段）",
    ]
    assert steps_told(lines, {"报": ["a", "b"]})[1:] == ["报：2017-12-01 至 2017-12-03", "（另有 2 段）"]
    assert steps_told([], {}) == []


def test_who_has_no_command_line_is_told_none(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(visit: object) -> None:
        raise WarehouseError("数据仓库由另一版本的程序构建，请运行 gangqing build")

    monkeypatch.setattr(sources, "build_sources", broken)
    for role, is_told in ((Role.PUBLICITY, False), (Role.INSPECTOR, False), (Role.ADMINISTRATOR, True)):
        with browser(office, role) as client:
            pages = [client.get(path).text for path in ("/sources", "/reports", "/status", "/", "/packages")]
        assert ("gangqing build" in pages[0]) is is_told
        assert is_told or "请管理员重新建库" in pages[0]
        assert ("gangqing report" in pages[1]) is is_told
        assert ("在命令行打包" in pages[4]) is is_told
        assert is_told or not [page for page in pages if "gangqing " in page]


def test_an_act_that_is_refused_names_no_command(office: Office) -> None:
    with browser(office, Role.EVALUATION) as client:
        data = {
            "_csrf_token": token(client.get("/exposures").text),
            "title": "没有登记过的",
            "step": "市绩效办审批",
        }
        said = client.post("/exposures/approve", data=data | {"who": "甲", "number": "1"}).text
    assert "没有登记过" in said and "请先登记" in said and "gangqing " not in said
