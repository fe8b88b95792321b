"""Owns the templates: escaping, how values are written in Chinese, and addresses of the desk's own files."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from analysis.columns import LABELS, ROLES, SENTIMENTS
from analysis.desk.page import MENU
from analysis.ground import MET, NOT_ASKED, NOT_YET, UNKNOWN, UNMET, CoverageRow
from analysis.overview import DERIVED_KINDS
from analysis.quotes import nested, quoted

HERE = Path(__file__).resolve().parent
STATIC = HERE / "static"
_WEEKDAYS = "一二三四五六日"
# Verdicts and states by the class of their badge; each differs by more than its colour.
BADGES = {
    MET: "good", UNMET: "bad", UNKNOWN: "unknown", NOT_YET: "idle", NOT_ASKED: "idle",
    "待研判": "warn", "待签收": "warn", "办理中": "busy", "已初步回应": "busy", "延期": "busy",
    "退回改派": "warn", "暂停": "idle", "已答复": "good", "已办结": "good", "无需回复": "idle",
    "紧急": "bad", "官方": "good", "待取证": "warn", "已报": "good",
    "逾期报送": "warn", "未报": "bad", "待裁定": "warn", "已计分": "good", "不予计分": "idle",
    "进行中": "busy", "完成": "good", "失败": "bad", "中断": "warn", "未办成": "warn", "待改密码": "warn",
    "待复核": "warn",
    "已核对": "good", "待核对": "warn", "停用": "idle", "待建库": "warn", "已生效": "good",
    "已送达": "good", "待发": "busy", "待重试": "warn", "发送中断": "warn", "已搁置": "bad",
    "没有渠道": "bad", "等时刻": "idle",
    "正常": "good", "请留意": "warn", "须处理": "bad",
    "未经审批刊发": "bad", "审批不全刊发": "bad", "刊发后补批": "bad", "审批先后无法判定": "unknown",
}  # fmt: skip


def environment() -> Environment:
    """Everything that is printed is escaped; a name that a page does not give is an error."""
    found = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    found.filters |= {
        "cell_class": cell_class,
        "cell_words": cell_words,
        "day": day,
        "short_day": short_day,
        "minute": minute,
        "published": published,
        "badge": BADGES.get,
        "quoted": quoted,
        "nested": nested,
    }
    found.globals |= {
        "static": static,
        "MENU": MENU,
        "LABELS": LABELS,
        "SENTIMENTS": SENTIMENTS,
        "DERIVED_KINDS": DERIVED_KINDS,
        "ROLES": ROLES,
        "link_safe": is_web_address,
    }
    return found


def cell_class(verdict: str) -> str:
    """The class of a cell of the ledger."""
    return {MET: "good", UNMET: "bad", UNKNOWN: "unknown", NOT_YET: "idle", NOT_ASKED: "none"}[verdict]


def cell_words(row: CoverageRow) -> str:
    """What stands in a cell of the ledger: 2/1, 缺1, ？"""
    if row.verdict == MET:
        return f"{row.done_count}/{row.needed_count}" if row.needed_count else MET
    if row.verdict == UNMET:
        return f"缺{row.missing_count}"
    return {UNKNOWN: "？", NOT_YET: "未到", NOT_ASKED: "·"}[row.verdict]


@cache
def static(name: str) -> str:
    """The address of one of the desk's own files, which changes with its content."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


def day(value: dt.date | None, missing: str = "—") -> str:
    """2017-12-04 周一"""
    return f"{value:%Y-%m-%d} 周{_WEEKDAYS[value.weekday()]}" if value else missing


def short_day(value: dt.date | None, missing: str = "—") -> str:
    """12-04"""
    return f"{value:%m-%d}" if value else missing


def minute(value: dt.datetime | None, missing: str = "—") -> str:
    """2017-12-04 09:30"""
    return f"{value:%Y-%m-%d %H:%M}" if value else missing


def published(value: dt.datetime | None, missing: str = "—") -> str:
    """2017-12-04 09:30; midnight stands for a day of which no time is known."""
    return f"{value:%Y-%m-%d}" if value and value.time() == dt.time() else minute(value, missing)


def is_web_address(value: Any) -> bool:
    """Whether an address that came from outside may be a link: http and https only."""
    return isinstance(value, str) and value.lower().startswith(("http://", "https://"))


def problem_page(templates: Environment, context: Mapping[str, Any]) -> str:
    """A page without a visit: sign in, set up, an error."""
    return templates.get_template(str(context["template"])).render(**context)
