from __future__ import annotations

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paragen.domain.errors import ConfigError
from paragen.hosts.address import is_loopback, normalise_url


@pytest.mark.parametrize(
    ("text", "url"),
    [
        (None, "http://127.0.0.1:11434"),
        ("", "http://127.0.0.1:11434"),
        ("  ", "http://127.0.0.1:11434"),
        ("1.2.3.4", "http://1.2.3.4:11434"),
        (":5000", "http://127.0.0.1:5000"),
        ("gpu.lan:5000", "http://gpu.lan:5000"),
        ("http://gpu.lan", "http://gpu.lan:80"),
        ("https://gpu.lan", "https://gpu.lan:443"),
        ("HTTPS://gpu.lan:8443/", "https://gpu.lan:8443"),
        ("gpu.lan/ollama/", "http://gpu.lan:11434/ollama"),
        ("http://gpu.lan:80/a/b", "http://gpu.lan:80/a/b"),
        ("0.0.0.0", "http://127.0.0.1:11434"),
        ("http://0.0.0.0:11500", "http://127.0.0.1:11500"),
        ("::", "http://[::1]:11434"),
        ("[::]:11500", "http://[::1]:11500"),
        ("::1", "http://[::1]:11434"),
        ("[2001:db8::1]", "http://[2001:db8::1]:11434"),
        (' "localhost:1234" ', "http://localhost:1234"),
    ],
)
def test_urls_are_read_as_ollama_reads_them(text: str | None, url: str) -> None:
    assert normalise_url(text, "OLLAMA_HOST") == url
    assert normalise_url(url, "OLLAMA_HOST") == url


@pytest.mark.parametrize(
    "text",
    [
        "h:99999",
        "h:abc",
        "http://[bad",
        "ftp://h",
        "a b",
        "http://user:secret@h",
        "http://é..com",
        "256.1.1.1",
        "h/\x01",
        "h/" + "a" * 70_000,
    ],
)
def test_what_is_no_address_is_a_config_error_that_says_where_it_stands(text: str) -> None:
    with pytest.raises(ConfigError, match=r"OLLAMA_HOST is .* Write it like http"):
        normalise_url(text, "OLLAMA_HOST")


@given(st.text(max_size=30))
def test_any_text_is_a_url_or_a_config_error(text: str) -> None:
    try:
        url = normalise_url(text, "OLLAMA_HOST")
    except ConfigError:
        return
    assert httpx.URL(url).scheme in ("http", "https")


@pytest.mark.parametrize(
    ("url", "loopback"),
    [
        ("http://127.0.0.1:11434", True),
        ("http://127.8.9.1:1", True),
        ("http://localhost:1", True),
        ("http://[::1]:1", True),
        ("http://10.0.0.1:1", False),
        ("http://localhost.example:1", False),
    ],
)
def test_loopback(url: str, loopback: bool) -> None:
    assert is_loopback(url) is loopback
