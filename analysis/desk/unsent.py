"""Owns what was typed in forms that came when nobody was signed in any more, or somebody else, or with an old
token: kept for the account under which it was typed, and for no other, until that person is back."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import time
from pathlib import Path

import msgspec
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.exceptions import PermissionDeniedException
from litestar.handlers.base import BaseRouteHandler

from analysis.desk.accounts import Account, Accounts
from analysis.desk.flash import Typed
from analysis.desk.forms import form_read
from analysis.desk.sessions import IDLE_SECONDS
from pipeline.store import ensure_folder, write_durably

MOST_FORMS = 8  # of an account: somebody has several pages open when her session ends


class Unsent(msgspec.Struct, frozen=True, kw_only=True):
    """What was typed, and the page on which the form stands."""

    page: str
    typed: Typed


class UnsentForms:
    """The forms of a desk that were not sent, of each account the newest few."""

    def __init__(self, folder: Path, secret: str) -> None:
        self.folder = folder
        self._secret = secret.encode()

    def mark(self, account: Account) -> str:
        """What each form carries: under which account it was filled in. Nobody else can make it."""
        signed = hmac.new(self._secret, f"form\n{account.name}\n{account.stamp}".encode(), hashlib.sha256)
        return f"{signed.hexdigest()[:32]}.{account.name}"

    def owner(self, accounts: Accounts, mark: str) -> Account | None:
        """Whose form it is; None where the mark was not made here, or her password or roles changed since."""
        account = accounts.active(mark.partition(".")[2])
        is_own = account is not None and hmac.compare_digest(self.mark(account).encode(), mark.encode())
        return account if is_own else None

    def keep(self, account: Account, page: str, typed: Typed) -> None:
        """Keep what was typed until the account signs in; of too many forms the oldest goes."""
        ensure_folder(self.folder)
        content = msgspec.json.encode(Unsent(page=page, typed=typed))
        name = f"{_digest(account.name)}-{_digest(content.decode())}.json"  # what is sent twice is kept once
        write_durably(self.folder / name, content)
        for old in self._of(account)[MOST_FORMS:]:
            old.unlink(missing_ok=True)

    def take(self, account: Account, page: str) -> Unsent | None:
        """The newest form of an account on a page; if she wants the start page, on any. It is kept no longer:
        of two tabs of a page each gets one."""
        for path in self._of(account):
            try:
                found = msgspec.json.decode(path.read_bytes(), type=Unsent)
            except (FileNotFoundError, msgspec.DecodeError):
                continue
            if page in (found.page, "/"):
                path.unlink(missing_ok=True)
                return found
        return None

    def count(self, account: Account) -> int:
        """How many forms of an account are kept."""
        return len(self._of(account))

    def _of(self, account: Account) -> list[Path]:
        """Files of an account, the newest first; none that is as old as a session that ended."""
        found: list[tuple[float, Path]] = []
        for path in self.folder.glob(f"{_digest(account.name)}-*.json"):
            with contextlib.suppress(FileNotFoundError):
                found.append((path.stat().st_mtime, path))
        return [path for at, path in sorted(found, reverse=True) if time.time() - at < IDLE_SECONDS]


class OfAnother(PermissionDeniedException):
    """A form that was filled in under another account than the one that is signed in."""

    def __init__(self) -> None:
        super().__init__("没有提交：表单是用另一个账号填写的")


def own_form_guard(connection: ASGIConnection, handler: BaseRouteHandler) -> None:
    """Lets nobody send what somebody else filled in before her in the same browser. Raises OfAnother."""
    user = connection.scope.get("user")
    if not isinstance(user, Account) or connection.scope.get("method") != "POST":
        return
    form = form_read(Request(connection.scope))
    mark = form.mark() if form is not None else ""
    if mark and mark.partition(".")[2] != user.name:
        raise OfAnother


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:24]
