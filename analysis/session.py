"""Owns an analyst's session: city, plan, rules and warehouse opened together, for notebooks."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
from pathlib import Path

from analysis.coverage import CoverageRow, coverage
from analysis.credits import CreditRow, Points, credits, load_points
from analysis.ground import UNSURE
from analysis.overview import latest_day
from analysis.plan import Plan, Task, load_plan
from analysis.queue import Rules, Ticket, load_rules, queue
from analysis.warehouse import Connection, WarehouseError, open_warehouse
from pipeline.city import City, load_city
from pipeline.city_edits import city_edits, lay_edits
from pipeline.store import open_store


@dataclasses.dataclass(frozen=True)
class Session:
    """One warehouse with its city, asked as of one day."""

    city: City
    plan: Plan
    rules: Rules
    points: Points
    con: Connection
    as_of: dt.date

    def coverage(self) -> list[CoverageRow]:
        """Units × tasks as of the session's day."""
        return coverage(self.con, self.plan, self.as_of, rules=self.rules, points=self.points)

    def silent_weeks(self, task: Task, rows: list[CoverageRow]) -> set[dt.date]:
        """First days of the weeks that a weekly task lacks while its source was silent (marked ？)."""
        weeks = [week for row in rows if row.task == task.id and row.kind == "weekly" for week in row.missing]
        return {dt.date.fromisoformat(week[:10]) for week in weeks if week.endswith(UNSURE)}

    def credits(self) -> list[CreditRow]:
        """Credited stories by unit and task as of the session's day."""
        return credits(self.con, self.plan, self.as_of, points=self.points)

    def queue(self, include_closed: bool = False) -> list[Ticket]:
        """Tickets as of the session's day."""
        return queue(self.con, self.rules, self.as_of, include_closed=include_closed)


def open_session(
    warehouse: Path | str | None = None, city: Path | str | None = None, as_of: dt.date | str | None = None
) -> Session:
    """Open a warehouse for reading. What is not given comes from GANGQING_WAREHOUSE, GANGQING_CITY and
    GANGQING_AS_OF; else the warehouse of the project, the default city, the day of the newest
    capture, as on the command line.

    Raises:
        WarehouseError, CityError: something is missing or does not fit; the message says what to do.
    """
    project = Path(__file__).resolve().parent.parent
    path = warehouse or os.environ.get("GANGQING_WAREHOUSE") or project / "warehouse.duckdb"
    chosen = load_city(city or os.environ.get("GANGQING_CITY"))
    chosen = lay_edits(chosen, city_edits(open_store(Path(path).parent, chosen).decisions))
    plan = load_plan(chosen)
    if plan is None:
        raise WarehouseError(f"{chosen.folder} 没有 plan.yaml")
    con = open_warehouse(path, chosen.name)
    day = as_of or os.environ.get("GANGQING_AS_OF") or latest_day(con)
    return Session(
        city=chosen,
        plan=plan,
        rules=load_rules(chosen),
        points=load_points(chosen),
        con=con,
        as_of=dt.date.fromisoformat(day) if isinstance(day, str) else day,
    )
