"""`paragen models`: what the hosts have."""

from __future__ import annotations

from paragen.cli.options import ConfigOption, Format, FormatOption, HostOption


def models(
    config: ConfigOption = None, host: HostOption = None, format: FormatOption = Format.TABLE
) -> None:
    """List the models of every host, and which of them are loaded."""
    from paragen.app.choices import Choices
    from paragen.app.models import list_models
    from paragen.cli.output import note, print_rows, warn
    from paragen.report.columns import MODELS

    rows, warnings = list_models(Choices(config=config, host_urls=tuple(host or ())))
    for warning in warnings:
        warn(warning)
    if not rows:
        note("No host has a model yet: `ollama pull qwen2.5-coder:7b` gets one.")
    print_rows(MODELS, rows, format, schema="paragen.models/1")
