"""How a conversation with a program can end for good."""

from __future__ import annotations

from ..runner.outcomes import Signal


class ProgramGone(Signal):
    """The program's process died or broke the protocol: nothing more can be asked of it."""


class OutputFlood(Signal):
    """The program printed more than it may."""
