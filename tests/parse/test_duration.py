from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paragen.parse.duration import duration_s


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("30", 30),
        ("30s", 30),
        ("2.5", 2.5),
        ("5m", 300),
        ("1h", 3600),
        ("1h30m", 5400),
        ("1H 5", None),
        (" 1m30 ", 90),
        ("0", None),
        ("-3", None),
        ("", None),
        ("m", None),
        ("5 m", None),
        ("5d", None),
        ("inf", None),
        ("1e400", None),
        ("9" * 400, None),
    ],
)
def test_durations(written: str, seconds: float | None) -> None:
    if seconds is None:
        with pytest.raises(ValueError, match="duration"):
            duration_s(written)
    else:
        assert duration_s(written) == seconds


@given(st.text())
def test_any_text_is_a_duration_or_refused(text: str) -> None:
    try:
        assert 0 < duration_s(text) < float("inf")
    except ValueError as error:
        assert "is no duration" in str(error)
