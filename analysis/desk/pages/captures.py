"""Owns showing a capture: the page as fetched, as text and structure only, in a frame that can do nothing.

Captures of forums are not shown: they hold the posters' names and numbers as they stood on the page. Their
digest is, and a proof package holds them for who must verify. A liaison opens a capture only where she
may see the article that was read from it, or her unit appealed with it.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any
from urllib.parse import urlsplit

import nh3
from bs4 import UnicodeDammit
from litestar.enums import MediaType
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.response import Response

from analysis.appeals import appeals
from analysis.desk.pages.article import find_article
from analysis.desk.routing import see
from analysis.desk.security import CAPTURE_POLICY
from analysis.desk.visit import Visit
from analysis.handed_in import uses_of
from analysis.warehouse import ask
from pipeline.attachments import PICTURES, AttachmentError, read_attachment
from pipeline.captures import CaptureError, read_capture
from pipeline.privacy import mask_personal
from pipeline.retention import FORUM_PLATFORMS

MOST = 3_000_000  # characters of a page that are shown
HEADERS = {"content-security-policy": CAPTURE_POLICY, "referrer-policy": "no-referrer"}
# Structure only; no attribute at all: no style, no address, no handler.
_TAGS = {
    "h1", "h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "div", "span", "article", "section", "header",
    "footer", "ul", "ol", "li", "dl", "dt", "dd", "table", "thead", "tbody", "tfoot", "tr", "td", "th",
    "caption", "blockquote", "pre", "b", "strong", "i", "em", "u", "sub", "sup", "figure", "figcaption",
}  # fmt: skip

# What a browser shows as nothing or one blank within a line: a number may go on over it.
_WITHIN = re.compile(r"(?<=[^ \t\r\f>])(?:[ \t\r\f]|</?(?:span|b|strong|i|em|u|sub|sup)>)+(?=[^ \t\r\f<])")
_BLANK = re.compile(r"&nbsp;|&#160;")  # as nh3 writes it


def masked_structure(html: str) -> str:
    """A page as text and structure, without numbers of persons. They are looked for in what is seen:
    without entities, comments, scripts, tags within a line; blanks and lines as a browser sets them."""
    kept = _BLANK.sub("\u00a0", _clean(html))
    lines = kept.replace("\n", " ").replace("<br>", "\n")
    lines = _WITHIN.sub(lambda found: " " if re.search(r"\s", found[0]) else "", lines)
    masked = mask_personal(lines)
    return kept if masked == lines else _clean(masked.replace("\n", "<br>"))


def _clean(html: str) -> str:
    return nh3.clean(html, tags=_TAGS, attributes={"*": set()}, link_rel=None)


def find_capture(visit: Visit, sha256: str) -> tuple[dict[str, Any], bytes]:
    """The row of a capture and its bytes, checked against the digest.

    Raises:
        NotFoundException: there is none, or it cannot be read.
        PermissionDeniedException: it is of a forum, or does not concern her unit.
    """
    row = _row_of(visit, sha256) if re.fullmatch(r"[0-9a-f]{64}", sha256) else None
    if row is None:
        raise NotFoundException("没有这份存证")
    if visit.scope is not None and not concerns_captured(visit, sha256) and not _appealed(visit, sha256):
        raise PermissionDeniedException(f"您只能查看和办理{visit.scope}的事项；这份存证与它无关")
    if row["is_forum"]:
        raise PermissionDeniedException("论坛网页含发帖人信息，不在这里显示；核验请用证据包")
    try:
        _, body = read_capture(visit.office.store.folder, row["warc"], row["warc_offset"])
    except CaptureError as error:
        raise NotFoundException(str(error)) from error
    return row, body


def _row_of(visit: Visit, sha256: str) -> dict[str, Any] | None:
    """The row of a capture: of a crawled page, else of the link of an appeal, which no build knows yet."""
    for row in ask(visit.con, "capture_of", sha256=sha256, forum_platforms=[*FORUM_PLATFORMS]):
        return row
    for said in uses_of(visit.con, sha256, ("appeal_capture",)):
        if said.after.get("warc"):
            place = {key: said.after[key] for key in ("url", "warc", "warc_offset")}
            parts = urlsplit(str(said.after["url"]))
            (found,) = ask(visit.con, "is_of_forum", site=f"{parts.scheme}://{parts.netloc}".lower())
            return place | {"sha256": sha256, **found}
    return None


def concerns_captured(visit: Visit, sha256: str) -> bool:
    """Whether an article that was read from this capture may be seen by this person."""
    for row in ask(visit.con, "articles_of_capture", sha256=sha256):
        try:
            find_article(visit, row["article_id"])
        except (NotFoundException, PermissionDeniedException):
            continue
        return True
    return False


def _appealed(visit: Visit, sha256: str) -> bool:
    """Whether her unit appealed with it."""
    own = appeals(visit.con, visit.as_of, visit.known_by, unit=visit.scope)
    return any(appeal.sha256 == sha256 for appeal in own)


@see("/captures/{sha256:str}", "own.read")
def capture(visit: Visit, sha256: str) -> Response[Any]:
    """The page as text and structure; a picture that was handed in as it is."""
    _, body = find_capture(visit, sha256)
    try:
        picture = read_attachment("", body)
    except AttachmentError:
        picture = None
    if picture is not None and picture.suffix in PICTURES:
        return Response(body, media_type=picture.media_type, headers=HEADERS)
    if picture is not None:
        body = "这份证明不是网页，请下载附件查看。".encode()
    text = UnicodeDammit(body, is_html=True).unicode_markup or body.decode("utf-8", "replace")
    kept = masked_structure(text[:MOST])
    head = '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>存证</title></head>'
    html = f"{head}<body>{kept}</body></html>"
    return Response(html, media_type=MediaType.HTML, headers=HEADERS)


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
        headers=HEADERS | {"content-disposition": f'attachment; filename="{name}"'},
    )


ROUTES = [capture, capture_bytes]
