"""How large a model is, as far as its name says so."""

from __future__ import annotations

import re

_SIZE = re.compile(
    r"(?<![a-z0-9.])(?:(?P<experts>[0-9]+)x|e)?(?P<number>[0-9]+(?:\.[0-9]+)?)(?P<unit>[bm])"
    r"(?![a-z0-9])",
    re.IGNORECASE,
)
_BILLIONS = {"b": 1.0, "m": 0.001}


def model_size(model: str) -> float | None:
    """Billions of parameters by a model's name, None where it doesn't say.

    `qwen2.5-coder:14b` is 14, `smollm:135m` 0.135, and `mixtral:8x7b` 56: all experts are loaded.
    """
    # The first is the whole model's: qwen3:30b-a3b has 30, of which 3 are active at a time.
    found = _SIZE.search(model)
    if found is None:
        return None
    return int(found["experts"] or 1) * float(found["number"]) * _BILLIONS[found["unit"].lower()]
