"""Owns the log of one run of a command, for who starts it from a timer: that it began, and how it ended."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from typing import Any

import typer

from pipeline.faults import ToldError
from pipeline.log import kept_log
from pipeline.store import Store


@contextlib.contextmanager
def logged(store: Store, name: str, **asked: Any) -> Iterator[dict[str, Any]]:
    """Write var/<city>/logs/<name>.jsonl. What the run puts into the mapping is told when it has ended.

    Args:
        asked: what was asked of the run.
    """
    told: dict[str, Any] = {}
    with kept_log(store.logs, name) as log:
        began = time.monotonic()
        log.info("%s begins", name, extra={"fields": asked})

        def fields() -> dict[str, Any]:
            return {"fields": told | {"seconds": round(time.monotonic() - began, 1)}}

        try:
            yield told
        except typer.Exit as end:
            log.warning("%s ends with code %d", name, end.exit_code, extra=fields())
            raise
        except BaseException as error:
            is_told = isinstance(error, ToldError | KeyboardInterrupt)
            log.error("%s failed: %s", name, error, extra=fields(), exc_info=not is_told)
            raise
        log.info("%s done", name, extra=fields())
