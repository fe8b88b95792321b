"""Pages of no known engine: what their addresses, lines and blocks say, on small pages of our own writing."""

from __future__ import annotations

import pytest

from crawlers.platforms import general, trs
from tests.crawlers.platforms.made import page


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("index.php?m=content&c=index&a=show&catid=11&id=345", "article"),
        ("index.php?m=content&c=index&a=lists&catid=11", "list"),
        ("index.php?m=content&c=index&a=lists&catid=11&page=2", "list"),
        ("index.php?s=/news/detail/id/12.html", "article"),
        ("index.php?s=/news/index/cate/3", "list"),
        ("index.php?option=com_content&view=article&id=7", "article"),
        ("index.php?option=com_content&view=category&id=7", "list"),
        ("?p=3120", "article"),
        ("?page=2", "list"),
        ("news/?p=2", "list"),
        ("index.php?s=/news/index&p=2", "list"),
        ("default.aspx?newsid=7", "article"),
        ("index.php?aid=nav", "list"),
        ("", "list"),
    ],
)
def test_an_index_that_serves_all_pages_is_told_by_its_query(address: str, kind: str) -> None:
    assert general.classify("http://x.example.cn/" + address) == kind
    assert trs.classify("http://x.example.cn/" + address) == kind


def test_a_list_of_such_addresses_has_entries() -> None:
    rows = "".join(
        f'<li><a href="index.php?m=content&amp;a=show&amp;catid=11&amp;id={day}">某某镇召开第{day}次会议</a>'
        f"<span>2017-10-{day:02}</span></li>"
        for day in range(1, 9)
    )
    found = general.parse(
        page(f"<ul>{rows}</ul>", "http://x.example.cn/index.php?m=content&a=lists&catid=11")
    )
    assert (found.outcome, len(found.links), {link.kind for link in found.links}) == (
        "listed",
        8,
        {"article"},
    )
