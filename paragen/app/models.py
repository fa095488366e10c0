"""What `paragen models` lists."""

from __future__ import annotations

from paragen.app.choices import Choices, configured
from paragen.app.probe import probe
from paragen.domain.errors import NoHostError
from paragen.domain.host import canonical_model
from paragen.report.rows import Value


def list_models(choices: Choices) -> tuple[list[dict[str, Value]], list[str]]:
    """The models of every host, as rows, and what to say of hosts that didn't answer.

    Raises NoHostError where none did.
    """
    settings = configured(choices)
    probed = probe(settings.hosts, settings.limits)
    silent = [one.error for one in probed if one.state is None]
    if len(silent) == len(probed):
        raise NoHostError("\n".join(silent))
    users: dict[str, list[str]] = {}
    for generator in settings.generators:
        users.setdefault(canonical_model(generator.model), []).append(generator.name)
    rows: list[dict[str, Value]] = [
        {
            "host": one.name,
            "model": model.name,
            "parameters": model.parameters,
            "quantization": model.quantization,
            "size_bytes": model.size_bytes,
            "loaded_bytes": model.loaded_bytes or None,
            "vram_bytes": model.vram_bytes if model.loaded_bytes else None,
            "generators": ", ".join(users.get(canonical_model(model.name), [])) or None,
        }
        for one in probed
        if one.state is not None
        for model in one.state.models
    ]
    return rows, silent
