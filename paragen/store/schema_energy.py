"""The column of energy, as SQL: what an answer took of what its machine's GPUs drew, in joules."""

from __future__ import annotations

from paragen.store.views import BROWSE, SELECTS

ENERGY = (
    # NULL where no meter said it, which is so of all that was recorded before.
    "ALTER TABLE candidates ADD COLUMN energy_j REAL",
    # Standings are answered from it alone, with energy now.
    "DROP INDEX candidates_record",
    """
    CREATE INDEX candidates_record ON candidates
        (run, generator, status, cached, combined, tokens_per_s, generation_s, reward, load_s,
         completion_tokens, energy_j)
    """,
    f"DROP VIEW {BROWSE}candidates",
    f"CREATE VIEW {BROWSE}candidates AS "
    + SELECTS["candidates"].replace("c.queue_s,", "c.queue_s, c.energy_j,"),
)
