"""Hold, Override and ReviewItem: where a person decides."""

import uuid

from django.db import models
from django.utils import timezone

from apps.documents.models import SourceDocument
from apps.tenants.models import Tenant, User


class Hold(models.Model):
    """Why a document is not filed yet: every reason at once, each with field, message and action."""

    class State(models.TextChoices):
        OPEN = "open"
        RELEASED = "released"
        EXCLUDED = "excluded"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="holds")
    document = models.ForeignKey(SourceDocument, on_delete=models.PROTECT, related_name="holds")
    reasons = models.JSONField()  # [{code, field, params}] in order of evaluation
    first_code = models.CharField(max_length=60)
    # Time solves it (a rate, an original, a date): no person is asked.
    releases_itself = models.BooleanField(default=False)
    state = models.CharField(max_length=20, choices=State.choices, default=State.OPEN)
    opened_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "document"], condition=models.Q(state="open"), name="one_open_hold_per_document"
            )
        ]

    def __str__(self) -> str:
        return self.first_code


class Override(models.Model):
    """What a person stated beside the immutable source: who, when and why. Written once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="overrides")
    connection_id = models.UUIDField()
    stripe_id = models.CharField(max_length=80)  # holds for every revision of the object
    kind = models.CharField(max_length=40)
    value = models.JSONField()
    reason = models.CharField(max_length=1000)
    entered_at = models.DateTimeField(default=timezone.now)
    entered_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT)

    class Meta:
        indexes = [models.Index(fields=["tenant", "connection_id", "stripe_id"], name="overrides_of_an_object")]

    def __str__(self) -> str:
        return self.kind


class ReviewItem(models.Model):
    """Something a person must look at: a rejection, a foreign duplicate, a receipt that does not match."""

    class State(models.TextChoices):
        OPEN = "open"
        RESOLVED = "resolved"
        ABANDONED = "abandoned"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="review_items")
    document = models.ForeignKey(SourceDocument, null=True, on_delete=models.PROTECT, related_name="review_items")
    kind = models.CharField(max_length=40)
    # What happened, in KSeF's own words and numbers; the page turns it into sentences.
    facts = models.JSONField(default=dict)
    state = models.CharField(max_length=20, choices=State.choices, default=State.OPEN)
    opened_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL)
    closing_note = models.CharField(max_length=1000, blank=True)

    class Meta:
        indexes = [models.Index(fields=["tenant", "state", "opened_at"], name="review_items_open")]

    def __str__(self) -> str:
        return self.kind
