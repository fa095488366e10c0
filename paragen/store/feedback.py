"""What people said of candidates: kept, and read back in the order in which they said it."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from paragen.domain.moments import written
from paragen.domain.tournament import Weights
from paragen.learn.feedback import Entry, Preference, Rating, Reset, Said, Scored, Undo, counting
from paragen.store.clock import now
from paragen.store.encode import storable
from paragen.store.errors import clear_errors
from paragen.store.rows import file_of, rows, transaction

INSERTION = """
INSERT INTO feedback (
    id, given_at, kind, task_type, run, candidate, other, rating,
    quality, speed, other_quality, other_speed, quality_weight, speed_weight, undone, note
) VALUES (
    :id, :given_at, :kind, :task_type, :run, :candidate, :other, :rating,
    :quality, :speed, :other_quality, :other_speed, :quality_weight, :speed_weight, :undone, :note
)
"""


def new_entry(
    said: Said,
    *,
    task_type: str | None = None,
    run: str | None = None,
    candidates: tuple[str, ...] = (),
    note: str | None = None,
) -> Entry:
    """Something said now, with an id that no other machine gives."""
    return Entry(
        id=uuid.uuid4().hex,
        given_at=now(),
        said=said,
        task_type=task_type,
        run=run,
        candidates=candidates,
        note=note,
    )


def add(connection: sqlite3.Connection, entry: Entry) -> tuple[Entry, ...]:
    """Keep an entry as the last of all; all entries, with it. Raises StoreError.

    Where the clock stands behind the last entry's time, the new one is a moment later than that.
    """
    return add_chosen(connection, lambda before: entry)


def add_chosen(
    connection: sqlite3.Connection, choose: Callable[[tuple[Entry, ...]], Entry]
) -> tuple[Entry, ...]:
    """Keep an entry, as `add` does, that is chosen by all before it.

    Nobody adds another meanwhile. Raises what choosing does, and StoreError.
    """
    with clear_errors(file_of(connection)), transaction(connection):
        before = entries(connection)
        entry = choose(before)
        entry = replace(entry, given_at=_after(before, entry.given_at))
        connection.execute(INSERTION, _row(entry))
    return (*before, entry)


def entries(connection: sqlite3.Connection) -> tuple[Entry, ...]:
    """All that was ever said, in the order in which it was; raises StoreError."""
    found = rows(connection, "SELECT * FROM feedback ORDER BY given_at, id")
    return tuple(_entry(dict(row)) for row in found)


def preferred(connection: sqlite3.Connection) -> tuple[Entry, ...]:
    """The preferences that count: the first of `candidates` was preferred to the second.

    Raises StoreError.
    """
    return tuple(e for e in counting(entries(connection)) if isinstance(e.said, Preference))


def user_ratings(connection: sqlite3.Connection) -> Iterator[tuple[str, str, float]]:
    """The ratings that count: the run's id, the candidate's, and what it was rated.

    Raises StoreError.
    """
    for entry in counting(entries(connection)):
        if isinstance(entry.said, Rating) and entry.run is not None:
            (candidate,) = entry.candidates
            yield entry.run, candidate, entry.said.rating


def _after(before: Iterable[Entry], given_at: str) -> str:
    last = max((entry.given_at for entry in before), default="")
    if given_at > last:
        return given_at
    return written(datetime.fromisoformat(last) + timedelta(milliseconds=1))


def _row(entry: Entry) -> dict[str, Any]:
    """An entry as a row; what it hasn't is NULL."""
    first, second = (*entry.candidates, None, None)[:2]
    row: dict[str, Any] = {
        "id": entry.id,
        "given_at": entry.given_at,
        "kind": type(entry.said).__name__.lower(),
        "task_type": entry.task_type,
        "run": entry.run,
        "candidate": first,
        "other": second,
        "note": entry.note,
        "rating": None,
        "quality_weight": None,
        "speed_weight": None,
        "undone": None,
        **_scores(None),
        **_scores(None, "other_"),
    }
    match entry.said:
        case Rating() as said:
            row |= {"rating": said.rating, **_scores(said.scored)}
            row |= {
                "quality_weight": said.weights.quality,
                "speed_weight": said.weights.speed,
            }
        case Preference() as said:
            row |= {**_scores(said.preferred), **_scores(said.other, "other_")}
        case Undo() as said:
            row["undone"] = said.undone
        case Reset():
            pass
    return {name: storable(value) for name, value in row.items()}


def _scores(scored: Scored | None, prefix: str = "") -> dict[str, float | None]:
    return {
        f"{prefix}quality": scored.quality if scored else None,
        f"{prefix}speed": scored.speed if scored else None,
    }


def _entry(row: dict[str, Any]) -> Entry:
    return Entry(
        id=row["id"],
        given_at=row["given_at"],
        said=_said(row),
        task_type=row["task_type"],
        run=row["run"],
        candidates=tuple(one for one in (row["candidate"], row["other"]) if one is not None),
        note=row["note"],
    )


def _said(row: dict[str, Any]) -> Said:
    match row["kind"]:
        case "rating":
            weights = Weights(quality=row["quality_weight"], speed=row["speed_weight"])
            return Rating(rating=row["rating"], scored=_scored(row), weights=weights)
        case "preference":
            return Preference(preferred=_scored(row), other=_scored(row, "other_"))
        case "reset":
            return Reset()
        case _:
            return Undo(undone=row["undone"])


def _scored(row: dict[str, Any], prefix: str = "") -> Scored | None:
    quality, speed = row[f"{prefix}quality"], row[f"{prefix}speed"]
    return None if quality is None or speed is None else Scored(quality=quality, speed=speed)
