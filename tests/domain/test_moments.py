"""How moments are written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from paragen.domain.moments import written

SINCE_THEN = st.datetimes(min_value=datetime(1000, 1, 2), max_value=datetime(9999, 12, 30))
ZONES = st.builds(timezone, st.integers(-23, 23).map(lambda hours: timedelta(hours=hours)))
WHEN = st.builds(lambda then, zone: then.replace(tzinfo=zone), SINCE_THEN, ZONES)
A_MOMENT = timedelta(milliseconds=1)


def test_in_utc_to_the_millisecond() -> None:
    then = datetime(2026, 1, 31, 19, 0, 0, 123456, tzinfo=timezone(timedelta(hours=1)))
    assert written(then) == "2026-01-31T18:00:00.123Z"


@given(WHEN, WHEN)
def test_they_sort_as_time_does(one: datetime, other: datetime) -> None:
    if one <= other:
        assert written(one) <= written(other)
    assert abs(datetime.fromisoformat(written(one)) - one) < A_MOMENT


@given(WHEN, st.timedeltas(timedelta(), timedelta(seconds=2)))
def test_they_sort_after_what_older_histories_have_of_earlier_moments(
    before: datetime, later: timedelta
) -> None:
    older = before.astimezone(UTC).isoformat(timespec="microseconds")
    assert older < written(before + later)
