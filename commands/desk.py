"""Owns the command of the web desk: desk."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Annotated

import typer

from commands.clock import SAMPLE_DAY, played_clock
from commands.common import (
    HOME,
    WAREHOUSE,
    CityOption,
    HomeOption,
    UserError,
    load_chosen,
    parse_day,
    wall_clock,
)
from pipeline.faults import os_fault

app = typer.Typer(rich_markup_mode=None)
PORT = 8017
KEEP_ALIVE_SECONDS = 75  # a connection that is let go sooner than its client thinks costs a click an error


@app.command()
def desk(
    city: CityOption = None,
    home: HomeOption = HOME,
    host: Annotated[str, typer.Option("--host", help="监听的地址；不写则只有本机能打开。")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="端口。")] = PORT,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="把哪一天当作今天；不写则为今天，样例城市为 2018-02-26。")
    ] = None,
    trust_proxy: Annotated[
        str,
        typer.Option(
            "--trust-proxy",
            help="反向代理的地址（可用逗号分开几个）：信它所说的 X-Forwarded-Proto 和 X-Forwarded-For；"
            "用 HTTPS 打开时 Cookie 只走 HTTPS。",
        ),
    ] = "",
    rescue: Annotated[
        bool, typer.Option("--rescue", help="打印一个一次性地址，再设一个管理员（忘记密码时用）。")
    ] = False,
) -> None:
    """打开网页办公台：今日、台账、稿件、回帖、报表。首次启动打印一次性地址。"""
    import socket
    import threading

    import uvicorn
    from filelock import FileLock, Timeout

    from analysis.desk.app import create_app
    from analysis.desk.office import open_office
    from analysis.desk.pictures import warm_up
    from analysis.desk.warehouse import LAG_SECONDS
    from analysis.warehouse import WarehouseError
    from analysis.worktime import WorktimeError
    from pipeline.log import open_log
    from pipeline.store import DESK_LOCK, ensure_folder, open_store

    is_sample = city is None
    chosen = load_chosen(city)
    try:
        played = _played(parse_day(as_of), is_sample)
        clock = (
            wall_clock
            if played is None
            else played_clock(played, open_store(home, chosen).decisions, wall_clock)
        )
        office = open_office(
            chosen,
            home,
            clock,
            home / WAREHOUSE,
            is_sample=is_sample,
            is_played=played is not None,
            lag=LAG_SECONDS,
        )
        office.warehouse.open()[0].close()  # says at once, not on the first click, that there is none
    except (WarehouseError, WorktimeError) as error:
        raise UserError(str(error)) from error
    lock = FileLock(office.store.state / DESK_LOCK, timeout=0)
    ensure_folder(office.store.state)
    try:
        lock.acquire()  # until this process ends
    except Timeout as error:
        if not rescue:  # who forgot the password opens a second one beside it
            raise UserError("这份数据的办公台已经打开；请用已打开的，或先停掉它") from error
    if rescue or not office.accounts.all():
        office.setup_key = secrets.token_urlsafe(24)
    try:
        listening = socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET
        )
    except (OSError, UnicodeError) as error:
        raise UserError(f"不能在 {host}:{port} 上监听（{listening_fault(error)}") from error
    open_log(office.store.logs, "desk")
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{listening.getsockname()[1]}"
    typer.echo(f"办公台已打开：{address}/  （今天按 {office.today} 算，Ctrl-C 结束）")
    if office.setup_key is not None:
        typer.echo(f"首次启动，请用这个一次性地址设立管理员：{address}/setup?key={office.setup_key}")
    threading.Thread(target=warm_up, args=(office.store.desk / "charts",), daemon=True).start()
    config = uvicorn.Config(
        create_app(office),
        log_level="warning",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        proxy_headers=bool(trust_proxy),
        forwarded_allow_ips=[part.strip() for part in trust_proxy.split(",") if part.strip()],
    )
    uvicorn.Server(config).run(sockets=[listening])


def listening_fault(error: OSError | UnicodeError) -> str:
    """Why nothing can listen there, and whether the address is to be changed or the port."""
    import errno

    number = getattr(error, "errno", None) or -1
    if number < 0 or number == errno.EADDRNOTAVAIL:  # below 0: the name of a host that nobody knows
        return "本机没有这个地址），请检查 --host：写本机的地址，如 127.0.0.1、0.0.0.0，或不写"
    assert isinstance(error, OSError)
    return f"{os_fault(error)}），请用 --port 换一个端口"


def _played(day: dt.date | None, is_sample: bool) -> dt.date | None:
    """The day that is played: one that is over, or the sample city's; None: the wall clock's."""
    if day is not None and day >= wall_clock().date():
        return None
    return day or (SAMPLE_DAY if is_sample else None)
