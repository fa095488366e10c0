"""The layers of the platform that this runs on: who needs them, takes them from here."""

from __future__ import annotations

import sys

if sys.platform == "darwin":
    from .darwin.confine import (
        WORK,
        Layout,
        Prepared,
        available,
        candidate_pids,
        close_from,
        confine_candidate,
        confine_tester,
        enter_full,
        limit_memory,
        mount_work,
        prepare,
        unmount_work,
    )
else:
    from .linux.confine import (
        WORK,
        Layout,
        Prepared,
        available,
        candidate_pids,
        close_from,
        confine_candidate,
        confine_tester,
        enter_full,
        limit_memory,
        mount_work,
        prepare,
        unmount_work,
    )

__all__ = [
    "WORK",
    "Layout",
    "Prepared",
    "available",
    "candidate_pids",
    "close_from",
    "confine_candidate",
    "confine_tester",
    "enter_full",
    "limit_memory",
    "mount_work",
    "prepare",
    "unmount_work",
]
