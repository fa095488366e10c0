"""What can go wrong, a class each: what happened, why, what to do, and an exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from paragen.domain.generator import Answer


class ParagenError(Exception):
    """Anything that a user should read as one message, never as a traceback."""

    exit_code: ClassVar[int] = 2


class UsageError(ParagenError):
    """The command line asks for something that can't be had (exit code 2)."""


class ConfigError(ParagenError):
    """generators.toml has a mistake (exit code 2)."""


class TaskError(ParagenError):
    """A task file has a mistake (exit code 2)."""


class RosterError(ParagenError):
    """A roster (`-g name[:copies],…`) can't be read (exit code 2)."""

    def __init__(self, spec: str, why: str) -> None:
        super().__init__(f"{spec!r}: {why}. Write name[:copies], for example qwen_balanced:3.")


class NoHostError(ParagenError):
    """No host could answer (exit code 3)."""

    exit_code = 3


class SandboxUnavailableError(ParagenError):
    """The sandbox level asked for is not to be had here (exit code 4)."""

    exit_code = 4


class SandboxFault(ParagenError):
    """The sandbox itself failed: infrastructure, so the candidate is not judged."""


class SandboxRefusal(SandboxFault):
    """The sandbox can't run this here, however often it is asked (a package is missing, say)."""


class StoreError(ParagenError):
    """The database can't be read or written (exit code 2 where a command is about it)."""


class InterruptedRunError(ParagenError):
    """The user interrupted before anything could be played (exit code 130)."""

    exit_code = 130


class HostError(ParagenError):
    """A failed call to a host: never a candidate's fault.

    `kind` is the machine-readable name that ends up in a candidate's `error.kind`;
    `retryable` says whether another try may help; `host_down` whether the host gave no sign
    of life. `partial` is what had been answered by then, None where nothing had.
    """

    exit_code = 3
    kind: ClassVar[str] = "host"
    retryable: ClassVar[bool] = False
    host_down: ClassVar[bool] = False

    def __init__(self, message: str, *, partial: Answer | None = None) -> None:
        super().__init__(message)
        self.partial = partial


class ConnectionFault(HostError):
    """The host can't be reached, or the connection broke before the first token."""

    kind = "connection"
    retryable = True
    host_down = True


class HostHanging(HostError):
    """The host can be reached, but generates nothing any more, and reloading didn't help."""

    kind = "hanging"
    host_down = True


class HostBusy(HostError):
    """The host's queue is full (HTTP 503)."""

    kind = "busy"
    retryable = True


class ModelMissing(HostError):
    """The host doesn't have the model."""

    kind = "model_missing"


class RemoteModel(HostError):
    """The model runs elsewhere (`:cloud`), and this is a tournament of local models."""

    kind = "remote_model"


class StreamDied(HostError):
    """The model's runner died, or the connection broke, in mid-answer."""

    kind = "stream_died"


class NoFinalLine(HostError):
    """The stream ended without its final line: the host gave the answer up."""

    kind = "no_final_line"


class EmptyAfterThinking(HostError):
    """The model spent its whole token budget thinking and answered nothing."""

    kind = "empty_after_thinking"


class AnswerTruncated(HostError):
    """The answer was cut off at num_predict or at the end of the context."""

    kind = "truncated"


class FirstTokenTimeout(HostError):
    """No token came within the first-token limit."""

    kind = "first_token_timeout"


class GenerationTimeout(HostError):
    """The answer wasn't complete within the generation limit."""

    kind = "generation_timeout"


class HostRefused(HostError):
    """The host refused the request (any other HTTP error)."""

    kind = "refused"


class GenerationCancelled(HostError):
    """The attempt was cancelled while its answer was being generated."""

    kind = "cancelled"


UNENDED_KINDS = frozenset({AnswerTruncated.kind, EmptyAfterThinking.kind, GenerationTimeout.kind})
"""Faults by which an answer comes to no end: nobody's play in a record, but it cost something."""
