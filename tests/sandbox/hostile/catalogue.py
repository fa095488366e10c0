"""All attacks, each by its class and its name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from tests.sandbox.hostile.attack import Forgery, Harm
from tests.sandbox.hostile.forgeries import (
    callbacks,
    classes,
    exits,
    frames,
    kinds,
    lies,
    memory,
    patches,
    sides,
    sizes,
    swallowed,
    wire,
)  # fmt: skip
from tests.sandbox.hostile.harms import files, kernel, network, processes, resources

Attack = TypeVar("Attack", Forgery, Harm)


def _named(**catalogues: tuple[Attack, ...]) -> Mapping[str, Attack]:
    named: dict[str, Attack] = {}
    for kind, attacks in catalogues.items():
        for attack in attacks:
            name = f"{kind}-{attack.name}"
            assert name not in named, f"two attacks are called {name}"
            named[name] = attack
    return named


FORGERIES = _named(
    lies=lies.ATTACKS, exits=exits.ATTACKS, frames=frames.ATTACKS, memory=memory.ATTACKS,
    patches=patches.ATTACKS, callbacks=callbacks.ATTACKS, wire=wire.ATTACKS,
    swallowed=swallowed.ATTACKS, sizes=sizes.ATTACKS, classes=classes.ATTACKS,
    kinds=kinds.ATTACKS, sides=sides.ATTACKS,
)  # fmt: skip

HARMS = _named(
    files=files.ATTACKS, network=network.ATTACKS, processes=processes.ATTACKS,
    kernel=kernel.ATTACKS, resources=resources.ATTACKS,
)  # fmt: skip
