"""The hosts of a session, opened and asked how they are, with this machine's meter on its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from paragen.app.probe import Probed, probe
from paragen.domain.errors import NoHostError
from paragen.domain.host import HostSpec, canonical_model
from paragen.domain.plan import Plan
from paragen.domain.ports import Host


def open_hosts(
    specs: Sequence[HostSpec],
    plans: Sequence[Plan],
    warn: Callable[[str], None],
    stopped: Callable[[], bool],
    close_later: Callable[[Callable[[], None]], object],
) -> list[Probed]:
    """The hosts that answer, with what they said; each is given to `close_later` to be closed.

    Raises NoHostError where none answers, or none has any model, and InterruptedRunError.
    """
    probed = probe(specs, stopped)
    for one in probed:
        close_later(one.host.close)
    up = [one for one in probed if one.state is not None]
    if not up:
        raise NoHostError("\n".join(one.error for one in probed))
    for one in probed:
        if one.state is None:
            warn(f"host {one.name} is left out: {one.error}")
    if any(spec.kind == "demo" for spec in specs):
        warn("no model is running: the demo host plays recorded answers")
    missing, wanted = missing_models(up, plans)
    if missing and len(missing) == len(wanted):
        raise NoHostError(
            f"No host has {any_of(missing)}. Get what is missing with: {pulls(missing)}. "
            "`paragen models` lists what there is."
        )
    if missing:
        warn(f"no host has {any_of(missing)}; get it with: {pulls(missing)}")
    kinds = {spec.name: spec.kind for spec in specs}
    return _metered(up, [one for one in up if _is_here(one.host, kinds[one.name])], close_later)


def _metered(
    hosts: Sequence[Probed],
    here: Sequence[Probed],
    close_later: Callable[[Callable[[], None]], object],
) -> list[Probed]:
    """All hosts, those that are here with the machine's energy meter, where it has one."""
    from paragen.hosts.meter import Metered, open_meter

    meter = open_meter() if here else None
    if meter is None:
        return list(hosts)
    close_later(meter.close)
    meter.await_first()
    return [replace(one, host=Metered(one.host, meter)) if one in here else one for one in hosts]


def _is_here(host: Host, kind: str) -> bool:
    """Whether a host's models run on this machine, as far as its address says."""
    if kind != "ollama":
        return False
    from paragen.hosts.address import is_loopback
    from paragen.hosts.ollama import OllamaHost

    return isinstance(host, OllamaHost) and is_loopback(host.url)


def missing_models(
    up: Sequence[Probed], plans: Sequence[Plan]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The models that no host has, and all that are wanted."""
    there = {
        canonical_model(model.name)
        for one in up
        if one.state is not None
        for model in one.state.models
    }
    wanted = tuple(
        dict.fromkeys(instance.generator.model for plan in plans for instance in plan.roster)
    )
    return tuple(model for model in wanted if canonical_model(model) not in there), wanted


def any_of(models: Sequence[str]) -> str:
    """Models in a sentence about none of them being there."""
    return models[0] if len(models) == 1 else f"any of {', '.join(models)}"


def pulls(models: Sequence[str]) -> str:
    """The command that gets these models."""
    return " && ".join(f"ollama pull {model}" for model in models)
