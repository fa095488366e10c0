"""What an Ollama server says of itself, and what a model's name says of the model. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from paragen.domain.host import canonical_model
from paragen.domain.ports import HostState, Model


def read_state(version: object, tags: object, ps: object) -> HostState:
    """The state from the bodies of /api/version, /api/tags and /api/ps.

    Fields that are missing or odd are left unknown; bodies of another shape hold no models.
    """
    loaded = {name: entry for entry in _entries(ps) if (name := _name(entry))}
    models = tuple(
        _model(name, entry, loaded.get(name, {}))
        for entry in _entries(tags)
        if (name := _name(entry))
    )
    said = version.get("version") if isinstance(version, dict) else None
    return HostState(version=_text(said), models=models)


def loaded_models(ps: object) -> frozenset[str]:
    """The full names of the models in the body of /api/ps."""
    return frozenset(canonical_model(name) for entry in _entries(ps) if (name := _name(entry)))


def find_model(state: HostState, name: str) -> Model | None:
    """The model of that name, where a missing tag means `latest`."""
    wanted = canonical_model(name)
    return next((m for m in state.models if canonical_model(m.name) == wanted), None)


def is_cloud_name(name: str) -> bool:
    """Whether the tag says that the model runs elsewhere: `:cloud`, or `:120b-cloud`."""
    tag = canonical_model(name).rpartition(":")[2]
    return tag == "cloud" or tag.endswith("-cloud")


def _model(name: str, entry: Mapping[str, Any], loaded: Mapping[str, Any]) -> Model:
    details = entry.get("details")
    known = details if isinstance(details, dict) else {}
    return Model(
        name=name,
        digest=_text(entry.get("digest")),
        size_bytes=_count(entry.get("size")),
        parameters=_text(known.get("parameter_size")),
        quantization=_text(known.get("quantization_level")),
        loaded_bytes=_count(loaded.get("size")) or 0,
        vram_bytes=_count(loaded.get("size_vram")) or 0,
        num_ctx=_count(loaded.get("context_length")),
        remote=bool(entry.get("remote_host")) or is_cloud_name(name),
    )


def _entries(body: object) -> list[dict[str, Any]]:
    models = body.get("models") if isinstance(body, dict) else None
    return [m for m in models if isinstance(m, dict)] if isinstance(models, list) else []


def _name(entry: Mapping[str, Any]) -> str | None:
    return _text(entry.get("name")) or _text(entry.get("model"))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
