"""Whether an answer that came to its end is one: pure, and the same for every kind of host."""

from __future__ import annotations

from paragen.domain.errors import AnswerTruncated, EmptyAfterThinking
from paragen.domain.generator import Answer


def settle(answer: Answer, model: str) -> Answer:
    """The answer, unless it is empty after thinking or was cut off.

    Raises EmptyAfterThinking and AnswerTruncated, which hold the answer as `partial`.
    """
    thought = bool(answer.thinking.strip() or answer.text.strip())
    cut = answer.done_reason == "length"
    if thought and not without_thinking(answer.text):
        why = "used up its token budget thinking" if cut else "thought, and then said nothing"
        raise EmptyAfterThinking(
            f"{model} {why} ({answer.completion_tokens} tokens). "
            "Raise num_predict and num_ctx, or set think = false.",
            partial=answer,
        )
    if cut:
        raise AnswerTruncated(
            f"{model}'s answer was cut off after {answer.completion_tokens} tokens: "
            "num_predict or num_ctx was reached. Raise them.",
            partial=answer,
        )
    return answer


def without_thinking(text: str) -> str:
    """What is left of a text after thoughts that leaked into it; an unclosed one leaves nothing."""
    left = text.rpartition("</think>")[2].strip()
    return "" if left.startswith("<think>") else left
