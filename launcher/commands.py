"""What each command does, from the bare machine on."""

import signal
import sys

from .talk import Failure, complain


def run_command(words: list[str], usage: str) -> int:
    """Carry out one command; every expected failure ends as one line and code 1."""
    try:
        return _carry_out(words, usage)
    except Failure as failure:
        complain(str(failure))
        return 1
    except KeyboardInterrupt:
        complain("stopped")
        return 128 + signal.SIGINT


def _carry_out(words: list[str], usage: str) -> int:
    match words:
        case ["services"]:
            from .services import serve

            return serve()
        case _:
            print(usage, file=sys.stderr)
            return 2
