"""`pytest.approx`: numbers that are equal but for rounding."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

DEFAULT_RELATIVE = 1e-6
DEFAULT_ABSOLUTE = 1e-12


class Approx:
    """Equal to numbers, sequences or mappings whose numbers are near enough."""

    __array_ufunc__ = None

    def __init__(
        self, expected: Any, rel: Any = None, abs: Any = None, nan_ok: bool = False
    ) -> None:
        self.expected = expected
        self.rel = rel
        self.abs = abs
        self.nan_ok = nan_ok

    def __eq__(self, actual: object) -> bool:
        """Whether `actual` has the same shape, and each number in it is near enough."""
        return self._near(actual, self.expected)

    def __repr__(self) -> str:
        """As pytest shows it, more or less."""
        return f"approx({self.expected!r})"

    def _near(self, actual: Any, expected: Any) -> bool:
        if isinstance(expected, dict):
            same = isinstance(actual, dict) and actual.keys() == expected.keys()
            return same and all(self._near(actual[key], expected[key]) for key in expected)
        if isinstance(expected, list | tuple):
            same = isinstance(actual, list | tuple) and len(actual) == len(expected)
            return same and all(map(self._near, actual, expected))
        if expected is None or isinstance(expected, bool | str | bytes):
            return bool(actual == expected)
        return self._near_number(actual, expected)

    def _near_number(self, actual: Any, expected: Any) -> bool:
        if actual == expected:
            return True
        try:
            if expected != expected:
                return bool(self.nan_ok and actual != actual)
            distance = abs(actual - expected)
            if abs(expected) == float("inf") or distance != distance:
                return False
            return bool(distance <= self._tolerance(expected))
        except TypeError:
            return False

    def _tolerance(self, expected: Any) -> Any:
        number = type(expected) if not isinstance(expected, int | complex) else float
        if self.abs is not None and self.rel is None:
            return self.abs
        rel = self.rel if self.rel is not None else number(str(DEFAULT_RELATIVE))
        least = self.abs if self.abs is not None else number(str(DEFAULT_ABSOLUTE))
        return max(rel * abs(expected), least)
