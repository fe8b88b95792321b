"""A capture is shown without numbers of persons, however the source of the page spells them."""

from __future__ import annotations

import duckdb
import pytest

from analysis.desk.pages.captures import masked_structure
from analysis.warehouse import ask
from pipeline.retention import FORUM_PLATFORMS


@pytest.mark.parametrize(
    "source",
    [
        "13877011240",
        "&#49;3877011240",
        "&#x31;&#x33;877011240",
        "138<!-- -->7701<!-- x -->1240",
        "138<script>1</script>7701<style>p{}</style>1240",
        "138<b>7701</b>1240",
        "<i>138</i><i>7701</i><i>1240</i>",
        "138<font color=red>7701</font><a href=/x>1240</a>",
        "138&nbsp;7701&nbsp;1240",
        "138&#8203;7701&zwnj;1240",
        "138&shy;7701&shy;1240",
        "１３８<em>７７０１</em>１２４０",
        "&#19968;三八七七零一一二四零",
        "zhang&#64;163.com",
        "<u>0770</u>-<u>2822345</u>",
        "<span>138</span>\n<span>7701</span>\n  <span>1240</span>",
        "138\r\n7701\n1240",
        "138&nbsp;<b>7701</b>&nbsp;<b>1240</b>",
        "电话：138<br>\n<b>7701</b><br>1240",
    ],
)
def test_a_number_is_masked_however_it_is_written(source: str) -> None:
    shown = masked_structure(f"<div><p>联系<b>人</b>，{source}，谢谢<b>您</b></p></div>")
    assert "〔" in shown and "谢谢" in shown
    assert not any(part in shown for part in ("7701", "1240", "７７０１", "八七七", "282", "163"))


def test_a_page_without_numbers_keeps_its_structure() -> None:
    page = "<h1>汛期<em>备料</em></h1><p>共<b>35</b>吨，2017-12-04&nbsp;10:00</p><ul><li>一</li></ul>"
    assert masked_structure(page) == page.replace("&nbsp;", "\u00a0")


def test_no_attribute_is_kept() -> None:
    assert masked_structure('<p title="138" lang="770">一</p>') == "<p>一</p>"


def test_lines_stay_lines_where_a_number_is_masked() -> None:
    page = "<p>一<br>二\n三<br>13877011240<br>四</p>"
    assert masked_structure(page) == "<p>一<br>二 三<br>〔电话〕<br>四</p>"


def test_a_list_of_a_forum_of_which_no_thread_was_read_is_of_a_forum() -> None:
    con = duckdb.connect()
    con.execute(
        "CREATE TABLE page_fetch AS SELECT 'bbs' AS site, 'u' AS url, 'list' AS kind, 'listed' AS outcome,"
        " TIMESTAMP '2018-01-01' AS fetched_at, 'd' AS sha256, 'bbs/1.warc.gz' AS warc, 0 AS warc_offset"
    )
    con.execute("CREATE TABLE thread_page_version (site VARCHAR)")
    con.execute("CREATE TABLE site AS SELECT 'bbs' AS slug, '论坛' AS level, 'feed' AS platform")
    asked = {"sha256": "d", "forum_platforms": [*FORUM_PLATFORMS]}
    assert ask(con, "capture_of", **asked)[0]["is_forum"]
    con.execute("UPDATE site SET level = '市级网站'")
    assert not ask(con, "capture_of", **asked)[0]["is_forum"]
    con.execute("UPDATE site SET platform = 'discuz'")  # whose raw pages end as a forum's, too
    assert ask(con, "capture_of", **asked)[0]["is_forum"]
