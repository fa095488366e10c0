"""Asking on the terminal which of two programs is better, whose they are unsaid."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from paragen.domain.errors import InterruptedRunError

if TYPE_CHECKING:
    from rich.console import Console

    from paragen.domain.tournament import Run
    from paragen.learn.blind import Pair

NOTHING_KEPT = "No preference was given; nothing is kept."


def ask(run: Run, pair: Pair) -> Pair:
    """Show two candidates' programs, ask, and say whose they are: the preferred one and the other.

    All of it goes to stderr, in an order that chance decides. Raises InterruptedRunError where no
    answer comes.
    """
    from rich.console import Console
    from rich.rule import Rule

    from paragen.report.details import need_code, print_highlighted
    from paragen.report.feedback import described

    shown = pair if secrets.randbelow(2) else (pair[1], pair[0])
    console = Console(stderr=True)
    for number, candidate in enumerate(shown, 1):
        console.print(Rule(f"program {number}"))
        print_highlighted(console, need_code(candidate), run.task.language)
    console.print(Rule())
    chosen = _choice(console)
    for number, candidate in enumerate(shown, 1):
        console.print(f"Program {number}: {described(candidate)}", markup=False, highlight=False)
    return (shown[chosen], shown[1 - chosen])


def _choice(console: Console) -> int:
    """Which was chosen, 0 or 1; empty is no preference."""
    while True:
        try:
            said = console.input("Which is better, 1 or 2? (Enter: neither) ", markup=False).strip()
        except EOFError:
            console.print()
            said = ""
        except KeyboardInterrupt:
            console.print()
            raise InterruptedRunError(NOTHING_KEPT) from None
        if said in ("1", "2"):
            return int(said) - 1
        if not said:
            raise InterruptedRunError(NOTHING_KEPT)
