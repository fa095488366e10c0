"""Which waiting attempt goes to which free slot next: pure decisions over plain values.

Loading a model costs seconds to minutes, and the same model with another context is loaded anew.
So attempts that one loaded model can answer stay together; a host that has no more of them gets
what the schedule over all hosts has for it, by what loads and answers are known to cost.
"""

from paragen.dispatch.admit import admitted
from paragen.dispatch.assign import assign, go_on
from paragen.dispatch.costs import Cost, Costs
from paragen.dispatch.schedule import Batch, Schedule, schedule
from paragen.dispatch.values import Assignment, HostLoad, Queue, Resident, resident_for, takers

__all__ = [
    "Assignment",
    "Batch",
    "Cost",
    "Costs",
    "HostLoad",
    "Queue",
    "Resident",
    "Schedule",
    "admitted",
    "assign",
    "go_on",
    "resident_for",
    "schedule",
    "takers",
]
