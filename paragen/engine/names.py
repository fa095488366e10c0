"""How sessions and runs are named."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime


def new_id(now: datetime) -> str:
    """An id that sorts by time and is unique over machines: 40 random bits within a second."""
    return f"{now.astimezone(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(5)}"
