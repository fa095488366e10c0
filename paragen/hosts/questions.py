"""Short questions to an Ollama server, which it answers at once whatever it is generating."""

from __future__ import annotations

import ssl
from collections.abc import Mapping

import httpx

from paragen.domain.ports import HostState
from paragen.hosts.address import is_loopback
from paragen.hosts.client_faults import FOREIGN
from paragen.hosts.faults import Faults
from paragen.hosts.ollama_state import loaded_models, read_state

ASK_TIMEOUT_S = 5.0
"""How long a server may be silent, once the connection stands: that has a limit of its own."""
_KEEPING_REDIRECTS = (307, 308)
"""Those after which a POST stays one."""


class Questions:
    """What can be asked of a server without a slot; raises HostError."""

    def __init__(self, url: str, headers: Mapping[str, str], tls: ssl.SSLContext) -> None:
        self._url = url
        self._headers = headers
        self._tls = tls

    def state(self, faults: Faults) -> HostState:
        """Its version, its models and which are loaded."""
        with self._open(faults) as client:
            version, tags, ps = (
                _ask(client, "GET", path, faults)
                for path in ("/api/version", "/api/tags", "/api/ps")
            )
        return read_state(version, tags, ps)

    def loaded(self, faults: Faults) -> frozenset[str]:
        """The full names of the models that are loaded."""
        with self._open(faults) as client:
            return loaded_models(_ask(client, "GET", "/api/ps", faults))

    def unload(self, faults: Faults) -> None:
        """Have the model unloaded as soon as nothing runs on it."""
        body = {"model": faults.model, "messages": [], "keep_alive": 0, "stream": False}
        with self._open(faults) as client:
            _ask(client, "POST", "/api/chat", faults, body)

    def _open(self, faults: Faults) -> httpx.Client:
        return httpx.Client(
            base_url=self._url,
            headers=self._headers,
            timeout=httpx.Timeout(ASK_TIMEOUT_S, connect=faults.limits.connect_s),
            trust_env=not is_loopback(self._url),
            follow_redirects=True,
            verify=self._tls,
        )


def _ask(
    client: httpx.Client, method: str, path: str, faults: Faults, body: object = None
) -> object:
    try:
        response = client.request(method, path, json=body)
        if response.is_error:
            raise faults.refused(response.status_code, _words(response))
        if any(step.status_code not in _KEEPING_REDIRECTS for step in response.history):
            raise faults.moved(str(response.url).removesuffix(path))
        answer: object = response.json()
    except httpx.TransportError as error:
        raise faults.unreachable(error) from error
    except (*FOREIGN, httpx.HTTPError) as error:
        raise faults.foreign(error) from error
    return answer


def _words(response: httpx.Response) -> str:
    """The server's words of an error, taken out of their JSON."""
    try:
        body = response.json()
    except ValueError:
        return response.text
    words = body.get("error") if isinstance(body, dict) else None
    return words if isinstance(words, str) else response.text
