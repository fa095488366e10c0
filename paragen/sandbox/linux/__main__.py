"""Prints which layers work here, as JSON: `python -I -S -B …/linux/__main__.py` (see probe.py)."""

from __future__ import annotations

import importlib
import sys

PACKAGE = "_paragen"

if __name__ == "__main__":
    package = type(sys)(PACKAGE)
    package.__path__ = [__file__.rpartition("/linux/")[0]]
    sys.modules[PACKAGE] = package
    importlib.import_module(f"{PACKAGE}.linux.probe").main()
