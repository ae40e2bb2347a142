"""What a person is told: alarms, and differences between KSeF and us."""

import uuid

from django.db import models

from apps.tenants.models import Tenant

from .lane import Lane


class Alarm(models.Model):
    """Something a person must be told of, once, until it is over."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=100, blank=True)
    params = models.JSONField(default=dict)
    raised_at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "kind", "subject"],
                condition=models.Q(cleared_at__isnull=True),
                name="one_alarm_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return self.kind


class Difference(models.Model):
    """Where KSeF and we do not hold the same, found by the nightly comparison."""

    class Kind(models.TextChoices):
        MISSING_HERE = "missing_here"
        MISSING_THERE = "missing_there"
        OTHER_CONTENT = "other_content"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    lane = models.ForeignKey(Lane, on_delete=models.CASCADE, related_name="differences")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    ksef_number = models.CharField(max_length=40)
    number = models.CharField(max_length=256, blank=True)
    facts = models.JSONField(default=dict)
    found_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "lane", "ksef_number", "kind"],
                condition=models.Q(settled_at__isnull=True),
                name="each_difference_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.ksef_number}"
