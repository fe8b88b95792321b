"""No regular expression of the program takes long on a long text, whatever the text is made of."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tools.fuzz.regexes import LENGTH, ROOT, slowest


@pytest.mark.parametrize(
    "pattern",
    [
        r"(?:a+)+$",
        r"\s*x",
        r"\d+项",
        r"(?:[^。]{0,14}?(?:日|月))*$",
        r"\s*[a-z]?\s*x",
        rb"(?:[\x80-\xff]+)+$",
        rb"(?m)^[^:\s]*[\x80-\xff][^:\s]*(?=:)",
    ],
)
def test_what_explodes_is_found(pattern: str | bytes) -> None:
    # Twice the length of a long article: four times its seconds, so that a fast machine finds it too.
    assert slowest(re.compile(pattern), "tools/fuzz/regexes.py:1", 2 * LENGTH).seconds > 1


def test_what_is_linear_is_not() -> None:
    assert slowest(re.compile(r"(?<!\s)\s+x|\d项"), "tools/fuzz/regexes.py:1").seconds < 0.5


def test_no_pattern_of_the_program_is_slow() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tools.fuzz.regexes"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    found = re.search(r"(\d+) patterns", done.stdout)
    assert found and int(found[1]) > 350
