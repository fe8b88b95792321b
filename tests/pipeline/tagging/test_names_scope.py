"""What is looked at before a costly pattern is tried never hides what the pattern would find."""

from __future__ import annotations

from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from pipeline.tagging import names_scope


@given(st.text(alphabet="省市州自治茂名电白局的\n，a", max_size=14))
def test_another_city_is_seen_wherever_its_pattern_stands(text: str) -> None:
    with patch.object(names_scope, "_NESTING", frozenset(text)):  # tried at every place
        tried = [names_scope._is_strange(text, start) for start in range(len(text) + 1)]
    assert [names_scope._is_strange(text, start) for start in range(len(text) + 1)] == tried
