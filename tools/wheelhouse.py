"""Owns `make wheelhouse`: a folder with every locked package as a wheel, this project, and an install script
that needs no internet. For the same system and Python as the machine on which it is made."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
INSTALL = """#!/bin/sh
# Installs gangqing from this folder alone: ./install.sh [FOLDER]; FOLDER (default ./gangqing) gets a .venv.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
target=${{1:-$PWD/gangqing}}
python=${{PYTHON:-python{version}}}
if ! "$python" -c 'import sys; sys.exit(sys.version_info[:2] != ({major}, {minor}))'; then
  echo "需要 Python {version}：请先安装，或用 PYTHON=… 指明" >&2; exit 1
fi
if [ "$("$python" -c 'import sysconfig; print(sysconfig.get_platform())')" != "{platform}" ]; then
  echo "这个安装包只用于 {platform}" >&2; exit 1
fi
(cd "$here" && sha256sum --quiet --check SHA256SUMS) || {{ echo "安装包不完整，请重新拷贝" >&2; exit 1; }}
mkdir -p "$target"
"$python" -m venv "$target/.venv"
"$target/.venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-index \\
  --find-links "$here/wheels" --no-deps --require-hashes --requirement "$here/requirements.txt"
"$target/.venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-index --no-deps \\
  "$here"/wheels/gangqing-*.whl
[ -e "$target/city" ] || cp -r "$here/city" "$target/city"  # the city's own data is never written over
"$target/.venv/bin/gangqing" --help >/dev/null
echo "已装好：$target/.venv/bin/gangqing；城市数据在 $target/city"
echo "运行时请写 --city $target/city --home $target，数据即存于 $target/var"
"""


def make(target: Path) -> None:
    """Fill a new folder, which has its name only when it is whole: what a run that was cut off left is thrown
    away. Raises SystemExit where it is there already or something cannot be had."""
    if target.exists():
        raise SystemExit(f"{target} 已存在，请先移走或换一个名字")
    begun = target.with_name(target.name + ".part")
    shutil.rmtree(begun, ignore_errors=True)
    packages = _fill(begun)
    begun.rename(target)
    size = sum(path.stat().st_size for path in target.rglob("*") if path.is_file())
    print(f"{target}：{packages} 个包，{size / 1e6:.0f} MB；拷到没有外网的机器上运行 install.sh")


def _fill(target: Path) -> int:
    """Everything into a new folder: how many packages. Raises SystemExit where one cannot be had."""
    wheels = target / "wheels"
    wheels.mkdir(parents=True)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    # What has no wheel is built here, so that the other machine needs no compiler and no build tools.
    _run([*pip, "wheel", "--quiet", "--no-deps", "--require-hashes", "--no-build-isolation",
          "--requirement", str(ROOT / "requirements.lock"), "--wheel-dir", str(wheels)])  # fmt: skip
    _run(
        [*pip, "wheel", "--quiet", "--no-deps", "--no-build-isolation", str(ROOT), "--wheel-dir", str(wheels)]
    )
    named = {path.name.split("-")[0].lower().replace("_", "-"): path for path in sorted(wheels.glob("*.whl"))}
    lines = []
    for name, path in named.items():
        if name != "gangqing":
            version = path.name.split("-")[1]
            lines.append(f"{name}=={version} --hash=sha256:{_sha256(path)}")
    (target / "requirements.txt").write_text("\n".join(lines) + "\n", "utf-8")
    shutil.copytree(ROOT / "city", target / "city")
    major, minor = sys.version_info[:2]
    script = target / "install.sh"
    script.write_text(
        INSTALL.format(
            version=f"{major}.{minor}", major=major, minor=minor, platform=sysconfig.get_platform()
        ),
        "utf-8",
    )
    script.chmod(0o755)
    sums = [
        f"{_sha256(path)}  {path.relative_to(target)}"
        for path in sorted(target.rglob("*"))
        if path.is_file() and path.name != "SHA256SUMS"
    ]
    (target / "SHA256SUMS").write_text("\n".join(sums) + "\n", "utf-8")
    return len(named)


def _run(command: list[str]) -> None:
    done = subprocess.run(command, check=False, env=os.environ | {"PIP_NO_INPUT": "1"})
    if done.returncode:
        raise SystemExit("有的包取不到或编译不出，见上")


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    make(Path(sys.argv[1] if len(sys.argv) > 1 else "wheelhouse"))
