"""What each command does, from the bare machine on."""

import signal
import sys
from errno import ENOSPC
from types import FrameType

from .packages import continue_in_venv
from .talk import Failure, complain, seconds, suit_any_terminal

COMMANDS = {"run", "demo", "test", "lint", "coverage", "bench", "chaos", "services"}


def run_command(words: list[str], usage: str) -> int:
    """Carry out one command; every expected failure ends as one line and code 1."""
    seconds()
    suit_any_terminal()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    if not words or words[0] not in COMMANDS:
        print(usage, file=sys.stderr)
        return 2
    try:
        continue_in_venv(words)
        return _carry_out(words[0], words[1:])
    except Failure as failure:
        complain(str(failure))
    except OSError as error:
        hint = " Free some space and try again." if error.errno == ENOSPC else ""
        complain(f"{error.strerror or error}: {error.filename or 'no file named'}.{hint}")
    except KeyboardInterrupt:
        complain("stopped")
        return 128 + signal.SIGINT
    return 1


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    """End in order what was started; a second signal must not break into that."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def _carry_out(command: str, words: list[str]) -> int:
    # Each is imported when asked for: most of them need the packages that are only now in place.
    match command:
        case "run" | "demo":
            from .run import run

            return run(leave_when_done=command == "demo")
        case "test":
            from .checks import test

            return test(words)
        case "lint":
            from .checks import lint

            return lint()
        case "coverage":
            from .checks import coverage

            return coverage()
        case "bench":
            from .bench import bench

            return bench(words)
        case "chaos":
            from .chaos import chaos, storm

            # With words (--seed, --documents) the storm alone; without, also the service that is killed as a whole.
            return storm(words) or (0 if words else chaos())
        case _:
            from .services import serve

            return serve()
