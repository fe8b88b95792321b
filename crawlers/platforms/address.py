"""Owns what all platforms know of addresses: cleaning, joining, page numbers, start addresses by day."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from functools import lru_cache
from urllib.parse import SplitResult, parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from pipeline.city import Site
from pipeline.records import Link, PageKind

MAX_URL = 2048  # characters; longer ones are traps or data
MAX_DAYS = 3660  # a start address is written out for at most ten years of days

# Parameters that say who came from where, never what is shown.
_TRACKING = re.compile(
    r"^(utm_\w+|spm|scm|fbclid|gclid|nsukey|isappinstalled|share\w*|wxshare\w*|phpsessid|jsessionid|sessionid"
    r"|aspsessionid\w*|sid|_t|timestamp|tdsourcetag|bdmzurl|srcid|chksm|scene|clicktime|enterid"
    r"|from_source)$",
    re.IGNORECASE,
)
_SHARED_FROM = {"singlemessage", "timeline", "groupmessage", "mobile", "weixin", "qq"}
_SESSION_PATH = re.compile(r";(?:jsessionid|phpsessid)=[^/?#]*", re.IGNORECASE)
_PORTS = {"http": 80, "https": 443}
_TEMPLATE = re.compile(r"\{date:([^{}]+)\}")


# An address as most are: nothing in it that would be cleaned.
_CLEAN = re.compile(r"https?://[a-z0-9.-]+(?::(?!80/|443/)[1-9]\d{0,4})?/[\w./%+,:@=~-]*", re.ASCII)


@lru_cache(maxsize=4096)
def clean_url(url: str, keep_query: bool = True) -> str:
    """The address without fragment, session id, tracking parameters and default port; host in lower case."""
    if _CLEAN.fullmatch(url):
        return url
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return url.strip()
    host = (parts.hostname or "").lower()
    if ":" in host:
        host = f"[{host}]"
    if port and port != _PORTS.get(parts.scheme.lower()):
        host = f"{host}:{port}"
    query = urlencode(
        [
            (name, value)
            for name, value in parse_qsl(parts.query, keep_blank_values=True)
            if not _TRACKING.match(name) and not (name == "from" and value in _SHARED_FROM)
        ]
        if keep_query
        else []
    )
    path = _SESSION_PATH.sub("", parts.path)
    return urlunsplit((parts.scheme.lower(), host, path or ("/" if host else ""), query, ""))


def split_url(url: str) -> SplitResult:
    """`urlsplit` for addresses from pages: one that cannot be read ("http://[::1") has no parts."""
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")


def host_of(url: str) -> str:
    return split_url(url).hostname or ""


def query_of(url: str) -> dict[str, str]:
    """The parameters of an address, the last of a repeated one; a careless `&amp;` is mended."""
    try:
        return dict(parse_qsl(split_url(url).query.replace("&amp;", "&"), keep_blank_values=True))
    except ValueError:  # more fields than the library reads
        return {}


def path_of(url: str) -> str:
    return split_url(url).path


def join_url(base: str, href: str | None) -> str | None:
    """The absolute address of a link, or None for scripts, anchors, mail and what no one can fetch."""
    href = re.sub(r"[\t\r\n]", "", href or "").strip()
    if not href or len(href) > MAX_URL or href.startswith("#"):
        return None
    try:
        joined = urljoin(base, href)
        parts = urlsplit(joined)
    except ValueError:
        return None
    return joined if parts.scheme in ("http", "https") and parts.netloc else None


def start_links_by_day(
    site: Site, classify: Callable[[str, Site | None], PageKind], first: dt.date | None, last: dt.date | None
) -> list[Link]:
    """The start addresses of a site; one with `{date:%Y-%m/%d}` once per day from `first` to `last`."""
    links: list[Link] = []
    first, last = first or last, last or first
    for start in site.start:
        if not _TEMPLATE.search(start):
            links.append(Link(url=start, kind=classify(start, site)))
            continue
        if first is None or last is None:
            continue
        for offset in range(min((last - first).days + 1, MAX_DAYS)):
            day = first + dt.timedelta(days=offset)
            url = _TEMPLATE.sub(lambda match, day=day: day.strftime(match.group(1)), start)  # type: ignore[misc]
            links.append(Link(url=url, kind=classify(url, site), context={"date": day.isoformat()}))
    return links
