"""Tournaments in virtual time: what would be played where, in which order, and how long it takes.

Nothing is generated, run or waited for. Any mode and any policy of dispatch can be played, on
hosts with memory, load times and speeds of their own, which may be down at times.
"""

from paragen.simulator.hosts import SimHost
from paragen.simulator.play import Outcome, Sent, Simulated, simulate
from paragen.simulator.policies import Book, Policy

__all__ = ["Book", "Outcome", "Policy", "Sent", "SimHost", "Simulated", "simulate"]
