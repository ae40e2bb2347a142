"""StripeEvent: a delivery as received."""

import uuid

from django.db import models
from django.utils import timezone

from apps.connections.models import StripeConnection
from apps.tenants.models import Tenant


class StripeEvent(models.Model):
    """One event of a connection: a hint that something changed, kept with its exact bytes as evidence."""

    class State(models.TextChoices):
        RECEIVED = "received"
        ROUTED = "routed"
        IGNORED = "ignored"
        REFUSED = "refused"

    class Source(models.TextChoices):
        WEBHOOK = "webhook"
        EVENTS_LIST = "events_list"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="+", db_index=False)
    connection = models.ForeignKey(StripeConnection, on_delete=models.PROTECT, related_name="+", db_index=False)
    event_id = models.CharField(max_length=120)
    type = models.CharField(max_length=120)
    object_id = models.CharField(max_length=120, blank=True)
    account = models.CharField(max_length=120, blank=True)
    livemode = models.BooleanField()
    api_version = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField(null=True)  # by Stripe's clock, whole seconds: never an order
    body = models.BinaryField()  # empty when ignored: what we do not use we do not keep
    signature = models.CharField(max_length=1000, blank=True)
    source = models.CharField(max_length=20, choices=Source.choices, default=Source.WEBHOOK)
    state = models.CharField(max_length=20, choices=State.choices, default=State.RECEIVED)
    state_reason = models.CharField(max_length=300, blank=True)
    received_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "connection", "event_id"], name="an_event_is_stored_once")
        ]
        indexes = [
            # Routing takes what has just come in; the index holds nothing else.
            models.Index(fields=["tenant", "received_at"], condition=models.Q(state="received"), name="events_to_route")
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"
