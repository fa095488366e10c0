"""Where attempts run: one file a kind of host, all behind the port Host of the domain."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from paragen.domain.errors import ConfigError
from paragen.domain.generator import CallLimits
from paragen.domain.host import HostSpec
from paragen.domain.ports import Host
from paragen.parse.nearest import nearest

HOSTS: Mapping[str, str] = {"ollama": "paragen.hosts.ollama", "demo": "paragen.hosts.demo"}
"""Kinds of hosts, and the module of each, imported on use: it has `open_host(spec, limits)`."""


def open_host(spec: HostSpec, limits: CallLimits | None = None) -> Host:
    """The host that a spec describes; nothing is sent to it yet. Raises ConfigError.

    `limits` hold for whatever it is asked but for answers, whose requests bring their own; None
    are the usual ones.
    """
    if spec.kind not in HOSTS:
        near = nearest(spec.kind, HOSTS)
        hint = f"Did you mean {near!r}?" if near else f"Kinds: {', '.join(HOSTS)}."
        raise ConfigError(f"Host {spec.name!r} is of an unknown kind, {spec.kind!r}. {hint}")
    host: Host = import_module(HOSTS[spec.kind]).open_host(spec, limits or CallLimits())
    return host
