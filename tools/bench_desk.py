"""Owns the bench of the desk at size: p50 and p95 of every page while 20 people click.

    python tools/bench_desk.py [--home FOLDER] [--articles 200000] [--posts 300000] [--clickers 20]

FOLDER holds a filled sample city (`gangqing run --home FOLDER`); it is copied, not changed; without one the
sample city is run first. Its rows are
repeated with new names, spread over the five years before its day. The server is a process of its own, the
clickers share the machine with it. `first` is one visit after a build, when nothing was asked yet. Meanwhile
somebody decides something every --decide seconds, in turn on a ticket and on an article.

The clickers open fifty articles, fifty tickets and twenty units and look for twelve words, one at random each
time; all other pages are the same for all, so their questions are asked once; `first` shows what that costs.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import datetime as dt
import functools
import itertools
import multiprocessing
import os
import random
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from pathlib import Path

import httpx
import uvicorn

from analysis.desk.accounts import Account, hash_password
from analysis.desk.app import create_app
from analysis.desk.office import open_office
from analysis.desk.rights import Role
from analysis.desk.warehouse import LAG_SECONDS
from pipeline import search_index
from pipeline.city import load_city
from pipeline.decisions import Decision, append_decision
from pipeline.load_now import refresh_now
from pipeline.search_parts import index_path
from pipeline.store import open_store
from pipeline.warehouse import Warehouse

CITY = Path(__file__).resolve().parent.parent / "sample" / "city"
DAY = dt.datetime(2018, 2, 26, 9, 30)  # noqa: DTZ001 - wall-clock time of China, as everywhere
SPAN_DAYS = 5 * 365
PASSWORD = "bench-desk-2018"
# Tables of texts, and what names a row: those names are made anew in each repetition.
ARTICLE_TABLES = ("article_version", "article_tag", "article_credit_tag", "article_reprint")
THREAD_TABLES = (
    "thread_page_version", "thread_post_version", "thread_state", "thread_floor", "thread_call",
    "thread_alike",
)  # fmt: skip
NAMES = {"article_id": "a", "story_id": "a", "first_id": "a", "thread_id": "t", "other_id": "t"}
PAGES = (
    "/",
    "/ledger",
    "/ledger?verdict=未达标",
    "/ledger/cell?unit=市水利局&task=m02",
    "/units",
    "/articles",
    "/articles?q=“扶贫攻坚”",
    "/articles?unit=市水利局&form=报道",
    "/articles?q=教育 NOT 会议&sort=newest",
    "/articles?q=垃圾&in=threads",
    "/tickets",
    "/tickets?view=board",
    "/tickets?due=late&sort=next_due",
    "/hotspots",
    "/exposures",
    "/announcement",
    "/appeals",
    "/sources",
    "/sources/fcgrb",
    "/charts",
    "/charts/coverage.svg",
    "/charts/forum.svg",
    "/reports",
    "/reports/preview?kind=weekly",
    "/settings",
    "/log",
    "/api/v1/coverage",
    "/api/v1/articles?q=水利",
)
WORDS = ("水利", "扶贫", "学校", "港口", "道路", "食品", "环保", "就业", "医院", "网格", "边境", "检查")
# Pages of which there are many: where the links to them stand, what they look like, how many are taken.
MANY = {
    "/articles/…": ("/articles", r'href="(/articles/a[0-9a-f]+)', 50),
    "/tickets/…": ("/tickets", r'href="(/tickets/t[0-9a-f]+-\d+)', 50),
    "/units/…": ("/units", r'href="(/units/[^"?/]+)"', 20),
}  # fmt: skip


def inflate(path: Path, articles: int, posts: int) -> dict[str, int]:
    """Repeat the sample's rows until there are so many; returns how many of each."""
    warehouse = Warehouse(path)
    warehouse.begin()
    counts = {
        "articles": _repeat(warehouse, ARTICLE_TABLES, "article_version", "article_id", articles),
        "posts": _repeat(warehouse, THREAD_TABLES, "thread_post_version", "(thread_id, floor)", posts),
    }
    refresh_now(warehouse)
    warehouse.commit()
    for name, sql in (("threads", "thread"), ("tickets", "ticket"), ("credits", "article_credit")):
        counts[name] = warehouse.rows(f"SELECT COUNT(*) FROM {sql}")[0][0]
    warehouse.close()
    return counts


def _repeat(warehouse: Warehouse, tables: tuple[str, ...], counted: str, key: str, wanted: int) -> int:
    count = f"SELECT COUNT(DISTINCT {key}) FROM {counted}"
    times = max(1, round(wanted / warehouse.rows(count)[0][0]))
    for table in tables:
        columns = warehouse.rows(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = ? "
            "AND table_schema = 'main' ORDER BY ordinal_position",
            [table],
        )
        cells = ", ".join(_cell(name, kind, times) for name, kind in columns)
        warehouse.rows(f"INSERT INTO {table} SELECT {cells} FROM {table}, range(1, {times}) AS r(n)")
    return int(warehouse.rows(count)[0][0])


def _cell(name: str, kind: str, times: int) -> str:
    if name in NAMES:
        return f"'{NAMES[name]}' || substr(md5({name} || n), 1, 12)"
    if name in ("url", "tid"):
        return f"{name} || '-' || n"
    if kind in ("TIMESTAMP", "DATE"):
        shifted = f"{name} - to_days(CAST(n * {SPAN_DAYS / times} AS INTEGER))"
        return f"CAST({shifted} AS {kind})"
    return name


def serve(home: Path, port: int) -> None:
    """The desk on the copy, as of the sample's day."""
    office = open_office(
        load_city(CITY), home, lambda: DAY, home / "warehouse.duckdb", is_sample=True, lag=LAG_SECONDS
    )
    roles = frozenset({Role.PUBLICITY, Role.EVALUATION})
    hashed = hash_password(PASSWORD, "")
    office.accounts.write(
        Account(name="bench", person="测速", roles=roles, password=hashed, at=DAY, by="测速")
    )
    uvicorn.run(create_app(office), port=port, log_level="error", access_log=False, timeout_keep_alive=600)


def sign_in(base: str) -> httpx.Client:
    client = httpx.Client(base_url=base, timeout=600, follow_redirects=True)
    page = client.get("/login").text
    found = re.search(r'name="_csrf_token" value="(\w+)"', page)
    assert found
    client.post("/login", data={"_csrf_token": found[1], "name": "bench", "password": PASSWORD})
    return client


def visit(client: httpx.Client, path: str) -> float:
    """Seconds of one page. Raises httpx.HTTPStatusError."""
    start = time.perf_counter()
    client.get(path).raise_for_status()
    return time.perf_counter() - start


def find_pages(client: httpx.Client) -> dict[str, list[str]]:
    """The addresses that each kind of page has."""
    pages = {path: [path] for path in PAGES} | {"/articles?q=…": [f"/articles?q={word}" for word in WORDS]}
    for name, (path, link, most) in MANY.items():
        found = list(dict.fromkeys(re.findall(link, client.get(path).text)))[:most]
        assert len(found) > 1, path
        pages[name] = found
    return pages


def click(
    base: str, cookies: httpx.Cookies, pages: dict[str, list[str]], rounds: int, think: float, seed: int
) -> list[tuple[str, float]]:
    """One person: every kind of page `rounds` times in an order of her own, a pause after each."""
    chance, found = random.Random(seed), []
    client = httpx.Client(base_url=base, timeout=600, follow_redirects=True, cookies=cookies)
    time.sleep(chance.uniform(0, 2 * think))
    for name in chance.sample([*pages] * rounds, len(pages) * rounds):
        found.append((name, visit(client, chance.choice(pages[name]))))
        time.sleep(chance.uniform(0.5, 1.5) * think)
    return found


def decide(folder: Path, ticket: str, article: str, every: float, over: threading.Event) -> int:
    """One decision after another until it is over; returns how many."""
    for number in itertools.count():
        if over.wait(every):
            return number
        kind, target, after = [
            ("state_change", ticket, {"state": "待签收"}),
            ("credit_add", article, {"unit": "市水利局"}),
        ][number % 2]
        at = f"{DAY:%Y-%m-%dT%H:%M:%S}"
        append_decision(
            folder,
            Decision(
                id=f"bench{number}", at=at, who="测速", kind=kind, target=target, after=after, why="测速"
            ),  # type: ignore[arg-type]
        )
    raise AssertionError("counting has no end")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--articles", type=int, default=200_000)
    parser.add_argument("--posts", type=int, default=300_000)
    parser.add_argument("--clickers", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--think", type=float, default=2.0, help="seconds between two clicks of a person")
    parser.add_argument("--decide", type=float, default=30.0, help="seconds between two decisions")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        if options.home is None:
            command = [sys.executable, "-m", "gangqing", "run", "--home", folder, "--port", "0"]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        else:
            shutil.copytree(options.home / "var", home / "var")
            shutil.copyfile(options.home / "warehouse.duckdb", home / "warehouse.duckdb")
        began = time.perf_counter()
        counts = inflate(home / "warehouse.duckdb", options.articles, options.posts)
        print(f"filled in {time.perf_counter() - began:.0f} s:", counts, flush=True)
        began = time.perf_counter()
        # Repeated texts are segmented once here: what is measured is the index at size, not the segmenter.
        search_index.word_tokens = functools.lru_cache(10_000)(search_index.word_tokens)
        search_index.char_tokens = functools.lru_cache(10_000)(search_index.char_tokens)
        texts = search_index.update_index(home / "warehouse.duckdb")
        size = index_path(home / "warehouse.duckdb").stat().st_size
        print(
            f"indexed {texts} texts in {time.perf_counter() - began:.0f} s, {size / 1e6:.0f} MB", flush=True
        )
        measure(home, options)


def measure(home: Path, options: argparse.Namespace) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(home, port), daemon=True)
    server.start()
    base = f"http://127.0.0.1:{port}"
    for _ in range(600):
        try:
            httpx.get(f"{base}/login", timeout=5)
            break
        except httpx.TransportError:
            time.sleep(0.2)
    client = sign_in(base)
    first = {path: visit(client, path) for path in PAGES}
    pages = find_pages(client)
    first = {name: first.get(name) or visit(client, paths[0]) for name, paths in pages.items()}
    over = threading.Event()
    with concurrent.futures.ThreadPoolExecutor(options.clickers + 1) as pool:
        record = open_store(home, load_city(CITY)).decisions
        ticket, article = (pages[name][0].rpartition("/")[2] for name in ("/tickets/…", "/articles/…"))
        decided = pool.submit(decide, record, ticket, article, options.decide, over)
        people = [
            pool.submit(click, base, client.cookies, pages, options.rounds, options.think, seed)
            for seed in range(options.clickers)
        ]
        times: dict[str, list[float]] = defaultdict(list)
        try:
            for person in people:
                for path, seconds in person.result():
                    times[path].append(seconds)
        finally:
            over.set()
    print(f"{decided.result()} decisions meanwhile; load {os.getloadavg()[0]:.1f}")
    server.terminate()
    print(f"{'page':<45} {'first':>8} {'p50':>8} {'p95':>8}  ms, {options.clickers} people")
    for path in pages:
        middle, high = (_share(times[path], percent) for percent in (50, 95))
        print(f"{path[:44]:<45} {first[path] * 1e3:8.0f} {middle:8.0f} {high:8.0f}")
    everything = [seconds for each in times.values() for seconds in each]
    print(f"{'all':<45} {'':>8} {_share(everything, 50):8.0f} {_share(everything, 95):8.0f}")


def _share(seconds: list[float], percent: int) -> float:
    return statistics.quantiles(seconds, n=100)[percent - 1] * 1e3


if __name__ == "__main__":
    main()
