"""Lane: the plan for one tenant's documents on one KSeF connection."""

import uuid

from django.db import models
from django.utils import timezone

from apps.connections.models import KsefConnection
from apps.tenants.models import Tenant


class Lane(models.Model):
    """What one tenant has waiting for one KSeF connection: the plan, and the lease of the one worker who acts on it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    connection = models.ForeignKey(KsefConnection, on_delete=models.CASCADE, related_name="lanes")
    # Which counters of KSeF and which weather this lane shares with others (ledger.py, weather.py).
    place = models.CharField(max_length=200)
    account = models.CharField(max_length=64)
    next_action_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    lease_token = models.UUIDField(null=True)
    # Grows with every document that becomes ready, so that a worker who just planned notices it.
    wakes = models.BigIntegerField(default=0)
    last_served_at = models.DateTimeField(null=True)
    # What happens next and why, for a person: a code of wording.py and its values.
    plan_code = models.CharField(max_length=60, blank=True)
    plan_params = models.JSONField(default=dict)
    planned_at = models.DateTimeField(null=True)
    # A pause of this lane alone: sign-in refused, or a limit KSeF named.
    paused_until = models.DateTimeField(null=True)
    pause_code = models.CharField(max_length=60, blank=True)
    pause_params = models.JSONField(default=dict)
    faults = models.PositiveIntegerField(default=0)  # consecutive troubles, for growing pauses
    backfill_at_night = models.BooleanField(default=False)
    # While KSeF is down late in the evening, documents are issued offline instead of being dated anew.
    offline_when_down = models.BooleanField(default=False)
    limits = models.JSONField(default=dict)  # as KSeF stated them: group -> [per second, per minute, per hour]
    limits_read_at = models.DateTimeField(null=True)
    # How far both sides have been compared (permanent storage, high water mark).
    compared_until = models.DateTimeField(null=True)
    next_comparison_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "connection"], name="one_lane_per_connection")]
        indexes = [
            # ksefkit_claim_lanes: due lanes, the one served longest ago first.
            models.Index(fields=["next_action_at"], name="lanes_due", condition=models.Q(next_action_at__isnull=False)),
            # The nightly comparison.
            models.Index(fields=["next_comparison_at"], name="lanes_to_compare"),
        ]

    def __str__(self) -> str:
        return f"lane of connection {self.connection_id}"
