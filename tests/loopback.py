"""Owns the rule that no test reaches outside loopback: connections and name look-ups elsewhere raise."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any


class OutsideLoopback(OSError):
    """A test tried to reach another machine."""


def install() -> None:
    """Guard this process; a second call changes nothing."""
    if getattr(socket.socket.connect, "guarded", False):
        return
    connect, connect_ex, look_up = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        _check(self, address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        _check(self, address)
        return connect_ex(self, address)

    def guarded_look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name not in (None, "", "localhost") and not _is_number(name):
            raise socket.gaierror(socket.EAI_NONAME, f"tests look up no names: {name}")
        return look_up(host, *args, **kwargs)

    guarded_connect.guarded = True  # type: ignore[attr-defined]
    socket.socket.connect = guarded_connect  # type: ignore[method-assign]
    socket.socket.connect_ex = guarded_connect_ex  # type: ignore[method-assign]
    socket.getaddrinfo = guarded_look_up


def _check(sock: socket.socket, address: Any) -> None:
    if sock.family not in (socket.AF_INET, socket.AF_INET6):
        return
    host = str(address[0])
    if host != "localhost" and not (_is_number(host) and ipaddress.ip_address(host).is_loopback):
        raise OutsideLoopback(f"a test tried to reach {address!r}")


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
