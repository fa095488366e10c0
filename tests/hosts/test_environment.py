"""The environment of a fresh interpreter: the ollama package reads it while it is imported."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from paragen.domain.errors import ConfigError
from paragen.domain.host import HostSpec
from paragen.hosts.headers import headers_of
from paragen.parse.recording import Recorded
from paragen.server.scripted_ollama import ScriptedOllama

OPEN = """
import os, sys
from paragen.domain.errors import ConfigError
from paragen.domain.host import HostSpec
from paragen.hosts import open_host
before = dict(os.environ)
try:
    host = open_host(HostSpec(name="h", url=sys.argv[1]))
    print("opened", *(sys.argv[2:] and [host.state().version]))
except ConfigError as error:
    print(error)
assert os.environ == before
"""


def opened(environment: dict[str, str], url: str, *ask: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", OPEN, url, *ask],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()


@pytest.mark.slow
def test_nothing_in_the_environment_keeps_loopback_from_playing(tmp_path: Path) -> None:
    # Each of these alone makes `import ollama` fail.
    for environment in (
        {"ALL_PROXY": "socks5://127.0.0.1:9", "OLLAMA_HOST": "h:99999"},
        {"http_proxy": "foo://x", "NO_PROXY": "[::1", "OLLAMA_API_KEY": "k"},
        {"SSL_CERT_FILE": str(tmp_path / "none"), "SSLKEYLOGFILE": str(tmp_path / "no" / "log")},
    ):
        with ScriptedOllama([Recorded(model="m", answer="x")]) as server:
            assert opened(environment, server.url, "state") == "opened 0.33.0"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ALL_PROXY", "socks5://127.0.0.1:9"),
        ("http_proxy", "foo://user:secret@x"),
        ("HTTPS_PROXY", "http://x:port"),
        ("NO_PROXY", "[::1"),
        ("SSL_CERT_FILE", "/no/such/file"),
        ("SSL_CERT_FILE", __file__),
        ("SSLKEYLOGFILE", "/no/such/folder/log"),
    ],
)
def test_what_keeps_another_host_from_playing_is_named(name: str, value: str) -> None:
    said = opened({"NO_PROXY": "", name: value}, "http://gpu.invalid:11434")
    assert said.startswith(f"{name} of the environment can't be used to reach http://gpu.invalid")
    assert said.endswith(". Correct or unset it.")
    assert ".." not in said
    assert "secret" not in said


def test_all_that_may_be_meant_is_named() -> None:
    said = opened({"HTTP_PROXY": "foo://x", "NO_PROXY": "here"}, "gpu.invalid")
    assert said.startswith("HTTP_PROXY or NO_PROXY of the environment")


def test_loopback_over_tls_takes_the_certificates_that_are_named() -> None:
    said = opened({"SSL_CERT_FILE": "/no/such/file"}, "https://localhost")
    assert said.startswith("SSL_CERT_FILE of the environment")


def test_a_key_of_the_environment_is_sent_unless_the_config_has_another() -> None:
    plain = HostSpec(name="h", headers=(("X-Y", "a b"), ("Empty", "")))
    assert headers_of(plain, None) == {"X-Y": "a b", "Empty": ""}
    assert headers_of(plain, "k")["Authorization"] == "Bearer k"
    other = HostSpec(name="h", headers=(("authorization", "Basic x"),))
    assert headers_of(other, "k") == {"authorization": "Basic x"}


@pytest.mark.parametrize(
    ("name", "value"),
    [("X", "ü"), ("X", "a\nb"), ("X", "a\n"), ("X", " a"), ("X y", "a"), ("", "")],
)
def test_headers_that_cannot_be_sent_are_config_errors(name: str, value: str) -> None:
    with pytest.raises(ConfigError, match="of host 'h' can't be sent"):
        headers_of(HostSpec(name="h", headers=((name, value),)), None)


def test_a_key_that_cannot_be_sent_is_not_told() -> None:
    with pytest.raises(ConfigError, match="OLLAMA_API_KEY can't be sent") as caught:
        headers_of(HostSpec(name="h"), "sécret")
    assert "cret" not in str(caught.value)
