"""The commands of the proof package."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from commands.common import UserError
from commands.proof import app
from tests.analysis.case import Case

run = CliRunner().invoke


def test_pack_and_verify(tmp_path: Path) -> None:
    case = Case(tmp_path / "home")
    case.edition("2017-10-09")
    case.article("2017-10-09", "[市水利局:subject][column]", title="水利")
    case.build()
    options = ["--city", str(case.city.folder), "--home", str(case.home)]
    out = tmp_path / "p.zip"
    # The pages of this case were landed without captures: each is named as missing; the exit code says so.
    packed = run(app, ["proof", "pack", "--unit", "市水利局", "--out", str(out), *options])
    assert packed.exit_code == 1 and "水利》没有存证" in packed.output and out.exists()
    whole = run(app, ["proof", "verify", str(out), *options])
    assert whole.exit_code == 0 and "与打包记录一致" in whole.output
    changed = bytearray(out.read_bytes())
    changed[len(changed) // 2] ^= 1
    out.write_bytes(bytes(changed))
    broken = run(app, ["proof", "verify", str(out), *options])
    assert broken.exit_code == 1 and "封签不符" in broken.output
    for wrong, said in (
        (["proof", "pack", "--out", str(tmp_path / "x.rar")], ".zip"),
        (["proof", "pack", "--task", "m99", "--out", str(out)], "m03"),
        (["proof", "pack", "--with-forum", "--out", str(out)], "--who"),
        (["proof", "verify", str(tmp_path / "none.zip")], "none.zip"),
        (["proof", "verify", str(out), "--sha256", "12"], "64"),
    ):
        result = run(app, [*wrong, *options])
        assert isinstance(result.exception, UserError) and said in str(result.exception), wrong
