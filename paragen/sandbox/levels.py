"""What can be said of a sandbox level to a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

UNCONFINED = "none"
"""The level that confines nothing; the user has to ask for it twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One layer of a level: what it keeps programs from, or why it isn't to be had here.

    `why` says what is missing and what to do about it; it is empty where the layer works.
    """

    name: str
    works: bool
    what: str
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What a level is made of on this machine, what it confines and leaves open, a line each.

    `proofs` are the harms that the level's self-test tried here, in vain.
    """

    level: str
    sealed: bool
    layers: tuple[Layer, ...] = ()
    confines: tuple[str, ...] = ()
    leaves_open: tuple[str, ...] = ()
    proofs: tuple[str, ...] = ()


def warning(level: str) -> str:
    """What a user must know before programs run at this level; empty where there is nothing."""
    if level != UNCONFINED:
        return ""
    return (
        "programs are not confined: they can read and write your files and use the network; "
        "verdicts aren't sealed"
    )


def needs_unsafe() -> str:
    """Why the level that confines nothing is refused to those who asked for it only once."""
    return (
        "The sandbox level 'none' confines nothing: a program could read and write your files, "
        "use the network, and forge its verdict. For programs that you trust, add --unsafe on the "
        "command line; a config file can't say that."
    )


def none_to_be_had(reasons: Mapping[str, str], platform: str) -> str:
    """Why no level that confines programs can be had, and what to do, in lines."""
    lines = ["No sandbox that confines programs can be had here."]
    lines += [f"  {level}: {why}" for level, why in reasons.items()]
    lines += [f"- {advice}" for advice in ADVICE.get(platform, OTHER_PLATFORMS)]
    return "\n".join((*lines, f"- {TRUSTED}"))


def not_to_be_had(level: str, why: str, others: tuple[str, ...]) -> str:
    """Why the level asked for can't be had, and what there may be instead, in lines."""
    instead = " or ".join(f"--sandbox {name}" for name in ("auto", *others))
    return f"The sandbox level {level!r} isn't to be had here: {why}\n- Or try {instead}."


_DOCKER = (
    "In Docker: `docker run --security-opt seccomp=unconfined --security-opt apparmor=unconfined` "
    "lets programs make user namespaces, which `full` needs."
)
_UBUNTU = (
    "On Ubuntu 23.10 and later: `sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0`, "
    "or an AppArmor profile with `userns,` for this Python."
)
_OLD_KERNEL = (
    "`filters` needs Landlock: Linux 5.13 or later, with it among the kernel's security modules "
    "(`cat /sys/kernel/security/lsm` names them; `lsm=landlock,…` at boot sets them)."
)
_MACOS = (
    "`seatbelt` can't be put on inside of another sandbox: start paragen from a terminal of its "
    "own, not from within a confined application."
)

ADVICE: Mapping[str, tuple[str, ...]] = {
    "linux": (_DOCKER, _UBUNTU, _OLD_KERNEL),
    "darwin": (_MACOS,),
}
"""What helps where no level can be had, by platform."""

OTHER_PLATFORMS = (
    "Programs are confined on Linux and macOS only: use a virtual machine, a container or WSL.",
)

TRUSTED = "For programs that you trust, `--sandbox none --unsafe` runs them unconfined."
