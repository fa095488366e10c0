"""Opening the history for the verbs that read it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path


def open_history(path: Path | None) -> closing[sqlite3.Connection]:
    """The history at `path`, or where it usually is, for a `with`; raises StoreError."""
    from paragen.store.connection import connect, default_path

    return closing(connect(path or default_path(), write=False))
