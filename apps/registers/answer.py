"""What a register said about a number, in one form for all registers."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    is_confirmed: bool
    name: str  # as the register knows the company, "" when it does not tell
    status: str  # in the register's own words
    request_id: str  # the register's mark of the question: the evidence that it was asked
    content: dict[str, Any]
