"""Which runs `paragen evolve` played, and not the user."""

from __future__ import annotations

import json
import sqlite3

from paragen.learn.standing import Recipe
from paragen.store.experts import tried_recipes
from paragen.store.rows import rows

# A session says so itself, but for those of the first versions: there it is told by who played.
BY_SEARCH = """
EXISTS (
    SELECT 1 FROM sessions AS s WHERE s.key = runs.session AND
    CASE json_type(s.settings, '$.search')
        WHEN 'text' THEN true
        WHEN 'null' THEN false
        ELSE s.id IN (SELECT session FROM experts) OR EXISTS (
            SELECT 1 FROM candidates AS c
            WHERE c.run = runs.key AND c.generator IN (SELECT value FROM json_each(:tried))
        )
    END
)
"""
"""The condition on a row of `runs`; its parameter `tried` is `tried_keys`."""


def tried_keys(connection: sqlite3.Connection) -> str:
    """The keys of generators that searches made and didn't keep, as JSON; raises StoreError."""
    tried = tried_recipes(connection)
    if not tried:
        return "[]"
    found = rows(connection, "SELECT key, name, model, temperature FROM generators")
    keys = [
        row["key"]
        for row in found
        if Recipe(row["name"], row["model"], row["temperature"]) in tried
    ]
    return json.dumps(keys)
