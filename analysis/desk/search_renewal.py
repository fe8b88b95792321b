"""Owns what the desk does about a search index that cannot be asked or lacks texts: has it renewed by itself
and says so, never that nothing was found."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable
from pathlib import Path

from litestar.exceptions import ServiceUnavailableException

from analysis.desk.jobs import JobError
from analysis.desk.office import Office
from analysis.desk.visit import Visit
from analysis.search import Found
from analysis.search_hits import NoSearchIndex, lacks_texts
from pipeline.search_parts import index_identity, index_path

BY = "自动"
BUILDS = ("index", "build", "refresh", "presence")  # jobs that end with an index brought up to date
PAUSE = dt.timedelta(minutes=10)  # after a renewal that failed
_MEANWHILE = "这期间按词查不到，不等于没有；不写检索词的列表和筛选照常可用"


class NotSearchable(ServiceUnavailableException):
    """Words cannot be looked for now; `detail` says why and what is being done, in Chinese."""


def index_of(visit: Visit) -> Path:
    """The index of the desk's warehouse."""
    return index_path(visit.office.warehouse.path)


def lacks(visit: Visit) -> bool:
    """Whether the index lacks texts of the edition that is read; asked once for each pair of them."""
    try:
        identity = index_identity(index_of(visit))
    except FileNotFoundError:
        return True
    return visit.edition.once(("index", identity), lambda: lacks_texts(visit.con, index_of(visit)), ())


def searched(visit: Visit, find: Callable[[], Found]) -> Found:
    """What `find` finds by words.

    Raises:
        NotSearchable: the index is being renewed, and nothing can be said of what was not found.
        SearchError: the question cannot be asked.
    """
    try:
        found = find()
    except NoSearchIndex as error:
        raise NotSearchable(f"{error.amiss}，{renew_index(visit.office)}。{_MEANWHILE}。") from error
    if found.hits is not None and not found.total and lacks(visit):
        raise NotSearchable(f"全文索引还没有跟上最近的建库，{renew_index(visit.office)}。{_MEANWHILE}。")
    return found


def notice_of(visit: Visit, found: Found) -> str:
    """What must be known of what was found by words; "" for nothing."""
    if found.hits is None or not lacks(visit):
        return ""
    return f"全文索引还没有跟上最近的建库，最新的可能还搜不到；{renew_index(visit.office)}。"


def renew_index(office: Office) -> str:
    """Have the index brought up to date in the background, unless that goes on. Returns what is being done,
    in Chinese."""
    jobs = office.jobs.all()
    if any(job.is_running and job.kind in BUILDS for job in jobs):
        return "正在自动重建（数据多时要几分钟）"
    last = next((job for job in jobs if job.kind == "index"), None)
    if last is not None and last.state != "完成" and office.clock() < last.started_at + PAUSE:
        return "自动重建没有成功，请联系管理员看“任务”里的日志"
    with contextlib.suppress(JobError):  # somebody else started it just now
        office.start_job("index", BY)
    return "正在自动重建（数据多时要几分钟）"
