"""Answers that were given before, by all that determines one: asked for, never by default."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from paragen.domain.errors import StoreError
from paragen.domain.generator import Answer, Request
from paragen.store.clock import now
from paragen.store.codec import CodecError, decoded, encoded
from paragen.store.connection import BUSY_LIMIT_S, connect
from paragen.store.errors import clear_errors

IRRELEVANT = ("name", "model", "seed", "tags", "host")
"""What of a generator determines no answer: the digest stands for the model, and the instance's
seed for its own."""


def cache_key(digest: str | None, request: Request) -> str | None:
    """What an answer to a request is kept under; None where the model's digest isn't known.

    The SHA-256, in hexadecimal, over the model's digest, the messages, the options, the seed, and
    the number of the copy: so neither seeds nor copies share answers.
    """
    if not digest:
        return None
    instance = request.instance
    options = encoded(instance.generator)
    determining = {
        "digest": digest,
        "messages": [encoded(message) for message in request.messages],
        "options": {name: value for name, value in options.items() if name not in IRRELEVANT},
        "seed": instance.seed,
        "copy": instance.copy,
    }
    return hashlib.sha256(json.dumps(determining, sort_keys=True).encode()).hexdigest()


class AnswerCache:
    """Keeps answers in the history's file; may be used by several threads at once.

    When the database fails, `failure` says how, `on_failure` is called once with a message, and
    from then on no answer is known, and none is kept: a tournament never fails for its cache.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        on_failure: Callable[[str], None] | None = None,
        busy_limit_s: float = BUSY_LIMIT_S,
    ) -> None:
        self.failure: StoreError | None = None
        self._path = Path(path)
        self._on_failure = on_failure
        self._turn = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        try:
            self._connection = connect(self._path, write=True, busy_limit_s=busy_limit_s)
        except StoreError as error:
            self._fail(error)

    def find(self, key: str) -> Answer | None:
        """The answer that was kept under this key, marked as cached; None where there is none."""
        found = self._execute("SELECT answer FROM answers WHERE key = ?", (key,))
        if not found:
            return None
        try:
            answer = decoded(Answer, json.loads(found[0]["answer"]))
        except CodecError:  # of another version of paragen: it is asked again
            return None
        return replace(answer, cached=True, energy_j=None)

    def keep(self, key: str, answer: Answer) -> None:
        """Keep an answer under this key, unless one is there; one that came from here isn't new."""
        if answer.cached:
            return
        self._execute(
            "INSERT INTO answers (key, kept_at, answer) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            (key, now(), json.dumps(encoded(answer), separators=(",", ":"))),
        )

    def close(self) -> None:
        """Close the database; what comes later is neither found nor kept."""
        with self._turn:
            self._disconnect()

    def _execute(self, statement: str, parameters: tuple[str, ...]) -> list[sqlite3.Row]:
        with self._turn:
            if self._connection is None:
                return []
            try:
                with clear_errors(self._path):
                    return self._connection.execute(statement, parameters).fetchall()
            except StoreError as error:
                self._fail(error)
                return []

    def _fail(self, error: StoreError) -> None:
        self.failure = error
        self._disconnect()
        if self._on_failure is not None:
            self._on_failure(f"{error} No more answers are taken from the cache, or kept.")

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
