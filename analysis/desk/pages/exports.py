"""Owns the tables of the pages as files: CSV, Excel, JSON, by the filters of the page's address."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from litestar.exceptions import NotFoundException, ValidationException
from litestar.response import Response

from analysis.desk.routing import file_answer, see
from analysis.desk.tables import TABLES, Table, to_csv, to_excel, to_json
from analysis.desk.visit import Visit
from analysis.search_query import SearchError


def table_of(visit: Visit, name: str) -> Table:
    """A table by the filters of the address. Raises ValidationException: its words cannot be searched."""
    try:
        return TABLES[name][1](visit)
    except SearchError as error:
        raise ValidationException(str(error)) from error


def _route(name: str, permission: str) -> Any:
    def export(visit: Visit, kind: str) -> Response[bytes]:
        if kind not in ("csv", "xlsx", "json"):
            raise NotFoundException("没有这种文件，可用 csv、xlsx、json")
        table = table_of(visit, name)
        write: dict[str, Callable[[], bytes]] = {
            "csv": lambda: to_csv(table),
            "xlsx": lambda: to_excel(table, visit),
            "json": lambda: to_json(table, visit),
        }
        visit.log(
            "导出", f"{name}.{kind}", after={"rows": len(table.rows), "query": visit.request.url.query[:500]}
        )
        return file_answer(write[kind](), f"{table.title}-{visit.as_of}.{kind}")

    export.__name__ = f"export_{name}"
    export.__doc__ = f"The table of {name} as a file."
    return see(f"/export/{name}/{{kind:str}}", permission, fresh=True)(export)


ROUTES = [_route(name, permission) for name, (permission, _) in TABLES.items()]
