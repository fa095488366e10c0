"""Whether a prompt fits into the context that a model is given, by an estimate."""

from __future__ import annotations

from collections.abc import Sequence

from paragen.domain.generator import Attempt, Instance
from paragen.domain.task import Task
from paragen.prompts.generate import messages

TOKEN_BYTES = 4
"""Of a token, in UTF-8: for English, code and Chinese alike, give or take a third."""
NAMED = 3


def too_long(task: Task, roster: Sequence[Instance]) -> str:
    """That a task's prompt is longer than num_ctx, for whom, and what to do; "" where it isn't.

    Only the models' own tokenizers could tell exactly. What a task needs isn't counted.
    """
    tokens = {one.generator: _tokens(task, one) for one in roster}
    short = [one for one in tokens if tokens[one] > one.num_ctx]
    if not short:
        return ""
    names = list(dict.fromkeys(one.name for one in short))
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return (
        f"{task.name}: the prompt has some {max(tokens[one] for one in short)} tokens (estimated: "
        f"{TOKEN_BYTES} bytes each), and the context of {', '.join(names[:NAMED])}{more} has room "
        f"for {min(one.num_ctx for one in short)}. Ollama cuts off what is too much, and doesn't "
        "say so: shorten the prompt, or raise num_ctx"
    )


def _tokens(task: Task, instance: Instance) -> int:
    said = messages(task, Attempt(id="", instance=instance))
    return sum(len(one.content.encode(errors="replace")) for one in said) // TOKEN_BYTES
