"""Owns the desk as an application: its routes, who is signed in, tokens of forms, limits, headers, errors."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from litestar import Litestar, Router
from litestar.config.csrf import CSRFConfig
from litestar.datastructures import CacheControlHeader, State
from litestar.di import Provide
from litestar.middleware import DefineMiddleware
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.static_files import create_static_files_router
from litestar.stores.memory import MemoryStore

from analysis.desk.api import ROUTES as API
from analysis.desk.arrival import looked_at
from analysis.desk.errors import FORM_COOKIE, HANDLERS
from analysis.desk.forms import provide_form
from analysis.desk.metrics import measured
from analysis.desk.office import Office, ensure_private
from analysis.desk.pages import ROUTES, ask_first
from analysis.desk.rendering import STATIC
from analysis.desk.rights import PUBLIC, permission_guard
from analysis.desk.schedule import start_schedule
from analysis.desk.security import add_headers, plain_path_guard
from analysis.desk.sessions import DeskSessionConfig, SessionFiles, SignedIn, sweep, sweep_daily
from analysis.desk.standing import start_preparing
from analysis.desk.unsent import own_form_guard
from analysis.desk.visit import provide_visit

MAX_BODY = 10_000_000  # bytes of a form with what is uploaded
YEAR = 365 * 24 * 3600


def create_app(office: Office) -> Litestar:
    """The desk of one city as an ASGI application."""
    sessions = ensure_private(office.store.desk) / "sessions"
    swept = sessions, office.unsent.folder

    @contextlib.asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        sweep(*swept)
        sweeping = asyncio.create_task(sweep_daily(*swept))
        clockwork = start_schedule(office)
        if office.warehouse.lag:
            ask_first(office)
        end = start_preparing(office)
        try:
            yield
        finally:
            sweeping.cancel()
            if clockwork is not None:
                clockwork.shutdown(wait=False)
            end()
            office.warehouse.close()

    app = Litestar(
        route_handlers=[*ROUTES, *API, _static(STATIC)],
        dependencies={
            "visit": Provide(provide_visit),
            "form": Provide(provide_form),
        },
        guards=[plain_path_guard, own_form_guard, permission_guard],
        middleware=[measured(office.metrics), DeskSessionConfig().middleware, DefineMiddleware(SignedIn)],
        csrf_config=CSRFConfig(
            secret=office.secret, cookie_name=FORM_COOKIE, cookie_httponly=True, cookie_samesite="strict"
        ),
        exception_handlers=HANDLERS,
        before_send=[add_headers],
        request_max_body_size=MAX_BODY,
        stores={"sessions": SessionFiles(sessions), "rate_limit": MemoryStore()},
        state=State({"desk": office}),
        openapi_config=_openapi(),
        lifespan=[lifespan],
    )
    app.asgi_handler = looked_at(app.asgi_handler)
    office.paths = frozenset(route.path for route in app.routes)
    return app


def _openapi() -> OpenAPIConfig:
    """The description of /api/v1 as JSON, for who may read; no page that would fetch scripts elsewhere."""
    return OpenAPIConfig(
        title="港情",
        version="1",
        description="与网页同样的权限：登录的会话，或 Authorization: Bearer 令牌。只读。",
        render_plugins=[JsonRenderPlugin()],
        openapi_router=Router(
            path="/schema", route_handlers=[], opt={"permission": "own.read"}, include_in_schema=False
        ),
    )


def _static(folder: Path):  # type: ignore[no-untyped-def]  # a router of a class that Litestar keeps to itself
    return create_static_files_router(
        path="/static",
        directories=[folder],
        cache_control=CacheControlHeader(max_age=YEAR, public=True, immutable=True),
        opt={"permission": PUBLIC},
    )
