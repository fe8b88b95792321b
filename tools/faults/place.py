"""Owns what is struck in general: a place prepares something, is struck, and says whether anything is lost or
doubled. A round is over only when the work was done again and the end is that of an unbroken run."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path

from pipeline.landing import Exchange
from pipeline.records import Article, Landed
from tools.faults.child import Ended, Work, choose, run
from tools.faults.disk import Disk


class Place:
    """Where a fault strikes. `prepare` is called once, `round` as often as asked."""

    can_lose_power = False

    def __init__(self, folder: Path, what: str) -> None:
        self.folder, self.what = folder, what
        self.struck = 0
        self.prepare()

    def prepare(self) -> None: ...

    def round(self, rng: random.Random, number: int) -> None:
        raise NotImplementedError

    def close(self) -> None: ...

    def strike(self, rng: random.Random, work: Work, unbroken: Ended, data: Path) -> Ended:
        """Do the work and strike it; with `power`, leave of `data` only what was synced."""
        blow = choose(rng, self.what, unbroken)
        log = data.with_name(data.name + ".log") if self.what == "power" else None
        disk = Disk(data) if log is not None else None
        ended = run(work, blow, log)
        self.struck += ended.was_struck
        if blow.what in ("full", "short") and ended.was_struck and "Traceback" in ended.said:
            raise AssertionError(f"a full disk is told as a traceback: {ended.said[-900:]}")
        if log is not None and disk is not None:
            if ended.was_struck:
                disk.cut_power(log)
            log.unlink(missing_ok=True)
        return ended


def page(number: int, run_id: str) -> tuple[Landed, Exchange]:
    url = f"http://paper.test/{number}.html"
    article = Article(outlet="防城港日报", url=url, title=f"第{number}条", body="正文" * 200)
    landed = Landed(
        run=run_id, site="paper", url=url, fetched_at="2017-10-09T12:00:00", kind="article", outcome="stored",
        article=article,
    )  # fmt: skip
    body = random.Random(number).randbytes(2000)
    return landed, Exchange(
        url, dt.datetime.fromisoformat(landed.fetched_at), 200, [("Content-Type", "text/html")], body
    )
