"""The sandbox's threads: in each one program at a time, from which exactly one message comes."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

from paragen.checks.probe_inputs import probe_inputs
from paragen.domain.generator import Answer
from paragen.domain.ports import Sandbox
from paragen.engine.candidates import judged, not_judged
from paragen.engine.inbox import Ended, Inbox, Job


class Judges:
    """Judges answers, as many at once as the sandbox takes. Use it as a context manager.

    The programs of a tournament whose mode compares them are asked its probe inputs too.
    """

    def __init__(self, sandbox: Sandbox, inbox: Inbox) -> None:
        self._sandbox = sandbox
        self._inbox = inbox
        self._threads = ThreadPoolExecutor(sandbox.workers, "judge")
        self._probes: dict[str, tuple[str, ...]] = {}

    def __enter__(self) -> Judges:
        return self

    def __exit__(self, *_: object) -> None:
        self._threads.shutdown()

    def judge(self, job: Job, answer: Answer, *, compares: bool) -> None:
        """Judge the program in an answer."""
        self._threads.submit(self._judge, job, answer, compares)

    def _judge(self, job: Job, answer: Answer, compares: bool) -> None:
        started = time.monotonic() if job.started is None else job.started
        try:
            candidate = judged(
                task=job.plan.task,
                criteria=job.plan.criteria,
                attempt=job.attempt,
                host=job.host,
                answer=answer,
                sandbox=self._sandbox,
                cancel=job.cancel,
                started=started,
                probes=self._probes_of(job) if compares else (),
            )
        except BaseException as error:
            candidate = not_judged(
                attempt=job.attempt,
                host=job.host,
                answer=answer,
                error=error,
                level=self._sandbox.state.level,
                cancel=job.cancel,
                started=started,
            )
        self._inbox.put(Ended(job.key, candidate))

    def _probes_of(self, job: Job) -> tuple[str, ...]:
        """The tournament's probe inputs, made here since that takes a while."""
        run_id = job.key[0]
        if run_id not in self._probes:  # two threads may both make them: they are the same
            self._probes[run_id] = probe_inputs(job.plan.task)
        return self._probes[run_id]
