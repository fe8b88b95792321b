"""The landing: durable order, reading from offsets, repair of what a kill tore, quarantine."""

import datetime as dt
import gzip
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import captures, landing
from pipeline.captures import CaptureError, end_of_members
from pipeline.landing import Exchange, LandingWriter, iter_landed, next_run, read_capture
from pipeline.records import Article, Landed
from pipeline.repair import repair_site
from pipeline.store import ensure_folder

RUN = "20171009T080000-000"
BODY = "<html><title>测试</title>市水利局检查堤防</html>".encode("gb18030")


def page(number: int, run: str = RUN, site: str = "paper") -> Landed:
    url = f"http://paper.example/{number}.html"
    article = Article(outlet="防城港日报", url=url, title=f"第{number}篇", body="正文\n第二段")
    return Landed(
        run=run,
        site=site,
        url=url,
        fetched_at="2017-10-09T08:00:00",
        kind="article",
        outcome="stored",
        article=article,
    )


def exchange(number: int, body: bytes = BODY) -> Exchange:
    return Exchange(
        url=f"http://paper.example/{number}.html?a=1",
        fetched_at=dt.datetime(2017, 10, 9, 8, 0, 0),
        status=200,
        reason="OK",
        headers=[("Content-Type", "text/html; charset=gbk"), ("Content-Encoding", "gzip")],
        body=body,
        request_headers=[("User-Agent", "gangqing/0.1"), ("Cookie", "session=secret")],
    )


def write(folder: Path, count: int, run: str = RUN, site: str = "paper") -> list[Landed]:
    writer = LandingWriter(folder, site, run, group_pages=4)
    records = [writer.add(page(i, run, site), exchange(i)) for i in range(count)]
    writer.close()
    return records


def test_everything_written_is_read_with_its_capture(tmp_path: Path) -> None:
    records = write(tmp_path, 11)
    read = list(iter_landed(tmp_path))
    assert [record for _, _, record in read] == records
    assert read[-1][1] == (tmp_path / "landing" / read[-1][0]).stat().st_size
    for record in records:
        assert record.warc is not None and record.warc_offset is not None
        headers, body = read_capture(tmp_path, record.warc, record.warc_offset)
        assert body == BODY
        assert headers["content-type"] == "text/html; charset=gbk"
        assert headers["content-length"] == str(len(BODY)) and headers[":status"] == "200"
        assert "content-encoding" not in headers  # the body is kept decoded
    raw = gzip.decompress((tmp_path / "captures" / "paper" / f"{RUN}.warc.gz").read_bytes())
    assert b"WARC-Date: 2017-10-09T00:00:00Z" in raw  # 08:00 in China
    assert b"GET /3.html?a=1 HTTP/1.1\r\nHost: paper.example" in raw
    assert b"secret" not in raw


def test_reading_goes_on_where_it_stopped_in_the_order_of_runs(tmp_path: Path) -> None:
    later, earlier = "20171010T080000-000", "20171009T080000-000"
    write(tmp_path, 3, later, "a")
    write(tmp_path, 2, earlier, "b")
    seen: dict[str, int] = {}
    order = []
    for name, end, record in iter_landed(tmp_path):
        seen[name] = end
        order.append((record.site, record.url[-6:]))
    assert [site for site, _ in order] == ["b", "b", "a", "a", "a"]
    assert list(iter_landed(tmp_path, seen)) == []
    write(tmp_path, 1, "20171011T080000-000", "b")
    assert [record.run for _, _, record in iter_landed(tmp_path, seen)] == ["20171011T080000-000"]
    assert [r.site for _, _, r in iter_landed(tmp_path, site="b")] == ["b", "b", "b"]


def test_a_line_is_not_visible_before_its_capture_is_durable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    real = os.fsync

    def fsync(handle: int) -> None:
        order.append(Path(f"/proc/self/fd/{handle}").readlink().suffix)
        real(handle)

    writer = LandingWriter(tmp_path, "paper", RUN, group_pages=100, group_seconds=1000)
    writer.add(page(1), exchange(1))
    assert list(iter_landed(tmp_path)) == []
    monkeypatch.setattr(os, "fsync", fsync)
    writer.sync()
    assert order == [".gz", ".jsonl"]
    assert len(list(iter_landed(tmp_path))) == 1
    writer.close()


def test_an_old_group_is_landed_by_the_clock(tmp_path: Path) -> None:
    landed: list[Landed] = []
    writer = LandingWriter(
        tmp_path, "paper", RUN, group_pages=100, group_seconds=0.0, on_landed=landed.append
    )
    writer.add(page(1))
    writer.tick()
    assert [record.url for record in landed] == [page(1).url]
    writer.close()


@settings(max_examples=60, deadline=None)
@given(cut_line=st.integers(0, 600), cut_capture=st.integers(0, 900))
def test_any_cut_is_repaired_and_what_was_landed_stays(
    tmp_path_factory: pytest.TempPathFactory, cut_line: int, cut_capture: int
) -> None:
    folder = tmp_path_factory.mktemp("torn")
    records = write(folder, 4)
    lines = folder / "landing" / "paper" / f"{RUN}.jsonl"
    warc = folder / "captures" / "paper" / f"{RUN}.warc.gz"
    line_bytes, warc_bytes = lines.read_bytes(), warc.read_bytes()
    last = records[-1].warc_offset
    assert last is not None
    # A kill tears only what was not fsynced: the last line, and captures that no line points to yet.
    with lines.open("ab") as file:
        file.write(line_bytes[: min(cut_line, line_bytes.index(b"\n"))])
    tail = warc_bytes[last:]
    with warc.open("ab") as file:
        file.write((tail + tail)[:cut_capture])
    torn = repair_site(folder, "paper")
    assert [record for _, _, record in iter_landed(folder)] == records
    for record in records:
        assert record.warc and record.warc_offset is not None
        assert read_capture(folder, record.warc, record.warc_offset)[1] == BODY
    assert lines.read_bytes() == line_bytes
    assert end_of_members(warc) == warc.stat().st_size
    kept = b"".join(item.kept_in.read_bytes() for item in torn if item.file == warc)
    assert warc.read_bytes() + kept == warc_bytes + (tail + tail)[:cut_capture]  # nothing vanished
    assert repair_site(folder, "paper") == []
    write(folder, 2, "20171010T080000-000")
    assert len(list(iter_landed(folder))) == 6


def test_a_torn_last_line_is_not_yet_landed_and_no_quarantine(tmp_path: Path) -> None:
    write(tmp_path, 2)
    with (tmp_path / "landing" / "paper" / f"{RUN}.jsonl").open("ab") as file:
        file.write(b'{"run":"2017')
    bad: list[landing.Quarantined] = []
    assert len(list(iter_landed(tmp_path, quarantine=bad.append))) == 2
    assert bad == []


def test_bad_lines_go_to_quarantine_and_the_rest_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, 1)
    path = tmp_path / "landing" / "paper" / f"{RUN}.jsonl"
    good = path.read_bytes()
    junk = [b"\x00\x00\xff\n", b'{"run": 5}\n', b"[" * 5000 + b"\n", b"\n", b"x" * 9000 + b"\n"]
    path.write_bytes(good + b"".join(junk) + good)
    monkeypatch.setattr(landing, "MAX_LINE_BYTES", 8000)
    bad: list[landing.Quarantined] = []
    assert len(list(iter_landed(tmp_path, quarantine=bad.append))) == 2
    assert [(item.offset, item.length) for item in bad] == [
        (len(good) + sum(map(len, junk[:i])), len(line)) for i, line in enumerate(junk)
    ]


def test_a_full_disk_leaves_no_half_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = LandingWriter(tmp_path, "paper", RUN, group_pages=1)
    writer.add(page(0))
    path = tmp_path / "landing" / "paper" / f"{RUN}.jsonl"
    before = path.read_bytes()

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            writer.add(page(1))
    assert path.read_bytes() == before
    writer.sync()  # there is space again
    writer.close()
    assert [record.url for _, _, record in iter_landed(tmp_path)] == [page(0).url, page(1).url]


def test_a_run_without_pages_leaves_no_file(tmp_path: Path) -> None:
    LandingWriter(tmp_path, "paper", RUN).close()
    assert landing.landing_files(tmp_path) == []


def test_a_run_that_ends_without_a_page_disturbs_no_reader(tmp_path: Path) -> None:
    """A crawl removes its empty file while a build reads: what may vanish is not listed."""
    began = LandingWriter(tmp_path, "paper", RUN)
    assert landing.landing_files(tmp_path) == []
    began.close()


def test_runs_sort_by_time_even_if_the_clock_is_set_back(tmp_path: Path) -> None:
    first = next_run(tmp_path, ["paper"], dt.datetime(2017, 10, 9, 8))
    assert first == RUN
    write(tmp_path, 1, first)
    second = next_run(tmp_path, ["paper"], dt.datetime(2016, 1, 1))
    write(tmp_path, 1, second)
    assert first < second < next_run(tmp_path, ["paper", "new"], dt.datetime(2017, 10, 9, 8))
    assert next_run(tmp_path, ["paper"], dt.datetime(2018, 1, 1)) == "20180101T000000-000"


@pytest.mark.parametrize("name", ["../salt", "paper/none.warc.gz", "/etc/passwd"])
def test_no_capture_outside_the_folder(tmp_path: Path, name: str) -> None:
    write(tmp_path, 1)
    with pytest.raises(CaptureError):
        read_capture(tmp_path, name, 0)


def test_a_wrong_offset_is_a_clear_error(tmp_path: Path) -> None:
    (record,) = write(tmp_path, 1)
    assert record.warc
    for offset in (0, 7, 10**9):
        with pytest.raises(CaptureError):
            read_capture(tmp_path, record.warc, offset)


@pytest.mark.parametrize(
    "name", [b"WARC-Target-URI", b"WARC-Type", b"Content-Length", b"Content-Type", b"HTTP/1.1"]
)
def test_a_record_without_a_part_of_its_head_is_a_page_or_a_clear_error(tmp_path: Path, name: bytes) -> None:
    (record,) = write(tmp_path, 1)
    assert record.warc and record.warc_offset is not None
    path = tmp_path / "captures" / record.warc
    whole = gzip.decompress(path.read_bytes()[record.warc_offset :])
    path.write_bytes(gzip.compress(whole.replace(name, b"X" + name)))
    try:
        headers, body = read_capture(tmp_path, record.warc, 0)
        assert headers and isinstance(body, bytes)
    except CaptureError as error:
        assert "存证" in str(error)
    path.write_bytes(gzip.compress(whole.replace(b"WARC-Target-URI", b"Target")))
    with pytest.raises(CaptureError, match="读不出"):
        read_capture(tmp_path, record.warc, 0)


def test_folders_are_created_once_and_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    monkeypatch.setattr("pipeline.store.sync_folder", lambda folder: synced.append(folder.name))
    ensure_folder(tmp_path / "a" / "b")
    assert synced == [tmp_path.name, "a"]
    ensure_folder(tmp_path / "a" / "b")
    assert synced == [tmp_path.name, "a"]


def test_a_capture_that_unpacks_to_more_than_any_page_is_refused_on_the_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(captures, "_MAX_MEMBER", 1 << 20)
    folder = tmp_path / "captures" / "paper"
    folder.mkdir(parents=True)
    (folder / "bomb.warc.gz").write_bytes(gzip.compress(b"WARC/1.1\r\n" + bytes(64 << 20)))
    with pytest.raises(CaptureError, match="超过 1 MB"):
        read_capture(tmp_path, "paper/bomb.warc.gz", 0)
