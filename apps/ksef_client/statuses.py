"""Status of an operation inside KSeF, as every asynchronous answer carries it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from apps.ksef_client.reading import Fields


@dataclass(frozen=True, slots=True)
class Status:
    """A code with KSeF's words. Only 200 and 400 upwards are final; every other code means: wait."""

    code: int
    description: str = ""
    details: tuple[str, ...] = ()
    extensions: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_success(self) -> bool:
        return self.code == 200

    @property
    def is_failure(self) -> bool:
        return self.code >= 400

    @property
    def is_final(self) -> bool:
        return self.is_success or self.is_failure


def read_status(fields: Fields) -> Status:
    """The `status` object of an answer; without a code there is no answer."""
    status = fields.need_part("status")
    extensions = status.part("extensions")
    return Status(
        status.need_number("code"),
        status.text("description") or "",
        status.texts("details"),
        extensions.values if extensions else {},
    )
