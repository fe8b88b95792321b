"""Owns the small city that faults are injected into: a few pages, posts handed over, a channel."""

from __future__ import annotations

import datetime as dt
import http.server
import json
import multiprocessing
import os
import signal
import socket
import time
from collections import Counter
from pathlib import Path

from pipeline.load_landing import thread_id
from pipeline.warehouse import Warehouse, WarehouseError
from tests.analysis.case import FORUM, Case
from tools.faults.child import command, run

UNIT = "市水利局"
NOW = "2017-12-04T09:30"


def small_town(folder: Path, pages: int = 6) -> Case:
    """Articles, threads, and three tickets that were handed over."""
    case = Case(folder)
    case.edition("2017-10-09")
    for number in range(pages):
        day = f"2017-10-{9 + number % 20:02d}"
        case.article(
            day,
            f"市水利局在江山镇召开冬修水利现场会，部署第{number}段河道整治。",
            title=f"市水利局部署冬修水利{number}",
        )
    for tid in ("1", "2", "3"):
        posts = [("阿海", f"2017-12-0{tid} 10:00:00", "河边全是垃圾，请问市水利局什么时候来清理？臭得很")]
        case.thread(tid, f"河道垃圾无人清理{tid}", posts, at="2017-12-03T18:00:00")
    return case


def handed_over(case: Case, tickets: int = 3) -> list[str]:
    """Build, and hand the tickets to the unit; returns their ids."""
    ids = [f"{thread_id(FORUM, str(number))}-1" for number in range(1, tickets + 1)]
    act = command(
        "queue", "hand-over", *ids, "--unit", UNIT, "--who", "宣传部 张三", "--at", "2017-12-03T19:00",
        *arguments(case),
    )  # fmt: skip
    for work in (command("build", *arguments(case)), act):
        done = run(work)
        assert done.code == 0, done.said
    return ids


def arguments(case: Case) -> list[str]:
    return ["--city", str(case.city.folder), "--home", str(case.home)]


def digest(path: Path) -> str | None:
    """Of all tables of a warehouse; None where there is none, "damaged" where it says that it is."""
    if not path.exists():
        return None
    try:
        warehouse = Warehouse(path, read_only=True)
    except WarehouseError:
        return "damaged"
    try:
        return warehouse.digest()
    except Exception as error:
        if type(error).__module__.partition(".")[0] in ("_duckdb", "duckdb"):
            return "damaged"
        raise
    finally:
        warehouse.close()


class Receiver:
    """A webhook in a process of its own that notes the number of every message before it answers."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "received.jsonl"
        self.path.touch()
        listening = socket.create_server(("127.0.0.1", 0))
        self.port = listening.getsockname()[1]
        self._process = multiprocessing.get_context("fork").Process(
            target=_receive, args=(listening, self.path), daemon=True
        )
        self._process.start()
        listening.close()

    def counts(self) -> Counter[str]:
        return Counter(json.loads(line)["id"] for line in self.path.read_bytes().splitlines())

    def forget(self) -> None:
        self.path.write_bytes(b"")

    def close(self) -> None:
        if self._process.pid:
            os.kill(self._process.pid, signal.SIGKILL)
        self._process.join()


def _receive(listening: socket.socket, path: Path) -> None:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            time.sleep(0.01)
            with path.open("ab") as file:
                file.write(json.dumps({"id": said["id"]}).encode() + b"\n")
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler, bind_and_activate=False)
    server.socket.close()
    server.socket = listening
    server.serve_forever()


def stamp(number: int) -> str:
    """Moments of a day, one a number."""
    return (dt.datetime.fromisoformat(NOW) + dt.timedelta(minutes=number)).isoformat(timespec="minutes")
