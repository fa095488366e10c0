"""Which attempt goes where: slots kept, models together, and no host used that only delays."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from paragen.dispatch import Costs, HostLoad, Queue, Resident, assign, go_on, schedule, takers
from tests.dispatch.loads import hosts_, waiting_


@given(waiting=waiting_, hosts=hosts_())
def test_slots_are_kept_and_no_attempt_is_sent_twice(
    waiting: dict[Queue, int], hosts: list[HostLoad]
) -> None:
    assignments = assign(waiting, hosts)
    by_name = {host.name: host for host in hosts}
    for name, number in Counter(a.host for a in assignments).items():
        assert number <= by_name[name].free
    for queue, number in Counter(a.queue for a in assignments).items():
        assert number <= waiting[queue]
    for assignment in assignments:
        assert assignment.queue.host in (None, assignment.host)
        assert by_name[assignment.host].up or assignment.queue.host is not None


@given(waiting=waiting_, hosts=hosts_())
def test_nothing_waits_for_hosts_that_are_all_idle(
    waiting: dict[Queue, int], hosts: list[HostLoad]
) -> None:
    idle = [replace(host, running={}) for host in hosts]
    able = [queue for queue, count in waiting.items() if count and takers(queue, idle)]
    assert bool(assign(waiting, idle)) == bool(able)


@given(waiting=waiting_, hosts=hosts_(), limit=st.integers(0, 5))
def test_a_limit_is_kept(waiting: dict[Queue, int], hosts: list[HostLoad], limit: int) -> None:
    assert len(assign(waiting, hosts, limit=limit)) <= limit


@given(waiting=waiting_, hosts=hosts_())
def test_no_host_runs_more_models_than_it_holds(
    waiting: dict[Queue, int], hosts: list[HostLoad]
) -> None:
    narrow = [replace(host, memory=1) for host in hosts]
    for host in narrow:
        sent = {a.queue.resident for a in assign(waiting, narrow) if a.host == host.name}
        new = sent - host.running.keys()
        assert not new or len(host.running.keys() | sent) <= 1


def on(letter: str, num_ctx: int | None = 8192) -> Resident:
    return Resident(f"{letter}:latest", num_ctx)


def waits(models: str) -> dict[Queue, int]:
    return {Queue(on(m)): count for m, count in Counter(models).items()}


def models(waiting: dict[Queue, int], *hosts: HostLoad) -> str:
    return "".join(a.queue.resident.model[0] for a in assign(waiting, hosts))


def test_attempts_of_one_model_stay_together() -> None:
    assert models(waits("abab"), HostLoad(name="h", slots=4)) == "aabb"


def test_a_loaded_model_goes_first() -> None:
    assert models(waits("aab"), HostLoad(name="h", slots=1, loaded=frozenset({on("b")}))) == "b"


def test_a_running_model_goes_before_a_loaded_one() -> None:
    host = HostLoad(name="h", slots=2, running={on("c"): 1}, loaded=frozenset({on("a"), on("c")}))
    assert models(waits("aac"), host) == "c"


def test_the_model_with_most_waiting_goes_first_on_a_cold_host() -> None:
    assert models(waits("abb"), HostLoad(name="h", slots=1)) == "b"


def test_of_equal_queues_the_one_that_began_first_goes_first() -> None:
    assert models(waits("cab"), HostLoad(name="h", slots=2)) == "ca"


def test_two_models_go_to_two_hosts() -> None:
    assignments = assign(waits("abab"), [HostLoad(name="x", slots=1), HostLoad(name="y", slots=1)])
    assert sorted(a.host for a in assignments) == ["x", "y"]
    assert sorted(a.queue.resident.model for a in assignments) == ["a:latest", "b:latest"]


def test_a_model_goes_where_it_is_had() -> None:
    hosts = [
        HostLoad(name="x", slots=1, models=frozenset({"b:latest"})),
        HostLoad(name="y", slots=1, models=frozenset({"a:latest"})),
    ]
    assert [a.host for a in assign(waits("a"), hosts)] == ["y"]


def test_a_model_that_no_host_has_is_sent_all_the_same() -> None:
    hosts = [HostLoad(name="x", slots=1, models=frozenset())]
    assert [a.host for a in assign(waits("a"), hosts)] == ["x"]


def test_what_is_pinned_goes_nowhere_else() -> None:
    hosts = [HostLoad(name="x", slots=1), HostLoad(name="y", slots=1, up=False)]
    assert [a.host for a in assign({Queue(on("a"), "y"): 1}, hosts)] == ["y"]
    assert assign({Queue(on("a"), "gone"): 1}, hosts) == ()


def test_a_host_that_is_down_gets_nothing_else() -> None:
    hosts = [HostLoad(name="x", slots=9, up=False), HostLoad(name="y", slots=1)]
    assert [a.host for a in assign(waits("aaa"), hosts)] == ["y"]


def test_the_same_model_with_another_context_is_another_load() -> None:
    waiting = {Queue(on("a", 4096)): 2, Queue(on("a", 8192)): 1}
    host = HostLoad(name="h", slots=1, loaded=frozenset({on("a", 8192)}))
    assert [a.queue.resident.num_ctx for a in assign(waiting, [host])] == [8192]


def test_a_loaded_model_of_unknown_context_is_taken_for_the_right_one() -> None:
    waiting = {Queue(on("b")): 3, Queue(on("a")): 1}
    host = HostLoad(name="h", slots=1, loaded=frozenset({on("a", None)}))
    assert [a.queue.resident for a in assign(waiting, [host])] == [on("a")]


def known(**seconds: tuple[float, float]) -> Costs:
    """Costs by host and model, written `host_model`."""
    costs = Costs()
    for name, (load_s, generation_s) in seconds.items():
        host, letter = name.split("_")
        costs = costs.all_seen([(host, on(letter), load_s, generation_s)])
    return costs


def test_a_model_is_split_where_what_is_left_costs_more_than_a_load() -> None:
    busy = HostLoad(name="x", slots=1, running={on("a"): 1}, ready_s=10.0)
    costs = known(x_a=(30, 10), y_a=(30, 10))
    hosts = [busy, HostLoad(name="y", slots=1)]
    assert assign({Queue(on("a")): 3}, hosts, costs) == ()
    assert [a.host for a in assign({Queue(on("a")): 9}, hosts, costs)] == ["y"]


def test_a_slow_host_doesnt_take_what_a_fast_one_has_done_before() -> None:
    hosts = [
        HostLoad(name="fast", slots=1, running={on("a"): 1}, ready_s=5.0),
        HostLoad(name="slow", slots=1, last=on("a"), loaded=frozenset({on("a")})),
    ]
    costs = known(fast_a=(5, 10), slow_a=(5, 100))
    assert assign({Queue(on("a")): 3}, hosts, costs) == ()
    assert [a.host for a in assign({Queue(on("a")): 30}, hosts, costs)] == ["slow"]


def test_the_longest_goes_first_over_several_hosts() -> None:
    hosts = [HostLoad(name="x", slots=1), HostLoad(name="y", slots=1)]
    seconds = {"a": 5, "b": 5, "c": 9}
    costs = known(**{f"{host}_{m}": (1, s) for host in "xy" for m, s in seconds.items()})
    assignments = assign({Queue(on(m)): 1 for m in "abc"}, hosts, costs)
    assert assignments[0].queue.resident == on("c") or assignments[1].queue.resident == on("c")
    assert len(assignments) == 2


def test_a_model_that_would_push_out_what_runs_waits() -> None:
    host = HostLoad(name="h", slots=2, running={on("a"): 1}, memory=1)
    assert assign({Queue(on("b")): 1}, [host]) == ()
    assert len(assign({Queue(on("b")): 1}, [replace(host, memory=2)])) == 1
    assert (
        assign({Queue(on("b")): 1}, [replace(host, running={}, loading=frozenset({on("a")}))]) == ()
    )


def test_where_room_is_short_what_needs_no_load_goes_first() -> None:
    hosts = [HostLoad(name="x", slots=1), HostLoad(name="y", slots=1, loaded=frozenset({on("a")}))]
    waiting = {Queue(on("b")): 1, Queue(on("a")): 1}
    assert [a.host for a in assign(waiting, hosts, limit=1)] == ["y"]
    assert len(assign(waiting, hosts)) == 2


def shared(a: int, b: int) -> tuple[dict[Queue, int], list[HostLoad], Costs]:
    """So many attempts of `a` for two hosts, of which the second alone has `b`."""
    hosts = [
        HostLoad(name="x", slots=1, models=frozenset({"a:latest"})),
        HostLoad(name="y", slots=1, models=frozenset({"a:latest", "b:latest"})),
    ]
    costs = known(x_a=(1, 10), y_a=(1, 10), y_b=(1, 10))
    return {Queue(on("a")): a, Queue(on("b")): b}, hosts, costs


def test_a_part_of_a_queue_comes_after_what_is_whole_however_long_it_is() -> None:
    waiting, hosts, costs = shared(11, 3)
    batches = schedule(waiting, hosts, costs)["y"]
    assert [(batch.queue.resident, batch.count) for batch in batches] == [
        (on("b"), 3),
        (on("a"), 4),
    ]


def test_a_host_has_no_more_of_a_part_where_other_work_waits_for_it() -> None:
    waiting, hosts, costs = shared(9, 3)
    first, second = assign(
        waiting, [hosts[0], replace(hosts[1], loaded=frozenset({on("a")}))], costs
    )
    assert (first.queue, first.host, first.more) == (Queue(on("a")), "y", 2)
    assert (second.queue, second.host, second.more) == (Queue(on("a")), "x", None)


def test_a_host_goes_on_with_a_part_to_its_end() -> None:
    at_work = HostLoad(name="x", slots=4, running={on("a"): 1}, more=2)
    waiting = {Queue(on("a")): 9}
    assert [one.more for one in go_on(waiting, [at_work], Costs(), limit=None)] == [1, 0]
    assert go_on(waiting, [replace(at_work, more=0)], Costs(), limit=None) == ()
