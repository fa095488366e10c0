"""The hosts' threads: in each one call at a time, from which exactly one message comes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from paragen.dispatch import Resident
from paragen.domain.errors import HostError, NoFinalLine, StreamDied
from paragen.domain.events import Progressed
from paragen.domain.generator import Answer, Request
from paragen.domain.ports import Cancel, Host
from paragen.engine.inbox import (
    Answered,
    Back,
    Failed,
    Inbox,
    Job,
    Loaded,
    Progress,
    Recovered,
    Unaskable,
)

ASK_AGAIN_S = 5.0
"""How often a host that is lost is asked whether it is back."""

BESIDE_SLOTS = 2
"""Threads of a host beside its slots': one may load a model, one wait for the host's return."""

Keep = Callable[[str, Request, Answer], None]
"""Takes a host's name, a request and its answer, to keep them."""


class Calls:
    """Calls to hosts, each in a thread of its host's. Use it as a context manager.

    A job's `host` must be set, and its slot be taken: that bounds how many are called at once.
    """

    def __init__(self, hosts: Sequence[Host], inbox: Inbox, keep: Keep) -> None:
        self._hosts = {host.name: host for host in hosts}
        self._inbox = inbox
        self._keep = keep
        self._stack = ExitStack()
        self._threads: dict[str, ThreadPoolExecutor] = {}
        self._ending = Cancel()
        self._ended = threading.Event()
        self._ending.on_throw(self._ended.set)

    def __enter__(self) -> Calls:
        self._threads = {
            name: self._stack.enter_context(
                ThreadPoolExecutor(host.slots + BESIDE_SLOTS, f"host-{name}")
            )
            for name, host in self._hosts.items()
        }
        return self

    def __exit__(self, *_: object) -> None:
        self.end()
        self._stack.close()

    def end(self) -> None:
        """Wait for no host's return any more, and look after none."""
        self._ending.throw()

    def generate(self, job: Job, request: Request) -> None:
        """Ask a job's host for an answer."""
        self._submit(job.host, self._generate, job, request)

    def load(self, host: str, resident: Resident, cancel: Cancel) -> None:
        """Have a host load a model."""
        self._submit(host, self._load, host, resident, cancel)

    def recover(self, job: Job, resident: Resident) -> None:
        """See whether a host still answers after a job's call was broken off, and help it to."""
        self._submit(job.host, self._recover, job, resident)

    def await_host(self, host: str, hung: Resident | None) -> None:
        """Say when a host that is lost answers again; `hung` is the model on which it hung."""
        self._submit(host, self._await_host, host, hung)

    def _submit(self, host: str | None, call: Callable[..., None], *arguments: object) -> None:
        assert host is not None, "the job was given a host when it was sent"
        self._threads[host].submit(call, *arguments)

    def _generate(self, job: Job, request: Request) -> None:
        run_id, attempt_id = job.key

        def on_progress(tokens: int, tokens_per_s: float | None) -> None:
            grown = Progressed(
                run_id=run_id, attempt_id=attempt_id, tokens=tokens, tokens_per_s=tokens_per_s
            )
            self._inbox.put(Progress(grown))

        assert job.host is not None
        try:
            answer = self._hosts[job.host].generate(request, on_progress, job.cancel)
            self._keep(job.host, request, answer)
        except BaseException as error:
            self._inbox.put(Failed(job, self._cause(job.host, error)))
        else:
            self._inbox.put(Answered(job, answer))

    def _cause(self, host: str, error: BaseException) -> BaseException:
        """Why a call failed: its host may be gone, and then another can give the answer."""
        if isinstance(error, StreamDied | NoFinalLine) and len(self._hosts) > 1:
            try:
                self._hosts[host].state()
            except Exception as found:  # whatever it is: exactly one message comes of a call
                if isinstance(found, HostError) and found.host_down:
                    found.partial = error.partial
                    return found
        return error

    def _load(self, host: str, resident: Resident, cancel: Cancel) -> None:
        load_s: float | None = None
        try:
            load_s = self._hosts[host].load(resident.model, context_of(resident), cancel)
        finally:
            self._inbox.put(Loaded(host, resident, load_s))

    def _recover(self, job: Job, resident: Resident) -> None:
        assert job.host is not None
        try:
            host = self._hosts[job.host]
            found = host.recover(resident.model, context_of(resident), self._ending)
        except BaseException as error:
            self._inbox.put(Recovered(job, error))
        else:
            self._inbox.put(Recovered(job, found))

    def _await_host(self, name: str, hung: Resident | None) -> None:
        host, was_said = self._hosts[name], False
        while not self._ended.wait(ASK_AGAIN_S):
            try:
                if hung is None:
                    host.state()
                else:
                    # A host that hangs says how it is, and generates nothing all the same.
                    host.recover(hung.model, context_of(hung), self._ending)
            except HostError:
                continue
            except Exception as error:  # a defect of ours must not keep a host away for good
                if not was_said:
                    self._inbox.put(Unaskable(name, error))
                was_said = True
            else:
                self._inbox.put(Back(name))
                return


def context_of(resident: Resident) -> int:
    """The context with which an attempt's model is loaded."""
    assert resident.num_ctx is not None, "an attempt's context is always known"
    return resident.num_ctx
