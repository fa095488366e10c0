"""Hosts at one moment, and what waits for them, for Hypothesis."""

from __future__ import annotations

from collections import Counter

from hypothesis import strategies as st

from paragen.dispatch import HostLoad, Queue, Resident

MODELS = ["a:latest", "b:latest", "c:latest"]
RESIDENTS = st.builds(Resident, st.sampled_from(MODELS), st.sampled_from([4096, 8192]))


@st.composite
def hosts_(draw: st.DrawFn) -> list[HostLoad]:
    hosts = []
    for number in range(draw(st.integers(0, 4))):
        slots = draw(st.integers(1, 4))
        busy = draw(st.integers(0, slots))
        running = Counter(draw(RESIDENTS) for _ in range(busy))
        hosts.append(
            HostLoad(
                name=f"h{number}",
                slots=slots,
                running=dict(running),
                loaded=frozenset(draw(st.sets(RESIDENTS))),
                models=draw(st.none() | st.frozensets(st.sampled_from(MODELS))),
                up=draw(st.booleans()),
            )
        )
    return hosts


waiting_ = st.dictionaries(
    st.builds(Queue, RESIDENTS, st.sampled_from([None, "h0", "h1", "gone"])),
    st.integers(0, 6),
    max_size=8,
)
