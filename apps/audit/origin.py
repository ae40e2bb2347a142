"""Where the request in progress comes from, so that every entry it leaves can say so."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_origin: ContextVar[str] = ContextVar("audit_origin", default="")


def current_origin() -> str:
    """The client's address, or nothing outside a request."""
    return _origin.get()


@contextmanager
def coming_from(address: str) -> Iterator[None]:
    """Entries recorded inside carry this address unless they name another."""
    token = _origin.set(address[:64])
    try:
        yield
    finally:
        _origin.reset(token)
