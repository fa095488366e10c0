"""How tests are handed to the runner, which knows nothing of paragen's own values."""

from __future__ import annotations

from collections.abc import Sequence

from paragen.domain.task import TestCode


def handed_over(tests: Sequence[TestCode]) -> list[dict[str, object]]:
    """The pieces of test code as plain data, for marshal or JSON."""
    return [
        {"source": t.source, "origin": t.origin, "line": t.line, "kind": str(t.kind)} for t in tests
    ]
