"""Lists that KSeF hands out page by page, with a token that leads to the next page (API digest, 0.2)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from apps.ksef_client.errors import Unavailable
from apps.ksef_client.reading import Fields

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Part of a list; `continuation` fetches the next part, None on the last."""

    items: tuple[T, ...]
    continuation: str | None


def every(fetch: Callable[[str | None], Page[T]]) -> Iterator[T]:
    """All items of a list: `every(lambda page: session_invoices(ksef, session, continuation=page))`."""
    seen: set[str] = set()
    continuation: str | None = None
    while True:
        page = fetch(continuation)
        yield from page.items
        continuation = page.continuation
        if not continuation:
            return
        if continuation in seen:
            raise Unavailable("KSeF's list leads back to a page already read.")
        seen.add(continuation)


def continue_from(continuation: str | None) -> dict[str, str]:
    return {"x-continuation-token": continuation} if continuation else {}


def read_page(fields: Fields, name: str, build: Callable[[Fields], T]) -> Page[T]:
    items = tuple(build(item) for item in fields.need_parts(name))
    return Page(items, fields.text("continuationToken") or None)
