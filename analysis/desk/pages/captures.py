"""Owns showing a capture: the page as fetched, as text and structure only, in a frame that can do nothing.

Captures of forums are not shown: they hold the posters' names and numbers as they stood on the page. Their
digest is, and a proof package holds them for who must verify.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

import nh3
from bs4 import UnicodeDammit
from litestar.enums import MediaType
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.response import Response

from analysis.desk.routing import see
from analysis.desk.security import CAPTURE_POLICY
from analysis.desk.visit import Visit
from analysis.warehouse import ask
from pipeline.captures import CaptureError, read_capture
from pipeline.privacy import mask_personal

MOST = 3_000_000  # characters of a page that are shown
_HEADERS = {"content-security-policy": CAPTURE_POLICY, "referrer-policy": "no-referrer"}
# Structure only; no attribute at all: no style, no address, no handler.
_TAGS = {
    "h1", "h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "div", "span", "article", "section", "header",
    "footer", "ul", "ol", "li", "dl", "dt", "dd", "table", "thead", "tbody", "tfoot", "tr", "td", "th",
    "caption", "blockquote", "pre", "b", "strong", "i", "em", "u", "sub", "sup", "figure", "figcaption",
}  # fmt: skip


def find_capture(visit: Visit, sha256: str) -> tuple[dict[str, Any], bytes]:
    """The row of a capture and its bytes, checked against the digest.

    Raises:
        NotFoundException: there is none, or it cannot be read. PermissionDeniedException: it is of a forum.
    """
    rows = ask(visit.con, "capture_of", sha256=sha256) if re.fullmatch(r"[0-9a-f]{64}", sha256) else []
    if not rows:
        raise NotFoundException("没有这份存证")
    row = rows[0]
    if row["is_forum"]:
        raise PermissionDeniedException("论坛网页含发帖人信息，不在这里显示；核验请用证据包")
    try:
        _, body = read_capture(visit.office.store.folder, row["warc"], row["warc_offset"])
    except CaptureError as error:
        raise NotFoundException(str(error)) from error
    return row, body


@see("/captures/{sha256:str}", "own.read")
def capture(visit: Visit, sha256: str) -> Response[Any]:
    """The page as text and structure."""
    _, body = find_capture(visit, sha256)
    text = UnicodeDammit(body, is_html=True).unicode_markup or body.decode("utf-8", "replace")
    kept = nh3.clean(mask_personal(text[:MOST]), tags=_TAGS, attributes={}, link_rel=None)
    head = '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>存证</title></head>'
    html = f"{head}<body>{kept}</body></html>"
    return Response(html, media_type=MediaType.HTML, headers=_HEADERS)


@see("/captures/{sha256:str}/bytes", "city.read")
def capture_bytes(visit: Visit, sha256: str) -> Response[bytes]:
    """The bytes as fetched, for who checks the digest; what was changed on disk is not handed out."""
    row, body = find_capture(visit, sha256)
    if hashlib.sha256(body).hexdigest() != row["sha256"]:
        raise NotFoundException("存证的字节与登记的 SHA-256 不符：文件已被改动，请报告管理员")
    visit.log("下载存证", sha256, after={"url": row["url"]})
    name = f"capture-{sha256[:12]}.html.bin"
    return Response(
        body,
        media_type="application/octet-stream",
        headers=_HEADERS | {"content-disposition": f'attachment; filename="{name}"'},
    )


ROUTES = [capture, capture_bytes]
