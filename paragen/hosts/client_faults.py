"""From the exceptions of HTTP clients to our errors."""

from __future__ import annotations

import httpx

from paragen.domain.generator import Answer
from paragen.hosts.breaker import Why
from paragen.hosts.faults import Faults

FOREIGN = (ValueError, TypeError, AttributeError, RecursionError)
"""What shows where a body isn't JSON, or not of the shape that the client knows."""


def fault_of(
    error: Exception, faults: Faults, why: Why | None, partial: Answer | None
) -> Exception:
    """Our error for one of the client's, or the very same where it is none of a call's.

    `why` is why we broke the call off, None where we didn't; `partial` is what had come.
    """
    from ollama import ResponseError

    known = isinstance(error, ResponseError | httpx.HTTPError | httpx.StreamError | OSError)
    foreign = isinstance(error, FOREIGN)
    if not known and not foreign:
        return error
    if why is not None:
        return faults.broken_off(why, partial)
    if isinstance(error, ResponseError):
        if error.status_code == -1:  # an error line within the stream
            return faults.died(error.error, partial or Answer(text="", done_reason=""))
        return faults.refused(error.status_code, error.error)
    if partial is not None:
        return faults.died(str(error), partial)
    if foreign:
        return faults.foreign(error)
    unconnected = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.ProxyError)
    return faults.unreachable(error) if unconnected else faults.hung_up(error)
