"""Dispatch: nothing lost, nothing twice, slots kept, models together."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from paragen.dispatch import HostLoad, Waiting, assign

MODELS = ["a:latest", "b:latest", "c:latest"]


@st.composite
def hosts_(draw: st.DrawFn) -> list[HostLoad]:
    hosts = []
    for number in range(draw(st.integers(0, 4))):
        slots = draw(st.integers(1, 4))
        busy = draw(st.integers(0, slots))
        running = Counter(draw(st.sampled_from(MODELS)) for _ in range(busy))
        hosts.append(
            HostLoad(
                name=f"h{number}",
                slots=slots,
                running=dict(running),
                loaded=frozenset(draw(st.sets(st.sampled_from(MODELS)))),
                models=draw(st.none() | st.frozensets(st.sampled_from(MODELS))),
            )
        )
    return hosts


waiting_ = st.lists(
    st.tuples(st.sampled_from(MODELS), st.sampled_from([None, "h0", "h1", "gone"])), max_size=20
).map(
    lambda drawn: [
        Waiting(key=("run", f"c{n}"), model=model, host=host)
        for n, (model, host) in enumerate(drawn)
    ]
)


@given(waiting=waiting_, hosts=hosts_())
def test_slots_are_kept_and_no_attempt_is_sent_twice(
    waiting: list[Waiting], hosts: list[HostLoad]
) -> None:
    assignments = assign(waiting, hosts)
    assert len({a.key for a in assignments}) == len(assignments)
    assert {a.key for a in assignments} <= {w.key for w in waiting}
    sent = Counter(a.host for a in assignments)
    by_name = {host.name: host for host in hosts}
    for name, number in sent.items():
        assert number <= by_name[name].free
    pinned = {w.key: w.host for w in waiting if w.host in by_name}
    for assignment in assignments:
        assert pinned.get(assignment.key, assignment.host) == assignment.host


@given(waiting=waiting_, hosts=hosts_())
def test_no_slot_stays_free_while_an_attempt_could_use_it(
    waiting: list[Waiting], hosts: list[HostLoad]
) -> None:
    assignments = assign(waiting, hosts)
    sent = Counter(a.host for a in assignments)
    taken = {a.key for a in assignments}
    free = {host.name for host in hosts if host.free > sent[host.name]}
    names = {host.name for host in hosts}
    for attempt in waiting:
        if attempt.key in taken:
            continue
        if attempt.host in names:
            assert attempt.host not in free
            continue
        owners = {h.name for h in hosts if h.models is None or attempt.model in h.models}
        certain = any(h.models is not None and attempt.model in h.models for h in hosts)
        assert not (free & (owners if certain else names))


@given(waiting=waiting_, hosts=hosts_())
def test_the_order_of_asking_holds_within_a_model(
    waiting: list[Waiting], hosts: list[HostLoad]
) -> None:
    taken = [a.key for a in assign(waiting, hosts)]
    for model in MODELS:
        for pin in (None, "h0", "h1"):
            queue = [w.key for w in waiting if (w.model, w.host) == (model, pin)]
            if pin is None:
                names = {host.name for host in hosts}
                queue = [
                    w.key
                    for w in waiting
                    if w.model == model and (w.host is None or w.host not in names)
                ]
            sent = [key for key in taken if key in set(queue)]
            assert sent == queue[: len(sent)]


def keys(waiting: list[Waiting], host: HostLoad) -> list[str]:
    return [a.key[1] for a in assign(waiting, [host])]


def waits(*models: str) -> list[Waiting]:
    return [Waiting(key=("r", f"{m}{n}"), model=f"{m}:latest") for n, m in enumerate(models)]


def test_attempts_of_one_model_stay_together() -> None:
    host = HostLoad(name="h", slots=4)
    assert keys(waits("a", "b", "a", "b"), host) == ["a0", "a2", "b1", "b3"]


def test_a_loaded_model_goes_first() -> None:
    host = HostLoad(name="h", slots=1, loaded=frozenset({"b:latest"}))
    assert keys(waits("a", "a", "b"), host) == ["b2"]


def test_a_running_model_goes_before_a_loaded_one() -> None:
    host = HostLoad(
        name="h", slots=2, running={"c:latest": 1}, loaded=frozenset({"a:latest", "c:latest"})
    )
    assert keys(waits("a", "a", "c"), host) == ["c2"]


def test_the_model_with_most_waiting_goes_first_on_a_cold_host() -> None:
    assert keys(waits("a", "b", "b"), HostLoad(name="h", slots=1)) == ["b1"]


def test_two_models_go_to_two_hosts() -> None:
    hosts = [HostLoad(name="x", slots=1), HostLoad(name="y", slots=1)]
    sent = {a.key[1]: a.host for a in assign(waits("a", "b", "a", "b"), hosts)}
    assert sorted(sent.values()) == ["x", "y"]
    assert {key[0] for key in sent} == {"a", "b"}


def test_a_model_goes_where_it_is_had() -> None:
    hosts = [
        HostLoad(name="x", slots=1, models=frozenset({"b:latest"})),
        HostLoad(name="y", slots=1, models=frozenset({"a:latest"})),
    ]
    assert {a.key[1]: a.host for a in assign(waits("a"), hosts)} == {"a0": "y"}


def test_a_model_that_no_host_has_is_sent_all_the_same() -> None:
    hosts = [HostLoad(name="x", slots=1, models=frozenset())]
    assert [a.host for a in assign(waits("a"), hosts)] == ["x"]
