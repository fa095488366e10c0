"""What `paragen init` writes: a config from the models that are there, and an example task."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from paragen.app.choices import EXAMPLES
from paragen.app.probe import probe
from paragen.domain.errors import UsageError
from paragen.domain.host import HostSpec
from paragen.domain.ports import Model
from paragen.settings import FILE_NAME

PROMPT_NAME = "prompt.md"
MOST_MODELS = 4
USUAL_MODELS = ("qwen2.5-coder:7b", "deepseek-coder:6.7b")
"""What the config names where no host answers."""

TEMPLATE = """\
# Who plays in `paragen run`, and where. A key that isn't known is an error that names the nearest.

[defaults]                      # for every generator that doesn't say otherwise
temperature = 0.3
num_ctx = 8192                  # always sent: another value would make Ollama reload the model

[[hosts]]
name = "local"
url = "{url}"
# slots = 1                     # requests at once; what OLLAMA_NUM_PARALLEL is for the server

# A generator is a model with options. Name it in `paragen run -g NAME[:COPIES],…`.
[[generators]]
name = "first"
model = "{first}"
temperature = 0.2
# top_p = 0.9
# num_predict = 2048            # the most tokens of an answer
# system = "You write short, fast Python."

# A matrix is models × temperatures, named model@temperature.
[[matrix]]
models = [{models}]
temperatures = [0.1, 0.7]

# [run]
# preset = "balanced"           # quality, balanced or speed; else by the task's type
# generation_limit_s = 600      # a call is given up after this

# [sandbox]
# workers = 4                   # programs tested at once
# environment = "venv"          # where the packages that tasks name come from
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """What was written, where to go on, and what to know."""

    written: tuple[Path, ...]
    prompt: Path
    warnings: tuple[str, ...]


def write_starter(folder: Path, *, host_urls: tuple[str, ...], force: bool) -> Started:
    """Write generators.toml and prompt.md into a folder, which is made if it isn't there.

    Raises UsageError where a file is there already (unless `force`) or can't be written: then
    nothing is.
    """
    config, prompt = folder / FILE_NAME, folder / PROMPT_NAME
    there = [str(path) for path in (config, prompt) if path.is_symlink() or path.exists()]
    if others := [str(path) for path in (config, prompt) if path.exists() and not path.is_file()]:
        raise UsageError(f"{' and '.join(others)}: is a folder or the like, and no file.")
    if there and not force:
        raise UsageError(f"{' and '.join(there)}: already there. --force replaces them.")
    url, models, warnings = _look(host_urls)
    example = (EXAMPLES / PROMPT_NAME).read_bytes()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write_all({config: config_text(url, models).encode(), prompt: example})
    except OSError as error:
        raise UsageError(f"{error.filename}: can't be written ({error.strerror}).") from error
    return Started(written=(config, prompt), prompt=prompt, warnings=warnings)


def _write_all(contents: Mapping[Path, bytes]) -> None:
    """Write files, or none of them: each is written beside its place before any takes it.

    Where a file is a link, what it leads to is written. Raises OSError.
    """
    ready: dict[Path, Path] = {}
    try:
        for path, content in contents.items():
            target = Path(os.path.realpath(path))
            if target.exists() and not os.access(target, os.W_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
            beside = target.with_name(f".{target.name}.{os.getpid()}")
            ready[beside] = target
            try:
                beside.write_bytes(content)
            except OSError as error:
                raise OSError(error.errno, error.strerror, str(path)) from error
            if target.exists():
                shutil.copymode(target, beside)
        for beside, target in ready.items():
            beside.replace(target)
    finally:
        for beside in ready:
            beside.unlink(missing_ok=True)


def config_text(url: str, models: Sequence[str]) -> str:
    """A commented generators.toml for these models, at least one."""
    return TEMPLATE.format(
        url=url, first=models[0], models=", ".join(f'"{model}"' for model in models)
    )


def _look(host_urls: tuple[str, ...]) -> tuple[str, Sequence[str], tuple[str, ...]]:
    """The host's URL, the models to name, and what to say about them."""
    from paragen.hosts.address import normalise_url

    given, origin = (host_urls[0], "--host") if host_urls else (None, "OLLAMA_HOST")
    url = normalise_url(given or os.environ.get("OLLAMA_HOST"), origin)
    (probed,) = probe([HostSpec(name="local", url=url)])
    pulls = " && ".join(f"ollama pull {model}" for model in USUAL_MODELS)
    if probed.state is None:
        return url, USUAL_MODELS, (f"{probed.error} The config names usual models: {pulls}",)
    local = [model.name for model in probed.state.models if writes_code(model)][:MOST_MODELS]
    if not local:
        return url, USUAL_MODELS, (f"The host has no model to play. Get some: {pulls}",)
    return url, local, ()


def writes_code(model: Model) -> bool:
    """Whether a model may play: it runs here, and it isn't one that only makes embeddings."""
    return not model.remote and "embed" not in model.name
