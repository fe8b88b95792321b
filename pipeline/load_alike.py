"""Owns finding threads on the same matter: pairs of which one thread changed since the last build.

Threads are compared window by window of their opening days, so that neither memory nor time grows with the
square of all that was ever loaded: what opened longer apart than `MAX_GAP_DAYS` is never on one matter.
Where many changed, a process beside this one compares them while they are tagged.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from pipeline.beside import Beside, start_beside
from pipeline.edition import windows_path
from pipeline.faults import os_fault
from pipeline.tagging.alike import MAX_GAP_DAYS, Alike, alike
from pipeline.tagging.alike_weights import Message
from pipeline.warehouse import Warehouse, WarehouseError

BESIDE_THREADS = 10_000  # from so many on, to start a process costs less than it saves
Count = Callable[[int, int], None]
Found = Iterator[tuple[int, list[Alike]]]  # by window: how many threads in it changed, and the pairs of those
_ENDED = "比较帖子的进程意外结束（内存不足？），请再运行一次"
_GAP = dt.timedelta(days=MAX_GAP_DAYS)
_WINDOW = 3 * _GAP
_MESSAGES = """
SELECT p.thread_id, t.title, COALESCE(p.text, '') AS text,
  CAST(COALESCE(p.posted_at, p.captured_at) AS DATE) AS day
FROM thread_post_at(NULL) AS p JOIN thread_at(NULL) AS t USING (thread_id)
WHERE p.floor = 1 ORDER BY thread_id
"""
_DAYS = (
    "SELECT thread_id, CAST(COALESCE(posted_at, captured_at) AS DATE) FROM thread_floor_now WHERE floor = 1"
)


@contextlib.contextmanager
def looked_for_links(warehouse: Warehouse, threads: Collection[str]) -> Iterator[Found]:
    """What `link_threads` takes. Where many threads changed, a process begins to compare them on entering.

    Raises:
        WarehouseError: the disk is full; on taking it, the process ended before it should.
    """
    if len(threads) < BESIDE_THREADS or (os.cpu_count() or 1) == 1:
        yield ((len(new), [*alike(near, new)]) for near, new in _read(warehouse, threads))
        return
    from pipeline.load_alike_beside import write_windows

    path = windows_path(warehouse.path)
    try:
        try:
            sizes = write_windows(path, _read(warehouse, threads))
        except OSError as error:
            raise WarehouseError(f"{path} 写入失败，请腾出空间后再运行（{os_fault(error)}）") from error
        beside = start_beside("pipeline.load_alike_beside")
        try:
            with contextlib.suppress(ConnectionError):  # told where the answer is taken
                beside.line.send(path)
            yield _taken(beside, sizes)
        finally:
            beside.end()
    finally:
        path.unlink(missing_ok=True)


def _taken(beside: Beside, sizes: Sequence[int]) -> Iterator[tuple[int, list[Alike]]]:
    try:
        said = beside.line.recv()
    except (EOFError, ConnectionError) as error:
        raise WarehouseError(_ENDED) from error
    if isinstance(said, Exception):
        raise said
    yield from zip(sizes, said, strict=True)


def link_threads(warehouse: Warehouse, threads: Collection[str], found: Found, count: Count) -> int:
    """Put down the pairs of the changed threads anew; returns how many pairs there are of them."""
    if not threads:
        return 0
    count(0, len(threads))
    warehouse.hold("todo", "thread_id", sorted(threads))
    warehouse.rows(
        "DELETE FROM thread_alike WHERE thread_id IN (SELECT thread_id FROM todo) "
        "OR other_id IN (SELECT thread_id FROM todo)"
    )
    pairs: dict[tuple[str, str], Alike] = {}
    done = 0
    for size, told in found:
        pairs |= {(pair.first, pair.second): pair for pair in told}
        done += size
        count(done, len(threads))
    warehouse.insert(
        "thread_alike",
        [
            {"thread_id": pair.first, "other_id": pair.second, "strength": pair.strength, "words": pair.words}
            for _, pair in sorted(pairs.items())
        ],
    )
    count(len(threads), len(threads))
    return len(pairs)


def _read(warehouse: Warehouse, threads: Collection[str]) -> Iterator[tuple[list[Message], set[str]]]:
    """The messages of each window, and the ids of those that changed."""
    if threads:
        for new, near in _windows(dict(warehouse.rows(_DAYS)), threads):
            yield _messages(warehouse, near), new


def _windows(
    days: Mapping[str, dt.date | None], threads: Collection[str]
) -> Iterator[tuple[set[str], list[str]]]:
    """The changed threads, some at a time, with all threads that can be on a matter with one of them, but
    those that changed and came before them: they were compared. What has no day can be on one with any."""
    dated = sorted((day, thread) for thread in threads if (day := days.get(thread)) is not None)
    compared: set[str] = set()
    while dated:
        first = dated[0][0]
        new = {thread for day, thread in dated if day - first < _WINDOW}
        dated = dated[len(new) :]
        near = [
            thread
            for thread, day in days.items()
            if (day is None or -_GAP <= day - first <= _WINDOW + _GAP) and thread not in compared
        ]
        yield new, near
        compared |= new
    undated = {thread for thread in threads if thread in days and days[thread] is None}
    if undated:
        yield undated, [thread for thread in days if thread not in compared]


def _messages(warehouse: Warehouse, threads: Collection[str]) -> list[Message]:
    tables = ("thread_page_version", "thread_post_version", "thread_floor_now")
    with warehouse.narrowed("thread_id", threads, tables):
        found = [row for part in warehouse.records(_MESSAGES) for row in part]
    return [Message(row["thread_id"], row["title"], row["text"], row["day"]) for row in found]
