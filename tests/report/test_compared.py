"""What a person and a program read of a comparison."""

from __future__ import annotations

import json
from collections.abc import Mapping

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paragen.learn import bootstrap
from paragen.learn.paired import Measure, TaskTally, compare
from paragen.report import compared
from paragen.report.compared import Side, compare_object, in_words, numbers, table, tasks_in_words
from paragen.report.rows import to_csv, to_text
from paragen.report.schema import json_schema

A = Side(generator="a", model="m:7b", temperature=0.3)
B = Side(generator="b", model="m:7b", temperature=0.7)
SAVED = Side(generator="a", model="m:7b", temperature=0.3, baseline="main")
SCHEMA = jsonschema.Draft202012Validator(json_schema("compare"))


@pytest.fixture(autouse=True)
def few_resamples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "RESAMPLES", 200)
    monkeypatch.setattr(bootstrap, "FEWEST", 100)


def tallies(passes: str, seconds: float = 2.0) -> Mapping[str, TaskTally]:
    """A task a character, played once: passed where it is +."""
    return {
        str(task): TaskTally(
            plays=1,
            passes=int(one == "+"),
            quality=0.9 if one == "+" else 0.2,
            speed=0.5,
            timed=1,
            generation_s=seconds + task / 100,
        )
        for task, one in enumerate(passes)
    }


def words(
    first: str, second: str, *, by: Measure = Measure.PASSES, sides: tuple[Side, Side] = (A, B)
) -> str:
    return in_words(compare(tallies(first), tallies(second), by=by), *sides)


def test_better() -> None:
    assert words("+" * 10 + "--", "+" + "-" * 11) == (
        "a is better than b: on the 12 tasks that both played it passes 83% on average, b 8%. Were "
        "neither better, chance alone would show so large a difference in 0.4% of such comparisons."
    )
    assert words("-" * 30, "+" * 30).startswith("a is worse than b: on the 30 tasks that both")
    assert "in fewer than 0.1% of such" in words("-" * 30, "+" * 30)


def test_not_yet() -> None:
    assert words("+++---++", "+-+---++") == (
        "Can't tell yet which of a and b is better: on the 8 tasks that both played a passes 62% "
        "on average, b 50%. Chance alone would show so large a difference more often than not. "
        "About 53 more tasks would tell, with a chance of 80%, if the difference is what it looks "
        "like. Compare again only then: each look gives chance another try."
    )
    one = words("+", "-")
    assert "on the one task that both played" in one
    assert "About 5 more tasks would tell" in one


def test_a_difference_that_nobody_will_ever_tell() -> None:
    found = words("+-" * 300 + "+", "-+" * 300 + "-")
    assert "passes 50.08% on average, b 49.92%" in found
    assert "It would take more than 10000 more tasks to tell" in found


def test_a_number_that_is_an_estimate_is_round() -> None:
    assert compare(tallies("+-" * 20 + "+" * 6), tallies("-+" * 20 + "-" * 6)).more_tasks == 413
    assert "About 410 more tasks" in words("+-" * 20 + "+" * 6, "-+" * 20 + "-" * 6)


def test_of_one_task_type() -> None:
    found = compare(tallies("++"), tallies("+-"))
    assert "on the 2 api tasks that both played a passes" in in_words(found, A, B, task_type="api")


def test_alike() -> None:
    start = "Can't tell a and b apart: on the 3 tasks that both played there is no difference on "
    assert words("+++", "+++") == start + "average. Both pass them all: harder tasks may tell."
    assert words("---", "---") == start + "average. Both pass none: easier tasks may tell."
    assert words("+-+", "-++") == start + "average. How many more tasks would tell can't be said."


def test_by_the_score() -> None:
    found = words("+" * 10, "-" * 10, by=Measure.SCORE)
    assert "a is better than b" in found
    assert "it scores 0.70 on average, b 0.35." in found


def test_nothing_in_common() -> None:
    none = compare({"x": TaskTally(plays=1, passes=1)}, {"y": TaskTally(plays=1, passes=1)})
    assert in_words(none, A, B) == ("Can't tell: there is no task that both a and b have played.")
    assert in_words(none, A, SAVED) == (
        "Can't tell: a has played no task of a in baseline main again since that was saved."
    )
    assert in_words(none, A, B, task_type="api") == (
        "Can't tell: there is no api task that both a and b have played."
    )
    assert table(none, A, B)[1] == numbers(none) == []
    assert tasks_in_words(none, A, B) == (
        "1 task that only a played is left out. 1 task that only b played is left out."
    )


def test_times_faster_and_slower() -> None:
    fast, slow = tallies("+-+-", 1.0), tallies("+-+-", 2.0)
    forth, back = compare(fast, slow), compare(slow, fast)
    assert in_words(forth, A, B).endswith(" a generates 1.99 ± 0.01 × faster.")
    assert in_words(back, A, B).endswith(" a generates 1.99 ± 0.01 × slower.")
    one, other = ([row["generation"] for row in table(found, A, B)[1]] for found in (forth, back))
    interval = 3
    assert one[interval] == other[interval]
    assert "generates" not in words("+-", "+-"), "as fast as each other"
    now_faster_now_slower = {"0": tallies("+", 1.0)["0"], "1": tallies("--", 4.0)["1"]}
    assert "generates" not in in_words(compare(tallies("+-", 2.0), now_faster_now_slower), A, B)


def test_as_a_table() -> None:
    found = compare(tallies("++++-+"), tallies("--++-+"))
    heading, first, second, *others = to_text(*table(found, A, SAVED)).splitlines()
    assert heading.split() == ["on", "average", "pass", "rate", "score", "generation"]
    assert first.split() == ["a", "83.3%", "0.642", "–"]
    assert second.startswith("a in baseline main")
    difference, interval, p = others
    assert difference.split()[1:3] == ["+33.3", "points"]
    assert difference.endswith("1.00 ± 0.00 × faster")
    assert interval.startswith("95% interval")
    assert "to +" in interval
    assert p.split() == ["p", "0.500", "0.500", "–"]
    assert tasks_in_words(found, A, B) == (
        "a passes more often on 2 tasks, less often on 0, as often on 4."
    )


def test_as_csv() -> None:
    found = compare(tallies("++++-+"), tallies("--++-+"))
    lines = to_csv(compared.NUMBERS, numbers(found)).splitlines()
    assert lines[0] == "measure,a,b,a_beyond_b,low,high,p_value"
    assert lines[1].startswith("pass_rate,0.8333333333333334,0.5,0.33333333333333")
    assert lines[3] == "speed,,,1.0,,,"


def test_names_cannot_steer_a_terminal() -> None:
    rude = Side(generator="a\x1b[2J\nb", model="m", temperature=0, baseline="x\x07")
    found = in_words(compare(tallies("+"), tallies("-")), rude, rude)
    assert "\x1b" not in found
    assert "\x07" not in found
    assert "\n" not in found


some_tallies = st.dictionaries(
    st.sampled_from("abcdef"),
    st.builds(
        TaskTally,
        plays=st.integers(1, 3),
        passes=st.integers(0, 1),
        quality=st.floats(0, 1),
        speed=st.floats(0, 1),
        timed=st.just(1),
        generation_s=st.just(0.0) | st.floats(0.001, 100),
    ),
)


@given(some_tallies, some_tallies, st.sampled_from(Measure), st.none() | st.just("utilities"))
@settings(max_examples=40, deadline=None)
def test_the_object_keeps_to_its_schema(
    first: Mapping[str, TaskTally],
    second: Mapping[str, TaskTally],
    by: Measure,
    task_type: str | None,
) -> None:
    found = compare(first, second, by=by)
    printed = json.loads(
        json.dumps(compare_object(found, A, SAVED, task_type=task_type), allow_nan=False)
    )
    SCHEMA.validate(printed)
    assert printed["sentence"] == in_words(found, A, SAVED, task_type=task_type)
    assert printed["finding"] in ("better", "worse", "undecided", "no_tasks")
    assert (printed["pass_rate"] is None) == (printed["tasks"] == 0)
