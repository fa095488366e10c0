"""Where an Ollama server is: its URL, as Ollama's own command line would read it."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from paragen.domain.errors import ConfigError

DEFAULT_PORT = 11434
DEFAULT_URL = f"http://127.0.0.1:{DEFAULT_PORT}"
_SCHEME_PORTS = {"http": 80, "https": 443}
# A server binds to these; a client can't connect to them everywhere.
_CONNECTABLE = {"0.0.0.0": "127.0.0.1", "::": "::1"}


def normalise_url(text: str | None, origin: str) -> str:
    """The URL to connect to: scheme, host and port written out, unspecified addresses made local.

    `origin` says where the text stands, for messages. Nothing at all means the default place.
    Raises ConfigError.
    """
    text = (text or "").strip().strip("\"'")
    if not text:
        return DEFAULT_URL
    scheme, separator, rest = text.partition("://")
    if not separator:
        scheme, rest = "http", text
    scheme = scheme.lower()
    if scheme not in _SCHEME_PORTS:
        raise _bad(text, origin, f"its scheme is {scheme!r}, not http or https")
    host, port, path = _split(_bracketed(rest), text, origin)
    if port is None:
        port = _SCHEME_PORTS[scheme] if separator else DEFAULT_PORT
    host = _CONNECTABLE.get(host, host)
    where = f"[{host}]" if ":" in host else host
    url = f"{scheme}://{where}:{port}" + (f"/{path}" if path else "")
    _check(url, text, origin)
    return url


def is_loopback(url: str) -> bool:
    """Whether a URL leads to this very machine."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _bracketed(rest: str) -> str:
    """A bare IPv6 address gets its brackets; anything else stays."""
    try:
        is_v6 = ipaddress.ip_address(rest).version == 6
    except ValueError:
        return rest
    return f"[{rest}]" if is_v6 else rest


def _split(rest: str, text: str, origin: str) -> tuple[str, int | None, str]:
    """Host (127.0.0.1 where there is none), port if given, and path without outer slashes."""
    try:
        parts = urlsplit(f"//{rest}")
        port = parts.port
    except ValueError as error:
        raise _bad(text, origin, str(error)) from None
    if "@" in parts.netloc:
        raise _bad(text, origin, "it holds a user name; put an Authorization header in `headers`")
    host = parts.hostname or "127.0.0.1"
    if any(not letter.isprintable() or letter.isspace() or letter in "\"'<>" for letter in host):
        raise _bad(text, origin, f"{host!r} is no host name")
    return host, port, parts.path.strip("/")


def _check(url: str, text: str, origin: str) -> None:
    """The client has the last word: on names that aren't ASCII, say."""
    from httpx import URL, InvalidURL  # late: it takes a while, and not all who import this ask

    try:
        URL(url)
    except InvalidURL as error:
        raise _bad(text, origin, str(error).rstrip(".")) from None


def _bad(text: str, origin: str, why: str) -> ConfigError:
    return ConfigError(
        f"{origin} is {text!r}, which is not the address of a server: {why}. "
        f"Write it like {DEFAULT_URL}."
    )
