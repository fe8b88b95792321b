"""The proof package of the sample city: what is inside, that it replays, what stays out, what is missing."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import io
import json
import random
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
from warcio.archiveiterator import ArchiveIterator

from analysis.acts.proof import pack_proof
from analysis.acts.record import ActError
from analysis.record import Said
from analysis.reports.collect import Context
from analysis.reports.proof_archive import WACZ_NAME
from analysis.reports.proof_pack import Packed, pack
from analysis.reports.proof_selection import Choice, select
from analysis.reports.rules import load_report_rules
from analysis.reports.sealed import verify
from pipeline.captures import read_capture
from pipeline.decisions import load_decisions
from pipeline.store import Store, open_store
from tests.analysis.reports.conftest import Season

DAY = dt.date(2017, 12, 31)


def archive_of(package: zipfile.ZipFile) -> zipfile.ZipFile:
    """The web archive inside a package."""
    return zipfile.ZipFile(io.BytesIO(package.read(WACZ_NAME)))


def packed(season: Season, context: Context, path: Path, **choice: object) -> tuple[Packed, zipfile.ZipFile]:
    store = open_store(season.home, season.city)
    made = pack(store, context, Choice(DAY, **choice), load_report_rules(season.city), path)  # type: ignore[arg-type]
    return made, zipfile.ZipFile(path)


@pytest.fixture(scope="module")
def of_unit(season: Season, context: Context, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("proof") / "slj.zip"
    packed(season, context, path, unit="市水利局")
    return path


def test_it_is_whole_and_holds_each_piece_with_its_capture(of_unit: Path) -> None:
    assert verify(of_unit).faults == []
    with zipfile.ZipFile(of_unit) as package:
        names = set(package.namelist())
        page = package.read("索引.html").decode()
        texts = [package.read(name).decode() for name in names if name.startswith("texts/")]
    assert {"索引.xlsx", WACZ_NAME, "decisions.jsonl", "verdicts.json", "说明.txt"} <= names
    for title in ("老井退休记", "河长来了，河边的猪栏走了", "【公告】2017年度设区市社会评价公告"):
        assert title in page and any(title in text for text in texts)
    assert "<script" not in page and "没有存证" not in page
    assert "市教育局" not in page.split('id="captures"')[0].split('id="pieces"')[0]


def test_archive_is_warc_with_requests_and_the_index_finds_each_page(of_unit: Path) -> None:
    with zipfile.ZipFile(of_unit) as package:
        warc = archive_of(package).read("archive/data.warc.gz")
        index = archive_of(package).read("indexes/index.cdx").decode().splitlines()
        pages = [json.loads(line) for line in archive_of(package).read("pages/pages.jsonl").splitlines()]
    kinds = [record.rec_type for record in ArchiveIterator(io.BytesIO(warc))]
    assert kinds[0] == "warcinfo" and kinds.count("request") == kinds.count("response") == len(index) > 5
    assert index == sorted(index)
    found = {}
    for line in index:
        entry = json.loads(line.split(" ", 2)[2])
        member = warc[int(entry["offset"]) : int(entry["offset"]) + int(entry["length"])]
        record = next(iter(ArchiveIterator(io.BytesIO(member))))
        assert record.rec_headers.get_header("WARC-Target-URI") == entry["url"]
        assert record.rec_headers.protocol == "WARC/1.1"
        found[entry["url"]] = record.content_stream().read()
    assert pages[0]["format"] == "json-pages-1.0" and {page["url"] for page in pages[1:]} == set(found)
    assert any("猪栏".encode() in body or "猪栏".encode("gb18030") in body for body in found.values())


def test_captures_are_the_bytes_that_were_kept(of_unit: Path, season: Season, context: Context) -> None:
    store = open_store(season.home, season.city)
    with zipfile.ZipFile(of_unit) as package:
        warc = archive_of(package).read("archive/data.warc.gz")
    rows = context.con.execute(
        "SELECT url, sha256, warc, warc_offset FROM page_fetch WHERE warc IS NOT NULL"
    ).fetchall()
    kept = {(url, sha): (name, offset) for url, sha, name, offset in rows}
    count = 0
    for record in ArchiveIterator(io.BytesIO(warc)):
        if record.rec_type == "response":
            body = record.content_stream().read()
            place = kept[record.rec_headers.get_header("WARC-Target-URI"), hashlib.sha256(body).hexdigest()]
            assert read_capture(store.folder, *place)[1] == body
            count += 1
    assert count > 5


def test_wacz_description_matches_the_archive(of_unit: Path) -> None:
    with zipfile.ZipFile(of_unit) as whole, archive_of(whole) as package:
        described = json.loads(package.read("datapackage.json"))
        digest = json.loads(package.read("datapackage-digest.json"))
        assert digest["hash"] == "sha256:" + hashlib.sha256(package.read("datapackage.json")).hexdigest()
        rest = {"datapackage.json", "datapackage-digest.json"}
        assert {each["path"] for each in described["resources"]} == set(package.namelist()) - rest
        for each in described["resources"]:
            content = package.read(each["path"])
            assert each["hash"] == "sha256:" + hashlib.sha256(content).hexdigest() and each["bytes"] == len(
                content
            )
            assert re.fullmatch(r"[-a-z0-9._/]+", each["name"])
        assert package.getinfo("archive/data.warc.gz").compress_type == zipfile.ZIP_STORED


def test_forum_captures_stay_out_unless_asked_for_and_posters_are_not_named(
    of_unit: Path, season: Season, context: Context, tmp_path: Path
) -> None:
    made, package = packed(season, context, tmp_path / "with.zip", unit="市水利局", with_forum=True)
    assert made.left_out_count == 0
    with zipfile.ZipFile(of_unit) as other:
        urls = [
            json.loads(line).get("url", "")
            for line in archive_of(other).read("pages/pages.jsonl").splitlines()
        ]
        assert not [url for url in urls if "thread" in url]
        assert (
            "没有放入" in other.read("说明.txt").decode() and "没有放入" in other.read("索引.html").decode()
        )
    more = [
        json.loads(line).get("url", "") for line in archive_of(package).read("pages/pages.jsonl").splitlines()
    ]
    assert len(more) > len(urls) and "发帖人用户名" in package.read("说明.txt").decode()
    page = package.read("索引.html").decode()
    assert "那边过边的自来水" in page or "那边" in page or "帖" in page
    assert not re.search(r"(?<![0-9a-f])1[3-9]\d{9}(?![0-9a-f])", page)  # not the digits of a hash


def test_selection_by_task_and_days(season: Season, context: Context, tmp_path: Path) -> None:
    made, package = packed(
        season,
        context,
        tmp_path / "m05.zip",
        task="m05",
        first=dt.date(2017, 10, 11),
        last=dt.date(2017, 10, 20),
    )
    lines = json.loads(package.read("verdicts.json"))
    assert {line["task"] for line in lines} == {"m05"} and made.piece_count >= 5
    days = {
        row[1]
        for row in openpyxl.load_workbook(io.BytesIO(package.read("索引.xlsx")))["稿件"].values
        if row[1]
    }
    shown = {day.date() for day in days if isinstance(day, dt.datetime)}
    assert shown and shown <= {dt.date(2017, 10, n) for n in range(11, 21)}


def test_flipped_bytes_of_a_real_package_are_found(of_unit: Path, tmp_path: Path) -> None:
    content = of_unit.read_bytes()
    path = tmp_path / "flipped.zip"
    for place in random.Random(7).sample(range(len(content)), 150):
        path.write_bytes(content[:place] + bytes([content[place] ^ 0x41]) + content[place + 1 :])
        assert verify(path).faults, place


def test_same_selection_same_bytes(season: Season, context: Context, of_unit: Path, tmp_path: Path) -> None:
    packed(season, context, tmp_path / "again.zip", unit="市水利局")
    assert (tmp_path / "again.zip").read_bytes() == of_unit.read_bytes()


def test_damaged_and_missing_captures_are_said_not_hidden(
    own_season: Season, context: Context, tmp_path: Path
) -> None:
    store = open_store(own_season.home, own_season.city)
    paper = next(store.captures.glob("fcgrb/*.warc.gz"))
    content = bytearray(paper.read_bytes())
    for place in range(2000, len(content), 2500):
        content[place] ^= 0xFF
    paper.write_bytes(bytes(content))
    for path in store.captures.glob("fcgs-slj/*"):
        path.unlink()
    made, package = packed(own_season, context, tmp_path / "p.zip", unit="市水利局")
    assert made.faults and verify(tmp_path / "p.zip").faults == []
    page = package.read("索引.html").decode()
    assert "没有存证" in page and "存证读不出" in page
    assert list(ArchiveIterator(io.BytesIO(archive_of(package).read("archive/data.warc.gz"))))


def test_packing_is_recorded_and_forum_captures_want_a_person_and_a_reason(
    own_season: Season, context: Context, tmp_path: Path
) -> None:
    store: Store = open_store(own_season.home, own_season.city)
    at = dt.datetime(2018, 1, 2, 9)
    choice = Choice(DAY, unit="市水利局", with_forum=True)
    with pytest.raises(ActError, match="--who"):
        pack_proof(store, context, choice, tmp_path / "p.zip", who=" ", at=at, why="核验")
    with pytest.raises(ActError, match="--why"):
        pack_proof(store, context, choice, tmp_path / "p.zip", who="李", at=at)
    with pytest.raises(ActError, match="晚于"):
        wrong = Choice(DAY, first=dt.date(2017, 12, 1), last=dt.date(2017, 11, 1))
        pack_proof(store, context, wrong, tmp_path / "p.zip", who="李", at=at)
    assert not (tmp_path / "p.zip").exists()
    made = pack_proof(store, context, choice, tmp_path / "p.zip", who="李", at=at, why="核验组要")
    last = [each for each in load_decisions(store.decisions) if each.kind == "proof_pack"][-1]
    assert (last.after["sha256"], last.who, last.after["forum"]) == (made.sha256, "李", True)


def test_a_place_that_cannot_be_written_leaves_nothing(
    season: Season, context: Context, tmp_path: Path
) -> None:
    (tmp_path / "f").write_text("x")
    with pytest.raises(OSError, match="directory"):
        packed(season, context, tmp_path / "f" / "p.zip", unit="市水利局")


def test_decisions_keep_digests_and_ids_and_lose_numbers_of_persons(
    season: Season, context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest, article = "a13877012345b" + "0" * 51, "a13877012345b"
    phone, told = "13800138000", "https://example.org/?to=13800138000"
    chosen = select(context, Choice(DAY, unit="市水利局"))
    shown = "https://example.org/a/13877012345.html"
    capture = dataclasses.replace(chosen.captures[0], url=shown)
    said = Said(
        id="credit_add-1", kind="appeal_grant", target=article, who=f"李 {phone}", at=dt.datetime(2018, 1, 2),
        before={"rows": [{"title": f"找{phone}"}]},
        after={"sha256": digest, "article": article, "url": shown, "link": told, "title": f"电 {phone}"},
        why=f"打 {phone}",
    )  # fmt: skip
    other = dataclasses.replace(said, after={"url": told})
    changed = dataclasses.replace(chosen, decisions=[said, other], captures=[capture])
    monkeypatch.setattr("analysis.reports.proof_pack.select", lambda *_: changed)
    _, package = packed(season, context, tmp_path / "m.zip")
    whole = package.read("decisions.jsonl").decode()
    first, second = (json.loads(line) for line in whole.splitlines())
    assert phone not in whole and whole.count("〔电话〕") == 9
    assert (first["target"], first["after"]["sha256"], first["after"]["article"]) == (
        article,
        digest,
        article,
    )
    assert first["after"]["url"] == shown and "〔电话〕" in second["after"]["url"]
    page = package.read("索引.html").decode()
    assert article in page.split('id="decisions"')[1] and phone not in page
