"""Pages that a guard sends instead of the page, and articles and posts that only talk of such checks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from crawlers.outcome import outcome_of_status
from crawlers.page import Page
from crawlers.platforms import PLATFORMS, page, platform_of
from crawlers.platforms.proof import is_proof_address
from pipeline.city import Site
from pipeline.records import Outcome, Parsed
from tests.crawlers.platforms import made

PAGES = Path(__file__).parents[2] / "pages" / "walls"
EXPECTED = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(PAGES.glob("*.json"))}
WALLS = [name for name, expected in EXPECTED.items() if expected["outcome"] == "captcha"]
TEXTS = [name for name in EXPECTED if name not in WALLS]


def read(name: str, platform: str, status: int | None = None) -> Parsed:
    expected = EXPECTED[name]
    given = Page(
        url=expected["asked"],
        body=(PAGES / f"{name}.html").read_bytes(),
        fetched_at=made.NOW,
        status=status or expected["status"],
        site=Site(slug="s", outlet="测试媒体", platform=platform, start=["http://x.example/"]),
    )
    return platform_of(given.site).parse(given) if given.site else pytest.fail()


def outcome_of(name: str, platform: str, status: int | None = None) -> Outcome:
    """As the crawl counts it."""
    parsed = read(name, platform, status)
    answered = status or EXPECTED[name]["status"]
    return outcome_of_status(answered, parsed.outcome) if answered >= 400 else parsed.outcome


def test_there_are_enough_of_both_and_somebody_has_read_them() -> None:
    assert len(WALLS) >= 12 and len(TEXTS) >= 8
    assert {403, 405, 412, 468, 512, 521} <= {expected["status"] for expected in EXPECTED.values()}
    assert {path.stem for path in PAGES.glob("*.html")} == set(EXPECTED)
    assert all(expected["read_by"].strip() for expected in EXPECTED.values())


@pytest.mark.parametrize("platform", [*PLATFORMS, page.NAME])
@pytest.mark.parametrize("name", WALLS)
def test_a_wall_is_a_wall_whatever_platform_and_status_it_comes_with(name: str, platform: str) -> None:
    assert outcome_of(name, platform) == "captcha"
    for status in (200, 403, 404, 503):
        parsed = read(name, platform, status)
        assert (parsed.outcome, parsed.article, parsed.thread) == ("captcha", None, None), status
        assert parsed.detail and outcome_of(name, platform, status) == "captcha"


@pytest.mark.parametrize("name", TEXTS)
def test_what_only_talks_of_checks_is_read(name: str) -> None:
    expected: dict[str, Any] = EXPECTED[name]
    parsed = read(name, expected["platform"])
    record = parsed.article or parsed.thread
    assert record is not None, (parsed.outcome, parsed.detail)
    assert (parsed.outcome, record.title) == (expected["outcome"], expected["title"])


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("关于启用图片验证码的公告", "附件：网上办事大厅操作说明.pdf"),
        ("图片新闻：车站启用新型闸机", "图为旅客通过“安全验证”闸机进站"),
        ("图片新闻：车站启用新型闸机", "旅客在安全验证闸机前排队。"),
    ],
)
def test_an_article_of_a_few_words_that_names_the_matter_is_read(title: str, body: str) -> None:
    html = (
        f'<html><head><title>{title}</title><meta name="ArticleTitle" content="{title}">'
        '<meta name="PubDate" content="2017-10-09 09:00"></head><body><div class="TRS_Editor">'
        f"<p>{body}</p></div></body></html>"
    )
    parsed = PLATFORMS["trs"].parse(made.page(html, "http://www.gov.example/zxzx/t1000001.shtml"))
    assert (parsed.outcome, parsed.article and parsed.article.title) == ("stored", title)


def test_a_demand_stays_a_wall_under_the_labels_of_an_article() -> None:
    html = (
        '<html><head><title>安全验证</title><meta name="ArticleTitle" content="安全验证">'
        '<meta name="PubDate" content="2017-10-09 09:00"></head><body><div class="TRS_Editor">'
        "<p>请完成安全验证后继续访问</p></div></body></html>"
    )
    parsed = PLATFORMS["trs"].parse(made.page(html, "http://www.gov.example/zxzx/t1000001.shtml"))
    assert parsed.outcome == "captcha"


@pytest.mark.parametrize("status", [403, 410, 429, 500, 502, 521])
def test_an_ordinary_error_page_is_no_wall(status: int) -> None:
    html = f"<html><head><title>{status}</title></head><body><h1>{status}</h1><hr>nginx/1.10.2</body></html>"
    parsed = PLATFORMS["trs"].parse(made.page(html, "http://www.gov.example/a/t1234567.shtml", status=status))
    assert outcome_of_status(status, parsed.outcome) in ("login_wall", "not_found", "server_error")


def test_a_login_that_asks_for_a_picture_code_is_a_login() -> None:
    html = (
        "<title>用户登录</title><form><p>请先登录后再浏览</p>用户名<input name=u>密码<input type=password>"
        "验证码<input name=c></form>"
    )
    assert (
        PLATFORMS["general"].parse(made.page(html, "http://news.example.cn/a/1.html")).outcome == "login_wall"
    )


@pytest.mark.parametrize(
    ("url", "is_proof"),
    [
        ("https://mp.weixin.qq.com/mp/wappoc_appmsgcaptcha?poc_token=x", True),
        ("http://news.example.cn/captcha?back=%2Fa", True),
        ("http://news.example.cn/guard/verify.html?back=%2Fa", True),
        ("http://news.example.cn/sec-check", True),
        ("https://captcha.example.cn/s?u=1", True),
        ("http://news.example.cn/antispider?u=1", True),
        ("http://news.example.cn/challenge/2017/1.html", False),
        ("http://news.example.cn/art/captcha-news.html", False),
        ("http://news.example.cn/verify/", False),
        ("http://news.example.cn/news/2017/1009/7.html?from=captcha", False),
        ("http://news.example.cn/verified-units/list.html", False),
        ("http://[", False),
    ],
)
def test_addresses_of_checks(url: str, is_proof: bool) -> None:
    assert is_proof_address(url) is is_proof


@pytest.mark.parametrize(
    "said",
    [
        "当前访问疑似黑客攻击，已被网站管理员设置为拦截",
        "您的请求带有不合法参数，已被网站管理员设置拦截！",
        "您的IP已被封禁，请联系管理员",
        "您的访问有可疑行为，已被防护系统拦截",
        "请按住滑块，拖动到最右边",
        "操作过于频繁，请稍后再试",
        "点击按钮进行验证",
        "检测到您的网络环境存在异常，请完成验证后继续访问",
        "亲，请拖动下方滑块完成验证",
        "请输入验证码以继续访问",
        "为了您的账号安全，请先完成人机校验",
        "您提交的请求可能对网站造成威胁，请求已被管理员设置的策略阻断",
        "您的请求疑似攻击行为",
        "您当前的访问行为存在异常，请稍后重试",
        "你的请求被网站防火墙拦截了",
        "安全驗證",
        "Please complete the following challenge",
        "Sorry, you have been blocked",
        "The owner of this website has banned the autonomous system number",
    ],
)
def test_what_guards_say(said: str) -> None:
    html = f"<html><head><title>提示</title></head><body><div><p>{said}</p></div></body></html>"
    for name, platform in PLATFORMS.items():
        assert platform.parse(made.page(html, "http://x.example/a/t1234567.html")).outcome == "captcha", name


@pytest.mark.parametrize(
    "said",
    [
        "您请求的页面不存在或网络异常",
        "系统繁忙，请稍后再试",
        "请先登录后再浏览",
        "该信息已删除",
        "网站升级中",
    ],
)
def test_what_other_messages_say(said: str) -> None:
    html = f"<html><head><title>提示</title></head><body><div><p>{said}</p></div></body></html>"
    assert PLATFORMS["general"].parse(made.page(html, "http://x.example/a/1.html")).outcome != "captcha"
