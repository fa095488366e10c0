"""What works here and what doesn't, each with what to do."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from paragen.app.choices import Choices, configured
from paragen.app.probe import probe
from paragen.app.sandboxes import open_chosen
from paragen.domain.errors import ParagenError, SandboxFault, SandboxUnavailableError
from paragen.domain.generator import CallLimits, Generator
from paragen.domain.host import HostSpec, canonical_model
from paragen.domain.ports import HostState, Model
from paragen.report import text
from paragen.sandbox.levels import Description, Layer
from paragen.settings import SandboxOptions
from paragen.version import __version__


class Level(StrEnum):
    """How a finding is meant."""

    OK = "ok"
    NOTE = "note"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing looked at: what was found, in detail, and what to do about it (empty: nothing).

    `exit_code` is what a run would end with because of it, 0 where it would be played.
    """

    check: str
    level: Level
    found: str
    details: tuple[str, ...] = ()
    advice: str = ""
    exit_code: int = 0


def examine(choices: Choices) -> Iterator[Finding]:
    """Look at everything that a run needs, one finding after the other."""
    yield Finding(
        check="paragen",
        level=Level.OK,
        found=f"{__version__}, Python {platform.python_version()} on {platform.platform()}",
    )
    generators: tuple[Generator, ...] = ()
    hosts: tuple[HostSpec, ...] = ()
    limits, sandbox, database = CallLimits(), SandboxOptions(), None
    try:
        settings = configured(choices)
    except ParagenError as error:
        yield _problem("config", error)
    else:
        generators, hosts = settings.generators, settings.hosts
        limits, sandbox, database = settings.limits, settings.sandbox, settings.database
        yield _config(generators)
    yield from _hosts(hosts, limits, generators)
    yield _sandbox(sandbox, choices)
    yield _evaluator()
    yield _database(choices.database, database)


def _problem(check: str, error: ParagenError) -> Finding:
    return Finding(check=check, level=Level.PROBLEM, found=str(error), exit_code=error.exit_code)


def _config(generators: Sequence[Generator]) -> Finding:
    if generators:
        found = f"{text.counted(len(generators), 'generator')}: " + ", ".join(
            generator.name for generator in generators
        )
        return Finding(check="config", level=Level.OK, found=found)
    return Finding(
        check="config",
        level=Level.NOTE,
        found="no generators.toml here",
        advice="`paragen init` writes one; `--model NAME` does without",
    )


def _hosts(
    hosts: Sequence[HostSpec], limits: CallLimits, generators: Sequence[Generator]
) -> Iterator[Finding]:
    states: dict[str, HostState] = {}
    probes = probe(hosts, limits)
    for probed in probes:
        check = f"host {probed.name}"
        if probed.state is None:
            yield Finding(
                check=check,
                level=Level.PROBLEM if len(probes) == 1 else Level.NOTE,
                found=probed.error,
                exit_code=3 if all(p.state is None for p in probes) else 0,
            )
            continue
        states[probed.name] = probed.state
        version = probed.state.version or "of an unknown version"
        found = (
            f"answers: version {version}, {text.counted(len(probed.state.models), 'model')}, "
            f"{text.counted(probed.slots, 'slot')}"
        )
        yield Finding(check=check, level=Level.OK, found=found)
    if not states:
        return
    looked = [_model(model, states) for model in dict.fromkeys(g.model for g in generators)]
    nobody = all(finding.level is Level.PROBLEM for finding in looked)
    for finding in looked:
        yield replace(finding, exit_code=3) if nobody else finding


def _model(name: str, states: dict[str, HostState]) -> Finding:
    """Where a model is, and whether what is loaded of it is in video memory."""
    check = f"model {name}"
    owners: dict[str, Model] = {}
    for host, state in states.items():
        for model in state.models:
            if canonical_model(model.name) == canonical_model(name):
                owners[host] = model
    if not owners:
        return Finding(
            check=check,
            level=Level.PROBLEM,
            found="on no host",
            advice=f"ollama pull {name}",
        )
    if any(model.remote for model in owners.values()):
        return Finding(
            check=check,
            level=Level.PROBLEM,
            found="runs elsewhere, not on this host",
            advice="choose a model that the host runs itself: tournaments are local",
        )
    loaded = {host: model for host, model in owners.items() if model.loaded_bytes}
    where = ", ".join(owners)
    if not loaded:
        sizes = {text.size(model.size_bytes) for model in owners.values() if model.size_bytes}
        size = f", {' or '.join(sorted(sizes))} on disk" if sizes else ""
        return Finding(check=check, level=Level.OK, found=f"on {where}{size}; not loaded now")
    spilled = [
        f"{text.size(model.loaded_bytes - model.vram_bytes)} of {text.size(model.loaded_bytes)} "
        f"on {host} are outside video memory"
        for host, model in loaded.items()
        if model.vram_bytes < model.loaded_bytes
    ]
    if spilled:
        return Finding(
            check=check,
            level=Level.NOTE,
            found=f"loaded, but {'; '.join(spilled)}",
            advice="it will be slow: lower num_ctx, or use a smaller model or quantization",
        )
    return Finding(
        check=check, level=Level.OK, found=f"loaded on {', '.join(loaded)}, all in video memory"
    )


def _sandbox(options: SandboxOptions, choices: Choices) -> Finding:
    """The level in force, what each of its layers does here, and what its self-test showed."""
    from paragen.sandbox import describe

    try:
        sandbox = open_chosen(options, replace(choices, workers=1))
    except SandboxUnavailableError as error:
        with suppress(ParagenError):  # what can't even be described has said why above
            return _missing_sandbox(error, describe(choices.sandbox or options.level or "auto"))
        return _problem("sandbox", error)
    except ParagenError as error:
        return _problem("sandbox", error)
    try:
        state, described = sandbox.state, describe(sandbox.state.level)
    finally:
        sandbox.close()
    sealed = "sealed" if state.sealed else "not sealed"
    proofs = (f"proved here, by trying: {', '.join(described.proofs)}",) if described.proofs else ()
    return Finding(
        check="sandbox",
        level=Level.OK if state.sealed else Level.NOTE,
        found=f"level {state.level}, verdicts {sealed}",
        details=(
            *map(_layer, described.layers),
            *proofs,
            *(f"confined: {what}" for what in described.confines),
            *(f"not confined: {what}" for what in described.leaves_open),
        ),
    )


def _missing_sandbox(error: SandboxUnavailableError, described: Description) -> Finding:
    """Why there is no sandbox, with the layers that there would be and those that there aren't."""
    found, *more = str(error).split("\n")
    return Finding(
        check="sandbox",
        level=Level.PROBLEM,
        found=found,
        details=(*(line.strip() for line in more), *map(_layer, described.layers)),
        exit_code=error.exit_code,
    )


def _layer(layer: Layer) -> str:
    if layer.works:
        return f"✓ {layer.name}: {layer.what}"
    return f"✗ {layer.name} ({layer.what}): {layer.why}"


def _evaluator() -> Finding:
    from paragen.checks import lint
    from paragen.domain.ports import Cancel
    from paragen.sandbox import open_sandbox

    program = "x = 1\n"
    sandbox = open_sandbox("none", 1, unsafe=True)  # for a tool of ours; no program runs in it
    try:
        measures = lint.read(program, sandbox.run(lint.plan(program), Cancel()))
    except SandboxFault as fault:
        return _no_evaluator(str(fault))
    finally:
        sandbox.close()
    if not measures:
        return _no_evaluator("ruff doesn't run")
    return Finding(check="evaluator", level=Level.OK, found=f"ruff takes {len(measures)} measures")


def _no_evaluator(why: str) -> Finding:
    return Finding(
        check="evaluator",
        level=Level.NOTE,
        found=f"{why}; quality is judged by the tests alone",
        advice="pip install --upgrade ruff, in paragen's environment",
    )


def _database(path: Path | None, configured: str | None) -> Finding:
    from contextlib import closing

    from paragen.store.connection import connect, default_path, is_to_be_made

    where = path or default_path(configured)
    try:
        if is_to_be_made(where):
            found = f"{where} isn't there yet; the first run makes it"
            return Finding(check="database", level=Level.OK, found=found)
        with closing(connect(where, write=True)) as connection:
            (runs,) = connection.execute("SELECT count(*) FROM runs").fetchone()
    except ParagenError as error:  # a run is played all the same, only not recorded
        return Finding(check="database", level=Level.PROBLEM, found=str(error))
    found = f"{where}: {text.counted(runs, 'run')}"
    return Finding(check="database", level=Level.OK, found=found)
