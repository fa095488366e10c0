"""Generators, the instances of them that play, and the attempts that instances make."""

from __future__ import annotations

from dataclasses import dataclass

SEED_STEP = 1000

MEASURABLE_S = 1e-9
"""The unit in which hosts give durations: what is shorter was not measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Generator:
    """A named recipe: model × temperature × options × system prompt.

    An option that is None is left to the host's default, except `num_ctx`, which is always sent
    so that all requests of a model agree on it (another value reloads the model).
    """

    name: str
    model: str
    temperature: float = 0.3
    num_ctx: int = 8192
    top_p: float | None = None
    top_k: int | None = None
    min_p: float | None = None
    repeat_penalty: float | None = None
    num_predict: int | None = None
    seed: int = 0
    stop: tuple[str, ...] = ()
    system: str | None = None
    think: bool | None = None
    tags: tuple[str, ...] = ()
    host: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """One numbered copy of a generator in a tournament, with its own seed."""

    generator: Generator
    copy: int
    seed: int

    @property
    def name(self) -> str:
        """The generator's name, with `#copy` from the second copy on."""
        return f"{self.generator.name}#{self.copy}" if self.copy else self.generator.name


def instance(generator: Generator, copy: int, seed: int) -> Instance:
    """Copy number `copy` of a generator, in a tournament of this seed."""
    return Instance(generator=generator, copy=copy, seed=generator.seed + seed + copy * SEED_STEP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One request to an instance for a program.

    `id` is unique within its run; the candidate that the attempt yields has the same id.
    """

    id: str
    instance: Instance


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of a chat: role (system, user, assistant) and text."""

    role: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallLimits:
    """How long a call to a host may take, in seconds, and how often it is tried again."""

    connect_s: float = 5.0
    first_token_s: float = 300.0
    generation_s: float = 600.0
    retries: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a host is asked: an instance's model and options, messages, and limits."""

    instance: Instance
    messages: tuple[Message, ...]
    limits: CallLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a host answered, whole, with where the time went.

    All times in seconds, as the host measured them: `load_s` loading the model, `prompt_s`
    reading the prompt, `decode_s` generating, `queue_s` waiting for a slot on the server.
    `wall_s` is what the client saw from its request to the last line. `energy_j` is its share of
    what the machine's GPUs drew, in joules; None where no meter says so. A `cached` one was given
    before, to the same request: its times are those of then, and it took no energy.
    """

    text: str
    thinking: str = ""
    done_reason: str = "stop"
    load_s: float = 0.0
    prompt_s: float = 0.0
    decode_s: float = 0.0
    queue_s: float = 0.0
    wall_s: float = 0.0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    model_digest: str | None = None
    server_version: str | None = None
    cached: bool = False
    energy_j: float | None = None

    @property
    def generation_s(self) -> float:
        """The model's own compute time: prompt and decode, without queueing or loading."""
        return self.prompt_s + self.decode_s

    @property
    def tokens_per_s(self) -> float | None:
        """Tokens decoded a second, None where the host didn't measure."""
        measured = self.decode_s >= MEASURABLE_S
        return self.completion_tokens / self.decode_s if measured else None
