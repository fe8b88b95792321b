"""Owns how a site's check and the reading of its captures again are shown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from analysis.crawl_table import OUTCOME_NAMES

CHECK_COLUMNS = {
    "site": "站点",
    "kind": "页面",
    "outcome": "结果",
    "found": "取到",
    "missing": "没取到",
    "links": "链接",
    "url": "地址",
}
REREAD_COLUMNS = {
    "site": "站点",
    "read_count": "重读",
    "mended": "补上",
    "richer_count": "读得更全",
    "same_count": "不变",
    "kept_count": "读得更少，保留原样",
    "cut_count": "还有后续页，下次采集取",
    "gone_count": "存证已删",
}
_KINDS = {"list": "列表", "article": "稿件", "thread": "帖子", "feed": "订阅源", "other": "其他"}


def check_rows(check: Any, names: dict[str, str]) -> list[dict[str, Any]]:
    """One row a page that was fetched.

    Args:
        check: a `crawlers.check.SiteCheck`.
        names: field → Chinese name.
    """
    return [
        {
            "site": check.site,
            "kind": _KINDS.get(page.kind, page.kind),
            "outcome": OUTCOME_NAMES.get(page.outcome, page.outcome),
            "found": "、".join(names.get(field, field) for field, seen in page.fields.items() if seen),
            "missing": "、".join(names.get(field, field) for field, seen in page.fields.items() if not seen),
            "links": "、".join(f"{_KINDS.get(kind, kind)} {count}" for kind, count in page.links.items()),
            "url": page.url,
        }
        for page in check.pages
    ]


def reread_rows(found: Iterable[Any]) -> list[dict[str, Any]]:
    """One row a site.

    Args:
        found: `crawlers.reread.Reread`s.
    """
    return [
        {name: getattr(each, name) for name in REREAD_COLUMNS if name != "mended"}
        | {
            "mended": "，".join(
                f"{OUTCOME_NAMES.get(before, before)}→{OUTCOME_NAMES.get(now, now)} {count}"
                for before, ends in sorted(each.mended.items())
                for now, count in sorted(ends.items())
            )
        }
        for each in found
    ]
