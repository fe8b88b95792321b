"""Owns the crawl state of a site: what is known of each address, folded from the landing files into SQLite.

The state is derived. It is deleted and folded anew where it is missing, damaged, of an older layout, or ahead
of the landing; a kill at any moment therefore costs nothing but the folding of the last lines.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from crawlers.piece_marks import is_cut, is_part
from pipeline.landing import Quarantined, iter_landed, landing_files
from pipeline.records import Article, Landed, Outcome, PageKind, ThreadPage
from pipeline.store import ensure_folder

LAYOUT = "3"
REDIRECT_MARK = "→ "  # begins the detail of a landed redirect; its target follows

# The page may be there next time: it is asked for again at the next crawl.
TRANSIENT: frozenset[Outcome] = frozenset(
    {
        "timeout",
        "server_error",
        "captcha",
        "error_page",
        "parse_failed",
        "redirect_loop",
        "blocked_by_robots",
        "blocked_address",
        "empty_list",
    }
)
# The page was read, and what it said is landed.
READ: frozenset[Outcome] = frozenset(
    {"stored", "listed", "captured", "unchanged", "duplicate", "no_date", "too_short"}
)

OF_LIST = ("page", "page_name", "lead", "column")  # fields of an article that its list may say

_SCHEMA = """
create table meta (key text primary key, value text not null) without rowid;
create table folded (file text primary key, end integer not null) without rowid;
create table page (
  url text primary key, kind text not null, outcome text not null, fetched_at text not null,
  requested_url text, etag text, last_modified text, sha256 text, signature text, record_hash text,
  tid text, page integer, pages integer, warc text, warc_offset integer, published text, target text,
  is_cut integer not null, size integer, told text
) without rowid;
create index page_record on page (record_hash) where record_hash is not null;
create index page_thread on page (tid, page) where tid is not null;
create index page_outcome on page (outcome);
create table thread (tid text primary key, signature text, pages integer not null) without rowid;
"""


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What earlier crawls know of one address; columns as in the table `page`."""

    url: str
    kind: PageKind
    outcome: Outcome
    fetched_at: str
    requested_url: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    sha256: str | None = None
    signature: str | None = None
    record_hash: str | None = None
    tid: str | None = None
    page: int | None = None
    pages: int | None = None
    warc: str | None = None
    warc_offset: int | None = None
    published: str | None = None
    target: str | None = None  # where a redirect led
    is_cut: bool = False  # a piece landed without a further page that may be there next time
    size: int | None = None  # characters of the body of an article
    told: str | None = None  # JSON: what of an article only its list may say

    @property
    def is_read(self) -> bool:
        return self.outcome in READ

    @property
    def address(self) -> str:
        """The address to fetch."""
        return self.requested_url or self.url

    @property
    def context(self) -> dict[str, str | bool]:
        """What a link to the page says of it (Link.context), as it was landed."""
        return msgspec.json.decode(self.told, type=dict[str, str | bool]) if self.told else {}


_COLUMNS = Known.__struct_fields__


def record_hash(record: Article | ThreadPage) -> str:
    """Identity of what a page says: its address and its counter of views do not count."""
    if isinstance(record, ThreadPage):
        same: Article | ThreadPage = msgspec.structs.replace(record, url="", views=None)
    else:
        same = msgspec.structs.replace(record, url="")
    return hashlib.sha256(msgspec.json.encode(same)).hexdigest()[:32]


class CrawlState:
    """The state of one site. Use it under the site's lock.

    Args:
        folder: the city's data folder (var/<city>).
        quarantine: called with each landing line that is no valid record.
        worker: number of the one of several that share a queue, each with a state of its own.
    """

    def __init__(
        self,
        folder: Path,
        site: str,
        *,
        quarantine: Callable[[Quarantined], None] | None = None,
        worker: int | None = None,
    ) -> None:
        self._folder = folder
        self._site = site
        self._quarantine = quarantine
        self.path = folder / "state" / (f"{site}.sqlite" if worker is None else f"{site}.w{worker}.sqlite")
        ensure_folder(self.path.parent)
        try:
            self._db = self._open()
            self.fold()
        except (sqlite3.DatabaseError, _Outdated):
            self._db.close()
            self._delete()
            self._db = self._open()
            self.fold()

    def _open(self) -> sqlite3.Connection:
        new = not self.path.exists()
        self._db = sqlite3.connect(self.path, isolation_level=None)
        # Derived data: what a power cut costs is folded again.
        self._db.execute("pragma synchronous = off")
        self._db.execute("pragma journal_mode = wal")
        if new:
            self._db.executescript(_SCHEMA)
            self._db.execute("insert into meta values ('layout', ?)", (LAYOUT,))
        layout = self._db.execute("select value from meta where key = 'layout'").fetchone()
        if layout is None or layout[0] != LAYOUT:
            raise _Outdated
        return self._db

    def _delete(self) -> None:
        for suffix in ("", "-wal", "-shm", "-journal"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)

    def close(self) -> None:
        self._db.close()

    def fold(self) -> int:
        """Read the landing lines that are not in the state yet; return how many."""
        done = dict(self._db.execute("select file, end from folded"))
        root = self._folder / "landing"
        sizes = {
            name: (root / name).stat().st_size
            for name in landing_files(self._folder)
            if name.startswith(f"{self._site}/")
        }
        if any(end > sizes.get(name, -1) for name, end in done.items()):
            raise _Outdated  # a landing file was restored, cut or removed
        count = 0
        self._db.execute("begin immediate")
        try:
            for name, end, record in iter_landed(
                self._folder, done, quarantine=self._quarantine, site=self._site
            ):
                self.apply(record)
                done[name] = end
                count += 1
            self._db.executemany("insert or replace into folded values (?, ?)", done.items())
            self._db.execute("commit")
        except BaseException:
            self._db.execute("rollback")
            raise
        return count

    def apply(self, record: Landed) -> None:
        """Take one landed page into the state. What failed leaves what was known of the page as it was; an
        older capture that was read again leaves how the page ended since. Further pages of a piece are
        part of what is known of its first."""
        if is_part(record.detail):
            return
        before = self.page(record.url)
        is_older = before is not None and before.fetched_at > record.fetched_at
        kind, outcome = record.kind, record.outcome
        target = (record.detail or "").removeprefix(REDIRECT_MARK) if outcome == "redirected" else None
        if before is not None and outcome not in READ:
            if is_older:
                return
            failed = msgspec.structs.replace(
                before,
                outcome=outcome,
                fetched_at=record.fetched_at,
                target=target,
                is_cut=before.is_cut and outcome in TRANSIENT,  # what is gone is not asked for again
            )
            self._put(failed)
            return
        keep = before if outcome == "unchanged" else None
        page = record.article or record.thread
        known = Known(
            url=record.url,
            kind=kind,
            outcome=outcome,
            fetched_at=record.fetched_at,
            requested_url=record.requested_url,
            etag=record.etag or (keep.etag if keep else None),
            last_modified=record.last_modified or (keep.last_modified if keep else None),
            sha256=record.sha256 or (keep.sha256 if keep else None),
            signature=record.signature or (before.signature if before else None),
            record_hash=record_hash(page) if page else (keep.record_hash if keep else None),
            tid=record.thread.tid if record.thread else (keep.tid if keep else None),
            page=record.thread.page if record.thread else (keep.page if keep else None),
            pages=record.thread.pages if record.thread else (keep.pages if keep else None),
            warc=record.warc or (keep.warc if keep else None),
            warc_offset=record.warc_offset if record.warc else (keep.warc_offset if keep else None),
            published=record.article.published if record.article else (keep.published if keep else None),
            target=target,
            is_cut=is_cut(record.detail),
            size=len(record.article.body) if record.article else (keep.size if keep else None),
            told=_told_of(record.article) if record.article else (keep.told if keep else None),
        )
        if before is not None and is_older:
            known = msgspec.structs.replace(
                known, outcome=before.outcome, fetched_at=before.fetched_at, target=before.target
            )
        self._put(known)
        if known.tid is not None and known.pages is not None:
            self._db.execute(
                "insert into thread values (?, ?, ?) on conflict do update set "
                "signature = coalesce(excluded.signature, signature), pages = excluded.pages",
                (known.tid, record.signature, known.pages),
            )

    def _put(self, known: Known) -> None:
        marks = ", ".join("?" * len(_COLUMNS))
        self._db.execute(
            f"insert or replace into page ({', '.join(_COLUMNS)}) values ({marks})",  # noqa: S608 (own names)
            [getattr(known, name) for name in _COLUMNS],
        )

    def page(self, url: str) -> Known | None:
        """What is known of a canonical address."""
        return next(self._pages("url = ?", url), None)

    def failed(self) -> list[Known]:
        """Articles and threads that could not be read the last time, or not to their end."""
        marks = ", ".join(f"'{outcome}'" for outcome in sorted(TRANSIENT))
        return list(
            self._pages(f"(outcome in ({marks}) or is_cut) and kind in ('article', 'thread') order by url")
        )

    def url_of_record(self, digest: str) -> str | None:
        """The address under which the same record was landed, if any."""
        row = self._db.execute(
            "select url from page where record_hash = ? order by url limit 1", (digest,)
        ).fetchone()
        return row[0] if row else None

    def thread_signature(self, tid: str) -> str | None:
        """What the board said of a thread when it was last read; None too if pages of it are missing."""
        row = self._db.execute(
            "select signature, pages, (select count(distinct page) from page where page.tid = thread.tid) "
            "from thread where tid = ?",
            (tid,),
        ).fetchone()
        return row[0] if row and row[2] >= row[1] else None

    def last_page(self, tid: str) -> Known | None:
        """The last page of a thread that was read."""
        return next(self._pages("tid = ? order by page desc, url limit 1", tid), None)

    def _pages(self, where: str, *asked: str) -> Iterator[Known]:
        rows = self._db.execute(
            f"select {', '.join(_COLUMNS)} from page where {where}",  # noqa: S608 (own text)
            asked,
        )
        for row in rows:
            values = dict(zip(_COLUMNS, row, strict=True))
            yield Known(**values | {"is_cut": bool(values["is_cut"])})


def _told_of(article: Article) -> str | None:
    told = {name: value for name in OF_LIST if (value := getattr(article, name))}
    return msgspec.json.encode(told).decode() if told else None


class _Outdated(Exception):
    """The state does not fit the landing or the layout: fold anew."""
