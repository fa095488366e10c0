"""Where the child begins: `python -P -s -S -B …/runner/__main__.py payload_fd report_fd`.

It knows its own package by a name of its own, so that neither the paragen package is imported
nor a directory is put on the path that a program could import from.
"""

from __future__ import annotations

import sys

PACKAGE = "_paragen_runner"


def main() -> None:
    """Make the runner's package known, and hand over to it."""
    package = type(sys)(PACKAGE)
    package.__path__ = [__file__.rpartition("/")[0]]
    sys.modules[PACKAGE] = package
    start = __import__(f"{PACKAGE}.start", fromlist=["main"])
    start.main(int(sys.argv[1]), int(sys.argv[2]))


if __name__ == "__main__":
    main()
