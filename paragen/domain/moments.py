"""How moments are written wherever they are kept or printed: their text sorts as they do."""

from __future__ import annotations

from datetime import UTC, datetime


def written(moment: datetime) -> str:
    """A moment with a zone, in UTC and ISO 8601, to the millisecond: 2026-01-31T18:00:00.000Z.

    Older histories have moments to the microsecond that end in +00:00: of the same millisecond
    they sort before these.
    """
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
