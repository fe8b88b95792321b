"""The folder for a machine without internet: its lists agree, it installs, a changed file is refused."""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tools import wheelhouse

WHEEL = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def write_wheel(folder: Path, name: str, code: str, script: str = "") -> None:
    """A wheel of one module, as pip would have made it."""
    about = f"{name}-1.0.dist-info"
    files = {
        f"{name}.py": code,
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{about}/WHEEL": WHEEL,
    }
    if script:
        files[f"{about}/entry_points.txt"] = f"[console_scripts]\n{name} = {script}\n"
    record = []
    for path, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        record.append(f"{path},sha256={digest},{len(text.encode())}")
    files[f"{about}/RECORD"] = "\n".join([*record, f"{about}/RECORD,,"]) + "\n"
    with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as wheel:
        for path, text in files.items():
            wheel.writestr(path, text)


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A wheelhouse of one small package and a program that imports it, made without pip."""

    def run(command: list[str]) -> None:
        folder = Path(command[command.index("--wheel-dir") + 1])
        if "--requirement" in command:
            assert {"--no-deps", "--require-hashes"} <= set(command)
            write_wheel(folder, "some_part", "SAID = 'part'\n")
        else:
            code = "import some_part\ndef main() -> None:\n    print(some_part.SAID)\n"
            write_wheel(folder, "gangqing", code, "gangqing:main")

    monkeypatch.setattr(wheelhouse, "_run", run)
    wheelhouse.make(tmp_path / "wheels here")
    return tmp_path / "wheels here"


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_its_lists_agree_with_its_files(made: Path) -> None:
    lines = (made / "SHA256SUMS").read_text("utf-8").splitlines()
    listed = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    there = {str(path.relative_to(made)) for path in made.rglob("*") if path.is_file()}
    assert set(listed) == there - {"SHA256SUMS"}
    assert all(sha256(made / name) == digest for name, digest in listed.items())
    assert {"requirements.txt", "install.sh", "city/city.yaml", "city/units.csv"} <= set(listed)
    # What pip is told is what lies there: the packages by their hashes, the program itself from its wheel.
    wanted = (made / "requirements.txt").read_text("utf-8").splitlines()
    (wheel,) = (made / "wheels").glob("some_part-*.whl")
    assert wanted == [f"some-part==1.0 --hash=sha256:{sha256(wheel)}"]
    script = (made / "install.sh").read_text("utf-8")
    assert os.access(made / "install.sh", os.X_OK)
    assert f"python{sys.version_info[0]}.{sys.version_info[1]}" in script
    named = re.findall(r'\$here"?/([\w./*-]+)', script)
    assert named and all(list(made.glob(name)) for name in named)
    assert script.index("sha256sum") < script.index("mkdir -p") < script.index("pip install")
    with pytest.raises(SystemExit, match="已存在"):
        wheelhouse.make(made)


def test_what_a_cut_off_run_left_is_not_taken_for_a_wheelhouse(made: Path, tmp_path: Path) -> None:
    (left := tmp_path / "again.part" / "wheels").mkdir(parents=True)
    (left / "half-1.0-py3-none-any.whl").write_bytes(b"half")
    wheelhouse.make(tmp_path / "again")
    assert not list((tmp_path / "again").rglob("half-*")) and not left.parent.exists()

    def cut_off(command: list[str]) -> None:
        raise SystemExit("有的包取不到或编译不出，见上")

    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit, match="取不到"):
        patch.setattr(wheelhouse, "_run", cut_off)
        wheelhouse.make(tmp_path / "third")
    assert not (tmp_path / "third").exists()


def install(made: Path, target: Path) -> subprocess.CompletedProcess[str]:
    for program in ("sh", "sha256sum"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
    if importlib.util.find_spec("ensurepip") is None:
        pytest.skip("Python has no ensurepip (apt-get install python3-venv)")
    env = os.environ | {"PYTHON": sys.executable, "PIP_NO_INDEX": "1", "PIP_NO_INPUT": "1"}
    env.pop("PYTHONPATH", None)  # with this project on it, its own modules would be found first
    return subprocess.run(
        ["sh", str(made / "install.sh"), str(target)],
        capture_output=True,
        text=True,
        env=env,
        timeout=300,
        check=False,
    )


def test_it_installs_without_an_index_and_leaves_the_citys_own_data(made: Path, tmp_path: Path) -> None:
    target = tmp_path / "srv"
    (target / "city").mkdir(parents=True)
    (target / "city" / "city.yaml").write_text("name: 我市\n")
    done = install(made, target)
    assert done.returncode == 0, done.stderr
    command = [f"{target}/.venv/bin/python", "-I", f"{target}/.venv/bin/gangqing"]
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    assert said.stdout == "part\n"
    assert (target / "city" / "city.yaml").read_text() == "name: 我市\n"


@pytest.mark.parametrize(
    "name", ["wheels/some_part-1.0-py3-none-any.whl", "city/units.csv", "requirements.txt"]
)
def test_a_changed_file_is_refused_before_anything_is_made(made: Path, tmp_path: Path, name: str) -> None:
    with (made / name).open("ab") as file:
        file.write(b"x")
    done = install(made, tmp_path / "srv")
    assert done.returncode == 1 and "安装包不完整" in done.stderr
    assert not (tmp_path / "srv").exists()


def test_a_wheel_put_in_the_place_of_another_is_refused_even_where_the_sums_were_written_anew(
    made: Path, tmp_path: Path
) -> None:
    (wheel,) = (made / "wheels").glob("some_part-*.whl")
    before = sha256(wheel)
    write_wheel(made / "wheels", "some_part", "SAID = 'another'\n")
    sums = made / "SHA256SUMS"
    sums.write_text(sums.read_text("utf-8").replace(before, sha256(wheel)), "utf-8")
    done = install(made, tmp_path / "srv")
    assert done.returncode != 0 and "hash" in done.stderr.lower()
    assert not (tmp_path / "srv" / ".venv" / "bin" / "gangqing").exists()
