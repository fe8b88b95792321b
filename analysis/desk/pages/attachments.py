"""Owns showing a file that was handed in: pictures in place, all else only as a download.

A liaison opens what was handed in for her unit, and what proves an article that concerns it; who sees the
whole city opens all. What a file is says its beginning, never its name.
"""

from __future__ import annotations

from urllib.parse import quote

from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.response import Response

from analysis.desk.pages.captures import HEADERS, concerns_captured
from analysis.desk.routing import see
from analysis.desk.visit import Visit
from analysis.handed_in import unit_of, uses_of
from analysis.record import Said
from pipeline.attachments import (
    PICTURES,
    AttachmentError,
    find_attachment,
    plain_name,
    read_attachment,
    suffix_of,
)

TABLES = frozenset({".xlsx", ".csv"})


def check_handed_in(visit: Visit, sha256: str) -> list[Said]:
    """The decisions in which a file stands, where this person may see one of them.

    Raises:
        NotFoundException: nobody handed it in. PermissionDeniedException: not for her unit.
    """
    if suffix_of(visit.office.store.folder, sha256) is None:
        raise NotFoundException("没有这个附件")
    uses = uses_of(visit.con, sha256)
    if visit.scope is None:
        return uses
    own = [use for use in uses if unit_of(use) == visit.scope]
    if not own and not concerns_captured(visit, sha256):
        raise PermissionDeniedException(f"您只能查看和办理{visit.scope}的事项；这个附件与它无关")
    return own


@see("/attachments/{sha256:str}", "own.read")
def attachment(visit: Visit, sha256: str, save: bool = False) -> Response[bytes]:
    """The file: a picture to be looked at, anything else (or `save`) to be kept."""
    uses = check_handed_in(visit, sha256)
    try:
        path = find_attachment(visit.office.store.folder, sha256)
    except AttachmentError as error:
        raise NotFoundException(str(error)) from error
    content = path.read_bytes()
    try:
        found = read_attachment(path.name, content)
        suffix, media_type = found.suffix, found.media_type
    except AttachmentError:  # a table that was imported
        suffix = path.suffix if path.suffix in TABLES else ".bin"
        media_type = "application/octet-stream"
    name = plain_name(next((str(use.after["file"]) for use in uses if use.after.get("file")), "附件"))
    if not name.lower().endswith(suffix):
        name = f"{name}-{sha256[:8]}{suffix}"
    is_shown = suffix in PICTURES and not save
    if not is_shown:
        visit.log("下载附件", sha256, after={"file": name})
    way = "inline" if is_shown else "attachment"
    return Response(
        content,
        media_type=media_type,
        headers=HEADERS | {"content-disposition": f"{way}; filename*=UTF-8''{quote(name)}"},
    )


ROUTES = [attachment]
