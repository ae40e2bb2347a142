"""The one way an errand comes to be due, whoever hints at it: an event, a list, a person."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import connection as database
from django.db import transaction

from apps.documents.models import SourceDocument

from .doorbell import ring
from .models import StripeErrand

# A hint on an errand that is known makes it due again; counting hints keeps one that comes while it is being run.
_WANT = """
    INSERT INTO stripe_intake_stripeerrand AS known
        (id, tenant_id, connection_id, kind, subject, state, next_action_at, asked, attempts, denied, reason, progress,
         made_at, changed_at)
    SELECT hint.id, %(tenant)s, %(connection)s, hint.kind, hint.subject, 'due', %(due)s, 1, 0, false, '', '{}',
           hint.made_at, %(at)s
    FROM unnest(%(ids)s::uuid[], %(kinds)s::text[], %(subjects)s::text[], %(made)s::timestamptz[])
         AS hint (id, kind, subject, made_at)
    ORDER BY hint.kind, hint.subject
    ON CONFLICT (tenant_id, connection_id, kind, subject) DO UPDATE SET
        state = 'due',
        asked = known.asked + 1,
        denied = false,
        next_action_at = LEAST(COALESCE(known.next_action_at, EXCLUDED.next_action_at), EXCLUDED.next_action_at),
        made_at = COALESCE(EXCLUDED.made_at, known.made_at),
        changed_at = EXCLUDED.changed_at
"""
_WAKE = """
    INSERT INTO stripe_intake_stripefeed AS known
        (connection_id, tenant_id, next_action_at, pause_reason, refused_extras)
    VALUES (%(connection)s, %(tenant)s, %(due)s, '', '{}')
    ON CONFLICT (connection_id) DO UPDATE SET
        next_action_at = LEAST(COALESCE(known.next_action_at, EXCLUDED.next_action_at), EXCLUDED.next_action_at)
"""


@dataclass(frozen=True, slots=True)
class Hint:
    """Something to ask Stripe for; `made_at` lets many be found in one list."""

    kind: StripeErrand.Kind
    subject: str = ""
    made_at: datetime | None = None


def want(
    tenant_id: UUID, connection_id: UUID, hints: Iterable[Hint], *, at: datetime, due: datetime | None = None
) -> None:
    """Make errands due, and their feed with them. Inside acting_in."""
    each = {(hint.kind, hint.subject): hint for hint in hints}
    if not each:
        return
    values: Mapping[str, Any] = {
        "tenant": tenant_id,
        "connection": connection_id,
        "at": at,
        "due": due or at,
        "ids": [uuid4() for _ in each],
        "kinds": [hint.kind.value for hint in each.values()],
        "subjects": [hint.subject for hint in each.values()],
        "made": [hint.made_at for hint in each.values()],
    }
    with database.cursor() as cursor:
        cursor.execute(_WANT, values)
        cursor.execute(_WAKE, values)


def look_again(document: SourceDocument, *, at: datetime) -> None:
    """A person wants the object read again, perhaps after a change in Stripe. Inside acting_in."""
    hint = Hint(StripeErrand.Kind(document.kind), document.stripe_id)
    want(document.tenant_id, document.connection_id, [hint], at=at)
    transaction.on_commit(ring)
