"""The one error of this package: a layer that could not be put on."""

from __future__ import annotations

import os

_ADVICE = {
    "user namespaces": (
        "In Docker, run the container with --security-opt seccomp=unconfined (and "
        "--security-opt apparmor=unconfined); on Ubuntu 24.04 and later, "
        "sysctl kernel.apparmor_restrict_unprivileged_userns=0; elsewhere, "
        "sysctl user.max_user_namespaces must not be 0"
    ),
    "private namespaces": (
        "The kernel needs CONFIG_PID_NS, CONFIG_NET_NS, CONFIG_IPC_NS and CONFIG_UTS_NS, "
        "and user.max_{pid,net,ipc,uts}_namespaces must not be 0"
    ),
    "new root": (
        "The file systems must allow mounts in a namespace: in Docker, run with "
        "--security-opt seccomp=unconfined --security-opt apparmor=unconfined; "
        "inside a chroot there is no way to do it"
    ),
    "landlock": (
        "Linux 5.13 or later is needed, with landlock in the list of the lsm= boot parameter "
        "(CONFIG_SECURITY_LANDLOCK); in Docker, a seccomp profile that allows landlock_* "
        "(Docker 23 or later, or --security-opt seccomp=unconfined)"
    ),
    "seatbelt": (
        "It can't be put on inside of another sandbox: start paragen outside of any. If it isn't "
        "in one, this macOS takes profiles in another way than paragen knows: please report it"
    ),
    "seccomp": (
        "The kernel needs CONFIG_SECCOMP_FILTER, on x86-64 or aarch64; in Docker, "
        "a seccomp profile that allows seccomp(2) and prctl(2), as the default one does"
    ),
}


class LayerError(Exception):
    """A layer of the sandbox can't be put on here: which, why, and what to do."""

    def __init__(self, layer: str, step: str, error: OSError | str) -> None:
        """Take the layer's name, the step that failed, and the kernel's answer (or a reason)."""
        self.layer = layer
        self.errno = error.errno if isinstance(error, OSError) else None
        reason = error if isinstance(error, str) else _text(error)
        super().__init__(f"{layer}: {step}: {reason}. {advice(layer)}".rstrip())


def advice(layer: str) -> str:
    """What a user can do where this layer is missing; "" where nothing is known."""
    known = _ADVICE.get(layer, "")
    return f"{known}." if known else ""


def _text(error: OSError) -> str:
    return os.strerror(error.errno) if error.errno else str(error)
