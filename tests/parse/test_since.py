from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paragen.parse.since import moment

NOW = datetime(2026, 3, 10, 12, 30, tzinfo=UTC)


def in_utc(then: datetime) -> datetime:
    return then.replace(tzinfo=UTC)


def in_berlin(then: datetime) -> datetime:
    """Near enough: an hour before UTC, in summer two."""
    return then.replace(tzinfo=timezone(timedelta(hours=2 if 4 <= then.month <= 10 else 1)))


@pytest.mark.parametrize(
    ("text", "then"),
    [
        ("2026-01-31", "2026-01-31T00:00:00.000Z"),
        ("2026-01-31T18:00", "2026-01-31T18:00:00.000Z"),
        ("2026-01-31T18:00+02:00", "2026-01-31T16:00:00.000Z"),
        ("30m", "2026-03-10T12:00:00.000Z"),
        ("12h", "2026-03-10T00:30:00.000Z"),
        (" 7D ", "2026-03-03T12:30:00.000Z"),
        ("2w", "2026-02-24T12:30:00.000Z"),
    ],
)
def test_moments(text: str, then: str) -> None:
    assert moment(text, now=NOW, here=in_utc) == then


@pytest.mark.parametrize(
    ("text", "then"),
    [
        ("2026-01-31", "2026-01-30T23:00:00.000Z"),
        ("2026-07-31", "2026-07-30T22:00:00.000Z"),
        ("2026-07-31T18:00", "2026-07-31T16:00:00.000Z"),
        ("2026-07-31T18:00Z", "2026-07-31T18:00:00.000Z"),
    ],
)
def test_a_date_is_its_midnight_here(text: str, then: str) -> None:
    for now in (NOW, NOW.replace(month=7)):
        assert moment(text, now=now, here=in_berlin) == then, "whatever the season is now"


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "7", "7y", "2026-13-01", "999999w", "0001-01-01", "9999-12-31T23:59-14:00"],
)
def test_what_is_no_moment(text: str) -> None:
    with pytest.raises(ValueError, match="is no moment"):
        moment(text, now=NOW, here=in_berlin)


@given(st.datetimes(min_value=datetime(1990, 1, 1)))
def test_what_runs_say_of_themselves_is_a_moment(when: datetime) -> None:
    written = when.isoformat(timespec="milliseconds") + "Z"
    assert moment(written, now=NOW, here=in_berlin) == written
