"""Screenshots of captured pages: kept with their SHA-256, nothing executed, nothing fetched, time bounded."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import io
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from analysis.acts.proof import announcement_captures
from analysis.reports import screenshot
from analysis.reports.collect import Context
from analysis.reports.proof_pack import pack
from analysis.reports.proof_selection import Choice
from analysis.reports.rules import load_report_rules
from analysis.reports.screenshot import ScreenshotError, find_browser, kept_screenshots, shoot_capture
from pipeline.captures import CaptureWriter, Exchange
from pipeline.store import Store, ensure_folder, open_store
from tests.analysis.reports.conftest import Season

AT = dt.datetime(2018, 1, 2, 9)
BROWSER = find_browser()
needs_browser = pytest.mark.skipif(BROWSER is None, reason="no headless browser is installed")
# Green stays green only where no script ran and no refresh led away.
EVIL = (
    b'<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=file:///etc/passwd">'
    b'<body style="background:#00ff00"><iframe src="file:///etc/passwd"></iframe>'
    b'<script>document.body.style.background="#ff0000"</script>'
    b'<img src="http://127.0.0.1:9/x" onerror="alert(1)">'
)


def captured(folder: Path, body: bytes, kind: str = "text/html") -> tuple[Store, str, str, int]:
    store = Store(folder / "var")
    ensure_folder(store.captures / "s")
    writer = CaptureWriter(store.captures / "s" / "x.warc.gz")
    offset = writer.add(Exchange("http://a.test/1", AT, 200, [("Content-Type", kind)], body))
    writer.close()
    return store, hashlib.sha256(body).hexdigest(), "s/x.warc.gz", offset


@needs_browser
def test_a_hostile_page_is_shown_and_runs_nothing(tmp_path: Path) -> None:
    import matplotlib.image as image

    store, digest, warc, offset = captured(tmp_path, EVIL)
    shot = shoot_capture(store, "http://a.test/1", digest, warc, offset, at=AT, browser=str(BROWSER))
    content = shot.path.read_bytes()
    assert hashlib.sha256(content).hexdigest() == shot.sha256
    pixels = image.imread(io.BytesIO(content))
    assert [round(float(value), 2) for value in pixels[-5, 5, :3]] == [0.0, 1.0, 0.0]
    assert [each.sha256 for each in kept_screenshots(store)] == [shot.sha256]
    again = shoot_capture(store, "http://a.test/1", digest, warc, offset, at=AT, browser="/no/browser")
    assert again.sha256 == shot.sha256  # the same page is shot once


@contextlib.contextmanager
def listening() -> Iterator[tuple[int, list[str]]]:
    """A server on loopback: its port, and what it is asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1], asked
    finally:
        server.shutdown()
        server.server_close()


@needs_browser
def test_the_browser_fetches_nothing_from_outside(tmp_path: Path) -> None:
    """Nor would it if a page that is no archive, and may fetch, came to it; without the rule that it gets it
    would."""
    reckless = tmp_path / "reckless"
    rule = 'case "$a" in --host-resolver-rules=*) ;; *) set -- "$@" "$a";; esac'
    reckless.write_text(f'#!/bin/sh\nn=$#\nfor a in "$@"; do {rule}; done\nshift $n\nexec {BROWSER} "$@"\n')
    reckless.chmod(0o755)
    with listening() as (port, asked):
        places = [f"http://{host}:{port}/{host}" for host in ("127.0.0.1", "localhost")]
        wants = "".join(
            f'<img src="{each}.png"><link rel="stylesheet" href="{each}.css"><iframe src="{each}"></iframe>'
            f'<script src="{each}.js"></script><link rel="preconnect" href="{each}">'
            for each in places
        )
        (tmp_path / "page.html").write_text(f"<!doctype html>{wants}")
        for browser in (str(BROWSER), str(reckless)):
            folder = tmp_path / f"of-{Path(browser).name}"
            folder.mkdir()
            assert asked == []
            screenshot._run(browser, tmp_path / "page.html", folder)
        assert {"/127.0.0.1.png", "/localhost.png"} <= set(asked)
        asked.clear()
        store, digest, warc, offset = captured(tmp_path, wants.encode())
        shoot_capture(store, "http://a.test/1", digest, warc, offset, at=AT, browser=str(reckless))
        assert asked == []  # an archive fetches nothing by itself


@needs_browser
def test_announcements_are_shot_and_go_into_the_package(
    own_season: Season, context: Context, tmp_path: Path
) -> None:
    store = open_store(own_season.home, own_season.city)
    found = announcement_captures(context, dt.date(2017, 12, 31))
    own = next(each for each in found if "/slj/" in each.url)
    shot = shoot_capture(
        store, own.url, str(own.sha256), own.warc, own.warc_offset, at=AT, browser=str(BROWSER)
    )
    choice = Choice(dt.date(2017, 12, 31), unit="市水利局")
    pack(store, context, choice, load_report_rules(own_season.city), tmp_path / "p.zip")
    with zipfile.ZipFile(tmp_path / "p.zip") as package:
        assert package.read(f"screenshots/{shot.sha256}.png") == shot.path.read_bytes()
        assert f"screenshots/{shot.sha256}.png" in package.read("索引.html").decode()


def test_only_the_pictures_of_the_page_are_read_to_find_whether_it_was_shot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, digest, warc, offset = captured(tmp_path, EVIL)
    monkeypatch.setattr(screenshot, "_run", lambda *_: b"the page")
    shot = shoot_capture(store, "http://a.test/1", digest, warc, offset, at=AT, browser="b")
    for number in range(5):
        screenshot._keep(store, "http://a.test/2", f"{number:064}", b"%d" % number, AT, "b")
    assert len(kept_screenshots(store)) == 6
    read: list[str] = []
    plain = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: (read.append(path.name), plain(path))[1])
    again = shoot_capture(store, "http://a.test/1", digest, warc, offset, at=AT, browser="b")
    assert again == shot and read == ["index.jsonl", f"{shot.sha256}.png"]


def test_what_cannot_be_shot_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, digest, warc, offset = captured(tmp_path, b"%PDF", "application/pdf")
    with pytest.raises(ScreenshotError, match="不是网页"):
        shoot_capture(store, "u", digest, warc, offset, at=AT, browser="b")
    with pytest.raises(ScreenshotError, match="SHA-256 不符"):
        shoot_capture(store, "u", "0" * 64, warc, offset, at=AT, browser="b")
    with pytest.raises(ScreenshotError, match="存证"):
        shoot_capture(store, "u", digest, "s/none.warc.gz", 0, at=AT, browser="b")
    monkeypatch.setattr(screenshot, "MOST_PAGE", 2)
    with pytest.raises(ScreenshotError, match="过大"):
        shoot_capture(store, "u", digest, warc, offset, at=AT, browser="b")
    assert kept_screenshots(store) == []


@pytest.mark.parametrize(
    ("script", "said"), [("sleep 30", "没有完成"), ("exit 3", "退出码 3"), ('printf x > "$OUT"', "不是 PNG")]
)
def test_a_browser_that_hangs_or_fails_is_stopped(
    script: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screenshot, "SECONDS", 1.0)
    browser = tmp_path / "browser"
    find = 'for a in "$@"; do case "$a" in --screenshot=*) OUT="${a#--screenshot=}";; esac; done\n'
    browser.write_text(f"#!/bin/sh\n{find}{script}\n")
    browser.chmod(0o755)
    store, digest, warc, offset = captured(tmp_path, b"<p>x</p>")
    with pytest.raises(ScreenshotError, match=said):
        shoot_capture(store, "u", digest, warc, offset, at=AT, browser=str(browser))
    assert kept_screenshots(store) == []


def test_half_a_line_and_a_changed_picture_are_passed_over(tmp_path: Path) -> None:
    store = Store(tmp_path / "var")
    shot = screenshot._keep(store, "u", "p" * 64, b"\x89PNG\r\n\x1a\nx", AT, "b")
    with (store.screenshots / "index.jsonl").open("ab") as file:
        file.write(b'{"url": "ha')
    assert [each.url for each in kept_screenshots(store)] == ["u"]
    shot.path.write_bytes(b"changed")
    assert kept_screenshots(store) == []
