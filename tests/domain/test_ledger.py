"""The ledger's laws: it is a mapping in the order of adding, and no state ever changes."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from paragen.domain.ledger import Ledger

keys = st.integers(0, 12).map("c{}".format)


class Ledgers(RuleBasedStateMachine):
    """Adds to any state there was, the newest or an old one; each must stay what it was."""

    def __init__(self) -> None:
        super().__init__()
        self.all: list[tuple[Ledger[int], dict[str, int]]] = [(Ledger(), {})]

    @rule(which=st.integers(0, 40), key=keys, value=st.integers())
    def add(self, which: int, key: str, value: int) -> None:
        ledger, expected = self.all[-1 - which % len(self.all)]
        if key in expected:
            with pytest.raises(KeyError):
                ledger.added(key, value)
            return
        self.all.append((ledger.added(key, value), {**expected, key: value}))

    @invariant()
    def every_state_is_what_was_added_to_it(self) -> None:
        for ledger, expected in self.all:
            assert list(ledger.items()) == list(expected.items())
            assert len(ledger) == len(expected)
            assert ledger == expected
            for number in range(13):
                key = f"c{number}"
                assert (key in ledger) == (key in expected)
                assert ledger.get(key) == expected.get(key)


TestLedgers = Ledgers.TestCase
TestLedgers.settings = settings(max_examples=40)


@given(st.dictionaries(keys, st.integers()))
def test_a_ledger_of_a_mapping_is_that_mapping(entries: dict[str, int]) -> None:
    ledger = Ledger(entries)
    assert ledger == entries
    entries["new"] = 1
    assert "new" not in ledger, "what it was made from may change"


def test_a_thousand_states_take_little_more_room_than_the_last_alone() -> None:
    """Were entries copied with each of them, they would take some fifty megabytes."""
    tracemalloc.start()
    states = [Ledger({"c0": 0})]
    for number in range(1, 1000):
        states.append(states[-1].added(f"c{number}", number))
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [len(one) for one in states] == list(range(1, 1001))
    assert taken < 1_000_000


def test_it_is_shown_as_what_it_holds() -> None:
    assert repr(Ledger({"c1": 1})) == "Ledger({'c1': 1})"
