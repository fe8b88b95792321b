"""Owns what is uploaded but not confirmed yet: one draft a person, bounded, private, gone after a day."""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
from pathlib import Path

import msgspec

from analysis.desk.office import ensure_private
from pipeline.attachments import plain_name
from pipeline.store import write_durably

MOST_FILES = 60
MOST_BYTES = 80 * 1024 * 1024  # of a draft's files together
KEPT = dt.timedelta(days=1)
_SHEET = "draft.json"


class UploadError(ValueError):
    """What was uploaded cannot be kept; the message says why and what to do, in Chinese."""


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A table with its attachments, as uploaded. `files`: name → number of the file that holds it."""

    name: str
    sha256: str
    at: dt.datetime
    files: dict[str, int]


class Uploads:
    """The drafts of a desk. Where one lies follows from the account, never from what was uploaded."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def check(self, content: bytes, files: list[tuple[str, bytes]]) -> dict[str, bytes]:
        """The attachments of an upload by plain name.

        Raises:
            UploadError: too many or too large, or two files of one name.
        """
        total = len(content) + sum(len(each) for _, each in files)
        if len(files) > MOST_FILES or total > MOST_BYTES:
            raise UploadError(
                f"一次最多 {MOST_FILES} 个附件、合计 {MOST_BYTES // 1024 // 1024} MB：请分几次报送"
            )
        found = {plain_name(name): each for name, each in files}
        if len(found) < len(files):
            raise UploadError("有两个附件同名，请改名后再传")
        return found

    def keep(
        self, account: str, name: str, content: bytes, files: list[tuple[str, bytes]], at: dt.datetime
    ) -> Draft:
        """Keep an upload in the place of the person's last one.

        Raises:
            UploadError: as `check`.
        """
        names = list(self.check(content, files))
        self.drop(account)
        place = ensure_private(self._place(account))
        for number, (_, each) in enumerate(files):
            write_durably(place / f"{number}.bin", each)
        write_durably(place / "table.bin", content)
        draft = Draft(
            name=plain_name(name),
            sha256=hashlib.sha256(content).hexdigest(),
            at=at,
            files={each: number for number, each in enumerate(names)},
        )
        write_durably(place / _SHEET, msgspec.json.encode(draft))
        return draft

    def find(self, account: str, at: dt.datetime) -> Draft | None:
        """The draft of a person; None where there is none, or it is older than a day."""
        path = self._place(account) / _SHEET
        try:
            draft = msgspec.json.decode(path.read_bytes(), type=Draft)
        except (FileNotFoundError, msgspec.DecodeError):
            return None
        if at - draft.at > KEPT:
            self.drop(account)
            return None
        return draft

    def content(self, account: str) -> bytes:
        """The table of a draft."""
        return (self._place(account) / "table.bin").read_bytes()

    def files(self, account: str, draft: Draft) -> dict[str, bytes]:
        """The attachments of a draft by name."""
        return {
            name: (self._place(account) / f"{number}.bin").read_bytes()
            for name, number in draft.files.items()
        }

    def drop(self, account: str) -> None:
        shutil.rmtree(self._place(account), ignore_errors=True)

    def _place(self, account: str) -> Path:
        return self._folder / hashlib.sha256(account.encode()).hexdigest()[:24]
