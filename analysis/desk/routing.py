"""Owns how a function of a page becomes a route: with its permission, run in a thread."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from urllib.parse import quote

from anyio import to_thread
from litestar import get, post
from litestar.response import Response

T = TypeVar("T")
# Of the files that are handed out, by suffix.
MEDIA = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "png": "image/png",
    "json": "application/json",
    "csv": "text/csv",
}
Route = Callable[[Callable[..., Any]], Any]


def see(path: str, permission: str, **more: Any) -> Route:
    """A page that shows something: GET. `permission` is one of rights.PERMISSIONS, or PUBLIC."""
    more = {"include_in_schema": False} | more
    return lambda function: get(path, permission=permission, **more)(threaded(function))


def act(path: str, permission: str, **more: Any) -> Route:
    """Something that a person does: POST, with a token of the form and a line in the audit log."""
    more = {"status_code": 200, "include_in_schema": False} | more
    return lambda function: post(path, permission=permission, **more)(threaded(function))


def threaded(function: Callable[..., T]) -> Callable[..., Awaitable[T]]:
    """The function as one that is awaited and runs in a worker thread.

    Litestar's own sync_to_thread wraps a handler twice where a path has one for GET and one for POST.
    """

    @functools.wraps(function)
    async def run(*args: Any, **kwargs: Any) -> T:
        return await to_thread.run_sync(functools.partial(function, *args, **kwargs))

    return run


def file_answer(content: bytes, name: str) -> Response[bytes]:
    """A file to be saved under a name in Chinese; programs that cannot read it save it as `file`."""
    suffix = name.rpartition(".")[2]
    plain, full = f'filename="file.{quote(suffix)}"', f"filename*=UTF-8''{quote(name)}"
    return Response(
        content,
        media_type=MEDIA.get(suffix, "application/octet-stream"),
        headers={"content-disposition": f"attachment; {plain}; {full}"},
    )
