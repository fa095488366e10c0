"""A mode's options, as users write them on the command line and in TOML."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paragen.domain.errors import UsageError
from paragen.domain.plan import Written
from paragen.modes.options import filled, option


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """One of each kind."""

    count: int = option(3, "a whole number", least=1, most=9)
    share: float = option(0.5, "a number", least=0, most=1)
    loud: bool = option(False, "yes or no")
    order: str = option("", "any text")
    policy: str = option("mean", "a word", among=("mean", "best"))
    names: tuple[str, ...] = option((), "a list")


def fill(**written: Written) -> Options:
    return filled(Options, "trial", written)


@pytest.mark.parametrize(
    ("name", "written", "value"),
    [
        ("count", "4", 4),
        ("count", 4, 4),
        ("count", 4.0, 4),
        ("count", " 4 ", 4),
        ("share", "0.25", 0.25),
        ("share", 1, 1.0),
        ("loud", "yes", True),
        ("loud", "FALSE", False),
        ("loud", True, True),
        ("order", "a,b;c", "a,b;c"),
        ("policy", "best", "best"),
        ("names", "a, b", ("a", "b")),
        ("names", ["a", " b "], ("a", "b")),
        ("names", "a", ("a",)),
    ],
)
def test_what_may_be_written(name: str, written: Written, value: object) -> None:
    found = getattr(fill(**{name: written}), name)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("name", "written", "said"),
    [
        ("count", "0", "trial's count is a whole number of at least 1 and at most 9, not '0'"),
        ("count", "2.5", "trial's count is a whole number"),
        ("count", 2.5, "trial's count is a whole number"),
        ("count", "nan", "trial's count is a whole number"),
        ("count", True, "trial's count is a whole number"),
        ("count", ["1"], "trial's count is a whole number"),
        ("share", "1.01", "trial's share is a number of at least 0 and at most 1"),
        ("share", "inf", "trial's share is a number"),
        ("share", float("nan"), "trial's share is a number"),
        ("share", "half", "trial's share is a number"),
        ("loud", "maybe", "trial's loud is true or false"),
        ("loud", 2, "trial's loud is true or false"),
        ("order", 3, "trial's order can't be 3"),
        ("policy", "bets", "trial's policy can't be 'bets'; did you mean 'best'"),
        ("policy", "x", r"trial's policy can't be 'x'\. It is one of mean, best"),
        ("names", "a,,b", "trial's names is a list of names"),
        ("names", 3, "trial's names is a list of names"),
        ("shares", "1", "Mode trial has no option 'shares'; did you mean 'share'"),
    ],
)
def test_what_may_not(name: str, written: Written, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        fill(**{name: written})


def test_what_is_not_written_is_the_default() -> None:
    assert fill() == Options()
    assert fill(count=5) == Options(count=5)


@given(st.integers(1, 9), st.floats(0, 1), st.booleans(), st.sampled_from(("mean", "best")))
def test_text_and_toml_say_the_same(count: int, share: float, loud: bool, policy: str) -> None:
    as_toml: dict[str, Written] = {"count": count, "share": share, "loud": loud, "policy": policy}
    as_text: dict[str, Written] = {name: str(value) for name, value in as_toml.items()}
    assert fill(**as_toml) == fill(**as_text)


@given(st.sampled_from(("count", "share", "loud", "policy", "names")), st.text() | st.floats())
def test_whatever_is_written_is_taken_or_refused_in_words(name: str, written: Written) -> None:
    try:
        options = fill(**{name: written})
    except UsageError as error:
        assert f"trial's {name}" in str(error)
    else:
        assert 1 <= options.count <= 9
        assert 0 <= options.share <= 1
        assert options.policy in ("mean", "best")
