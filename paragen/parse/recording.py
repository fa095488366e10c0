"""Recordings: what models answered once, in a form that can be played back.

A recording is a text of JSON lines, an object each. `model` and `answer` are required; the other
keys are the fields of `Recorded`. Blank lines are skipped.
"""

from __future__ import annotations

import dataclasses
import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from paragen.domain.errors import ConfigError
from paragen.domain.host import canonical_model
from paragen.parse.nearest import nearest


class RecordingError(ConfigError):
    """A recording has a mistake (exit code 2)."""

    def __init__(self, origin: str, line: int, why: str) -> None:
        super().__init__(f"{origin}:{line}: {why}")


class RecordedFault(StrEnum):
    """What goes wrong when a recorded answer is played back."""

    BUSY_ONCE = "busy_once"
    """The first request finds the queue full (HTTP 503), the next are answered."""
    BUSY = "busy"
    """Every request finds the queue full (HTTP 503)."""
    DROP_ONCE = "drop_once"
    """The first request's connection breaks before any token, the next are answered."""
    DROP = "drop"
    """Every request's connection breaks before any token."""
    REFUSE = "refuse"
    """The request is refused (HTTP 400) in the words of `answer`."""
    SERVER_ERROR = "server_error"
    """The server fails (HTTP 500) in the words of `answer`."""
    STALL = "stall"
    """No token ever comes."""
    HANG_MID_STREAM = "hang_mid_stream"
    """Half of the answer comes, then nothing more."""
    DIE_MID_STREAM = "die_mid_stream"
    """Half of the answer comes, then a line that says that the model's runner died."""
    DROP_MID_STREAM = "drop_mid_stream"
    """Half of the answer comes, then the connection breaks."""
    NO_FINAL_LINE = "no_final_line"
    """The whole answer comes, but not the final line that says so."""
    GARBAGE = "garbage"
    """What comes is not the protocol's JSON lines."""
    LEAK_ON_ABORT = "leak_on_abort"
    """A client that leaves in mid-answer leaves its slot taken until the model is loaded anew."""
    SERVER_DIES = "server_dies"
    """Half of the answer comes, then the whole server is gone, for a while or for good."""


HALF_PLAYED = frozenset(
    {
        RecordedFault.HANG_MID_STREAM,
        RecordedFault.DIE_MID_STREAM,
        RecordedFault.DROP_MID_STREAM,
        RecordedFault.SERVER_DIES,
    }
)
"""Faults after which only the first half of an answer has come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One recorded answer, and when it is given.

    It is given to requests for `model` whose last user message contains `match` (None: any) and
    whose temperature and seed are these (None: any). `tokens_per_s` is how fast it streams,
    `prompt_s` how long the prompt is read before the first token. Of the model: `load_s` is how
    long it takes to load, and `size_bytes` what it takes in memory then (0: the server's usual).
    """

    model: str
    answer: str
    match: str | None = None
    thinking: str = ""
    temperature: float | None = None
    seed: int | None = None
    tokens_per_s: float = 50.0
    prompt_s: float = 0.0
    load_s: float = 0.0
    size_bytes: int = 0
    done_reason: str = "stop"
    fault: RecordedFault | None = None


def parse_recording(text: str, origin: str) -> tuple[Recorded, ...]:
    """The recorded answers of a text of JSON lines, in order.

    `origin` is the file's name for messages. Raises RecordingError.
    """
    # Not splitlines(): JSON strings may hold other line separators (U+2028) as they are.
    lines = enumerate(text.split("\n"), start=1)
    return tuple(_parse_line(line, origin, number) for number, line in lines if line.strip())


def by_model(recorded: Iterable[Recorded]) -> Mapping[str, tuple[Recorded, ...]]:
    """The recorded answers by their model's name with its tag, each model's in order."""
    found: dict[str, list[Recorded]] = {}
    for one in recorded:
        found.setdefault(canonical_model(one.model), []).append(one)
    return {model: tuple(answers) for model, answers in found.items()}


def choose(
    recorded: Iterable[Recorded],
    model: str,
    user_message: str,
    temperature: float | None,
    seed: int | None,
) -> Recorded | None:
    """The recorded answer to a request: the most specific that fits, of equal ones the first.

    More conditions are more specific, then a longer `match`. None where nothing fits.
    """
    fitting = [one for one in recorded if _fits(one, model, user_message, temperature, seed)]
    return max(fitting, key=_specificity, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Playback:
    """What is streamed of a recorded answer: its chunks, one a token, and how it ends."""

    thinking: tuple[str, ...]
    content: tuple[str, ...]
    done_reason: str

    @property
    def total(self) -> int:
        """The number of chunks."""
        return len(self.thinking) + len(self.content)

    def first(self, count: int) -> Playback:
        """The first `count` chunks."""
        thought = self.thinking[:count]
        return dataclasses.replace(
            self, thinking=thought, content=self.content[: max(0, count - len(self.thinking))]
        )


def playback(recorded: Recorded, *, think: bool, num_predict: int | None) -> Playback:
    """How a recorded answer is streamed: what a token budget or its fault leaves of it.

    A `num_predict` that is None, zero or negative is no limit, as in Ollama.
    """
    whole = Playback(
        thinking=chunks(recorded.thinking) if think else (),
        content=chunks(recorded.answer),
        done_reason=recorded.done_reason,
    )
    if num_predict is not None and 0 < num_predict < whole.total:
        whole = dataclasses.replace(whole.first(num_predict), done_reason="length")
    return whole.first((whole.total + 1) // 2) if recorded.fault in HALF_PLAYED else whole


_CHUNK = re.compile(r" ?[^\W_]{1,5}| ?[^\w\s]{1,3}|_|\s+")


def chunks(text: str) -> tuple[str, ...]:
    """The text in pieces about as long as a model's tokens; joined, they are the text again."""
    return tuple(_CHUNK.findall(text))


def same_model(one: str, other: str) -> bool:
    """Whether two names mean the same model: the tag `latest` may be left out."""
    return canonical_model(one) == canonical_model(other)


def _fits(
    one: Recorded, model: str, user_message: str, temperature: float | None, seed: int | None
) -> bool:
    return (
        same_model(one.model, model)
        and (one.match is None or one.match in user_message)
        and one.temperature in (None, temperature)
        and one.seed in (None, seed)
    )


def _specificity(one: Recorded) -> tuple[int, int]:
    conditions = (one.match, one.temperature, one.seed)
    return sum(c is not None for c in conditions), len(one.match or "")


_FIELDS = {field.name: field for field in dataclasses.fields(Recorded)}
_REQUIRED = ("model", "answer")
_FAULTS = tuple(fault.value for fault in RecordedFault)


def _parse_line(line: str, origin: str, number: int) -> Recorded:
    try:
        found = json.loads(line)
    except ValueError as error:
        raise RecordingError(
            origin, number, f"not JSON: {error}. Write an object a line."
        ) from None
    if not isinstance(found, dict):
        raise RecordingError(origin, number, 'not an object. Write {"model": …, "answer": …}.')
    why = _mistake(found)
    if why is not None:
        raise RecordingError(origin, number, why)
    # None is how a condition is left open: the same as leaving the key out.
    values = {key: value for key, value in found.items() if value is not None}
    if "fault" in values:
        values["fault"] = RecordedFault(values["fault"])
    return Recorded(**values)


def _mistake(found: Mapping[str, object]) -> str | None:
    """What is wrong with an object of a recording, None where nothing is."""
    for key in found:
        if key not in _FIELDS:
            return f"unknown key {key!r}.{_nearest(key, _FIELDS)}"
    for key in _REQUIRED:
        if found.get(key) is None:
            return f"the key {key!r} is missing."
    for key, value in found.items():
        wanted, accepts = _KINDS[key]
        if value is not None and not accepts(value):
            return f"{key} is {json.dumps(value)}, which is not {wanted}.{_hint(key, value)}"
    return None


def _nearest(word: str, valid: Iterable[str]) -> str:
    near = nearest(word, valid)
    return f" Did you mean {near!r}?" if near else f" Valid: {', '.join(valid)}."


def _hint(key: str, value: object) -> str:
    return _nearest(str(value), _FAULTS) if key == "fault" else ""


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_name(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_number(value: object) -> bool:
    # bool is an int to Python, and JSON as Python reads it knows NaN and Infinity.
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_from_zero(value: object) -> bool:
    return _is_number(value) and isinstance(value, int | float) and value >= 0


def _is_positive(value: object) -> bool:
    return _is_from_zero(value) and value != 0


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_count(value: object) -> bool:
    return _is_whole(value) and _is_from_zero(value)


_KINDS: Mapping[str, tuple[str, Callable[[object], bool]]] = {
    "model": ("a model's name", _is_name),
    "answer": ("a text", _is_text),
    "match": ("a text", _is_text),
    "thinking": ("a text", _is_text),
    "temperature": ("a number of 0 or more", _is_from_zero),
    "seed": ("a whole number", _is_whole),
    "tokens_per_s": ("a number above 0", _is_positive),
    "prompt_s": ("a number of seconds, 0 or more", _is_from_zero),
    "load_s": ("a number of seconds, 0 or more", _is_from_zero),
    "size_bytes": ("a whole number, 0 or more", _is_count),
    "done_reason": ("a text", _is_text),
    "fault": ("a fault that can be played", lambda value: value in _FAULTS),
}
