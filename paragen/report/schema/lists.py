"""What the verbs that list something print as JSON: rows of plain values."""

from __future__ import annotations

from typing import Literal

from pydantic import with_config
from typing_extensions import TypedDict

from paragen.report.schema.parts import CLOSED


@with_config(CLOSED)
class PlayedRunObject(TypedDict):
    """A run; `winner` is its generator, `by` the search that played it (null: the user)."""

    run_id: str
    started_at: str
    task: str
    task_type: str
    mode: str
    winner: str | None
    combined: float | None
    candidates: int
    passes: int
    cached: int
    wall_s: float
    deadline_s: float | None
    state: Literal["ended", "interrupted", "running", "unfinished"]
    by: Literal["evolve"] | None


@with_config(CLOSED)
class HistoryObject(TypedDict):
    """What `paragen history` shows, a row for each run, the newest first."""

    schema: Literal["paragen.history/1"]
    rows: list[PlayedRunObject]


@with_config(CLOSED)
class FindingObject(TypedDict):
    """One thing looked at; `exit_code` is what a run would end with because of it (0: it plays)."""

    check: str
    level: Literal["ok", "note", "problem"]
    found: str
    details: str
    advice: str
    exit_code: int


@with_config(CLOSED)
class DoctorObject(TypedDict):
    """What `paragen doctor` finds, a row for each thing looked at."""

    schema: Literal["paragen.doctor/1"]
    rows: list[FindingObject]


@with_config(CLOSED)
class ModelObject(TypedDict):
    """A model of a host; what is loaded is null where it isn't. `generators` have it by config."""

    host: str
    model: str
    parameters: str | None
    quantization: str | None
    size_bytes: int | None
    loaded_bytes: int | None
    vram_bytes: int | None
    generators: str | None


@with_config(CLOSED)
class ModelsObject(TypedDict):
    """What `paragen models` lists, a row for each model of each host."""

    schema: Literal["paragen.models/1"]
    rows: list[ModelObject]


@with_config(CLOSED)
class HoldingObject(TypedDict):
    """A property of the history's file, or a table with how many rows it has."""

    what: str
    value: str | int | None


@with_config(CLOSED)
class DbInfoObject(TypedDict):
    """What `paragen db info` tells; `bytes` is 0 where there is no file yet."""

    schema: Literal["paragen.db-info/1"]
    rows: list[HoldingObject]


@with_config(CLOSED)
class MergedFileObject(TypedDict):
    """What came in from a file: rows by table, `advanced` runs, and `played` sessions left out.

    Advanced is a run of ours of which the file had the record that is further on; what a living
    process plays is left out.
    """

    file: str
    generators: int
    models: int
    sessions: int
    plans: int
    runs: int
    attempts: int
    candidates: int
    cases: int
    measures: int
    selections: int
    baseline_records: int
    answers: int
    audits: int
    baselines: int
    experts: int
    feedback: int
    loads: int
    advanced: int
    played: int


@with_config(CLOSED)
class MergeObject(TypedDict):
    """What `paragen db merge` and `paragen db import` brought, a row for each file."""

    schema: Literal["paragen.merge/1"]
    rows: list[MergedFileObject]


@with_config(CLOSED)
class BaselineObject(TypedDict):
    """A baseline; `tasks` and `plays` are those of all its generators."""

    name: str
    saved_at: str
    generators: int
    tasks: int
    plays: int


@with_config(CLOSED)
class BaselinesObject(TypedDict):
    """What `paragen baseline list` shows, a row for each baseline."""

    schema: Literal["paragen.baselines/1"]
    rows: list[BaselineObject]


@with_config(CLOSED)
class BaselineRecordObject(TypedDict):
    """What a generator had done when a baseline was saved."""

    generator: str
    model: str
    temperature: float
    tasks: int
    plays: int
    passes: int
    success_rate: float


@with_config(CLOSED)
class BaselineRecordsObject(TypedDict):
    """What `paragen baseline show` shows, a row for each generator."""

    schema: Literal["paragen.baseline/1"]
    rows: list[BaselineRecordObject]
