"""KsefSession: one session in KSeF, online or batch, from the intent to open it to its end."""

import uuid

from django.db import models
from django.utils import timezone

from apps.tenants.models import Tenant

from .lane import Lane


class KsefSession(models.Model):
    """One session in KSeF, online or batch, from the intent to open it to its end."""

    class Kind(models.TextChoices):
        ONLINE = "online"
        BATCH = "batch"

    class State(models.TextChoices):
        OPENING = "opening"  # the intent is committed, the reference is not
        OPEN = "open"  # online: takes documents; batch: its parts are being uploaded
        CLOSING = "closing"  # the intent to close is committed
        CLOSED = "closed"  # KSeF is processing
        DONE = "done"  # status 200, all its documents settled
        FAILED = "failed"  # status 400 or above, all its documents settled
        ABANDONED = "abandoned"  # never opened as far as we know, or given up knowingly; it carried nothing

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, db_index=False, related_name="+")
    lane = models.ForeignKey(Lane, on_delete=models.PROTECT, db_index=False, related_name="sessions")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPENING)
    reference = models.CharField(max_length=40, blank=True)
    offline = models.BooleanField(default=False)
    # The AES key survives a restart and is wiped when the session is final (S8).
    aes_key_sealed = models.BinaryField(null=True)
    iv = models.BinaryField(max_length=16, null=True)
    upload_links_sealed = models.BinaryField(null=True)
    key_version = models.PositiveIntegerField(default=0)
    package = models.JSONField(default=dict)  # batch: size, hash and parts as announced
    document_count = models.PositiveIntegerField(default=0)
    opening_at = models.DateTimeField(default=timezone.now)
    opened_at = models.DateTimeField(null=True)
    valid_until = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    closing_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    status_code = models.PositiveSmallIntegerField(null=True)
    status_text = models.CharField(max_length=1000, blank=True)
    polls = models.PositiveIntegerField(default=0)
    looks = models.PositiveIntegerField(default=0)  # how often receipts or documents were still missing at its end
    faults = models.PositiveIntegerField(default=0)
    next_action_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    lease_token = models.UUIDField(null=True)
    # What happens next and why, for a person.
    plan_code = models.CharField(max_length=60, blank=True)
    plan_params = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "lane", "reference"],
                condition=~models.Q(reference=""),
                name="one_row_per_ksef_session",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True) | models.Q(aes_key_sealed__isnull=True),
                name="no_key_outlives_its_session",
            ),
        ]
        indexes = [
            # ksefkit_claim_sessions: sessions with something to do.
            models.Index(
                fields=["next_action_at"], name="sessions_due", condition=models.Q(next_action_at__isnull=False)
            ),
            # The held online session of a lane; the weather page.
            models.Index(fields=["tenant", "lane", "state"], name="sessions_of_lane"),
        ]

    def __str__(self) -> str:
        return self.reference or f"{self.kind} session {self.pk}"
