"""SourceDocument: what Stripe said, written once; and the mapping settings, versioned by date."""

import uuid
from datetime import date

from django.db import models
from django.utils import timezone

from apps.connections.models import StripeConnection
from apps.tenants.models import Tenant, User


class SourceDocument(models.Model):
    """One state of a Stripe invoice or credit note as retrieved, with the side data it was read with. Never changed."""

    class Kind(models.TextChoices):
        INVOICE = "invoice"
        CREDIT_NOTE = "credit_note"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="source_documents")
    connection = models.ForeignKey(StripeConnection, on_delete=models.PROTECT, related_name="source_documents")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    stripe_id = models.CharField(max_length=80)
    # 1 when first captured; a later state of the same object (voided, paid) is a further revision.
    revision = models.PositiveIntegerField(default=1)
    number = models.CharField(max_length=256, blank=True)
    original_stripe_id = models.CharField(max_length=80, blank=True)  # the invoice a credit note corrects
    customer_id = models.CharField(max_length=80, blank=True)
    buyer_name = models.CharField(max_length=512, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    total_minor = models.BigIntegerField(null=True)
    stripe_status = models.CharField(max_length=20, blank=True)
    livemode = models.BooleanField()
    api_version = models.CharField(max_length=40)
    payload = models.BinaryField()  # canonical JSON bytes of the object
    side_data = models.BinaryField()  # canonical JSON bytes: tax rates, tax ids, payment
    sha256 = models.BinaryField(max_length=32)  # of payload ‖ side_data
    # Of what the document says, without links and counters that change at each reading.
    fingerprint = models.BinaryField(max_length=32, default=bytes)
    issued_at = models.DateTimeField(null=True)
    captured_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "connection", "stripe_id", "revision"], name="source_documents_are_written_once"
            )
        ]
        indexes = [
            # A credit note looks for its invoice, a void for what was filed.
            models.Index(fields=["tenant", "original_stripe_id"], name="documents_by_original"),
            models.Index(fields=["tenant", "number"], name="documents_by_number"),
            # A buyer's tax number was verified: which documents wait for that?
            models.Index(fields=["tenant", "connection", "customer_id"], name="documents_by_customer"),
        ]

    def __str__(self) -> str:
        return self.number or self.stripe_id


class MappingSettings(models.Model):
    """The tenant's choices of fa3-mapping, from a day on; only what differs from the defaults."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="mapping_settings")
    valid_from = models.DateField()
    values = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "valid_from", "created_at"], name="one_settings_version_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"settings from {self.valid_from}"

    @classmethod
    def on(cls, tenant_id: uuid.UUID, day: date) -> "MappingSettings | None":
        """The version in force on a day."""
        versions = cls.objects.filter(tenant_id=tenant_id, valid_from__lte=day)
        return versions.order_by("-valid_from", "-created_at").first()
