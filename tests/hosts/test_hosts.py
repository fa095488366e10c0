from __future__ import annotations

import subprocess
import sys

import pytest

from paragen.domain.errors import ConfigError
from paragen.domain.host import HostSpec
from paragen.hosts import HOSTS, open_host
from paragen.hosts.ollama import default_slots


@pytest.mark.parametrize("kind", HOSTS)
def test_every_kind_of_host_opens(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OLLAMA_HOST", raising=False)
    host = open_host(HostSpec(name="h", kind=kind, slots=3))
    assert (host.name, host.slots) == ("h", 3)
    host.close()


def test_an_unknown_kind_names_the_nearest() -> None:
    with pytest.raises(ConfigError, match="Did you mean 'ollama'"):
        open_host(HostSpec(name="h", kind="olama"))
    with pytest.raises(ConfigError, match="Kinds: ollama, demo"):
        open_host(HostSpec(name="h", kind="cloud9"))


def test_the_table_loads_no_client() -> None:
    check = (
        "import sys, paragen.hosts; assert not {'httpx', 'ollama', 'pydantic'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", check], check=True)


@pytest.mark.parametrize(
    ("num_parallel", "slots"),
    [(None, 1), ("", 1), ("4", 4), (" 2 ", 2), ("0", 1), ("-3", 1), ("many", 1), ("²", 1)],
)
def test_slots_follow_the_servers_environment(num_parallel: str | None, slots: int) -> None:
    assert default_slots(num_parallel) == slots


def test_url_and_slots_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    from paragen.hosts.ollama import OllamaHost

    monkeypatch.setenv("OLLAMA_HOST", "0.0.0.0:11999")
    monkeypatch.setenv("OLLAMA_NUM_PARALLEL", "3")
    host = OllamaHost(HostSpec(name="h"))
    assert (host.url, host.slots) == ("http://127.0.0.1:11999", 3)
    host.close()
    host = OllamaHost(HostSpec(name="h", url="gpu.lan", slots=2))
    assert (host.url, host.slots) == ("http://gpu.lan:11434", 2)
    host.close()


def test_a_bad_ollama_host_is_our_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLLAMA_HOST", "h:99999")
    with pytest.raises(ConfigError, match="OLLAMA_HOST is 'h:99999'"):
        open_host(HostSpec(name="h"))
