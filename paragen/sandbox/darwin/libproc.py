"""What macOS tells of another process: its CPU time and its memory, by proc_pid_rusage."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from functools import cache
from typing import Any

LIBRARY = "/usr/lib/libSystem.B.dylib"

_NS = 1_000_000_000
_V4 = 4
"""RUSAGE_INFO_V4 (sys/resource.h), the first with the largest footprint; macOS 10.13 has it."""

_COUNTERS = (
    "user_time", "system_time", "pkg_idle_wkups", "interrupt_wkups", "pageins", "wired_size",
    "resident_size", "phys_footprint", "proc_start_abstime", "proc_exit_abstime",
    "child_user_time", "child_system_time", "child_pkg_idle_wkups", "child_interrupt_wkups",
    "child_pageins", "child_elapsed_abstime", "diskio_bytesread", "diskio_byteswritten",
    "cpu_time_qos_default", "cpu_time_qos_maintenance", "cpu_time_qos_background",
    "cpu_time_qos_utility", "cpu_time_qos_legacy", "cpu_time_qos_user_initiated",
    "cpu_time_qos_user_interactive", "billed_system_time", "serviced_system_time",
    "logical_writes", "lifetime_max_phys_footprint", "instructions", "cycles", "billed_energy",
    "serviced_energy", "interval_max_phys_footprint", "runnable_time",
)  # fmt: skip
"""The fields of struct rusage_info_v4 behind its first, without their `ri_`: 64 bits each."""


class RusageInfo(ctypes.Structure):
    """struct rusage_info_v4 of sys/resource.h."""

    _fields_ = (("uuid", ctypes.c_uint8 * 16), *((name, ctypes.c_uint64) for name in _COUNTERS))


class _Timebase(ctypes.Structure):
    """struct mach_timebase_info: nanoseconds are ticks * numer / denom."""

    _fields_ = (("numer", ctypes.c_uint32), ("denom", ctypes.c_uint32))


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process has used so far; `started` is when it did, in ticks since the machine's start.

    A process's id may become another's once it is reaped; with `started` it is its own.
    """

    cpu_s: float
    footprint_bytes: int
    peak_bytes: int
    started: int


def usage(pid: int) -> Usage | None:
    """What a process of the same user uses; None where that can't be told, as when it has ended."""
    info = RusageInfo()
    if _library().proc_pid_rusage(pid, _V4, ctypes.byref(info)) != 0:
        return None
    return usage_of(info, _ticks_per_s())


def usage_of(info: RusageInfo, ticks_per_s: float) -> Usage:
    """What the kernel's answer means. Its times are in ticks, its memory in bytes.

    The footprint is what the process alone keeps in memory, compressed or not: the figure that
    the system's own limits go by.
    """
    return Usage(
        cpu_s=(info.user_time + info.system_time) / ticks_per_s,
        footprint_bytes=info.phys_footprint,
        peak_bytes=info.lifetime_max_phys_footprint,
        started=info.proc_start_abstime,
    )


@cache
def _ticks_per_s() -> float:
    """How many of the kernel's ticks make a second: 24 million on Apple's processors.

    The kernel's own figure comes first: under Rosetta, mach_timebase_info tells of the processor
    that is played, and proc_pid_rusage counts the ticks of the one that there is.
    """
    library = _library()
    found, size = ctypes.c_uint64(), ctypes.c_size_t(8)
    asked = (b"hw.tbfrequency", ctypes.byref(found), ctypes.byref(size), None, 0)
    if library.sysctlbyname(*asked) == 0 and found.value:
        return float(found.value)
    base = _Timebase()
    if library.mach_timebase_info(ctypes.byref(base)) == 0 and base.numer:
        return ticks_per_s(base.numer, base.denom)
    return float(_NS)


def ticks_per_s(numer: int, denom: int) -> float:
    """The ticks in a second, of a tick's nanoseconds as a fraction."""
    return _NS * denom / numer


@cache
def _library() -> Any:
    library = ctypes.CDLL(LIBRARY, use_errno=True)
    library.proc_pid_rusage.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_void_p]
    library.sysctlbyname.argtypes = [
        ctypes.c_char_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t,
    ]  # fmt: skip
    library.mach_timebase_info.argtypes = [ctypes.c_void_p]
    return library
