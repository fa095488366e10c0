"""The program as the module that tests import: what they ask of it is asked there."""

from __future__ import annotations

import types

from .owned import state_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class RemoteModule(types.ModuleType):
    """The program, as the tests import it."""

    def __getattribute__(self, name: str) -> Any:
        """Ask for what the program defines; what only modules have is had here."""
        if name in _OF_MODULES:
            return types.ModuleType.__getattribute__(self, name)
        state = state_of(self)
        if state is None:
            raise AttributeError(name)
        return state.remote.of_module(name)

    def __setattr__(self, name: str, value: Any) -> None:
        """Set one of the program's globals."""
        state = state_of(self)
        if state is None or name in _OF_MODULES:
            types.ModuleType.__setattr__(self, name, value)
        else:
            state.ask("set", name, value)

    def __delattr__(self, name: str) -> None:
        """Delete one of the program's globals."""
        state = state_of(self)
        if state is not None:
            state.ask("del", name)

    def __dir__(self) -> list[str]:
        """The names that the program defines."""
        state = state_of(self)
        return [] if state is None else state.remote.names_of(state)


_OF_MODULES = frozenset(
    ("__class__", "__name__", "__spec__", "__loader__", "__package__", "__path__", "__file__",
     "__init__", "__new__", "__reduce__", "__reduce_ex__", "__dir__", "__repr__", "__str__",
     "__dict__", "__cached__"),
)  # fmt: skip
