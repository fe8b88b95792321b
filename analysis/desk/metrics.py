"""Owns what the desk measures of itself: requests by route and time, and the checks of analysis.health, in
the text format of Prometheus. Labels are routes, never addresses: no id, name or search word gets out."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence

from litestar.exceptions import HTTPException
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from analysis.health import Check

_LOG = logging.getLogger("gangqing.desk")
SLOW_SECONDS = 2.0
_LEVEL = {"ok": 0, "warn": 1, "bad": 2}


class Metrics:
    """Counters of one desk. Each desk has a registry of its own."""

    content_type = CONTENT_TYPE_LATEST

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "gangqing_requests", "Requests.", ["method", "route", "status"], registry=self.registry
        )
        self._seconds = Histogram(
            "gangqing_request_seconds",
            "Time to answer.",
            ["route"],
            buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
            registry=self.registry,
        )
        self._state = Gauge("gangqing_health", "0 well, 1 warns, 2 bad.", ["check"], registry=self.registry)
        self._value = Gauge(
            "gangqing_health_value", "Seconds, bytes or a count.", ["check"], registry=self.registry
        )

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Note a request that was answered."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def text(self, checks: Sequence[Check]) -> bytes:
        """All that is measured."""
        for check in checks:
            self._state.labels(check.key).set(_LEVEL[check.state])
            if check.value is not None:
                self._value.labels(check.key).set(check.value)
        return generate_latest(self.registry)


def measured(metrics: Metrics):  # type: ignore[no-untyped-def]  # a middleware factory of Litestar
    """Middleware that notes every request; what was slow or failed is said in the log, by its route only."""

    def wrap(app: ASGIApp) -> ASGIApp:
        async def timed(scope: Scope, receive: Receive, send: Send) -> None:
            began = time.perf_counter()
            status = 500

            async def heard(message: Message) -> None:
                nonlocal status
                if message["type"] == "http.response.start":
                    status = message["status"]
                await send(message)

            try:
                await app(scope, receive, heard)
            except HTTPException as error:  # of a limit or a guard: answered further out
                status = error.status_code
                raise
            finally:
                seconds = time.perf_counter() - began
                handler = scope.get("route_handler")
                route = min(getattr(handler, "paths", None) or ["?"])
                method = str(scope.get("method", ""))[:10]
                metrics.count(method, route, status, seconds)
                if status >= 500 or seconds > SLOW_SECONDS:
                    user = getattr(scope.get("user"), "name", "")
                    fields = {"method": method, "route": route, "status": status,
                              "ms": round(seconds * 1000), "account": user}  # fmt: skip
                    _LOG.log(
                        logging.ERROR if status >= 500 else logging.WARNING,
                        "request",
                        extra={"fields": fields},
                    )

        return timed

    return wrap
