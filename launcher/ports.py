"""Chooses ports: the launcher's own servers listen on 127.0.0.1 only, on any free port but the web's."""

import socket

from .talk import Failure

HOST = "127.0.0.1"


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def keep_or_choose(kept: int | None) -> int:
    """The port of the last run when it is still free, so that addresses written down elsewhere stay true."""
    return kept if kept is not None and is_free(kept) else free_port()


def web_port(asked: str | None, kept: int | None) -> int:
    """PORT when the person named one, else the last run's, else the first free one from 8000 on."""
    if asked:
        if not asked.isdigit() or not 0 <= int(asked) < 65536:
            raise Failure(f"PORT is {asked!r}; write a number from 1 to 65535, or 0 for any free port.")
        if int(asked) and not is_free(int(asked)):
            raise Failure(f"Port {asked} is in use by another program. Stop it, or choose another: PORT=8001 make run")
        return int(asked) or free_port()
    if kept is not None and is_free(kept):
        return kept
    return next((port for port in range(8000, 8100) if is_free(port)), 0) or free_port()
