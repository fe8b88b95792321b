"""Owns the city of a soak: the sample city with more of everything, whose sites change while they are read.

Articles and threads appear day by day, threads grow, pages move and vanish, sources die for a day and return.
"""

from __future__ import annotations

import asyncio
import copy
import datetime as dt
import json
import multiprocessing
import random
import socket
from collections.abc import Collection, Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from starlette.types import Receive, Scope, Send

from pipeline.city import Site
from sample.content import CONTENT, load_content
from sample.faults import Fault, load_faults
from sample.gov import channel_of
from sample.server import City, bind
from tools.soak.played import PlayedClock

UNITS = (
    "市水利局",
    "市教育局",
    "市住建委",
    "市公安局",
    "市环保局",
    "市扶贫办",
    "上思县",
    "东兴市",
    "市卫计委",
)
WORKS = ("冬修水利", "教学质量", "道路整治", "平安建设", "污染减排", "精准扶贫", "安全生产", "食品抽检")
ASKED = (
    "路灯不亮，谁来修",
    "河边全是垃圾，什么时候清理",
    "楼下烧烤摊半夜还在吵",
    "公交站牌写错了",
    "自来水发黄",
)
SAID = ("顶一下", "我们小区也是这样", "今天去看还是老样子", "希望有人管", "已经反映过两次了")
SITES = ("paper", "gov", "portal", "discuz", "hongdou", "wechat")
RENEWED = dt.timedelta(hours=3)  # of the played day: as often the sites show what is new


def write_content(folder: Path, start: dt.date, days: int, rng: random.Random) -> None:
    """The sample's content with about ten articles, three threads and thirty posts a day more."""
    folder.mkdir(parents=True)
    pieces = [json.loads(line) for path in sorted(CONTENT.glob("articles*.jsonl"))
              for line in path.read_bytes().splitlines()]  # fmt: skip
    threads = [json.loads(line) for line in (CONTENT / "threads.jsonl").read_bytes().splitlines()]
    more: list[dict[str, Any]] = []
    fresh: list[dict[str, Any]] = []
    for day in range(days):
        for _ in range(min(10, (9_999 - len(more)) // max(1, days - day))):
            more.append(_piece(rng.choice(pieces), start + dt.timedelta(days=day), len(more) + 1, rng))
        for _ in range(3):
            fresh.append(_thread(rng.choice(threads), start + dt.timedelta(days=day), len(fresh) + 1, rng))
        for _ in range(24):
            _reply(rng.choice(threads + fresh), start + dt.timedelta(days=day), rng)
    for name, rows in (("articles-a", pieces), ("articles-soak", more), ("threads", threads + fresh)):
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (folder / f"{name}.jsonl").write_text(lines, "utf-8")


def _piece(like: dict[str, Any], day: dt.date, number: int, rng: random.Random) -> dict[str, Any]:
    unit, work = rng.choice(UNITS), rng.choice(WORKS)
    body = f"{unit}{day.month}月{day.day}日召开会议，部署第{number}批{work}工作。会议要求各科室把任务落到人。"
    return like | {
        "id": f"sz{number:04d}",
        "story_id": None,
        "published": f"{day}T{rng.randrange(6, 20):02d}:{rng.randrange(60):02d}",
        "title": f"{unit}部署{work}（{number}）",
        "body": body + "".join(rng.choice(SAID) + "。" for _ in range(rng.randrange(1, 40))),
        "gold": {},
    }


def _thread(like: dict[str, Any], day: dt.date, number: int, rng: random.Random) -> dict[str, Any]:
    asked = rng.choice(ASKED)
    at = f"{day}T{rng.randrange(24):02d}:{rng.randrange(60):02d}"
    text = f"{asked}？{rng.choice(UNITS)}在哪里？"
    floor = {"floor": 1, "author": f"网友{number}", "time": at, "text": text}
    kept = {name: like[name] for name in ("forum", "board", "type") if name in like}
    return kept | {"id": f"sy{number:04d}", "title": f"{asked}（{number}）", "posts": [floor]}


def _reply(thread: dict[str, Any], day: dt.date, rng: random.Random) -> None:
    posts = thread["posts"]
    at = f"{day}T{rng.randrange(24):02d}:{rng.randrange(60):02d}"
    if at > posts[-1]["time"]:
        said = rng.choice(SAID) + str(rng.randrange(1000))
        posts.append(
            {"floor": len(posts) + 1, "author": f"网友{rng.randrange(900)}", "time": at, "text": said}
        )


def troubles(folder: Path, start: dt.date, days: int, rng: random.Random) -> list[Fault]:
    """Sources that are down for a day, pages that move or are taken down two days after they appeared."""
    found = []
    for day in range(1, days):
        at = start + dt.timedelta(days=day)
        found += [
            Fault(name="停机", site=site, path=".*", kind="down", since=at, until=at, status=502, text="502")
            for site in SITES
            if rng.random() < 0.06
        ]
    pieces = [(channel_of(piece), piece) for piece in load_content(folder).articles if piece.id[:2] == "sz"]
    standing = [(channel, piece) for channel, piece in pieces if channel is not None]
    for channel, piece in rng.sample(standing, len(standing) // 5):
        path, since = f"{channel}t{piece.number}\\.shtml", piece.day + dt.timedelta(days=2)
        other = rng.choice(standing)
        if rng.random() < 0.5 and other[1].number != piece.number:
            to = f"{other[0]}t{other[1].number}.shtml"
            found.append(
                Fault(
                    name="搬家", site="gov", path=path, kind="redirect", status=301, since=since, location=to
                )
            )
        else:
            found.append(Fault(name="撤下", site="gov", path=path, kind="not_found", since=since, text="404"))
    return found


def sites_down(sites: Sequence[Site], found: Sequence[Fault], days: Collection[dt.date]) -> set[str]:
    """Slugs of the sites that are down on any of these days: the sites stand at ports in a row."""
    ports = {site.slug: urlsplit(site.start[0]).port or 0 for site in sites if site.start}
    down = {fault.site for fault in found if fault.kind == "down" and fault.since in days}
    return {slug for slug, port in ports.items() if SITES[port - min(ports.values())] in down}


class World:
    """The sites, served in a process of its own while the played clock goes on."""

    def __init__(self, content: Path, clock: PlayedClock, extra: Sequence[Fault]) -> None:
        sockets = bind(None)
        self.port: int = sockets[0].getsockname()[1]
        self._process: BaseProcess = multiprocessing.get_context("fork").Process(
            target=_serve, args=(sockets, content, clock, list(extra)), daemon=True
        )
        self._process.start()
        for each in sockets:
            each.close()

    def close(self) -> None:
        self._process.kill()
        self._process.join()


def _serve(sockets: list[socket.socket], folder: Path, clock: PlayedClock, extra: list[Fault]) -> None:
    content, ports = load_content(folder), [each.getsockname()[1] for each in sockets]
    shown: list[Any] = [None, None]  # the moment that is shown, and the sites as they are then

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        now = clock.now()
        if shown[0] is None or now - shown[0] >= RENEWED:
            faults = copy.copy(load_faults(now.date()))
            faults.answers = [*extra, *faults.answers]
            shown[:] = now, City(content, now, faults, ports)
        await shown[1](scope, receive, send)

    config = uvicorn.Config(app, log_level="error", access_log=False, lifespan="off", ws="none")
    asyncio.run(uvicorn.Server(config).serve(sockets=sockets))
