"""What of a session that is gone on with is asked again."""

from __future__ import annotations

from enum import StrEnum


class Retry(StrEnum):
    """Which attempts that have ended are asked again when a session is gone on with."""

    NONE = "none"
    ERRORS = "errors"
    """Those that ended by no doing of the model's: errors, and what could not be judged."""
    FAILED = "failed"
    """These, and all that gave no program that passed."""
