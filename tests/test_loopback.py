"""No test can reach another machine."""

import asyncio
import socket

import pytest

from tests.loopback import OutsideLoopback


@pytest.mark.parametrize("address", ["1.1.1.1", "192.0.2.1", "10.0.0.1"])
def test_a_connection_elsewhere_raises(address: str) -> None:
    with socket.socket() as sock, pytest.raises(OutsideLoopback):
        sock.connect((address, 80))
    with socket.socket() as sock, pytest.raises(OutsideLoopback):
        sock.connect_ex((address, 80))
    with pytest.raises(OutsideLoopback):
        socket.create_connection((address, 443), timeout=1)
    with pytest.raises(OutsideLoopback):
        asyncio.run(asyncio.open_connection(address, 80))  # type: ignore[arg-type]
    with socket.socket(socket.AF_INET6) as sock, pytest.raises(OutsideLoopback):
        sock.connect(("2606:4700:4700::1111", 80))


def test_a_name_is_not_looked_up() -> None:
    with pytest.raises(socket.gaierror):
        socket.create_connection(("example.org", 80), timeout=1)


def test_loopback_works() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=1).close()
