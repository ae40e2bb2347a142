from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from apps.stripe_simulator.book import Change
from apps.stripe_simulator.records.base import Json, Record

from .lists import Listing
from .params import Params

Answer = Record | Listing | Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One API request on its way to a handler."""

    change: Change
    params: Params
    path: dict[str, str]
    version: str

    @property
    def id(self) -> str:
        return self.path["id"]


Handler = Callable[[Call], Answer]


@dataclass(frozen=True, slots=True)
class Route:
    method: str
    path: str
    permission: str | None
    handler: Handler


Routes = Sequence[Route]
