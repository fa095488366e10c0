"""When an expert is said to be no longer better."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from paragen.learn.experts import Expert, Since, record_since, was_made
from paragen.learn.paired import Measure, TaskTally
from paragen.learn.standing import Recipe

EXPERT = Expert(
    id="e",
    recipe=Recipe("api-expert-1", "m", 0.7),
    task_type="api",
    evolved_at="2026-01-01T00:00:00.000Z",
    evolved_from=("a",),
    rival=Recipe("a", "m", 0.2),
    measure="passes",
    plays=10,
    passes=9,
)


def tallies(*passes: bool) -> dict[str, TaskTally]:
    return {str(n): TaskTally(plays=1, passes=int(one)) for n, one in enumerate(passes)}


WON, LOST = (True,) * 8, (False,) * 8


def test_nothing_is_said_of_what_has_not_played() -> None:
    found = record_since(EXPERT, {}, tallies(*WON))
    assert (found.since, found.plays, found.interval) == (Since.UNPLAYED, 0, (0.0, 1.0))


def test_it_holds_while_nothing_speaks_against_it() -> None:
    assert record_since(EXPERT, tallies(*WON), tallies(*LOST)).since is Since.HOLDS
    assert record_since(EXPERT, tallies(*WON), tallies(*WON)).since is Since.HOLDS
    assert record_since(EXPERT, tallies(False), {}).since is Since.HOLDS, "one play says little"


def test_it_is_worse_where_its_rival_is_better_by_the_rule() -> None:
    found = record_since(EXPERT, tallies(*LOST), tallies(*WON))
    assert found.since is Since.WORSE
    assert found.tasks == 8
    assert found.comparison is not None
    assert found.comparison.by is Measure.PASSES


def test_it_has_fallen_where_it_passes_less_for_sure() -> None:
    found = record_since(EXPERT, tallies(*LOST), {})
    assert (found.since, found.plays, found.passes) == (Since.FALLEN, 8, 0)
    assert found.interval[1] < 0.6 < EXPERT.success_rate
    assert record_since(EXPERT, tallies(*LOST), tallies(*LOST)).since is Since.FALLEN


@settings(max_examples=25, deadline=None)
@given(st.lists(st.booleans(), max_size=12), st.lists(st.booleans(), max_size=12))
def test_more_passes_never_make_it_worse(own: list[bool], rival: list[bool]) -> None:
    order = [Since.WORSE, Since.FALLEN, Since.HOLDS]
    before = record_since(EXPERT, tallies(*own), tallies(*rival)).since
    after = record_since(EXPERT, tallies(*[True] * len(own)), tallies(*rival)).since
    if before is Since.UNPLAYED:
        assert after is before
    else:
        assert order.index(after) >= order.index(before)


def test_it_is_worse_by_what_it_was_better_by() -> None:
    def scored(quality: float) -> dict[str, TaskTally]:
        return {str(n): TaskTally(plays=1, passes=1, quality=quality) for n in range(8)}

    by_score = EXPERT._replace(measure="score")
    assert record_since(by_score, scored(0.5), scored(0.9)).since is Since.WORSE
    assert record_since(EXPERT, scored(0.5), scored(0.9)).since is Since.HOLDS


def test_what_a_search_made_is_known_by_name_and_tag() -> None:
    assert was_made("api-evolved-0123abcd", ["offspring", "api"])
    assert was_made("api-expert-12", ("expert", "api"))
    assert not was_made("mine", ("expert", "api"))
    assert not was_made("api-expert-12", ())
    assert not was_made("api-evolved-0123abcd-mine", ("offspring",))
