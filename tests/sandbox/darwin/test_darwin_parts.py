"""The parts of the level seatbelt that can be seen to be right without macOS."""

from __future__ import annotations

import ctypes
import inspect
import math
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paragen.domain.task import Limits
from paragen.sandbox import confinement
from paragen.sandbox.bounds import Bounds
from paragen.sandbox.darwin import confine, libproc
from paragen.sandbox.darwin.libproc import RusageInfo, ticks_per_s, usage_of
from paragen.sandbox.description import description
from paragen.sandbox.linux import confine as linux
from paragen.sandbox.linux.errors import LayerError

COUNTS = st.integers(0, 2**63)


def test_the_kernels_answer_is_laid_out_as_in_its_header() -> None:
    assert ctypes.sizeof(RusageInfo) == 296
    places = {
        "uuid": 0, "user_time": 16, "system_time": 24, "resident_size": 64, "phys_footprint": 72,
        "proc_start_abstime": 80, "child_user_time": 96, "diskio_bytesread": 144,
        "cpu_time_qos_default": 160, "logical_writes": 232, "lifetime_max_phys_footprint": 240,
        "runnable_time": 288,
    }  # fmt: skip
    assert {name: getattr(RusageInfo, name).offset for name in places} == places


@given(COUNTS, COUNTS, st.sampled_from([24e6, 1e9]))
def test_cpu_time_is_ticks_of_both_kinds(user: int, system: int, ticks: float) -> None:
    used = usage_of(RusageInfo(user_time=user, system_time=system, phys_footprint=7), ticks)
    assert math.isclose(used.cpu_s, (user + system) / ticks)
    assert used.footprint_bytes == 7


def test_a_tick_of_apples_processors_is_125_thirds_of_a_nanosecond() -> None:
    assert ticks_per_s(125, 3) == 24_000_000
    assert ticks_per_s(1, 1) == 1_000_000_000


def test_both_platforms_have_the_same_names_and_parameters() -> None:
    for name in confinement.__all__:
        here, there = getattr(linux, name), getattr(confine, name)
        if inspect.isfunction(here):
            assert [*inspect.signature(here).parameters] == [*inspect.signature(there).parameters]


@pytest.mark.parametrize("platform", ["linux", "darwin"])
def test_the_layers_are_the_platforms(platform: str) -> None:
    code = (
        f"import sys; sys.platform = {platform!r}\n"
        "from paragen.sandbox import confinement, measures, ties\n"
        "print(confinement.prepare.__module__, measures.KEEPS_MEMORY, ties.LEASHED)"
    )
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
    )
    linux = platform == "linux"
    assert done.stdout.split() == [
        f"paragen.sandbox.{platform}.confine", str(linux), str(not linux)
    ]  # fmt: skip


def test_every_link_on_the_way_is_found(tmp_path: Path) -> None:
    tmp_path = tmp_path.resolve()
    (tmp_path / "real" / "deep").mkdir(parents=True)
    (tmp_path / "real" / "deep" / "file").touch()
    (tmp_path / "second").symlink_to("real")
    (tmp_path / "first").symlink_to(tmp_path / "second")
    (tmp_path / "real" / "across").symlink_to("../second/deep")
    found = confine.links(str(tmp_path / "first" / "across" / "file"))
    assert {str(Path(link).relative_to(tmp_path)) for link in found} == {
        "first", "second", "real/across",
    }  # fmt: skip
    assert confine.real(str(tmp_path / "first" / "across" / "file")) == str(
        tmp_path / "real" / "deep" / "file"
    )


def test_links_in_a_circle_have_an_end(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    if sys.version_info < (3, 13):
        with pytest.raises(RuntimeError, match=r"[Ss]ymlink loop"):
            confine.links(str(tmp_path / "a"))
    else:
        assert len(confine.links(str(tmp_path / "a"))) == 2


def test_there_is_no_working_directory() -> None:
    with pytest.raises(ValueError, match="no working directory"):
        confine.Layout(("/usr/lib",), "/candidate/work")
    prepared = confine.Prepared(owner=os.getpid(), profile=b"")
    with pytest.raises(LayerError, match="seatbelt"):
        confine.mount_work(prepared, 1, 1)
    for writes, processes in ((True, False), (False, True)):
        with pytest.raises(LayerError, match="can't be bounded"):
            confine.confine_candidate(prepared, writes=writes, processes=processes)


@pytest.mark.skipif(sys.platform == "darwin", reason="it is about other platforms")
def test_elsewhere_its_layers_say_that_they_are_missing() -> None:
    libproc._library.cache_clear()
    confine._library.cache_clear()
    assert all("doesn't have it" in why for why in confine.available().values())


@given(st.integers(0, 1 << 40), st.integers(1 << 20, 1 << 40))
def test_memory_is_watched_only_where_the_kernel_does_not(base: int, memory: int) -> None:
    limits = Limits(memory_bytes=memory)
    assert Bounds.of(limits, base, watched=True).memory_bytes == base + memory
    assert Bounds.of(limits, base, watched=False).memory_bytes is None


def test_the_description_says_that_nobody_has_run_it() -> None:
    found = description("seatbelt", proofs=(), notes=(), slowness=None)
    assert any("haven't run it yet" in line for line in found.leaves_open)
    assert not any("threads" in line for line in found.confines)
