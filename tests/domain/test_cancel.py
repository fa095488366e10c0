"""The one-way switch: thrown once, heard once, by any thread."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from paragen.domain.ports import Cancel

THREADS = 8


def test_what_hangs_on_it_is_called_once() -> None:
    cancel, calls = Cancel(), Counter[str]()
    cancel.on_throw(lambda: calls.update(["before"]))
    assert not calls
    cancel.throw()
    cancel.throw()
    assert cancel.thrown
    cancel.on_throw(lambda: calls.update(["after"]))
    assert calls == {"before": 1, "after": 1}


def test_what_is_forgotten_is_not_called() -> None:
    cancel, calls = Cancel(), list[str]()
    said = {word: partial(calls.append, word) for word in ("over", "on", "never")}
    cancel.on_throw(said["over"])
    cancel.on_throw(said["on"])
    cancel.forget(said["over"])
    cancel.forget(said["never"])
    cancel.throw()
    cancel.forget(said["on"])
    assert calls == ["on"]


@given(st.lists(st.sampled_from(["throw", "hang"]), max_size=12))
def test_any_sequence(steps: list[str]) -> None:
    cancel, calls = Cancel(), Counter[int]()
    for number, step in enumerate(steps):
        if step == "throw":
            cancel.throw()
        else:
            cancel.on_throw(lambda number=number: calls.update([number]))  # type: ignore[misc]  # binds now
    hung = [number for number, step in enumerate(steps) if step == "hang"]
    assert cancel.thrown is ("throw" in steps)
    assert calls == (Counter(hung) if cancel.thrown else Counter())


def test_many_threads_throw_and_hang_at_once() -> None:
    for _ in range(50):
        cancel, calls, lock = Cancel(), Counter[int](), threading.Lock()
        start = threading.Barrier(THREADS)

        def called(number: int, calls: Counter[int] = calls, lock: threading.Lock = lock) -> None:
            with lock:
                calls[number] += 1

        def work(number: int, cancel: Cancel = cancel, start: threading.Barrier = start) -> None:
            start.wait()
            for step in range(10):
                cancel.on_throw(lambda: called(number * 10 + step))  # noqa: B023
                if number % 2 and step == number:
                    cancel.throw()

        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(work, range(THREADS)))
        assert cancel.thrown
        assert sum(calls.values()) == THREADS * 10


def test_a_callback_may_use_the_switch() -> None:
    """It is called without the lock: else it would wait for itself."""
    cancel, heard = Cancel(), []

    def callback() -> None:
        cancel.throw()
        cancel.on_throw(lambda: heard.append(cancel.thrown))

    cancel.on_throw(callback)
    cancel.throw()
    assert heard == [True]
