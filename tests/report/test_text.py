"""Numbers and statuses as people read them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paragen.domain.candidate import Verdict
from paragen.domain.status import Status
from paragen.report import text
from tests.store import build


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "–"),
        (0.0, "0 ms"),
        (0.0254, "25 ms"),
        (0.9994, "999 ms"),
        (0.9996, "1.0 s"),
        (12.34, "12.3 s"),
        (119.9, "119.9 s"),
        (125.0, "2 min 05 s"),
    ],
)
def test_seconds(value: float | None, shown: str) -> None:
    assert text.seconds(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "–"),
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.0 KiB"),
        (5 * 1024**3 // 2, "2.5 GiB"),
        (1024**2 - 1, "1.0 MiB"),
        (3 * 1024**5, "3072.0 TiB"),
    ],
)
def test_size(value: int | None, shown: str) -> None:
    assert text.size(value) == shown


@pytest.mark.parametrize(
    ("joules", "shown"),
    [
        (None, "–"),
        (0.0, "0 J"),
        (0.1234, "0.123 J"),
        (412.4, "412 J"),
        (999.6, "1 kJ"),
        (1234.0, "1.23 kJ"),
        (3_600_000.0, "3.6 MJ"),
    ],
)
def test_energy(joules: float | None, shown: str) -> None:
    assert text.energy(joules) == shown


@given(st.text())
def test_nothing_printable_steers_a_terminal(given_text: str) -> None:
    shown = text.printable(given_text)
    assert len(shown) == len(given_text)
    assert all(c in "\n\t" or c.isprintable() for c in shown)


def test_escape_sequences_are_made_visible() -> None:
    assert (
        text.printable("a\x1b[2Jb\x07") == "a\N{REPLACEMENT CHARACTER}[2Jb\N{REPLACEMENT CHARACTER}"
    )


def verdict(because: str) -> Verdict:
    return Verdict(status=Status.PASSED, sealed=not because, unsealed_because=because)


def test_why_verdicts_are_not_sealed_is_said_once() -> None:
    sealed, one, other = verdict(""), verdict("it patches\nthe program"), verdict("it forks")
    assert text.unsealed_notes([("a", sealed)]) == ()
    assert text.unsealed_notes([("a", one), ("b", one)]) == ("unsealed: it patches",)
    assert text.unsealed_notes([("a", one), ("b", sealed), ("c", other), ("d", one)]) == (
        "unsealed (a, d): it patches",
        "unsealed (c): it forks",
    )


def test_a_winner_that_is_not_sealed_is_said_with_its_reason() -> None:
    winner = build.candidate("a")
    assert text.unsealed_winner(build.run("r", winner, winner="a")) == ""
    unsealed = replace(winner, verdict=verdict("it forks"))
    run = build.run("r", unsealed, winner="a")
    assert text.unsealed_winner(run) == "a's verdict isn't sealed: it forks"
    assert text.unsealed_winner(replace(run, winner=None)) == ""


def test_counted() -> None:
    assert [text.counted(n, "task") for n in (0, 1, 2)] == ["0 tasks", "1 task", "2 tasks"]


def test_a_mode_is_said_with_its_options_and_the_deadline() -> None:
    assert text.mode("all", {}) == "mode all"
    said = text.mode("quorum", {"min": 3, "tiers": ("a", "b")}, 300.0)
    assert said == "mode quorum (min 3, tiers a+b), deadline 5 min 00 s"
    assert "\x1b" not in text.mode("all", {"a": "\x1b[2J"})


def test_an_answer_that_was_given_before_is_said_to_be_so() -> None:
    one = build.candidate("c1")
    assert text.status(one) == "passed"
    assert one.answer is not None
    cached = replace(one, answer=replace(one.answer, cached=True))
    assert text.status(cached) == "passed, cached"
