"""Owns the list of the desk's routes. A page is a module with its context class, routes and template."""

from __future__ import annotations

from typing import Any

from analysis.desk.pages import entrance, today

ROUTES: list[Any] = [route for page in (entrance, today) for route in page.ROUTES]
