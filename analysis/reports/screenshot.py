"""Owns screenshots of captured pages: taken by a headless browser, kept with their SHA-256.

The browser gets the captured bytes as an MHTML file, in which it runs no script, follows no refresh and opens
no frame, and no network at all: every name resolves to nothing. Pictures of the page are not shown.
"""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import datetime as dt
import hashlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

import msgspec
from filelock import FileLock

from pipeline.captures import CaptureError, read_capture
from pipeline.store import Store, append_durably, ensure_folder, write_durably

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = (
    "--headless", "--disable-gpu", "--disable-quic", "--no-first-run", "--no-default-browser-check",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
    "--disable-default-apps", "--disable-translate", "--disable-crash-reporter", "--disable-dev-shm-usage",
    "--hide-scrollbars", "--mute-audio", "--window-size=1280,1800",
)  # fmt: skip
SECONDS = 45.0
MOST_PAGE = 8 << 20  # bytes of a page that is rendered
MOST_PICTURE = 20 << 20
_PNG = b"\x89PNG\r\n\x1a\n"
_INDEX = "index.jsonl"


class ScreenshotError(ValueError):
    """A page cannot be shot; the message says why and what to do, in Chinese."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One kept screenshot, as recorded."""

    url: str
    page_sha256: str  # of the captured bytes that were shown
    sha256: str  # of the picture
    taken_at: dt.datetime  # wall-clock time of China
    browser: str


@dataclasses.dataclass(frozen=True)
class Screenshot:
    """A kept picture of a page."""

    url: str
    page_sha256: str
    sha256: str
    taken_at: dt.datetime
    path: Path


def find_browser() -> str | None:
    """The path of an installed browser; None: there is none."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def shoot_capture(
    store: Store, url: str, page_sha256: str, warc: str, offset: int, *, at: dt.datetime, browser: str
) -> Screenshot:
    """Show a captured page without network and keep the picture. The same page is shot once.

    Raises:
        ScreenshotError: the capture is damaged, no web page or too large, or the browser failed.
    """
    known = next(_kept(store, page_sha256), None)
    if known is not None:
        return known
    try:
        headers, body = read_capture(store.folder, warc, offset)
    except CaptureError as error:
        raise ScreenshotError(str(error)) from error
    if hashlib.sha256(body).hexdigest() != page_sha256:
        raise ScreenshotError("存证与入库时的 SHA-256 不符，不能截图")
    if len(body) > MOST_PAGE:
        raise ScreenshotError(f"网页过大（{len(body)} 字节），不截图")
    kind = headers.get("content-type", "text/html").lower()
    if "html" not in kind:
        raise ScreenshotError(f"不是网页（{kind}），不截图")
    with tempfile.TemporaryDirectory(prefix="gangqing-shot-") as folder:
        page = Path(folder) / "page.mhtml"
        page.write_bytes(_mhtml(body, kind, url))
        picture = _run(browser, page, Path(folder))
    return _keep(store, url, page_sha256, picture, at, browser)


def kept_screenshots(store: Store) -> list[Screenshot]:
    """All kept screenshots whose picture is there and whole, in the order in which they were taken."""
    return list(_kept(store))


def _kept(store: Store, page_sha256: str | None = None) -> Iterator[Screenshot]:
    """The same, of one page; only its pictures are read then."""
    index = store.screenshots / _INDEX
    for line in index.read_bytes().split(b"\n") if index.is_file() else ():
        with contextlib.suppress(msgspec.MsgspecError, OSError):  # half a line that a kill left
            said = msgspec.json.decode(line, type=Line)
            if page_sha256 not in (None, said.page_sha256):
                continue
            path = store.screenshots / f"{said.sha256}.png"
            if hashlib.sha256(path.read_bytes()).hexdigest() == said.sha256:
                yield Screenshot(said.url, said.page_sha256, said.sha256, said.taken_at, path)


def _mhtml(body: bytes, kind: str, url: str) -> bytes:
    """A page as a saved archive of one part; what the server said of its charset stays with it."""
    boundary = f"----gangqing-{hashlib.sha256(body).hexdigest()}"
    charset = re.search(r"charset=[\"']?([\w-]+)", kind)
    content = "text/html" + (f"; charset={charset[1]}" if charset else "")
    place = quote(url, safe=":/?&=%#@!$'()*+,;[]~.-_")
    head = (
        f"From: <gangqing>\r\nSnapshot-Content-Location: {place}\r\nMIME-Version: 1.0\r\n"
        f'Content-Type: multipart/related; type="text/html"; boundary="{boundary}"\r\n\r\n'
        f"--{boundary}\r\nContent-Type: {content}\r\nContent-Transfer-Encoding: base64\r\n"
        f"Content-Location: {place}\r\n\r\n"
    )
    packed = base64.encodebytes(body).replace(b"\n", b"\r\n")
    return head.encode() + packed + f"\r\n--{boundary}--\r\n".encode()


def _run(browser: str, page: Path, folder: Path) -> bytes:
    """The picture that the browser makes of a page, in time and not too large. Raises ScreenshotError."""
    picture = folder / "page.png"
    command: Sequence[str] = [
        browser,
        *FLAGS,
        *(["--no-sandbox"] if os.geteuid() == 0 else []),  # the sandbox wants an ordinary user
        f"--user-data-dir={folder / 'profile'}",
        "--host-resolver-rules=MAP * ~NOTFOUND",
        f"--screenshot={picture}",
        page.as_uri(),
    ]
    process = subprocess.Popen(  # noqa: S603 - a fixed list, no shell; the page is our file
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        process.wait(SECONDS)
    except subprocess.TimeoutExpired as error:
        raise ScreenshotError(f"浏览器 {SECONDS:g} 秒内没有完成，已停止") from error
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    if not picture.is_file():
        raise ScreenshotError(f"浏览器没有给出截图（退出码 {process.returncode}）")
    if picture.stat().st_size > MOST_PICTURE:
        raise ScreenshotError("截图过大，不保存")
    content = picture.read_bytes()
    if not content.startswith(_PNG):
        raise ScreenshotError("浏览器给出的不是 PNG 图片")
    return content


def _keep(
    store: Store, url: str, page_sha256: str, picture: bytes, at: dt.datetime, browser: str
) -> Screenshot:
    """Picture first, then its line, both synced: a line never points to nothing."""
    digest = hashlib.sha256(picture).hexdigest()
    ensure_folder(store.screenshots)
    path = store.screenshots / f"{digest}.png"
    write_durably(path, picture)
    taken = at.replace(microsecond=0, tzinfo=None)
    line = Line(
        url=url,
        page_sha256=page_sha256,
        sha256=digest,
        taken_at=taken,
        browser=Path(browser).name,
    )
    with FileLock(store.screenshots / ".lock"):
        append_durably(store.screenshots / _INDEX, msgspec.json.encode(line) + b"\n")
    return Screenshot(url, page_sha256, digest, taken, path)
