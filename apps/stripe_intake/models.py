"""StripeEvent: a delivery as received; StripeErrand and StripeFeed: what is to be asked of Stripe, and when."""

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


class StripeErrand(models.Model):
    """One thing to ask Stripe for: an object, or a look at a list. Any number of hints make one errand."""

    class Kind(models.TextChoices):
        INVOICE = "invoice"
        CREDIT_NOTE = "credit_note"
        TAX_RATE = "tax_rate"
        EVENTS = "events"  # what the webhook may have missed
        COMPARE = "compare"  # nightly: everything since the import day against what we hold
        ENDPOINT = "endpoint"  # is our webhook endpoint still there and listening

    class State(models.TextChoices):
        DUE = "due"
        DONE = "done"
        FAILED = "failed"  # asking again would change nothing; a new hint makes it due again

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+", db_index=False)
    connection = models.ForeignKey(StripeConnection, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    subject = models.CharField(max_length=120, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DUE)
    next_action_at = models.DateTimeField(null=True)
    # Grows with every hint, so that one which comes while the errand is being run is not lost.
    asked = models.PositiveIntegerField(default=1)
    attempts = models.PositiveIntegerField(default=0)  # in a row without success
    denied = models.BooleanField(
        default=False
    )  # Stripe did not let us; the connection says which permission is missing
    reason = models.CharField(max_length=500, blank=True)
    progress = models.JSONField(default=dict)  # how far a long list was read
    made_at = models.DateTimeField(null=True)  # when Stripe created the object, to find many at once in a list
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "connection", "kind", "subject"], name="one_errand_for_any_number_of_hints"
            )
        ]
        indexes = [
            # What a feed has due; the index holds nothing that is done.
            models.Index(
                fields=["tenant", "connection", "next_action_at"],
                condition=models.Q(state="due"),
                name="errands_due",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}".strip()


class StripeFeed(models.Model):
    """When a connection's errands are due next, and the lease of the one worker who runs them."""

    connection = models.OneToOneField(StripeConnection, primary_key=True, on_delete=models.CASCADE, related_name="feed")
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    # When the looks that repeat were started; a new key starts them anew.
    begun_at = models.DateTimeField(null=True)
    next_action_at = models.DateTimeField(null=True)
    paused_until = models.DateTimeField(null=True)  # Stripe asked for it, or does not let us in
    pause_reason = models.CharField(max_length=500, blank=True)
    lease_until = models.DateTimeField(null=True)
    lease_token = models.UUIDField(null=True)
    last_served_at = models.DateTimeField(null=True)
    # What a document can do without and the key does not allow: {"products": when it was refused}.
    refused_extras = models.JSONField(default=dict)

    class Meta:
        indexes = [
            # The claim looks for what is due across all tenants.
            models.Index(fields=["next_action_at"], condition=models.Q(next_action_at__isnull=False), name="feeds_due")
        ]

    def __str__(self) -> str:
        return f"feed of {self.connection_id}"


class StripeSideObject(models.Model):
    """The last known form of a tax rate or product, so that an invoice costs one request and not five."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+", db_index=False)
    connection = models.ForeignKey(StripeConnection, on_delete=models.CASCADE, related_name="+", db_index=False)
    stripe_id = models.CharField(max_length=120)
    content = models.JSONField()
    fetched_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "connection", "stripe_id"], name="one_copy_of_each_side_object")
        ]

    def __str__(self) -> str:
        return self.stripe_id
