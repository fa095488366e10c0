"""Opening the history for the verbs that read it, or add to it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

CONFIG = Path("generators.toml")


def open_history(path: Path | None, *, write: bool = False) -> closing[sqlite3.Connection]:
    """The history at `path`, or where runs are recorded from here, for a `with`.

    Raises StoreError.
    """
    from paragen.store.connection import connect

    return closing(connect(history_path(path), write=write))


def history_path(path: Path | None) -> Path:
    """The history's file: this one, or where runs are recorded from here."""
    from paragen.store.connection import default_path

    return path or default_path(configured(CONFIG))


def generators_named(config: Path) -> frozenset[str] | None:
    """The names in a config's [[generators]], None where there is no config that can be read."""
    tables = _tables(config)
    if tables is None:
        return None
    try:
        return frozenset(one["name"] for one in tables.get("generators", ()))
    except (LookupError, TypeError):
        return None


def configured(config: Path) -> Path | None:
    """The database that a config names, None where there is none.

    Of the whole config only this key is read, and without pydantic, which takes longer to load
    than a history to print. What is wrong with the rest is for those to say who need the rest.
    """
    from paragen.places import home_expanded

    try:
        path = (_tables(config) or {})["database"]["path"]
    except (LookupError, TypeError):
        return None
    return config.parent / home_expanded(path) if isinstance(path, str) and path else None


def _tables(config: Path) -> dict[str, Any] | None:
    """What a config says, None where there is none that can be read."""
    if not config.is_file():
        return None
    import tomllib

    try:
        return tomllib.loads(config.read_bytes().decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return None
