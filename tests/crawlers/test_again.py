"""What a crawl fetches again: what failed, what changed, what may have changed; and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crawlers.crawled import HTML, article, crawl, landed, links, one_site
from tests.crawlers.servers import Web

pytestmark = pytest.mark.usefixtures("fake_platform")


def test_a_second_crawl_fetches_lists_and_what_failed_or_changed(tmp_path: Path, web: Web) -> None:
    web.pages |= {
        "/list": links("/a", "/b", "/down") + links("/s", signature="1"),
        "/a": article("甲"),
        "/b": article("乙"),
        "/s": article("签"),
        "/down": (500, {}, b""),
    }
    city = one_site(tmp_path, web, settings={"retry_times": 0})
    first = crawl(city, tmp_path)
    assert first.sites[0].outcomes == {"listed": 1, "stored": 3, "server_error": 1}
    assert first.new_records == 3
    web.asked.clear()
    web.pages |= {
        "/list": links("/a", "/c") + links("/s", signature="2"),
        "/c": article("丙"),
        "/s": article("签", "改了。"),
        "/down": article("好了"),
    }
    second = crawl(city, tmp_path, "2017-10-10")
    asked = {path for path in web.asked if path != "/robots.txt"}
    assert asked == {"/list", "/c", "/s", "/down"}  # /down is on no list any more
    assert second.new_records == 3 and second.sites[0].known == 1
    web.asked.clear()
    third = crawl(city, tmp_path, "2017-10-11")
    assert third.sites[0].outcomes == {"listed": 1}
    assert third.new_records == 0
    assert [r.fetched_at[:10] for r in landed(tmp_path, outcome="listed")] == [
        "2017-10-09",
        "2017-10-10",
        "2017-10-11",
    ]


def test_conditional_requests_and_links_behind_an_unchanged_list(tmp_path: Path, web: Web) -> None:
    body = links("/a", "/b").encode()
    web.pages["/list"] = lambda h: (
        (304, {}, b"")
        if h.headers.get("If-None-Match") == '"v1"' and h.headers.get("If-Modified-Since")
        else (200, HTML | {"ETag": '"v1"', "Last-Modified": "Mon, 09 Oct 2017 00:00:00 GMT"}, body)
    )
    web.pages |= {"/a": article("甲"), "/b": article("乙")}
    city = one_site(tmp_path, web)
    crawl(city, tmp_path, limit=2)  # the crawl ended before /b
    assert len(landed(tmp_path, outcome="stored")) == 1
    second = crawl(city, tmp_path)
    assert second.sites[0].outcomes == {"unchanged": 1, "stored": 1}
    assert {r.article.title for r in landed(tmp_path, outcome="stored") if r.article} == {"甲", "乙"}
    # The capture of the list is lost: it is asked for in full.
    for path in (tmp_path / "var" / "city" / "captures").rglob("*.gz"):
        path.unlink()
    assert crawl(city, tmp_path).sites[0].outcomes == {"listed": 1}


@pytest.mark.parametrize("is_known", [False, True])
def test_304_to_a_page_of_which_there_is_no_capture_is_asked_once_and_landed(
    tmp_path: Path, web: Web, is_known: bool
) -> None:
    city = one_site(tmp_path, web)
    if is_known:
        web.pages["/list"] = (200, HTML | {"ETag": '"v1"'}, links("/a").encode())
        web.pages["/a"] = article("甲")
        crawl(city, tmp_path)
        for path in (tmp_path / "var" / "city" / "captures").rglob("*.gz"):
            path.unlink()
    web.asked.clear()
    web.pages["/list"] = (304, {}, b"")
    assert crawl(city, tmp_path).sites[0].outcomes == {"server_error": 1}
    assert web.asked["/list"] == 1 + is_known
    # At the next crawl the page is asked for without conditions, and read.
    web.pages["/list"] = lambda h: (
        (304, {}, b"") if h.headers.get("If-None-Match") else (200, HTML, links("/b").encode())
    )
    web.pages["/b"] = article("乙")
    assert crawl(city, tmp_path, "2017-10-10").sites[0].outcomes == {"listed": 1, "stored": 1}


def test_an_article_within_the_revisit_window_is_looked_at_again(tmp_path: Path, web: Web) -> None:
    web.pages |= {"/list": links("/a", "/b"), "/a": article("甲"), "/b": article("乙")}
    city = one_site(tmp_path, web, options={"revisit_days": 3})
    crawl(city, tmp_path)
    web.pages["/a"] = article("甲", "更正：市水务局。")
    report = crawl(city, tmp_path, "2017-10-10")
    assert report.sites[0].outcomes == {"listed": 1, "stored": 1, "unchanged": 1}
    assert crawl(city, tmp_path, "2017-10-20").sites[0].outcomes == {"listed": 1}


def thread(tid: int, page: int, pages: int, posts: list[str], base: str = "/thread") -> str:
    body = "".join(f"<post pid={page}{i} author='网友甲'>{text}</post>" for i, text in enumerate(posts))
    pager = links(*(f"{base}-{tid}-{n}" for n in range(1, pages + 1)), kind="thread")
    return f"<thread tid={tid} page={page} pages={pages}>{body}</thread>{pager}"


def test_new_replies_of_an_old_thread_are_found_without_reading_it_all_again(
    tmp_path: Path, web: Web
) -> None:
    def board(signature: str) -> str:
        return links("/thread-1-1", kind="thread", signature=signature) + links(
            "/thread-2-1", kind="thread", signature="old"
        )

    web.pages |= {
        "/list": board("3"),
        "/thread-1-1": thread(1, 1, 2, ["楼主"]),
        "/thread-1-2": thread(1, 2, 2, ["回复"]),
        "/thread-2-1": thread(2, 1, 1, ["别的"]),
    }
    city = one_site(tmp_path, web)
    assert crawl(city, tmp_path).sites[0].outcomes == {"listed": 1, "stored": 3}
    web.asked.clear()
    assert crawl(city, tmp_path).sites[0].outcomes == {"listed": 1}
    web.pages |= {
        "/list": board("5"),
        "/thread-1-2": thread(1, 2, 3, ["回复", "再回"]),
        "/thread-1-3": thread(1, 3, 3, ["官方回复"]),
    }
    web.asked.clear()
    assert crawl(city, tmp_path).sites[0].outcomes == {"listed": 1, "stored": 2}
    assert not web.asked["/thread-1-1"] and not web.asked["/thread-2-1"]
    web.asked.clear()
    assert crawl(city, tmp_path).sites[0].outcomes == {"listed": 1}


def test_a_thread_whose_crawl_broke_off_is_completed(tmp_path: Path, web: Web) -> None:
    web.pages |= {"/list": links("/thread-1-1", kind="thread", signature="9")}
    web.pages |= {f"/thread-1-{n}": thread(1, n, 4, [f"第{n}页"]) for n in range(1, 5)}
    city = one_site(tmp_path, web)
    crawl(city, tmp_path, limit=3)
    crawl(city, tmp_path)
    pages = {r.thread.page for r in landed(tmp_path) if r.thread}
    assert pages == {1, 2, 3, 4}
    assert crawl(city, tmp_path).sites[0].outcomes == {"listed": 1}


def test_a_redirect_whose_target_was_not_read_is_followed_again(tmp_path: Path, web: Web) -> None:
    web.pages |= {"/list": links("/old"), "/old": (301, {"Location": "/new"}, b""), "/new": (500, {}, b"")}
    city = one_site(tmp_path, web, settings={"retry_times": 0})
    crawl(city, tmp_path)
    web.pages["/new"] = article("新址")
    assert crawl(city, tmp_path).new_records == 1
    web.asked.clear()
    assert crawl(city, tmp_path).sites[0].outcomes == {"listed": 1}


def test_a_damaged_or_missing_state_is_folded_anew(tmp_path: Path, web: Web) -> None:
    web.pages |= {"/list": links("/a"), "/a": article("甲")}
    city = one_site(tmp_path, web)
    crawl(city, tmp_path)
    state = tmp_path / "var" / "city" / "state" / "paper.sqlite"
    for damage in (b"", b"no database at all" * 500):
        state.write_bytes(damage)
        assert crawl(city, tmp_path).sites[0].outcomes == {"listed": 1}
    state.unlink()
    assert crawl(city, tmp_path).sites[0].outcomes == {"listed": 1}
    # A landing file restored from an older backup: the state must not know more than the landing.
    for path in (tmp_path / "var" / "city" / "landing" / "paper").iterdir():
        path.write_bytes(b"")
    assert crawl(city, tmp_path).sites[0].outcomes == {"listed": 1, "stored": 1}
