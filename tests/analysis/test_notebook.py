"""The notebooks run against a small warehouse, show no error, and are kept without outputs."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.analysis.case import REPOSITORY, Case

NOTEBOOKS = sorted((REPOSITORY / "notebooks").glob("*.ipynb"))
# What each must say of the case below; a notebook that is not here fails.
SAID = {
    "01_coverage_and_queue": ["市水利局", "防城港日报 2017-10-16 采集失败"],
    "02_units_outlets_topics": ["上思县", "没有记入稿件的单位", "未归入专题", "转载"],
    "03_sentiment": ["首发稿件 7 篇，主帖 2 个", "负面·帖文", "市水利局", "咨询"],
}


@pytest.fixture
def case(tmp_path: Path) -> Case:
    case = Case(tmp_path)
    for number in range(9, 16):
        day = f"2017-10-{number:02d}"
        case.edition(day)
        case.article(day, "[上思县:subject][column]", name=day)
    case.edition("2017-10-16", "server_error")
    case.thread(
        "7", "[投诉:市水利局]", [("张三", "2017-10-09T10:00:00", "井盖没了")], at="2017-10-12T12:00:00"
    )
    case.thread(
        "8", "[咨询:市住建委]", [("李四", "2017-10-16T10:00:00", "怎么办证")], at="2017-10-16T12:00:00"
    )
    case.build()
    return case


def test_there_is_a_notebook() -> None:
    assert NOTEBOOKS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_runs(path: Path, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GANGQING_WAREHOUSE", str(case.warehouse))
    monkeypatch.setenv("GANGQING_CITY", str(case.city.folder))
    monkeypatch.setenv("GANGQING_AS_OF", "2017-10-17")
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(case.home)}}).execute()
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    pictures = [output for output in outputs if "image/png" in output.get("data", {})]
    assert len(pictures) >= 3
    text = "".join(
        str(output.get("data", {}).get("text/plain", "")) + output.get("text", "") for output in outputs
    )
    assert "防城港市，截至 2017-10-17" in text
    for said in SAID[path.stem]:
        assert said in text, said
    assert "防城港日报 2017-10-16—2017-10-17" not in text


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_kept_without_outputs_and_imports_analysis_only(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in code)
    imported = {
        m[1] for cell in code for m in re.finditer(r"^(?:from|import) (\w+)", cell.source, re.MULTILINE)
    }
    assert imported <= {"analysis", "matplotlib", "pandas", "numpy"}
