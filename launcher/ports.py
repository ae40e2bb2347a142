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


def web_door(asked: str | None, kept: int | None) -> socket.socket:
    """The web's listening socket on PORT when the person named one, else on the last run's port, else from 8000 on.

    It is held from now on, so that two runs that start at the same time cannot choose the same port, and handed to each
    life of the web in turn.
    """
    if asked:
        if not asked.isdigit() or not 0 <= int(asked) < 65536:
            raise Failure(f"PORT is {asked!r}; write a number from 1 to 65535, or 0 for any free port.")
        door = _listen(int(asked))
        if door is None:
            raise Failure(f"Port {asked} is in use by another program. Stop it, or choose another: PORT=8001 make run")
        return door
    candidates = [*([kept] if kept is not None else []), *range(8000, 8100)]
    doors = (_listen(port) for port in candidates)
    return next((door for door in doors if door is not None), None) or socket.create_server((HOST, 0))


def _listen(port: int) -> socket.socket | None:
    try:
        return socket.create_server((HOST, port))
    except OSError:
        return None
