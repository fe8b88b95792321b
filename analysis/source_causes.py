"""Owns why a source cannot be read, as far as its pages tell: a guard stands before it, or it was redesigned;
and what a person does then."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Literal

from analysis.crawl_table import OUTCOME_NAMES
from analysis.warehouse import Connection, ask, moment

UNREAD = ("empty_list", "parse_failed", "too_short", "no_date", "error_page")  # how pages of a new layout end
MIN_UNREAD = 2  # pages; a single one is a bad page
ADVICE = {
    "guarded": "先在浏览器里打开看看；在城市目录的 outlets.yaml 里加大这个站点的 delay，"
    "或请网站把采集机的地址放行。本软件不绕过验证；放行以后，下一次采集会自动补读，不用另做什么",
    "rebuilt": "在浏览器里核对列表和稿件，改城市目录的 outlets.yaml 里这个站点的 options，"
    "用 gangqing sites check {site} 看到各项都取到；"
    "再用 gangqing sites reread {site} 重读已存的网页，然后 gangqing build",
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Cause:
    """One reason of one site, as it last showed.

    Attributes:
        kind: guarded: pages ask for proof of a human; rebuilt: pages come, and are not read as before.
        text: what was seen, in Chinese.
        advice: what to do, in Chinese.
    """

    site: str
    outlet: str
    unit: str | None
    day: dt.date
    kind: Literal["guarded", "rebuilt"]
    text: str

    @property
    def advice(self) -> str:
        return ADVICE[self.kind].format(site=self.site)


def source_causes(
    con: Connection, as_of: dt.date | dt.datetime, known_by: dt.date | dt.datetime | None = None
) -> dict[str, list[Cause]]:
    """The causes of each site that has some."""
    found: dict[str, list[Cause]] = {}
    for row in ask(con, "source_cause", as_of=moment(as_of), known_by=moment(known_by)):
        counts = {each["outcome"]: each["page_count"] for each in row["outcomes"]}
        about = {name: row[name] for name in ("site", "outlet", "unit", "day")}
        causes = []
        if count := counts.get("captcha", 0):
            causes.append(Cause(kind="guarded", text=f"网站要求验证（验证码或防火墙）：{count} 页", **about))
        if text := _rebuilt(counts, row["lost_fields"], row["was_read"]):
            causes.append(Cause(kind="rebuilt", text=f"疑似改版：{text}", **about))
        if causes:
            found[row["site"]] = causes
    return found


def _rebuilt(counts: dict[str, int], lost: list[str], was_read: bool) -> str:
    """What speaks for a redesign: more pages came that could not be read than could; fields that are gone."""
    unread = {name: counts[name] for name in UNREAD if name in counts}
    is_most = sum(unread.values()) > counts.get("stored", 0) + counts.get("unchanged", 0)
    is_listless = "empty_list" in unread and "listed" not in counts and "unchanged" not in counts
    told = []
    if was_read and is_most and (sum(unread.values()) >= MIN_UNREAD or is_listless):
        told.append(
            "、".join(f"{OUTCOME_NAMES[name]} {count} 页" for name, count in unread.items()) + "，以前读得到"
        )
    if lost:
        told.append(f"{'、'.join(lost)}以前读得到，现在读不出")
    return "；".join(told)
