"""A site that puts a guard's page before its own for some days: counted, asked again, read afterwards."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from crawlers.check import check_report
from crawlers.spider import MAX_WALLS
from tests.crawlers.crawled import crawl, landed, one_site
from tests.crawlers.servers import Answer, Web

WALL = (Path(__file__).parents[1] / "pages" / "walls" / "panel.html").read_text(encoding="utf-8")
TEXT = "市水利局昨日检查北仑河堤防，要求汛前完成加固，确保群众安全。" * 4
LIST = "/zxzx/"
PIECES = [f"/zxzx/t100{n}000.shtml" for n in (1, 2, 3)]


def put_pages(web: Web, until: int) -> None:
    items = "".join(
        f'<li><a href="{path}">第{n}篇稿件的标题</a>2017-10-0{n}</li>'
        for n, path in enumerate(PIECES[:until], 1)
    )
    web.pages[LIST] = f"<title>某市人民政府</title><ul>{items}</ul>"
    for n, path in enumerate(PIECES, 1):
        web.pages[path] = (
            f'<html><head><meta name="ArticleTitle" content="第{n}篇稿件的标题"><meta name="PubDate" '
            f'content="2017-10-0{n} 09:00"></head><body><div class="TRS_Editor"><p>{TEXT}{n}</p></div></body>'
        )


def redirected(path: str) -> Answer:
    return 302, {"Location": f"/guard/captcha?back={path}"}, b""


@pytest.mark.parametrize(
    "answer",
    [
        lambda path: (200, {"Content-Type": "text/html; charset=utf-8"}, WALL.encode()),
        lambda path: (403, {"Content-Type": "text/html; charset=utf-8"}, WALL.encode()),
        lambda path: (404, {"Content-Type": "text/html; charset=utf-8"}, WALL.encode()),
        redirected,
    ],
    ids=["200", "403", "404", "redirect"],
)
def test_a_site_behind_a_guard_is_counted_as_such_and_read_once_the_guard_is_gone(
    tmp_path: Path, web: Web, answer: object
) -> None:
    assert callable(answer)
    city = one_site(tmp_path, web, {"retry_times": 0}, slug="gov", platform="trs", start=[web.base + LIST])
    put_pages(web, until=1)
    assert crawl(city, tmp_path, "2017-10-01").sites[0].outcomes == {"listed": 1, "stored": 1}

    put_pages(web, until=3)
    for path in PIECES[1:]:
        web.pages[path] = answer(path)
    web.pages["/guard/captcha"] = WALL
    report = crawl(city, tmp_path, "2017-10-02").sites[0]
    assert report.outcomes == {"listed": 1, "captcha": 2}
    assert any("验证" in problem for problem in check_report(report))

    web.pages[LIST] = answer(LIST)
    assert crawl(city, tmp_path, "2017-10-03").sites[0].outcomes == {"captcha": 3}
    assert not [
        line for line in landed(tmp_path) if line.outcome == "captcha" and (line.article or line.thread)
    ]

    put_pages(web, until=3)
    assert crawl(city, tmp_path, "2017-10-04").sites[0].outcomes == {"listed": 1, "stored": 2}
    stored = [line.article.title for line in landed(tmp_path, outcome="stored") if line.article]
    assert Counter(stored) == {f"第{n}篇稿件的标题": 1 for n in (1, 2, 3)}


def test_a_site_that_turns_every_page_away_is_left_alone_until_the_next_crawl(
    tmp_path: Path, web: Web
) -> None:
    city = one_site(tmp_path, web, {"retry_times": 0}, slug="gov", platform="trs", start=[web.base + LIST])
    paths = [f"/zxzx/t1{n:06d}.shtml" for n in range(90)]
    items = "".join(
        f'<li><a href="{path}">第{n}篇稿件的标题</a>2017-10-01</li>' for n, path in enumerate(paths)
    )
    web.pages[LIST] = f"<title>某市人民政府</title><ul>{items}</ul>"
    web.answer_all = lambda handler: (200, {"Content-Type": "text/html; charset=utf-8"}, WALL.encode())
    report = crawl(city, tmp_path).sites[0]
    assert MAX_WALLS <= report.outcomes["captcha"] <= MAX_WALLS + 20  # and what was on its way
    assert report.unfinished == len(paths) - report.outcomes["captcha"]
    assert report.error is not None and "网站要求验证" in report.error
    web.answer_all = lambda handler: (
        200,
        {"Content-Type": "text/html; charset=utf-8"},
        f'<meta name="PubDate" content="2017-10-01"><h1>{handler.path}</h1><div class="TRS_Editor">'
        f"<p>{TEXT}{handler.path}</p></div>".encode(),
    )
    assert crawl(city, tmp_path, "2017-10-10").sites[0].outcomes == {"listed": 1, "stored": len(paths)}
