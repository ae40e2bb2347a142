"""What the launcher says: one line for each step with its seconds, one clear line for each failure."""

import io
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

STARTED = "KSEFKIT_LAUNCHED_AT"  # survives the change into .venv, so that the seconds count from the first command


class Failure(Exception):
    """Something a person must see to before the launcher can go on; its text is one line."""


def suit_any_terminal() -> None:
    """A terminal without a letter, such as one of ISO 8859, shows a question mark for it instead of ending us."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def seconds() -> float:
    """Seconds since the command was given."""
    return max(0.0, time.time() - float(os.environ.setdefault(STARTED, repr(time.time()))))


def say(text: str = "") -> None:
    print(f"{seconds():7.1f} s  {text}" if text else "", flush=True)


@contextmanager
def step(text: str) -> Iterator[None]:
    """Announce a step when it begins and, if it took a while, say how long."""
    say(text)
    began = time.monotonic()
    yield
    took = time.monotonic() - began
    if took >= 1:
        say(f"  done in {took:.1f} s")


def complain(text: str) -> None:
    sys.stdout.flush()
    print(f"ksefkit: {text}", file=sys.stderr, flush=True)
