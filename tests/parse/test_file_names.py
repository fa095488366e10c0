"""Names for files that stand in one folder."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paragen.parse.file_names import told_apart


@pytest.mark.parametrize(
    ("stems", "apart"),
    [
        (["a", "b"], ["a", "b"]),
        (["a_b", "a_b", "a_b"], ["a_b", "a_b-2", "a_b-3"]),
        (["t-2", "t", "t"], ["t-2", "t", "t-3"]),
        (["t", "t", "t-2"], ["t", "t-2", "t-2-2"]),
        (["Task", "task", "TASK"], ["Task", "task-2", "TASK-3"]),
        (["caf\u00e9", "cafe\u0301"], ["caf\u00e9", "cafe\u0301-2"]),
    ],
)
def test_names(stems: list[str], apart: list[str]) -> None:
    assert told_apart(stems) == apart


@given(st.lists(st.text("aAß\u00e9e\u0301-2", max_size=4), max_size=12))
def test_no_two_are_alike_and_each_begins_with_its_own(stems: list[str]) -> None:
    apart = told_apart(stems)
    assert len(apart) == len(stems)
    assert all(name.startswith(stem) for name, stem in zip(apart, stems, strict=True))
    for form in ("NFC", "NFD"):
        for fold in (str.lower, str.upper, str.casefold):
            assert len({fold(unicodedata.normalize(form, one)) for one in apart}) == len(apart)
