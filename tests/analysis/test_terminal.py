"""Numbers of a table are short for people and whole for machines."""

from __future__ import annotations

import pytest

from analysis.terminal import cell_text, exact_text, write_csv


@pytest.mark.parametrize(
    ("value", "shown", "exact"),
    [
        (12345.0, "12345", "12345"),
        (156.25, "156.25", "156.25"),
        (2 / 3, "0.6667", "0.6666666666666666"),
        (1234.5678, "1234.57", "1234.5678"),
        ([2.5, None, True], "2.5、、是", "2.5、、是"),
    ],
)
def test_numbers(value: object, shown: str, exact: str) -> None:
    assert (cell_text(value), exact_text(value)) == (shown, exact)


def test_a_csv_holds_whole_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    write_csv([{"unit": "市水利局", "points": 1234.5678, "share": -0.125}])
    assert capsys.readouterr().out == "unit,points,share\n市水利局,1234.5678,-0.125\n"
