"""Owns whether the desk is well, as it is asked: the page 运行状况, /health for a watch dog, /metrics."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

from litestar import Request
from litestar.response import Response

from analysis.desk.office import Office
from analysis.desk.page import Page
from analysis.desk.rights import PUBLIC
from analysis.desk.routing import see
from analysis.desk.visit import Visit
from analysis.health import Check, State, look, worst

WORDS = {"ok": "正常", "warn": "请留意", "bad": "须处理"}


@dataclasses.dataclass(kw_only=True)
class HealthPage(Page):
    """Whether the installation is well.

    Attributes:
        state: of the whole: ok, warn, bad.
        words: state → in Chinese.
        checks: what was looked at.
    """

    template: ClassVar[str] = "health.html"
    heading: ClassVar[str] = "运行状况"
    section: ClassVar[str] = "/settings"
    state: State
    words: dict[str, str]
    checks: list[Check]


def checks_of(office: Office) -> list[Check]:
    """All checks of a desk's installation."""
    return look(
        office.store,
        office.warehouse.path,
        office.jobs.all(),
        office.clock(),
        city=office.city,
        is_crawled_daily=bool(office.settings.crawl_at),
        is_sample=office.is_sample,
    )


@see("/status", "settings.read")
def page(visit: Visit) -> Response[Any]:
    """运行状况."""
    checks = checks_of(visit.office)
    return visit.show(HealthPage(state=worst(checks), words=WORDS, checks=checks))


@see("/health", PUBLIC)
def health(request: Request[Any, Any, Any]) -> Response[Any]:
    """For a watch dog: 200 while the desk can work, 503 where it cannot. No figures: anybody may ask."""
    checks = checks_of(request.app.state.desk)
    state = worst(checks)
    is_up = next(check.state for check in checks if check.key == "build") != "bad"
    return Response(
        {"status": state, "checks": {check.key: check.state for check in checks}},
        status_code=200 if is_up else 503,
    )


@see("/metrics", "settings.read")
def metrics(request: Request[Any, Any, Any]) -> Response[bytes]:
    """For Prometheus, with a token of a role that may see the settings."""
    office: Office = request.app.state.desk
    text = office.metrics.text(checks_of(office))
    return Response(text, media_type=office.metrics.content_type)


ROUTES = [page, health, metrics]
