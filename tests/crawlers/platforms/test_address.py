"""The cleaning of an address, whichever way it goes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from crawlers.platforms.address import clean_url

HOSTS = st.sampled_from(["x.cn", "127.0.0.1", "X.cn", "a_b.cn", "[::1]", "x.cn.", "u@x.cn", "-"])
PORTS = st.sampled_from(["", ":80", ":443", ":0", ":0080", ":8080", ":70000", ":8a", ":"])
PATHS = st.text(alphabet="aA1/._-~%20+,:@=;?&中 \t\\*", max_size=12)


@given(st.sampled_from(["http", "https", "HTTP", "ftp"]), HOSTS, PORTS, PATHS)
def test_an_address_cleaned_the_short_way_is_the_one_cleaned_the_long_way(
    scheme: str, host: str, port: str, path: str
) -> None:
    address = f"{scheme}://{host}{port}/{path}"
    # A blank before it sends it the long way and is taken off there.
    assert clean_url(address) == clean_url(f" {address}")
