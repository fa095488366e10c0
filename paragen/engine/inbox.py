"""What the threads of a session tell the one that plays: messages, of which it takes one a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from queue import SimpleQueue

from paragen.dispatch import Resident
from paragen.domain.candidate import Candidate
from paragen.domain.events import Progressed
from paragen.domain.generator import Answer, Attempt
from paragen.domain.plan import Plan
from paragen.domain.ports import Cancel, Recovery
from paragen.engine.slots import Key


@dataclass(slots=True, eq=False, kw_only=True)
class Job:
    """An attempt on its way to a candidate, of a tournament of this plan.

    `host` is where it runs, `cancel` the switch that calls it off, and `started` when it was sent
    there, on the monotonic clock; None until it was. One that was `answered` before, and not
    judged, isn't sent.
    """

    key: Key
    attempt: Attempt
    plan: Plan
    host: str | None = None
    cancel: Cancel = field(default_factory=Cancel)
    started: float | None = None
    answered: Answer | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """An answer grows."""

    event: Progressed


@dataclass(frozen=True, slots=True)
class Known:
    """An attempt's answer is known, from the cache or from before: no host is asked."""

    job: Job
    answer: Answer


@dataclass(frozen=True, slots=True)
class Answered:
    """A host has answered."""

    job: Job
    answer: Answer


@dataclass(frozen=True, slots=True)
class Failed:
    """A call to a host has failed, or was called off."""

    job: Job
    error: BaseException


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model was loaded in so many seconds; None where it wasn't."""

    host: str
    resident: Resident
    load_s: float | None


@dataclass(frozen=True, slots=True)
class Recovered:
    """A host was looked at after a call was broken off: how it was found, or why it's no use."""

    job: Job
    found: Recovery | BaseException


@dataclass(frozen=True, slots=True)
class Back:
    """A host that was lost answers again."""

    host: str


@dataclass(frozen=True, slots=True)
class Unaskable:
    """A host that was lost can't be asked whether it is back, for a reason that isn't its own."""

    host: str
    error: Exception


@dataclass(frozen=True, slots=True)
class Ended:
    """An attempt has come to its end."""

    key: Key
    candidate: Candidate


class Interrupt:
    """The user wants to stop."""


Message = (
    Progress | Known | Answered | Failed | Loaded | Recovered | Back | Unaskable | Ended | Interrupt
)

Inbox = SimpleQueue[Message]
