"""Owns the program's log: one JSON object a line, in files that turn over, with nothing secret in it.

`at` is the wall-clock time of China. Personal numbers are masked, tokens and passwords taken out, whoever
wrote them into a message; a line is at most a few kilobytes.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import logging
import logging.handlers
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeline.china import CHINA
from pipeline.privacy import mask_personal

NAME = "gangqing"
MOST_BYTES, KEPT_FILES = 10_000_000, 5
MAX_TEXT = 4000
_SECRETS = (
    (re.compile(r"\bgq_[\w-]{8,}"), "gq_***"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{6,}"), r"\1 ***"),
    (re.compile(r"(?i)\b((?:set-)?cookie['\"]?\s*[=:]\s*)[^\n]+"), r"\1***"),
    (re.compile(r"\b([a-z]{2,12}://)[^\s/@:]{0,200}:[^\s/@]{1,200}@"), r"\1***@"),
    (re.compile(r"\$argon2\w+\$[^\s\"']+"), "$argon2***"),
)  # fmt: skip
_NAMED = re.compile(
    r"(?i)(password|passwd|pwd|secret|(token|key)|authorization)(['\"]?\s*[=:]\s*['\"]?)([^\s'\",;&]+)"
)
_STEM = re.compile(r"[A-Za-z0-9_-]{0,40}\Z")  # what of a name stands before
# Words that end as the name of a secret does. All other names are taken for one: api_key, accessToken.
_WORDS = re.compile(
    r"(?i)(?:mon|tur|don|hoc|joc|whis|lac|flun|malar|mic|ric|smo|ho|po|jo|dic|hic|cri|jer)key|(?:be|fore)token"
)
_ASCII = "".join(map(chr, range(0x21, 0x7F)))
_LEAST_SECRET = 4  # characters: no key is shorter, nor begins with fewer that are ASCII (token: 3个)


def _named(match: re.Match[str]) -> str:
    """A name with a stand-in for its secret, or as it stands where it is none."""
    name, is_key, sign, value = match.groups()
    if is_key:
        stem = _STEM.search(match.string, max(0, match.start() - 40), match.start())
        is_word = _WORDS.fullmatch(f"{stem[0] if stem else ''}{name}") is not None
        if is_word or len(value) - len(value.lstrip(_ASCII)) < _LEAST_SECRET:
            return match[0]
    return f"{name}{sign}***"


def without_secrets(text: str) -> str:
    """A text as it may stand in a log."""
    for pattern, stand_in in _SECRETS:
        text = pattern.sub(stand_in, text)
    text = _NAMED.sub(_named, text)
    return mask_personal(text[:MAX_TEXT])


def _clean(value: Any) -> Any:
    """A value as it may stand in a log, whatever it is made of."""
    if isinstance(value, str):
        return without_secrets(value)
    if isinstance(value, dict):
        return {key: _clean_named(key, each) for key, each in value.items()}
    return [_clean(each) for each in value] if isinstance(value, list | tuple) else value


def _clean_named(name: Any, value: Any) -> Any:
    """The value of a field; that of a password or a key is none for a log."""
    clean = _clean(value)
    if isinstance(value, str | int) and not isinstance(value, bool) and clean == value:
        said = f"{name}={value}"
        return clean if _NAMED.sub(_named, said) == said else "***"
    return clean


class JsonLines(logging.Formatter):
    """A record as one line of JSON. What a caller gives as `extra={"fields": {...}}` stands beside it."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": dt.datetime.fromtimestamp(record.created, CHINA)
            .replace(tzinfo=None)
            .isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "said": without_secrets(record.getMessage()),
        }
        fields = getattr(record, "fields", None)
        if isinstance(fields, dict):
            line |= _clean(fields)
        if record.exc_info:
            line["fault"] = without_secrets(self.formatException(record.exc_info)[-MAX_TEXT:])
        return json.dumps(line, ensure_ascii=False, default=str)


class LogFile(logging.handlers.RotatingFileHandler):
    """A file of lines that never stops the work it tells of: where the disk takes none, that is said once."""

    is_told = False

    def handleError(self, record: logging.LogRecord) -> None:
        fault = sys.exc_info()[1]
        if isinstance(fault, OSError):
            self._tell(fault)
        else:
            super().handleError(record)

    def close(self) -> None:
        try:
            super().close()
        except OSError as fault:  # what was kept back for want of room
            self._tell(fault)

    def _tell(self, fault: OSError) -> None:
        if not self.is_told:
            self.is_told = True
            with contextlib.suppress(OSError):
                sys.stderr.write(
                    f"日志写不进 {self.baseFilename}：{fault.strerror or fault}。工作照常进行，日志会缺几行；"
                    "请看磁盘是否已满。\n"
                )


def open_log(folder: Path, name: str) -> logging.Logger:
    """Send everything that the program says of itself to `folder`/`name`.jsonl; errors also to stderr."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.jsonl"
    path.touch(mode=0o600)
    file = LogFile(path, maxBytes=MOST_BYTES, backupCount=KEPT_FILES, encoding="utf-8")
    file.setFormatter(JsonLines())
    shown = logging.StreamHandler()
    shown.setLevel(logging.ERROR)
    for each in (NAME, "uvicorn", "litestar", "apscheduler"):
        logger = logging.getLogger(each)
        logger.setLevel(logging.INFO if each == NAME else logging.WARNING)
        logger.handlers = [file] if each == "uvicorn" else [file, shown]
        logger.propagate = False
    return logging.getLogger(NAME)


def lines_to(folder: Path, name: str) -> logging.Handler:
    """A handler that appends to `folder`/`name`.jsonl. Several processes may write to it at once, so it turns
    over only here, before a run, and never under one."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.jsonl"
    path.touch(mode=0o600)
    handler = LogFile(path, backupCount=KEPT_FILES, encoding="utf-8")
    if path.stat().st_size > MOST_BYTES:
        handler.doRollover()
    handler.setFormatter(JsonLines())
    return handler


@contextlib.contextmanager
def kept_log(folder: Path, name: str) -> Iterator[logging.Logger]:
    """For one run of a command: what it says of itself, and warnings of every library, also to a file of JSON
    lines. What goes to stderr stays as it is."""
    handler, root, own = lines_to(folder, name), logging.getLogger(), logging.getLogger(NAME)
    shown = [logging.lastResort] if logging.lastResort is not None and not root.handlers else []
    level, propagates = own.level, own.propagate
    for each in (handler, *shown):
        root.addHandler(each)
    own.addHandler(handler)
    own.setLevel(logging.INFO)
    own.propagate = False
    try:
        yield own
    finally:
        for each in (handler, *shown):
            root.removeHandler(each)
        own.removeHandler(handler)
        own.setLevel(level)
        own.propagate = propagates
        handler.close()
