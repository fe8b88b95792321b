"""Owns what all commands share: options, days, the chosen city and its warehouse, rows on the terminal."""

from __future__ import annotations

import codecs
import contextlib
import datetime as dt
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer

from pipeline.china import CHINA, EARLIEST, LATEST
from pipeline.faults import ToldError

if TYPE_CHECKING:
    from analysis.ticket import Rules
    from analysis.warehouse import Connection
    from pipeline.city import City
    from pipeline.load_plan import Plan
    from pipeline.store import Store

ROOT = Path(__file__).resolve().parent.parent  # a clone, or where Python keeps installed packages


def default_home(root: Path) -> Path:
    """Where data lies if nobody says it: in a clone the clone, else the folder in which one stands. Never
    among installed packages: who removes or renews these would remove the data."""
    return root if (root / "pyproject.toml").is_file() else Path.cwd()


HOME = default_home(ROOT)
WAREHOUSE = "warehouse.duckdb"
RECORDED = "已记录，各表即时计入"

CityOption = Annotated[
    Path | None,
    typer.Option("--city", envvar="GANGQING_CITY", help="城市数据目录，如 city；不写则为样例城市。"),
]
HomeOption = Annotated[
    Path, typer.Option("--home", help="数据所在目录：采集存于其下 var/，仓库为 warehouse.duckdb。")
]
AsOfOption = Annotated[
    str | None, typer.Option("--as-of", help="截至日期，如 2017-12-31；不写则为库中最晚的一天。")
]
KnownByOption = Annotated[
    str | None, typer.Option("--known-by", help="只用到这一天为止已采集、已决定的，重现当时所知。")
]
WhoOption = Annotated[str, typer.Option("--who", help="经办人：单位、职务、姓名。")]
AtOption = Annotated[
    str | None, typer.Option("--at", help="补记时写明当时的时间，如 2017-10-08T10:30；不写则为现在。")
]
WhyOption = Annotated[str, typer.Option("--why", help="说明或理由。")]
JsonOption = Annotated[bool, typer.Option("--json", help="输出 JSON。")]
JobsOption = Annotated[
    int, typer.Option("--jobs", min=1, max=64, help="打标签用几个进程；结果和顺序都与一个进程相同。")
]
CsvOption = Annotated[bool, typer.Option("--csv", help="输出 CSV。")]


class UserError(ToldError):
    """Something that the user can mend; the message says how."""


def parse_day(text: str | None, name: str = "--as-of") -> dt.date | None:
    """A day as it is typed; None where nothing was. Raises UserError."""
    if text is None:
        return None
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        raise UserError(f"{name} 应写成 2017-12-31 这样的日期，而不是 {text!r}") from None
    if not EARLIEST <= day <= LATEST:
        raise UserError(f"{name} 应在 {EARLIEST} 与 {LATEST} 之间，而不是 {text!r}")
    return day


def shown_day(con: Connection, as_of: str | None) -> dt.date:
    """The day that --as-of names, else the latest one in the warehouse. Raises UserError."""
    from analysis.overview import latest_day

    return parse_day(as_of) or latest_day(con)


def shown_moment(rules: Rules, day: dt.date) -> dt.date | dt.datetime:
    """As of which moment deadlines of a day are told: its end; of the day that is going on, as at the desk,
    what is due today is not late before closing time."""
    return rules.calendar.moment_of(day, wall_clock())


def read_lines(file: Path) -> list[bytes]:
    """The lines of a file, a pipe or, for "-", standard input; without a byte order mark."""
    with _opened(file) as source:
        content = source.read()
    _check_head(file, content[:4])
    return content.removeprefix(codecs.BOM_UTF8).splitlines()


def stream_lines(file: Path) -> Iterator[bytes]:
    """The lines of `read_lines`, one at a time: a file of any size needs no more memory than its window. For
    a line that is too long stands `TOO_LONG`."""
    from pipeline.unreadable import LONGEST_LINE as most
    from pipeline.unreadable import TOO_LONG

    with _opened(file) as source:
        line = source.readline(most + 1)
        _check_head(file, line[:4])
        line = line.removeprefix(codecs.BOM_UTF8)
        while line:
            too_long = len(line) > most
            while len(line) > most and not line.endswith(b"\n"):
                line = source.readline(most + 1)
            yield TOO_LONG if too_long else line
            line = source.readline(most + 1)


def _opened(file: Path) -> contextlib.AbstractContextManager[IO[bytes]]:
    if str(file) == "-":
        if sys.stdin is None:
            raise UserError("标准输入是关闭的，没有可读的；请用管道送入，或写文件名")
        return contextlib.nullcontext(sys.stdin.buffer)
    if file.is_dir() or not file.exists():
        raise UserError(f"没有这个文件：{file}")
    return file.open("rb")


def _check_head(file: Path, head: bytes) -> None:
    """Raises UserError for a file that is packed, or of another encoding from its first byte on."""
    from pipeline.unreadable import packed

    if what := packed(head):
        raise UserError(f"{'标准输入' if str(file) == '-' else file} {what}")


def load_chosen(folder: Path | None, home: Path | None = None) -> City:
    """The city that --city or GANGQING_CITY names, else the sample city.

    Args:
        home: with it, what people decided of the city's data there is laid over its files.
    """
    from pipeline.city import load_city

    city = load_city(folder if folder is not None else ROOT / "sample" / "city")
    if home is None:
        return city
    from pipeline.city_edits import city_edits, lay_edits
    from pipeline.store import open_store

    return lay_edits(city, city_edits(open_store(home, city).decisions))


def wall_clock() -> dt.datetime:
    """Now, as the wall clocks of China show it: the only clock of the program, handed to who needs it."""
    return dt.datetime.now(CHINA).replace(tzinfo=None)


def emit_rows(
    rows: list[dict[str, Any]], columns: dict[str, str], as_json: bool, as_csv: bool, **how: Any
) -> None:
    from analysis.terminal import chosen, emit

    if as_json and as_csv:
        raise UserError("--json 与 --csv 只能选一个")
    emit(rows, columns, chosen(as_json, as_csv), **how)


def check_unit(city: City, unit: str | None, *others: str) -> None:
    from analysis.mistakes import unknown_unit

    if unit is not None and unit not in {*city.unit_by_short, *others}:
        raise UserError(unknown_unit(unit, city.units))


@contextlib.contextmanager
def asked(folder: Path | None, home: Path) -> Iterator[tuple[City, Connection]]:
    """The chosen city and its warehouse with what was decided since it was built; closed again."""
    from analysis.warehouse import LiveWarehouse, WarehouseError
    from pipeline.store import open_store

    city = load_chosen(folder, home)
    warehouse = LiveWarehouse(home / WAREHOUSE, city, open_store(home, city).decisions)
    try:
        yield city, warehouse.cursor()
    except WarehouseError as error:
        raise UserError(str(error)) from error
    finally:
        warehouse.close()


def parse_moment(text: str | None, city: Path | None, home: Path, name: str = "--at") -> dt.datetime:
    """A moment that a person names, else now: when an act is recorded. In the sample city (`city` None) now
    is on its day."""
    if text is None and city is None:
        from commands.clock import SAMPLE_DAY, played_clock
        from pipeline.store import open_store

        return played_clock(SAMPLE_DAY, open_store(home, load_chosen(city)).decisions, wall_clock)()
    if text is None:
        return wall_clock()
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise UserError(f"{name} 应写成 2017-10-08T10:30 这样的时间，而不是 {text!r}") from None
    if moment.tzinfo is not None or not EARLIEST <= moment.date() <= LATEST:
        raise UserError(f"{name} 应为北京时间，在 {EARLIEST} 与 {LATEST} 之间，而不是 {text!r}")
    if moment > wall_clock():
        raise UserError(f"{name} {text} 还没有到，不能预先记录")
    return moment


def write_file(path: Path, content: bytes) -> None:
    """Write a file that the user asked for, whole or not at all. Raises UserError where it cannot be."""
    from pipeline.faults import os_fault

    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_bytes(content)
        draft.replace(path)
    except OSError as error:
        error.filename = str(path)  # not the draft's
        raise UserError(f"写不到 {os_fault(error)}；请换一个位置") from error
    finally:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)


def plan_of(city: City) -> Plan:
    """The city's plan. Raises UserError where it has none."""
    from pipeline.load_plan import load_plan

    plan = load_plan(city)
    if plan is None:
        raise UserError(f"{city.folder} 没有 plan.yaml，无法对账")
    return plan


@contextlib.contextmanager
def acting(folder: Path | None, home: Path) -> Iterator[tuple[City, Store]]:
    """The chosen city and its store, for an act; says that it was recorded and from when on it counts."""
    from pipeline.store import open_store

    city = load_chosen(folder, home)
    yield city, open_store(home, city)
    typer.echo(RECORDED)
