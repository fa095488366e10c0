"""How far the judging of samples is, in words and as a bar."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from paragen.domain.status import Status
from paragen.report import judged
from paragen.report.judged import (
    LiveProgress,
    PlainProgress,
    in_words,
    levels_in_words,
    pass_at_lines,
)


def test_lines_come_no_more_often_than_they_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    with PlainProgress(stream, samples=9) as progress:
        progress({Status.PASSED: 1})
        assert stream.getvalue() == "", "it has only just begun"
        monkeypatch.setattr(judged, "EVERY_S", 0)
        progress({Status.PASSED: 2, Status.NOT_JUDGED: 1})
    assert stream.getvalue() == "3/9 samples: 2 passed, 1 not judged\n"


def test_progress_that_nobody_reads_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judged, "EVERY_S", 0)

    class Gone(io.StringIO):
        def write(self, words: str) -> int:
            raise BrokenPipeError

    PlainProgress(Gone(), samples=1)({Status.PASSED: 1})


def test_the_bar() -> None:
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, width=80)
    with LiveProgress(console, samples=4) as progress:
        progress({Status.PASSED: 1, Status.TIMEOUT: 2})
    assert "3/4" in stream.getvalue()
    assert "1 passed, 2 timeout" in stream.getvalue()


def test_words() -> None:
    assert in_words({Status.FAILED: 1, Status.PASSED: 2, Status.MEMORY: 0}) == "2 passed, 1 failed"
    assert pass_at_lines({1: 0.5, 10: 1.0}) == ["pass@1: 0.5000", "pass@10: 1.0000"]
    assert levels_in_words({"none": 1, "full": 2}, 1) == "sandbox full, none; 1 verdict sealed"
