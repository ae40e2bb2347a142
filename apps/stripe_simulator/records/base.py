from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One thing with an id; replaced as a whole whenever it changes."""

    KIND: ClassVar[str] = ""

    id: str
    created: int
