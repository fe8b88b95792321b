"""Owns the desk of a soak: who may sign in, its process, and how it ends when it is asked."""

from __future__ import annotations

import contextlib
import datetime as dt
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx

from analysis.desk.accounts import Account, Accounts, hash_password
from analysis.desk.office import ensure_private
from analysis.desk.rights import Role
from pipeline.store import Store
from tools.soak.people import PASSWORD

NAMES = dict(zip(Role, ("xuanchuan", "jixiao", "shuili", "heyan", "guanli"), strict=True))
UNIT = "市水利局"


def settle_people(store: Store, at: dt.datetime) -> None:
    """One person of each role."""
    accounts = Accounts(ensure_private(store.accounts))
    hashed = hash_password(PASSWORD, "")
    for role, name in NAMES.items():
        accounts.write(
            Account(
                name=name,
                person=f"{role.value}某",
                roles=frozenset({role}),
                unit=UNIT if role is Role.LIAISON else None,
                password=hashed,
                at=at,
                by="soak",
            )
        )


@contextlib.contextmanager
def running_desk(
    command: list[str], folder: Path, env: Mapping[str, str], errors: list[str]
) -> Iterator[tuple[str, int]]:
    """The address and the process of a desk that answers; it is asked to end afterwards.

    Args:
        command: starts it, but for its port.
        folder: where it runs, and where what it says is kept.
        errors: takes what was wrong with how it ran and ended.

    Raises:
        RuntimeError: it does not come up.
    """
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    said = folder / "desk.out"
    with said.open("wb") as out:
        process = subprocess.Popen(
            [*command, "--port", str(port)], stdout=out, stderr=subprocess.STDOUT, env=env, cwd=folder
        )
    base = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + 120
        while True:
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"{base}/health").status_code == 200:
                    break
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(said.read_text()[-2000:])
            time.sleep(0.3)
        yield base, process.pid
    finally:
        process.send_signal(signal.SIGINT)
        try:
            code = process.wait(timeout=60)
            if code not in (0, 130, -signal.SIGINT):
                errors.append(f"the desk ended with {code}")
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            errors.append("the desk did not end when it was asked")
        text = said.read_text("utf-8", "replace")
        if "Traceback" in text:
            errors.append(text[text.index("Traceback") :][:1500])
