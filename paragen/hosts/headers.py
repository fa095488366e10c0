"""The headers of a host's every request: those of the config, and the key of the environment."""

from __future__ import annotations

import re

from paragen.domain.errors import ConfigError
from paragen.domain.host import HostSpec

_NAME = re.compile(r"[-!#$%&'*+.^_`|~0-9A-Za-z]+")
_VALUE = re.compile(r"[!-~]([ -~\t]*[!-~])?|")


def headers_of(spec: HostSpec, api_key: str | None) -> dict[str, str]:
    """A host's headers; `api_key` (OLLAMA_API_KEY) counts where they authorise nobody.

    Raises ConfigError for what HTTP can't send, and tells no values: they are secrets.
    """
    headers = dict(spec.headers)
    for name, value in headers.items():
        if not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
            raise ConfigError(
                f"The header {name!r} of host {spec.name!r} can't be sent: names are letters, "
                "digits and dashes; values are ASCII, on one line, with no space around them."
            )
    if api_key and not any(name.lower() == "authorization" for name in headers):
        if not _VALUE.fullmatch(api_key):
            raise ConfigError(
                "OLLAMA_API_KEY can't be sent as a header: it must be ASCII, on one line, with "
                "no space around it. Correct it, or unset it."
            )
        headers["Authorization"] = f"Bearer {api_key}"
    return headers
