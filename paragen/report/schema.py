"""The shapes of the JSON that paragen prints: what stands here is the schema.

Every key is always there; those that the schema doesn't require are so since a later version.
Null is "not measured" or "there is none". Times are in seconds.
This module loads pydantic: others import it for types only, `paragen schema` for real.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NotRequired

from pydantic import ConfigDict, TypeAdapter, with_config
from typing_extensions import TypedDict

StatusName = Literal[
    "passed",
    "failed",
    "timeout",
    "memory",
    "crashed",
    "no_code",
    "error",
    "cancelled",
    "not_judged",
]

CLOSED = ConfigDict(extra="forbid")


@with_config(CLOSED)
class CountsObject(TypedDict):
    """How many of the task's tests passed; 0 of 0 where nothing was tested."""

    passed: int | None
    total: int | None


@with_config(CLOSED)
class TaskObject(TypedDict):
    """The task that was played."""

    name: str
    path: str | None
    task_type: str
    language: str
    entry_point: str | None
    sha256: str


@with_config(CLOSED)
class SandboxObject(TypedDict):
    """The sandbox level in force, and whether its verdicts are sealed."""

    level: str
    sealed: bool


@with_config(CLOSED)
class WeightsObject(TypedDict):
    """What quality and speed count for; they add up to 1."""

    quality: float
    speed: float


@with_config(CLOSED)
class TokensObject(TypedDict):
    """Tokens read and written, as the host counted them."""

    prompt: int | None
    completion: int | None


@with_config(CLOSED)
class ScoresObject(TypedDict):
    """Scores in 0..1."""

    evaluator: float | None
    quality: float | None
    speed: float | None
    combined: float | None


@with_config(CLOSED)
class ErrorObject(TypedDict):
    """Why there is no verdict: a kind for programs, a sentence for people."""

    kind: str
    message: str


@with_config(CLOSED)
class CandidateObject(TypedDict):
    """One candidate: who made it, how it ended, what it took.

    A `cached` answer was given before: its times are those of then, and it is no evidence.
    `energy_j` is its answer's share of what the machine's GPUs drew, in joules.
    """

    id: str
    generator: str
    model: str
    temperature: float
    seed: int
    copy: int
    kind: str
    parents: list[str]
    host: str | None
    cached: NotRequired[bool]
    started_s: NotRequired[float | None]
    status: StatusName
    tests: CountsObject
    code: str | None
    generation_s: float | None
    load_s: float | None
    queue_s: float | None
    energy_j: NotRequired[float | None]
    wall_s: float
    tokens: TokensObject
    tokens_per_s: float | None
    execution_s: float | None
    test_s: float | None
    peak_bytes: int | None
    level: str | None
    sealed: bool | None
    unsealed_because: str | None
    scores: ScoresObject
    error: ErrorObject | None


@with_config(CLOSED)
class AuditObject(TypedDict):
    """How strong a task's tests are: stubs and mutants of a program that passed, judged too.

    `weak` says that a stub passed, or more mutants than can be put down to chance: a mutant that
    passes may do the same as the program. `survivors` says what each that passed is.
    """

    stubs: int
    stubs_passed: int
    mutants: int
    mutants_passed: int
    weak: bool
    survivors: list[str]


@with_config(CLOSED)
class RunObject(TypedDict):
    """One tournament over one task; `candidates` best first.

    `finish` is why its mode asked for nothing more; a `resumed` one was broken off and gone on
    with. `audit` is null where the tests were not audited.
    """

    schema: Literal["paragen.run/1"]
    run_id: str
    session_id: NotRequired[str]
    task: TaskObject
    mode: str
    mode_options: NotRequired[dict[str, Any]]
    deadline_s: NotRequired[float | None]
    resumed: NotRequired[bool]
    finish: NotRequired[str | None]
    exit_code: int
    winner: str | None
    reason: str
    sandbox: SandboxObject
    weights: WeightsObject
    started_at: str
    wall_s: float
    candidates: list[CandidateObject]
    audit: NotRequired[AuditObject | None]


@with_config(CLOSED)
class JudgementObject(TypedDict):
    """What became of one program."""

    file: str
    status: StatusName
    tests: CountsObject
    sealed: bool
    unsealed_because: str | None
    level: str
    execution_s: float
    wall_s: float
    peak_bytes: int | None
    detail: str


@with_config(CLOSED)
class JudgeObject(TypedDict):
    """Programs judged against a task's tests, in the order in which they were named.

    `audit` is of the tests, by the first program that passed them; null where it wasn't asked for.
    """

    schema: Literal["paragen.judge/1"]
    task: TaskObject
    exit_code: int
    results: list[JudgementObject]
    audit: NotRequired[AuditObject | None]


@with_config(CLOSED)
class JudgeSuiteObject(TypedDict):
    """Samples judged against a published suite.

    `problems` are those that have samples, `unattempted` the suite's others. `pass_at` is the mean
    of pass@k over the problems, by k, where all of them have k judged samples. `statuses` and
    `levels` say how many samples ended how, and at which sandbox levels they were judged; `sealed`
    how many verdicts are sealed, `earlier` how many samples were in the results file already.
    """

    schema: Literal["paragen.judge-suite/1"]
    suite: str
    dialect: str
    output: str
    problems: int
    unattempted: int
    samples: int
    passed: int
    pass_at: dict[str, float]
    statuses: dict[StatusName, int]
    levels: dict[str, int]
    sealed: int
    earlier: int
    wall_s: float


@with_config(CLOSED)
class PlannedTaskObject(TypedDict):
    """A task that would be played; `not_worth_it` says why a tournament isn't (null: it is)."""

    task: TaskObject
    mode: str
    mode_options: dict[str, Any]
    roster: list[str]
    weights: WeightsObject
    min_attempts: int
    max_attempts: int | None
    deadline_s: float | None
    needs: list[str]
    attempts: int
    ends_s: float
    not_worth_it: str | None


@with_config(CLOSED)
class PlannedHostObject(TypedDict):
    """A host and what would fall to it; `down` says why it doesn't answer."""

    name: str
    slots: int
    down: str | None
    attempts: int
    loads: int
    busy_s: float


@with_config(CLOSED)
class PlannedAttemptObject(TypedDict):
    """An attempt on a host, in seconds from the start; until `begins_s` its model is loaded."""

    task: str
    id: str
    generator: str
    copy: int
    model: str
    host: str
    sent_s: float
    begins_s: float
    ends_s: float


@with_config(CLOSED)
class PlannedCostObject(TypedDict):
    """What a model should cost on a host; `basis` says where that is known from."""

    host: str
    model: str
    num_ctx: int
    load_s: float
    generation_s: float
    basis: str


@with_config(CLOSED)
class OutlookObject(TypedDict):
    """What a session would take; `tokens` is null where nothing is known of any model."""

    wall_s: float
    attempts: int
    tokens: int | None


@with_config(CLOSED)
class PlanObject(TypedDict):
    """What would be played, where, in what order, and for how long.

    `expected` is by what history says of generators; `if_all_pass` and `if_none_passes` are the
    ends between which it may fall.
    """

    schema: Literal["paragen.plan/1"]
    tasks: list[PlannedTaskObject]
    hosts: list[PlannedHostObject]
    attempts: list[PlannedAttemptObject]
    costs: list[PlannedCostObject]
    expected: OutlookObject
    if_all_pass: OutlookObject
    if_none_passes: OutlookObject
    warnings: list[str]


@with_config(CLOSED)
class SideObject(TypedDict):
    """One of two generators; `baseline` where its record is that which was saved under this name.

    `model` and `temperature` are what its name stood for when it was last played.
    """

    generator: str
    model: str
    temperature: float
    baseline: str | None


@with_config(CLOSED)
class DifferenceObject(TypedDict):
    """Means of A and B over the tasks; `difference` is A's minus B's.

    `interval` holds the difference with 95 % confidence (null: it is the same on every task);
    `p_value` is how likely it, or a larger one, is where neither is better: Fisher's randomisation
    test over the tasks, which is McNemar's where each played each task once.
    """

    a: float
    b: float
    difference: float
    interval: tuple[float, float] | None
    p_value: float


@with_config(CLOSED)
class SpeedObject(TypedDict):
    """How many times faster A generates: a geometric mean over `tasks`; under 1 it is slower.

    `error` is its standard error, `interval` that of 95 % (null: too few tasks to tell).
    """

    ratio: float
    error: float | None
    interval: tuple[float, float] | None
    tasks: int


@with_config(CLOSED)
class CompareObject(TypedDict):
    """Whether A is better than B on the `tasks` that both played.

    `finding` is decided `by` passes or the score, and `sentence` says it in words. `more_tasks` is
    about how many more would decide (null: it is decided, or that can't be said). A passes more
    often than B on `ahead` of the tasks, less often on `behind`, as often on `level`; `only_a` and
    `only_b` were played by one of them, and are left out.
    """

    schema: Literal["paragen.compare/1"]
    a: SideObject
    b: SideObject
    task_type: str | None
    by: Literal["passes", "score"]
    finding: Literal["better", "worse", "undecided", "no_tasks"]
    sentence: str
    more_tasks: int | None
    tasks: int
    only_a: int
    only_b: int
    ahead: int
    behind: int
    level: int
    pass_rate: DifferenceObject | None
    score: DifferenceObject | None
    speed: SpeedObject | None


@with_config(CLOSED)
class FeedbackObject(TypedDict):
    """Feedback that was kept, and what it did to its task type's weights.

    A rating is of `candidate`; a preference is for `candidate` over `other`, names unseen. One
    that `replaced` another was of what had been rated or compared before.
    """

    schema: Literal["paragen.feedback/1"]
    run_id: str
    kind: Literal["rating", "preference"]
    candidate: str
    generator: str
    other: str | None
    other_generator: str | None
    rating: float | None
    note: str | None
    replaced: bool
    task_type: str
    weights_before: WeightsObject
    weights_after: WeightsObject


@with_config(CLOSED)
class LearnedWeightsObject(TypedDict):
    """A task type's weights, its own ones, and what moved them since they last were its own."""

    task_type: str
    quality: float
    speed: float
    own_quality: float
    own_speed: float
    adjustments: int
    ratings: int
    mean_rating: float | None
    preferences: int


@with_config(CLOSED)
class WeightsListObject(TypedDict):
    """What `paragen weights` shows, a row for each task type."""

    schema: Literal["paragen.weights/1"]
    rows: list[LearnedWeightsObject]


@with_config(CLOSED)
class WeightChangeObject(TypedDict):
    """What a piece of feedback or a reset did to a task type's weights; `given_at` is UTC."""

    given_at: str
    task_type: str
    kind: Literal["rating", "preference", "reset"]
    run_id: str | None
    candidate: str | None
    other: str | None
    rating: float | None
    quality_before: float
    quality: float
    speed: float
    note: str | None


@with_config(CLOSED)
class WeightsLogObject(TypedDict):
    """What `paragen weights log` shows, a row for each change, the oldest first."""

    schema: Literal["paragen.weights-log/1"]
    rows: list[WeightChangeObject]


@with_config(CLOSED)
class RatingObject(TypedDict):
    """A rating by placements, by openskill's Plackett-Luce: how good, and how unsure that is."""

    mu: float
    sigma: float


@with_config(CLOSED)
class StandingObject(TypedDict):
    """What history says of a generator (or a model, a temperature, all) for a task type.

    `generator`, `model` and `temperature` are null where they differ within the row. `plays` are
    candidates whose outcome is the model's own doing, `judged` those of them that gave a program;
    `success_rate` is `passes` of `plays`, and lies in `interval` with 95 % confidence. `runs` are
    tournaments with at least two judged candidates, `wins` those that it won. What a pass took is
    of all plays, for each that passed; energy, in joules, of the `metered` ones alone.
    `mean_rating` is of the `ratings`, in 0..1, that users gave to its candidates.
    """

    task_type: str
    generator: str | None
    model: str | None
    temperature: float | None
    plays: int
    runs: int
    wins: int
    win_rate: float | None
    passes: int
    judged: int
    success_rate: float
    interval: tuple[float, float]
    rating: RatingObject | None
    mean_combined: float | None
    std_combined: float | None
    tokens_per_s: float | None
    generation_s: float | None
    load_s: float | None
    generation_s_per_pass: float | None
    tokens_per_pass: float | None
    metered: NotRequired[int]
    energy_j_per_pass: NotRequired[float | None]
    ratings: NotRequired[int]
    mean_rating: NotRequired[float | None]


@with_config(CLOSED)
class SelectionsObject(TypedDict):
    """The winners of a task type's tournaments: how many, who how often, and how good.

    `weights` are in force now; feedback moved them as often as `adjustments` says.
    """

    task_type: str
    selections: int
    distribution: dict[str, int]
    mean_combined: float | None
    std_combined: float | None
    weights: WeightsObject
    adjustments: int


@with_config(CLOSED)
class SuitesObject(TypedDict):
    """How many tasks of a type had their tests audited, and whose are weak by the last audit."""

    task_type: str
    audited: int
    weak: int


@with_config(CLOSED)
class ExpertObject(TypedDict):
    """An expert that `paragen evolve` kept, and what was played of its task type since.

    `success_rate` is that with which it was kept, `better_than` the best of its parents then.
    `since` is `worse` where that one is better now on the `tasks` that both played, `fallen` where
    the expert passes less at most than it did at least then, else it `holds`; `sentence` says it.
    """

    generator: str
    model: str
    temperature: float
    task_type: str
    evolved_at: str
    evolved_from: list[str]
    success_rate: float
    better_than: str
    since: Literal["unplayed", "holds", "fallen", "worse"]
    sentence: str
    plays: int
    passes: int
    interval: tuple[float, float]
    tasks: int


@with_config(CLOSED)
class StatsObject(TypedDict):
    """What `paragen stats --format json` prints; the best first in each task type."""

    schema: Literal["paragen.stats/1"]
    by: Literal["generator", "model", "temperature", "task-type"]
    rows: list[StandingObject]
    selections: list[SelectionsObject]
    audits: NotRequired[list[SuitesObject]]
    experts: NotRequired[list[ExpertObject]]


@with_config(CLOSED)
class AlikeTasksObject(TypedDict):
    """What a generator did on past tasks like the one that was asked for, whatever their types."""

    tasks: int
    plays: int
    passes: int
    wins: int


@with_config(CLOSED)
class RecommendedObject(TypedDict):
    """A generator, and what is to be expected of it; `plays` and `passes` are of the task type.

    `success_rate` (null: nothing is known) counts plays of other task types and of its model too,
    where there are few, and those of `alike_tasks` for more; it lies in `interval` with 95 %
    confidence, and `score` is its lower end.
    """

    generator: str
    model: str
    temperature: float
    score: float
    success_rate: float | None
    interval: tuple[float, float]
    plays: int
    passes: int
    alike_tasks: AlikeTasksObject
    sureness: Literal["sure", "fairly sure", "hardly sure", "unknown"]
    why: str


@with_config(CLOSED)
class RecommendObject(TypedDict):
    """Who should play a task type, the best first; by the config's order where `basis` says so.

    `task_type_confidence` is null where the type wasn't inferred.
    """

    schema: Literal["paragen.recommend/1"]
    task_type: str
    task_type_inferred: bool
    task_type_confidence: float | None
    basis: Literal["history", "config"]
    generators: list[RecommendedObject]


@with_config(CLOSED)
class BredObject(TypedDict):
    """A generator in a search, and what it did there; `evolved_from` are parents of the first.

    `options` are those that are set, but for the temperature. `pass_rate` is the mean over tasks
    (null: it has played none).
    """

    generator: str
    model: str
    temperature: float
    options: dict[str, Any]
    system: str | None
    evolved_from: list[str]
    plays: int
    passes: int
    pass_rate: float | None


@with_config(CLOSED)
class EvolveTasksObject(TypedDict):
    """Tasks on record, those to select on, those held back, and plays of each of these."""

    recorded: int
    selection: int
    held_back: int
    copies: int


@with_config(CLOSED)
class EvolveObject(TypedDict):
    """A genetic search: who was bred from whom, and whether the best is better than its parents.

    `rival` is the best parent, with which the `finalist` was compared on the tasks held back; what
    the finalist did is what it did there. `expert` is its name where it was kept, in `config`.
    """

    schema: Literal["paragen.evolve/1"]
    task_type: str
    task_type_inferred: bool
    dry_run: bool
    seed: int
    by: Literal["passes", "score"]
    verdict: Literal["kept", "not_better", "undecided", "none_ahead", "too_few_tasks", "not_played"]
    sentence: str
    budget: int | None
    planned_attempts: int
    attempts: int
    tasks: EvolveTasksObject
    parents: list[BredObject]
    generations: list[list[BredObject]]
    rival: str | None
    finalist: BredObject | None
    comparison: CompareObject | None
    expert: str | None
    config: str | None


SCHEMAS: Mapping[str, Any] = {
    "run": RunObject,
    "stats": StatsObject,
    "recommend": RecommendObject,
    "plan": PlanObject,
    "judge": JudgeObject,
    "judge-suite": JudgeSuiteObject,
    "compare": CompareObject,
    "evolve": EvolveObject,
    "feedback": FeedbackObject,
    "weights": WeightsListObject,
    "weights-log": WeightsLogObject,
}


def json_schema(name: str) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of an output; raises KeyError for an unknown name."""
    schema = TypeAdapter(SCHEMAS[name]).json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
