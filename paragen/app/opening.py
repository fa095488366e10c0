"""The hosts of a session, opened and asked how they are, with this machine's meter on its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from paragen.app.probe import Probed, probe
from paragen.domain.errors import NoHostError
from paragen.domain.generator import CallLimits
from paragen.domain.host import HostSpec, canonical_model
from paragen.domain.plan import Plan
from paragen.domain.ports import Host
from paragen.parse.nearest import nearest


def open_hosts(
    specs: Sequence[HostSpec],
    limits: CallLimits,
    plans: Sequence[Plan],
    warn: Callable[[str], None],
    stopped: Callable[[], bool],
    close_later: Callable[[Callable[[], None]], object],
) -> list[Probed]:
    """The hosts that answer, with what they said; each is given to `close_later` to be closed.

    Raises NoHostError where none answers, or none has any model, and InterruptedRunError.
    """
    probed = probe(specs, limits, stopped)
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
    if missing:
        said = absence(missing, up)
        if len(missing) == len(wanted):
            raise NoHostError(f"{said[0].upper()}{said[1:]}. `paragen models` lists what there is.")
        warn(said)
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
    there = {canonical_model(name) for name in _models_of(up)}
    wanted = tuple(
        dict.fromkeys(instance.generator.model for plan in plans for instance in plan.roster)
    )
    return tuple(model for model in wanted if canonical_model(model) not in there), wanted


def absence(missing: Sequence[str], up: Sequence[Probed]) -> str:
    """That no host has any of these models, which ones may have been meant, and how to get them."""
    there = tuple(_models_of(up))
    which = missing[0] if len(missing) == 1 else f"any of {', '.join(missing)}"
    meant = dict.fromkeys(repr(one) for model in missing if (one := _meant(model, there)))
    hint = f"; did you mean {' and '.join(meant)}? Else" if meant else ";"
    pulls = " && ".join(f"ollama pull {model}" for model in missing)
    return f"no host has {which}{hint} get it with: {pulls}"


def _meant(model: str, there: Sequence[str]) -> str | None:
    """The model that was probably meant; one that is named without its tag by its name alone."""
    names = {name: name for name in there}
    if ":" not in model:
        names = {name.partition(":")[0]: name for name in reversed(there)} | names
    name = nearest(model, names)
    return None if name is None else names[name]


def _models_of(up: Sequence[Probed]) -> Iterator[str]:
    """The names of all models on these hosts."""
    for one in up:
        if one.state is not None:
            yield from (model.name for model in one.state.models)
