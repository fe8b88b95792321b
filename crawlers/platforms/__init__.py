"""Owns the list of platforms: one module per forum engine or CMS, and which of them reads a page.

A platform module is a set of pure functions (`Platform`); nothing in it touches the network or asks the
clock. A site of a known platform is a few lines of city data; only one that needs logic gets a module.
"""

from __future__ import annotations

import datetime as dt
from typing import Protocol, cast

from crawlers.page import Page
from crawlers.platforms import discuz, feed, founder, general, hongdou, page, trs, wechat
from pipeline.city import Site
from pipeline.records import Link, PageKind, Parsed


class Platform(Protocol):
    """What every module of this package offers."""

    @property
    def NAME(self) -> str:
        """The name used in outlets.yaml and on the command line."""

    @property
    def OPTIONS(self) -> dict[str, str]:
        """What `options` of a site may say beyond COMMON_OPTIONS: name and, in Chinese, its meaning."""

    def canonical_url(self, url: str, site: Site | None = None) -> str:
        """The identity of a page: two addresses of one page give the same string.

        Fragments, session ids and tracking parameters are dropped. It is a key, and an address that a person
        can open; what is fetched is the address of the `Link`.
        """

    def classify(self, url: str, site: Site | None = None) -> PageKind:
        """What kind of page stands at an address, by the address alone."""

    def start_links(self, site: Site, first_day: dt.date | None, last_day: dt.date | None) -> list[Link]:
        """The links a crawl of a site starts from. A start with `{date:…}` is written once per day of the
        range, both ends included; with no range it is left out (the engine always gives one)."""

    def parse(self, page: Page) -> Parsed:
        """Read one page. Never raises: a failure is `parse_failed` with its cause in `detail`.

        A readable article or thread page has the outcome `stored`; a list, edition, board or feed `listed`.
        """

    def matches(self, page: Page) -> bool:
        """Is this page made by this engine? Used where the platform is not known. Never raises."""


# Read by the engine for a site of any platform.
COMMON_OPTIONS = {
    "timeout": "等待一页的秒数",
    "max_bytes": "一页的字节上限",
    "concurrency": "同时请求数，只在 delay 为 0 时有效",
    "max_pages": "一次抓取最多取多少页",
    "revisit_days": "几天内发布的稿件再次抓取时重看，以发现改动；默认 0，不重看",
}

# In the order in which `detect` asks; `general` takes what is left.
PLATFORMS: dict[str, Platform] = {
    module.NAME: cast(Platform, module) for module in (feed, wechat, discuz, hongdou, founder, trs, general)
}
# Of no engine: what a person pointed to (crawlers.pages makes such sites, outlets.yaml has none).
POINTED_TO = cast(Platform, page)


def platform_of(site: Site) -> Platform:
    """The platform of a site.

    Raises:
        KeyError: the city's data names a platform or an option that does not exist; the message lists the
            known ones.
    """
    platform = POINTED_TO if site.platform == POINTED_TO.NAME else PLATFORMS.get(site.platform)
    if platform is None:
        known = "、".join(PLATFORMS)
        raise KeyError(f"站点 {site.slug} 的平台“{site.platform}”不存在，可用的有：{known}")
    options = {**platform.OPTIONS, **COMMON_OPTIONS}
    wrong = [name for name in site.options if name not in options]
    if wrong:
        known = "、".join(options)
        raise KeyError(
            f"站点 {site.slug} 的选项“{'、'.join(wrong)}”不存在，{site.platform} 可用的有：{known}"
        )
    return platform


def detect(page: Page) -> Platform:
    """The first platform that knows the page as its own, else `general`."""
    return next(
        (platform for platform in PLATFORMS.values() if platform.matches(page)), PLATFORMS[general.NAME]
    )
