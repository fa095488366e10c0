"""`python -m paragen` is `paragen`."""

from paragen.cli import main

main()
