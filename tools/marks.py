"""Owns the passages of docs/security.md that commands write: what stands between their marks. The rest of the
page is written by hand."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).resolve().parents[1] / "docs" / "security.md"


def marks(command: str) -> tuple[str, str]:
    """The lines before and after what a command writes."""
    return f"<!-- written by {command} -->", f"<!-- end of {command} -->"


def passage(page: str, command: str) -> str:
    """What stands between the marks of a command. Raises SystemExit where they are not there."""
    return _found(page, command)[1]


def with_passage(page: str, command: str, text: str) -> str:
    """The page with this between the marks of a command. Raises SystemExit where they are not there."""
    match = _found(page, command)
    return page[: match.start(1)] + text + page[match.end(1) :]


def _found(page: str, command: str) -> re.Match[str]:
    begin, end = map(re.escape, marks(command))
    match = re.search(f"{begin}\n(.*?)\n{end}", page, re.DOTALL)
    if match is None:
        raise SystemExit(f"{PAGE.name}: the marks of {command} are not there")
    return match
