"""Owns the tokens by which other systems read the API: each of a role (and unit), only its digest is kept."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
import threading
from pathlib import Path

import msgspec

from analysis.desk.accounts import MAX_NAME, Account, AccountError
from analysis.desk.journal import Journal
from analysis.desk.rights import Role

PREFIX = "gq_"


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """One token as last written. The newest line of an id holds."""

    id: str
    name: str  # which system reads with it
    role: Role
    unit: str | None = None  # of a liaison's: short name
    sha256: str  # of the token: it is long and random, so that its digest need not be slow
    is_active: bool = True
    at: dt.datetime
    by: str


class Tokens:
    """All tokens of a city. Safe for threads; read anew when the file changed."""

    def __init__(self, folder: Path) -> None:
        self._journal = Journal(folder / "tokens.jsonl", Token)
        self._lock = threading.Lock()
        self._state: tuple[int, int] | None = None
        self._found: dict[str, Token] = {}

    def all(self) -> dict[str, Token]:
        """By id, the newest line of each."""
        with self._lock:
            state = self._journal.state()
            if state != self._state:
                self._found = {token.id: token for token in self._journal}
                self._state = state
            return dict(self._found)

    def make(self, name: str, role: Role, unit: str | None, by: str, at: dt.datetime) -> tuple[Token, str]:
        """A new token, and what the other system must send: it is shown once and kept nowhere.

        Raises:
            AccountError: it has no name, or a liaison's has no unit.
        """
        if not name or len(name) > MAX_NAME:
            raise AccountError(f"请写明哪个系统使用（1 至 {MAX_NAME} 个字）")
        if role is Role.LIAISON and not unit:
            raise AccountError("单位联络员的令牌须选定单位")
        secret = PREFIX + secrets.token_urlsafe(32)
        made = Token(
            id=secrets.token_hex(6), name=name, role=role, unit=unit, sha256=_digest(secret), at=at, by=by
        )
        self._journal.append(made)
        return made, secret

    def revoke(self, token_id: str, by: str, at: dt.datetime) -> Token:
        """End a token. Raises AccountError: there is none, or it is over."""
        token = self.all().get(token_id)
        if token is None or not token.is_active:
            raise AccountError("没有这个令牌，或已停用")
        ended = msgspec.structs.replace(token, is_active=False, by=by, at=at)
        self._journal.append(ended)
        return ended

    def holder(self, header: str) -> Account | None:
        """Who sends this Authorization header, as an account that can only read; None: nobody known."""
        kind, _, secret = header.partition(" ")
        if kind.lower() != "bearer":
            return None
        digest = _digest(secret.strip())
        token = next(
            (t for t in self.all().values() if t.is_active and secrets.compare_digest(t.sha256, digest)), None
        )
        if token is None:
            return None
        return Account(
            name=f"令牌 {token.id}",
            person=token.name,
            roles=frozenset({token.role}),
            unit=token.unit,
            password="",
            at=token.at,
            by=token.by,
        )


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
