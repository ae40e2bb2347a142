"""The state of every company of an installation, for the platform's own people: counts and alarms, no document."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection


@dataclass(frozen=True, slots=True)
class CompanyState:
    """How one company fares."""

    id: UUID
    name: str
    nip: str
    waiting: int
    stuck: int
    alarms: Sequence[str]  # their kinds


def company_states(*, words: str = "", skip: int, most: int) -> list[CompanyState]:
    """Companies in the order of their names, those whose name or NIP holds the words; in one query, however many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM ksefkit_company_states(%s, %s, %s)", [words, skip, most])
        return [CompanyState(*row) for row in cursor.fetchall()]
