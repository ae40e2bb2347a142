"""Corrections in order: what waited for a document goes on when that document has a number, or never will."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection

WAKE = """
    WITH woken AS (
        UPDATE filings_filing f SET next_action_at = %(at)s
        WHERE f.tenant_id = %(tenant)s AND f.waits_for_id = ANY(%(ids)s) AND f.state IN ('waiting', 'held')
        RETURNING f.lane_id
    )
    UPDATE filings_lane l
    SET wakes = l.wakes + 1, next_action_at = LEAST(COALESCE(l.next_action_at, %(at)s), %(at)s)
    WHERE l.id IN (SELECT lane_id FROM woken)
"""


def follow(tenant_id: UUID, settled: Sequence[UUID], *, at: datetime) -> None:
    """Wake the documents that waited for these; their mapping decides anew, with what is known now."""
    if settled:
        with connection.cursor() as cursor:
            cursor.execute(WAKE, {"at": at, "tenant": tenant_id, "ids": list(settled)})
