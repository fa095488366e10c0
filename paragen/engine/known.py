"""Answers of the cache, for the hosts of a session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from paragen.domain.generator import Answer, Request
from paragen.domain.host import canonical_model
from paragen.domain.ports import Cache, Host, HostState


class KnownAnswers:
    """What the cache has for requests to models as these hosts have them, by their digests.

    A model whose digest no host says is never looked up, nor kept.
    """

    def __init__(self, cache: Cache | None, hosts: Sequence[tuple[Host, HostState | None]]) -> None:
        self._cache = cache
        self._digests = {
            host.name: {
                canonical_model(model.name): model.digest
                for model in (state.models if state is not None else ())
                if model.digest is not None
            }
            for host, state in hosts
        }

    @property
    def is_empty(self) -> bool:
        """Whether there is no cache, so that nothing needs to be looked up."""
        return self._cache is None

    def find(self, request: Request) -> Answer | None:
        """An answer that a host which may be asked would give, None where none is known."""
        if self._cache is None:
            return None
        generator = request.instance.generator
        hosts = [generator.host] if generator.host is not None else list(self._digests)
        for digest in dict.fromkeys(self._digest(host, generator.model) for host in hosts):
            key = _key(digest, request)
            answer = None if key is None else self._cache.find(key)
            if answer is not None:
                return replace(answer, cached=True)
        return None

    def keep(self, host: str, request: Request, answer: Answer) -> None:
        """Keep what a host answered; called from the hosts' threads."""
        if self._cache is None:
            return
        digest = answer.model_digest or self._digest(host, request.instance.generator.model)
        key = _key(digest, request)
        if key is not None:
            self._cache.keep(key, answer)

    def _digest(self, host: str, model: str) -> str | None:
        return self._digests.get(host, {}).get(canonical_model(model))


def _key(digest: str | None, request: Request) -> str | None:
    # Imported late: most sessions have no cache.
    from paragen.store.answers import cache_key

    return cache_key(digest, request)
