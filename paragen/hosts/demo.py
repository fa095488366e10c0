"""The demo host: answers from a recording, streamed at its recorded speed. No model is running."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from importlib.resources import files
from pathlib import Path

from paragen.domain.errors import ConfigError, HostBusy, HostRefused, ModelMissing
from paragen.domain.generator import Answer, CallLimits, Request
from paragen.domain.host import HostSpec, canonical_model
from paragen.domain.ports import Cancel, HostState, Model, OnProgress, Recovery
from paragen.hosts.breaker import Breaker, Why
from paragen.hosts.endings import settle
from paragen.hosts.faults import Faults
from paragen.hosts.growth import PROGRESS_EVERY_S
from paragen.parse.recording import (
    Playback,
    Recorded,
    RecordedFault,
    by_model,
    choose,
    chunks,
    parse_recording,
    playback,
)

VERSION = "demo"
_ORIGIN = "the bundled demo recording"


def open_host(spec: HostSpec, limits: CallLimits) -> DemoHost:
    """The demo host that a spec describes: by default, of the bundled recording.

    All but answers takes it no time, and so needs no limits. Raises ConfigError where the
    recording can't be read.
    """
    if spec.recording is None:
        return DemoHost(spec.name, bundled_recording(), spec.slots)
    try:
        text = Path(spec.recording).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"The recording of host {spec.name!r} can't be read: {error}. "
            "Correct `recording`, or leave it out for the bundled one."
        ) from None
    return DemoHost(spec.name, parse_recording(text, spec.recording), spec.slots)


def bundled_recording() -> tuple[Recorded, ...]:
    """The recorded answers to the bundled demo task."""
    file = files("paragen").joinpath("examples", "demo", "recording.jsonl")
    return parse_recording(file.read_text(encoding="utf-8"), _ORIGIN)


@dataclass(frozen=True, slots=True)
class _Show:
    """One recorded answer while it is played: its parts, its limits, and who may end it."""

    recorded: Recorded
    play: Playback
    request: Request
    faults: Faults
    breaker: Breaker
    started: float

    @property
    def first_s(self) -> float:
        """When the first token comes, from the start."""
        stalls = self.recorded.fault is RecordedFault.STALL
        return float("inf") if stalls else self.recorded.load_s + self.recorded.prompt_s

    @property
    def stream_s(self) -> float:
        """How long the tokens come."""
        hangs = self.recorded.fault is RecordedFault.HANG_MID_STREAM
        return float("inf") if hangs else self.play.total / self.recorded.tokens_per_s

    def streamed(self, seconds: float) -> int:
        """How many chunks have come so long after the first began."""
        return min(self.play.total, int(seconds * self.recorded.tokens_per_s))

    def answer(self, chunk_count: int, decode_s: float, done_reason: str) -> Answer:
        """What there is after so many chunks."""
        shown = self.play.first(chunk_count)
        prompt = "\n".join(message.content for message in self.request.messages)
        return Answer(
            text="".join(shown.content),
            thinking="".join(shown.thinking),
            done_reason=done_reason,
            load_s=self.recorded.load_s,
            prompt_s=self.recorded.prompt_s,
            decode_s=decode_s,
            wall_s=time.perf_counter() - self.started,
            prompt_tokens=len(chunks(prompt)),
            completion_tokens=shown.total,
            server_version=VERSION,
        )


class DemoHost:
    """Recorded answers as the port Host; `slots` None is one for each of them."""

    def __init__(self, name: str, recorded: Sequence[Recorded], slots: int | None = None) -> None:
        self._name = name
        # Thousands of answers may be recorded, of which few are the model's that is asked.
        self._recorded = by_model(recorded)
        self._slots = slots or max(1, len(recorded))
        self._models = tuple(dict.fromkeys(one.model for one in recorded))

    @property
    def name(self) -> str:
        """The host's name in the config."""
        return self._name

    @property
    def slots(self) -> int:
        """How many requests it may be sent at once."""
        return self._slots

    def state(self) -> HostState:
        """The recorded models."""
        return HostState(version=VERSION, models=tuple(Model(name=m) for m in self._models))

    def generate(self, request: Request, on_progress: OnProgress, cancel: Cancel) -> Answer:
        """Play the recorded answer that fits the request; raises HostError."""
        model = request.instance.generator.model
        faults = Faults(host=self._name, url=VERSION, model=model, limits=request.limits)
        recorded = self._find(request, faults)
        breaker = Breaker()
        play = playback(
            recorded,
            think=request.instance.generator.think is not False,
            num_predict=request.instance.generator.num_predict,
        )
        show = _Show(recorded, play, request, faults, breaker, time.perf_counter())
        throw = partial(breaker.throw, Why.CANCELLED)
        cancel.on_throw(throw)
        try:
            _await_first_token(show)
            return settle(_stream(show, on_progress), model)
        finally:
            cancel.forget(throw)

    def load(self, model: str, num_ctx: int, cancel: Cancel) -> float:
        """Do nothing: what loading took is part of each recorded answer."""
        return 0.0

    def unload(self, model: str) -> None:
        """Do nothing: no model is loaded."""

    def recover(self, model: str, num_ctx: int, cancel: Cancel) -> Recovery:
        """Do nothing: an answer that was broken off leaves nothing behind."""
        return Recovery.FINE

    def close(self) -> None:
        """Do nothing: there are no connections."""

    def _find(self, request: Request, faults: Faults) -> Recorded:
        """The recorded answer; raises the error of a fault that leaves none."""
        instance, model = request.instance, faults.model
        of_model = self._recorded.get(canonical_model(model))
        if of_model is None:
            raise ModelMissing(
                f"The recording of host {self._name!r} has no model {model!r}. "
                f"It has: {', '.join(self._models)}."
            )
        if instance.generator.think and not any(one.thinking for one in of_model):
            raise faults.refused(400, f'"{model}" does not support thinking')
        users = [m.content for m in request.messages if m.role == "user"]
        found = choose(
            of_model,
            model,
            users[-1] if users else "",
            instance.generator.temperature,
            instance.seed,
        )
        if found is None:
            raise HostRefused(
                f"Nothing recorded of {model!r} on host {self._name!r} fits this request: no model "
                "is running there, so it only answers what was recorded. Run the recorded task, or "
                'use real models (kind = "ollama").'
            )
        _raise_refusal(found, faults)
        return found


def _raise_refusal(recorded: Recorded, faults: Faults) -> None:
    """Raise the error of a fault that shows before the answer begins.

    Faults that pass at the next try show nothing: a host would have tried again.
    """
    match recorded.fault:
        case RecordedFault.BUSY:
            raise HostBusy(f"{faults.where} is busy, as recorded.")
        case RecordedFault.REFUSE:
            raise faults.refused(400, recorded.answer)
        case RecordedFault.SERVER_ERROR:
            raise faults.refused(500, recorded.answer)
        case RecordedFault.DROP:
            raise faults.hung_up(ConnectionError("as recorded"))
        case RecordedFault.GARBAGE:
            raise faults.foreign(ValueError("no JSON lines, as recorded"))
        case _:
            return


def _await_first_token(show: _Show) -> None:
    limit_s = show.request.limits.first_token_s
    _pause_until(show.started + min(show.first_s, limit_s), show.breaker)
    if show.breaker.why is not None or show.first_s > limit_s:
        raise show.faults.broken_off(show.breaker.why or Why.FIRST_TOKEN, None)


def _stream(show: _Show, on_progress: OnProgress) -> Answer:
    """Let the time pass that the tokens take, telling of them; raises HostError."""
    begun = time.perf_counter()
    limit_s = show.request.limits.generation_s
    until = begun + min(show.stream_s, limit_s)
    while time.perf_counter() < until and show.breaker.why is None:
        _pause_until(min(until, time.perf_counter() + PROGRESS_EVERY_S), show.breaker)
        on_progress(show.streamed(time.perf_counter() - begun), show.recorded.tokens_per_s)
    decode_s = time.perf_counter() - begun
    if show.breaker.why is not None or show.stream_s > limit_s:
        so_far = show.answer(show.streamed(decode_s), decode_s, "")
        raise show.faults.broken_off(show.breaker.why or Why.GENERATION, so_far)
    answer = show.answer(show.play.total, decode_s, show.play.done_reason)
    match show.recorded.fault:
        case (
            RecordedFault.DIE_MID_STREAM | RecordedFault.DROP_MID_STREAM | RecordedFault.SERVER_DIES
        ):
            raise show.faults.died("as recorded", answer)
        case RecordedFault.NO_FINAL_LINE:
            raise show.faults.no_final_line(answer)
        case _:
            return answer


def _pause_until(due: float, breaker: Breaker) -> None:
    breaker.sleep(max(0.0, due - time.perf_counter()))
