"""Owns the accounts of the desk: an append-only file below var/<city>/accounts, argon2 for passwords."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
import threading
from pathlib import Path

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from analysis.desk.journal import Journal
from analysis.desk.rights import Role

MIN_PASSWORD = 10  # characters
MAX_PASSWORD = 200  # a longer one only costs time
MAX_NAME = 30
_HASHER = PasswordHasher()
# Compared where there is no such account, so that the answer takes as long as where there is one.
_NOBODY = _HASHER.hash(secrets.token_urlsafe(16))


class AccountError(ValueError):
    """An account cannot be as was asked; the message says why, in Chinese."""


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """One person's account, as last written. The newest line of a name holds."""

    name: str  # with which one signs in
    person: str  # as decisions and logs name her
    roles: frozenset[Role]
    unit: str | None = None  # of a liaison: short name
    password: str  # argon2 hash
    must_change: bool = False  # signed in with a one-time password
    is_active: bool = True
    at: dt.datetime
    by: str  # who wrote this line

    @property
    def scope(self) -> str | None:
        """The only unit that she may see; None: all."""
        return self.unit if Role.LIAISON in self.roles else None

    @property
    def stamp(self) -> str:
        """Changes with password, roles, unit and standing: a session of an earlier stamp is over."""
        parts = (self.password, *sorted(self.roles), self.unit or "", str(self.is_active))
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]

    @property
    def mark(self) -> str:
        """Changes with every line that is written of it: what a form that changes it has seen."""
        return hashlib.sha256(msgspec.json.encode(self, order="deterministic")).hexdigest()[:16]


class Accounts:
    """All accounts of a city. Safe for threads; read anew when the file changed."""

    def __init__(self, folder: Path) -> None:
        self._journal = Journal(folder / "accounts.jsonl", Account)
        self._lock = threading.Lock()
        self._state: tuple[int, int] | None = None
        self._found: dict[str, Account] = {}

    def all(self) -> dict[str, Account]:
        """By name, the newest line of each."""
        with self._lock:
            state = self._journal.state()
            if state != self._state:
                self._found = {account.name: account for account in self._journal}
                self._state = state
            return dict(self._found)

    def active(self, name: str) -> Account | None:
        found = self.all().get(name)
        return found if found is not None and found.is_active else None

    def check(self, name: str, password: str) -> Account | None:
        """The account whose name and password these are, else None; takes the same time either way."""
        found = self.active(name)
        try:
            _HASHER.verify(found.password if found else _NOBODY, password[:MAX_PASSWORD])
        except (VerificationError, InvalidHashError):
            return None
        return found

    def write(self, account: Account) -> None:
        """Record an account, new or changed.

        Raises:
            AccountError: it has no name, no role, a liaison's has no unit or another role besides.
        """
        if not account.name.strip() or len(account.name) > MAX_NAME or account.name != account.name.strip():
            raise AccountError(f"账号名应为 1 至 {MAX_NAME} 个字，首尾不留空格")
        if not (account.name.isprintable() and account.person.isprintable()):
            raise AccountError("账号名和姓名里不能有换行、制表符等看不见的字符")
        if not account.person.strip() or len(account.person) > MAX_NAME:
            raise AccountError(f"姓名应为 1 至 {MAX_NAME} 个字")
        if not account.roles:
            raise AccountError("至少要选一个角色")
        if Role.LIAISON in account.roles and not account.unit:
            raise AccountError("单位联络员须选定单位")
        if Role.LIAISON in account.roles and len(account.roles) > 1:
            raise AccountError("单位联络员只办本单位的事，不能兼任其他角色；兼职的人请另设一个账号")
        with self._lock:
            self._journal.append(account)


def hash_password(password: str, name: str) -> str:
    """The argon2 hash of a new password.

    Raises:
        AccountError: it is too short, too long, or the account's name.
    """
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise AccountError(f"密码应为 {MIN_PASSWORD} 至 {MAX_PASSWORD} 个字符")
    if name and name.lower() in password.lower() and len(password) < len(name) + 6:
        raise AccountError("密码不能只是账号名加几个字符")
    if len(set(password)) < 4:
        raise AccountError("密码太简单：至少要有 4 个不同的字符")
    return _HASHER.hash(password)


def one_time_password() -> str:
    """A password to hand over to a new person, who must change it when signing in."""
    return secrets.token_urlsafe(9)
