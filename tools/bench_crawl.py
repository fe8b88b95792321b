"""Owns the bench of the crawl on loopback: pages per second with parsing and landing, beside a bare client.

    python tools/bench_crawl.py [--pages 3000] [--kilobytes 30] [--json FILE]

The server is a process of its own; pages are articles of the TRS structure behind one list. No delay. Beside
the crawl, in the same run: aiohttp alone and Scrapy alone over the same pages, which they throw away. Then
the captures of the crawl are read and parsed again, beside building a tree alone and BeautifulSoup.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import json
import multiprocessing
import random
import resource
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from bs4 import BeautifulSoup
from scrapy import Request, Spider
from scrapy.crawler import CrawlerProcess
from scrapy.http import Response
from selectolax.lexbor import LexborHTMLParser

from crawlers.page import Page
from crawlers.platforms import PLATFORMS
from crawlers.run import crawl
from pipeline.city import City, load_city
from pipeline.landing import iter_landed, read_capture
from pipeline.records import Landed

WORDS = "港口防城上思东兴水利教育扶贫项目会议检查推进群众服务建设治理环境安全发展干部学校道路"


def page(number: int, size: int) -> bytes:
    """An article of about `size` bytes, as dense as real pages are.

    The median of thirty real news pages of 10 to 200 KB: a quarter text, an eighth scripts and styles, 690
    tags in 30 KB, the rest what stands in the tags.
    """
    rng = random.Random(number)
    text = "".join(
        f"<p>{''.join(rng.choices(WORDS, k=60))}，第{number}号。</p>" for _ in range(max(1, size // 4 // 190))
    )
    script = f"<script>var page = {[rng.randrange(10**6) for _ in range(size // 8 // 8)]};</script>"
    head = (
        f'<meta name="ArticleTitle" content="第{number}篇：水利检查">'
        '<meta name="PubDate" content="2017-10-09 10:00">'
        f'<meta name="ContentSource" content="某报"><title>某市</title>{script}'
    )
    body = (
        f'<html><head>{head}</head><body><h1>第{number}篇：水利检查</h1><div class="TRS_Editor">{text}</div>'
    )
    filler = "".join(
        f'<li class="nav-item"><a class="link" href="/nav/2017/{i}.shtml" title="栏目{rng.random()}">栏目{i}'
        "</a></li>"
        for i in range(2000)
    )
    room = max(0, size - len(body.encode()) - 30)
    return (body + "<ul>" + filler.encode()[:room].decode(errors="ignore") + "</ul></body></html>").encode()


def serve(pages: int, size: int, ready: multiprocessing.Queue[int]) -> None:
    bodies = [page(i, size) for i in range(200)]
    lists = [
        "".join(
            f'<li><span>2017-10-09</span><a href="/xw/t{i}.shtml">第{i}篇：市水利局检查堤防</a></li>'
            for i in part
        )
        for part in (range(start, min(start + 500, pages)) for start in range(0, pages, 500))
    ]

    async def answer(request: web.Request) -> web.Response:
        name = request.path.rpartition("/")[2]
        if name.startswith("t"):
            number = int(name[1:].partition(".")[0])
            body = bodies[number % len(bodies)].replace("第".encode(), f"第{number}-".encode(), 3)
            return web.Response(body=body, content_type="text/html", charset="utf-8")
        if name.startswith("index"):
            items = lists[int(name.removeprefix("index_").partition(".")[0])]
            text = f'<html><body><div class="rightDiv"><ul>{items}</ul></div></body></html>'
            return web.Response(text=text, content_type="text/html", charset="utf-8")
        return web.Response(status=404)

    async def main() -> None:
        app = web.Application()
        app.router.add_get("/{path:.*}", answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        ready.put(runner.addresses[0][1])
        await asyncio.Event().wait()

    asyncio.run(main())


async def bare(base: str, pages: int, together: int = 16) -> float:
    """Pages per second of aiohttp alone: fetched and thrown away."""
    async with aiohttp.ClientSession() as session:
        numbers = iter(range(pages))

        async def worker() -> None:
            for number in numbers:
                async with session.get(f"{base}/xw/t{number}.shtml") as response:
                    await response.read()

        began = time.perf_counter()
        await asyncio.gather(*(worker() for _ in range(together)))
        return pages / (time.perf_counter() - began)


class NothingDone(Spider):
    """Fetches and throws away: what Scrapy itself takes."""

    name = "nothing"
    pages: list[str]

    async def start(self) -> AsyncIterator[Request]:
        for address in self.pages:
            yield Request(address, dont_filter=True)

    def parse(self, response: Response) -> None:
        return None


def scrapy_alone(addresses: list[str], result: multiprocessing.Queue[float]) -> None:
    """Seconds that Scrapy, as it is delivered, takes to fetch these pages."""
    process = CrawlerProcess(
        {"LOG_ENABLED": False, "CONCURRENT_REQUESTS_PER_DOMAIN": 16, "DOWNLOAD_DELAY": 0}
    )
    process.crawl(NothingDone, pages=addresses)
    begun = time.perf_counter()
    process.start()
    result.put(time.perf_counter() - begun)


def parsed_again(folder: Path, city: City, most: int) -> dict[str, float]:
    """Pages a second of a processor: captures read, parsed; beside it only trees of the same pages."""
    site = city.sites[0]
    platform = PLATFORMS[site.platform]
    landed = [r for _, _, r in iter_landed(folder) if r.kind == "article" and r.warc is not None][:most]
    now = dt.datetime.fromisoformat("2017-10-09T12:00:00")
    rates = {}

    def timed(name: str, work: Callable[[Any], object], items: Sequence[Any]) -> list[Any]:
        begun = time.process_time()
        done = [work(item) for item in items]
        rates[name] = len(items) / (time.process_time() - begun)
        return done

    def read(record: Landed) -> tuple[Any, bytes]:
        return read_capture(folder, record.warc or "", record.warc_offset or 0)

    captures = timed("captures read", read, landed)
    pages = [
        Page(r.url, body, now, 200, headers, site)
        for r, (headers, body) in zip(landed, captures, strict=True)
    ]
    timed("captures parsed", platform.parse, pages)
    rates["captures read and parsed"] = 1 / (1 / rates["captures read"] + 1 / rates["captures parsed"])
    bodies = [body for _, body in captures]
    timed("trees alone (selectolax)", lambda body: LexborHTMLParser(body.decode()).body, bodies)
    timed("title and text by BeautifulSoup on lxml", _by_soup, bodies[:200])
    return rates


def _by_soup(body: bytes) -> tuple[str, str]:
    soup = BeautifulSoup(body, "lxml")
    text = soup.select_one("div.TRS_Editor")
    return str(soup.title), text.get_text("\n") if text else ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--pages", type=int, default=3000)
    parser.add_argument("--kilobytes", type=int, default=30)
    arguments = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    ready: multiprocessing.Queue[int] = context.Queue()
    server = context.Process(
        target=serve, args=(arguments.pages, arguments.kilobytes * 1000, ready), daemon=True
    )
    server.start()
    base = f"http://127.0.0.1:{ready.get(timeout=30)}"
    home = Path(tempfile.mkdtemp(prefix="bench-crawl-"))
    try:
        (home / "bench").mkdir()
        (home / "bench" / "units.csv").write_text(
            "short,official,kind,parent\n市水利局,某市水利局,市直,某市\n"
        )
        (home / "bench" / "city.yaml").write_text("allow_private: [127.0.0.1]\n")
        starts = [f"{base}/xw/index_{i}.shtml" for i in range(-(-arguments.pages // 500))]
        (home / "bench" / "outlets.yaml").write_text(
            f"sites: [{{slug: bench, outlet: 某报, platform: trs, start: {starts}, delay: 0}}]\n"
        )
        rates: dict[str, float] = {"bare aiohttp client": asyncio.run(bare(base, arguments.pages))}
        result: multiprocessing.Queue[float] = context.Queue()
        addresses = [f"{base}/xw/t{number}.shtml" for number in range(arguments.pages)]
        alone = context.Process(target=scrapy_alone, args=(addresses, result))
        alone.start()
        rates["Scrapy alone"] = arguments.pages / result.get(timeout=600)
        alone.join()
        for name, rate in rates.items():
            print(f"{name}, pages thrown away: {rate:,.0f} pages/s")
        for title in ("first crawl, all new", "second crawl, list only"):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            report = crawl(
                load_city(home / "bench"),
                home=home,
                first_day=dt.date(2017, 10, 1),
                last_day=dt.date(2017, 10, 31),
                clock=lambda: dt.datetime.fromisoformat("2017-10-09T12:00:00"),
                progress=False,
            )
            site = report.sites[0]
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            wall, per_cpu = site.fetched / site.seconds, site.fetched / cpu
            print(f"{title}: {site.fetched:,} pages in {site.seconds:.1f} s, {site.outcomes}")
            print(f"    {wall:,.0f} pages/s; {per_cpu:,.0f} pages per second of CPU, start-up included")
            if "crawl, parsed and landed" not in rates:
                rates["crawl, parsed and landed"] = wall
                print(f"    {wall / rates['Scrapy alone']:.2f} × Scrapy alone, "
                      f"{wall / rates['bare aiohttp client']:.2f} × the bare client")  # fmt: skip
        size = sum(path.stat().st_size for path in (home / "var").rglob("*") if path.is_file())
        print(f"on disk: {size / arguments.pages:,.0f} bytes a page")
        again = parsed_again(home / "var" / "bench", load_city(home / "bench"), 1000)
        for name, rate in again.items():
            print(f"{name}: {rate:,.0f} pages per second of CPU")
        if arguments.json:
            arguments.json.write_text(json.dumps(rates | again | {"bytes_a_page": size / arguments.pages}))
    finally:
        server.terminate()
        shutil.rmtree(home)


if __name__ == "__main__":
    main()
