"""An answer while it is streamed in."""

from __future__ import annotations

import time
from collections.abc import Callable

from paragen.domain.generator import Answer
from paragen.domain.ports import OnProgress

PROGRESS_EVERY_S = 0.1


class Growth:
    """Collects the chunks of an answer, and tells of them now and then."""

    def __init__(
        self, on_progress: OnProgress, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self._on_progress = on_progress
        self._clock = clock
        self._text: list[str] = []
        self._thinking: list[str] = []
        self._first_at = 0.0
        self._told_at = -PROGRESS_EVERY_S
        self.chunks = 0

    def take(self, content: str, thinking: str) -> None:
        """Take a chunk; an empty one is none."""
        if not content and not thinking:
            return
        now = self._clock()
        if not self.chunks:
            self._first_at = now
        self.chunks += 1
        self._text.append(content)
        self._thinking.append(thinking)
        if now - self._told_at >= PROGRESS_EVERY_S:
            self._told_at = now
            passed = now - self._first_at
            # The first chunk is where the clock starts: it takes two to have a speed.
            self._on_progress(self.chunks, (self.chunks - 1) / passed if passed > 0 else None)

    def tell(self, tokens_per_s: float | None) -> None:
        """Tell of all that has come, with the server's own account of its speed."""
        self._on_progress(self.chunks, tokens_per_s)

    @property
    def text(self) -> str:
        """The answer so far."""
        return "".join(self._text)

    @property
    def thinking(self) -> str:
        """The thoughts so far."""
        return "".join(self._thinking)

    def partial(self, wall_s: float) -> Answer | None:
        """What there is of an answer that won't be completed, None where there is nothing."""
        if not self.chunks:
            return None
        return Answer(
            text=self.text,
            thinking=self.thinking,
            done_reason="",
            wall_s=wall_s,
            completion_tokens=self.chunks,
        )
