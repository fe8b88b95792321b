"""Owns how a crawl's report is shown: one line a site, its outcomes, what to look at."""

from __future__ import annotations

from typing import Any, Protocol

OUTCOME_NAMES = {
    "stored": "入库",
    "listed": "列表",
    "captured": "存证",
    "unchanged": "未变",
    "duplicate": "重复",
    "redirected": "转向",
    "too_short": "过短",
    "no_date": "无日期",
    "empty_list": "空列表",
    "login_wall": "需登录",
    "captcha": "验证码",
    "not_found": "已不存在",
    "error_page": "错误页",
    "blocked_by_robots": "robots 禁止",
    "blocked_address": "地址不许访问",
    "too_large": "过大",
    "timeout": "超时",
    "server_error": "连不上或服务器出错",
    "redirect_loop": "转向循环",
    "not_html": "不是网页",
    "parse_failed": "解析失败",
}

UNREACHED = "一页也没取到，请用 gangqing sites check 看原因"

# What sites of a platform are, by its name in outlets.yaml.
PLATFORM_NAMES = {
    "discuz": "Discuz! 论坛",
    "hongdou": "红豆社区论坛",
    "founder": "数字报",
    "trs": "栏目式网站",
    "wechat": "微信文章",
    "feed": "RSS 订阅",
    "general": "一般网页",
}

# Outcomes of pages that came, whatever they held.
CAME = {"captured", "duplicate", "empty_list", "listed", "no_date", "redirected", "stored"} | {
    "too_short",
    "unchanged",
}

CRAWL_COLUMNS = {
    "site": "站点",
    "requested": "请求",
    "new_records": "新记录",
    "outcomes": "每页恰有一个结果",
    "seconds": "秒",
    "error": "问题",
}


class SiteReportLike(Protocol):
    """What a crawl reports of one site; `crawlers.report.SiteReport` is one."""

    site: str
    outcomes: Any
    requested: int
    unfinished: int
    new_records: int
    seconds: float
    torn: list[str]
    error: str | None


class CrawlReportLike(Protocol):
    @property
    def sites(self) -> list[Any]: ...


def crawl_rows(report: CrawlReportLike) -> list[dict[str, Any]]:
    """One row a site. The outcomes add up to the pages requested, less what an interruption left open."""
    return [_row(site) for site in report.sites]


def is_down(site: SiteReportLike) -> bool:
    """Whether pages were asked for and none came: this is no site without news."""
    return bool(site.outcomes) and CAME.isdisjoint(site.outcomes)


def _row(site: SiteReportLike) -> dict[str, Any]:
    outcomes = sorted(site.outcomes.items(), key=lambda pair: (-pair[1], pair[0]))
    trouble = [site.error] if site.error else []
    if is_down(site):
        trouble.append(UNREACHED)
    if site.unfinished:
        trouble.append(f"中断，{site.unfinished} 页留待下次")
    if site.torn:
        trouble.append(f"上次中断留下的半截记录已切出 {len(site.torn)} 处")
    return {
        "site": site.site,
        "requested": site.requested,
        "new_records": site.new_records,
        "outcomes": "，".join(f"{OUTCOME_NAMES.get(name, name)} {count}" for name, count in outcomes),
        "seconds": round(site.seconds, 1),
        "error": "；".join(trouble) or None,
    }
