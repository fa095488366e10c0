"""`paragen`, and `python -m paragen`: Ctrl-C is no traceback, from the first moment on."""

import os
import signal
import sys
from types import FrameType

_INTERRUPTED = 130


def main() -> None:
    """The `paragen` command.

    While it is loaded there is nothing to end in good order, and an exception could come out, or
    be lost, anywhere in the machinery of imports: so Ctrl-C leaves at once.
    """
    is_heeded = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if is_heeded:
        signal.signal(signal.SIGINT, _leave)
    from paragen.cli import main as command

    try:
        if is_heeded:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        command()
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)


def _leave(number: int, frame: FrameType | None) -> None:
    os._exit(_INTERRUPTED)


if __name__ == "__main__":
    main()
