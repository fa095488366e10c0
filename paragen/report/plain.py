"""Plain lines, for logs and pipes: one as each thing happens, none of them rewritten."""

from __future__ import annotations

import io
from typing import TextIO

from paragen.domain.candidate import Candidate
from paragen.domain.events import (
    CandidateEnded,
    Event,
    Noted,
    RunAudited,
    RunEnded,
    RunStarted,
    Warned,
)
from paragen.report import text


class PlainView:
    """A subscriber that writes lines to `stream`; `quiet` keeps warnings and nothing else."""

    def __init__(self, stream: TextIO, *, tasks: int, quiet: bool = False) -> None:
        self._stream = stream
        self._tasks = tasks
        self._quiet = quiet
        self._ended = 0
        self._names: dict[str, str] = {}

    def __enter__(self) -> PlainView:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def __call__(self, event: Event) -> None:
        """Write what the event says, if it says something."""
        if isinstance(event, Warned):
            self._write(f"warning: {event.message}")
        if self._quiet:
            return
        match event:
            case Noted(message=message):
                self._write(message)
            case RunStarted(run=run, planned=planned):
                self._names[run.run_id] = run.task.name
                sealed = "sealed" if run.sandbox.sealed else "unsealed"
                self._write(
                    f"{run.task.name}: {text.counted(planned, 'attempt')}, "
                    f"{text.mode(run.mode, run.mode_options, run.deadline_s)}, "
                    f"task type {text.task_type(run.task)}, sandbox {run.sandbox.level} ({sealed})"
                )
            case CandidateEnded(run_id=run_id, candidate=candidate):
                # Those of several tasks come as they end, in any order.
                task = f"{self._names.get(run_id, run_id)}: " if self._tasks > 1 else ""
                self._write(f"  {task}{line(candidate)}")
            case RunEnded(run=run):
                self._ended += 1
                count = f" [{self._ended}/{self._tasks}]" if self._tasks > 1 else ""
                self._write(f"{run.task.name}:{count} {run.reason}")
                if text.unsealed_winner(run):
                    self._write(f"  {text.unsealed_winner(run)}")
            case RunAudited(run=run) if run.audit is not None:
                self._write(f"{run.task.name}: {text.audit(run.audit)}")

    def _write(self, words: str) -> None:
        try:
            self._stream.write(text.one_line(words) + "\n")
            self._stream.flush()
        except OSError:  # progress that nobody reads is no reason to stop playing
            self._stream = io.StringIO()


def line(candidate: Candidate) -> str:
    """A candidate in one line."""
    parts = [f"{candidate.attempt.instance.name}: {text.status(candidate)}"]
    if text.tests(candidate) != text.NOTHING:
        parts.append(f"{text.tests(candidate)} tests")
    if candidate.scores is not None:
        scores = candidate.scores
        parts.append(
            f"quality {text.score(scores.quality)}, speed {text.score(scores.speed)}, "
            f"combined {text.score(scores.combined)}"
        )
    if candidate.answer is not None and candidate.answer.tokens_per_s is not None:
        parts.append(f"{text.rate(candidate.answer.tokens_per_s)} tok/s")
    if text.why(candidate):
        parts.append(text.why(candidate))
    return text.one_line(", ".join(parts))
