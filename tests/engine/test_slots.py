"""The books of dispatch: every attempt once, slots and models kept, whatever happens to hosts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from paragen.dispatch import Costs, Resident
from paragen.domain.generator import Answer, Attempt, Generator, Instance
from paragen.domain.ports import HostState, Model
from paragen.engine.slots import Key, Slots, resident_of


@dataclass(frozen=True)
class Place:
    name: str
    slots: int = 1


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def attempt(name: str, model: str, host: str | None = None, num_ctx: int = 8192) -> Attempt:
    generator = Generator(name=name, model=model, host=host, num_ctx=num_ctx)
    return Attempt(id="c1", instance=Instance(generator=generator, copy=0, seed=0))


def on(model: str) -> Resident:
    return Resident(f"{model}:latest", 8192)


def state(*loaded: str) -> HostState:
    models = (Model(name=f"{m}:latest", num_ctx=8192, loaded_bytes=1) for m in loaded)
    return HostState(version=None, models=tuple(models))


def put(slots: Slots, *texts: str, run: str = "r") -> None:
    """Let attempts wait, written `model` or `model@host`, each with an id of its own."""
    for number, text in enumerate(texts):
        model, _, host = text.partition("@")
        slots.put((run, f"{text}.{number}"), attempt(f"{model}{run}", model, host or None))


def send(slots: Slots, *, busy: int = 0) -> list[tuple[str, str]]:
    """Send what is chosen; the attempts' ids and hosts."""
    sent = []
    for key, host in slots.choose(busy=busy):
        waiting = slots.take(key)
        assert waiting is not None
        slots.begin(key, waiting, host)
        sent.append((key[1], host))
    return sent


def models(slots: Slots, count: int, answer: Answer | None = None) -> str:
    """The models of the next attempts, each ended as soon as it is sent."""
    order = ""
    for _ in range(count):
        ((key, host),) = slots.choose(busy=0)
        waiting = slots.take(key)
        assert waiting is not None
        slots.begin(key, waiting, host)
        slots.end(key, loaded=True, seen=answer)
        order += waiting.instance.generator.model
    return order


def test_generators_of_one_model_take_turns_and_older_runs_go_first() -> None:
    slots = Slots([(Place("h"), None)])
    for run in ("first", "second"):
        for name in ("hot", "cold"):
            for copy in range(2):
                slots.put((run, f"{name}{copy}"), attempt(name, "m"))
    order = []
    for _ in range(8):
        ((key, _),) = slots.choose(busy=0)
        order.append(key)
        slots.take(key)
    turns = ["hot0", "cold0", "hot1", "cold1"]
    assert order == [(run, turn) for run in ("first", "second") for turn in turns]


def test_what_is_chosen_waits_until_it_is_taken() -> None:
    slots = Slots([(Place("h", 2), None)])
    put(slots, "a", "a", "a")
    assert slots.choose(busy=0) == slots.choose(busy=0)
    assert len(send(slots)) == 2
    assert slots.choose(busy=2) == []
    assert slots.take(("r", "gone")) is None


def test_a_model_is_worked_off_before_the_next() -> None:
    slots = Slots([(Place("h"), None)])
    put(slots, "a", "b", "a", "b", "b")
    assert models(slots, 3) == "bbb"
    put(slots, "b", run="later")
    assert models(slots, 3) == "baa", "what comes later for the loaded model goes before a load"


def test_sequential_is_one_at_a_time_and_waits_for_judging() -> None:
    slots = Slots([(Place("x", 2), None), (Place("y"), None)], sequential=True)
    put(slots, "a", "b")
    assert len(send(slots)) == 1
    assert slots.choose(busy=1) == []
    slots.end(("r", "a.0"), loaded=True)
    assert slots.choose(busy=1) == [], "it is being judged"
    assert len(slots.choose(busy=0)) == 1


def test_concurrency_bounds_all_hosts_together() -> None:
    slots = Slots([(Place("x", 4), None), (Place("y", 4), None)], concurrency=3)
    put(slots, *"aaaabbbb")
    assert len(send(slots)) == 3
    assert slots.choose(busy=3) == []


def test_a_host_runs_what_its_memory_holds() -> None:
    slots = Slots([(Place("h", 4), None)], memory=1)
    put(slots, "a", "a", "b", "b", "b")
    assert [key[0] for key, _ in send(slots)] == ["b"] * 3, "a slot stays free: a wouldn't fit"
    for number in (2, 3, 4):
        assert send(slots) == []
        slots.end(("r", f"b.{number}"), loaded=True)
    assert [key[0] for key, _ in send(slots)] == ["a", "a"]


def test_max_models_are_in_use_at_once_over_all_hosts() -> None:
    slots = Slots([(Place("x", 2), None), (Place("y", 2), state("b"))], max_models=1)
    put(slots, "a", "b", "b", "c", "b")
    first = send(slots)
    assert {key[0] for key, _ in first} == {"b"}, "what is in a memory needs no load"
    assert slots.idle_load("x") is None, "a load is a use"
    for number in (1, 2, 4):
        slots.end(("r", f"b.{number}"), loaded=True)
    assert {key[0] for key, _ in send(slots)} == {"a"}
    slots.end(("r", "a.0"), loaded=True)
    assert {key[0] for key, _ in send(slots)} == {"c"}


def test_a_model_that_no_host_may_take_keeps_no_other_out() -> None:
    slots = Slots([(Place("x"), state("a")), (Place("y"), state("b"))], max_models=1)
    put(slots, "a", "b")
    slots.lose("x")
    assert send(slots) == [("b.1", "y")]


def test_a_host_that_pushed_a_model_out_is_given_one_at_a_time() -> None:
    slots = Slots([(Place("h", 2), state("a", "b"))])
    put(slots, "a", "b", "a", "b")
    assert {key[0] for key, _ in send(slots)} == {"a"}
    for key in ("a.0", "a.2"):
        slots.end(("r", key), loaded=True, seen=Answer(text="", decode_s=5))
    assert {key[0] for key, _ in send(slots)} == {"b"}
    slots.end(("r", "b.1"), loaded=True, seen=Answer(text="", load_s=20, decode_s=5))
    put(slots, "a", run="later")
    assert send(slots) == [], "b was gone although it had been there: the two don't fit together"
    slots.end(("r", "b.3"), loaded=True, seen=Answer(text="", decode_s=5))
    assert [key for key, _ in send(slots)] == ["a.0"]


def test_begin_says_who_is_to_load_the_model() -> None:
    slots = Slots([(Place("h", 3), state("a"))])
    slots.put(("r", "1"), attempt("g", "a"))
    slots.put(("r", "2"), attempt("g", "b"))
    slots.put(("r", "3"), attempt("g", "b"))
    a, b = attempt("g", "a"), attempt("g", "b")
    assert not slots.begin(("r", "1"), a, "h")
    assert slots.begin(("r", "2"), b, "h")
    assert not slots.begin(("r", "3"), b, "h"), "the first of them loads it"


def test_what_a_load_pushes_out_must_be_loaded_again() -> None:
    slots = Slots([(Place("h", 2), state("a"))], max_models=1)
    assert slots.begin(("r", "1"), attempt("g", "b"), "h")
    assert slots.begin(("r", "2"), attempt("g", "a"), "h")


def test_a_load_pushes_out_what_is_idle_before_what_runs() -> None:
    slots = Slots([(Place("h", 2), state("a", "b"))], memory=2)
    slots.begin(("r", "a"), attempt("g", "a"), "h")
    slots.begin(("r", "b"), attempt("g", "b"), "h")
    slots.end(("r", "b"), loaded=True)  # used last, and idle now
    assert slots.begin(("r", "c"), attempt("g", "c"), "h"), "it is loaded in b's place"
    slots.end(("r", "c"), loaded=False)
    assert not slots.begin(("r", "a2"), attempt("g", "a"), "h")
    assert slots.begin(("r", "b2"), attempt("g", "b"), "h"), "b is gone"


def test_the_same_model_with_another_context_is_loaded_anew() -> None:
    slots = Slots([(Place("h", 2), state("a"))])
    other = attempt("g", "a", num_ctx=4096)
    assert slots.begin(("r", "1"), other, "h")
    slots.end(("r", "1"), loaded=True)
    assert slots.begin(("r", "2"), attempt("g", "a"), "h"), "a host holds a model once"


def test_costs_follow_what_is_seen_but_not_what_comes_from_the_cache() -> None:
    slots = Slots([(Place("h"), None)])
    put(slots, "a", "a")
    send(slots)
    slots.end(("r", "a.0"), loaded=True, seen=Answer(text="", prompt_s=1, decode_s=6, load_s=9))
    send(slots)
    slots.end(("r", "a.1"), loaded=True, seen=Answer(text="", decode_s=700, cached=True))
    cost = slots.costs.of("h", on("a"))
    assert (cost.load_s, cost.generation_s) == (9, 7)


def test_a_host_that_loads_nothing_is_one_whose_loads_cost_nothing() -> None:
    slots = Slots([(Place("h"), state("b"))])
    slots.begin_load("h", on("a"))
    slots.end_load("h", on("a"), 0.0)
    assert slots.costs.of("h", on("a")).load_s < 0.01
    assert slots.costs.of("h", on("b")).load_s < 0.01, "as other models here"
    slots.begin_load("h", on("a"))
    slots.end_load("h", on("a"), 0.1)
    assert slots.costs.of("h", on("a")).load_s < 0.01, "it had been there: that was no load"


def test_a_lost_host_gets_only_what_is_pinned_to_it_until_it_is_back() -> None:
    slots = Slots([(Place("x", 9), None), (Place("y"), None)])
    assert slots.lose("x")
    assert not slots.lose("x")
    put(slots, "a", "a", "b@x")
    assert sorted(send(slots)) == [("a.0", "y"), ("b@x.2", "x")]
    slots.regain("x")
    assert send(slots) == [("a.1", "x")]


def test_what_no_host_may_take_any_more_is_stranded() -> None:
    slots = Slots([(Place("x"), state("a")), (Place("y"), state("b"))])
    put(slots, "a", "b", "a@x")
    slots.lose("x")
    assert [key for key, _ in slots.stranded()] == [("r", "a.0")]
    assert not slots.placeable(attempt("g", "a"))
    assert slots.placeable(attempt("g", "a", host="x"))


def test_an_idle_host_loads_ahead_what_is_wanted() -> None:
    slots = Slots([(Place("x"), state()), (Place("y"), None)])
    assert slots.idle_load("x") is None
    slots.wanted(on("a"), on("b"))
    loads = {host: slots.idle_load(host) for host in ("x", "y")}
    assert set(loads.values()) == {on("a"), on("b")}, "each host another one"
    first = loads["y"]
    assert first is not None
    slots.begin_load("y", first)
    assert slots.idle_load("y") is None, "one at a time"
    slots.end_load("y", first, 12.0)
    assert slots.idle_load("y") is None, "what is wanted is there"
    assert slots.costs.of("y", first).load_s == 12


def test_a_host_at_work_loads_ahead_only_where_it_is_known_to_hold_both() -> None:
    unknown = Slots([(Place("h"), None)])
    known = Slots([(Place("h"), None)], max_models=2)
    for slots in (unknown, known):
        put(slots, "a", "a", "b")
        send(slots)
    assert unknown.idle_load("h") is None
    assert known.idle_load("h") == on("b")


def test_sequential_loads_ahead_while_the_last_one_is_judged() -> None:
    slots = Slots([(Place("h"), None)], sequential=True)
    put(slots, "a", "b")
    send(slots)
    slots.end(("r", "a.0"), loaded=True)
    assert slots.choose(busy=1) == []
    assert slots.idle_load("h") == on("b")


def test_sequential_loads_ahead_only_where_the_next_one_goes() -> None:
    slots = Slots([(Place("x"), None), (Place("y"), None)], sequential=True)
    put(slots, "a", "b", "c")
    send(slots)
    slots.end(("r", "a.0"), loaded=True)
    assert [slots.idle_load(host) is None for host in ("x", "y")] == [False, True]


def test_what_was_wanted_and_came_is_not_loaded_ahead_any_more() -> None:
    slots = Slots([(Place("x"), None), (Place("y"), None)])
    slots.wanted(on("a"))
    put(slots, "a")
    ((_, host),) = send(slots)
    slots.end(("r", "a.0"), loaded=False)
    slots.regain(host)
    assert [slots.idle_load(name) for name in ("x", "y")] == [None, None]


def test_nothing_that_would_push_it_out_is_sent_while_a_model_loads() -> None:
    slots = Slots([(Place("h"), None)])
    put(slots, "a", run="before")
    assert models(slots, 1) == "a"
    slots.begin_load("h", on("b"))
    put(slots, "a", "a", "b")
    assert send(slots) == [("b.2", "h")]


def test_a_slot_is_kept_free_for_a_faster_host_but_not_for_ever() -> None:
    clock = Clock()
    costs = Costs().with_history([("fast", on("a"), 5.0, 10.0, 9), ("slow", on("a"), 5.0, 60.0, 9)])
    slots = Slots([(Place("fast"), None), (Place("slow"), None)], costs=costs, clock=clock)
    put(slots, "a", "a")
    assert send(slots) == [("a.0", "fast")]
    patience_s = slots.ask_again_s
    assert patience_s is not None
    assert 0 < patience_s < 60
    for _ in range(20):
        clock.now_s += patience_s or 0
        patience_s = slots.ask_again_s
        if send(slots):
            break
    else:
        pytest.fail("the fast host hangs, and the slow one waits for it for ever")
    assert clock.now_s < 600


def test_a_host_leaves_what_others_can_take_for_what_only_it_can() -> None:
    slots = Slots([(Place("x"), None), (Place("y"), None)])
    put(slots, *"aaaaaaaa")
    assert {host for _, host in send(slots)} == {"x", "y"}
    put(slots, *["b@x"] * 8)
    slots.end(("r", "a.0"), loaded=True, seen=Answer(text="", decode_s=20))
    assert send(slots) == [("b@x.0", "x")], "y is done with the rest while x works on these"


def test_a_part_of_a_queue_doesnt_become_all_of_it() -> None:
    costs = Costs().with_history([(h, on(m), 1.0, 10.0, 9) for h in "xy" for m in "ab"])
    slots = Slots([(Place("x"), None), (Place("y"), None)], costs=costs)
    put(slots, *["a"] * 12, *["b@x"] * 8)
    order: dict[str, str] = {"x": "", "y": ""}
    running: dict[str, Key] = {}
    for _ in range(20):
        for key, host in slots.choose(busy=len(running)):
            waiting = slots.take(key)
            assert waiting is not None
            slots.begin(key, waiting, host)
            running[host] = key
            order[host] += key[1][0]
        for key in running.values():
            slots.end(key, loaded=True, seen=Answer(text="", decode_s=10))
        running.clear()
    assert order["y"].count("a") >= 9
    assert order["x"].count("b") == 8


def test_a_slot_that_was_kept_free_is_used_when_more_comes() -> None:
    costs = Costs().with_history([("fast", on("a"), 5.0, 10.0, 9), ("slow", on("a"), 5.0, 60.0, 9)])
    slots = Slots([(Place("fast"), None), (Place("slow"), None)], costs=costs)
    put(slots, "a", "a")
    assert send(slots) == [("a.0", "fast")]
    assert send(slots) == []
    put(slots, *["a"] * 20, run="later")
    assert [host for _, host in send(slots)] == ["slow"]


@pytest.mark.parametrize("bound", [{"sequential": True}, {"concurrency": 1}])
def test_where_no_more_may_be_sent_no_slot_is_kept_free(bound: dict[str, Any]) -> None:
    """Else the time to ask again comes, and passes, and it is asked without end."""
    clock = Clock()
    there = state("a")
    slots = Slots([(Place("x"), there), (Place("y"), there)], clock=clock, **bound)
    put(slots, "a", "a", "a")
    for number in range(2):
        assert len(send(slots)) == 1
        assert slots.ask_again_s is None
        clock.now_s += 1000
        assert send(slots, busy=1) == []
        assert slots.ask_again_s is None
        slots.end(("r", f"a.{number}"), loaded=True, seen=Answer(text="", decode_s=1000))


def test_while_the_last_answer_is_judged_no_slot_is_kept_free() -> None:
    clock = Clock()
    slots = Slots([(Place("h"), None)], sequential=True, clock=clock)
    slots.begin_load("h", on("b"))
    put(slots, "a")
    assert send(slots) == [], "its model would push out what is being loaded"
    clock.now_s += 1000
    assert send(slots, busy=1) == []
    assert slots.ask_again_s is None


HOSTS = ["x", "y", "z"]
MODELS = ["a", "b", "c"]


class Books(RuleBasedStateMachine):
    """Any order of asking, calling off, ending, loading, losing and regaining."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.hosts = {"x": 1, "y": 2, "z": 3}
        # c is a model that only y has.
        having = {"x": ("a", "b"), "y": ("a", "b", "c"), "z": ("a", "b")}
        states = {
            name: HostState(version=None, models=tuple(Model(name=f"{m}:latest") for m in names))
            for name, names in having.items()
        }
        self.slots = Slots(
            [(Place(name, count), states[name]) for name, count in self.hosts.items()],
            max_models=2,
            concurrency=5,
            clock=self.clock,
        )
        self.waiting: dict[Key, Attempt] = {}
        self.running: dict[Key, tuple[Attempt, str]] = {}
        self.number = 0
        self.down: set[str] = set()
        self.loading: dict[str, Resident] = {}

    @rule(
        model=st.sampled_from(MODELS),
        host=st.sampled_from([None, None, None, *HOSTS]),
        count=st.integers(1, 5),
    )
    def ask(self, model: str, host: str | None, count: int) -> None:
        for _ in range(count):
            self.number += 1
            key = (f"r{self.number % 3}", f"c{self.number}")
            self.waiting[key] = attempt(model, model, host)
            self.slots.put(key, self.waiting[key])

    @rule()
    def send(self) -> None:
        for key, host in self.slots.choose(busy=len(self.running)):
            taken = self.slots.take(key)
            assert taken is self.waiting.pop(key), "each once"
            pinned = taken.instance.generator.host
            assert pinned in (None, host)
            assert host not in self.down or pinned == host
            assert taken.instance.generator.model != "c" or host == "y" or pinned == host
            self.slots.begin(key, taken, host)
            self.running[key] = (taken, host)
        assert self.slots.ask_again_s != 0.0, "what was just decided holds for a while"

    @rule(seconds=st.floats(0, 100))
    def time_passes(self, seconds: float) -> None:
        self.clock.now_s += seconds

    @precondition(lambda self: self.waiting)
    @rule(data=st.data())
    def call_off(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(list(self.waiting)))
        assert self.slots.take(key) is self.waiting.pop(key)

    @precondition(lambda self: self.running)
    @rule(data=st.data(), loaded=st.booleans(), seconds=st.floats(0, 100))
    def end(self, data: st.DataObject, loaded: bool, seconds: float) -> None:
        key = data.draw(st.sampled_from(list(self.running)))
        del self.running[key]
        self.clock.now_s += seconds
        answer = Answer(text="", load_s=seconds / 2, decode_s=seconds / 2) if loaded else None
        self.slots.end(key, loaded=loaded, seen=answer)

    @rule(host=st.sampled_from(HOSTS))
    def lose(self, host: str) -> None:
        assert self.slots.lose(host) == (host not in self.down)
        self.down.add(host)
        self.loading.pop(host, None)

    @rule(host=st.sampled_from(HOSTS))
    def regain(self, host: str) -> None:
        self.slots.regain(host)
        self.down.discard(host)
        self.loading.pop(host, None)

    @rule(host=st.sampled_from(HOSTS))
    def load_ahead(self, host: str) -> None:
        resident = self.slots.idle_load(host)
        if resident is not None:
            assert host not in self.down
            assert host not in self.loading
            self.loading[host] = resident
            self.slots.begin_load(host, resident)

    @precondition(lambda self: self.loading)
    @rule(failed=st.booleans())
    def loaded(self, failed: bool) -> None:
        host, resident = self.loading.popitem()
        self.slots.end_load(host, resident, None if failed else 3.0)

    @invariant()
    def slots_and_models_are_kept(self) -> None:
        assert len(self.running) <= 5
        for name, count in self.hosts.items():
            here = [resident_of(one) for one, host in self.running.values() if host == name]
            assert len(here) <= count
        loading = {one.model for one in self.loading.values()}
        running = {resident_of(one).model for one, _ in self.running.values()}
        assert len(running | loading) <= 2

    def teardown(self) -> None:
        """With all hosts well, everything that waits is sent in the end."""
        for host, resident in self.loading.items():
            self.slots.end_load(host, resident, None)
        for host in HOSTS:
            self.slots.regain(host)
        self.down, self.loading = set(), {}
        for _ in range(len(self.waiting) + len(self.running)):
            self.send()
            assert self.running, "attempts wait, and no host is at work"
            key = next(iter(self.running))
            del self.running[key]
            self.slots.end(key, loaded=True)
        assert not self.waiting
        assert self.slots.choose(busy=0) == []


Books.TestCase.settings = settings(max_examples=60, stateful_step_count=40)
TestBooks = Books.TestCase


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=20), st.integers(1, 3))
def test_each_model_is_loaded_once_where_all_is_known_from_the_start(
    asked: list[str], slots_count: int
) -> None:
    slots = Slots([(Place("h", slots_count), None)], max_models=1)
    put(slots, *asked)
    loads: Counter[str] = Counter()
    running: list[Key] = []
    for _ in asked:
        for key, host in slots.choose(busy=0):
            waiting = slots.take(key)
            assert waiting is not None
            loads[waiting.instance.generator.model] += slots.begin(key, waiting, host)
            running.append(key)
        slots.end(running.pop(), loaded=True)
    assert loads == Counter(set(asked))
