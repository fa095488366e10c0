"""Where workers begin: `python -P -s -S -B …/inside/__main__.py control_fd kind`.

It makes a package of a name of its own out of the folder above, so that neither paragen is
imported nor a directory is put on the path that a program could import from.
"""

from __future__ import annotations

import sys

PACKAGE = "_paragen"


def main() -> None:
    """Make the package known, and hand over to the nursery."""
    package = type(sys)(PACKAGE)
    package.__path__ = [__file__.rpartition("/inside/")[0]]
    sys.modules[PACKAGE] = package
    at_fork = __import__(f"{PACKAGE}.inside.at_fork", fromlist=["withhold"])
    at_fork.withhold()  # before anything else is imported
    nursery = __import__(f"{PACKAGE}.inside.nursery", fromlist=["main"])
    nursery.main(int(sys.argv[1]), leashed=sys.argv[2] == "leashes")


if __name__ == "__main__":
    main()
