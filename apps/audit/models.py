"""AuditEntry: who did what, when and why; one hash chain per tenant, never changed. Free words lie beside it."""

import uuid

from django.db import models


class AuditEntry(models.Model):
    """One thing that happened; `entry_hash` covers this row and the hash before it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant_id = models.UUIDField()
    sequence = models.BigIntegerField()
    at = models.DateTimeField()
    event = models.CharField(max_length=80)
    actor = models.CharField(max_length=120)
    subject_kind = models.CharField(max_length=60, blank=True)
    subject_id = models.CharField(max_length=64, blank=True)
    origin = models.CharField(max_length=64, blank=True)
    data = models.JSONField(default=dict)
    previous_hash = models.BinaryField(max_length=32)
    entry_hash = models.BinaryField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant_id", "sequence"], name="audit_chain_has_no_fork")]
        indexes = [
            # The history of one document or connection.
            models.Index(fields=["tenant_id", "subject_kind", "subject_id"], name="audit_by_subject"),
            # The report by period.
            models.Index(fields=["tenant_id", "at"], name="audit_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.event}"


class AuditWords(models.Model):
    """What a person or KSeF said freely, beside the entry whose `words_sha256` covers it with the salt.

    The one part of the audit that goes after the legal retention; without the salt the hash tells nothing of the words.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant_id = models.UUIDField()
    sequence = models.BigIntegerField()
    salt = models.BinaryField(max_length=32)
    words = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant_id", "sequence"], name="an_entry_has_its_words_once")]

    def __str__(self) -> str:
        return f"words of {self.sequence}"
