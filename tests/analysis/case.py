"""Owns a small city for tests: pages landed by hand, and a tagger that reads its tags from the text.

An article's body may hold marks such as `[市水利局:subject]`, `[市水利局?]` (doubtful), `[topic=生态建设]`,
`[form=曝光]`, `[exposed=市住建委]`, `[column]`, `[note]`, `[same=key]` (articles of one key tell one story).
A thread's title may hold `[投诉:市水利局]`, `[同办:市水利局、市住建委]`; an official post that says 已收到 is
a first response, one that says 答复 an answer, one that says 不属我局 a sending-back; the poster's 不认
disputes, 解决了 is content; a netizen's 我局 claims to be an authority.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from zlib import crc32

from pipeline.city import City, load_city
from pipeline.decisions import Decision, append_decision
from pipeline.load import BuildReport, build
from pipeline.records import (
    Article,
    ArticleTags,
    Credit,
    Evidence,
    Landed,
    Outcome,
    Post,
    ThreadPage,
    ThreadTags,
    to_json,
)
from pipeline.store import open_store
from pipeline.tagging.followups import FloorKind, FloorSaid, ThreadFollowUp
from pipeline.tagging.items import ArticleItem, Shelf, ThreadItem
from pipeline.tagging.reprint import Traces

REPOSITORY = Path(__file__).resolve().parents[2]
PAPER = "防城港日报"
GOV = "防城港市人民政府网站"
FORUM = "防城港人论坛"
COLUMN = "抓绩效提升，促经济社会发展"

OUTLETS = """
sites:
  - {slug: paper, outlet: 防城港日报, platform: founder, level: 市级报纸, start: ["http://paper.test/"]}
  - {slug: gov, outlet: 防城港市人民政府网站, platform: trs, level: 市级网站, start: ["http://gov.test/"]}
  - {slug: slj, outlet: "单位网站:市水利局", platform: trs, level: 单位网站, unit: 市水利局, start: ["http://slj.test/"]}
  - {slug: bbs, outlet: 防城港人论坛, platform: discuz, level: 论坛, start: ["http://bbs.test/"]}
"""


DOUBTED = {"needs_reply": "[要答？]", "units": "[谁答？]"}  # tag of a thread → the mark of its doubt


class MarkTagger:
    """Reads the marks; counts what it is asked, so that a test sees what was tagged again."""

    def __init__(self) -> None:
        self.tagged: list[str] = []

    def articles(self, items: list[ArticleItem]) -> list[ArticleTags]:
        self.tagged += [item.id for item in items]
        return [self._article(item) for item in items]

    def _article(self, item: ArticleItem) -> ArticleTags:
        text = item.body
        found = dict(re.findall(r"\[(\w+)=([^\]]+)\]", text))
        return ArticleTags(
            id=item.id,
            credits=[
                Credit(
                    unit=m[1],
                    role=m[2],
                    evidence=Evidence(why="标记", field="body", start=m.start(), end=m.end()),
                )
                for m in re.finditer(r"\[([^:=\]]+):(byline|subject|joint)\]", text)
            ],
            doubtful=[
                *(
                    Credit(unit=m[1], role="subject", evidence=Evidence(why="标记"), confidence=0.5)
                    for m in re.finditer(r"\[([^:=?\]]+)\?\]", text)
                ),
                *(
                    Credit(unit=m[1], role="exposed", evidence=Evidence(why="标记"), confidence=0.5)
                    for m in re.finditer(r"\[exposed\?=([^\]]+)\]", text)
                ),
            ],
            mentions=re.findall(r"\[mentions=([^\]]+)\]", text),
            exposed=re.findall(r"\[exposed=([^\]]+)\]", text),
            why={
                f"{m[1]}:{m[2]}": Evidence(why="标记", field="body", start=m.start(), end=m.end())
                for m in re.finditer(r"\[(mentions|exposed)=([^\]]+)\]", text)
            }
            | {"form": Evidence(why="全文", field="body", start=0, end=len(text))},
            confidence={f"exposed:{m}": 0.8 for m in re.findall(r"\[exposed=([^\]]+)\]", text)},
            topic=found.get("topic"),
            indicator=found.get("indicator"),
            sentiment="neutral",
            sentiment_score=0.0,
            form=found.get("form", "报道"),
            has_editor_note="[note]" in text,
            plan_column="[column]" in text,
        )

    def reprints(self, shelf: Shelf, traces: Traces | None = None) -> Mapping[str, tuple[str, Evidence]]:
        first: dict[str, str] = {}
        found: dict[str, tuple[str, Evidence]] = {}
        for item in shelf.read(range(len(shelf.ids))):
            match = re.search(r"\[same=([^\]]+)\]", item.body)
            if match is None:
                continue
            if match[1] in first:
                found[item.id] = (first[match[1]], Evidence(why="同文"))
            first.setdefault(match[1], item.id)
        return found

    def threads(self, items: list[ThreadItem]) -> list[ThreadTags]:
        self.tagged += [item.id for item in items]
        return [self._thread(item) for item in items]

    def followups(self, items: list[ThreadItem]) -> list[ThreadFollowUp]:
        return [self._followup(item) for item in items]

    def _followup(self, item: ThreadItem) -> ThreadFollowUp:
        floors = []
        for post in item.posts[1:]:
            text = post.text or ""
            kind: FloorKind | None = None
            if post.is_registered_official:
                kind = "answer" if "答复" in text else "sent_back" if "不属我局" in text else "response"
            elif post.author == item.posts[0].author:
                kind = "disputed" if "不认" in text else "solved" if "解决了" in text else None
            elif "我局" in text:
                kind = "claimed"
            if kind is not None:
                floors.append(FloorSaid(floor=post.floor, kind=kind))
        called = re.search(r"\[同办:([^\]]+)\]", item.title)
        return ThreadFollowUp(id=item.id, floors=floors, called=called[1].split("、") if called else [])

    def _thread(self, item: ThreadItem) -> ThreadTags:
        match = re.search(r"\[(投诉|求助|咨询|建议|讨论)(?::([^\]]+))?\]", item.title)
        kind, units = (match[1], (match[2] or "").split("、")) if match else ("讨论", [])
        official = [p for p in item.posts if p.is_registered_official]
        back = {p.floor for p in official if "不属我局" in (p.text or "")}
        answer = next((p.floor for p in official if "答复" in (p.text or "")), None)
        first = next((p.floor for p in official if p.floor not in back), None)
        state = "已答复" if answer else "已初步回应" if first else "待研判"
        if not answer and official and official[-1].floor in back:
            state = "退回改派"
        return ThreadTags(
            id=item.id,
            kind=kind,
            needs_reply=kind != "讨论" and answer is None,
            units=[unit for unit in units if unit],
            unit_named=False,
            sentiment="negative",
            sentiment_score=-0.5,
            state="无需回复" if kind == "讨论" else state,
            first_response_floor=first,
            answer_floor=answer,
            urgency="普通",
            confidence={name: 0.6 for name, mark in DOUBTED.items() if mark in item.title},
        )


class Case:
    """A city in a folder of its own, with what was landed and decided in it."""

    def __init__(self, folder: Path) -> None:
        self.home = folder
        city = folder / "town"
        city.mkdir(parents=True)
        (city / "units.csv").write_text((REPOSITORY / "city" / "units.csv").read_text("utf-8"), "utf-8")
        for name in ("plan.yaml", "points.yaml", "reply-rules.yaml"):
            (city / name).write_text((REPOSITORY / "city" / name).read_text("utf-8"), "utf-8")
        (city / "outlets.yaml").write_text(OUTLETS, "utf-8")
        (city / "official-accounts.csv").write_text(
            "account,forum,unit\n防城港水利,*,市水利局\n港城住建,*,市住建委\n", "utf-8"
        )
        self.city: City = load_city(city)
        self.store = open_store(folder, self.city)
        self.warehouse = folder / "warehouse.duckdb"
        self.tagger = MarkTagger()
        self.decided = 0

    def build(self, *, rebuild: bool = False, wait_seconds: float = 10) -> BuildReport:
        return build(
            self.city,
            home=self.home,
            warehouse=self.warehouse,
            tagger=self.tagger,
            rebuild=rebuild,
            wait_seconds=wait_seconds,
        )

    def land(self, landed: Landed) -> None:
        folder = self.store.landing / landed.site
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / f"{landed.run}.jsonl").open("ab") as file:
            file.write(to_json(landed) + b"\n")

    def article(
        self,
        day: str,
        body: str,
        *,
        site: str = "paper",
        name: str | None = None,
        title: str = "一条消息",
        at: str | None = None,
        page: str | None = None,
        lead: bool = False,
        detail: str | None = None,
    ) -> str:
        """Land an article published on `day`, fetched at `at` (default: its noon); returns its address."""
        url = f"http://{site}.test/{name or f'{day}-{crc32((body + title).encode())}'}.html"
        at = at or f"{day[:10]}T12:00:00"
        article = Article(
            outlet=self.city.site_by_slug[site].outlet,
            url=url,
            title=title,
            body=body,
            published=day,
            page=page,
            lead=lead,
        )
        self.fetch(site, url, at, "article", "stored", article=article, detail=detail)
        return url

    def article_id(self, url: str) -> str:
        """The id of the article with this address."""
        from pipeline.load_landing import article_id

        slug = url.removeprefix("http://").partition(".")[0]
        return article_id(self.city.site_by_slug[slug].outlet, url)

    def edition(self, day: str, outcome: Outcome = "listed", *, at: str | None = None) -> None:
        """Land the paper's edition page of a day."""
        self.fetch(
            "paper", f"http://paper.test/{day}/", at or f"{day}T11:00:00", "list", outcome, for_date=day
        )

    def fetch(
        self,
        site: str,
        url: str,
        at: str,
        kind: str,
        outcome: Outcome,
        *,
        for_date: str | None = None,
        article: Article | None = None,
        thread: ThreadPage | None = None,
        wanted_from: str | None = "2000-01-01",
        content: str | None = None,
        detail: str | None = None,
    ) -> None:
        """Land one page. A list is read back to `wanted_from`; `content` tells apart what it shows."""
        self.land(
            Landed(
                run=at[:10].replace("-", ""),
                site=site,
                url=url,
                fetched_at=at,
                kind=kind,
                outcome=outcome,
                sha256=sha256((content or url).encode()).hexdigest(),
                for_date=for_date,
                wanted_from=wanted_from if kind == "list" else None,
                article=article,
                thread=thread,
                detail=detail,
            )
        )

    def thread(
        self,
        tid: str,
        title: str,
        posts: list[tuple[str, str, str]],
        *,
        at: str,
        page: int = 1,
        pages: int = 1,
        first_floor: int = 1,
        forum: str = FORUM,
    ) -> str:
        """Land a page of a thread: posts are (author, time, text); returns the thread's id."""
        from pipeline.load_landing import thread_id

        url = f"http://bbs.test/thread-{tid}-{page}.html"
        made = [
            Post(floor=floor, author=author, time=time, text=text)
            for floor, (author, time, text) in enumerate(posts, first_floor)
        ]
        record = ThreadPage(
            forum=forum, board="民生", tid=tid, url=url, title=title, page=page, pages=pages, posts=made
        )
        self.fetch("bbs", url, at, "thread", "stored", thread=record)
        return thread_id(forum, tid)

    def decide(self, kind: str, target: str, at: str, *, who: str = "经办人", **more: object) -> None:
        self.decided += 1
        append_decision(
            self.store.decisions,
            Decision(id=f"d{self.decided}", at=at, who=who, kind=kind, target=target, **more),
        )
