"""Tournaments in virtual time: what would be played where, in which order, and how long it takes.

Nothing is generated, run or waited for. Any mode and any policy of dispatch can be played, on
hosts with memory, load times and speeds of their own, which may be down at times.
"""

from paragen.simulator.hosts import SimHost
from paragen.simulator.play import Sent, Simulated, simulate
from paragen.simulator.policies import Book, PlainPool, Policy

__all__ = ["Book", "PlainPool", "Policy", "Sent", "SimHost", "Simulated", "simulate"]
