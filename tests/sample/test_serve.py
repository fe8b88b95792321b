"""The server starts, tells what is wrong, and ends with whoever started it."""

from __future__ import annotations

import contextlib
import datetime as dt
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.city import load_city
from sample.content import ContentError, load_content
from sample.serve import CITY, SampleError, running
from sample.server import BASE_PORT, WEBSITES, parse_as_of

ROOT = Path(__file__).resolve().parents[2]
DAY = dt.date(2017, 10, 15)


def test_the_city_loads_and_names_only_ports_that_are_served() -> None:
    city = load_city(CITY)
    assert city.settings["slug"] == "sample" and city.settings["allow_private"] == ["127.0.0.1"]
    assert {site.platform for site in city.sites} >= {"founder", "trs", "discuz", "hongdou", "wechat", "feed"}
    for site in city.sites:
        assert site.delay == 0
        for start in site.start:
            port = int(start.split(":")[2].split("/")[0])
            assert BASE_PORT <= port < BASE_PORT + len(WEBSITES)
    units = {site.unit for site in city.sites if site.outlet.startswith("单位网站:")}
    assert units == {s.outlet.partition(":")[2] for s in city.sites if s.outlet.startswith("单位网站:")}


def test_accounts_contain_those_of_the_content() -> None:
    ours = (CITY / "official-accounts.csv").read_text(encoding="utf-8").splitlines()
    theirs = (ROOT / "sample/content/official-accounts.csv").read_text(encoding="utf-8").splitlines()
    assert set(theirs) <= set(ours)


def test_every_start_address_answers() -> None:
    with running(dt.date(2018, 2, 28)) as (port, city):
        assert load_city(city.folder).sites == city.sites  # what another process reads from the folder
        for site in city.sites:
            for start in site.start:
                host, path = start.removeprefix("http://").split("/", 1)
                assert port <= int(host.split(":")[1]) < port + len(WEBSITES)
                path = path.replace("{date:%Y-%m/%d}", "2018-02/28")
                connection = http.client.HTTPConnection(host, timeout=10)
                with contextlib.closing(connection):
                    connection.request("GET", "/" + path)
                    assert connection.getresponse().status == 200, start
    assert _closed(port)


def test_a_port_in_use_is_said_in_chinese() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        if port + len(WEBSITES) > 65535:
            pytest.skip("no room above the port")
        with pytest.raises(SampleError, match=f"端口 {port} 已被占用"), running(DAY, base_port=port):
            pass


def test_the_server_ends_when_its_starter_is_killed() -> None:
    code = (
        "import datetime as dt, time\nfrom sample.serve import running\n"
        f"with running(dt.date({DAY.year}, {DAY.month}, {DAY.day})) as (port, city):\n"
        "    print(port, flush=True)\n    time.sleep(60)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    port = int(process.stdout.readline())
    assert not _closed(port)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    deadline = time.monotonic() + 10
    while not _closed(port) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert _closed(port)


def test_the_server_ends_quietly_while_its_starter_lives() -> None:
    arguments = ["-m", "sample.server", "--as-of", "2017-10-15", "--base-port", "0", "--with-parent"]
    process = subprocess.Popen(
        [sys.executable, *arguments], cwd=ROOT,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdin and process.stdout and process.stderr
    assert process.stdout.readline().startswith("ready")
    process.send_signal(signal.SIGINT)
    process.wait(20)
    said = process.stderr.read()
    for pipe in (process.stdin, process.stdout, process.stderr):
        pipe.close()
    assert "Fatal" not in said, said


def test_wrong_input_is_said_in_chinese(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="应写成 2018-02-28"):
        parse_as_of("morgen")
    with pytest.raises(ContentError, match="没有"):
        load_content(tmp_path)
    (tmp_path / "articles-x.jsonl").write_text('{"id": "sa001"}\n', encoding="utf-8")
    with pytest.raises(ContentError, match=r"articles-x\.jsonl:1"):
        load_content(tmp_path)


def _closed(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(2)
        return probe.connect_ex(("127.0.0.1", port)) != 0
