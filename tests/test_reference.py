"""The generated reference is what the code says."""

from __future__ import annotations

from tests.reference import FILE, reference


def test_the_reference_is_up_to_date() -> None:
    assert FILE.read_text(encoding="utf-8") == reference(), (
        "run `python tests/reference.py --write`"
    )
