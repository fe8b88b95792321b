"""An empty list is an alarm where there were entries, and nothing where a site has not published yet."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.analysis.case import Case


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


def look(case: Case, day: str, outcome: str, url: str = "http://gov.test/") -> None:
    case.fetch("gov", url, f"{day}T09:00:00", "list", outcome)  # type: ignore[arg-type]


def states(case: Case, site: str = "gov") -> dict[str, str]:
    case.build()
    with duckdb.connect(str(case.warehouse), read_only=True) as con:
        rows = con.execute("SELECT day, state FROM source_day_at(NULL) WHERE site = ? ORDER BY day", [site])
        return {str(day): state for day, state in rows.fetchall()}


def test_site_that_never_had_entries_has_no_content_yet(case: Case) -> None:
    look(case, "2017-10-01", "empty_list")
    look(case, "2017-10-02", "empty_list")
    assert states(case) == {"2017-10-01": "no_content", "2017-10-02": "no_content"}


def test_site_that_had_entries_and_shows_none_is_down(case: Case) -> None:
    look(case, "2017-10-01", "empty_list")
    look(case, "2017-10-02", "listed")
    look(case, "2017-10-03", "empty_list")
    assert states(case) == {"2017-10-01": "no_content", "2017-10-02": "no_news", "2017-10-03": "down"}


def test_new_column_of_a_site_whose_other_columns_have_entries_is_no_fault(case: Case) -> None:
    look(case, "2017-10-01", "listed")
    look(case, "2017-10-01", "empty_list", "http://gov.test/new/")
    assert states(case) == {"2017-10-01": "no_news"}


def test_site_whose_columns_are_all_empty_after_it_moved_is_down(case: Case) -> None:
    look(case, "2017-10-01", "listed")
    look(case, "2017-10-02", "empty_list", "http://gov.test/moved/")
    assert states(case)["2017-10-02"] == "down"


def test_failure_of_a_site_without_entries_is_still_a_failure(case: Case) -> None:
    look(case, "2017-10-01", "empty_list")
    look(case, "2017-10-02", "timeout")
    assert states(case) == {"2017-10-01": "no_content", "2017-10-02": "down"}


def test_edition_without_articles_is_never_new(case: Case) -> None:
    case.edition("2017-10-09", "empty_list")
    assert states(case, "paper") == {"2017-10-09": "unparsed"}
