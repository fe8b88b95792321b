"""Owns sessions: who is signed in. The cookie holds a random number only, a new one at each signing in."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import datetime as dt
import time
from pathlib import Path
from typing import Any

from litestar.connection import ASGIConnection
from litestar.middleware.authentication import AbstractAuthenticationMiddleware, AuthenticationResult
from litestar.middleware.session.server_side import ServerSideSessionBackend, ServerSideSessionConfig
from litestar.stores.file import FileStore
from litestar.types import Empty, Message, ScopeSession

from analysis.desk.accounts import Account, Accounts

IDLE_SECONDS = 8 * 3600  # a working day without a click ends a session
SWEEP_SECONDS = 24 * 3600
_ROTATE, _LOADED, _ID = "rotate", "session_as_loaded", "session_id_given"


class SessionFiles(FileStore):
    """Sessions as files. One is read and renewed, or deleted, not both at once: who signs out while another
    of her pages is on its way stays signed out."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, create_directories=True)
        self.one_at_a_time = asyncio.Lock()

    async def get(self, key: str, renew_for: int | dt.timedelta | None = None) -> bytes | None:
        async with self.one_at_a_time:
            return await super().get(key, renew_for)

    async def delete(self, key: str) -> None:
        async with self.one_at_a_time:
            await super().delete(key)


class DeskSessions(ServerSideSessionBackend):
    """Sessions of those who signed in; who did not has none, and costs no file."""

    def get_session_id(self, connection: ASGIConnection) -> str:
        """The number given in this request, else that of the cookie."""
        given: str | None = connection.scope["state"].get(_ID)
        return given or super().get_session_id(connection)

    async def load_from_connection(self, connection: ASGIConnection) -> dict[str, Any]:
        data = await super().load_from_connection(connection)
        connection.scope["state"][_LOADED] = dict(data)
        return data

    async def store_in_message(
        self, scope_session: ScopeSession, message: Message, connection: ASGIConnection
    ) -> None:
        """Store what changed, under a new number where somebody signed in just now."""
        loaded = connection.scope["state"].get(_LOADED) or {}
        if not scope_session or not isinstance(scope_session, dict):
            if loaded:
                await super().store_in_message(Empty, message, connection)
            return
        store = self.config.get_store_from_app(connection.scope["litestar_app"])
        assert isinstance(store, SessionFiles)
        if scope_session.pop(_ROTATE, False):
            await self.delete(self.get_session_id(connection), store)
            connection.scope["state"][_ID] = self.generate_session_id()
        elif scope_session == loaded:
            return
        elif loaded:
            async with store.one_at_a_time:
                if await store.exists(self.get_session_id(connection)):  # else she signed out meanwhile
                    await super().store_in_message(scope_session, message, connection)
            return
        await super().store_in_message(scope_session, message, connection)


@dataclasses.dataclass
class DeskSessionConfig(ServerSideSessionConfig):
    """HttpOnly, SameSite, ended by a working day of silence."""

    _backend_class = DeskSessions
    max_age: int = IDLE_SECONDS
    renew_on_access: bool = True
    key: str = "gangqing"


def sweep(*folders: Path) -> None:
    """Delete the files of sessions that have ended, with what was typed in them, and forms as old. That of a
    session is written anew when it is used, so that its age tells: what was half written goes too, where
    FileStore.delete_expired stops."""
    ended = time.time() - IDLE_SECONDS
    for path in (path for folder in folders for path in folder.glob("*")):
        with contextlib.suppress(FileNotFoundError):  # signed out meanwhile
            if path.stat().st_mtime < ended:
                path.unlink()


async def sweep_daily(*folders: Path) -> None:
    """Sweep once a day until cancelled."""
    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        with contextlib.suppress(OSError):  # the next day tries again
            await asyncio.to_thread(sweep, *folders)


def sign_in(session: dict[str, Any], account: Account) -> None:
    """Make a session that of an account, under a new number."""
    session.clear()
    session.update({"name": account.name, "stamp": account.stamp, _ROTATE: True})


class SignedIn(AbstractAuthenticationMiddleware):
    """Finds the account of a session: none where it was closed, or its password or roles changed since."""

    async def authenticate_request(self, connection: ASGIConnection) -> AuthenticationResult:
        accounts: Accounts = connection.app.state.desk.accounts
        session = connection.scope.get("session")
        account = None
        given = connection.headers.get("authorization", "")
        if given and connection.scope["path"].startswith(("/api/", "/schema/", "/metrics")):
            # A token speaks for itself, not a session.
            return AuthenticationResult(user=connection.app.state.desk.tokens.holder(given), auth=None)
        if isinstance(session, dict) and "name" in session:
            account = accounts.active(session["name"])
            if account is not None and account.stamp != session["stamp"]:
                account = None
        return AuthenticationResult(user=account, auth=None)
