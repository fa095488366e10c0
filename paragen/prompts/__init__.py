"""What models are told: one file a purpose, from the attempt to the messages of a chat."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from paragen.domain.candidate import Candidate
from paragen.domain.generator import Attempt, Message, Purpose
from paragen.domain.task import Task
from paragen.prompts import generate

Writer = Callable[[Task, Attempt, Sequence[Candidate]], tuple[Message, ...]]

WRITERS: Mapping[Purpose, Writer] = {Purpose.GENERATE: generate.messages}


def messages(task: Task, attempt: Attempt, parents: Sequence[Candidate]) -> tuple[Message, ...]:
    """The chat that an attempt opens with; `parents` are the candidates that it builds on.

    Raises KeyError for a purpose that nothing writes prompts for.
    """
    return WRITERS[attempt.purpose](task, attempt, parents)
