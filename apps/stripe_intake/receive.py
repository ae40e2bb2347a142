"""receive(): verify a delivery, store it, and say what to answer. Nothing else happens before the answer."""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID, uuid4

import structlog
from django.db import InterfaceError, OperationalError, connection, transaction

from apps.connections.stripe_endpoints import StripeEndpoint, stripe_endpoint
from apps.connections.stripe_events import DEAUTHORIZED, EVENTS

from .doorbell import ring
from .envelope import Envelope, NotAnEvent, read_envelope
from .models import StripeEvent
from .signature import SignatureRefused, check_signature

log = structlog.get_logger(__name__)

# One round trip and one commit: statements sent together are one transaction, and the tenant is set for it alone, as
# acting_in() does in four round trips. The unique key swallows repeated deliveries.
_STORE = """
    SELECT set_config('ksefkit.tenant', %(tenant)s::text, true);
    INSERT INTO stripe_intake_stripeevent
        (id, tenant_id, connection_id, event_id, type, object_id, account, livemode, api_version, created_at,
         body, signature, source, state, state_reason, received_at)
    VALUES (%(id)s, %(tenant)s, %(connection)s, %(event_id)s, %(type)s, %(object_id)s, %(account)s, %(livemode)s,
            %(api_version)s, %(created_at)s, %(body)s, %(signature)s, %(source)s, %(state)s, %(state_reason)s, %(at)s)
    ON CONFLICT (tenant_id, connection_id, event_id) DO NOTHING;
    SELECT set_config('ksefkit.tenant', '', true)
"""


class DeliveryRefused(Exception):
    """Not stored; `status` and the text, one plain line, are the answer."""

    def __init__(self, status: HTTPStatus, line: str) -> None:
        super().__init__(line)
        self.status = status


def receive(endpoint_key: UUID, body: bytes, signature: str, *, at: datetime) -> None:
    """Store a delivery once; raises DeliveryRefused when it must not be stored."""
    endpoint = stripe_endpoint(endpoint_key)
    if endpoint is None:
        raise DeliveryRefused(HTTPStatus.NOT_FOUND, "There is no such endpoint.")
    try:
        check_signature(body, signature, secrets=endpoint.secrets(at=at), at=at)
        envelope = read_envelope(body)
    except (SignatureRefused, NotAnEvent) as refusal:
        log.warning("stripe.delivery_refused", connection=str(endpoint.connection_id), reason=str(refusal))
        raise DeliveryRefused(HTTPStatus.BAD_REQUEST, str(refusal)) from None
    state, reason = judge(envelope, endpoint)
    _store(endpoint, envelope, state=state, reason=reason, body=body, signature=signature, at=at)
    if state == StripeEvent.State.RECEIVED:
        transaction.on_commit(ring)


def judge(envelope: Envelope, endpoint: StripeEndpoint) -> tuple[StripeEvent.State, str]:
    """Whether an authentic event is for this connection and about something we file."""
    if envelope.livemode != endpoint.livemode:
        mode = "live" if envelope.livemode else "test"
        return StripeEvent.State.REFUSED, f"The event is from {mode} mode, the connection is not."
    if envelope.account and endpoint.account_id and envelope.account != endpoint.account_id:
        return StripeEvent.State.REFUSED, f"The event is from account {envelope.account}."
    if envelope.type not in EVENTS and envelope.type != DEAUTHORIZED:
        return StripeEvent.State.IGNORED, ""
    if not envelope.object_id:
        return StripeEvent.State.REFUSED, "The event names no object."
    return StripeEvent.State.RECEIVED, ""


def _store(
    endpoint: StripeEndpoint,
    envelope: Envelope,
    *,
    state: StripeEvent.State,
    reason: str,
    body: bytes,
    signature: str,
    at: datetime,
) -> None:
    values = {name: getattr(envelope, name) for name in Envelope.__slots__} | {
        "id": uuid4(),
        "tenant": endpoint.tenant_id,
        "connection": endpoint.connection_id,
        "body": b"" if state == StripeEvent.State.IGNORED else body,
        "signature": signature[:1000],
        "source": StripeEvent.Source.WEBHOOK.value,
        "state": state.value,
        "state_reason": reason,
        "at": at,
    }
    # Django would ask the server whether it is there before it is asked to store: a second round trip for each event.
    connection.health_check_done = True  # type: ignore[attr-defined]  # the stubs do not know it
    try:
        _insert(values)
    except (OperationalError, InterfaceError):
        if connection.in_atomic_block:
            raise
        connection.close()  # kept since before the server restarted; storing a second time changes nothing
        _insert(values)


def _insert(values: Mapping[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_STORE, values)
