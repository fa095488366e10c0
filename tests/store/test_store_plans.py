from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from paragen.domain.board import Budget
from paragen.domain.plan import Plan
from paragen.domain.standing import Standing
from paragen.domain.task import Limits
from paragen.store.fingerprint import fingerprint
from paragen.store.plans import VERSION, PlanUnreadableError, from_json, to_json
from tests.store import build

QUICK = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])


def joined(value: Any) -> Any:
    """The value with every pair of surrogates as the one character that it stands for."""
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    if isinstance(value, dict):
        return {joined(k): joined(v) for k, v in value.items()}
    if isinstance(value, tuple | list):
        return [joined(v) for v in value]
    return value


@QUICK
@given(plan=build.plans())
def test_a_plan_comes_back_whole(plan: Plan) -> None:
    text = to_json(plan)
    read = from_json(text)
    assert text.isascii()
    assert joined(asdict(read)) == joined(asdict(plan))
    assert to_json(read) == text
    assert fingerprint([read]) == fingerprint([from_json(to_json(read))])


def test_a_hand_made_plan_is_equal_and_each_generator_is_one_value() -> None:
    plan = build.plan("slugify", "a", "b", copies=3)
    read = from_json(to_json(plan))
    assert read == plan
    assert read.roster[0].generator is read.roster[2].generator
    assert to_json(plan).count('"model":"a:7b"') == 1


def test_what_is_newer_than_the_record_has_its_default() -> None:
    document = json.loads(to_json(build.plan()))
    del document["plan"]["budget"]["fail_fast"], document["plan"]["needs"]
    assert from_json(json.dumps(document)) == build.plan()


def test_what_older_records_name_and_no_plan_had_is_left_out() -> None:
    document = json.loads(to_json(build.plan()))
    document["plan"]["budget"]["max_in_flight"] = None
    for one in document["roster"]:
        one["role"] = None
    assert from_json(json.dumps(document)) == build.plan()


def break_version(document: dict[str, Any]) -> None:
    document["version"] = VERSION + 1


def break_task(document: dict[str, Any]) -> None:
    document["plan"]["task"]["colour"] = "red"


def break_missing(document: dict[str, Any]) -> None:
    del document["plan"]["task"]["prompt"]


def break_type(document: dict[str, Any]) -> None:
    document["plan"]["seed"] = "seven"


def break_bool(document: dict[str, Any]) -> None:
    document["plan"]["seed"] = True


def break_enum(document: dict[str, Any]) -> None:
    document["plan"]["task"]["tests"][0]["kind"] = "cobol"


def break_number(document: dict[str, Any]) -> None:
    document["roster"][0]["generator"] = -1


def break_roster(document: dict[str, Any]) -> None:
    del document["roster"]


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (break_version, f"its version is {VERSION + 1}, not {VERSION}"),
        (break_task, "Plan.task has a colour, which isn't known"),
        (break_missing, "Plan.task has no prompt"),
        (break_type, "Plan.seed can't be 'seven'"),
        (break_bool, "Plan.seed can't be True"),
        (break_enum, "Plan.task.tests[0].kind can't be 'cobol'"),
        (break_number, "there is no generator -1"),
        (break_roster, "roster"),
    ],
)
def test_what_cannot_be_read_says_where_and_what_to_do(
    spoil: Callable[[dict[str, Any]], None], why: str
) -> None:
    document = json.loads(to_json(build.plan()))
    spoil(document)
    with pytest.raises(PlanUnreadableError) as raised:
        from_json(json.dumps(document))
    assert why in str(raised.value)
    assert "--new" in str(raised.value)


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"version": 1, "roster": 3}'])
def test_what_is_no_plan_at_all(text: str) -> None:
    with pytest.raises(PlanUnreadableError):
        from_json(text)


PLAN = build.plan()


@pytest.mark.parametrize(
    "other",
    [
        replace(PLAN, task=replace(PLAN.task, sha256="another")),
        replace(PLAN, task=replace(PLAN.task, name="another")),
        replace(PLAN, roster=PLAN.roster[1:]),
        replace(PLAN, roster=PLAN.roster[::-1]),
        build.plan("slugify", "a", "c"),
        replace(PLAN, criteria=replace(PLAN.criteria, min_quality=0.5)),
        replace(PLAN, mode="race"),
        replace(PLAN, mode_options={"min": 3}),
        replace(PLAN, budget=Budget(max_attempts=3)),
        replace(PLAN, deadline_s=60.0),
        replace(PLAN, seed=1),
        replace(PLAN, needs=("parser",)),
    ],
)
def test_another_session_has_another_fingerprint(other: Plan) -> None:
    assert fingerprint([other]) != fingerprint([PLAN])
    assert fingerprint([PLAN, other]) != fingerprint([other, PLAN])


@pytest.mark.parametrize(
    "same",
    [
        build.plan(),
        replace(PLAN, task=replace(PLAN.task, path="elsewhere/slugify.md")),
        replace(PLAN, task=replace(PLAN.task, limits=Limits().scaled(3.0))),
        replace(PLAN, standings={"a": Standing(plays=3)}),
        replace(PLAN, warnings=("hot",)),
        from_json(to_json(PLAN)),
    ],
)
def test_what_determines_nothing_leaves_the_fingerprint_as_it_is(same: Plan) -> None:
    assert fingerprint([same]) == fingerprint([PLAN])


def test_mode_options_count_by_their_values_and_not_by_their_order() -> None:
    one = replace(PLAN, mode_options={"tiers": ["a", "b"], "min": 3})
    other = replace(PLAN, mode_options={"min": 3, "tiers": ("a", "b")})
    assert fingerprint([one]) == fingerprint([other])
