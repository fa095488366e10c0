"""What the environment says to HTTP clients, kept from capturing loopback, and blamed by name."""

from __future__ import annotations

import contextlib
import os
import ssl
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import httpx

from paragen.domain.errors import ConfigError
from paragen.hosts.address import is_loopback

if TYPE_CHECKING:
    from ollama import Client

_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
_CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE")
_ON_IMPORT = dict.fromkeys(("OLLAMA_HOST", "OLLAMA_API_KEY", *_CERTIFICATES)) | {"no_proxy": "*"}
"""An environment, None where a variable isn't set, of which no HTTP client can complain."""


def client_class() -> type[Client]:
    """The client of the ollama package, imported on use: that takes a while."""
    # While it is imported, the package builds a client of its own, which nobody uses: whatever
    # the environment says of that one must not matter.
    with _environment(_ON_IMPORT):
        from ollama import Client
    return Client


def tls_context(url: str) -> ssl.SSLContext:
    """The certificates that a server is held against; raises ConfigError."""
    if url.startswith("http://") and is_loopback(url):
        # Nothing is encrypted there, and reading certificates takes a while: it trusts none.
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        return httpx.create_ssl_context()
    except OSError as error:
        raise _blame(_CERTIFICATES, "The system's certificates", url, error) from None


@contextlib.contextmanager
def proxies_blamed(url: str) -> Iterator[None]:
    """A block that builds a client for a URL: what it says of proxies becomes a ConfigError."""
    try:
        yield
    # The first where a package is missing, which SOCKS takes.
    except (ImportError, ValueError, httpx.InvalidURL) as error:
        raise _blame(_PROXIES, "The system's proxy settings", url, error) from None


def _blame(names: Iterable[str], system: str, url: str, error: Exception) -> ConfigError:
    """An error that names the variables that are set; not their values: they hold passwords."""
    wanted = frozenset(names)
    found = [name for name, value in os.environ.items() if value and name.upper() in wanted]
    who = f"{' or '.join(found)} of the environment" if found else system
    why = str(error).rstrip(".")
    return ConfigError(f"{who} can't be used to reach {url}: {why}. Correct or unset it.")


@contextlib.contextmanager
def _environment(changes: Mapping[str, str | None]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in changes}
    _set(changes)
    try:
        yield
    finally:
        _set(before)


def _set(variables: Mapping[str, str | None]) -> None:
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
