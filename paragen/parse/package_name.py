"""Names of distributions, as `pip install` takes them."""

from __future__ import annotations

import re

_NAME = re.compile(r"[A-Z0-9]([A-Z0-9._-]*[A-Z0-9])?", re.IGNORECASE | re.ASCII)


def is_package_name(text: str) -> bool:
    """Whether a text is a distribution's name (PEP 508), and nothing beside it."""
    return _NAME.fullmatch(text) is not None


def normal_package_name(name: str) -> str:
    """A distribution's name in the one form in which names are compared (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()
