"""Owns starting and ending the sample server from another program: `with running(as_of) as (port, city)`."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pipeline.city import City, load_city
from pipeline.faults import ToldError
from sample.server import BASE_PORT, WEBSITES

CITY = Path(__file__).resolve().parent / "city"
_ADDRESS = re.compile(r"127\.0\.0\.1:(\d+)")


class SampleError(ToldError, RuntimeError):
    """The sample server did not start; the message is the server's own, in Chinese."""


@contextlib.contextmanager
def running(
    as_of: dt.date | dt.datetime,
    base_port: int | None = None,
    content: Path | None = None,
    faults: Path | None = None,
) -> Iterator[tuple[int, City]]:
    """Serve the sample city in a process of its own while the block runs.

    The server ends with the block, and also when this process is killed: it reads its standard input and
    ends when that closes.

    Args:
        as_of: the day (to its end) or time that the sites show.
        base_port: first of the consecutive ports; None takes free ones. Crawls of several days into one
            home need the same ports each day, because the port is part of an address.
        content: folder of the content files; None takes the sample's own.
        faults: what goes wrong; None takes the sample's own.
    Yields:
        The first port, and the sample city with its addresses on the ports served.
    Raises:
        SampleError: the server did not start, such as for a port in use.
    """
    command = [sys.executable, "-m", "sample.server", "--with-parent", "--as-of", as_of.isoformat()]
    command += ["--base-port", str(base_port or 0)]
    if content is not None:
        command += ["--content", str(content)]
    if faults is not None:
        command += ["--faults", str(faults)]
    process = subprocess.Popen(  # noqa: S603 - our own module, arguments are ours
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONUTF8": "1"},
        cwd=Path(__file__).resolve().parent.parent,
    )
    try:
        port = _wait_until_ready(process)
        with sample_city(port) as city:
            yield port, city
    finally:
        _end(process)


@contextlib.contextmanager
def sample_city(base_port: int = BASE_PORT) -> Iterator[City]:
    """The sample city with its addresses on the ports from `base_port` on.

    Other ports than the usual ones get a city folder of their own while the block runs, because a crawl is a
    process of its own and reads the city from its folder.
    """
    if base_port == BASE_PORT:
        yield load_city(CITY)
        return
    with tempfile.TemporaryDirectory(prefix="gangqing-sample-") as name:
        folder = Path(name)
        # JSON is YAML, and quotes any path.
        (folder / "city.yaml").write_text(
            json.dumps({"extends": str(CITY), "slug": "sample"}), encoding="utf-8"
        )
        outlets = (CITY / "outlets.yaml").read_text(encoding="utf-8")
        moved = _ADDRESS.sub(
            lambda match: f"127.0.0.1:{_port(int(match.group(1)), base_port - BASE_PORT)}", outlets
        )
        (folder / "outlets.yaml").write_text(moved, encoding="utf-8")
        yield load_city(folder)


def _port(port: int, offset: int) -> int:
    return port + offset if BASE_PORT <= port < BASE_PORT + len(WEBSITES) else port


def _wait_until_ready(process: subprocess.Popen[bytes]) -> int:
    if process.stdout is None:
        raise SampleError("样例网站没有启动")
    line = process.stdout.readline().decode("utf-8", errors="replace")
    if not line.startswith("ready "):
        process.wait(timeout=10)
        reason = line.removeprefix("error ").strip() or f"退出码 {process.returncode}，原因见其错误输出"
        raise SampleError(f"样例网站没有启动：{reason}")
    return int(line.split()[1])


def _end(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
